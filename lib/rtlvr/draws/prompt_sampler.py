"""Which prompts to draw: endless passes over the set, and what is known of each prompt's answers.

A group whose answers are all right or all wrong teaches nothing. Which prompts give such groups can be told from what they
gave before (the idea is that of GRESO, arXiv 2506.02177; the estimate here is Bayesian): the solve rate of a prompt is
Beta-distributed given its past answers, and the chance of a mixed group of G follows in closed form. What was seen fades
with time and with every further visit, since the policy changes, so that a prompt that was put aside comes back; none
waits longer than `PATIENCE` passes.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

PATIENCE = 8  # passes in a row that a prompt may be left out
_PRIOR = 0.5  # Beta(1/2, 1/2): most prompts are nearly always or nearly never solved
_VISIT = 0.5  # weight that older answers of a prompt keep when it is tried again: it may have been trained on since
_SHARPNESS = 5.0  # how steeply a low chance of a mixed group is punished


@dataclass
class PromptStream:
    """Endless prompt indices below `size`: every pass is a fresh permutation, nothing is repeated within a pass."""

    size: int
    seed: int
    epoch: int = 0
    position: int = 0
    skipped: dict[int, int] = field(default_factory=dict)
    _order: list[int] = field(default_factory=list, repr=False)

    def take(self, count: int) -> list[int]:
        """The next `count` indices."""
        return [self.next() for _ in range(count)]

    def next(self, chance: Callable[[int], float] | None = None) -> int:
        """The next index; where `chance` is given a prompt is passed over with one minus that probability."""
        while True:
            index = self._advance()
            taken = 1.0 if chance is None else chance(index)
            if taken >= 1 or self._luck(index) < taken or self.skipped.get(index, 0) >= PATIENCE:
                self.skipped.pop(index, None)
                return index
            self.skipped[index] = self.skipped.get(index, 0) + 1

    def _luck(self, index: int) -> float:
        return random.Random(f"skip:{self.seed}:{self.epoch}:{self.position}:{index}").random()

    def _advance(self) -> int:
        if not self._order:
            self._order = random.Random(f"{self.seed}:{self.epoch}").sample(range(self.size), self.size)
        index = self._order[self.position]
        self.position += 1
        if self.position == self.size:
            self.epoch, self.position, self._order = self.epoch + 1, 0, []
        return index

    def state(self) -> dict[str, Any]:
        """What `restore` needs; JSON."""
        return {"epoch": self.epoch, "position": self.position, "skipped": list(self.skipped.items())}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where `state` was taken."""
        self.epoch, self.position, self._order = state["epoch"], state["position"], []
        self.skipped = {int(k): int(v) for k, v in state["skipped"]}


@dataclass
class History:
    """Right and wrong answers per prompt, which fade with a half-life in steps."""

    group: int
    half_life: float = 20.0
    seen: dict[int, tuple[float, float, int]] = field(default_factory=dict)  # prompt: right, wrong, step

    def record(self, prompt: int, right: int, wrong: int, step: int) -> None:
        """Take in the answers of one group."""
        before = self._now(prompt, step)
        self.seen[prompt] = (_VISIT * before[0] + right, _VISIT * before[1] + wrong, step)

    def mixed(self, prompt: int, step: int) -> float:
        """The probability that a group of this prompt is mixed, by its faded answers."""
        return mixed_chance(*self.counts(prompt, step), self.group)

    def counts(self, prompt: int, step: int) -> tuple[float, float]:
        """The Beta distribution of the prompt's solve rate: right and wrong answers, faded, and the prior."""
        right, wrong = self._now(prompt, step)
        return _PRIOR + right, _PRIOR + wrong

    def keep(self, prompt: int, step: int, sharpness: float = _SHARPNESS) -> float:
        """The probability with which the prompt should be drawn when its turn comes; 1 where nothing is known."""
        return min(1.0, float((self.mixed(prompt, step) / mixed_chance(_PRIOR, _PRIOR, self.group)) ** sharpness))

    def _now(self, prompt: int, step: int) -> tuple[float, float]:
        right, wrong, then = self.seen.get(prompt, (0.0, 0.0, step))
        fade = 0.5 ** ((step - then) / self.half_life)
        return right * fade, wrong * fade

    def state(self) -> list[list[float]]:
        """What `restore` needs; JSON."""
        return [[prompt, *values] for prompt, values in self.seen.items()]

    def restore(self, state: list[list[float]]) -> None:
        """Go on where `state` was taken."""
        self.seen = {int(prompt): (right, wrong, int(step)) for prompt, right, wrong, step in state}


@lru_cache(maxsize=10_000)
def mixed_chance(right: float, wrong: float, group: int) -> float:
    """Probability that `group` answers are neither all right nor all wrong, their rate being Beta(right, wrong)."""

    def all_alike(one: float, other: float) -> float:
        log = math.lgamma(one + group) - math.lgamma(one) + math.lgamma(one + other) - math.lgamma(one + other + group)
        return math.exp(log)

    return max(0.0, 1.0 - all_alike(right, wrong) - all_alike(wrong, right))
