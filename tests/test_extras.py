"""Extras: the same ones in pyproject.toml, in the doctor's report and in what commands say that lack one."""

import tomllib

import pytest
from packaging.requirements import Requirement

from rtlvr import extras
from rtlvr.cli import COMMANDS, main
from rtlvr.doctor import report
from rtlvr.errors import ExtraError
from rtlvr.paths import INSTALLED, ROOT


@pytest.fixture
def without_train(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation that lacks one package of [train]."""
    lacking = {"train": [Requirement("no-such-package>=1")]}
    monkeypatch.setattr(extras, "required", lambda extra="": lacking.get(extra, []))


@pytest.mark.skipif(INSTALLED, reason="a wheel has no pyproject.toml")
def test_those_of_the_package() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert {*extras.EXTRAS, "all"} == {*declared}
    assert {name for command in COMMANDS for name in command.needs} <= {*declared}


@pytest.mark.tools
def test_the_doctor_says_what_each_is_for() -> None:
    lines = {check.name: check for check in report()}
    for name, purpose in extras.EXTRAS.items():
        line = lines[f"extra [{name}]"]
        assert purpose in (line.found if line.state == "ok" else line.advice)


@pytest.mark.usefixtures("without_train")
def test_a_command_without_its_extra_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train-base", "--out", "nowhere"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("rtlvr: got no no-such-package; ") and extras.install_line("train") in line


@pytest.mark.usefixtures("without_train")
def test_a_missing_module_is_explained() -> None:
    found = extras.explained(ModuleNotFoundError("no", name="no_such_package.inner"))
    assert isinstance(found, ExtraError) and "[train]" in str(found)
    assert extras.explained(ModuleNotFoundError("no", name="of_nobody")) is None
