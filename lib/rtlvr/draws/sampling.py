"""One interface for all ways of filling a step: which prompts, how many answers to each, what to keep, when to stop waiting.

A step needs `batch` groups to train on. Until it has them, a policy orders rounds; after each it hears the answers, judges
the groups that have grown, and orders again. `fill` is the loop; who answers (a model, or the simulator of `rounds`) is an
`Answerer`. Policies are plain Python and know neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Protocol

from .unbiased import Stops, fixed_size

Fate = Literal["keep", "open", "drop"]


@dataclass(frozen=True)
class Ask:
    """Answers to order for one prompt.

    Args:
        answers: how many of them the group waits for.
        spare: answers generated beyond these; what comes last is thrown away.
        group: the number of the open group that they belong to; -1 begins a new one.
        weight: one over the probability with which the rule took the prompt when its turn came.
    """

    prompt: int
    answers: int
    spare: int = 0
    group: int = -1
    weight: float = 1.0


@dataclass
class Draft:
    """An answer under way: its key, which seeds its random numbers, the tokens so far, and each one's log-probability."""

    key: str
    prompt: int
    ids: list[int] = field(default_factory=list)
    logs: list[float] = field(default_factory=list)
    ended: bool = False


@dataclass
class Growing:
    """A group in the making: rewards of finished answers, how many are still missing, and the step of its first answer.

    Attributes:
        first: the number of answers that it began with.
        scores: what advantages come from, an answer each (rewards less penalties); empty: the rewards.
        against: the scores that the group's are held against; empty: its own.
        content: what the trainer needs, an answer each; empty in simulation.
        going: answers under way, and `asked`, how many were begun in all, spare ones included.
        key: its own among all groups of a run.
    """

    number: int
    prompt: int
    step: int
    weight: float = 1.0
    rewards: list[float] = field(default_factory=list)
    lengths: list[float] = field(default_factory=list)
    missing: int = 0
    first: int = 0
    scores: list[float] = field(default_factory=list)
    against: list[float] = field(default_factory=list)
    content: list[Any] = field(default_factory=list)
    going: list[Draft] = field(default_factory=list)
    asked: int = 0
    key: str = ""

    def keep_only(self, chosen: Sequence[int]) -> None:
        """Cut the group to some of its answers; they are still held against all of them."""
        self.against = list(self.scores or self.rewards)
        for values in (self.rewards, self.lengths, self.scores, self.content):
            if values:
                values[:] = [values[i] for i in chosen]

    @property
    def right(self) -> int:
        """Answers that were rewarded."""
        return sum([r > 0 for r in self.rewards])

    @property
    def wrong(self) -> int:
        """Answers that were not."""
        return len(self.rewards) - self.right

    @property
    def mixed(self) -> bool:
        """Whether the answers differ in reward."""
        return bool(self.rewards) and min(self.rewards) != max(self.rewards)


@dataclass(frozen=True)
class Size:
    """What every rule is told: groups per step, answers per group, prompts in the set, and the most rounds of a step."""

    batch: int
    group: int
    prompts: int
    max_rounds: int = 20


class Policy:
    """A way of filling a step; the defaults are DAPO's: whole groups, mixed ones kept, no waiting cut short.

    Attributes:
        source: where the rule was published.
        carry: for how many steps a finished group may wait to be trained on; 0 discards what is left over.
        weighs: `Ask.weight` makes up for the choice of prompts.
        resume: answers that were stopped go on in the next round; otherwise they are lost.
        replayed: groups of earlier steps that a step trains on once more.
    """

    source: ClassVar[str] = ""
    carry: int = 0
    weighs: bool = True
    resume: bool = False

    def __init__(self, size: Size, seed: int) -> None:
        self.size, self.seed = size, seed
        self.replayed: list[Growing] = []

    def begin(self, step: int) -> None:
        """A step begins."""

    def order(self, step: int, ready: int, opened: Sequence[Growing]) -> list[Ask]:
        """What to answer next: `ready` groups are there, and those of `opened` wait for a decision.

        Raises:
            NotImplementedError: a rule has to say this.
        """
        raise NotImplementedError

    def enough(self, ready: int) -> int:
        """Stop a round when so many of its groups are fit to be kept; 0 waits for all answers."""
        del ready
        return 0

    def ends(self, group: Growing) -> Stops:
        """The rule by which this group came to an end, for the correction of `unbiased`; by default its size was fixed."""
        return fixed_size(len(group.rewards))

    def judge(self, group: Growing) -> Fate:
        """What becomes of a group that is missing no answer."""
        return "keep" if group.mixed else "drop"

    def late(self, group: Growing) -> Fate:
        """What becomes of a group whose answers were stopped: open where they are resumed."""
        del group
        return "open" if self.resume else "drop"

    def record(self, step: int, heard: Sequence[Growing]) -> None:
        """Learn from the groups of a round that are missing no answer; open ones come again when they have grown."""

    def end(self, step: int, used: Sequence[Growing]) -> None:
        """A step is full, or given up."""


