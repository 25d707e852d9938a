"""Dynamic sampling as arithmetic: how many prompts to draw next, and which (paper §3.3; no model here).

A step needs B groups with mixed rewards. Rules for the size of the next draw:

- `fixed` (DAPO): always B prompts.
- `paper` (adaptive DAPO): ceil(needed / min(r, r_part)); r is the lowest acceptance of a completed step so far, r_part
  the lowest of a single draw within the step; both start at 1 and r never recovers.
- `tracking` (ours): ceil(needed / p) with p a recency-weighted acceptance that follows in both directions.
"""

import math
import random
from dataclasses import dataclass, field
from typing import Literal

Rule = Literal["fixed", "paper", "tracking"]
_MEMORY = 0.7  # weight that the tracking rule keeps for the past at every draw
_PRIOR = (1.0, 1.0)  # (kept, drawn) before anything is known, in prompts


@dataclass
class Acceptance:
    """What is known of acceptance (kept groups / drawn prompts)."""

    lowest_step: float = 1.0
    lowest_draw: float = 1.0
    kept: float = _PRIOR[0]
    drawn: float = _PRIOR[1]
    step_kept: int = 0
    step_drawn: int = 0

    def begin_step(self) -> None:
        """Forget what concerns only the step before."""
        self.lowest_draw, self.step_kept, self.step_drawn = 1.0, 0, 0

    def record(self, drawn: int, kept: int) -> None:
        """Take in one draw. A draw that kept nothing counts as half a group, so that no ratio is zero."""
        self.lowest_draw = min(self.lowest_draw, max(kept, 0.5) / drawn)
        self.kept = _MEMORY * self.kept + kept
        self.drawn = _MEMORY * self.drawn + drawn
        self.step_kept += kept
        self.step_drawn += drawn

    def end_step(self) -> None:
        """Take in the completed step."""
        if self.step_drawn:
            self.lowest_step = min(self.lowest_step, max(self.step_kept, 0.5) / self.step_drawn)


def draw_size(rule: Rule, batch: int, collected: int, acceptance: Acceptance, cap: int) -> int:
    """Prompts to draw next for a step of `batch` mixed groups of which `collected` are there; at most `cap`.

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
        size = _ceil(needed / max(acceptance.kept / acceptance.drawn, 1 / cap))
    else:
        raise ValueError(f"got rule {rule!r}; allowed: fixed, paper, tracking")
    return min(size, cap)


def _ceil(value: float) -> int:
    return math.ceil(value - 1e-9)  # 16 / (16 / 20) is 20, not 21


@dataclass
class PromptStream:
    """Endless prompt indices below `size`: every pass is a fresh permutation, nothing is repeated within a pass."""

    size: int
    seed: int
    epoch: int = 0
    position: int = 0
    _order: list[int] = field(default_factory=list, repr=False)

    def take(self, count: int) -> list[int]:
        """The next `count` indices."""
        taken = []
        while len(taken) < count:
            if not self._order:
                self._order = random.Random(f"{self.seed}:{self.epoch}").sample(range(self.size), self.size)
            chunk = self._order[self.position : self.position + count - len(taken)]
            taken += chunk
            self.position += len(chunk)
            if self.position == self.size:
                self.epoch, self.position, self._order = self.epoch + 1, 0, []
        return taken

    def state(self) -> dict[str, int]:
        """What `restore` needs."""
        return {"epoch": self.epoch, "position": self.position}

    def restore(self, state: dict[str, int]) -> None:
        """Go on where `state` was taken."""
        self.epoch, self.position, self._order = state["epoch"], state["position"], []
