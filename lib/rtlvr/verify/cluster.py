"""The same checks over a Ray cluster: one actor per worker, each with a worker process of its own.

Needs the extra `rtlvr[ray]`, and pyosys and Icarus on every node. Order is kept; at most a few rows per actor are under way.
"""

from collections import deque
from collections.abc import Iterator
from itertools import islice

from rtlvr.errors import InfrastructureError
from rtlvr.verify.verdict import Limits, Mode, Stimuli, Verdict

_BATCH, _AHEAD = 8, 3  # rows per call; calls under way per actor


class _Checker:
    """One worker on some node."""

    def __init__(self, limits: Limits | None) -> None:
        from rtlvr.verify.pool import Pool

        self._pool = Pool(1, limits)

    def judge(self, rows: list[tuple], mode: Mode, stimuli: Stimuli) -> list[Verdict]:
        from rtlvr.verify.api import _verdict

        return [_verdict(self._pool, row, mode, stimuli) for row in rows]


def over_ray(
    rows: Iterator[tuple], jobs: int, mode: Mode, limits: Limits | None, stimuli: Stimuli
) -> Iterator[Verdict]:
    """Verdicts of rows (golden, candidate, golden_top, candidate_top), in order.

    Raises:
        InfrastructureError: Ray is not installed, or a node failed.
    """
    try:
        import ray
    except ImportError as error:
        raise InfrastructureError("got pool='ray' without Ray; install it with `pip install 'rtlvr[ray]'`") from error
    if not ray.is_initialized():
        ray.init(log_to_driver=False)
    jobs = jobs or int(ray.cluster_resources().get("CPU", 1))
    actors = [ray.remote(num_cpus=1)(_Checker).remote(limits) for _ in range(jobs)]
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
