"""A simulator of dynamic sampling: what a way of filling steps costs, without a model.

It fills steps as training does (`step`) on prompts of which only the difficulty is known: solve rates are
Beta-distributed over the prompts and their log-odds drift while the policy learns. Lengths of answers are log-normal up to
a budget. A draw takes the time of its tokens at a fixed throughput plus the tail of its longest
answer, because the next draw waits for it.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd

from .prompt_sampler import mixed_chance
from .step import DynamicSampler, Group, Plan


@dataclass(frozen=True)
class Difficulty:
    """A training set: `prompts` solve rates drawn from Beta(right, wrong).

    The policy learns: log-odds rise by `drift` a step for all prompts, and by `learn` for a prompt each time that a group
    of its answers is trained on.
    """

    prompts: int
    right: float
    wrong: float
    drift: float = 0.0
    learn: float = 0.0

    def acceptance(self, group: int) -> float:
        """Share of mixed groups at the start."""
        return mixed_chance(self.right, self.wrong, group)


@dataclass(frozen=True)
class Lengths:
    """Answers' lengths in means: log-normal with sigma `spread`, cut at `longest` (the budget)."""

    spread: float = 0.8
    longest: float = 8.0


@dataclass(frozen=True)
class Cluster:
    """Speeds: `streams` answers are generated at once.

    `rest` is what a step takes besides generation (training, verification, weights), in the time of generating the
    answers that it trains on.
    """

    streams: int = 1024
    rest: float = 0.5


@dataclass(frozen=True)
class Cost:
    """What a run cost: prompts drawn, tokens generated (in mean answers), draws, and the longest answers' lengths, summed."""

    prompts: int
    tokens: float
    draws: int
    tails: float
    trained: int  # answers

    def time(self, cluster: Cluster) -> float:
        """In units of one mean answer on one stream; Graham's bound for list scheduling is close for many short jobs."""
        busy = (self.tokens + cluster.rest * self.trained) / cluster.streams
        return busy + self.tails * (1 - 1 / cluster.streams)


PAPER = Plan(rule="paper", batch=128, group=16, max_draws=20)
OURS = replace(PAPER, rule="tracking", carry_steps=2, history=True, margin=1.0)


def fixed(plan: Plan) -> Plan:
    """The same step filled by plain dynamic sampling (DAPO)."""
    return replace(plan, rule="fixed", carry_steps=0, history=False, margin=0.0)


def simulate(plan: Plan, difficulty: Difficulty, steps: int, lengths: Lengths | None = None, seed: int = 0) -> Cost:
    """Fill `steps` steps by a plan."""
    rng, lengths = np.random.default_rng(seed), lengths or Lengths()
    rates = rng.beta(difficulty.right, difficulty.wrong, difficulty.prompts).clip(1e-6, 1 - 1e-6)
    odds, sampler = np.log(rates / (1 - rates)), DynamicSampler(plan, difficulty.prompts, seed)
    prompts = draws = trained = 0
    drawn: list[np.ndarray] = []
    for step in range(steps):
        now = 1 / (1 + np.exp(-odds))

        def roll_out(asked: list[int], now: np.ndarray = now, step: int = step) -> list[Group]:
            drawn.append(_lengths(lengths, len(asked), plan.group, rng))
            right = rng.random((len(asked), plan.group)) < now[asked][:, None]
            return [Group(p, step, tuple(row)) for p, row in zip(asked, right.astype(float).tolist(), strict=True)]

        filled = sampler.collect(step, roll_out)
        prompts, draws = prompts + len(filled.drawn), draws + filled.draws
        trained += len(filled.used) * plan.group
        odds += difficulty.drift
        np.add.at(odds, [g.prompt for g in filled.used], difficulty.learn)
    tokens, tails = (sum(float(of(part)) for part in drawn) for of in (np.sum, np.max))
    return Cost(prompts, tokens, draws, tails, trained)


def _lengths(lengths: Lengths, prompts: int, group: int, rng: np.random.Generator) -> np.ndarray:
    mean_log = -(lengths.spread**2) / 2  # so that the mean length is 1
    return np.minimum(rng.lognormal(mean_log, lengths.spread, (prompts, group)), lengths.longest)


