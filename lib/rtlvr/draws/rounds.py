"""A simulated cluster that answers rounds: lengths, stragglers, partial answers, and what all of it costs.

Groups may be of unequal size, rounds may end before their last answer, and answers may go on in a later round. Such an
answer is of a mixed policy: its chance of being right lies between the old and the new one's by the share of its tokens that
each wrote. A round takes the time of its tokens at a fixed throughput plus the tail of its longest answer, because the next
round waits for it.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .sampling import Ask, Filler, Growing, Policy, Size
from .traces import Cluster, Trace
from .unbiased import share


@dataclass
class Bill:
    """What a run cost. Tokens are counted in mean answers.

    `signal` is the squared ratio of signal to noise of the summed, corrected gradient, were all prompts' gradients alike:
    it says what unequal groups are worth. `weighed` is the same with every prompt counted by its weight; NaN without weights.
    """

    tokens: float = 0.0
    prompts: int = 0  # groups begun
    lost: float = 0.0  # of them in answers that were never finished
    older: float = 0.0  # in groups trained on that were begun in an earlier step
    rounds: int = 0
    tails: float = 0.0  # lengths of the longest answers waited for, summed
    groups: int = 0  # trained on
    fresh: int = 0  # of them for the first time
    answers: int = 0  # trained on
    breadth: float = 0.0  # how many prompts it is as if all had been trained on equally often
    signal: float = 0.0
    weighed: float = 0.0

    def time(self, cluster: Cluster, verify: float = 0.0) -> float:
        """In units of one mean answer on one stream; `verify` is added for every round.

        Graham's bound for list scheduling is close for many short jobs.
        """
        busy = (self.tokens + cluster.rest * self.answers) / cluster.streams
        return busy + self.tails * (1 - 1 / cluster.streams) + verify * self.rounds


@dataclass
class _Going:
    """Unfinished answers of a group: what is left, what was written, each one's luck, and the log-odds under which it began."""

    left: np.ndarray
    done: np.ndarray
    luck: np.ndarray
    odds: np.ndarray

    def only(self, which: np.ndarray) -> "_Going":
        """Some of them."""
        if which.all():
            return self
        return _Going(self.left[which], self.done[which], self.luck[which], self.odds[which])


