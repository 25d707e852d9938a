"""The same checks over a Ray cluster: one actor per worker, each with a worker process of its own.

Needs the extra `rtlvr[ray]`, and pyosys and Icarus on every node. Order is kept; at most a few rows per actor are under way.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from types import ModuleType
from typing import Any

from rtlvr.errors import DesignError, InfrastructureError
from rtlvr.verify.pool import Pool
from rtlvr.verify.protocol import Item, Result, VerdictRow, verdict_of
from rtlvr.verify.verdict import Limits, Mode, Stimuli, Verdict

_BATCH, _AHEAD = 8, 3  # rows per call; calls under way per actor
_THREADS = 4  # of `map`, per actor


class _Checker:
    """One worker on some node."""

    def __init__(self, limits: Limits | None) -> None:
        self._pool = Pool(1, limits)

    def judge(self, rows: list[VerdictRow], mode: Mode, stimuli: Stimuli) -> list[Verdict]:
        """Verdicts of many rows, in order."""
        return [verdict_of(self._pool, row, mode, stimuli) for row in rows]

    def check(self, row: VerdictRow, mode: Mode, stimuli: Stimuli) -> Verdict:
        """The verdict of one row."""
        golden, candidate, golden_top, candidate_top = row
        return self._pool.verify(golden, candidate, stimuli, golden_top, candidate_top, mode)


def _connected() -> ModuleType:
    try:
        import ray
    except ImportError as error:
        raise InfrastructureError("got pool='ray' without Ray; install it with `pip install 'rtlvr[ray]'`") from error
    if not ray.is_initialized():
        ray.init(log_to_driver=False)
    return ray


def _checkers(ray: ModuleType, jobs: int, limits: Limits | None) -> list[Any]:
    jobs = jobs or int(ray.cluster_resources().get("CPU", 1))
    return [ray.remote(num_cpus=1)(_Checker).remote(limits) for _ in range(jobs)]


class RayPool:
    """The `Verifier` whose workers are on a Ray cluster: checks begun early, and verdicts in order.

    Args:
        jobs: actors; 0: one per CPU of the cluster.
        limits: what one check may use.
        mode: what evidence is sought unless told otherwise.

    Raises:
        InfrastructureError: Ray is not installed.
    """

    def __init__(self, jobs: int = 0, limits: Limits | None = None, mode: Mode = "testbench") -> None:
        self._ray, self.mode, self.limits = _connected(), mode, limits or Limits()
        self._actors = _checkers(self._ray, jobs, limits)
        self.jobs = len(self._actors)
        self._turn = cycle(self._actors)
        self._asked: dict[tuple[str, str], Any] = {}

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
        return self._answer(self._ask((golden, candidate, golden_top, candidate_top), stimuli, mode or self.mode))

    def begin(self, golden: str, candidate: str, stimuli: Stimuli) -> None:
        """Start a check that will be asked for."""
        if (golden, candidate) not in self._asked:
            self._asked[golden, candidate] = self._ask((golden, candidate, None, None), stimuli, self.mode)

    def verify_many(self, pairs: Iterable[Sequence[str]], stimuli: Stimuli) -> Iterator[Verdict]:
        """Verdicts of (golden, candidate) pairs in order, as they come.

        Raises:
            DesignError: a golden cannot be judged.
            InfrastructureError: a node failed.
        """
        wanted = [(pair[0], pair[1]) for pair in pairs]
        for golden, candidate in wanted:
            self.begin(golden, candidate, stimuli)
        try:
            for pair in wanted:
                yield self._answer(self._asked[pair])
        finally:
            self._asked.clear()  # failures are asked again, and what was answered is with who asked

    def map(self, work: Callable[[Item], Result], items: Iterable[Item], threads: int = 0) -> Iterator[Result]:
        """Apply `work` (which may call `verify`) to items, in threads of this process; results in order."""
        with ThreadPoolExecutor(threads or _THREADS * self.jobs, "verify-map") as executor:
            yield from executor.map(work, items)

    def close(self) -> None:
        """Stop the actors."""
        for actor in self._actors:
            self._ray.kill(actor)

    def _ask(self, row: VerdictRow, stimuli: Stimuli, mode: Mode) -> Any:
        return next(self._turn).check.remote(row, mode, stimuli)

    def _answer(self, asked: Any) -> Verdict:
        try:
            verdict: Verdict = self._ray.get(asked)
        except self._ray.exceptions.RayError as error:
            cause = getattr(error, "cause", None)
            if isinstance(cause, DesignError | InfrastructureError):
                raise cause from error
            raise InfrastructureError(f"the Ray cluster failed: {error}") from error
        return verdict


def over_ray(
    rows: Iterator[VerdictRow], jobs: int, mode: Mode, limits: Limits | None, stimuli: Stimuli
) -> Iterator[Verdict]:
    """Verdicts of rows (golden, candidate, golden_top, candidate_top), in order.

    Raises:
        InfrastructureError: Ray is not installed, or a node failed.
    """
    ray = _connected()
    actors = _checkers(ray, jobs, limits)
    jobs = len(actors)
    pending: deque[Any] = deque()
    try:
        for number in range(1 << 62):
            batch = list(islice(rows, _BATCH))
            if batch:
                pending.append(actors[number % jobs].judge.remote(batch, mode, stimuli))
            if not pending:
                return
            if not batch or len(pending) >= _AHEAD * jobs:
                yield from ray.get(pending.popleft())
    except ray.exceptions.RayError as error:
        raise InfrastructureError(f"the Ray cluster failed: {error}") from error
    finally:
        for actor in actors:
            ray.kill(actor)
