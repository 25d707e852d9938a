"""Places for workers, with a preference: a golden goes to the worker that has already prepared it."""

import threading
import zlib
from collections.abc import Callable
from typing import Generic, TypeVar

Worker = TypeVar("Worker")
_PATIENCE = 0.05  # seconds to wait for the preferred place while another is idle: about what preparing a golden costs


class Slots(Generic[Worker]):
    """`count` places, each holding a worker or None (not started yet). Safe to use from several threads."""

    def __init__(self, count: int) -> None:
        self._workers: list[Worker | None] = [None] * count
        self._free = [True] * count
        self._changed = threading.Condition()

    def take(self, key: str, start: Callable[[], Worker]) -> tuple[int, Worker]:
        """Wait for a place for work on `key`, and take it; returns the place and its worker, started if need be."""
        home = zlib.crc32(key.encode("utf-8", "surrogatepass")) % len(self._workers)
        with self._changed:
            if not self._changed.wait_for(lambda: self._free[home], _PATIENCE):
                self._changed.wait_for(lambda: any(self._free))
            place = home if self._free[home] else self._free.index(True)
            self._free[place] = False
        try:
            worker = self._workers[place] = self._workers[place] or start()
        except BaseException:
            self.give(place, None)
            raise
        return place, worker

    def give(self, place: int, worker: Worker | None) -> None:
        """Free a place: `worker` stays in it; None: it is gone, and the next one to come starts another."""
        with self._changed:
            self._workers[place], self._free[place] = worker, True
            self._changed.notify_all()

    def idle(self) -> list[Worker]:
        """The workers that do nothing now."""
        with self._changed:
            return [worker for worker, free in zip(self._workers, self._free, strict=True) if free and worker]

    def clear(self) -> list[Worker]:
        """Give up the workers that do nothing now; returns them for the caller to end."""
        with self._changed:
            given_up = self.idle()
            self._workers = [None if free else worker for worker, free in zip(self._workers, self._free, strict=True)]
            return given_up
