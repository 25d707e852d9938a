"""Tables: ours below the published, and what is refused."""

import pandas as pd
import pytest
from synthetic_results import NAN, results, row

from rtlvr.report import published, tables
from rtlvr.report.columns import NOT_RUN, TableError, in_percent, measured, ours_label


def test_models_are_grouped_and_ours_come_last() -> None:
    table = tables.models_table("v1", published.results(), results(), "cpu")
    assert list(dict.fromkeys(table["group"])) == ["foundation", "domain", "codev-r1", "ours"]
    ours = table[table["source"] == "ours"].set_index(["model", "benchmark"])
    assert ours.loc[("rl", "RTLLM-v1.1"), ["pass@1", "low", "high", "n"]].tolist() == [8.5, 6.5, 10.5, 29]
    assert ours.loc[("rl", "RTLLM-v1.1"), "pass@5"] == pytest.approx(15.3)
    assert set(ours["profile"]) == {"cpu"}


def test_spec_and_completion_are_matched_to_the_papers_names() -> None:
    table = tables.models_table("v2", published.results(), results(), "cpu")
    ours = table[(table["source"] == "ours") & (table["model"] == "sft")].set_index("benchmark")
    assert ours["pass@1"].to_dict() == {"VerilogEval-v2-SR": 2.5, "VerilogEval-v2-CC": 3.5, "RTLLM-v2.0": 4.5}


def test_two_profiles_stay_apart() -> None:
    both = pd.concat([results().assign(profile="cpu"), results().assign(profile="gpu")])
    table = tables.models_table("v1", published.results(), both)
    assert {"rl (cpu)", "rl (gpu)"} <= set(table["model"])
    with pytest.raises(TableError, match="single profile"):
        measured(both, "05_rl", ("heldout_pass@1",))


def test_tables_without_ours() -> None:
    table = tables.models_table("v2", published.results(), None)
    assert "ours" not in set(table["group"]) and table["model"].nunique() == 11


def test_comparison_formats_numbers_text_and_gaps() -> None:
    table = tables.comparison(
        [
            ("pass@1 gain (points)", 15.5, 22.51, 18.0, 27.04, 64, "cpu"),
            ("speed-up", "1.25×", 1.3111, None, NAN, 200, "cpu"),
            ("sequences", 100, None, None, None, None, ""),
        ]
    )
    assert table.iloc[0].tolist() == ["pass@1 gain (points)", "15.5", "22.5", "18.0 to 27.0", "64", "cpu"]
    assert table.iloc[1].tolist() == ["speed-up", "1.25×", "1.31", "–", "200", "cpu"]
    assert table.iloc[2].tolist() == ["sequences", "100", "not run", "–", "–", "–"]
    with pytest.raises(TableError, match="needed: quantity"):
        tables.comparison([("too", "short")])  # type: ignore[list-item]


def test_errors_say_what_is_allowed() -> None:
    with pytest.raises(TableError, match="allowed: v1, v2"):
        tables.models_table("v3", published.results(), None)  # type: ignore[arg-type]
    with pytest.raises(TableError, match=r"lacks column variant.*needed: stage"):
        tables.models_table("v1", published.results(), results().drop(columns="variant"), "cpu")
    with pytest.raises(TableError, match="pass profile="):
        tables.models_table("v1", published.results(), results())
    with pytest.raises(TableError, match="'rl' in stage 06_benchmarks without a benchmark"):
        odd = pd.DataFrame([row("06_benchmarks", "pass@1", "rl", 3)])
        tables.models_table("v1", published.results(), odd, "cpu")
    with pytest.raises(TableError, match="allowed: percent"):
        in_percent(pd.DataFrame([row("05_rl", "heldout_pass@1", "rl", 3, unit="apples")]))


def test_shares_become_percent() -> None:
    rows = in_percent(pd.DataFrame([row("05_rl", "heldout_pass@1", "rl", 0.4, spread=0.1, unit="fraction")]))
    assert rows[["value", "low", "high"]].iloc[0].tolist() == pytest.approx([40, 30, 50])


def test_labels_name_profile_and_count() -> None:
    rows = measured(results(), "01_testbench", ("false_accept", "false_reject"), "cpu")
    assert ours_label(rows) == "ours: profile cpu, n = 180–620"
    assert ours_label(rows.iloc[:0]) == NOT_RUN
