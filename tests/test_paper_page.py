"""docs/paper.md: every command can be given as it stands, and the hours are those of `rtlvr plan`."""

import re

import pytest
from commands import check

from rtlvr.params import load
from rtlvr.paths import ROOT
from rtlvr.plan.report import Machine, plan

PAGE = (ROOT / "docs" / "paper.md").read_text()
COMMANDS = list(dict.fromkeys(re.findall(r"`((?:papermill|rtlvr|accelerate|make) [^`]+)`", PAGE)))
ROWS = [line.split("|") for line in PAGE.splitlines() if line.startswith("| ")]


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_parse(command: str) -> None:
    check(command)


def test_every_row_says_what_was_measured() -> None:
    widths = {len(row) for row in ROWS}
    assert widths == {7, 6}
    assert all(cell.strip() for row in ROWS for cell in row[1:-1])
    assert len(COMMANDS) > 12


def test_the_hours_are_the_plans() -> None:
    """To the hour; evaluation under an hour to a tenth."""
    sft, rl, evaluation = plan(load("paper"))
    lines = {line.name: line.value for line in evaluation.lines}
    assert f"8 GPUs, {sft.hours:.0f} h" in PAGE and f"16 GPUs, {rl.hours:.0f} h" in PAGE
    models = len(load("paper").benchmarks.models)
    assert f"1 GPU, {lines['benchmarks (06)'] / models:.0f} h a model" in PAGE
    assert f"1 GPU, {lines['test-time scaling (07)']:.1f} h" in PAGE
    small = plan(load("gpu"), Machine(gpu="4090"))
    assert f"SFT {small[0].hours:.0f} h for 87 K rows, RL {small[1].hours:.0f} h" in PAGE


def test_the_hours_of_one_machine_are_the_plans() -> None:
    sft, rl, _ = plan(load("paper"), Machine(gpu="a100-80g", gpus=8))
    page = " ".join((ROOT / "docs" / "cluster.md").read_text().split())
    assert f"the plan gives {sft.hours:.0f} hours of SFT and {rl.hours:.0f} hours of RL" in page
