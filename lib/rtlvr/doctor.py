"""What the kit needs, what is here, and how to get what is missing: `rtlvr doctor`."""

import importlib.util
import os
import re
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from packaging.requirements import Requirement

from rtlvr.confine import walls
from rtlvr.extras import EXTRAS, install_line, required, version_of
from rtlvr.lifeline import run
from rtlvr.params import load
from rtlvr.paths import INSTALLED, PROFILES, TINY_POLICY, from_profile, outputs

State = Literal["ok", "missing", "optional"]
_AGAIN = "pip install --force-reinstall rtlvr" if INSTALLED else "make setup"
_ROOM = 1 << 30  # bytes that a run of the cpu profile may need


@dataclass(frozen=True)
class Check:
    """One line of the report: `advice` says what to do where the state is not ok."""

    name: str
    state: State
    found: str
    advice: str = ""

    def row(self) -> dict[str, str]:
        """The line as a table row."""
        return asdict(self)


def report() -> list[Check]:
    """All checks, cheap ones first; nothing is changed."""
    return [
        _python(),
        *_packages(),
        *_extras(),
        *_folders(),
        _yosys(),
        _program("iverilog", "iverilog"),
        _program("vvp", "iverilog"),
        _walls(),
        _ghdl(),
        _chromium(),
        _machine(),
        _gpu(),
        _tiny(),
        _benchmarks(),
    ]


def healthy(checks: list[Check]) -> bool:
    """Whether everything required is there."""
    return all(check.state != "missing" for check in checks)


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    ok = sys.version_info >= (3, 11)
    return Check("python", "ok" if ok else "missing", version, "" if ok else "install Python 3.11 or newer")


def _packages() -> list[Check]:
    """What the package itself requires, as its metadata has it."""
    return [_package(requirement) for requirement in required()]


def _package(requirement: Requirement) -> Check:
    wanted, found = f"{requirement.name}{requirement.specifier}", version_of(requirement.name)
    if found is None:
        return Check(wanted, "missing", "not installed", _AGAIN)
    if requirement.specifier.contains(found, prereleases=True):
        return Check(wanted, "ok", found)
    return Check(wanted, "missing", f"{found}, another version", _AGAIN)


def _extras() -> list[Check]:
    """The package's extras, a line each: what they are for, and what they lack."""
    checks = []
    for extra, purpose in EXTRAS.items():
        lacking = [one for one in map(_package, required(extra)) if one.state != "ok"]
        found = ", ".join(f"{one.name} {one.found}" for one in lacking[:2])
        found += f", {len(lacking) - 2} more" if len(lacking) > 2 else ""
        hint = f"for {purpose}: {install_line(extra)}" if lacking else ""
        checks.append(Check(f"extra [{extra}]", "optional" if lacking else "ok", found or f"here, for {purpose}", hint))
    return checks


def _folders() -> list[Check]:
    """Where profiles are read from, and where results go."""
    return [Check("profiles", "ok", str(PROFILES)), _results(outputs())]


def _results(folder: Path) -> Check:
    """Whether results can be written, with room for a run."""
    there = _nearest(folder)
    free = shutil.disk_usage(there).free
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        advice = "set RTLVR_OUTPUTS to a folder that you may write to; `rtlvr verify` needs none"
        return Check("results", "missing", f"{folder} cannot be written", advice)
    if free < _ROOM:
        return Check("results", "missing", f"{folder}, {free >> 20} MiB free", "free 1 GiB, or set RTLVR_OUTPUTS")
    return Check("results", "ok", f"{folder}, {free / 2**30:.0f} GiB free")


def _nearest(folder: Path) -> Path:
    """The folder, or where it is not there the nearest above it that is."""
    return next(one for one in (folder, *folder.parents) if one.exists())


def _yosys() -> Check:
    """Import pyosys in a child: a broken native library must not take the doctor down."""
    done = run([sys.executable, "-c", "from pyosys import libyosys"])
    if done.returncode == 0:
        return Check("Yosys (pyosys)", "ok", version_of("pyosys") or "")
    return Check("Yosys (pyosys)", "missing", (done.stderr.splitlines() or ["import failed"])[-1], _AGAIN)


def _program(name: str, package: str) -> Check:
    path = shutil.which(name)
    if path is None:
        advice = (
            f"apt install {package}, dnf install {package}, brew install icarus-verilog, or conda install {package}"
        )
        return Check(name, "missing", "not on PATH", advice)
    found = re.search(r"version (\S+)", run([path, "-V"]).stdout)
    return Check(name, "ok", found.group(1) if found else path)


def _walls() -> Check:
    """What of the kernel keeps tools that read hostile text from everything else."""
    stands, name = walls(), "walls around tools"
    found = [f"Landlock (ABI {stands.landlock})"] * bool(stands.landlock) + ["seccomp"] * stands.seccomp
    if len(found) == 2:
        return Check(name, "ok", " and ".join(found))
    files = "" if stands.landlock else "without Landlock (Linux 5.13) only the screen keeps tools from other files; "
    calls = "" if stands.seccomp else "without seccomp only the screen keeps them from the network; "
    hint = f"{files}{calls}judge candidates in a container or as another user"
    return Check(name, "optional", found[0] if found else "none", hint)


def _ghdl() -> Check:
    path = shutil.which("ghdl")
    return Check(
        "GHDL",
        "ok" if path else "optional",
        path or "not on PATH",
        "" if path else "to judge VHDL: apt install ghdl-mcode, or conda install ghdl",
    )


def _chromium() -> Check:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    return Check(
        "chromium",
        "ok" if path else "optional",
        path or "not on PATH",
        "" if path else "for the browser tests: apt install chromium",
    )


def _machine() -> Check:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return Check("machine", "ok", f"{os.cpu_count()} cores, {memory:.0f} GiB memory")


def _gpu() -> Check:
    if importlib.util.find_spec("torch") is None:
        return Check("GPU", "optional", "torch is not installed")
    question = "import torch; print(torch.cuda.get_device_name() if torch.cuda.is_available() else '')"
    name = run([sys.executable, "-c", question]).stdout.strip()
    return Check(
        "GPU", "ok" if name else "optional", name or "none", "" if name else "needed by the profiles gpu and paper only"
    )


def _tiny() -> Check:
    there = (TINY_POLICY / "model.safetensors").exists()
    advice = f"rtlvr train-base --out {TINY_POLICY}"
    return Check("small base policy", "ok" if there else "missing", str(TINY_POLICY), "" if there else advice)


def _benchmarks() -> Check:
    root = from_profile(load("cpu").benchmarks.root)
    return Check(
        "public benchmarks",
        "ok" if root.exists() else "optional",
        str(root),
        "" if root.exists() else "rtlvr fetch",
    )
