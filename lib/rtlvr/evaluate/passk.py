"""pass@k and its uncertainty."""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import comb

import numpy as np

from rtlvr.records import Measurement

_RESAMPLES = 2000


def pass_at_k(samples: int, correct: int, k: int) -> float:
    """Unbiased pass@k of one problem with `correct` of `samples` right: 1 - C(n-c, k) / C(n, k).

    Raises:
        ValueError: k is not in 1..samples, or correct not in 0..samples.
    """
    if not 1 <= k <= samples or not 0 <= correct <= samples:
        raise ValueError(f"got n={samples}, c={correct}, k={k}; needed: 1 <= k <= n and 0 <= c <= n")
    return 1.0 - comb(samples - correct, k) / comb(samples, k)


def counted(outcomes: Iterable[tuple[str, bool]]) -> list[tuple[int, int]]:
    """(samples, correct) of each problem, in order of appearance, from (problem, whether right) of each sample."""
    tried: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for problem, correct in outcomes:
        tried[problem] += 1
        right[problem] += correct
    return [(samples, right[problem]) for problem, samples in tried.items()]


def interval(counts: Sequence[tuple[int, int]], k: int = 1, seed: int = 0) -> tuple[float, float, float]:
    """Mean pass@k over problems with a 95 % interval; `counts` holds (samples, correct) of each problem.

    One sample per problem: Wilson's interval of a proportion. Several: percentile bootstrap over problems, because
    samples of one problem are not independent; Wilson's again where all problems fail, or all pass.
    """
    values = np.array([pass_at_k(n, c, k) for n, c in counts])
    mean = float(values.mean())
    # problems that are all alike leave a bootstrap nothing to vary
    if all(n == 1 for n, _ in counts) or set(values) in ({0.0}, {1.0}):
        from scipy.stats import binomtest  # half a second to load, for commands that count nothing as well

        ci = binomtest(int(values.sum()), len(values)).proportion_ci(method="wilson")
        return mean, float(ci.low), float(ci.high)
    return bootstrap(values, seed)


def bootstrap(values: np.ndarray, seed: int = 0) -> tuple[float, float, float]:
    """The mean of `values` (one per problem) and its 95 % interval by percentile bootstrap over them."""
    picks = np.random.default_rng(seed).integers(0, len(values), (_RESAMPLES, len(values)))
    low, high = np.percentile(values[picks].mean(axis=1), [2.5, 97.5])
    return float(values.mean()), float(low), float(high)


def percent(hits: int, n: int) -> tuple[float, float, float]:
    """`hits` of `n` in percent, with its 95 % Wilson interval."""
    mean, low, high = interval([(1, 1)] * hits + [(1, 0)] * (n - hits))
    return 100 * mean, 100 * low, 100 * high


def proportion(
    stage: str, metric: str, variant: str, hits: int, n: int, benchmark: str = "", at: float | None = None
) -> Measurement:
    """`hits` of `n` in percent with Wilson's 95 % interval; nothing is known where n is 0."""
    value, low, high = percent(hits, n) if n else (0.0, 0.0, 100.0)
    return Measurement(
        stage=stage, metric=metric, variant=variant, benchmark=benchmark, at=at, value=value, low=low, high=high, n=n,
        unit="%",
    )  # fmt: skip
