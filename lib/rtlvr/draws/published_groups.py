"""Published rules with groups of unequal size (Reinforce-Ada, Knapsack RL), and those that stop stragglers (RollPacker, APRIL)."""

import heapq
import math
from collections.abc import Sequence
from typing import ClassVar

from .published import CAP, Fixed
from .sampling import Ask, Fate, Growing, Policy, Size


class ReinforceAda(Fixed):
    """Reinforce-Ada, balance: prompts are answered in rounds until half a group is right and half of one is wrong.

    Done: B prompts at a time, G / 2 answers a round, at most four rounds, a prompt leaves when it has G / 2 of each kind; what
    is mixed at the end is trained on, cut to G answers with as many of each kind as there are, up to half.
    Not known: the published size of a round and their number for a given G. The estimator: baselines come from all answers
    to a prompt (`Growing.against`), which does not make it unbiased, as the number of answers depends on them.
    """

    source: ClassVar[str] = "arXiv 2510.04996"
    rounds = 4

    @property
    def block(self) -> int:
        """Answers to a prompt in one round."""
        return max(2, self.size.group // 2)

    def stops(self, right: int, wrong: int) -> bool:
        """Where a prompt leaves: balanced, or out of rounds."""
        total = right + wrong
        if total % self.block:
            return False
        return total >= self.rounds * self.block or min(right, wrong) >= self.size.group // 2

    def order(self, step: int, ready: int, opened: Sequence[Growing]) -> list[Ask]:
        """Go on with what is open; a fresh batch only when nothing is."""
        if opened:
            return [Ask(g.prompt, self.block, group=g.number) for g in opened]
        return [Ask(p, self.block) for p in self.stream.take(self.size.batch)]

    def judge(self, group: Growing) -> Fate:
        """Open until it leaves."""
        if not self.stops(group.right, group.wrong):
            return "open"
        if group.mixed:
            self._cut(group)
        return super().judge(group)

    def _cut(self, group: Growing) -> None:
        """To G answers, as even as can be."""
        size = self.size.group
        if len(group.rewards) <= size:
            return
        right = min(group.right, max(size // 2, size - group.wrong))
        left = {True: right, False: size - right}
        chosen = []
        for i, reward in enumerate(group.rewards):
            if left[reward > 0]:
                left[reward > 0] -= 1
                chosen.append(i)
        group.keep_only(chosen)


class Knapsack(Fixed):
    """Knapsack RL: the round's budget goes where an answer adds most to (1 - p^N - (1-p)^N) p (1-p)^2.

    Done: p is a prompt's last rate; the gain of a further answer falls with N, so that taking the largest gains one by one
    is the best knapsack; two answers at least and 8 G at most; what prompts with p strictly between 0 and 1 do not
    need at 90 % confidence goes to those with p = 0, as in the release; prompts without a rate get G.
    Not known: whether the release's constants are those of the publication's runs.
    """

    source: ClassVar[str] = "arXiv 2509.25849"
    least, confidence = 2, 0.9

    def __init__(self, size: Size, seed: int) -> None:
        super().__init__(size, seed)
        self.rate: dict[int, float] = {}

    def order(self, step: int, ready: int, opened: Sequence[Growing]) -> list[Ask]:
        """A batch of prompts, a budget of G answers each."""
        prompts = self.stream.take(self.size.batch)
        counts = self.allot([self.rate.get(p) for p in prompts], self.size.group * len(prompts))
        return [Ask(p, n) for p, n in zip(prompts, counts, strict=True)]

    def allot(self, rates: Sequence[float | None], budget: int) -> list[int]:
        """How many answers for each rate; None: never seen."""
        group, most = self.size.group, 8 * self.size.group
        counts = [group if rate is None else self.least for rate in rates]
        useful = [i for i, rate in enumerate(rates) if rate is not None and 0 < rate < 1]
        left = budget - sum(counts)
        wanted = sum(min(most, self._cost(rates[i] or 0.0)) for i in useful)
        hopeless = [i for i, rate in enumerate(rates) if rate == 0]
        others = hopeless or [i for i, rate in enumerate(rates) if rate == 1]
        spare = max(0, left - wanted) if others else 0
        for place, i in enumerate(others):
            counts[i] += spare // len(others) + (place < spare % len(others))
        self._spend(counts, rates, useful, left - spare, most)
        return counts

    def _cost(self, rate: float) -> int:
        """Answers by which a group is mixed with the confidence asked for."""
        return int(math.log(1 - self.confidence) / math.log(max(rate, 1 - rate)))

    def _spend(self, counts: list[int], rates: Sequence[float | None], useful: list[int], left: int, most: int) -> None:
        def gain(i: int) -> float:
            rate = rates[i] or 0.0
            rise = rate ** counts[i] * (1 - rate) + (1 - rate) ** counts[i] * rate
            return float(rise * rate * (1 - rate) ** 2)

        heap = [(-gain(i), i) for i in useful]
        heapq.heapify(heap)
        while left > 0 and heap:
            _, i = heapq.heappop(heap)
            counts[i], left = counts[i] + 1, left - 1
            if counts[i] < most:
                heapq.heappush(heap, (-gain(i), i))

    def record(self, step: int, heard: Sequence[Growing]) -> None:
        """The last rate of every prompt."""
        self.rate |= {g.prompt: g.right / len(g.rewards) for g in heard}


class RollPacker(Fixed):
    """RollPacker's tail batching: short rounds take what finishes first, long prompts wait for a round of their own.

    Done: a short round asks a quarter more prompts and a quarter more answers than it needs, ends when it has enough, and
    puts unfinished prompts aside; a queue of `batch` such prompts makes a long round that waits for all. Unfinished
    answers are lost. With dynamic sampling, which the publication combines it with, "needs" is the acceptance's share.
    Not done: parallelism, reward workers and streamed training, which bring most of its published gain (2.0 to 2.6 times).
    The objective: answers in short rounds are the shortest of a quarter more, which prefers short ones; not corrected.
    """

    source: ClassVar[str] = "arXiv 2509.21009"
    more = 1.25

    def __init__(self, size: Size, seed: int) -> None:
        super().__init__(size, seed)
        self.long: list[int] = []
        self.is_long = False
        self.accepted, self.drawn = 1.0, 1.0

    def order(self, step: int, ready: int, opened: Sequence[Growing]) -> list[Ask]:
        """A long round where the queue is full, else a short one."""
        batch, group = self.size.batch, self.size.group
        self.is_long = len(self.long) >= batch
        if self.is_long:
            prompts, self.long = self.long[:batch], self.long[batch:]
            return [Ask(p, group) for p in prompts]
        needed = (batch - ready) * self.drawn / max(self.accepted, 0.1)
        count = min(CAP * batch, math.ceil(self.more * needed))
        return [Ask(p, group, math.ceil((self.more - 1) * group)) for p in self.stream.take(count)]

    def enough(self, ready: int) -> int:
        """What the step still needs."""
        return 0 if self.is_long else self.size.batch - ready

    def late(self, group: Growing) -> Fate:
        """Long prompts are begun anew in a long round."""
        self.long.append(group.prompt)
        return "drop"

    def record(self, step: int, heard: Sequence[Growing]) -> None:
        """The acceptance of late."""
        self.accepted = 0.7 * self.accepted + sum(g.mixed for g in heard)
        self.drawn = 0.7 * self.drawn + len(heard)


class April(RollPacker):
    """APRIL: more groups than needed, a round ends when there are enough, and what is unfinished goes on in the next step.

    Done: twice as many groups under way as the step needs (as in slime's example with dynamic sampling, by memory), those that
    were stopped first; a group trains when all its answers are there. Nothing is lost; answers are of a mixed policy.
    Not known: how many more the publication asks for. The objective: groups that train early are short ones; those that
    wait train later, so that in the long run none is missing, but they are older.
    """

    source: ClassVar[str] = "arXiv 2509.18521"
    resume, carry, over = True, 1, 2.0

    def order(self, step: int, ready: int, opened: Sequence[Growing]) -> list[Ask]:
        """Fill up what is under way."""
        needed = (self.size.batch - ready) * self.drawn / max(self.accepted, 0.1)
        count = min(CAP * self.size.batch, math.ceil(self.over * needed)) - len(opened)
        return self.take(max(0, count))

    def late(self, group: Growing) -> Fate:
        """It goes on."""
        return "open"


RULES: dict[str, type[Policy]] = {
    "reinforce-ada": ReinforceAda,
    "knapsack-rl": Knapsack,
    "rollpacker": RollPacker,
    "april": April,
}
