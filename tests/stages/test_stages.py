"""A stage is one function, whoever calls it; `tests/notebooks/test_shell.py` calls it from the shell."""

import json
import os
from importlib import import_module
from pathlib import Path

import pytest

from rtlvr.errors import StageError
from rtlvr.params import PROFILE_NAMES, load
from rtlvr.paths import REFERENCE
from rtlvr.pipeline import PLANS, before, notebooks, shown_in
from rtlvr.records import read_json
from rtlvr.seeds import Draw, seed_of
from rtlvr.stages import start_here, upstream
from rtlvr.stages.context import Context, open_context
from rtlvr.stages.upstream import make_ready


def test_every_stage_has_a_module_that_runs_it() -> None:
    for plan in PLANS.values():
        assert callable(import_module(f"rtlvr.stages.{plan.module}").run)
    assert [stage for name in notebooks() for stage in shown_in(name)] == list(PLANS)


def test_all_that_a_stage_builds_on() -> None:
    assert before("05_rl_study", load("smoke")) == ["02_roundtrip", "03_filtering", "04_sft", "05_rl"]
    assert before("01_testbench", load("smoke")) == []
    own = load("smoke", {"rl.model": "tiny", "benchmarks.models": "tiny@0.6", "scaling.policy": "tiny"})
    assert before("05_rl", own) == ["02_roundtrip", "03_filtering"]
    assert before("06_benchmarks", own) == before("07_test_time_scaling", own) == []


@pytest.mark.tools
def test_a_stage_from_python(outputs: Path) -> None:
    context = open_context("00_start_here", load("smoke"))
    result = start_here.run(context)
    context.close()
    assert context.done
    assert context.result() == result
    assert {row.metric for row in result.measurements} == {"goldens", "check"}
    assert {path.name for path in result.files} >= {"manifest.json", "measurements.jsonl"}
    assert json.loads(context.path("manifest.json").read_text())["seconds"] >= 0


def test_predecessors_are_checked_where_that_is_asked(outputs: Path) -> None:
    with pytest.raises(StageError, match="with upstream=run it is run first"):
        open_context("03_filtering", load("smoke", {"upstream": "check"}))


@pytest.mark.tools
def test_a_predecessor_that_fails_is_named(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    params = load("cpu", {"corpus.sources": "directory:/nowhere"})
    with pytest.raises(StageError, match="stage 02_roundtrip failed"):
        make_ready(["02_roundtrip"], params)
    assert "02_roundtrip has not run; it is run first, about 69 s on two cores" in capsys.readouterr().out


def test_how_long_a_predecessor_takes_is_told_by_the_last_run_here(outputs: Path) -> None:
    assert upstream._about("04_sft", "cpu") == "about 3 min on two cores"
    assert upstream._about("04_sft", "paper") == "its time was never measured"
    for run, seconds in (("old", 10), ("new", 200)):
        manifest = outputs / run / "04_sft" / "manifest.json"
        manifest.parent.mkdir(parents=True)
        manifest.write_text(json.dumps({"profile": "cpu", "seconds": seconds}))
        os.utime(manifest, (seconds, seconds))
    assert upstream._about("04_sft", "cpu") == "about 3 min by its last run here"


def test_the_table_of_seconds_names_stages_and_profiles() -> None:
    table = read_json(REFERENCE / "seconds.json")
    assert set(table) <= set(PROFILE_NAMES) and "cpu" in table
    assert all(set(row) <= set(PLANS) and min(row.values()) > 0 for row in table.values())


def test_the_one_verifier_has_the_profiles_mode(outputs: Path) -> None:
    def mode(**settings: str) -> str:
        context = Context("02_roundtrip", load("smoke", {f"verifier.{key}": value for key, value in settings.items()}))
        assert context.prover.mode == "hybrid"
        found = context.verifier.mode
        context.close()
        return found

    assert (mode(), mode(mode="testbench")) == ("hybrid", "testbench")


def test_seeds_follow_the_profiles() -> None:
    assert seed_of(Draw.VOTES, 0) != seed_of(Draw.SCALING, 0)
    assert seed_of(Draw.VOTES, 7) == 7 + seed_of(Draw.VOTES, 0)
