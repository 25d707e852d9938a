"""Rounds answered by a model: who writes on, who is stopped, who is thrown away. No model here: a `AnswerWriter` has it.

Where a policy ends a round early (`Policy.enough`) answers are written in parts of equal length, and after each it is asked; all
answers are taken to be written side by side, so that a round has gone as far as its longest answer. Counting in tokens, not in
seconds, makes a run the same on one process as on several, and the same again after a kill. A part is what stopping is
coarse by: `PARTS` of them make the longest answer. Answers that go on in a later round keep their tokens, each
token's log-probability under the policy that wrote it, and their random numbers.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol

from .sampling import Ask, Draft, Growing, Policy

PARTS = 8


@dataclass(frozen=True)
class WrittenAnswer:
    """A finished answer: its reward, which decides whether a group is mixed, and its score, which advantages come from."""

    reward: float
    score: float
    length: int
    content: Any = None


class AnswerWriter(Protocol):
    """A model and its reward."""

    def write(self, drafts: Sequence[Draft], tokens: int) -> list[Draft]:
        """Go on with every draft by at most so many tokens, in order; one at its end, or at the budget's, has `ended`."""

    def score(self, drafts: Sequence[Draft]) -> list[WrittenAnswer]:
        """Judge drafts that have ended, in order."""


@dataclass
class Tally:
    """What a step cost: groups begun, tokens written, and those of them in answers that were thrown away."""

    begun: int = 0
    tokens: int = 0
    lost: int = 0


class Rounds:
    """Answers rounds by a writer.

    Args:
        longest: tokens of the longest answer.
        seed: of the answers' random numbers.
        stops: whether the writer can stop an answer in its middle; otherwise rounds wait for all.
    """

    saved: ClassVar[tuple[str, ...]] = ("count", "step", "begun", "tokens", "lost")

    def __init__(self, writer: AnswerWriter, longest: int, seed: int, stops: bool = True) -> None:
        self.writer, self.longest, self.seed, self.stops = writer, longest, seed, stops
        self.count = self.step = self.begun = self.tokens = self.lost = 0

    def tally(self, step: int) -> Tally:
        """What a step has cost so far; nothing where it asked for nothing."""
        return Tally(self.begun, self.tokens, self.lost) if step == self.step else Tally()

    def round(
        self, step: int, asks: Sequence[Ask], policy: Policy, ready: int, opened: Sequence[Growing]
    ) -> list[Growing]:
        """Answer a round; answers left from the last one go on first.

        Raises:
            ValueError: an ask names a group that is not open.
        """
        if step != self.step:
            self.step, self.begun, self.tokens, self.lost = step, 0, 0, 0
        named, known = {a.group for a in asks}, {g.number: g for g in opened}
        groups = [g for g in opened if g.missing and g.number not in named] + [
            self._asked(a, step, known) for a in asks
        ]
        wanted = policy.enough(ready) if self.stops else 0
        part = math.ceil(self.longest / PARTS) if wanted else self.longest
        while any(g.going for g in groups):
            self._write(groups, part)
            if wanted and _kept(groups, policy) >= wanted:
                break
        if not policy.resume:
            for group in groups:
                self._drop(group)
        return groups

    def _asked(self, ask: Ask, step: int, known: Mapping[int, Growing]) -> Growing:
        if ask.group < 0:
            self.count += 1
            key = f"{self.seed}/{step}/{self.begun}"
            group = Growing(self.count, ask.prompt, step, ask.weight, first=ask.answers, key=key)
            self.begun += 1
        elif ask.group in known:
            group = known[ask.group]
        else:
            raise ValueError(f"got an order for group {ask.group}; allowed: -1 for a new one, or {sorted(known)}")
        count = ask.answers + ask.spare
        group.going += [Draft(f"{group.key}/{group.asked + k}", group.prompt) for k in range(count)]
        group.missing, group.asked = group.missing + ask.answers, group.asked + count
        return group

    def _write(self, groups: Sequence[Growing], part: int) -> None:
        """One part of everything that is under way; what ended in it is judged."""
        drafts = [d for g in groups for d in g.going]
        grown = self.writer.write(drafts, part)
        self.tokens += sum(len(d.ids) for d in grown) - sum(len(d.ids) for d in drafts)
        rest = iter(grown)
        for group in groups:
            group.going = [next(rest) for _ in group.going]
        taken = [_first(g) for g in groups]
        scored = self.writer.score(asked := [d for drafts in taken for d in drafts])
        # A writer that writes and scores at once has given no tokens yet.
        self.tokens += sum(a.length - len(d.ids) for a, d in zip(scored, asked, strict=True))
        answers = iter(scored)
        for group, drafts in zip(groups, taken, strict=True):
            _take(group, [next(answers) for _ in drafts])
            group.going = [d for d in group.going if d not in drafts]
            if not group.missing:
                self._drop(group)

    def _drop(self, group: Growing) -> None:
        """Nobody waits for what is still under way."""
        self.lost += sum(len(d.ids) for d in group.going)
        group.going = []


def _first(group: Growing) -> list[Draft]:
    """Of the answers that have ended, those that the group waits for: the shortest where some are spare."""
    ended = [d for d in group.going if d.ended]
    if len(ended) > group.missing:
        ended = sorted(ended, key=lambda d: len(d.ids))
    return ended[: group.missing]


def _take(group: Growing, answers: Sequence[WrittenAnswer]) -> None:
    group.rewards += [a.reward for a in answers]
    group.scores += [a.score for a in answers]
    group.lengths += [float(a.length) for a in answers]
    group.content += [a.content for a in answers]
    group.missing -= len(answers)


def _kept(groups: Sequence[Growing], policy: Policy) -> int:
    """How many groups would be kept if the round ended here; they are judged as copies, since judging may cut them."""
    whole = [
        replace(g, rewards=[*g.rewards], lengths=[*g.lengths], scores=[], content=[]) for g in groups if not g.missing
    ]
    return sum(policy.judge(group) == "keep" for group in whole)
