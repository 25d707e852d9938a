"""A simulator of dynamic sampling: what each draw-size rule costs on a given trace of acceptance.

Model: at every step a drawn prompt gives a mixed group with that step's probability; a response's length is log-normal; a
draw takes the time of its tokens at a fixed throughput plus the time of its longest response at a fixed single-stream
speed, because the next draw waits for it. Times are in units of one mean response on one stream.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rtlvr.train.sampler import Acceptance, Rule, draw_size


@dataclass(frozen=True)
class Cluster:
    """Scale and speeds: `streams` responses are generated at once; `spread` is the log-normal sigma of lengths."""

    batch: int = 128
    group: int = 16
    streams: int = 1024
    spread: float = 0.8


@dataclass(frozen=True)
class Cost:
    """What a run cost: prompts drawn, draws, and generation time (in mean responses on one stream)."""

    prompts: int
    draws: int
    time: float


def simulate(rule: Rule, acceptance: Sequence[float], cluster: Cluster, seed: int = 0) -> Cost:
    """Run the sampling loop of `acceptance` steps under a rule, without a model."""
    rng = np.random.default_rng(seed)
    state, prompts, draws, time = Acceptance(), 0, 0, 0.0
    for probability in acceptance:
        state.begin_step()
        collected = 0
        while size := draw_size(rule, cluster.batch, collected, state, 8 * cluster.batch):
            kept = int(rng.binomial(size, max(probability, 0.01)))
            state.record(size, kept)
            collected += kept
            prompts, draws = prompts + size, draws + 1
            time += _draw_time(size, cluster, rng)
        state.end_step()
    return Cost(prompts, draws, time)


def _draw_time(prompts: int, cluster: Cluster, rng: np.random.Generator) -> float:
    """Seconds-like units of one draw: `(prompts * group)` responses over the streams, then the longest one's tail."""
    mean_log = -(cluster.spread**2) / 2  # so that the mean length is 1
    lengths = rng.lognormal(mean_log, cluster.spread, prompts * cluster.group)
    # Graham's bound for list scheduling is close for many short jobs.
    return float(lengths.sum() / cluster.streams + lengths.max() * (1 - 1 / cluster.streams))


def speedups(
    acceptance: Sequence[float], cluster: Cluster, rules: Sequence[Rule], seeds: int = 5
) -> dict[str, dict[str, float]]:
    """Cost of the `fixed` rule divided by each rule's, mean over seeds: {rule: {prompts, draws, time}}; above 1 is cheaper."""

    def mean(rule: Rule) -> np.ndarray:
        costs = [simulate(rule, acceptance, cluster, seed) for seed in range(seeds)]
        return np.mean([[c.prompts, c.draws, c.time] for c in costs], axis=0)

    fixed = mean("fixed")
    return {rule: dict(zip(("prompts", "draws", "time"), (fixed / mean(rule)).tolist(), strict=True)) for rule in rules}
