"""ABC, kept warm: starting it costs more than most proofs.

It only ever reads AIGER files that our own Yosys child wrote, which hold no names, and can write only below the scratch
root of this process. Each question begins with an empty network, so that nothing of the question before can be mistaken
for an answer; a process that dies, hangs or has answered many questions is replaced.
"""

import math
import os
import select
import signal
import subprocess
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

import psutil

from rtlvr.confine import start
from rtlvr.errors import InfrastructureError
from rtlvr.scratch import root

_QUESTIONS = 400  # then a fresh process: ABC does not give all its memory back
_MOST_OUTPUT = 1 << 20
_LOOK, _PATIENCE = 0.1, 8  # seconds between looks at the CPU time; times as long it may take by the clock


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

    def ask(self, script: str, seconds: float) -> str | None:
        """What ABC prints for the lines of `script`, or None where it died or took more than `seconds` of CPU time.

        Raises:
            InfrastructureError: it cannot be started.
        """
        if self._process is None or self._process.poll() is not None or self._asked >= _QUESTIONS or self._moved():
            self._start()
        self._asked += 1
        # ABC shows each line before it runs it: when the mark appears, all lines before it have run.
        mark = f"answer {self._asked} ends"
        question = f"empty\n{script}\necho {mark}\n"
        output = self._talk(question.encode(), mark.encode(), seconds)
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

    def _talk(self, question: bytes, mark: bytes, seconds: float) -> str | None:
        process, received = self._process, b""
        began, ends = self._used(), time.monotonic() + _PATIENCE * seconds
        try:
            process.stdin.write(question)
            process.stdin.flush()
        except OSError:
            return None
        while mark not in received:
            if not select.select([process.stdout], [], [], _LOOK)[0]:
                if self._used() - began > seconds or time.monotonic() > ends:
                    return None
                continue
            chunk = os.read(process.stdout.fileno(), 1 << 16)
            if not chunk or len(received) > _MOST_OUTPUT:
                return None
            received += chunk
        return received.decode("utf-8", "replace")

    def _used(self) -> float:
        """CPU time of the process: what a busy machine does not change."""
        try:
            times = psutil.Process(self._process.pid).cpu_times()
        except psutil.Error:
            return math.inf
        return times.user + times.system
