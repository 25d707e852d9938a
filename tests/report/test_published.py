"""The published tables: right numbers, strict columns."""

from pathlib import Path

import pytest

from rtlvr.report import published
from rtlvr.report.columns import TableError


def test_headline_numbers() -> None:
    table = published.results().set_index(["model", "benchmark"])
    assert table.loc[("CodeV-R1-7B", "RTLLM-v1.1"), "pass@1"] == 72.9
    assert table.loc[("CodeV-R1-7B-Distill", "VerilogEval-v2-SR"), "pass@1"] == 65.2
    assert table.loc[("DeepSeek-R1-671B", "VerilogEval-v1-Human"), "pass@5"] == 87.6


def test_the_papers_own_models_are_not_called_ours() -> None:
    table = published.results()
    assert set(table["group"]) == {"foundation", "domain", "codev-r1"}
    assert set(table.loc[table["group"] == "codev-r1", "model"]) == {"CodeV-R1-7B", "CodeV-R1-7B-Distill"}


def test_missing_numbers_stay_missing() -> None:
    table = published.results().set_index(["model", "benchmark"])
    assert table["pass@1"].isna().sum() == 2  # RTLCoder on RTLLM
    assert table.loc["GPT-4o", "params_b"].isna().all()


def test_every_table_loads_and_quoted_figures_say_so() -> None:
    assert len(published.scaling()) == 6
    assert set(published.testbench()["label"]) == {"as quoted by readers"}
    speedups = published.speedup().set_index("label")["speedup"]
    assert speedups["as published"] == 1.25
    assert published.funnel().set_index("step")["count"]["SFT examples"] == 87000


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("pass@1", "pass_1", "needed exactly"),
        ("72.9", "lots", "must hold numbers"),
        ("72.9", "172.9", "0 to 100"),
        ("CodeV-R1-7B-Distill", "CodeV-R1-7B", "got twice"),
    ],
)
def test_damaged_tables_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    source = (published.FOLDER / "published_results.csv").read_text()
    assert old in source
    damaged = tmp_path / "published_results.csv"
    damaged.write_text(source.replace(old, new))
    with pytest.raises(TableError, match=message):
        published.results(damaged)
