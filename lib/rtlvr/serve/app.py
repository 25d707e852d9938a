"""The routes: `POST /verify`, `/verify_many`, `/check`, and `GET /health`, `/metrics`.

An error is `{"error": sentence}` with a status: 400 malformed, 401 token, 404 and 405 path, 413 size, 422 fields, 429 full, 503
tools failed or server stopping, 504 deadline. 429 and 503 have Retry-After. A verdict, of whatever status, is 200.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from functools import partial

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.exceptions import HTTPException

from rtlvr.environment.answers import checked
from rtlvr.serve.desk import Desk, Refused
from rtlvr.serve.guard import Application, Guard
from rtlvr.serve.messages import CheckRequest, How, ManyRequest, PairBody, VerdictWanted, VerifyRequest
from rtlvr.serve.metrics import Metrics
from rtlvr.verify import Verdict
from rtlvr.verify.outputs import verdict_by_output
from rtlvr.verify.protocol import Bench, verdict_of

_PATHS = "POST /verify, POST /verify_many, POST /check, GET /health, GET /metrics"
_AHEAD = 2  # pairs of one stream that are asked for at once, per worker


class Service:
    """The answers; `desk` says who gets one now."""

    def __init__(self, bench: Bench, desk: Desk) -> None:
        self.desk, self.metrics, self._bench = desk, Metrics(desk), bench

    async def verdict(self, pair: PairBody, how: How, per_output: bool = False) -> Verdict:
        """The verdict on a pair, the same as `rtlvr.verify` gives. Raises Refused."""
        began = time.monotonic()
        work = partial(verdict_of, self._bench, pair.row, how.mode, how.stimuli)
        if per_output:
            ends = began + self.desk.allowed(how.deadline)
            work = partial(verdict_by_output, self._bench, pair.row, how.mode, how.stimuli, ends)
        found = await self.desk.ask(work, how.deadline)
        self.metrics.judged(found, time.monotonic() - began)
        return found

    async def stream(self, asked: ManyRequest) -> AsyncIterator[str]:
        """A line of JSON per pair, in order: its `index`, and `verdict` or `error`."""
        ahead = asyncio.Semaphore(_AHEAD * self.desk.jobs)
        tasks = [asyncio.create_task(self._line(index, pair, asked, ahead)) for index, pair in enumerate(asked.pairs)]
        try:
            for task in tasks:
                yield await task
        finally:
            for task in tasks:
                task.cancel()

    async def _line(self, index: int, pair: PairBody, how: VerdictWanted, ahead: asyncio.Semaphore) -> str:
        async with ahead:
            try:
                found = await self._patient(pair, how)
            except Refused as error:
                return json.dumps({"index": index, "error": error.reason, "status": error.status}) + "\n"
        return json.dumps({"index": index, "verdict": found.model_dump(mode="json")}) + "\n"

    async def _patient(self, pair: PairBody, how: VerdictWanted) -> Verdict:
        """The verdict, as soon as there is room: a stream that was let in waits where a new request is refused."""
        while True:
            try:
                return await self.verdict(pair, how, how.per_output)
            except Refused as error:
                if error.status != 429:
                    raise
            await asyncio.sleep(0.05)


def application(service: Service, token: str | None, most: int) -> Application:
    """The ASGI application; see `Guard` for the arguments."""
    app = FastAPI(title="rtlvr", docs_url=None, redoc_url=None)

    @app.post("/verify", response_model=Verdict)
    async def verify(asked: VerifyRequest) -> Response:
        """The verdict on a pair."""
        return _json(json.dumps((await service.verdict(asked, asked, asked.per_output)).model_dump(mode="json")))

    @app.post("/check")
    async def check(asked: CheckRequest) -> Response:
        """The verdict as a model may see it: nothing of the golden but values of its outputs."""
        return _json(checked(await service.verdict(asked, asked), 0).text())

    @app.post("/verify_many")
    async def verify_many(asked: ManyRequest) -> Response:
        """Verdicts of many pairs, streamed as lines of JSON, in order."""
        service.desk.check_room()
        return StreamingResponse(service.stream(asked), media_type="application/x-ndjson")

    @app.get("/health")
    async def health() -> Response:
        """Whether the server takes questions: 200, or 503 while it stops."""
        desk = service.desk
        told = {"status": "stopping" if desk.stopping else "ok", "workers": desk.jobs, "inside": desk.inside}
        return JSONResponse(told | {"capacity": desk.capacity}, 503 if desk.stopping else 200)

    @app.get("/metrics")
    async def metrics() -> Response:
        """The counters."""
        return Response(service.metrics.text(), media_type="text/plain; version=0.0.4")

    _handle(app)
    return Guard(app, service.metrics, token, most)


def _json(text: str) -> Response:
    return Response(text, media_type="application/json")


def _error(status: int, reason: str, retry_after: int | None = None) -> Response:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    if status == 503:
        headers["Connection"] = "close"
    return JSONResponse({"error": reason}, status, headers)


def _handle(app: FastAPI) -> None:
    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> Response:
        return _error(error.status, error.reason, error.retry_after)

    @app.exception_handler(RequestValidationError)
    async def malformed(_: Request, error: RequestValidationError) -> Response:
        found = error.errors()
        said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found[:5])
        return _error(400 if any(one["type"] == "json_invalid" for one in found) else 422, said)

    @app.exception_handler(HTTPException)
    async def unknown(request: Request, error: HTTPException) -> Response:
        if error.status_code in (404, 405):
            return _error(error.status_code, f"got {request.method} {request.url.path[:100]}; allowed: {_PATHS}")
        return _error(error.status_code, str(error.detail))

    @app.exception_handler(Exception)
    async def failed(_: Request, error: Exception) -> Response:
        return _error(
            500, f"the server failed ({type(error).__name__}), which says nothing of the candidate; see its log"
        )
