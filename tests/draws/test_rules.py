"""Draw sizes by the paper's rule and ours, and the order of prompts."""

import json
import math
import random

import numpy as np
import pytest

from rtlvr.draws.prompt_sampler import PATIENCE, History, PromptStream, mixed_chance
from rtlvr.draws.rules import Acceptance, draw_size, enough


def test_the_papers_rule_by_hand() -> None:
    """draw = ceil((B - collected) / min(r, r_part)); both start at 1 (paper, §3.3)."""
    seen = Acceptance()
    seen.begin_step()
    assert draw_size("paper", 128, 0, seen, 10_000) == 128
    seen.record(128, 32)
    assert draw_size("paper", 128, 32, seen, 10_000) == 384  # 96 / 0.25
    seen.record(384, 192)
    assert draw_size("paper", 128, 224, seen, 10_000) == 0
    seen.end_step()
    assert seen.lowest_step == pytest.approx(224 / 512)
    seen.begin_step()
    assert draw_size("paper", 128, 0, seen, 10_000) == math.ceil(128 / (224 / 512))


def test_the_papers_r_never_recovers_and_ours_does() -> None:
    seen = Acceptance()
    for kept in [4] + [64] * 20:
        seen.begin_step()
        seen.record(64, kept)
        seen.end_step()
    seen.begin_step()
    assert draw_size("paper", 64, 0, seen, 10_000) == 1024
    assert draw_size("tracking", 64, 0, seen, 10_000) < 70


def test_every_rule_ends_with_enough_or_at_the_cap() -> None:
    rng = random.Random(0)
    for rule in ("fixed", "paper", "tracking"):
        for _ in range(300):
            batch, cap, seen, kept, draws = rng.randrange(1, 64), rng.randrange(1, 400), Acceptance(), 0, 0
            probability = rng.uniform(0.05, 1)
            seen.begin_step()
            while size := draw_size(rule, batch, kept, seen, cap):
                assert 1 <= size <= cap
                got = sum(rng.random() < probability for _ in range(size))
                seen.record(size, got)
                kept, draws = kept + got, draws + 1
                assert draws < 5000
            assert kept >= batch


def test_a_draw_without_any_mixed_group_does_not_divide_by_zero() -> None:
    for rule in ("paper", "tracking"):
        seen = Acceptance()
        seen.begin_step()
        for _ in range(20):
            seen.record(16, 0)
        assert 1 <= draw_size(rule, 16, 0, seen, 64) <= 64


def test_unknown_rule() -> None:
    with pytest.raises(ValueError, match="allowed: fixed, paper, tracking"):
        draw_size("best", 1, 0, Acceptance(), 1)


def test_every_prompt_once_per_pass_and_restorable() -> None:
    stream = PromptStream(10, seed=3)
    first = stream.take(7)
    state = stream.state()
    rest = stream.take(8)
    assert sorted(first + rest[:3]) == list(range(10))
    again = PromptStream(10, seed=3)
    again.restore(state)
    assert again.take(8) == rest
    assert PromptStream(10, seed=4).take(10) != PromptStream(10, seed=3).take(10)


def test_more_than_a_pass_at_once() -> None:
    assert sorted(PromptStream(3, 0).take(9)) == [0, 0, 0, 1, 1, 1, 2, 2, 2]


def test_enough_by_hand() -> None:
    """The expectation less the margin must reach what is needed."""
    assert enough(4, [0.5] * 100, 0.0) == 8
    assert enough(4, [0.5] * 100, 1.0) == 12  # 6 - sqrt(12 / 4) = 4.27; 11 give 5.5 - 1.66
    assert enough(4, [0.5] * 3, 0.0) == 3
    assert enough(2, iter([0.9, 0.2, 0.9, 0.9]), 0.0) == 3


def test_the_chance_of_a_mixed_group_against_sampling() -> None:
    rng = np.random.default_rng(0)
    for right, wrong, group in ((0.5, 0.5, 8), (3.5, 1.5, 4), (0.5, 8.5, 16)):
        solved = rng.binomial(group, rng.beta(right, wrong, 200_000))
        assert mixed_chance(right, wrong, group) == pytest.approx(((solved > 0) & (solved < group)).mean(), abs=0.005)


def test_history_tells_prompts_apart_and_fades() -> None:
    history = History(group=8, half_life=20)
    history.record(0, 4, 4, step=1)
    history.record(1, 0, 8, step=1)
    history.record(2, 8, 0, step=1)
    assert history.mixed(0, 1) > 0.9
    assert history.mixed(1, 1) == pytest.approx(history.mixed(2, 1)) == pytest.approx(0.29, abs=0.02)
    assert history.keep(0, 1) == history.keep(9, 1) == 1
    assert history.keep(1, 1) < 0.2 < 0.9 < history.keep(1, 400)
    again = History(group=8, half_life=20)
    again.restore(json.loads(json.dumps(history.state())))
    assert again.mixed(1, 5) == history.mixed(1, 5)


def test_what_is_passed_over_comes_after_some_passes() -> None:
    stream = PromptStream(4, seed=0)
    taken = [stream.next(lambda index: float(index != 2)) for _ in range(60)]
    gaps = [i for i, index in enumerate(taken) if index == 2]
    assert len(gaps) >= 2
    assert gaps[0] <= 3 * (PATIENCE + 1)
