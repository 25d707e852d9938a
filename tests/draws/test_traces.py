"""Difficulties, lengths and machines: hand-made cases, and that a known difficulty is found again."""

import numpy as np
import pandas as pd
import pytest

from rtlvr.draws.bench import RULES, speedups
from rtlvr.draws.published import Fixed, Paper
from rtlvr.draws.rounds import World, run
from rtlvr.draws.sampling import Filler, Size
from rtlvr.draws.traces import Cluster, Difficulty, Lengths, Trace, fit


def test_where_every_group_is_mixed_all_rules_cost_the_same() -> None:
    easy = Trace(Difficulty(500, 5000.0, 5000.0), Lengths())
    bills = [run(make, Size(16, 8, 500), easy, 5) for make in (Fixed, Paper)]
    assert bills[0].prompts == bills[1].prompts == 80
    assert bills[0].rounds == bills[1].rounds == 5


@pytest.mark.tools
def test_the_papers_rule_saves_rounds_and_ours_tokens() -> None:
    rules = {name: RULES[name] for name in ("paper", "ours-tracking", "ours")}
    table = speedups(rules, Difficulty(3100, 0.2, 0.4), 12, seeds=2)
    gains = table.groupby("rule")[["tokens", "rounds", "time"]].mean()
    assert gains.loc["paper", "rounds"] > 1.5
    assert gains.loc["ours", "tokens"] > gains.loc["ours-tracking", "tokens"] > gains.loc["paper", "tokens"]


def test_more_time_for_the_rest_dilutes_the_gain() -> None:
    cases = [Cluster(rest=rest) for rest in (0.0, 5.0)]
    gains = speedups({"paper": Paper}, Difficulty(3100, 0.2, 0.4), 6, clusters=cases, seeds=1)["time"].tolist()
    assert gains[0] > gains[1] > 1


def test_a_difficulty_is_found_again() -> None:
    """From the record of a simulated run with fixed draws: mean, spread and drift, roughly."""
    true, rows = Difficulty(800, 0.6, 1.2, 0.03), []
    world = World(Trace(true, Lengths()), 1)
    filler = Filler(Fixed(Size(64, 8, true.prompts), 0), world)
    for step in range(40):
        drawn = filler.fill(step).ended
        world.odds += true.drift
        rewards, mixed = np.mean([g.rewards for g in drawn]), np.mean([g.mixed for g in drawn])
        rows.append({"reward": rewards, "acceptance": mixed, "prompts_drawn": len(drawn)})
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
