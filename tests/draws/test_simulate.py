"""The simulator: hand-made cases, and that it finds a known difficulty again."""

from dataclasses import replace

import pandas as pd
import pytest

from rtlvr.draws.simulate import OURS, PAPER, Cluster, Difficulty, fit, fixed, simulate, speedups

SMALL = replace(PAPER, batch=16, group=8)


def test_where_every_group_is_mixed_all_rules_cost_the_same() -> None:
    easy = Difficulty(500, 5000.0, 5000.0)
    costs = [simulate(plan, easy, 5) for plan in (fixed(SMALL), SMALL)]
    assert costs[0].prompts == costs[1].prompts == 80
    assert costs[0].draws == costs[1].draws == 5


def test_the_papers_rule_saves_rounds_and_ours_tokens() -> None:
    table = speedups({"paper": PAPER, "ours": OURS}, Difficulty(3100, 0.2, 0.4), 12, seeds=2)
    gains = table.groupby("plan")[["tokens", "draws", "time"]].mean()
    assert gains.loc["paper", "draws"] > 1.5
    assert gains.loc["ours", "tokens"] > gains.loc["paper", "tokens"]


def test_more_time_for_the_rest_dilutes_the_gain() -> None:
    cases = [Cluster(rest=rest) for rest in (0.0, 5.0)]
    gains = speedups({"paper": PAPER}, Difficulty(3100, 0.2, 0.4), 6, clusters=cases, seeds=1)["time"].tolist()
    assert gains[0] > gains[1] > 1


def test_a_difficulty_is_found_again() -> None:
    """From the record of a simulated run with fixed draws: mean, spread and drift, roughly."""
    import numpy as np

    from rtlvr.draws.step import DynamicSampler, Group

    true, rng = Difficulty(800, 0.6, 1.2, 0.03), np.random.default_rng(1)
    rates = rng.beta(true.right, true.wrong, true.prompts)
    odds, sampler, rows = np.log(rates / (1 - rates)), DynamicSampler(fixed(SMALL), true.prompts, 0), []
    for step in range(40):
        now = 1 / (1 + np.exp(-(odds + true.drift * step)))
        drawn = sampler.collect(
            step, lambda ps, now=now, step=step: [Group(p, step, tuple(rng.random(8) < now[p])) for p in ps]
        ).drawn
        rows.append(
            {
                "reward": np.mean([g.rewards for g in drawn]),
                "acceptance": np.mean([g.mixed for g in drawn]),
                "prompts_drawn": len(drawn),
            }
        )
    found = fit(pd.DataFrame(rows), true.prompts, 8)
    assert found.drift == pytest.approx(true.drift, abs=0.012)
    assert found.right / (found.right + found.wrong) == pytest.approx(1 / 3, abs=0.08)
    assert found.acceptance(8) == pytest.approx(true.acceptance(8), abs=0.08)


def test_too_short_a_record() -> None:
    with pytest.raises(ValueError, match="needed: at least 2"):
        fit(pd.DataFrame({"reward": [0.1], "acceptance": [0.1], "prompts_drawn": [16]}), 10, 8)


def test_a_run_in_which_no_group_was_mixed_has_taught_nothing() -> None:
    steps = pd.DataFrame({"reward": [0.0, 0.1], "acceptance": 0.0, "prompts_drawn": 4, "groups_used": 0})
    assert fit(steps, 10, 8, general=0.0).learn == 0.0
