"""Running EDA tools on untrusted text: scratch folder, clean environment, limits, no survivors.

Guarantees: CPU time, memory, file size and wall time are bounded; the tool's whole process group is killed at the end;
nothing of the host's environment is passed on. Not guaranteed: a mount or network namespace. What keeps candidate code
from naming files is the screen in `rtlvr.hdl.source`, which every candidate passes first.
"""

import errno
import fcntl
import math
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

from rtlvr.errors import InfrastructureError
from rtlvr.verify.verdict import Limits

_LIMIT = 'ulimit -c 0 && ulimit -t "$1" && ulimit -v "$2" && ulimit -f "$3" && shift 3 && exec "$@"'
_MAX_LOG = 64 * 1024
_ROOM = 512 << 20  # bytes that scratch folders need
_LEAST_FREE = 256 << 10  # bytes that must be left when a tool has ended
_FULL = "the disk of {} is full; free some, or give a larger /dev/shm or TMPDIR"
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
        signals = {-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGXFSZ, 128 + signal.SIGXCPU, 128 + signal.SIGKILL}
        said = "out of memory" in self.output.lower() or "bad_alloc" in self.output
        # a design may print such words itself, but then it ends well
        return self.timed_out or self.code in signals or (said and self.code != 0)


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


@cache
def scratch_parent() -> Path:
    """Where scratch folders lie: in memory where the system has /dev/shm with room (containers may have 64 MB)."""
    memory = Path("/dev/shm")
    fits = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= _ROOM
    return memory if fits else Path(tempfile.gettempdir())


@contextmanager
def scratch() -> Iterator[Path]:
    """A private temporary folder, removed afterwards; while its owner lives, the folder is locked (see `sweep`).

    Raises:
        InfrastructureError: what was done in it found the disk full.
    """
    with tempfile.TemporaryDirectory(prefix=f"rtlvr-{os.getpid()}-", dir=scratch_parent()) as folder:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield Path(folder)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            raise InfrastructureError(_FULL.format(folder)) from error
        finally:
            os.close(descriptor)


def sweep(owner: int | None = None) -> None:
    """Remove the scratch folders that a killed process left behind: those of process `owner`, or of any.

    A folder whose lock is held belongs to somebody alive, and so may one made in the last minute.
    """
    for folder in scratch_parent().glob(f"rtlvr-{owner or '*'}-*"):
        with suppress(OSError):
            if owner is None and time.time() - folder.stat().st_ctime < 60:
                continue
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(descriptor)


def run(command: Sequence[str], folder: Path, limits: Limits) -> Finished:
    """Run a tool in `folder` under `limits`; of its output the first and the last 64 KiB are kept.

    Raises:
        InfrastructureError: the system could not start a process, or the disk is full.
    """
    numbers = [str(math.ceil(limits.cpu_seconds)), str(limits.memory_mb * 1024), str(limits.file_mb * 2048)]
    log = folder / ".log"
    with log.open("wb") as sink:
        try:
            process = subprocess.Popen(
                ["/bin/sh", "-c", _LIMIT, "sh", *numbers, *command],
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
        raise InfrastructureError(_FULL.format(folder))
    return Finished(process.returncode if code is None else code, _head_and_tail(log), timed_out)


def _wait(process: subprocess.Popen, limits: Limits) -> tuple[int | None, bool]:
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


def _ends(process: subprocess.Popen, seconds: float) -> bool:
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
