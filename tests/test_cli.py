"""The commands that others script against: exit statuses, and a run of notebooks that is killed and goes on."""

import argparse
import importlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rtlvr.cli import COMMANDS, main
from rtlvr.cli import parser as whole_parser
from rtlvr.paths import PACKAGE
from rtlvr.reproduce import _told
from rtlvr.stage import runs

GOLDEN = "module top_module(input [3:0] a, b, output [3:0] y); assign y = a ^ b; endmodule\n"
WRONG = GOLDEN.replace("^", "|")
UNKNOWN = "module top_module(input clk, output reg q); always @(posedge clk) q <= ~q; endmodule\n"


def verify(folder: Path, golden: str, candidate: str, *options: str) -> int:
    (folder / "golden.v").write_text(golden)
    (folder / "candidate.v").write_text(candidate)
    return main(["verify", str(folder / "golden.v"), str(folder / "candidate.v"), *options])


@pytest.mark.tools
@pytest.mark.parametrize(
    ("candidate", "status"),
    [(GOLDEN, 0), (WRONG, 1), ("module top_module(", 1), (GOLDEN.replace("top_module", "other"), 0)],
)
def test_verify_says_it_in_its_exit_status(tmp_path: Path, candidate: str, status: int) -> None:
    assert verify(tmp_path, GOLDEN, candidate) == status


