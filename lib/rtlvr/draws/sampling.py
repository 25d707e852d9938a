"""One interface for all ways of filling a step: which prompts, how many answers to each, what to keep, when to stop waiting.

A step needs `batch` groups to train on. Until it has them, a policy orders rounds; after each it hears the answers, judges
the groups that have grown, and orders again. `fill` is the loop; who answers (a model, or the simulator of `rounds`) is an
`Answerer`. Policies are plain Python and know neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Protocol

from rtlvr.draws.unbiased import Stops, fixed_size

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
class Growing:
    """A group in the making: rewards of finished answers, how many are still missing, and the step of its first answer.

    `first` is the number of answers that it began with.
    """

    number: int
    prompt: int
    step: int
    weight: float = 1.0
    rewards: list[float] = field(default_factory=list)
    lengths: list[float] = field(default_factory=list)
    missing: int = 0
    first: int = 0
    content: Any = None

    @property
    def right(self) -> int:
        """Answers that were rewarded."""
        return sum(r > 0 for r in self.rewards)

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

    def round(self, step: int, asks: Sequence[Ask], policy: Policy, ready: int) -> list[Growing]:
        """The groups that were answered, in the order of asking, with those that were stopped still missing answers."""


@dataclass
class Filled:
    """A step: the groups to train on, and what it took."""

    used: list[Growing]
    rounds: int
    replayed: int = 0


class Filler:
    """Fills steps by a policy; keeps the groups that are open or carried between steps."""

    def __init__(self, policy: Policy, answerer: Answerer) -> None:
        self.policy, self.answerer = policy, answerer
        self.surplus: list[Growing] = []
        self.opened: list[Growing] = []

    def fill(self, step: int) -> Filled:
        """Fill one step."""
        policy, size, rounds = self.policy, self.policy.size, 0
        policy.begin(step)
        again = policy.replayed[: size.batch]
        ready = [*again, *(g for g in self.surplus if step - g.step <= policy.carry)]
        self.opened = [g for g in self.opened if step - g.step <= max(policy.carry, 1) or g.missing]
        while len(ready) < size.batch and rounds < size.max_rounds:
            ready += self._round(step, len(ready))
            rounds += 1
        used = ready[: size.batch]
        self.surplus = ready[size.batch :] if policy.carry else []
        policy.end(step, used)
        return Filled(used, rounds, len(again))

    def _round(self, step: int, ready: int) -> list[Growing]:
        policy = self.policy
        asks = policy.order(step, ready, self.opened)
        named = {a.group for a in asks}
        grown = self.answerer.round(step, asks, policy, ready)
        whole = [g for g in grown if not g.missing]
        policy.record(step, whole)
        verdicts = [(g, policy.late(g) if g.missing else policy.judge(g)) for g in grown]
        left = {g.number for g in grown} | named
        self.opened = [g for g in self.opened if g.number not in left] + [g for g, v in verdicts if v == "open"]
        return [g for g, v in verdicts if v == "keep"]
