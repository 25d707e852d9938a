"""An OpenAI-compatible endpoint, and what may be spent on it.

Guaranteed: a broken endpoint raises, and is never taken for a wrong answer; one try takes at most its seconds, from the
connection to the last byte, and reads at most a megabyte. A prompt that is longer than the model reads is no fault of the
endpoint: the reply says so (`Reply.too_long`).
Not guaranteed: a request whose seconds were over may have been paid for without its reply. Budgets are checked before each
request: those under way may exceed them, by at most `concurrency` replies.
"""

import asyncio
import contextlib
import json
import os
import random
import re
import ssl
import threading
import time
import weakref
from functools import cache
from typing import TypedDict

import httpx

from rtlvr.errors import BudgetError, InfrastructureError
from rtlvr.llm.transcript import Reply, Request

MAX_REPLY_BYTES = 1 << 20  # a reply longer than this has no Verilog module; the service ignored `max_tokens`
_MAX_TOKENS = 10_000_000  # no model reads or writes as many: a count above it is no count
_MAX_PAUSE = 60.0  # seconds between two tries
_BROKEN = 3  # tries at a reply that arrives, and may have been paid for, but cannot be read
# How services say that a prompt, or it and the longest answer together, does not fit into the model.
_TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|context[ _](?:length|window|size)|maximum (?:model )?(?:length|tokens)"
    r"|(?:prompt|input|message)\w* (?:\([^)]*\) )?(?:is|are) (?:too long|longer than)|max_new_tokens` must be",
    re.IGNORECASE,
)
_CUT_OFF = ("insufficient_system_resource", "error", "abort")  # how DeepSeek, OpenRouter and vLLM end what they drop


class Spending:
    """Tokens and money spent, and the limits on both (0: none); prices are per million tokens.

    Only replies bought now count; replayed ones cost nothing. `str` is short enough for a progress bar.
    """

    def __init__(
        self, max_tokens: int = 0, max_cost: float = 0.0, prompt_price: float = 0.0, completion_price: float = 0.0
    ) -> None:
        self.prompt_tokens = self.completion_tokens = self.requests = 0
        self._max_tokens, self._max_cost = max_tokens, max_cost
        self._prices = prompt_price, completion_price
        self._lock = threading.Lock()

    def __str__(self) -> str:
        return f"{self.requests} replies, {self.prompt_tokens + self.completion_tokens} tokens, cost {self.cost:.2f}"

    @property
    def cost(self) -> float:
        """Money spent, in the prices' currency."""
        return (self.prompt_tokens * self._prices[0] + self.completion_tokens * self._prices[1]) / 1e6

    def check(self) -> None:
        """Raise BudgetError where a limit is reached, so that nothing more is bought."""
        tokens = self.prompt_tokens + self.completion_tokens
        if 0 < self._max_tokens <= tokens or 0 < self._max_cost <= self.cost:
            raise BudgetError(
                f"bought {self}; a run may buy roundtrip.max_total_tokens={self._max_tokens} for roundtrip.max_cost="
                f"{self._max_cost} (0: no limit); run again: it goes on where it stopped, and pays for nothing twice"
            )

    def add(self, prompt_tokens: int, completion_tokens: int) -> None:
        """Count one reply."""
        with self._lock:
            self.requests += 1
            self.prompt_tokens += prompt_tokens
            self.completion_tokens += completion_tokens


