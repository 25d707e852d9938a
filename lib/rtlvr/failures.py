"""What the system refuses, told as a sentence that says what to do: a full disk, no permission, a port in use.

Only causes outside the kit are in the table. Any other `OSError` may be a fault of ours, and keeps its traceback.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from rtlvr.errors import InfrastructureError

_ELSEWHERE = "or name another place (RTLVR_OUTPUTS for results, --out where a command has it)"
_ADVICE = {
    errno.ENOSPC: f"the disk is full: free some space, {_ELSEWHERE}; the same command then goes on",
    errno.EDQUOT: f"your share of the disk is used up: free some space, {_ELSEWHERE}; the same command then goes on",
    errno.EFBIG: "a file reached the size limit of this shell or disk: raise it (`ulimit -f`), and run the command again",
    errno.EROFS: f"that disk can only be read: mount it for writing, {_ELSEWHERE}",
    errno.EACCES: f"this user has no permission there: change it (`chmod`, `chown`), {_ELSEWHERE}",
    errno.EPERM: f"this user has no permission there: change it (`chmod`, `chown`), {_ELSEWHERE}",
    errno.ENOTDIR: "a file lies where a folder is needed: move the file, or name another folder",
    errno.EEXIST: "a file lies where a folder is needed: move the file, or name another folder",
    errno.EISDIR: "a folder lies where a file is needed: move the folder, or name another file",
    errno.ENAMETOOLONG: "the name is too long for this disk: give a shorter one, or work in a folder nearer to the root",
    errno.EADDRINUSE: "another program uses this port: end that program, or give another port",
    errno.EMFILE: "too many files are open: raise the limit (`ulimit -n 4096`), or use fewer workers",
    errno.ENFILE: "too many files are open on this machine: end other programs, or use fewer workers",
    errno.EAGAIN: "no more processes may be started: raise the limit (`ulimit -u`), or use fewer workers",
    errno.ENOMEM: "memory ran out: end other programs, or use fewer workers",
    errno.EIO: "the disk could not be read or written: check it, and run the command again",
    errno.ESTALE: "a network disk was lost: mount it again, and run the command again",
}


def explained_refusal(error: OSError) -> InfrastructureError | None:
    """What the system refused, where, and what to do; None where the cause is not one of those we know."""
    advice = _ADVICE.get(error.errno or 0)
    if advice is None:
        return None
    where = f" for {os.fsdecode(error.filename)}" if isinstance(error.filename, str | bytes) else ""
    return InfrastructureError(f"got {os.strerror(error.errno or 0)!r}{where}; {advice}")


@contextmanager
def refusals() -> Iterator[None]:
    """Tell what the system refuses within it as the kit's own error.

    Raises:
        InfrastructureError: the system refused something.
    """
    try:
        yield
    except OSError as error:
        told = explained_refusal(error)
        if told is None:
            raise
        raise told from error
