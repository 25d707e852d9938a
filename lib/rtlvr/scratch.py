"""Private folders for tools: each process has one root, and each use a folder in it that is removed afterwards.

A tool that serves many questions is allowed to write below the root of its own process, and a tool that serves one only
in its own folder (`rtlvr.confine`). A root is locked while its process lives, so that `sweep` knows what was abandoned.
"""

import atexit
import errno
import fcntl
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from rtlvr.errors import InfrastructureError

FULL = "the disk of {} is full; free some, or give a larger /dev/shm or TMPDIR"
_ROOM = 512 << 20  # bytes that scratch folders need


@cache
def scratch_parent() -> Path:
    """Where roots lie: in memory where the system has /dev/shm with room (containers may have 64 MB)."""
    memory = Path("/dev/shm")
    fits = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= _ROOM
    return memory if fits else Path(tempfile.gettempdir())


def root() -> Path:
    """The folder in which all scratch folders of this process lie; made when first asked for, locked until it ends."""
    global _root
    with _lock:
        if _root is None or _root.path.parent != scratch_parent() or not _root.path.is_dir():
            _root = _Root()
        return _root.path


@contextmanager
def scratch() -> Iterator[Path]:
    """A private temporary folder, removed afterwards.

    Raises:
        InfrastructureError: what was done in it found the disk full.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="", dir=root()) as folder:
            yield Path(folder)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise InfrastructureError(FULL.format(scratch_parent())) from error


def sweep(owner: int | None = None) -> None:
    """Remove the roots that a killed process left behind: those of process `owner`, or of any.

    A root whose lock is held belongs to somebody alive, and so may one that was used in the last minute.
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


class _Root:
    """A root and its lock; removed when the process that made it ends by itself."""

    def __init__(self) -> None:
        self._owner = os.getpid()
        self.path = Path(tempfile.mkdtemp(prefix=f"rtlvr-{self._owner}-", dir=scratch_parent()))
        self.lock = os.open(self.path, os.O_RDONLY)
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        atexit.register(self._remove)

    def _remove(self) -> None:
        if self._owner == os.getpid():
            shutil.rmtree(self.path, ignore_errors=True)


_lock = threading.Lock()
_root: _Root | None = None


def _forget() -> None:
    """A forked child has no root of its own yet, and must not keep its parent's locked."""
    global _root, _lock
    if _root is not None:
        with suppress(OSError):
            os.close(_root.lock)
    _root, _lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget)
