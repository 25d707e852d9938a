"""Who is let in, who waits, and who is sent away: a bounded queue before the workers, with deadlines.

Every question that is let in gets an answer or a `Refused` with a reason, whatever happens to workers, and when the server
stops: those that wait are refused at once, those under way have `grace` seconds. A check that is given up (its deadline
has passed) still keeps its place among the workers until it ends.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from rtlvr.errors import InfrastructureError

_THREADS = 4  # per worker: some wait for the worker that knows their golden
_MOST_WAIT, _FORGETS = 60, 0.05  # seconds to tell a client to wait; how fast the mean of a check's time moves
Result = TypeVar("Result")


class Refused(Exception):
    """No answer, and why: the HTTP status, a sentence, and after how many seconds to ask again, if that helps."""

    def __init__(self, status: int, reason: str, retry_after: int | None = None) -> None:
        super().__init__(reason)
        self.status, self.reason, self.retry_after = status, reason, retry_after


class Desk:
    """Questions for `jobs` workers; made inside a running event loop.

    Args:
        capacity: questions inside at once, those under way included; more are refused.
        deadline: seconds that a question may take unless it asks for less.
    """

    def __init__(self, jobs: int, capacity: int, deadline: float) -> None:
        self.jobs, self.capacity, self.deadline = jobs, capacity, deadline
        self.inside = 0
        self._threads = ThreadPoolExecutor(_THREADS * jobs, "serve")
        self._free = asyncio.Semaphore(_THREADS * jobs)
        self._stopping, self._cut = asyncio.Event(), asyncio.Event()
        self._mean, self._running = 0.1, 0  # seconds of a check; threads that work

    @property
    def stopping(self) -> bool:
        """Whether nobody is let in any more."""
        return self._stopping.is_set()

    @property
    def running(self) -> int:
        """Checks under way, those that nobody waits for included."""
        return self._running

    @property
    def full(self) -> bool:
        """Whether there is no room for one more."""
        return self.inside >= self.capacity

    def allowed(self, deadline: float | None) -> float:
        """Seconds that a question may take that asks for so many."""
        return min(deadline or self.deadline, self.deadline)

    def check_room(self) -> None:
        """Raises Refused where nobody is let in now: the queue is full (429), or the server stops (503)."""
        if self.stopping:
            raise _stops()
        if self.full:
            wait = min(_MOST_WAIT, max(1, math.ceil(self.inside * self._mean / self.jobs)))
            raise Refused(429, f"got one more than the {self.capacity} checks that may wait; ask again later", wait)

    async def ask(self, work: Callable[[], Result], deadline: float | None = None) -> Result:
        """What `work` gives, in a thread.

        Raises:
            Refused: there is no room (429), its deadline has passed (504), tools failed or the server stops (503).
        """
        self.check_room()
        self.inside += 1
        seconds = self.allowed(deadline)
        try:
            async with asyncio.timeout(seconds):
                return await self._asked(work)
        except TimeoutError:
            raise Refused(
                504, f"no verdict within the deadline of {seconds:g} s; ask with more, up to {self.deadline:g}"
            ) from None
        except InfrastructureError as error:
            raise Refused(503, f"the tools failed, which says nothing of the candidate: {error}", 1) from error
        finally:
            self.inside -= 1

    async def _asked(self, work: Callable[[], Result]) -> Result:
        await self._place()
        began, loop = time.monotonic(), asyncio.get_running_loop()
        future = loop.run_in_executor(self._threads, work)
        self._running += 1
        future.add_done_callback(lambda done: self._left(done, time.monotonic() - began))

        async def answer() -> Result:
            return await asyncio.shield(future)

        return await _unless(answer(), self._cut)

    async def _place(self) -> None:
        """Wait for a thread. A place that comes at the very moment in which it is given up goes to the next."""
        place = asyncio.ensure_future(self._free.acquire())
        try:
            await _unless(place, self._stopping)
        except BaseException:
            if place.done() and not place.cancelled():
                self._free.release()
            raise

    def _left(self, done: "asyncio.Future[Any]", seconds: float) -> None:
        if not done.cancelled():
            done.exception()  # whoever asked may be gone: then nobody else looks at it
        self._running -= 1
        self._free.release()
        self._mean += _FORGETS * (seconds - self._mean)

    async def stop(self, grace: float) -> None:
        """Let nobody in, refuse those that wait, give those under way `grace` seconds, and refuse the rest."""
        self._stopping.set()
        ends = time.monotonic() + grace
        while self.inside and time.monotonic() < ends:
            await asyncio.sleep(0.02)
        self._cut.set()
        while self.inside:
            await asyncio.sleep(0.02)
        self._threads.shutdown(wait=False, cancel_futures=True)


def _stops() -> Refused:
    return Refused(503, "the server is stopping; ask another one, or later", 5)


async def _unless(work: Awaitable[Result], event: asyncio.Event) -> Result:
    """What `work` gives, unless the event comes first; then it is cancelled and refused."""
    task, told = asyncio.ensure_future(work), asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait({task, told}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise _stops()
    finally:
        for one in (task, told):
            if not one.done():
                one.cancel()
                with suppress(asyncio.CancelledError):
                    await one