class EndpointChat:
    """An OpenAI-compatible service, asked with httpx.

    The official client would limit the time between two bytes but not of a reply, nor its length, and fixes its pauses.

    Tried again after a pause: no connection, no whole reply in time, 408, 409, 425, 429 and 5xx; and, at most twice more,
    a reply that cannot be read. Final at once: every other status (the key, the model's name, the URL or the account;
    no redirect is followed), and a service that asks to wait for more than a minute.

    Args:
        base_url: e.g. `http://localhost:8000/v1`.
        api_key_env: the environment variable that holds the key, looked up at each request (unset: `none` is sent).
        seconds: deadline of one try, from the connection to the last byte.
        retries: tries after the first.
        concurrency: requests under way at once, whoever asks; one that pauses counts.
        pause: seconds before the second try; it doubles from try to try, up to a minute.
    """

    def __init__(
        self,
        base_url: str,
        api_key_env: str,
        spending: Spending | None = None,
        seconds: float = 600,
        retries: int = 5,
        concurrency: int = 8,
        pause: float = 1.0,
    ) -> None:
        self.spending = spending or Spending()
        self._url, self._key_env = base_url.rstrip("/"), api_key_env
        self._shown = re.sub(r"//[^/@]*@", "//", self._url)  # without a password
        self._seconds, self._retries, self._pause = seconds, retries, pause
        self._turns = threading.Semaphore(concurrency)
        # Connections are not kept: a stale one would fail a request, and a new one costs little next to a reply.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.AsyncClient(timeout=None, limits=limits, verify=_certificates())
        # Only asyncio can cut off a request wherever it is. A thread of its own, as a notebook's loop is busy with us.
        loop = self._loop = asyncio.new_event_loop()
        threading.Thread(target=lambda: (loop.run_forever(), loop.close()), name="chat", daemon=True).start()
        weakref.finalize(self, loop.call_soon_threadsafe, loop.stop)

    def ask(self, request: Request, about: str) -> Reply:
        """Ask the service until there is a usable reply, or no hope of one.

        A refusal as too long is looked into by asking for one token: where that is refused as well, the prompt is at fault.

        Raises:
            InfrastructureError: the service failed for good, or takes the prompt, but not with `max_tokens` beside it.
            BudgetError: a budget is spent.
        """
        refusal = self._patiently(request, about)
        if isinstance(refusal, Reply):
            return refusal
        shortest = self._patiently(request.model_copy(update={"max_tokens": 1}), about)
        if isinstance(shortest, Reply) and request.max_tokens > 1:
            raise InfrastructureError(
                f"the service at {self._shown} takes the prompt of '{about}', but not with max_tokens={request.max_tokens} "
                f"beside it: {refusal}; lower max_tokens, or serve the model with a longer context"
            )
        return _unanswered(request, about, str(refusal))

    def _patiently(self, request: Request, about: str) -> "Reply | _Trouble":
        """A usable reply, or the refusal of what is too long; raises as `ask` does."""
        broken = tries = 0
        with self._turns:
            while True:
                tries += 1
                self.spending.check()
                try:
                    return self._once(request, about)
                except _Trouble as trouble:
                    if trouble.too_long:
                        return trouble
                    broken += trouble.broken
                    if trouble.final or broken == _BROKEN or tries > self._retries:
                        what = f"the service at {self._shown} gave no usable reply to '{about}' in {tries} tries"
                        raise InfrastructureError(f"{what}: {trouble}") from trouble
                    pause = min(self._pause * 2 ** min(tries - 1, 16), _MAX_PAUSE) * random.uniform(0.75, 1)
                    time.sleep(max(trouble.wait, pause))

    def _once(self, request: Request, about: str) -> Reply:
        started, key = time.monotonic(), os.environ.get(self._key_env, "").strip() or "none"
        wanted = {"model", "temperature", "top_p", "max_tokens", "seed"}
        body: dict[str, object] = request.model_dump(include=wanted)  # all of them: a server has defaults of its own
        body["messages"] = request.messages
        response, data = asyncio.run_coroutine_threadsafe(self._post(body, key), self._loop).result()
        text = data.decode("utf-8-sig", "replace")
        if len(key) > 15:  # shorter ones are made up for local servers ("EMPTY"), and may be part of an honest answer
            text = text.replace(key, "[key]")
        if not response.is_success:
            raise self._refusal(response, text)
        return self._read(text, len(data) > MAX_REPLY_BYTES, request, about, time.monotonic() - started)

    async def _post(self, body: dict[str, object], key: str) -> tuple[httpx.Response, bytes]:
        """One try: status, headers and body, which is cut where it gets too long."""
        headers = {"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"}
        data = bytearray()
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._client.stream("POST", f"{self._url}/chat/completions", json=body, headers=headers) as response,
            ):
                async for chunk in response.aiter_bytes():
                    data += chunk
                    if len(data) > MAX_REPLY_BYTES:
                        break
        except TimeoutError as error:
            raise _Trouble(f"no whole reply in {self._seconds:g} s; check request_seconds") from error
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL, UnicodeError) as error:
            what = type(error).__name__  # its message may show the key
            raise _Trouble(f"{what}; check base_url and the key in ${self._key_env}", final=True) from error
        except httpx.HTTPError as error:
            what = f"{type(error).__name__} {error}"
            raise _Trouble(f"{what}; check base_url, and that the service runs") from error
        return response, bytes(data)

    def _refusal(self, response: httpx.Response, text: str) -> "_Trouble":
        """What a status other than success means."""
        status, asked = response.status_code, response.headers.get("retry-after", "")
        wait = float(asked) if re.fullmatch(r"\d+(\.\d+)?", asked) else 0.0  # for a date, the usual pause has to do
        # OpenAI's status for an empty account is 429, too, and no waiting helps.
        passing = (status in (408, 409, 425, 429) or status >= 500) and "insufficient_quota" not in text
        too_long = status in (400, 413, 422) and _TOO_LONG.search(text[:2000]) is not None
        if too_long:
            advice = "too long"
        elif wait > _MAX_PAUSE:
            advice = f"it asks to wait for {wait:g} s: run again then"
        elif response.has_redirect_location:
            advice = f"it redirects to {response.headers['location']}: set base_url to where the service is"
        elif status in (401, 403):
            advice = f"check the key in ${self._key_env}"
        else:
            advice = "run again later" if passing else "check base_url, the model's name and the account"
        final = not passing or wait > _MAX_PAUSE
        return _Trouble(f"HTTP {status}; {advice}", text, final=final, wait=wait, too_long=too_long)

    def _read(self, text: str, cut: bool, request: Request, about: str, seconds: float) -> Reply:
        body = None
        with contextlib.suppress(ValueError, RecursionError):  # cut short, no JSON, or nested without end
            body = json.loads(text)
        bought = _bought(body, request, text)
        self.spending.add(**bought)
        oversize = _Said(content="", reasoning="", finish="oversize")
        said = oversize if cut and '"choices"' in text else _message(body, text)
        return Reply(
            request=request.digest, about=about, model=request.model, seconds=round(seconds, 3), **said, **bought
        )