class World:
    """Prompts of known difficulty, answered in rounds."""

    def __init__(self, trace: Trace, seed: int) -> None:
        self.trace, self.rng, self.bill = trace, np.random.default_rng(seed), Bill()
        given = trace.difficulty
        rates = self.rng.beta(given.right, given.wrong, given.prompts).clip(1e-6, 1 - 1e-6)
        self.odds = np.log(rates / (1 - rates))
        self._mean = float(np.exp(trace.slope * (0.5 - rates)).mean())
        self._groups: dict[int, Growing] = {}
        self._going: dict[int, _Going] = {}
        self._count = 0

    def round(
        self, step: int, asks: Sequence[Ask], policy: Policy, ready: int, opened: Sequence[Growing]
    ) -> list[Growing]:
        """Answer a round; answers left from the last one go on first."""
        named = {a.group for a in asks}
        waiting = [n for n in self._going if n not in named]
        numbers = waiting + [self._begin(a, step) for a in asks]
        self._draw(asks, numbers[len(waiting) :])
        whole = {n: self._whole(n) for n in numbers}
        limit = max(whole.values(), default=0.0)
        if wanted := policy.enough(ready):
            limit = self._limit(numbers, whole, wanted, policy, limit)
        self.bill.rounds += 1
        self.bill.tails += limit
        for number in numbers:
            self._run(number, limit, policy)
        return [self._groups[n] for n in numbers]

    def _begin(self, ask: Ask, step: int) -> int:
        if ask.group < 0:
            self._count, self.bill.prompts = self._count + 1, self.bill.prompts + 1
            self._groups[self._count] = Growing(self._count, ask.prompt, step, ask.weight, first=ask.answers)
        number = self._count if ask.group < 0 else ask.group
        self._groups[number].missing += ask.answers
        return number

    def _draw(self, asks: Sequence[Ask], numbers: Sequence[int]) -> None:
        counts = [a.answers + a.spare for a in asks]
        given, total = self.trace.lengths, sum(counts)
        lengths = self.rng.lognormal(-(given.spread**2) / 2, given.spread, total)  # so that the mean length is 1
        luck = self.rng.random(total)
        odds = np.repeat(self.odds[[a.prompt for a in asks]], counts)
        if self.trace.slope:
            lengths *= np.exp(self.trace.slope * (0.5 - 1 / (1 + np.exp(-odds)))) / self._mean
        lengths = np.minimum(lengths, given.longest)
        at = 0
        for number, count in zip(numbers, counts, strict=True):
            part = slice(at, at + count)
            new = _Going(lengths[part], np.zeros(count), luck[part], odds[part])
            old = self._going.get(number)
            self._going[number] = new if old is None else _joined(old, new)
            at += count

    def _whole(self, number: int) -> float:
        """When the last answer that a group waits for is there."""
        left, missing = self._going[number].left, self._groups[number].missing
        return float(left.max() if missing >= len(left) else np.partition(left, missing - 1)[missing - 1])

    def _limit(self, numbers: list[int], whole: dict[int, float], wanted: int, policy: Policy, last: float) -> float:
        """When so many groups are fit to be kept; the end of the round where that never happens."""
        for number in sorted(numbers, key=whole.__getitem__):
            group = self._groups[number]
            ended = self._rewards(number, self._going[number].left <= whole[number])
            rewards = [*group.rewards, *ended[: group.missing]]
            wanted -= policy.judge(replace(group, rewards=rewards, missing=0)) == "keep"
            if wanted <= 0:
                return whole[number]
        return last

    def _rewards(self, number: int, ended: np.ndarray) -> list[float]:
        """Rewards of the answers that end in this round, the shortest first where some are spare."""
        going, now = self._going[number].only(ended), self.odds[self._groups[number].prompt]
        if going.done.any():
            old = going.done / (going.done + going.left)
            now = old * going.odds + (1 - old) * now
        right = going.luck < 1 / (1 + np.exp(-now))
        if len(right) > self._groups[number].missing:
            right = right[np.argsort(going.left, kind="stable")]
        return right.astype(float).tolist()  # type: ignore[no-any-return]

    def _run(self, number: int, limit: float, policy: Policy) -> None:
        group, going = self._groups[number], self._going[number]
        # Spare answers stop when their group has what it waits for.
        until = min(limit, self._whole(number))
        ended, bill = going.left <= until, self.bill
        taken = self._rewards(number, ended)[: group.missing]
        lengths = (going.done + going.left)[ended]
        group.rewards += taken
        group.lengths += np.sort(lengths)[: len(taken)].tolist() if len(lengths) > len(taken) else lengths.tolist()
        group.missing -= len(taken)
        bill.tokens += float(np.minimum(going.left, until).sum())
        if group.missing and policy.resume:
            rest = going.only(~ended)
            self._going[number] = _Going(rest.left - until, rest.done + until, rest.luck, rest.odds)
            return
        bill.lost += float((going.done[~ended] + until).sum())
        del self._going[number]


def _joined(one: _Going, other: _Going) -> _Going:
    parts = [(getattr(one, name), getattr(other, name)) for name in ("left", "done", "luck", "odds")]
    return _Going(*(np.concatenate(pair) for pair in parts))


def run(make: Callable[[Size, int], Policy], size: Size, trace: Trace, steps: int, seed: int = 0) -> Bill:
    """Fill `steps` steps by a policy, and what that cost."""
    world = World(trace, seed)
    policy = make(size, seed)
    filler, bill = Filler(policy, world), world.bill
    sums = np.zeros(4)
    shares: dict[tuple[int, int, int], float] = {}
    times: Counter[int] = Counter()
    for step in range(steps):
        filled = filler.fill(step)
        used, again = filled.used, filled.replayed
        bill.groups, bill.fresh = bill.groups + len(used), bill.fresh + len(used) - again
        bill.answers += sum(len(g.rewards) for g in used)
        bill.older += sum(sum(g.lengths) for g in used if g.step < step)
        for group in used:
            sums += _signal(group, shares, policy)
        times.update(g.prompt for g in used)
        world.odds += trace.difficulty.drift
        np.add.at(world.odds, [g.prompt for g in used], trace.difficulty.learn)
    bill.signal, bill.weighed = _ratio(sums[0], sums[1]), _ratio(sums[2], sums[3]) if policy.weighs else math.nan
    bill.breadth = _ratio(sum(times.values()), sum(n * n for n in times.values()))
    return bill


def _ratio(mean: float, variance: float) -> float:
    return float(mean**2 / variance) if variance else 0.0


def _signal(group: Growing, shares: dict[tuple[int, int, int], float], policy: Policy) -> np.ndarray:
    """A group's mean and variance along its own gradient, plain and by its weight."""
    right, wrong = group.right, group.wrong
    at = right, wrong, group.first
    if at not in shares:
        shares[at] = share(policy.ends(group), right, wrong) / 2
    mean = shares[at]
    variance = mean**2 * (1 / right + 1 / wrong)
    return np.array([mean, variance, group.weight * mean, group.weight**2 * variance])
