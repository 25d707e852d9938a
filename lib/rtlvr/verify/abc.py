"""ABC, kept warm: starting it costs more than most proofs.

It only ever reads AIGER files that our own Yosys child wrote, which hold no names. Each question begins with an empty
network, so that nothing of the question before can be mistaken for an answer; a process that dies, hangs or has answered
many questions is replaced.
"""

import os
import select
import signal
import subprocess
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

from rtlvr.errors import InfrastructureError

_QUESTIONS = 400  # then a fresh process: ABC does not give all its memory back
_MOST_OUTPUT = 1 << 20


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

    def ask(self, script: str, seconds: float, fresh: bool = True) -> str | None:
        """What ABC prints for the lines of `script`, or None where it died or took longer than `seconds`.

        `fresh` begins without a network; else the question goes on with that of the one before.

        Raises:
            InfrastructureError: it cannot be started.
        """
        if self._process is None or self._process.poll() is not None or self._asked >= _QUESTIONS:
            self._start()
        self._asked += 1
        # ABC shows each line before it runs it: when the mark appears, all lines before it have run.
        mark = f"answer {self._asked} ends"
        question = f"{'empty' if fresh else ''}\n{script}\necho {mark}\n"
        output = self._talk(question.encode(), mark.encode(), time.monotonic() + seconds)
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

    def _start(self) -> None:
        self.close()
        limited = f'ulimit -c 0 && ulimit -v {self._memory * 1024} && ulimit -f 65536 && exec "$0"'
        try:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", limited, abc()],
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

    def _talk(self, question: bytes, mark: bytes, ends: float) -> str | None:
        process, received = self._process, b""
        try:
            process.stdin.write(question)
            process.stdin.flush()
        except OSError:
            return None
        while mark not in received:
            left = ends - time.monotonic()
            if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
                return None
            chunk = os.read(process.stdout.fileno(), 1 << 16)
            if not chunk or len(received) > _MOST_OUTPUT:
                return None
            received += chunk
        return received.decode("utf-8", "replace")
