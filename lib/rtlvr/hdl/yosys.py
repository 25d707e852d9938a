"""Yosys in an expendable child: it ends its process on an error, and elaboration can run code.

The child is forked, limited in time and memory, and its answer on a pipe is the only sign of success: a return code or a
file proves nothing. It is confined (`rtlvr.confine`): it writes only below the scratch root of its parent and starts no
program. Forking costs more than most questions, so a child answers several, each on designs of its own, and
is replaced after an error, after `_QUESTIONS`, and when its parent changes. It ends with its parent (`rtlvr.lifeline`).
"""

import json
import os
import pickle
import re
import resource
import select
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

import psutil

from rtlvr import lifeline
from rtlvr.confine import confine, walls
from rtlvr.errors import InfrastructureError
from rtlvr.scratch import root

_SECONDS, _MEMORY = 10, 1 << 30  # CPU time, and bytes beyond what the parent maps
_QUESTIONS = 64
_MOST_ANSWER = 64 << 20
YosysAnswer = dict[str, Any]  # whatever JSON can carry


def in_child(
    work: Callable[..., YosysAnswer], *arguments: object, seconds: int = _SECONDS
) -> tuple[YosysAnswer | None, str]:
    """`work(*arguments)` in a child; returns its answer (None: it ended without one) and Yosys's error line.

    `work` is a function of a module; the child gets at most `seconds` of CPU time, and a folder that it is to write in must
    be one of `rtlvr.scratch`. Call it only in a single-threaded process.

    Raises:
        InfrastructureError: the child does not come up.
    """
    global _child
    if _child is None or not _child.serves(work):
        end_child()
        _child = _Child()
    answer = _child.ask(work, arguments, seconds)
    if answer is not None:
        return answer, ""
    said = _child.error()
    end_child()
    return None, said


def end_child() -> None:
    """End the child, if there is one."""
    global _child
    if _child is not None and _child.owner == os.getpid():
        _child.end()
    _child = None


class _Child:
    """A forked child that answers questions until it dies."""

    def __init__(self) -> None:
        self.owner, self.asked = os.getpid(), 0
        self._root, self._modules = root(), set(sys.modules)
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  (closed by `end`)
        questions, self._ask = os.pipe()
        self._answers, answers = os.pipe()
        self._line, line = lifeline.pair()
        _yosys(), walls()  # found out once, before a child is
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._ask)
            os.close(self._answers)
            _serve(self._log.fileno(), questions, answers, line.fileno(), self._root)
        line.close()
        os.close(questions)
        os.close(answers)
        if not os.read(self._answers, 1):
            self.end()
            raise InfrastructureError("the child for Yosys ended before its first question")

    def serves(self, work: Callable[..., YosysAnswer]) -> bool:
        """Whether it may be asked: it is ours, knows the function (it can import only this folder), and can write its files."""
        ours = self.owner == os.getpid() and self._root == root()
        return ours and self.asked < _QUESTIONS and work.__module__ in self._modules

    def ask(self, work: Callable[..., YosysAnswer], arguments: tuple[object, ...], seconds: int) -> YosysAnswer | None:
        """The answer to one question, or None where the child ended without one."""
        self.asked += 1
        question = pickle.dumps((work, arguments, seconds))
        try:
            data = memoryview(len(question).to_bytes(8, "big") + question)
            while data:
                data = data[os.write(self._ask, data) :]
        except BrokenPipeError:
            return None
        return self._read(3 * seconds)

    def _read(self, patience: float) -> YosysAnswer | None:
        received = b""
        while not received.endswith(b"\n"):
            if len(received) > _MOST_ANSWER or not select.select([self._answers], [], [], patience)[0]:
                return None
            chunk = os.read(self._answers, 1 << 16)
            if not chunk:  # the child was ended before its answer was complete
                return None
            received += chunk
        answer: YosysAnswer = json.loads(received)
        return answer

    def error(self) -> str:
        """The last error that Yosys told of; of slang's the first, which says more than its summary."""
        self._log.seek(0)
        lines = self._log.read(1 << 20).decode("utf-8", "replace").splitlines()
        errors = [line for line in lines if "ERROR:" in line]
        if not errors:
            return ""
        said = errors[0] if "elaboration failed" in errors[-1] else errors[-1]
        return re.sub(r"\S*/\w+\.v:", "line ", said).replace("ERROR: ", "")

    def end(self) -> None:
        """Kill the child and close what leads to it."""
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._ask)
        os.close(self._answers)
        self._line.close()
        self._log.close()


_child: _Child | None = None


def _serve(log: int, questions: int, answers: int, line: int, folder: Path) -> NoReturn:
    try:
        _close_others({log, questions, answers, line})
        lifeline.follow(line)
        os.dup2(log, 1)
        os.dup2(log, 2)
        most = psutil.Process().memory_info().vms + _MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        confine([folder], [_yosys(), Path(__file__).parent])
        os.write(answers, b"!")  # the walls stand
        with os.fdopen(questions, "rb") as asked, os.fdopen(answers, "w") as answered:
            while size := int.from_bytes(asked.read(8), "big"):
                work, arguments, seconds = pickle.loads(asked.read(size))
                os.ftruncate(log, 0)
                os.lseek(log, 0, os.SEEK_SET)
                _limit_time(seconds)
                answered.write(json.dumps(work(*arguments)) + "\n")
                answered.flush()
    finally:
        os._exit(0)


@cache
def _yosys() -> Path:
    """The folder of pyosys, which holds Yosys's own library of modules."""
    spec = find_spec("pyosys")
    return Path(spec.origin).parent if spec and spec.origin else Path(sys.prefix) / "lib"


def _close_others(kept: set[int]) -> None:
    """Close inherited descriptors: whoever waits for our parent's end must not wait for ours."""
    folder = "/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"  # noqa: PTH112
    for descriptor in map(int, os.listdir(folder)):  # noqa: PTH208
        if descriptor > 2 and descriptor not in kept:
            with suppress(OSError):
                os.close(descriptor)


def _limit_time(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, hard))
