"""Running EDA tools on untrusted text: scratch folder, clean environment, limits, no survivors.

Guarantees: CPU time, memory, file size and wall time are bounded; the tool's whole process group is killed at the end,
and when we are killed ourselves (`rtlvr.lifeline`); nothing of the host's environment is passed on. Two walls keep
candidate code from other files, programs and the network: the screen in `rtlvr.hdl.source`, which every candidate passes
first, and, where the system has it, the kernel: a tool reads the system's libraries and its own folder, and writes only
there (`rtlvr.confine`).
"""

import math
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import psutil

from rtlvr.confine import start
from rtlvr.errors import InfrastructureError
from rtlvr.scratch import FULL, scratch, scratch_parent, sweep
from rtlvr.verify.verdict import Limits

__all__ = ["Finished", "run", "scratch", "scratch_parent", "sweep", "tool"]

_LIMIT = 'ulimit -c 0 && ulimit -t "$1" && ulimit -v "$2" && ulimit -f "$3" && shift 3 && exec "$@"'
_MAX_LOG = 64 * 1024
_LEAST_FREE = 256 << 10  # bytes that must be left when a tool has ended
_TIME_SIGNALS = {-signal.SIGXCPU, -signal.SIGKILL, 128 + signal.SIGXCPU, 128 + signal.SIGKILL}
_LOOK = 0.2  # seconds between looks at the CPU time used


@dataclass(frozen=True)
class Finished:
    """How a tool ended: `code` as the shell has it, the head of its output, and whether wall time ran out."""

    code: int
    output: str
    timed_out: bool = False

    @property
    def exhausted(self) -> bool:
        """Whether a limit ended it: wall or CPU time, file size, or memory as far as the tool says so."""
        return self.limit is not None

    @property
    def limit(self) -> Literal["time", "memory"] | None:
        """Which limit ended it, if one did: wall or CPU time, or memory and file size."""
        if self.timed_out or self.code in _TIME_SIGNALS:
            return "time"
        said = "out of memory" in self.output.lower() or "bad_alloc" in self.output
        # a design may print such words itself, but then it ends well
        return "memory" if self.code == -signal.SIGXFSZ or (said and self.code != 0) else None


@cache
def tool(name: str) -> str:
    """The path of a program.

    Raises:
        InfrastructureError: it is not installed.
    """
    path = shutil.which(name)
    if path is None:
        raise InfrastructureError(f"got no program {name!r} on PATH; install Icarus Verilog (package iverilog)")
    return path


def run(command: Sequence[str], folder: Path, limits: Limits) -> Finished:
    """Run a tool in `folder`, its own to read and write, under `limits`; of its output the first and the last 64 KiB are kept.

    Raises:
        InfrastructureError: the system could not start a process, or the disk is full.
    """
    numbers = [str(math.ceil(limits.cpu_seconds)), str(limits.memory_mb * 1024), str(limits.file_mb * 2048)]
    log = folder / ".log"
    with log.open("wb") as sink:
        try:
            process = start(
                ["/bin/sh", "-c", _LIMIT, "sh", *numbers, *command],
                program=command[0],
                writable=[folder],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env={"PATH": os.environ.get("PATH", os.defpath), "TMPDIR": str(folder)},
                process_group=0,
            )
        except OSError as error:
            raise InfrastructureError(f"cannot start {command[0]}: {error}") from error
        try:
            code, timed_out = _wait(process, limits)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if shutil.disk_usage(folder).free < _LEAST_FREE:  # whatever the tool said then, says nothing of the design
        raise InfrastructureError(FULL.format(folder))
    return Finished(process.returncode if code is None else code, _head_and_tail(log), timed_out)


def _wait(process: subprocess.Popen[bytes], limits: Limits) -> tuple[int | None, bool]:
    """Wait for the process; returns a code where we must end it (CPU time is over), and whether wall time is.

    `ulimit -t` counts whole seconds; here the time of all processes of the tool is read now and then.
    """
    ends, pause = time.monotonic() + limits.wall_seconds, min(_LOOK, limits.wall_seconds)
    while not _ends(process, pause):
        if time.monotonic() >= ends:
            return None, True
        if _cpu_seconds(process.pid) > limits.cpu_seconds:
            return -signal.SIGXCPU, False
        pause = min(_LOOK, max(0.0, ends - time.monotonic()))
    return None, False


def _cpu_seconds(process: int) -> float:
    """CPU time of a process and its living descendants."""
    total = 0.0
    with suppress(psutil.Error):
        root = psutil.Process(process)
        for one in (root, *root.children(recursive=True)):
            with suppress(psutil.Error):
                times = one.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
    return total


def _ends(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether the process ends in time. Its descriptor wakes us at once, where `Popen.wait` sleeps ever longer."""
    if not hasattr(os, "pidfd_open"):
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True
    descriptor = os.pidfd_open(process.pid)
    try:
        return bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        os.close(descriptor)


def _head_and_tail(log: Path) -> str:
    with log.open("rb") as source:
        text = source.read(_MAX_LOG)
        rest = log.stat().st_size - len(text)
        if rest > 0:
            source.seek(-min(rest, _MAX_LOG), os.SEEK_END)
            text += b"\n" + source.read()
    return text.decode("utf-8", "replace")
