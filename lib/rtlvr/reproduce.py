"""`make reproduce`: every notebook in order through papermill, going on where an earlier run stopped.

Each notebook runs in a process group of its own that ends with us (`rtlvr.lifeline`), and its kernel, which is in another,
sees that papermill is gone and ends within a second; what a kernel has started ends with it.
Whether a stage is done is asked of its manifest, never of the executed notebook.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rtlvr import lifeline
from rtlvr.errors import ParameterError
from rtlvr.params import settings_of
from rtlvr.paths import NOTEBOOKS, outputs
from rtlvr.pipeline import notebooks, shown_in
from rtlvr.schema import Profile
from rtlvr.stage import Stage, set_aside_results

_FIGURES = "08_paper_figures"
_ROOM = 1 << 20  # bytes: with less, nothing can go on
_CHANGED = "it ended well, but the kit or its parameters were changed while it ran: run it again"
_DISTRIBUTED = ("RANK", "WORLD_SIZE", "LOCAL_", "GROUP_", "ROLE_", "MASTER_", "TORCHELASTIC_", "ACCELERATE_", "FSDP_")


def reproduce(params: Profile, only: Sequence[str] | None = None, fresh: bool = False, again: bool = False) -> int:
    """Run the notebooks with these parameters; returns 0 when all are done, 1 when one failed.

    `fresh` sets earlier results aside first; `again` runs notebooks even where they are done (and keeps their results).

    Raises:
        ParameterError: unknown notebook.
    """
    names = [name for name in notebooks() if not only or name in only]
    if only and len(names) != len(set(only)):
        raise ParameterError(f"got notebooks {', '.join(only)}; allowed: {', '.join(notebooks())}")
    if fresh:
        for stage in (stage for name in names for stage in shown_in(name)):
            set_aside_results(Stage(stage, params), for_good=True)
    worked = False
    for name in names:
        if not again and _finished(name, params, worked):
            print(f"{name:22} done before", flush=True)
            continue
        worked = True
        if not run_notebook(name, params):
            return 1
    _closing_lines(params)
    return 0


def _finished(name: str, params: Profile, worked: bool) -> bool:
    """Whether a notebook need not run: its stages are done, its executed copy is there; figures follow any other work."""
    done = _done(name, params) and _executed(name, params).exists()
    return done and not (name == _FIGURES and worked)


def _done(notebook: str, params: Profile) -> bool:
    """Whether the notebook's own stage is done; studies that it shows beside it may be the kit's reference."""
    return Stage(notebook, params).done


def _executed(name: str, params: Profile) -> Path:
    return outputs() / params.run / "notebooks" / f"{name}.ipynb"


def run_without_notebook(name: str, params: Profile) -> bool:
    """Run a stage as `rtlvr run` does, in a process of its own; whether it is done then."""
    log = outputs() / params.run / "notebooks" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    words = ["run", name, "--profile", params.profile, "--set", settings_of(params)]
    code, seconds = _child([sys.executable, "-m", "rtlvr", *words], name, log)
    return _told(name, code, Stage(name, params).done, seconds, log, log)


def run_notebook(name: str, params: Profile) -> bool:
    """Run a notebook through papermill, keep its executed copy, and say how long it took; whether its stages are done then."""
    target = _executed(name, params)
    target.parent.mkdir(parents=True, exist_ok=True)
    log = target.with_suffix(".log")
    command = [
        sys.executable,
        "-m",
        "papermill",
        str(NOTEBOOKS / f"{name}.ipynb"),
        str(target.with_suffix(".part.ipynb")),
        *("-p", "profile", params.profile, "-p", "set", settings_of(params)),
        "--no-progress-bar",
    ]
    code, seconds = _child(command, name, log)
    part, done = target.with_suffix(".part.ipynb"), _done(name, params)
    if code == 0 and done:
        part.replace(target)
    return _told(name, code, done, seconds, part, log)


def _told(name: str, code: int, done: bool, seconds: float, executed: Path, log: Path) -> bool:
    """Say how a child ended (`code`: its exit status), and why where it failed; returns whether all is well.

    Args:
        done: whether its stage is done by the code and the parameters as they are now.
    """
    if code == 0 and done:
        print(f"\r{name:22} done in {seconds:.0f} s", flush=True)
        return True
    why = [_CHANGED] if code == 0 else _error(executed, log)
    lines = (*why, *_no_room(log.parent), f"log: {log}")
    print(f"\r{name:22} FAILED after {seconds:.0f} s", *lines, sep="\n", flush=True)
    return False


def _child(command: list[str], name: str, log: Path) -> tuple[int, float]:
    """Exit status and seconds of a child that is no part of a distributed run, although this process may be."""
    began = time.monotonic()
    environment = {key: value for key, value in os.environ.items() if not key.startswith(_DISTRIBUTED)}
    with log.open("w") as sink:
        process = lifeline.start(
            command, stdout=sink, stderr=subprocess.STDOUT, start_new_session=True, env=environment
        )
        return _wait(process, name, began), time.monotonic() - began


def _wait(process: subprocess.Popen[bytes], name: str, began: float) -> int:
    """Wait for a notebook, showing the time where someone looks; take its whole group down when we are stopped."""
    handlers = {s: signal.signal(s, lambda *_: sys.exit(130)) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        print(f"{name:22} running …", end="" if sys.stdout.isatty() else "\n", flush=True)
        while True:
            try:
                return process.wait(timeout=1)
            except subprocess.TimeoutExpired:
                if sys.stdout.isatty():
                    print(f"\r{name:22} running … {time.monotonic() - began:.0f} s", end="", flush=True)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _error(executed: Path, log: Path) -> list[str]:
    """The failed cell's error, or else the end of the log."""
    if executed.suffix == ".ipynb" and executed.exists():
        outputs_ = [o for cell in _cells(executed) for o in cell.get("outputs", []) if o.get("output_type") == "error"]
        if outputs_:
            return [f"{outputs_[-1]['ename']}: {outputs_[-1]['evalue']}", f"executed copy: {executed}"]
    return log.read_text(errors="replace").splitlines()[-5:]


def _no_room(folder: Path) -> list[str]:
    """A full disk, said by us: a child may have had no room to say it."""
    full = shutil.disk_usage(folder).free < _ROOM
    return [f"the disk of {folder} is full: free some space, or set RTLVR_OUTPUTS to another disk"] if full else []


def _cells(executed: Path) -> list[dict[str, Any]]:
    """The cells of an executed notebook; none where it was cut off (a full disk, a kill)."""
    try:
        return list(json.loads(executed.read_text(encoding="utf-8")).get("cells", []))
    except ValueError:
        return []


def _closing_lines(params: Profile) -> None:
    figures = sorted((outputs() / params.run / _FIGURES).glob("*.png"))
    print(f"\n{len(figures)} figures:", *(f"  {path}" for path in figures), sep="\n")
    print(f"results: {outputs() / params.run / 'results.csv'}")
