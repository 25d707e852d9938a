"""Yosys in an expendable child: it ends its process on an error, and elaboration can run code.

The child is forked, limited in time and memory, and its answer on a pipe is the only sign of success: a return code or a
file proves nothing.
"""

import json
import os
import re
import resource
import select
import signal
import tempfile
from collections.abc import Callable
from typing import NoReturn

_SECONDS, _MEMORY = 10, 2 << 30


def in_child(work: Callable[[], dict], seconds: int = _SECONDS) -> tuple[dict | None, str]:
    """Run `work` in a forked child; returns its answer (None: it ended without one) and Yosys's error line.

    The child gets at most `seconds` of CPU time. Call it only in a single-threaded process.
    """
    with tempfile.TemporaryFile() as log:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            _be_child(work, seconds, log.fileno(), read, write)
        os.close(write)
        try:
            answer = _read_answer(read, 3 * seconds)
        finally:
            os.close(read)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        log.seek(0)
        errors = [line for line in log.read(1 << 20).decode("utf-8", "replace").splitlines() if "ERROR:" in line]
    said = re.sub(r"\S*/design\.v:", "line ", errors[-1]).replace("ERROR: ", "") if errors else ""
    return answer, said


def _be_child(work: Callable[[], dict], seconds: int, log: int, read: int, write: int) -> NoReturn:
    try:
        os.close(read)
        os.dup2(log, 1)
        os.dup2(log, 2)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        with os.fdopen(write, "w") as pipe:
            pipe.write(json.dumps(work()))
    finally:
        os._exit(0)


def _read_answer(read: int, patience: float) -> dict | None:
    chunks = b""
    while select.select([read], [], [], patience)[0]:
        chunk = os.read(read, 1 << 16)
        if not chunk:
            break
        chunks += chunk
    try:
        return json.loads(chunks)
    except ValueError:  # the child was ended before its answer was complete
        return None
