"""The table of all figures: each draws from a run that has measured everything, and from one that has measured nothing."""

from pathlib import Path

import pandas as pd
import pytest
import synthetic_results as synthetic

from rtlvr.paths import REFERENCE
from rtlvr.report.figures import FIGURES, RunTables, tables_of
from rtlvr.report.gallery import with_reference


@pytest.fixture(scope="module")
def full() -> RunTables:
    results = synthetic.results()
    return RunTables(
        profile="cpu",
        results=results,
        benchmarks=with_reference(results, "cpu"),
        scaling=synthetic.scaling(),
        votes=synthetic.votes(),
        steps=synthetic.metrics(),
        studies=synthetic.results().assign(profile="cpu"),
        simulated=pd.DataFrame(),
        bench=pd.read_csv(REFERENCE / "draw_rules.csv"),
        blind_spots=synthetic.spots(),
    )


@pytest.mark.parametrize("name", FIGURES)
def test_of_a_whole_run(full: RunTables, name: str) -> None:
    drawn = FIGURES[name](full)
    assert (drawn is None) == (name == "simulated_speedups")
    assert drawn is None or len(drawn[1])


@pytest.mark.parametrize("name", FIGURES)
def test_of_a_run_that_has_measured_nothing(tmp_path: Path, name: str) -> None:
    assert (FIGURES[name](tables_of(tmp_path, "cpu")) is None) == (name == "training_curve")