def speedups(
    plans: dict[str, Plan],
    difficulty: Difficulty,
    steps: int,
    lengths: Lengths | None = None,
    clusters: Sequence[Cluster] = (Cluster(),),
    seeds: int = 3,
) -> pd.DataFrame:
    """Cost of fixed draws divided by each plan's; above 1 is cheaper. One row per plan, cluster and seed."""
    rows = []
    for seed in range(seeds):
        base = simulate(fixed(next(iter(plans.values()))), difficulty, steps, lengths, seed)
        for name, plan in plans.items():
            cost = simulate(plan, difficulty, steps, lengths, seed)
            gains = {key: getattr(base, key) / getattr(cost, key) for key in ("prompts", "tokens", "draws")}
            rows += [
                {"plan": name, "seed": seed, **asdict(c), **gains, "time": base.time(c) / cost.time(c)}
                for c in clusters
            ]
    return pd.DataFrame(rows)


def fit(steps: pd.DataFrame, prompts: int, group: int, general: float | None = None) -> Difficulty:
    """The difficulty behind a run's record: mean reward and acceptance of its first third give the Beta distribution.

    What the reward gains beyond what held-out problems gain is laid to the prompts' own training.

    Args:
        steps: one row per step with `reward` and `acceptance` of what was drawn without regard to history, and
            `prompts_drawn`; `groups_used` where `general` is given.
        prompts: size of the training set.
        general: rise of the log-odds of held-out problems over the run; None: as the reward's.

    Raises:
        ValueError: fewer than two steps.
    """
    if len(steps) < 2:
        raise ValueError(f"got {len(steps)} steps; needed: at least 2")
    weights, first = steps["prompts_drawn"], steps.iloc[: max(2, len(steps) // 3)]
    mean, accepted = (
        float(np.average(first[name], weights=first["prompts_drawn"])) for name in ("reward", "acceptance")
    )
    mean = min(max(mean, 0.02), 0.98)
    total = _solve(lambda s: mixed_chance(mean * s, (1 - mean) * s, group), accepted)
    odds = np.log(steps["reward"].clip(0.02, 0.98) / (1 - steps["reward"].clip(0.02, 0.98)))
    rise = float(np.polyfit(np.arange(len(steps)), odds, 1, w=np.sqrt(weights))[0])
    start = 1 / (1 + math.exp(-(math.log(mean / (1 - mean)) - rise * (len(first) - 1) / 2)))
    drift, learn = rise, 0.0
    if general is not None:
        drift = general / len(steps)
        trained = float(steps["groups_used"].mean())  # none: nothing that the prompts' own training could have given
        learn = max(0.0, rise - drift) * prompts / trained if trained else 0.0
    return Difficulty(prompts, start * total, (1 - start) * total, drift, learn)


def _solve(rising: Callable[[float], float], target: float) -> float:
    """Where a rising function of a positive number takes `target`, by bisection of its logarithm."""
    low, high = -4.0, 7.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(math.exp(middle)) < target else (low, middle)
    return math.exp(low)


CLUSTERS = tuple(Cluster(streams, rest) for streams in (128, 512, 2048) for rest in (0.5, 1.0, 2.0))


def of_acceptance(level: float, mean: float = 0.35) -> Difficulty:
    """The paper's set (3100 prompts) with this share of mixed groups of 16 at the start, and this mean solve rate."""
    total = _solve(lambda s: mixed_chance(mean * s, (1 - mean) * s, PAPER.group), level)
    return Difficulty(3100, mean * total, (1 - mean) * total, 0.002, 0.05)


def sweep(levels: Sequence[float], mean: float = 0.35, steps: int = 100, seeds: int = 1) -> pd.DataFrame:
    """Speed-ups at the paper's scale (128 groups of 16, 3100 prompts), one row per plan, trace and cluster.

    Traces differ in acceptance at the start (`levels`; the solve rates' mean stays, their spread follows) and in the spread
    of lengths; clusters in streams and in what a step takes besides generation.
    """
    tables = []
    for level in levels:
        difficulty = of_acceptance(level, mean)
        for spread in (0.4, 1.0):
            table = speedups({"paper": PAPER, "ours": OURS}, difficulty, steps, Lengths(spread), CLUSTERS, seeds)
            tables.append(table.assign(acceptance=level, spread=spread))
    return pd.concat(tables, ignore_index=True)


def like_published(table: pd.DataFrame, low: float = 1.15, high: float = 1.35) -> pd.DataFrame:
    """The settings of `sweep` in which the paper's rule gains about what was published (1.25 x in time): plan by column."""
    keys = ["acceptance", "spread", "streams", "rest", "seed"]
    wide = table.pivot_table("time", keys, "plan")
    tokens = table[table["plan"] == "ours"].set_index(keys)["tokens"].rename("ours, tokens")
    return wide[wide["paper"].between(low, high)].join(tokens).reset_index()
