"""Where relative paths start, in a checkout and as in a wheel."""

from pathlib import Path

import pytest

from rtlvr import paths
from rtlvr.cli import COMMANDS, parser


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The paths as an installed wheel has them, seen from an empty current folder; returns what it ships."""
    shipped, here = tmp_path / "site" / "rtlvr" / "kit", tmp_path / "here"
    (shipped / "params" / "deepspeed").mkdir(parents=True)
    (shipped / "params" / "deepspeed" / "zero3.json").touch()
    here.mkdir()
    monkeypatch.setattr(paths, "INSTALLED", True)
    monkeypatch.setattr(paths, "ROOT", shipped)
    monkeypatch.chdir(here)
    return shipped


def test_a_checkout_starts_at_its_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RTLVR_OUTPUTS", raising=False)
    assert paths.home() == paths.ROOT
    assert paths.outputs() == paths.ROOT / "outputs"
    assert paths.from_profile("benchmarks") == paths.ROOT / "benchmarks"
    assert paths.from_profile("/elsewhere") == Path("/elsewhere")
    assert paths.PROFILES == paths.ROOT / "params"


def test_a_wheel_starts_at_the_current_folder(wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RTLVR_OUTPUTS", raising=False)
    here = Path.cwd()
    assert paths.outputs() == here / "outputs"
    assert paths.from_profile("benchmarks") == here / "benchmarks"


def test_a_wheel_ships_what_its_profiles_name(wheel: Path) -> None:
    name = "params/deepspeed/zero3.json"
    assert paths.from_profile(name) == wheel / name
    (Path.cwd() / name).parent.mkdir(parents=True)
    (Path.cwd() / name).touch()
    assert paths.from_profile(name) == Path.cwd() / name


def test_the_variable_names_the_outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RTLVR_OUTPUTS", "there")
    assert paths.outputs() == tmp_path / "there"
    monkeypatch.setenv("RTLVR_OUTPUTS", "")
    assert paths.outputs() == paths.home() / "outputs"


def test_a_model_is_a_path_or_a_name(wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    (home / "outputs" / "policy").mkdir(parents=True)
    monkeypatch.setattr(paths, "home", lambda: home)
    assert paths.model_path("outputs/policy") == str(home / "outputs" / "policy")
    (Path.cwd() / "outputs" / "policy").mkdir(parents=True)
    assert paths.model_path("outputs/policy") == "outputs/policy"
    assert paths.model_path("Qwen/Qwen2.5-Coder-7B-Instruct") == "Qwen/Qwen2.5-Coder-7B-Instruct"


def test_the_command_line_starts_at_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it is called, `--root` is the current folder's when given, and the profiles' when not."""
    monkeypatch.chdir(tmp_path)
    given = ["--benchmark", "rtllm-v2.0", "--references"]
    assert parser().parse_args(["bench", *given, "--root", "here"]).root == tmp_path / "here"
    assert parser().parse_args(["bench", *given]).root == paths.ROOT / "benchmarks"
    assert parser().parse_args(["fetch"]).root == paths.ROOT / "benchmarks"


def test_every_path_is_made_absolute() -> None:
    """No command takes a bare `Path`, which would be told as it was typed."""
    import argparse

    for command in COMMANDS:
        for action in command.complete(argparse.ArgumentParser())._actions:
            assert action.type is not Path, f"{command.name} {action.dest}"
            assert not isinstance(action.default, Path) or action.default.is_absolute()
