"""The endpoint: replies of many shapes, failures, deadlines, budgets; nothing is bought without need."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from service import GOLDENS, KEY, KINDS, REQUEST, Endpoint, Service

from rtlvr.errors import BudgetError, InfrastructureError
from rtlvr.llm.endpoint import MAX_REPLY_BYTES, EndpointChat, Spending
from rtlvr.llm.transcript import Transcript


@pytest.mark.parametrize(
    ("say", "expected"),
    [
        (lambda s: s.say("yes"), ("yes", "", "stop")),
        (lambda s: s.say("yes", reasoning_content="why"), ("yes", "why", "stop")),
        (lambda s: s.say("yes", reasoning="why"), ("yes", "why", "stop")),
        (lambda s: s.say("yes", reasoning={"effort": 1}, reasoning_content=None), ("yes", "", "stop")),
        (lambda s: s.say([{"type": "text", "text": "y"}, {"text": "es"}, {"type": "image"}, 3]), ("yes", "", "stop")),
        (lambda s: s.say(""), ("", "", "stop")),
        (lambda s: s.say("yes", role=None), ("yes", "", "stop")),
        (lambda s: s.say(None, finish="length", reasoning_content="why"), ("", "why", "length")),
        (lambda s: s.say(None, finish="length"), ("", "", "length")),
        (lambda s: s.say("yes", finish=None), ("yes", "", "")),
        (lambda s: s.say("a \ud800 b \U0001f600 \x00"), ("a ? b \U0001f600 \x00", "", "stop")),
        (lambda s: s.send(b'\n\n{"choices": [{"message": {"content": "a\xff"}}, 7]}'), ("a\ufffd", "", "")),
        (lambda s: s.send('{"choices": [{"message": {"content": "yes"}}]}', content_type="text/html"), ("yes", "", "")),
        (lambda s: s.say(KEY + " EMPTY"), ("[key] EMPTY", "", "stop")),
        (KINDS["long"], ("", "", "oversize")),
        (KINDS["endless"], ("", "", "oversize")),
    ],
)
def test_replies_of_many_shapes(endpoint: Endpoint, tmp_path: Path, say: Callable, expected: tuple) -> None:
    path = tmp_path / "transcript.jsonl"
    reply = Transcript(path, endpoint.always(say)).ask(REQUEST, "ask")
    assert (reply.content, reply.reasoning, reply.finish) == expected
    assert endpoint.asked.total() == 1
    assert Transcript(path).ask(REQUEST, "ask") == reply
    assert endpoint.sent < 32 * MAX_REPLY_BYTES  # what is read, and what fits into the sockets' buffers


def test_the_request(endpoint: Endpoint) -> None:
    endpoint.always("right").ask(REQUEST, "ask")
    headers, body = endpoint.seen[0]
    assert headers["Authorization"] == f"Bearer {KEY}"
    messages = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "why?"}]
    assert body == {"model": "m", "messages": messages, "temperature": 0.5, "max_tokens": 9, "seed": 3, "top_p": 1.0}


@pytest.mark.parametrize(
    ("kind", "tries", "message"),
    [
        ("401", 1, r"HTTP 401; check the key in \$CHAT_KEY: .*no such key"),
        ("404", 1, r"HTTP 404; check base_url, the model's name"),
        ("400", 1, "is no model"),
        ("moved", 1, r"redirects to /v1/chat/completions: set base_url"),
        ("moved for good", 1, "redirects to"),
        ("tomorrow", 1, "wait for 100000 s"),
        ("no money", 1, "the account"),
        ("429", 3, "HTTP 429; run again later"),
        ("503", 3, "Bad gateway"),
        ("drops", 3, "check base_url, and that the service runs"),
        ("html", 3, "no message of an assistant: '<html>"),
        ("not utf-8", 3, "no message"),
        ("error with 200", 3, "upstream is gone"),
        ("dropped by DeepSeek", 3, "cut off"),
        ("null", 3, "says nothing"),
        (lambda s: s.send(s.headers["authorization"], 403), 1, r"Bearer \[key\]"),
        (lambda s: s.send("", 500, retry_after="nan"), 3, "HTTP 500"),
        (lambda s: s.send("", 429, retry_after="-5"), 3, "HTTP 429"),
        (lambda s: s.send("", 429, retry_after="Wed, 21 Oct 2099 07:28:00 GMT"), 3, "HTTP 429"),
        (lambda s: s.trickle(b"HTTP/1.1 500 No\r\n\r\n", b"a" * 65536, 0), 3, "HTTP 500; run again later: 'aaaa"),
    ],
)
def test_failures(endpoint: Endpoint, kind: object, tries: int, message: str) -> None:
    with pytest.raises(InfrastructureError, match=message) as caught:
        endpoint.always(kind).ask(REQUEST, "describe fifo")
    assert f"gave no usable reply to 'describe fifo' in {tries} tries" in str(caught.value)
    assert len(str(caught.value)) < 600
    assert endpoint.asked.total() == tries


def test_broken_replies_are_bought_thrice_at_most(endpoint: Endpoint) -> None:
    endpoint.plans[f"m {GOLDENS[0].id}"] = ["429", "null", "429", "null", "429", "null", "right"]
    with pytest.raises(InfrastructureError, match="in 6 tries"):
        endpoint.chat(retries=9).ask(REQUEST, "ask")


@pytest.mark.parametrize("kind", ["hangs", "dribbles", "dribbles headers"])
def test_the_deadline_holds(endpoint: Endpoint, kind: str) -> None:
    endpoint.plans[f"m {GOLDENS[0].id}"] = [kind]
    started = time.monotonic()
    with pytest.raises(InfrastructureError, match=r"no whole reply in 0\.4 s"):
        endpoint.chat(seconds=0.4, retries=1).ask(REQUEST, "ask")
    assert 0.8 <= time.monotonic() - started < 5
    assert endpoint.asked.total() == 2


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/v1", "", "localhost:8000", "http://[::", "http://a b/", "http://me:pw@127.0.0.1:9"]
)
def test_no_service_there(url: str) -> None:
    with pytest.raises(InfrastructureError, match=r"check base_url") as caught:
        EndpointChat(url, "NO_SUCH_KEY", retries=0).ask(REQUEST, "ask")
    assert "pw" not in str(caught.value)


def test_the_key_is_looked_up_when_it_is_needed(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = endpoint.always("right")
    assert KEY not in repr(chat) + repr(vars(chat))
    for value, sent in (("another\n", "Bearer another"), ("", "Bearer none")):
        monkeypatch.setenv("CHAT_KEY", value)
        chat.ask(REQUEST, "ask")
        assert endpoint.seen[-1][0]["Authorization"] == sent
    for value in ("two\nlines of a key", "ключ"):
        monkeypatch.setenv("CHAT_KEY", value)
        with pytest.raises(InfrastructureError, match=r"the key in \$CHAT_KEY") as caught:
            chat.ask(REQUEST, "ask")
        assert "lines" not in str(caught.value)


@pytest.mark.parametrize(
    "usage",
    [None, "many", [1, 2], {}, {"prompt_tokens": -5, "completion_tokens": 1.5}, {"completion_tokens": True}]
    + [{"prompt_tokens": 10**count, "completion_tokens": "7"} for count in (9, 400)],
)
def test_usage_that_is_none_is_guessed(endpoint: Endpoint, usage: object) -> None:
    chat = endpoint.always(lambda s: s.say("a" * 3000, usage))
    reply = chat.ask(REQUEST, "ask")
    assert 1 <= reply.prompt_tokens <= 10
    assert 1000 <= reply.completion_tokens <= 2000
    spent = chat.spending
    assert (spent.prompt_tokens, spent.completion_tokens) == (reply.prompt_tokens, reply.completion_tokens)


def test_spending(endpoint: Endpoint) -> None:
    spending = Spending(max_tokens=300, prompt_price=2.0, completion_price=10_000.0)
    endpoint.always("right")
    chat = endpoint.chat(spending=spending)
    for _ in range(2):
        chat.ask(REQUEST, "ask")
    assert str(spending) == "2 replies, 300 tokens, cost 2.00"
    with pytest.raises(BudgetError, match=r"bought 2 replies, 300 tokens.*roundtrip\.max_total_tokens=300"):
        chat.ask(REQUEST, "ask")
    assert endpoint.asked.total() == 2


def test_a_budget_ends_retries(endpoint: Endpoint) -> None:
    endpoint.always("null")
    with pytest.raises(BudgetError):
        endpoint.chat(spending=Spending(max_tokens=1)).ask(REQUEST, "ask")
    assert endpoint.asked.total() == 1


def test_requests_under_way_are_limited(endpoint: Endpoint) -> None:
    endpoint.always(lambda s: (time.sleep(0.05), s.say("yes")))
    chat = endpoint.chat(concurrency=3)
    with ThreadPoolExecutor(12) as executor:
        list(executor.map(lambda _: chat.ask(REQUEST, "ask"), range(24)))
    assert endpoint.peak == 3
    assert chat.spending.requests == 24


TOO_LONG = [
    (400, {"message": "This model's maximum context length is 4096 tokens. However, you requested 9012 tokens."}),
    (400, {"message": "Requested tokens (5000) exceed context window of 4096", "code": "context_length_exceeded"}),
    (400, {"message": "the request exceeds the available context size", "type": "exceed_context_size_error"}),
    (400, {"message": "The input (9012 tokens) is longer than the model's context length (4096 tokens)."}),
    (413, {"message": "prompt is too long: 9012 tokens > 4096 maximum"}),
]


@pytest.mark.parametrize(("status", "error"), TOO_LONG)
def test_a_prompt_that_is_too_long_is_answered_so(endpoint: Endpoint, status: int, error: dict) -> None:
    chat = endpoint.always(lambda s: s.send(json.dumps({"error": error}), status))
    reply = chat.ask(REQUEST, "task fifo")
    assert (reply.content, reply.finish) == ("", "too_long")
    assert reply.too_long.startswith(f"the prompt is longer than the model reads: HTTP {status}")
    assert error["message"].partition("'")[0] in reply.too_long
    assert [body["max_tokens"] for _, body in endpoint.seen] == [REQUEST.max_tokens, 1]


def test_an_answer_that_may_get_too_long_is_no_fault_of_the_prompt(endpoint: Endpoint) -> None:
    def say(service: Service) -> None:
        fits = service.body["max_tokens"] < 5
        service.say("a", finish="length") if fits else service.send(json.dumps({"error": TOO_LONG[0][1]}), 400)

    with pytest.raises(InfrastructureError, match=r"'task fifo', but not with max_tokens=9 .*lower max_tokens"):
        endpoint.always(say).ask(REQUEST, "task fifo")
