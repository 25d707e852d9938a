"""Children that end with their parent, also where it is killed with SIGKILL and can do nothing about them.

A child has one end of a socket, its *lifeline*, and the parent keeps the other. However the parent ends, the kernel closes
its end then and sends SIGKILL to the child, or to the whole group that the child leads: this was asked for when the child
was started (Linux: `F_SETOWN`, `F_SETSIG` and `O_ASYNC` on the child's end). So a child may be any program, and may be
started from any thread. A parent-death signal (`prctl`) would come when the *thread* ends that started the child, and our
pools and `rtlvr.confine` start children from threads that end.

Guaranteed on Linux, for what `start`, `run` and `processes` start and for a forked child that calls `follow`; the chain may
be of any length, since whoever is ended so drops the lifelines of its own children.
Not guaranteed: a parent killed in the instant between a child's start and `_tie` (well below a millisecond) leaves a child
that ends by its limits or at the end of its input. Other systems have only `follow`'s watching thread, for Python children.
"""

import ctypes
import fcntl
import os
import pickle
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context, parent_process
from typing import Any
from weakref import WeakSet

_BY_KERNEL = hasattr(fcntl, "F_SETSIG")
_PARENT_DEATH = 1  # prctl's PR_SET_PDEATHSIG
_LAUNCHED = ("ACCELERATE_MIXED_PRECISION", "LOCAL_RANK")  # set by `accelerate launch`, and by torchrun and DeepSpeed


def start(
    command: Sequence[str], *, popen: Callable[..., subprocess.Popen[Any]] = subprocess.Popen, **options: Any
) -> subprocess.Popen[Any]:
    """`subprocess.Popen(command, **options)`, but the process ends with us, by SIGKILL.

    With `process_group=0` or `start_new_session=True` its whole group does. `popen` makes the process in another way.

    Raises:
        OSError: the process cannot be started.
    """
    ours, theirs = pair()
    with theirs:
        options["pass_fds"] = (*options.get("pass_fds", ()), theirs.fileno())
        process = popen(command, **options)
        leads = options.get("start_new_session") or options.get("process_group") == 0
        _tie(theirs.fileno(), -process.pid if leads else process.pid)
    vars(process)["lifeline"] = ours  # closed when the process has been waited for and forgotten, or when we end
    return process


def run(command: Sequence[str], timeout: float | None = None, **options: Any) -> subprocess.CompletedProcess[str]:
    """`subprocess.run` with its output captured as text, but the process ends with us (see `start`).

    Raises:
        OSError: the process cannot be started.
        subprocess.TimeoutExpired: it took longer than `timeout` seconds, and was killed.
    """
    piped = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with start(command, **(piped | options)) as process:
        try:
            output, errors = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def processes(jobs: int, prepare: Callable[[], None] | None = None) -> ProcessPoolExecutor:
    """A pool of `jobs` Python processes that end with us; each calls `prepare` first.

    They are spawned: a forked child would wait for locks that threads of ours hold.
    """
    # `prepare` is unpickled only when a process is tied to us, for it may have to import a large library for it.
    return ProcessPoolExecutor(jobs, get_context("spawn"), _begin, (pickle.dumps(prepare),))


def pair() -> tuple[socket.socket, socket.socket]:
    """A lifeline's two ends: the parent's, which no forked child keeps, and the child's, for `follow`."""
    ours, theirs = socket.socketpair()
    _held.add(ours)
    return ours, theirs


def follow(end: int) -> None:
    """End this process by SIGKILL as soon as the parent is gone, which holds the other end of the socket or pipe `end`."""
    if not _BY_KERNEL:
        threading.Thread(target=_watch, args=(end,), name="lifeline", daemon=True).start()
        return
    _tie(end, os.getpid())
    if _gone(end, 0):  # it ended before we asked for the signal
        _end()


def follow_launcher() -> None:
    """End with the launcher that started this process, if one did (`accelerate launch`, torchrun, DeepSpeed).

    It gives us no lifeline, but starts us from its main thread: there a parent-death signal does. Elsewhere than on Linux,
    and where a person started this process, nothing is done.
    """
    parent = os.getppid()
    if not sys.platform.startswith("linux") or not any(name in os.environ for name in _LAUNCHED):
        return
    ctypes.CDLL(None).prctl(_PARENT_DEATH, ctypes.c_ulong(signal.SIGKILL))
    if os.getppid() != parent:
        _end()


def _tie(end: int, owner: int) -> None:
    """Have the kernel send SIGKILL to `owner` (a process, or a group where negative) when the other side of `end` is gone.

    Nothing else may ever be written to `end`, since that would end the owner as well.
    """
    if _BY_KERNEL:
        with suppress(OSError):  # a kernel that cannot do this (some sandboxes) is served without it
            fcntl.fcntl(end, fcntl.F_SETSIG, signal.SIGKILL)
            fcntl.fcntl(end, fcntl.F_SETOWN, owner)
            fcntl.fcntl(end, fcntl.F_SETFL, fcntl.fcntl(end, fcntl.F_GETFL) | os.O_ASYNC)


def _gone(end: int, milliseconds: int | None) -> bool:
    poll = select.poll()
    poll.register(end, select.POLLHUP)
    return bool(poll.poll(milliseconds))


def _watch(end: int) -> None:
    while not _gone(end, None):
        pass
    _end()


def _end() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _begin(prepare: bytes) -> None:
    """The first thing that a process of a pool does; its sentinel is a pipe that only its parent can write to."""
    parent = parent_process()
    if parent is not None:
        follow(parent.sentinel)
    wanted = pickle.loads(prepare)
    if wanted is not None:
        wanted()


_held: WeakSet[socket.socket] = WeakSet()


def _forget() -> None:
    """A forked child is not the parent of its parent's children, and must not keep their lifelines."""
    for held in list(_held):
        held.close()
    _held.clear()


os.register_at_fork(after_in_child=_forget)
