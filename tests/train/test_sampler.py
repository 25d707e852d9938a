"""Draw sizes by the paper's rule and ours, and the order of prompts."""

import math
import random

import pytest

from rtlvr.train.sampler import Acceptance, PromptStream, draw_size
from rtlvr.train.simulate import Cluster, simulate, speedups


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


def test_simulated_costs() -> None:
    """With full acceptance all rules cost the same; with a falling one adaptive draws need fewer draws."""
    full = [simulate(rule, [1.0] * 5, Cluster(), 1) for rule in ("fixed", "paper")]
    assert full[0].prompts == full[1].prompts == 5 * 128
    gains = speedups([0.5, 0.4, 0.3, 0.3, 0.25] * 4, Cluster(), ("paper", "tracking"))
    assert gains["paper"]["draws"] > 1.5
    assert gains["paper"]["time"] > 1
    assert gains["tracking"]["prompts"] > gains["paper"]["prompts"]