@pytest.mark.tools
def test_verify_cannot_say(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert verify(tmp_path, UNKNOWN, UNKNOWN.replace("~q", "q"), "--json", "--mode", "testbench") == 2
    assert json.loads(capsys.readouterr().out)["status"] == "undecided"
    assert verify(tmp_path, "this is no golden", GOLDEN) == 2
    assert main(["verify", str(tmp_path / "none.v"), str(tmp_path / "golden.v")]) == 2
    with pytest.raises(SystemExit) as usage:
        main(["verify", "--mode", "guess", "a.v", "b.v"])
    assert usage.value.code == 2


@pytest.mark.tools
def test_verify_can_require_a_proof(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """By simulation alone `equivalent` has status 0, or 2 where a proof is required; other verdicts keep theirs."""
    rewrite = GOLDEN.replace("a ^ b", "(a | b) & ~(a & b)")
    assert verify(tmp_path, GOLDEN, rewrite, "--mode", "testbench") == 0
    assert verify(tmp_path, GOLDEN, rewrite, "--mode", "testbench", "--require-proof") == 2
    assert "not proved" in capsys.readouterr().out
    assert verify(tmp_path, GOLDEN, rewrite, "--require-proof") == 0
    assert verify(tmp_path, GOLDEN, WRONG, "--require-proof") == 1
    pairs = ["verify", "--pairs", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out.jsonl")]
    assert main([*pairs, "--require-proof"]) == 2
    assert "--require-proof with --pairs" in capsys.readouterr().err


@pytest.mark.tools
def test_doctor_finds_what_the_tests_need(capsys: pytest.CaptureFixture) -> None:
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "pyosys" in said and "iverilog" in said


@pytest.mark.notebook
@pytest.mark.timeout(300)
def test_reproduce_goes_on_after_a_kill(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "rtlvr", "reproduce", "--profile", "smoke", "--only"]
    command += ["00_start_here", "01_testbench"]
    environment = {**os.environ, "RTLVR_OUTPUTS": str(tmp_path)}
    first = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    finished = tmp_path / "smoke/00_start_here/manifest.json"
    executed = tmp_path / "smoke/notebooks/00_start_here.ipynb"
    deadline = time.monotonic() + 120
    while not (finished.exists() and executed.exists()) and time.monotonic() < deadline:
        time.sleep(0.1)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert not (tmp_path / "smoke/01_testbench/manifest.json").exists(), "the kill came too late to show anything"
    again = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert "00_start_here          done before" in again
    assert "01_testbench           done in" in again


def test_a_notebook_that_ended_well_but_is_not_done_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its stage is not done by the code as it is now: somebody has changed it meanwhile."""
    log = tmp_path / "02_roundtrip.log"
    log.write_text("all is well\n")
    assert not _told("02_roundtrip", 0, False, 3.0, log, log)
    said = capsys.readouterr().out
    assert "FAILED after 3 s" in said and "changed while it ran" in said and str(log) in said


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_argument_has_a_help_text(command) -> None:
    parser = command.complete(argparse.ArgumentParser())
    assert not [action.dest for action in parser._actions if not action.help]
    assert command.help and "usage" in parser.format_help()


def test_help_gives_each_command_a_line() -> None:
    lines = [line.strip() for line in whole_parser().format_help().splitlines()]
    for command in COMMANDS:
        assert [line for line in lines if line.startswith(f"{command.name} ") and line.endswith(command.help)], (
            command.name
        )


# The rules that fill a step are a module that others can take without the kit: their bench has a command line of its own.
PARSERS = {"cli/__init__.py", "draws/bench.py", "draws/example_trl.py"}  # `draws` also stands alone


def test_every_command_line_of_the_kit_is_a_command() -> None:
    """A module that can be run is the runner of a command; only the list of commands makes a parser."""
    texts = {path.relative_to(PACKAGE).as_posix(): path.read_text() for path in PACKAGE.rglob("*.py")}
    assert {name for name, text in texts.items() if "ArgumentParser(" in text} == PARSERS
    # The worker is a process of the pool, for no one's hands; the example belongs to those who take `draws` alone.
    ours = {"__main__.py", "verify/worker.py", "draws/bench.py", "draws/example_trl.py"}
    run = {name for name, text in texts.items() if '__name__ == "__main__"' in text} - ours
    runners = {
        command.runner.partition(":")[0].removeprefix("rtlvr.").replace(".", "/") + ".py" for command in COMMANDS
    }
    assert run and run <= runners


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_runner_of_a_command_is_there(command) -> None:
    module, _, function = command.runner.partition(":")
    assert callable(getattr(importlib.import_module(module), function))


@pytest.mark.tools
@pytest.mark.parametrize("module", ["rtlvr.evaluate.sweep", "rtlvr.gpu_check"])
def test_python_m_is_the_same_command(module: str) -> None:
    name = {"rtlvr.evaluate.sweep": "sweep", "rtlvr.gpu_check": "gpu-check"}[module]
    said = [
        subprocess.run([sys.executable, "-m", *words, "--help"], capture_output=True, text=True, check=True).stdout
        for words in ([module], ["rtlvr", name])
    ]
    assert said[0] == said[1]


def test_python_m_rtlvr_is_rtlvr(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "rtlvr", "params", "--profile", "smoke"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert said.startswith("profile: smoke\n")


NOT_THERE = [
    "verify none.v none.v",
    "verify --pairs none.jsonl --out out.jsonl",
    "sweep nowhere --out out",
    "sweep --summary --out nowhere",
    "sweep --list-accepted-faults --out nowhere",
    "sample --benchmark typo --model m --out out.jsonl",
    "sample --benchmark rtllm-v2.0 --root nowhere --model m --out out.jsonl",
    "bench --benchmark typo --references",
    "bench --benchmark rtllm-v2.0 --root nowhere --references",
    "probes --root nowhere --out out.csv",
    "certify --root nowhere --pairs out.jsonl",
    "certify",
    "make-pairs --only typo --out out.jsonl",
    "make-pairs --only counter",
    "results --run typo",
    "params --profile typo",
    "plan --profile typo",
    "plan --gpu typo",
    "reproduce --profile typo",
    "reproduce --only typo",
    "gpu-check --problems none.jsonl --out out",
    "gpu-check --benchmarks nowhere --out out",
    pytest.param("gpu-check", marks=pytest.mark.tools),
    pytest.param("run 05_rl --profile typo", marks=pytest.mark.tools),
]


@pytest.mark.parametrize("line", NOT_THERE)
def test_what_is_not_there_is_said_and_nothing_is_made(
    line: str, outputs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(outputs)
    assert main(line.split()) == 2
    said = capsys.readouterr()
    assert said.err.startswith("rtlvr: got ") and not said.out
    assert not list(outputs.iterdir())


def test_a_path_that_is_not_there_is_told_whole(
    outputs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(outputs)
    for line in ("verify none.v none.v", "bench --benchmark rtllm-v2.0 --root . --references", "sweep none.v"):
        assert main(line.split()) == 2
        assert str(outputs) in capsys.readouterr().err


def test_results_of_a_run(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (outputs / "mine" / "00_start_here").mkdir(parents=True)
    (outputs / "notebooks").mkdir()
    assert runs() == ["mine"]
    assert main(["results", "--run", "yours"]) == 2
    assert f"got run 'yours'; runs in {outputs}: mine" in capsys.readouterr().err
    assert main(["results", "--run", "mine"]) == 2
    assert "no finished stage yet" in capsys.readouterr().err
