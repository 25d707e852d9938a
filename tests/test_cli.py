"""The commands that others script against: exit statuses, and a run of notebooks that is killed and goes on."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rtlvr.cli import main

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
def test_doctor_finds_what_the_tests_need(capsys: pytest.CaptureFixture) -> None:
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "pyosys" in said and "iverilog" in said


@pytest.mark.notebook
@pytest.mark.timeout(300)
def test_reproduce_goes_on_after_a_kill(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "rtlvr.cli", "reproduce", "--profile", "smoke", "--only"]
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