class Answerer(Protocol):
    """Who answers a round."""

    def round(
        self, step: int, asks: Sequence[Ask], policy: Policy, ready: int, opened: Sequence[Growing]
    ) -> list[Growing]:
        """The groups that were answered, in the order of asking, with those that were stopped still missing answers.

        `opened` are the groups that asks may name; those that are missing answers go on unasked.
        """


@dataclass
class Filled:
    """A step: the groups to train on, and what it took.

    `ended` are the groups that came to an end while it was filled; `carried` says how many of `used` waited from an earlier
    step, and `dropped` how many mixed groups were thrown away.
    """

    used: list[Growing]
    rounds: int
    replayed: int = 0
    ended: list[Growing] = field(default_factory=list)
    carried: int = 0
    dropped: int = 0

    def trained(self, batch: int) -> list[Growing]:
        """What a step trains on: mixed groups, and where they are short uniform ones, whose advantages are zero."""
        return [*self.used, *(g for g in self.ended if not g.mixed)][:batch]


@dataclass
class StepUnderWay:
    """A step while it is filled: its number, the groups that are there, and the counts of `Filled`."""

    number: int
    ready: list[Growing]
    replayed: int
    carried: int
    dropped: int
    rounds: int = 0
    ended: list[Growing] = field(default_factory=list)


class Filler:
    """Fills steps by a policy; keeps the groups that are open or carried between steps.

    `saving.saved` takes all of it between any two rounds, and `saving.restore` goes on there.
    """

    def __init__(self, policy: Policy, answerer: Answerer) -> None:
        self.policy, self.answerer = policy, answerer
        self.surplus: list[Growing] = []
        self.opened: list[Growing] = []
        self.step: StepUnderWay | None = None

    def fill(self, step: int) -> Filled:
        """Fill one step; one that was restored in its middle goes on."""
        now = self.step if self.step and self.step.number == step else self.begin(step)
        while self.lacking:
            self.advance()
        used, rest = now.ready[: self.policy.size.batch], now.ready[self.policy.size.batch :]
        self.surplus, self.step = rest if self.policy.carry else [], None
        self.policy.end(step, used)
        dropped = now.dropped + (0 if self.policy.carry else len(rest))
        return Filled(used, now.rounds, now.replayed, now.ended, now.carried, dropped)

    def begin(self, step: int) -> StepUnderWay:
        """Begin a step with what is replayed and what was carried."""
        policy = self.policy
        policy.begin(step)
        again = policy.replayed[: policy.size.batch]
        waited = [g for g in self.surplus if step - g.step <= policy.carry]
        self.opened = [g for g in self.opened if step - g.step <= max(policy.carry, 1) or g.missing]
        self.step = StepUnderWay(step, [*again, *waited], len(again), len(waited), len(self.surplus) - len(waited))
        return self.step

    @property
    def lacking(self) -> bool:
        """Whether the step that was begun wants another round."""
        size, now = self.policy.size, self.step
        return now is not None and len(now.ready) < size.batch and now.rounds < size.max_rounds

    def advance(self) -> None:
        """One round of the step that was begun.

        Raises:
            RuntimeError: none was.
        """
        policy, now = self.policy, self.step
        if now is None:
            raise RuntimeError("got no step under way; call begin first")
        asks = policy.order(now.number, len(now.ready), self.opened)
        named = {a.group for a in asks}
        grown = self.answerer.round(now.number, asks, policy, len(now.ready), self.opened)
        policy.record(now.number, [g for g in grown if not g.missing])
        verdicts = [(g, policy.late(g) if g.missing else policy.judge(g)) for g in grown]
        left = {g.number for g in grown} | named
        self.opened = [g for g in self.opened if g.number not in left] + [g for g, v in verdicts if v == "open"]
        now.ready += [g for g, v in verdicts if v == "keep"]
        now.ended += [g for g, v in verdicts if v != "open" and not g.missing]
        now.rounds += 1
