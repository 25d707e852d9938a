"""Answers that are worked out once, also where several threads want the same one at the same time."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

Key = TypeVar("Key")
Result = TypeVar("Result")


class Once(Generic[Key, Result]):
    """Answers by key. Errors are told to all who wait, and not remembered: the next who asks tries again.

    Args:
        known: answers to start with.
        most: how many are remembered, the latest; 0: all.
    """

    def __init__(self, known: dict[Key, Result] | None = None, most: int = 0) -> None:
        self._known, self._most = dict(known or {}), most
        self._underway: dict[Key, Future[Result]] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, key: Key) -> bool:
        return key in self._known

    def answers(self) -> list[Result]:
        """All that is remembered, the oldest first."""
        with self._lock:
            return list(self._known.values())

    def ask(self, key: Key, work: Callable[[], Result]) -> Result:
        """The answer of that key: remembered, under way in another thread, or what `work` gives now; raises what it raises."""
        with self._lock:
            if key in self._known:
                return self._known[key]
            mine = key not in self._underway
            answer = self._underway.setdefault(key, Future())
        if not mine:
            return answer.result()
        try:
            answer.set_result(work())
        except BaseException as error:  # noqa: BLE001  (whoever waits for the same answer must hear of it)
            answer.set_exception(error)
        with self._lock:
            del self._underway[key]
            if answer.exception() is None:
                self._known[key] = answer.result()
            if 0 < self._most < len(self._known):
                del self._known[next(iter(self._known))]
        return answer.result()
