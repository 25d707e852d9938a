"""A wheel is built, unpacked into an empty folder, and used from another empty folder, without the checkout.

One environment is fresh and has the wheel without any extra: it is the verifier alone.
"""

import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from rtlvr.paths import INSTALLED, ROOT

pytestmark = [
    pytest.mark.tools,
    pytest.mark.timeout(300),
    pytest.mark.skipif(INSTALLED, reason="a wheel has no checkout to build from"),
]
GOLDEN = "module top_module(input [3:0] a, b, output [3:0] y); assign y = a ^ b; endmodule\n"
QUIET = ("-q", "--disable-pip-version-check")
NOT_IN_THE_PACKAGE = shutil.ignore_patterns("__pycache__", "*.egg-info", ".ipynb_checkpoints")


def call(
    *command: str, cwd: Path, path: Path | None = None, ok: int = 0, python: str = sys.executable, **more: str
) -> str:
    """What a command prints, once its exit status is as it must be."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "RTLVR_OUTPUTS")}
    environment |= {"PYTHONPATH": str(path)} if path else {}
    run = subprocess.run(
        [python, "-m", *command], cwd=cwd, env=environment | more, capture_output=True, text=True, check=False
    )
    assert run.returncode == ok, run.stdout + run.stderr
    return run.stdout + run.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel. It is built from a copy: setuptools leaves files where it builds."""
    try:
        newest = int(metadata.version("setuptools").partition(".")[0]) >= 77
    except metadata.PackageNotFoundError:
        newest = False
    if not newest:
        pytest.skip("setuptools 77 or newer is not installed: pip install -U setuptools")
    copy, made = tmp_path_factory.mktemp("kit"), tmp_path_factory.mktemp("made")
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    for name in ("lib", "params", "notebooks", "outputs/reference"):
        shutil.copytree(ROOT / name, copy / name, ignore=NOT_IN_THE_PACKAGE)
    call("pip", "wheel", *QUIET, "--no-deps", "--no-build-isolation", "-w", str(made), str(copy), cwd=made)
    return next(made.glob("*.whl"))


@pytest.fixture(scope="module")
def site(wheel: Path) -> Path:
    """The folder that the wheel was installed into."""
    made = wheel.parent
    call("pip", "install", *QUIET, "--no-deps", "--target", str(made / "site"), str(wheel), cwd=made)
    return made / "site"


