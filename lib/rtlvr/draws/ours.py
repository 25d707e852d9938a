"""Our rules, put together from parts that can be taken one by one. What each gives is in docs/draws.md.

What each does to the objective, and what repairs it:

- tracking: rounds of the size that should do, by an acceptance that rises and falls. Nothing.
- carry: surplus groups wait for the next step. Their answers are older: the ratio to the policy that sampled them.
- history: a prompt's past answers say how likely a mixed group is; unlikely ones are passed over, none for ever. The mixture of
  prompts is another one: `Ask.weight`.
- probe: a few answers first; a group that is uniform after them ends there. Groups that were lucky early: `unbiased.share`.
- early: a group that is mixed enough ends before G answers. The same.
- deep: a group that is uniform at G goes on to 2 G. The same.
- ahead: the round that ends this step's groups begins the next one's. Probes are a step older: as carry.
- partial: a round ends when the step is full, its stragglers go on in the next. Short groups train first, long ones older:
  nothing exact, bounded by what is under way.
- rank: the likeliest prompts of the whole set, instead of passes over it. A narrow mixture of prompts; no weight repairs it.
- pack: prompts with long answers wait for a round of their own. Nothing over a pass; another step trains on them.
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from .prompt_sampler import PATIENCE, History, PromptStream, mixed_chance
from .published import CAP
from .rules import Acceptance
from .sampling import Ask, Fate, Growing, Policy, Size
from .unbiased import Stops

_LONG = 1.25  # times the mean length: a prompt that waits for a long round


@dataclass(frozen=True)
class Parts:
    """Which parts are on.

    Args:
        probe: answers after which a uniform group ends; 0 asks for whole groups.
        sure: prompts whose group is mixed with this probability are not probed.
        early: a group ends after the block in which it has so many of each kind; 0 never.
        partial: a round ends when the step is full, and so many times what a step needs is under way; 0 waits for all.
        rank: the likeliest prompts of the whole set go first, none twice within so many steps; 0 keeps to passes over the set.
        margin: standard deviations by which more is ordered than should do.
        floor: a prompt is taken with at least this probability when its turn comes.
        sharp: how steeply a low chance is punished.
        half_life: of what is known of a prompt, in steps.
    """

    carry: int = 0
    history: bool = False
    probe: int = 0
    sure: float = 1.1
    early: int = 0
    deep: bool = False
    ahead: bool = False
    partial: float = 0.0
    pack: bool = False
    rank: int = 0
    margin: float = 0.0
    floor: float = 0.0
    sharp: float = 5.0
    half_life: float = 20.0

    def blocks(self, group: int, first: int) -> list[int]:
        """Sizes at which a group that began with `first` answers is judged."""
        sizes = {first, group, group // 2 if self.early and first < group else 0, 2 * group if self.deep else 0}
        return sorted(sizes - {0})

    def stops(self, group: int, first: int) -> Stops:
        """Where such a group ends: what the correction needs to know."""
        blocks = self.blocks(group, first)

        def ends(right: int, wrong: int) -> bool:
            total, few = right + wrong, min(right, wrong)
            if total not in blocks:
                return False
            if few:
                return total >= group or bool(self.early and few >= self.early)
            return total == blocks[-1] or not self.deep

        return ends


class Ours(Policy):
    """A rule made of parts. Its state is the stream, the acceptance and the history."""

    source: ClassVar[str] = "this kit"

    def __init__(self, size: Size, seed: int, parts: Parts) -> None:
        super().__init__(size, seed)
        self.parts, self.weighs = parts, not parts.rank
        self.carry, self.resume = parts.carry, parts.partial > 0
        self.stream, self.acceptance = PromptStream(size.prompts, seed), Acceptance()
        self.history = History(size.group, parts.half_life)
        self.lengths: dict[int, float] = {}
        self.long: list[Ask] = []
        self.asked_at: dict[int, int] = {}
        self._rounds = self._flush = 0
        self._ranked: list[int] = []

    def begin(self, step: int) -> None:
        """No round yet."""
        self._rounds = 0
        if self.parts.rank:
            luck = random.Random(f"rank:{self.seed}:{step}")
            free = [
                p for p in range(self.size.prompts) if self.asked_at.get(p, -self.parts.rank) <= step - self.parts.rank
            ]
            self._ranked = [p for _, _, p in sorted((self.history.mixed(p, step), luck.random(), p) for p in free)]

    def order(self, step: int, ready: int, opened: Sequence[Growing]) -> list[Ask]:
        """Go on with open groups, as many as are needed, and begin what should give the rest."""
        self._rounds += 1
        parts, batch = self.parts, self.size.batch
        waiting = sorted((g for g in opened if not g.missing), key=lambda g: g.step)
        going = sum(
            min(1.0, self.acceptance.factor * self.chance(g.prompt, step, g.first)) for g in opened if g.missing
        )
        room = max(0, math.ceil(max(1.0, parts.partial) * (batch - ready) - going))
        asks = [self._more(g) for g in waiting[:room]]
        wanted, spare, first = room - len(asks), len(waiting) - len(asks), self._rounds == 1
        later = max(0, batch - spare) if parts.ahead and first else 0
        return asks + (self._begin(step, wanted, later) if wanted or later else [])

    def _more(self, group: Growing) -> Ask:
        have = len(group.rewards)
        to = next(size for size in self.parts.blocks(self.size.group, group.first) if size > have)
        return Ask(group.prompt, to - have, group=group.number)

    def _begin(self, step: int, wanted: int, later: int) -> list[Ask]:
        """Prompts of which `wanted` should be mixed in this step; with `ahead` probes are for the next."""
        asks: list[Ask] = []
        whole = probes = variance = 0.0
        while len(asks) < CAP * self.size.batch:
            asks.append(ask := self._next(step))
            self.asked_at[ask.prompt] = step
            sure = min(0.99, self.acceptance.factor * self.chance(ask.prompt, step, ask.answers))
            variance += sure * (1 - sure)
            if ask.answers < self.size.group:
                probes += sure
            else:
                whole += sure
            slack = self.parts.margin * math.sqrt(variance)
            if whole + probes - slack >= wanted + later - 1e-9 or (later and whole - slack >= wanted + later / 2):
                break
        return asks

    def chance(self, prompt: int, step: int, answers: int) -> float:
        """The probability that so many answers to the prompt are mixed; 1 where no history is kept."""
        if not self.parts.history:
            return 1.0
        right, wrong = self.history.counts(prompt, step)
        return mixed_chance(right, wrong, answers)

    def _next(self, step: int) -> Ask:
        """The next prompt; one that is long waits until a whole round of such is there."""
        if not self.parts.pack:
            return self._drawn(step)
        if self._flush and self.long:
            self._flush -= 1
            return self.long.pop(0)
        while True:
            ask = self._drawn(step)
            if self.lengths.get(ask.prompt, 1.0) < _LONG * self._usual():
                return ask
            self.long.append(ask)
            if len(self.long) >= self.size.batch // 2:
                self._flush = len(self.long)
                return self.long.pop(0)

    def _drawn(self, step: int) -> Ask:
        parts, chances = self.parts, {-1: 1.0}

        def keep(prompt: int) -> float:
            forced = self.stream.skipped.get(prompt, 0) >= PATIENCE  # it is taken for certain now
            chances[prompt] = 1.0 if forced else max(parts.floor, self.history.keep(prompt, step, parts.sharp))
            return chances[prompt]

        ranked = bool(parts.rank and self._ranked)
        prompt = self._ranked.pop() if ranked else self.stream.next(keep if parts.history else None)
        group = self.size.group
        probed = parts.probe and self.chance(prompt, step, group) < (parts.sure if parts.history else 2.0)
        return Ask(prompt, parts.probe if probed else group, weight=1 / chances.get(prompt, 1.0))

    def _usual(self) -> float:
        return sum(self.lengths.values()) / len(self.lengths) if self.lengths else 1.0

    def enough(self, ready: int) -> int:
        """With `partial` a round ends when the step is full."""
        return self.size.batch - ready if self.parts.partial else 0

    def ends(self, group: Growing) -> Stops:
        """By its parts."""
        return self.parts.stops(self.size.group, group.first)

    def judge(self, group: Growing) -> Fate:
        """Open until it stops."""
        if not self.ends(group)(group.right, group.wrong):
            return "open"
        return "keep" if group.mixed else "drop"

    def record(self, step: int, heard: Sequence[Growing]) -> None:
        """Acceptance by what groups began with; history by ended groups."""
        fresh = [g for g in heard if len(g.rewards) == g.first]
        if fresh:
            expected = sum(self.chance(g.prompt, step, g.first) for g in fresh)
            self.acceptance.record(len(fresh), sum(g.mixed for g in fresh), expected)
        for group in heard:
            if self.ends(group)(group.right, group.wrong):
                self.history.record(group.prompt, group.right, group.wrong, step)
                self.lengths[group.prompt] = sum(group.lengths) / len(group.lengths)


TODAY = Parts(carry=2, history=True, margin=1.0)
OURS = Parts(2, True, 4, 0.9, ahead=True, partial=2.0, margin=2.0, sharp=10.0, half_life=60.0)
NARROW = replace(OURS, rank=1)


def made_of(parts: Parts) -> Callable[[Size, int], Ours]:
    """A maker of policies with these parts."""
    return lambda size, seed: Ours(size, seed, parts)
