"""How many prompts to draw next (paper §3.3): pure arithmetic, no model.

A step needs B groups with mixed rewards. Rules for the size of the next draw:

- `fixed` (DAPO): always B prompts.
- `paper` (adaptive DAPO): ceil(needed / min(r, r_part)); r is the lowest acceptance of a completed step so far, r_part
  the lowest of a single draw within the step; both start at 1 and r never recovers.
- `tracking` (ours): as few as should do with a margin of some standard deviations, by an acceptance that is followed in
  both directions, and by what is known of the very prompts that come next.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Rule = Literal["fixed", "paper", "tracking"]
_MEMORY = 0.7  # weight that the tracking rule keeps for the past at every draw
_PRIOR = (1.0, 1.0)  # (kept, expected) before anything is known, in groups
_SUREST = 0.99  # no prompt is taken for certain


@dataclass
class Acceptance:
    """What is known of acceptance (kept groups / drawn prompts).

    `kept` and `expected` are recency-weighted: how many groups were mixed, and how many were thought to be before the
    factor `kept / expected`; where nothing is known of prompts, every one counts 1, and the factor is the acceptance.
    """

    lowest_step: float = 1.0
    lowest_draw: float = 1.0
    kept: float = _PRIOR[0]
    expected: float = _PRIOR[1]
    step_kept: int = 0
    step_drawn: int = 0

    def begin_step(self) -> None:
        """Forget what concerns only the step before."""
        self.lowest_draw, self.step_kept, self.step_drawn = 1.0, 0, 0

    def record(self, drawn: int, kept: int, expected: float | None = None) -> None:
        """Take in one draw. A draw that kept nothing counts as half a group, so that no ratio is zero."""
        self.lowest_draw = min(self.lowest_draw, max(kept, 0.5) / drawn)
        self.kept = _MEMORY * self.kept + kept
        self.expected = _MEMORY * self.expected + (drawn if expected is None else expected)
        self.step_kept += kept
        self.step_drawn += drawn

    def end_step(self) -> None:
        """Take in the completed step."""
        if self.step_drawn:
            self.lowest_step = min(self.lowest_step, max(self.step_kept, 0.5) / self.step_drawn)

    @property
    def factor(self) -> float:
        """Mixed groups per expected one, of late."""
        return max(self.kept, 0.1) / self.expected


def draw_size(rule: Rule, batch: int, collected: int, acceptance: Acceptance, cap: int, margin: float = 0.0) -> int:
    """Prompts to draw next for a step of `batch` mixed groups of which `collected` are there; at most `cap`.

    `tracking` here knows nothing of the prompts themselves; `enough` is the rule with that knowledge.

    Raises:
        ValueError: unknown rule.
    """
    needed = batch - collected
    if needed <= 0:
        return 0
    if rule == "fixed":
        size = batch
    elif rule == "paper":
        size = _ceil(needed / min(acceptance.lowest_step, acceptance.lowest_draw))
    elif rule == "tracking":
        size = enough(needed, (acceptance.factor for _ in range(cap)), margin)
    else:
        raise ValueError(f"got rule {rule!r}; allowed: fixed, paper, tracking")
    return min(size, cap)


def enough(needed: int, chances: Iterable[float], margin: float) -> int:
    """The fewest prompts, taken in order, of which `needed` should give a mixed group.

    Args:
        chances: each prompt's probability of that; read no further than is taken.
        margin: standard deviations by which the expectation must exceed `needed`.
    """
    mean = variance = 0.0
    count = 0
    for count, chance in enumerate(chances, 1):  # noqa: B007 (the count is the result)
        sure = min(_SUREST, chance)
        mean, variance = mean + sure, variance + sure * (1 - sure)
        if mean - margin * math.sqrt(variance) >= needed - 1e-9:
            break
    return count


def _ceil(value: float) -> int:
    return math.ceil(value - 1e-9)  # 16 / (16 / 20) is 20, not 21
