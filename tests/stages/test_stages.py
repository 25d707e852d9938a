"""A stage is one function, whoever calls it: the shell, a notebook, several processes."""

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from rtlvr.errors import StageError
from rtlvr.identity import PLANS, before, notebooks, shown_in
from rtlvr.params import load
from rtlvr.records import Measurement, read_jsonl
from rtlvr.seeds import Draw, seed_of
from rtlvr.stage import Stage, set_aside_results
from rtlvr.stages import start_here
from rtlvr.stages.context import Context, open_context
from rtlvr.stages.upstream import make_ready


def test_every_stage_has_a_module_that_runs_it() -> None:
    for plan in PLANS.values():
        assert callable(import_module(f"rtlvr.stages.{plan.module}").run)
    assert [stage for name in notebooks() for stage in shown_in(name)] == list(PLANS)


def test_all_that_a_stage_builds_on() -> None:
    assert before("05_rl_study", load("smoke")) == ["02_roundtrip", "03_filtering", "04_sft", "05_rl"]
    assert before("01_testbench", load("smoke")) == []
    own = load("smoke", {"rl.model": "tiny", "benchmarks.model": "tiny", "scaling.policy": "tiny"})
    assert before("05_rl", own) == ["02_roundtrip", "03_filtering"]
    assert before("06_benchmarks", own) == before("07_test_time_scaling", own) == []


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


def test_a_predecessor_that_fails_is_named(outputs: Path) -> None:
    params = load("smoke", {"corpus.sources": "directory:/nowhere"})
    with pytest.raises(StageError, match="stage 02_roundtrip failed"):
        make_ready(["02_roundtrip"], params)


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


def run(outputs: Path, *words: str, launcher: tuple[str, ...] = (sys.executable,)) -> str:
    """`rtlvr run …`, perhaps by a launcher; what it printed."""
    environment = {**os.environ, "RTLVR_OUTPUTS": str(outputs), "TQDM_DISABLE": "1"}
    command = [*launcher, "-m", "rtlvr", "run", *words, "--profile", "smoke"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout


def rows(outputs: Path, name: str) -> list[Measurement]:
    """A stage's measurements."""
    return read_jsonl(outputs / "smoke" / name / "measurements.jsonl", Measurement)


@pytest.mark.notebook
@pytest.mark.timeout(900)
def test_rl_by_the_shell_and_by_two_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same answers, rewards and accuracy, one process or two; what was before RL is run first, once."""
    monkeypatch.setenv("RTLVR_OUTPUTS", str(tmp_path))
    said = run(tmp_path, "05_rl")
    assert said.count("it is run first") == 3 and "heldout_pass@1" in said
    alone = rows(tmp_path, "05_rl")
    assert "it is run first" not in run(tmp_path, "05_rl")
    set_aside_results(Stage("05_rl", load("smoke")), for_good=True)
    launcher = (sys.executable, "-m", "accelerate.commands.launch", "--cpu", "--num_processes", "2")
    together = run(tmp_path, "05_rl", launcher=launcher)
    assert "heldout_pass@1" in together
    assert [row.key for row in rows(tmp_path, "05_rl")] == [row.key for row in alone]
    before_rl = [row for row in alone if row.variant == "sft"]
    assert [row for row in rows(tmp_path, "05_rl") if row.variant == "sft"] == before_rl
