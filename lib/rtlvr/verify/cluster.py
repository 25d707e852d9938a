"""The same checks over a Ray cluster: one actor per worker, each with a worker process of its own.

Needs the extra `rtlvr[ray]`, and pyosys and Icarus on every node. Order is kept; at most a few rows per actor are under way.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle, islice
from types import ModuleType

from rtlvr.errors import DesignError, InfrastructureError
from rtlvr.verify.verdict import Limits, Mode, Stimuli, Verdict

_BATCH, _AHEAD = 8, 3  # rows per call; calls under way per actor


class _Checker:
    """One worker on some node."""

    def __init__(self, limits: Limits | None) -> None:
        from rtlvr.verify.pool import Pool

        self._pool = Pool(1, limits)

    def judge(self, rows: list[tuple], mode: Mode, stimuli: Stimuli) -> list[Verdict]:
        """Verdicts of many rows, in order."""
        from rtlvr.verify.api import verdict_of

        return [verdict_of(self._pool, row, mode, stimuli) for row in rows]

    def check(self, golden: str, candidate: str, mode: Mode, stimuli: Stimuli) -> Verdict:
        """The verdict of one pair."""
        return self._pool.verify(golden, candidate, stimuli, mode=mode)


def _connected() -> ModuleType:
    try:
        import ray
    except ImportError as error:
        raise InfrastructureError("got pool='ray' without Ray; install it with `pip install 'rtlvr[ray]'`") from error
    if not ray.is_initialized():
        ray.init(log_to_driver=False)
    return ray


def _checkers(ray: ModuleType, jobs: int, limits: Limits | None) -> list:
    jobs = jobs or int(ray.cluster_resources().get("CPU", 1))
    return [ray.remote(num_cpus=1)(_Checker).remote(limits) for _ in range(jobs)]


class RayPool:
    """What a reward needs of `Pool`, with the workers on a Ray cluster: checks begun early, and verdicts in order.

    Args:
        jobs: actors; 0: one per CPU of the cluster.

    Raises:
        InfrastructureError: Ray is not installed.
    """

    def __init__(self, jobs: int = 0, limits: Limits | None = None, mode: Mode = "testbench") -> None:
        self._ray, self.mode = _connected(), mode
        self._actors = _checkers(self._ray, jobs, limits)
        self._turn = cycle(self._actors)
        self._asked: dict[tuple[str, str], object] = {}

    def begin(self, golden: str, candidate: str, stimuli: Stimuli) -> None:
        """Start a check that will be asked for."""
        if (golden, candidate) not in self._asked:
            self._asked[golden, candidate] = next(self._turn).check.remote(golden, candidate, self.mode, stimuli)

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
                yield self._ray.get(self._asked[pair])
        except self._ray.exceptions.RayError as error:
            cause = getattr(error, "cause", None)
            if isinstance(cause, DesignError | InfrastructureError):
                raise cause from error
            raise InfrastructureError(f"the Ray cluster failed: {error}") from error
        finally:
            self._asked.clear()  # failures are asked again, and what was answered is with who asked

    def close(self) -> None:
        """Stop the actors."""
        for actor in self._actors:
            self._ray.kill(actor)


def over_ray(
    rows: Iterator[tuple], jobs: int, mode: Mode, limits: Limits | None, stimuli: Stimuli
) -> Iterator[Verdict]:
    """Verdicts of rows (golden, candidate, golden_top, candidate_top), in order.

    Raises:
        InfrastructureError: Ray is not installed, or a node failed.
    """
    ray = _connected()
    actors = _checkers(ray, jobs, limits)
    jobs = len(actors)
    pending: deque = deque()
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
