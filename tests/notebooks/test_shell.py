"""The same stage by its notebook, by `rtlvr run`, and by `accelerate launch` with two processes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rtlvr.params import load
from rtlvr.records import Measurement, read_jsonl
from rtlvr.stage import Stage, set_aside_results

pytestmark = [pytest.mark.notebook, pytest.mark.timeout(900)]
TWO = ("-m", "accelerate.commands.launch", "--cpu", "--num_processes", "2")


def run(outputs: Path, *launcher: str) -> str:
    """`rtlvr run 05_rl`, perhaps by a launcher; what it printed."""
    environment = {**os.environ, "RTLVR_OUTPUTS": str(outputs), "TQDM_DISABLE": "1"}
    command = [sys.executable, *launcher, "-m", "rtlvr", "run", "05_rl", "--profile", "smoke"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout


def rows(outputs: Path) -> list[Measurement]:
    """The stage's measurements."""
    return read_jsonl(outputs / "smoke" / "05_rl" / "measurements.jsonl", Measurement)


def sampled(outputs: Path) -> list[tuple[object, ...]]:
    """What each step drew and generated."""
    lines = (outputs / "smoke" / "05_rl" / "steps.jsonl").read_text().splitlines()
    counts = ("reward", "draws", "prompts_drawn", "groups_used", "tokens_generated")
    return [tuple(json.loads(line)[key] for key in counts) for line in lines]


def test_rl_by_notebook_shell_and_two_processes(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal by notebook and shell. Two processes add gradients in another order, so their policy may differ a little."""
    mine = tmp_path / "outputs"
    shutil.copytree(home, mine, ignore=shutil.ignore_patterns(".earlier"))
    monkeypatch.setenv("RTLVR_OUTPUTS", str(mine))
    stage = Stage("05_rl", load("smoke"))
    by_notebook = rows(mine) if stage.done else []
    set_aside_results(stage, for_good=True)
    assert "heldout_pass@1" in run(mine)
    alone, drawn = rows(mine), sampled(mine)
    assert not by_notebook or alone == by_notebook
    assert "it is run first" not in run(mine)  # done: shown again, nothing is computed
    set_aside_results(stage, for_good=True)
    assert "heldout_pass@1" in run(mine, *TWO)
    assert sampled(mine)[0] == drawn[0]  # the first step, before any gradient
    assert [row.key for row in rows(mine)] == [row.key for row in alone]
    assert [row for row in rows(mine) if row.variant == "sft"] == [row for row in alone if row.variant == "sft"]