def models_at(base_url: str, api_key_env: str) -> list[str]:
    """The names of the models that a service says it has; none where it says nothing."""
    try:
        key = os.environ.get(api_key_env) or "none"
        headers = {"Authorization": f"Bearer {key}"}
        where = f"{base_url.rstrip('/')}/models"
        body = httpx.get(where, headers=headers, timeout=10, verify=_certificates()).json()
        return [str(row["id"]) for row in body["data"]][:20]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError):
        return []


@cache
def _certificates() -> ssl.SSLContext:
    """Whom a service over TLS is believed by. To read the certificates takes longer than a short reply does, so once."""
    return httpx.create_ssl_context()


class _Trouble(Exception):
    """A try without a usable reply. `final`: another would not help; `broken`: one came, and may have been paid for;
    `too_long`: the model cannot read as much, or it and the longest answer.
    """

    def __init__(
        self,
        what: str,
        text: str = "",
        final: bool = False,
        broken: bool = False,
        wait: float = 0,
        too_long: bool = False,
    ) -> None:
        start = " ".join(text[:2000].split())[:200]
        super().__init__(f"{what}: {start!r}" if start else what)
        self.final, self.broken, self.wait, self.too_long = final, broken, wait, too_long


class _Bought(TypedDict):
    """Tokens of one reply."""

    prompt_tokens: int
    completion_tokens: int


class _Said(TypedDict):
    """What a reply says, and how it ended."""

    content: str
    reasoning: str
    finish: str


def _bought(body: object, request: Request, text: str) -> _Bought:
    """Tokens of prompt and reply as the service counts them; else a high guess, so that a budget still ends the run."""
    usage = body.get("usage") if isinstance(body, dict) else None

    def tokens(name: str, counted: str) -> int:
        count = usage.get(name) if isinstance(usage, dict) else None
        return count if type(count) is int and 0 < count <= _MAX_TOKENS else len(counted.encode()) // 3 + 1

    return _Bought(
        prompt_tokens=tokens("prompt_tokens", "".join(message["content"] for message in request.messages)),
        completion_tokens=tokens("completion_tokens", text),
    )


def _unanswered(request: Request, about: str, refusal: str) -> Reply:
    """The reply to a prompt that the model cannot read."""
    return Reply(
        request=request.digest,
        about=about,
        model=request.model,
        content="",
        reasoning="",
        finish="too_long",
        prompt_tokens=0,
        completion_tokens=0,
        seconds=0.0,
        too_long=f"the prompt is longer than the model reads: {refusal}",
    )


def _message(body: object, text: str) -> _Said:
    """Content, reasoning and end of the first choice."""
    choices = body.get("choices") if isinstance(body, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    choice = choice if isinstance(choice, dict) else {}
    message = choice.get("message")
    if not isinstance(message, dict) or message.get("role") not in (None, "", "assistant"):  # some leave the role out
        raise _Trouble("it holds no message of an assistant", text, broken=True)
    content, finish = _text(message.get("content")), _text(choice.get("finish_reason")) or ""
    reasoning = _text(message.get("reasoning_content")) or _text(message.get("reasoning")) or ""
    said = content is not None or reasoning or finish in ("length", "content_filter")  # those may end it before a word
    if not said or finish in _CUT_OFF:
        raise _Trouble("it says nothing, or was cut off", text, broken=True)
    return {"content": content or "", "reasoning": reasoning, "finish": finish}


def _text(value: object) -> str | None:
    """A string, or the text of a list of parts; half surrogate pairs, which no file can hold, become `?`."""
    if isinstance(value, list):
        value = "".join(str(part.get("text") or "") for part in value if isinstance(part, dict))
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else None
