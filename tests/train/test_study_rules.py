"""Studies of rules: names agree everywhere, rows come as runs end, and gains are per trained group against fixed draws."""

from typing import get_args

import pandas as pd
import pytest

from rtlvr.draws.bench import RULES as BENCH
from rtlvr.draws.selectable import RULES as SELECTABLE
from rtlvr.params import load
from rtlvr.paths import REFERENCE
from rtlvr.records import Measurement, Sample
from rtlvr.report.figures_rules import RULE_NAMES, costs
from rtlvr.schema.training import DrawRule, StudiedRule
from rtlvr.train.filling import policy_of
from rtlvr.train.short_runs import FinishedRun
from rtlvr.train.study import RULES, SHOWN, rule_arms, rule_speedups, rule_table, simulated_speedups


def finished(run: str, seed: int, tokens: int, groups: int) -> FinishedRun:
    row = {
        "tokens_generated": tokens, "tokens_lost": 5, "draws": 2, "groups_used": groups, "answers_trained": 8 * groups,
        "prompts_drawn": 12, "staleness": 0.5, "seconds_generate": 1.0, "seconds_verify": 0.5, "seconds_train": 0.5,
    }  # fmt: skip
    sample = Sample.model_construct(reward=1.0)
    study, _, arm = run.partition(" ")
    return FinishedRun(study, arm, seed, pd.DataFrame([row, row]), [sample])


def test_every_name_is_the_same_everywhere() -> None:
    assert set(get_args(DrawRule)) == {"none", *SELECTABLE}
    assert set(get_args(StudiedRule)) == set(RULES)
    assert set(SHOWN) == set(BENCH)
    assert {name: shown for shown, name in SHOWN.items()} == RULE_NAMES
    assert set(RULE_NAMES) <= set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_can_be_studied(rule: str) -> None:
    changes = {f"rl.{key}": value for key, value in RULES[rule].items()}
    params = load("smoke", {**changes, "rl_study.rules": [rule], "rl_study.seeds": 2, "rl_study.rule_tokens": 500})
    policy = policy_of(params.rl, 40, 0)
    assert policy.order(0, 0, [])
    arms = rule_arms(params.rl_study, [])
    assert [(a.study, a.name, a.seed) for a in arms] == [(kind, rule, s) for s in (0, 1) for kind in ("rule", "tokens")]
    assert arms[0].changes["steps"] == params.rl_study.rule_steps
    assert arms[1].changes["token_budget"] == 500


def test_gains_are_per_trained_group_and_only_where_there_are_fixed_draws() -> None:
    runs = [finished("rule fixed", 0, 400, 4), finished("rule ours", 0, 100, 2), finished("rule ours", 1, 100, 2)]
    (tokens, *_), lonely = rule_speedups(runs), rule_speedups(runs[1:])
    assert (tokens.metric, tokens.variant, tokens.value, tokens.n) == ("speedup_tokens", "ours", 2.0, 1)
    assert lonely == []


def test_rows_say_what_was_equal() -> None:
    table = rule_table(
        [finished("rule fixed", 0, 400, 4), finished("tokens ours", 1, 100, 2), finished("filter none", 0, 1, 1)]
    )
    assert table[["equal", "rule", "seed", "tokens", "groups_used"]].to_numpy().tolist() == [
        ["groups", "fixed", 0, 800, 8],
        ["tokens", "ours", 1, 200, 4],
    ]


def test_every_rule_of_the_bench_has_a_simulated_gain() -> None:
    found = simulated_speedups(pd.read_csv(REFERENCE / "draw_rules.csv"))
    assert {row.variant for row in found} == set(RULE_NAMES) - {"fixed"}
    paper = next(row for row in found if row.variant == "paper")
    assert 1.15 < paper.low <= paper.value <= paper.high < 1.35
    kept = pd.read_csv(REFERENCE / "results.csv")
    kept = kept[kept["metric"] == "speedup_simulated"].set_index("variant")["value"]
    assert kept.to_dict() == pytest.approx({row.variant: row.value for row in found})


def test_the_figure_tells_measured_from_simulated() -> None:
    row = Measurement(
        stage="05_rl", metric="speedup_tokens", variant="ours", value=2.0, low=1.6, high=2.5, n=3, unit="x"
    )
    bench = pd.read_csv(REFERENCE / "draw_rules.csv")
    _, table = costs(bench, pd.DataFrame([row.model_dump()]), 1.25, "cpu")
    real = table[table["source"] == "measured"]
    assert real[["rule", "cost", "value", "low", "high"]].to_numpy().tolist() == [["ours", "tokens", 50.0, 40.0, 62.5]]
    assert set(table["rule"][table["source"] == "simulated"]) == set(RULE_NAMES)
