"""What every request passes first: the token, the size of its body, and the count of who came and who was answered."""

import hmac
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from rtlvr.serve.metrics import Metrics

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]
_OPEN = {"/health"}  # without a token


class Guard:
    """An ASGI application around another one.

    Args:
        token: what `Authorization: Bearer TOKEN` must have; None: nothing is asked.
        most: bytes of a body.
    """

    def __init__(self, app: Application, metrics: Metrics, token: str | None, most: int) -> None:
        self._app, self._metrics, self._token, self._most = app, metrics, token, most

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._metrics.accepted.inc()
        counted = self._counted(send)
        problem = self._unknown(scope)
        if problem:
            await refuse(counted, 401, problem)
            return
        body = await self._body(scope, receive)
        if body is None:
            await refuse(counted, 413, f"got a body of more than {self._most} bytes; send less at once")
            return
        await self._app(scope, _again(body, receive), counted)

    def _counted(self, send: Send) -> Send:
        code = 0

        async def counted(message: Message) -> None:
            nonlocal code
            code = message.get("status", code)
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                self._metrics.answered.labels(str(code)).inc()

        return counted

    def _unknown(self, scope: Message) -> str | None:
        """What is wrong with the token; None where nothing is."""
        if self._token is None or scope["path"] in _OPEN:
            return None
        given = dict(scope["headers"]).get(b"authorization", b"")
        if hmac.compare_digest(given, b"Bearer " + self._token.encode()):
            return None
        return f"got {'another' if given else 'no'} token; send the header Authorization: Bearer TOKEN"

    async def _body(self, scope: Message, receive: Receive) -> bytes | None:
        """The whole body; None where it is too large, of which no more is read than that shows."""
        told = dict(scope["headers"]).get(b"content-length", b"0")
        if told.isdigit() and int(told) > self._most:
            return None
        parts, size = [], 0
        while True:
            message = await receive()
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self._most:
                return None
            if not message.get("more_body", False):
                return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the whole body, and then what comes from the client."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def refuse(send: Send, status: int, reason: str) -> None:
    """Answer with an error; what is left of the body is not read."""
    body = json.dumps({"error": reason}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