@pytest.fixture(scope="module")
def alone(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Python of a fresh environment that has the wheel, without any extra."""
    folder = tmp_path_factory.mktemp("alone")
    call("venv", str(folder), cwd=folder)
    python = str(folder / "bin" / "python")
    got = subprocess.run(
        [python, "-m", "pip", "install", *QUIET, str(wheel)], capture_output=True, text=True, check=False
    )
    if any(words in got.stderr for words in ("NewConnectionError", "ConnectTimeout", "NameResolutionError")):
        pytest.skip("the package index cannot be reached")
    assert got.returncode == 0, got.stderr
    return python


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """An empty folder to work in."""
    return tmp_path


def files(folder: Path) -> set[str]:
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in found if not {"__pycache__", ".ipynb_checkpoints"} & {*path.parts}}


def test_it_holds_all_files(site: Path) -> None:
    package = {name for name in files(site / "rtlvr") if not name.startswith("kit/")}
    assert package == files(ROOT / "lib" / "rtlvr")
    for name in ("params", "notebooks", "outputs/reference"):
        assert files(site / "rtlvr" / "kit" / name) == files(ROOT / name), name


def test_it_is_this_one_and_not_the_checkout(site: Path, here: Path) -> None:
    said = call("rtlvr", "doctor", cwd=here, path=site)
    assert str(site / "rtlvr" / "kit" / "params") in said
    assert str(here / "outputs") in said
    assert str(ROOT) not in said


@pytest.mark.parametrize("profile", ["cpu", "paper"])
def test_profiles(site: Path, here: Path, profile: str) -> None:
    assert call("rtlvr", "params", "--profile", profile, cwd=here, path=site).startswith(f"profile: {profile}\n")
    assert "published" in call("rtlvr", "plan", "--profile", profile, "--mean-tokens", "100", cwd=here, path=site)
    assert not list(here.iterdir())


def test_the_verifier(site: Path, here: Path) -> None:
    (here / "a.v").write_text(GOLDEN)
    (here / "b.v").write_text(GOLDEN.replace("^", "|"))
    assert "equivalent" in call("rtlvr", "verify", "a.v", "a.v", cwd=here, path=site)
    assert "inequivalent" in call("rtlvr", "verify", "a.v", "b.v", cwd=here, path=site, ok=1)


@pytest.mark.long
def test_results_go_below_the_current_folder(site: Path, here: Path) -> None:
    assert f"runs in {here / 'outputs'}: none" in call("rtlvr", "results", cwd=here, path=site, ok=2)
    assert not list(here.iterdir())
    call("rtlvr", "reproduce", "--profile", "smoke", "--only", "00_start_here", cwd=here, path=site)
    assert [path.name for path in here.iterdir()] == ["outputs"]
    assert "00_start_here" in call("rtlvr", "results", "--run", "smoke", cwd=here, path=site)


def test_how_long_a_stage_takes_is_known(site: Path, here: Path) -> None:
    """The table is in the wheel, and read from there."""
    code = "from rtlvr.stages import upstream; print(upstream.REFERENCE, upstream._about('04_sft', 'cpu'), sep='\\n')"
    (here / "about.py").write_text(code)
    said = call("about", cwd=here, path=site).splitlines()
    assert Path(said[0]).is_relative_to(site) and said[1] == "about 3 min on two cores"


def test_results_go_where_the_variable_says(site: Path, here: Path) -> None:
    there = here / "there"
    said = call("rtlvr", "results", cwd=here, path=site, ok=2, RTLVR_OUTPUTS=str(there))
    assert f"runs in {there}: none" in said
    assert not list(here.iterdir())


@pytest.mark.long
def test_it_alone_is_the_verifier(alone: str, here: Path) -> None:
    for name in ("torch", "transformers", "trl", "jupyterlab", "matplotlib"):
        code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({name!r}) is not None)"
        assert subprocess.run([alone, "-c", code], check=False).returncode == 0, f"{name} came with the verifier"
    said = call("rtlvr", "doctor", cwd=here, python=alone)
    assert "extra [train]" in said and "pip install 'rtlvr[train]'" in said
    assert call("rtlvr", "params", cwd=here, python=alone).startswith("profile: cpu\n")
    (here / "a.v").write_text(GOLDEN)
    (here / "b.v").write_text(GOLDEN.replace("^", "|"))
    assert "equivalent" in call("rtlvr", "verify", "a.v", "a.v", cwd=here, python=alone)
    assert "inequivalent" in call("rtlvr", "verify", "a.v", "b.v", cwd=here, python=alone, ok=1)
    assert "published" in call("rtlvr", "plan", cwd=here, python=alone)
    assert "missing" in call("rtlvr", "status", cwd=here, python=alone)


@pytest.mark.long
def test_a_stage_that_needs_no_model_runs_alone(alone: str, here: Path) -> None:
    call("rtlvr", "run", "01_testbench", "--profile", "smoke", cwd=here, python=alone)
    assert (here / "outputs" / "smoke" / "01_testbench" / "manifest.json").exists()


@pytest.mark.parametrize(
    ("command", "extra"),
    [
        (("train-base", "--out", "base"), "train"),
        (("reproduce", "--profile", "smoke"), "train"),
        (("sample", "--benchmark", "rtllm-v2.0", "--backend", "transformers", "--model", "m", "--out", "o"), "train"),
    ],
)
def test_a_command_says_which_extra_it_needs(alone: str, here: Path, command: tuple[str, ...], extra: str) -> None:
    (here / "benchmarks" / "rtllm-v2.0" / "adder").mkdir(parents=True)
    for name in ("testbench.v", "verified_adder.v", "design_description.txt"):
        (here / "benchmarks" / "rtllm-v2.0" / "adder" / name).write_text("module adder(); endmodule\n")
    said = call("rtlvr", *command, cwd=here, python=alone, ok=2)
    assert f"pip install 'rtlvr[{extra}]'" in said and len(said.splitlines()) == 1


def test_every_core_command_works_without_the_extras(alone: str, here: Path) -> None:
    code = (
        "from importlib import import_module; from rtlvr.cli import COMMANDS; "
        "[import_module(c.runner.partition(':')[0]) for c in COMMANDS if not c.needs]"
    )
    done = subprocess.run([alone, "-c", code], cwd=here, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
