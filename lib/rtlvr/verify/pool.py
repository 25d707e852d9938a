"""A pool of warm verification workers.

A worker that dies or overruns is replaced; the check is tried once more on a fresh one, and a second death raises
`InfrastructureError`. Equal candidates for equal goldens are judged once, also when they come at the same time.
"""

import atexit
import contextlib
import hashlib
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil

from rtlvr import lifeline
from rtlvr.errors import DesignError, InfrastructureError
from rtlvr.hdl.circuit import Circuit
from rtlvr.hdl.reading import Reading
from rtlvr.memo import Once
from rtlvr.verify.affinity import Slots
from rtlvr.verify.channel import WorkerAnswer, WorkerRequest, WorkerTask
from rtlvr.verify.protocol import Item, Result
from rtlvr.verify.sandbox import sweep
from rtlvr.verify.verdict import Limits, Mode, Stimuli, Verdict

_REMEMBERED = 20_000
_THREADS = 4  # per worker: some wait for the worker that knows their golden, and none should idle meanwhile


class Worker:
    """One worker process and its two pipes."""

    def __init__(self) -> None:
        to_read, self._to = os.pipe()
        self._from, to_write = os.pipe()
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self._process = lifeline.start(
            [sys.executable, "-m", "rtlvr.verify.worker", str(to_read), str(to_write)],
            pass_fds=(to_read, to_write),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=environment,
        )
        os.close(to_read)
        os.close(to_write)

    def ask(self, request: WorkerRequest, seconds: float) -> WorkerAnswer | None:
        """The worker's answer, or None when it died or took longer than `seconds`."""
        try:
            data = memoryview((json.dumps(request) + "\n").encode())
            while data:
                data = data[os.write(self._to, data) :]
        except BrokenPipeError:
            return None
        received = b""
        while not received.endswith(b"\n"):
            if not select.select([self._from], [], [], seconds)[0]:
                return None
            chunk = os.read(self._from, 1 << 20)
            if not chunk:
                return None
            received += chunk
        answer: WorkerAnswer = json.loads(received)
        return answer

    def kill(self) -> None:
        """End the worker and whatever it started."""
        for process in (self.pid, *psutil.pids()):  # its tools have groups of their own, but are of its session
            with contextlib.suppress(OSError):
                if os.getsid(process) == self.pid:
                    os.kill(process, signal.SIGKILL)
        self._process.wait()
        os.close(self._to)
        os.close(self._from)
        sweep(self._process.pid)

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid


class Pool:
    """`jobs` workers behind threads; safe to use from several threads at once.

    Args:
        jobs: number of workers; 0: one per core.
        limits: what one check may use.
        mode: what evidence `verify` seeks unless told otherwise.
    """

    def __init__(self, jobs: int = 0, limits: Limits | None = None, mode: Mode = "testbench") -> None:
        self.mode = mode
        self.jobs = jobs or os.cpu_count() or 1
        self.limits = limits or Limits()
        self._slots: Slots[Worker] = Slots(self.jobs)
        self._threads = ThreadPoolExecutor(_THREADS * self.jobs, "verify")
        self._verdicts: Once[bytes, Verdict] = Once(most=_REMEMBERED)
        atexit.register(self.close)
        sweep()

    @property
    def workers(self) -> list[int]:
        """Process numbers of the workers that do nothing now."""
        return [worker.pid for worker in self._slots.idle()]

    def verify(
        self,
        golden: str,
        candidate: str,
        stimuli: Stimuli,
        golden_top: str | None = None,
        candidate_top: str | None = None,
        mode: Mode | None = None,
    ) -> Verdict:
        """Judge one candidate; see `rtlvr.verify`."""
        mode = mode or self.mode
        key = _digest(golden, golden_top, candidate_top, stimuli.model_dump_json(), mode, candidate)
        return self._verdicts.ask(key, lambda: self._judge(golden, candidate, stimuli, golden_top, candidate_top, mode))

    def _judge(
        self,
        golden: str,
        candidate: str,
        stimuli: Stimuli,
        golden_top: str | None,
        candidate_top: str | None,
        mode: Mode,
    ) -> Verdict:
        request = self._request("verify", golden, golden_top, stimuli)
        request |= {"candidate": candidate, "candidate_top": candidate_top, "mode": mode}
        return Verdict.model_validate(self._ask(request)["verdict"])

    def begin(self, golden: str, candidate: str, stimuli: Stimuli) -> None:
        """Start a check that will be asked for; its verdict is remembered, a failure is not and will be met again."""
        self._threads.submit(self.verify, golden, candidate, stimuli)

    def verify_many(self, pairs: Iterable[Sequence[str]], stimuli: Stimuli) -> Iterator[Verdict]:
        """Verdicts of (golden, candidate) pairs in order, as they come."""
        futures = [self._threads.submit(self.verify, pair[0], pair[1], stimuli) for pair in pairs]
        for future in futures:
            yield future.result()

    def map(self, work: Callable[[Item], Result], items: Iterable[Item], threads: int = 0) -> Iterator[Result]:
        """Apply `work` (which may call `verify`) to items; results in order.

        Args:
            threads: at once; 0: enough to keep all workers busy.
        """
        with ThreadPoolExecutor(threads or _THREADS * self.jobs, "verify-map") as executor:
            yield from executor.map(work, items)

    def inspect(self, golden: str, stimuli: Stimuli, top: str | None = None) -> Circuit:
        """A golden's structure, after it has been simulated once (so that it is known to be usable).

        Raises:
            DesignError: the golden cannot be judged.
        """
        return Circuit.model_validate(self._ask(self._request("inspect", golden, top, stimuli))["circuit"])

    def read(self, golden: str, top: str | None = None) -> Reading:
        """A golden as tools get it. Raises DesignError where it cannot be read."""
        return Reading.model_validate(self._ask(self._request("read", golden, top, Stimuli()))["reading"])

    def unknown_outputs(self, golden: str, stimuli: Stimuli, top: str | None = None) -> tuple[str, ...]:
        """Outputs of a golden that tell nothing: some bit of them never becomes known, or only with one value.

        Raises:
            DesignError: the golden cannot be judged.
        """
        return tuple(self._ask(self._request("unknown", golden, top, stimuli))["outputs"])

    def resynthesise(self, golden: str, top: str, recipe: str = "netlist") -> str:
        """The golden as Yosys rewrites it: equivalent by construction. Raises DesignError where Yosys refuses it."""
        request = self._request("resynthesise", golden, top, Stimuli())
        request["recipe"] = recipe
        return self._ask(request)["code"]

    def apply(self, work: Callable[..., dict[str, Any]], text: str, *arguments: Any) -> dict[str, Any]:
        """What `work(judge, text, *arguments)` gives in a worker: a function of a module, JSON in and out.

        Raises:
            DesignError: the work says so of the text.
        """
        request = self._request("apply", text, None, Stimuli())
        request |= {"work": f"{work.__module__}:{work.__qualname__}", "arguments": list(arguments)}
        return self._ask(request)["result"]

    def close(self) -> None:
        """Stop all workers."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._slots.clear():
            worker.kill()

    def _request(self, task: WorkerTask, golden: str, golden_top: str | None, stimuli: Stimuli) -> WorkerRequest:
        return {
            "task": task,
            "golden": golden,
            "golden_top": golden_top,
            "stimuli": stimuli.model_dump(),
            "limits": self.limits.model_dump(),
        }

    def _ask(self, request: WorkerRequest) -> WorkerAnswer:
        # The check keeps to its limit by itself; preparing its golden may take as long again for each of two tools, twice.
        seconds = 4 * self.limits.wall_seconds + 30
        for _ in range(2):
            place, worker = self._slots.take(request["golden"], Worker)
            try:
                answer = worker.ask(request, seconds)
            except BaseException:
                worker.kill()
                self._slots.give(place, None)
                raise
            if answer is not None:
                self._slots.give(place, worker)
                return _raise_errors(answer)
            worker.kill()
            self._slots.give(place, None)
        raise InfrastructureError(
            "a verification worker died twice on one check; run `rtlvr doctor`, and check free memory"
        )


def _digest(*parts: str | None) -> bytes:
    """A key that does not keep the texts alive."""
    found = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = b"-" if part is None else b"+" + part.encode("utf-8", "surrogatepass")
        found.update(len(data).to_bytes(8, "big") + data)
    return found.digest()


def _raise_errors(answer: WorkerAnswer) -> WorkerAnswer:
    if "design_error" in answer:
        raise DesignError(answer["design_error"], answer["cause"])
    if "infrastructure_error" in answer:
        raise InfrastructureError(answer["infrastructure_error"])
    return answer


_shared: dict[tuple[int, Limits], Pool] = {}


def shared_pool(jobs: int = 0, limits: Limits | None = None) -> Pool:
    """The process-wide pool of that size and those limits, made on first use."""
    key = (jobs, limits or Limits())
    if key not in _shared:
        _shared[key] = Pool(jobs, limits)
    return _shared[key]
