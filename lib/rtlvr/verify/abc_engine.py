"""ABC, kept warm: starting it costs more than most proofs.

It only ever reads AIGER files that our own Yosys child wrote, which hold no names, and can write only below the scratch
root of this process. Each question begins with an empty network, so that nothing of the question before can be mistaken
for an answer; a process that dies, hangs or has answered many questions is replaced.

How long it may work on a question is counted in what its own lines tell of (calls of the SAT solver, conflicts, cubes), so
that a busy machine ends where a quiet one does. Its CPU time is only a last resort, many times longer.
"""

import math
import os
import re
import select
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

from rtlvr.confine import start
from rtlvr.errors import InfrastructureError
from rtlvr.scratch import root

_QUESTIONS = 400  # then a fresh process: ABC does not give all its memory back
_MOST_OUTPUT = 64 << 20
_LOOK = 0.1  # seconds between looks at the CPU time
_CPU_SECONDS, _WALL_SECONDS = 60, 150  # the last resort: what is counted ends after some four seconds of CPU time


class OutOfTime(Exception):
    """The last resort ended a question: nothing is known then, not even that the answer would have been open."""


@dataclass(frozen=True)
class Count:
    """How much work a question may cost: each line that `pattern` finds adds the numbers of its groups, `weights` times.

    A pattern without groups adds the only weight. `running`: each line tells the sum up to there.
    """

    pattern: str
    most: int
    weights: tuple[int, ...] = (1,)
    running: bool = False

    def of(self, line: str) -> int | None:
        """What a line adds, or the sum that it tells; None where it says nothing."""
        found = re.search(self.pattern, line)
        if found is None:
            return None
        numbers = [int(group) for group in found.groups()] or [1]
        return sum(weight * number for weight, number in zip(self.weights, numbers, strict=True))


@dataclass
class _Answer:
    """What ABC has said so far, line by line, and how much work that was."""

    count: Count | None
    lines: list[str]
    rest: str = ""
    work: int = 0

    def add(self, chunk: bytes) -> bool:
        """Take more; False where it is more work than allowed: what follows then is not looked at."""
        *lines, self.rest = (self.rest + chunk.decode("utf-8", "replace")).split("\n")
        for line in lines:
            step = self.count.of(line) if self.count else None
            if self.count is None or step is None:
                self.lines.append(line)
                continue
            self.work = step if self.count.running else self.work + step
            if self.work > self.count.most:
                return False
        return True

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join([*self.lines, self.rest])


@cache
def abc() -> str:
    """The path of ABC, which comes with pyosys.

    Raises:
        InfrastructureError: it is not there.
    """
    import pyosys

    path = Path(pyosys.__file__).parent / "yosys-abc"
    if not path.exists():
        raise InfrastructureError(f"got no yosys-abc beside pyosys ({path}); reinstall pyosys")
    return str(path)


class Abc:
    """A running ABC; use it from one thread."""

    def __init__(self, memory_mb: int) -> None:
        self._memory, self._asked = memory_mb, 0
        self._process: subprocess.Popen[bytes] | None = None
        self._root: Path | None = None  # where it may write

    def ask(self, script: str, count: Count | None = None) -> str | None:
        """What ABC prints for the lines of `script`, lines that count left out; None where it died or did too much work.

        Raises:
            OutOfTime: the last resort ended it.
            InfrastructureError: it cannot be started.
        """
        if self._process is None or self._process.poll() is not None or self._asked >= _QUESTIONS or self._moved():
            self._start()
        self._asked += 1
        # ABC shows each line before it runs it: when the mark appears, all lines before it have run.
        mark, output = f"answer {self._asked} ends", None
        try:
            output = self._talk(f"empty\n{script}\necho {mark}\n".encode(), mark, count)
        finally:
            if output is None:
                self.close()
        return output

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.communicate()
            self._process = None

    def _moved(self) -> bool:
        return self._root != root()

    def _start(self) -> None:
        self.close()
        self._root = root()
        limited = f'ulimit -c 0 && ulimit -v {self._memory * 1024} && ulimit -f 65536 && exec "$0"'
        try:
            self._process = start(
                ["/bin/sh", "-c", limited, abc()],
                program=abc(),
                writable=[self._root],
                cwd="/",
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"PATH": os.defpath},
                process_group=0,
            )
        except OSError as error:
            raise InfrastructureError(f"cannot start {abc()}: {error}") from error
        self._asked = 0

    def _talk(self, question: bytes, mark: str, count: Count | None) -> str | None:
        process, answer, size = self._process, _Answer(count, []), 0
        if process is None or process.stdin is None or process.stdout is None:
            return None
        began, ends = _used(process), time.monotonic() + _WALL_SECONDS
        try:
            process.stdin.write(question)
            process.stdin.flush()
        except OSError:
            return None
        while True:
            if not select.select([process.stdout], [], [], _LOOK)[0]:
                if _used(process) - began > _CPU_SECONDS or time.monotonic() > ends:
                    raise OutOfTime
                continue
            chunk = os.read(process.stdout.fileno(), 1 << 16)
            size += len(chunk)
            if not chunk or size > _MOST_OUTPUT or not answer.add(chunk):
                return None
            if mark in answer.rest or any(mark in line for line in answer.lines[-2:]):
                return answer.text


def _used(process: subprocess.Popen[bytes]) -> float:
    """CPU time of the process: what a busy machine does not change."""
    try:
        times = psutil.Process(process.pid).cpu_times()
    except psutil.Error:
        return math.inf
    return float(times.user + times.system)
