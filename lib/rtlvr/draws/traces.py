"""What the simulator of `rounds` runs on: prompts of which only the difficulty is known, lengths of answers, and machines.

Solve rates are Beta-distributed over the prompts and their log-odds drift while the policy learns. Lengths of answers are
log-normal up to a budget. `fit` finds the difficulty behind a real run.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .prompt_sampler import mixed_chance
from .sampling import Size


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
class Trace:
    """What is simulated: `slope` says how much longer, in logarithms, answers to a hopeless prompt are than to a sure one."""

    difficulty: Difficulty
    lengths: Lengths
    slope: float = 0.0


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


PAPER = Size(128, 16, 3100)
CLUSTERS = tuple(Cluster(streams, rest) for streams in (128, 512, 2048) for rest in (0.5, 1.0, 2.0))


def of_acceptance(level: float, mean: float = 0.35) -> Difficulty:
    """The paper's set (3100 prompts) with this share of mixed groups of 16 at the start, and this mean solve rate."""
    total = _solve(lambda s: mixed_chance(mean * s, (1 - mean) * s, PAPER.group), level)
    return Difficulty(PAPER.prompts, mean * total, (1 - mean) * total, 0.002, 0.05)
