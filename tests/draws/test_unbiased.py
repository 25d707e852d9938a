"""The corrected estimator on a softmax bandit: its expectation, taken over all runs, is the gradient of the expected reward."""

from collections.abc import Iterator

import numpy as np
import pytest

from rtlvr.draws.ours import Ours, Parts
from rtlvr.draws.published_groups import ReinforceAda
from rtlvr.draws.sampling import Size
from rtlvr.draws.unbiased import Stops, advantages, fixed_size, share

LOGITS = np.array([0.3, -1.1, 0.9])
REWARDS = np.array([1.0, 0.0, 0.0])
POLICY = np.exp(LOGITS) / np.exp(LOGITS).sum()
SCORES = np.eye(3) - POLICY  # the gradient of each arm's log-probability
PLAIN = (POLICY * REWARDS) @ SCORES  # of the expected reward

RULES: dict[str, Stops] = {
    "fixed": fixed_size(6),
    "probe": Parts(probe=2).stops(6, 2),
    "probe, early": Parts(probe=2, early=2).stops(8, 2),
    "deep": Parts(deep=True).stops(4, 4),
    "probe, early, deep": Parts(probe=2, early=1, deep=True).stops(4, 2),
    "until mixed": lambda right, wrong: bool(right and wrong) or right + wrong >= 7,
    "Reinforce-Ada": ReinforceAda(Size(1, 4, 1), 0).stops,
}


def runs(stops: Stops, arms: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """All runs of arms that a group may consist of."""
    right = sum(REWARDS[a] > 0 for a in arms)
    if len(arms) >= 2 and stops(right, len(arms) - right):
        yield arms
        return
    for arm in range(3):
        yield from runs(stops, (*arms, arm))


def expected(stops: Stops, corrected: bool) -> np.ndarray:
    """The estimator's mean over all runs."""
    total = np.zeros(3)
    for arms in runs(stops):
        right = int(REWARDS[list(arms)].sum())
        wrong = len(arms) - right
        good, bad = advantages(stops if corrected else fixed_size(len(arms)), right, wrong)
        gradient = sum((good if REWARDS[a] else bad) * SCORES[a] for a in arms)
        total += POLICY[list(arms)].prod() * gradient
    return total


@pytest.mark.parametrize("name", RULES)
def test_the_corrected_gradient_is_the_plain_one(name: str) -> None:
    assert expected(RULES[name], corrected=True) == pytest.approx(PLAIN, abs=1e-12)


@pytest.mark.parametrize("name", [n for n in RULES if n != "fixed"])
def test_without_the_correction_it_is_not(name: str) -> None:
    assert np.abs(expected(RULES[name], corrected=False) - PLAIN).max() > 1e-3


def test_shares_by_hand() -> None:
    """Of the six orders of two right and two wrong, four begin with one of each."""
    assert share(fixed_size(4), 2, 2) == pytest.approx(4 / 6)
    assert share(fixed_size(4), 4, 0) == 0
    # A probe of two: what comes to four answers began with one of each, or it would have ended.
    assert share(Parts(probe=2).stops(4, 2), 3, 1) == 1
    assert advantages(fixed_size(4), 1, 3) == pytest.approx((0.25, -0.25 / 3))


def test_counts_that_no_run_ends_with() -> None:
    with pytest.raises(ValueError, match="does not end there"):
        share(fixed_size(4), 1, 1)
    with pytest.raises(ValueError, match="no order"):
        share(Parts(probe=2).stops(4, 2), 4, 0)


def test_weights_make_up_for_prompts_that_are_passed_over() -> None:
    """Over many passes every prompt counts about once a pass, however rarely it is taken."""
    rule = Ours(Size(8, 8, 20), 0, Parts(history=True, sharp=2.0, floor=0.1))
    for prompt in range(10):
        rule.history.record(prompt, 0, 8, 0)
    counted = np.zeros(20)
    while rule.stream.epoch < 2000:
        ask = rule._drawn(0)
        counted[ask.prompt] += ask.weight
    assert counted / 2000 == pytest.approx(np.ones(20), abs=0.2)
    assert counted.sum() / 2000 / 20 == pytest.approx(1, abs=0.02)
