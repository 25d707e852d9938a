"""pass@k: hand-computed values, honest intervals."""

import random

import pytest

from rtlvr.evaluate.heldout import pass_at, solved
from rtlvr.evaluate.passk import interval, pass_at_k
from rtlvr.evaluate.scaling import curve, truncated
from rtlvr.records import Sample


def sample(problem: str, reward: float, tokens: int = 10) -> Sample:
    return Sample(
        problem=problem, variant="", response="", tokens=tokens, truncated=False, reward=reward, status="", reason=""
    )


@pytest.mark.parametrize(
    ("n", "c", "k", "value"),
    [
        (10, 2, 10, 1.0),
        (20, 3, 10, 1 - 120 / 1140),
        (5, 0, 1, 0.0),
        (5, 5, 1, 1.0),
        (4, 1, 2, 0.5),
        (10, 3, 5, 1 - 21 / 252),
        (20, 1, 20, 1.0),
        (20, 5, 1, 0.25),
    ],
)
def test_by_hand(n: int, c: int, k: int, value: float) -> None:
    assert pass_at_k(n, c, k) == pytest.approx(value)


@pytest.mark.parametrize(("n", "c", "k"), [(5, 6, 1), (5, -1, 1), (5, 2, 0), (5, 2, 6)])
def test_impossible_counts(n: int, c: int, k: int) -> None:
    with pytest.raises(ValueError, match="needed"):
        pass_at_k(n, c, k)


@pytest.mark.parametrize(("samples", "k"), [(1, 1), (8, 1), (20, 5), (20, 10)])
def test_intervals_cover(samples: int, k: int) -> None:
    """95 % intervals hold the true mean of pass@k (rates uniform in 0..1: k / (k + 1)) in about 95 % of repetitions."""
    rng, held = random.Random(0), 0
    for _ in range(200):
        rates = [rng.random() for _ in range(60)]
        counts = [(samples, sum(rng.random() < p for _ in range(samples))) for p in rates]
        _, low, high = interval(counts, k)
        held += low <= k / (k + 1) <= high
    assert 180 <= held < 200


def test_from_samples() -> None:
    rows = [sample("a", 1), sample("a", 0), sample("b", 0), sample("b", 0)]
    assert solved(rows) == {"a": 1, "b": 0}
    measured = pass_at(2, rows, "s", "v")
    assert (measured.value, measured.n, measured.unit, measured.metric) == (50.0, 4, "%", "pass@2")
    assert measured.low <= 50 <= measured.high


def test_truncation_is_exact() -> None:
    assert truncated(sample("a", 1, 10), 10).reward == 1
    cut = truncated(sample("a", 1, 11), 10)
    assert (cut.reward, cut.tokens, cut.truncated) == (0, 10, True)


def test_curve_rises_with_the_budget() -> None:
    rows = [sample(str(i), i % 2, 10 * i) for i in range(1, 11)]
    points = curve(rows, [20, 60, 100], 1000, "m", "smoke", "heldout")
    assert points["value"].tolist() == [10, 30, 50]
    assert points["flops"].is_monotonic_increasing
    assert points.loc[2, "flops"] == pytest.approx(2 * 1000 * 55)


@pytest.mark.parametrize("correct", [0, 10])
def test_problems_that_are_all_alike_leave_doubt(correct: int) -> None:
    mean, low, high = interval([(10, correct)] * 4, 5)
    assert mean == correct / 10
    assert high - low == pytest.approx(0.49, abs=0.01), "four problems say little"
