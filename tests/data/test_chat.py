"""A teacher behind a service that misbehaves: nothing is lost, nothing is paid twice, no failure is taken for an answer."""

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rtlvr.data.chat import Reply, Request, Transcript
from rtlvr.data.corpus import seed_corpus
from rtlvr.data.endpoint import MAX_REPLY_BYTES, EndpointChat, Spending
from rtlvr.data.language import LanguageTeacher, thought_of
from rtlvr.data.roundtrip import header, run
from rtlvr.errors import BudgetError, InfrastructureError
from rtlvr.records import Golden, Triple, read_jsonl
from rtlvr.verify import Pool, Stimuli

GOLDENS = seed_corpus()[::17][:12]
KEY = "sk-0123456789abcdef"
REQUEST = Request(model="m", system="be brief", user="why?", temperature=0.5, max_tokens=9, seed=3)


class Service(BaseHTTPRequestHandler):
    """One request to the endpoint: it is counted, and answered as its item's plan has it."""

    server: "Endpoint"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.body = json.loads(body)
        with self.server.lock:
            item = self.item()
            plan = self.server.plans.get(item, ["right"])
            kind = plan[min(self.server.asked[item], len(plan) - 1)]
            self.server.asked[item] += 1
            self.server.seen.append((dict(self.headers), self.body))
            self.server.now += 1
            self.server.peak = max(self.server.peak, self.server.now)
        try:
            kind(self) if callable(kind) else KINDS[kind](self)
            self.server.usable[item] += kind in ("right", "slow", "no code", "long")
        except OSError:  # the client has gone
            self.server.gone += 1
        finally:
            with self.server.lock:
                self.server.now -= 1

    do_GET = do_POST

    def item(self) -> str:
        """What is asked for, told from the request as a real service would get it."""
        user = self.body["messages"][-1]["content"]
        self.golden = next((golden for golden in GOLDENS if header(golden.code, golden.top) in user), GOLDENS[0])
        number = f" #{self.body['seed']}" if self.body["model"] == "solver" else ""
        return f"{self.body['model']} {self.golden.id}{number}"

    def right(self) -> str:
        """The text of a right answer."""
        if self.body["model"] == "solver":
            return f"<think>It is {self.golden.id}.</think>\n```verilog\n{self.golden.code}```"
        return self.golden.description

    def say(self, content: object = None, usage: object = (50, 100), finish: str = "stop", **message: object) -> None:
        """A completion."""
        message = {"role": "assistant", "content": content, **message}
        body = {"id": "1", "object": "chat.completion", "created": 0, "model": "m"}
        body["choices"] = [{"index": 0, "finish_reason": finish, "message": message}]
        if isinstance(usage, tuple):
            usage = {"prompt_tokens": usage[0], "completion_tokens": usage[1]}
            self.server.charged += sum(usage.values())
        self.send(json.dumps({**body, "usage": usage}))

    def send(self, text: str | bytes, status: int = 200, length: int | None = None, **headers: str) -> None:
        """Any reply."""
        data = text if isinstance(text, bytes) else text.encode()
        self.send_response(status)
        headers = {"content-type": "application/json", "content-length": str(length or len(data)), **headers}
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def trickle(self, first: bytes, piece: bytes, pause: float = 0.02) -> None:
        """Bytes without end, until the client or the server has enough."""
        self.wfile.write(first)
        while not self.server.closing.wait(pause):
            self.wfile.write(piece)
            self.server.sent += len(piece)

    def log_message(self, *args: object) -> None:
        pass


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
OPENING = b'\r\n{"choices": [{"message": {"role": "assistant", "content": "'
HTML = "<html><body>Bad gateway</body></html>"
KINDS: dict[str, Callable[[Service], object]] = {
    "right": lambda s: s.say(s.right()),
    "slow": lambda s: (time.sleep(0.1), s.say(s.right())),
    "429": lambda s: s.send('{"error": {"message": "slow down"}}', 429, retry_after="0"),
    "500": lambda s: s.send("oops", 500),
    "503": lambda s: s.send(HTML, 503, content_type="text/html"),
    "hangs": lambda s: s.server.closing.wait(30),
    "dribbles": lambda s: s.trickle(HEAD + b"\r\n", b" "),
    "dribbles headers": lambda s: s.trickle(HEAD, b"x: y\r\n"),
    "drops": lambda s: s.send('{"choices": [{"mess', length=1000),
    "cut": lambda s: s.send('{"choices": [{"message": {"role": "assis'),
    "html": lambda s: s.send(HTML, content_type="text/html"),
    "not utf-8": lambda s: s.send(b"\xff\xfe\x80"),
    "deep": lambda s: s.send("[" * 100_000),
    "error with 200": lambda s: s.send('{"error": {"message": "upstream is gone"}}'),
    "no choice": lambda s: s.send('{"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 0}}'),
    "empty choice": lambda s: s.send('{"choices": [{}]}'),
    "wrong role": lambda s: s.say(s.right(), role="user"),
    "null": lambda s: s.say(None),
    "dropped by DeepSeek": lambda s: s.say("half a thou", finish="insufficient_system_resource"),
    "no code": lambda s: s.say("I would rather not."),
    "long": lambda s: s.say("a" * 64_000_000),
    "endless": lambda s: s.trickle(HEAD + OPENING, b"a" * 65536, 0),
    "401": lambda s: s.send('{"error": {"message": "no such key"}}', 401),
    "404": lambda s: s.send('{"error": {"message": "no model m"}}', 404),
    "400": lambda s: s.send('{"error": {"message": "\\ud800 is no model"}}', 400),
    "moved": lambda s: s.send("", 307, location=s.path),
    "moved for good": lambda s: s.send("", 301, location=s.path),
    "tomorrow": lambda s: s.send("", 429, retry_after="100000"),
    "no money": lambda s: s.send('{"error": {"code": "insufficient_quota"}}', 429),
}


class Endpoint(ThreadingHTTPServer):
    """The endpoint, and what it has seen. `plans` has kinds of replies per item, of which the last is for all that follow."""

    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Service)
        self.plans: dict[str, list] = {}
        self.asked, self.usable = Counter(), Counter()
        self.charged = self.now = self.peak = self.sent = self.gone = 0
        self.seen: list[tuple[dict, dict]] = []
        self.lock, self.closing = threading.Lock(), threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def chat(self, **options) -> EndpointChat:
        """A client that is in a hurry."""
        options = {"seconds": 2, "retries": 2, "pause": 0.01, **options}
        return EndpointChat(f"http://127.0.0.1:{self.server_port}/v1/", "CHAT_KEY", **options)

    def always(self, kind: object) -> EndpointChat:
        """A client of a service that answers everything like this."""
        self.plans[f"m {GOLDENS[0].id}"] = [kind]
        return self.chat()


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("CHAT_KEY", KEY)
    server = Endpoint()
    yield server
    server.closing.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def trip(endpoint: Endpoint, pool: Pool, stimuli: Stimuli, tmp_path: Path) -> Callable[..., list[Triple]]:
    """Runs the round trip over the goldens, with a fresh client and the transcript as the last run left it."""

    def go(name: str = "rows", goldens: tuple[Golden, ...] = GOLDENS, replay: bool = False, **options) -> list[Triple]:
        transcript = Transcript(tmp_path / "transcript.jsonl", None if replay else endpoint.chat(**options))
        teacher = LanguageTeacher(transcript, "describer", "solver")
        return run(goldens, teacher, pool, stimuli, tmp_path / f"{name}.jsonl", answers=2, concurrency=4)

    return go


def items(golden: Golden) -> list[str]:
    return [f"describer {golden.id}", f"solver {golden.id} #0", f"solver {golden.id} #1"]


def statuses(rows: list[Triple]) -> dict[str, list[str]]:
    return {row.id: [attempt.status for attempt in row.attempts] for row in rows}


@pytest.mark.tools
def test_a_service_that_recovers(endpoint: Endpoint, trip: Callable[..., list[Triple]], tmp_path: Path) -> None:
    kinds = [
        "429",
        "500",
        "503",
        "hangs",
        "dribbles",
        "drops",
        "cut",
        "html",
        "no choice",
        "wrong role",
        "null",
        "deep",
    ]
    for number, golden in enumerate(GOLDENS):
        describe, first, _ = items(golden)
        endpoint.plans[describe] = [kinds[number], "right"]
        endpoint.plans[first] = [kinds[number - 2], kinds[number - 1], "right"]
    spending = Spending()
    rows = trip(spending=spending)
    assert statuses(rows) == {golden.id: ["equivalent"] * 2 for golden in GOLDENS}
    asked = {item: len(endpoint.plans.get(item, ["right"])) for golden in GOLDENS for item in items(golden)}
    assert endpoint.asked == asked
    assert endpoint.usable == dict.fromkeys(asked, 1)
    assert spending.prompt_tokens + spending.completion_tokens >= endpoint.charged
    recorded, file = (tmp_path / "transcript.jsonl").read_bytes(), (tmp_path / "rows.jsonl").read_bytes()
    assert trip() == rows
    assert endpoint.asked == asked  # nothing was asked again
    assert trip("replayed", replay=True) == rows
    assert (tmp_path / "replayed.jsonl").read_bytes() == file
    assert (tmp_path / "transcript.jsonl").read_bytes() == recorded
    assert KEY.encode() not in recorded + file


@pytest.mark.tools
def test_a_service_that_stays_broken(endpoint: Endpoint, trip: Callable[..., list[Triple]], tmp_path: Path) -> None:
    broken = ["429", "500", "hangs", "cut", "empty choice", "wrong role", "401", "404", "400"]
    for golden, kind in zip(GOLDENS, broken, strict=False):
        endpoint.plans[items(golden)[0]] = [kind]
    wordless, long, partly = GOLDENS[len(broken) :]
    endpoint.plans |= {item: ["no code"] for item in items(wordless)[1:]} | {item: ["long"] for item in items(long)[1:]}
    endpoint.plans[items(partly)[1]] = ["500"]
    rows = trip(retries=1)
    assert [row.id for row in rows] == [golden.id for golden in GOLDENS]
    expected = {golden.id: ["failed"] for golden in GOLDENS}
    expected |= {wordless.id: ["invalid"] * 2, long.id: ["invalid"] * 2, partly.id: ["failed", "equivalent"]}
    assert statuses(rows) == expected
    reasons = [attempt.reason for row in rows for attempt in row.attempts if attempt.status == "failed"]
    assert all("gave no usable reply to" in reason for reason in reasons)
    assert rows[-3].reason == "the reply has no ```verilog block"
    assert rows[-2].reason == "the reply is longer than a megabyte"
    paid = {item for item, count in endpoint.usable.items() if count}
    endpoint.plans.clear()
    endpoint.asked.clear()
    rows = trip()
    assert statuses(rows) == {golden.id: ["equivalent"] * 2 for golden in GOLDENS} | {
        wordless.id: ["invalid"] * 2,
        long.id: ["invalid"] * 2,
    }
    assert not paid & endpoint.asked.keys()
    failed = {item for golden in GOLDENS[: len(broken)] for item in items(golden)} | {items(partly)[1]}
    assert endpoint.asked == dict.fromkeys(failed, 1)
    assert read_jsonl(tmp_path / "rows.jsonl", Triple) == rows


@pytest.mark.tools
def test_a_spent_budget_stops_the_run_and_a_rerun_goes_on(
    endpoint: Endpoint, trip: Callable[..., list[Triple]]
) -> None:
    runs = 0
    while True:
        runs += 1
        spending = Spending(max_cost=1.0, prompt_price=4000.0, completion_price=2000.0)  # 0.4 per reply
        try:
            rows = trip(spending=spending)
            break
        except BudgetError as error:
            assert "roundtrip.max_cost=1.0" in str(error)
            assert 1.0 <= spending.cost <= 1.0 + 4 * 0.4
    assert 36 / 7 <= runs <= 13
    assert statuses(rows) == {golden.id: ["equivalent"] * 2 for golden in GOLDENS}
    assert set(endpoint.usable.values()) == set(endpoint.asked.values()) == {1}
    assert sum(endpoint.usable.values()) == 36


SCRIPT = """
import sys
from pathlib import Path
from rtlvr.data.chat import Transcript
from rtlvr.data.endpoint import EndpointChat
from rtlvr.data.corpus import seed_corpus
from rtlvr.data.language import LanguageTeacher
from rtlvr.data.roundtrip import run
from rtlvr.verify import Pool, Stimuli

folder = Path(sys.argv[2])
chat = Transcript(folder / "transcript.jsonl", EndpointChat(sys.argv[1], "CHAT_KEY", seconds=5))
teacher = LanguageTeacher(chat, "describer", "solver")
stimuli = Stimuli(sequences=4, cycles=32)
run(seed_corpus()[::17][:12], teacher, Pool(1), stimuli, folder / "rows.jsonl", answers=2, concurrency=4)
"""


@pytest.mark.tools
def test_a_killed_run_goes_on(endpoint: Endpoint, trip: Callable[..., list[Triple]], tmp_path: Path) -> None:
    trip("unbroken")
    unbroken = (tmp_path / "transcript.jsonl").rename(tmp_path / "unbroken-transcript.jsonl")
    endpoint.asked.clear()
    endpoint.plans |= {item: ["slow"] for golden in GOLDENS for item in items(golden)}
    rows = tmp_path / "rows.jsonl"
    rows.touch()
    url = f"http://127.0.0.1:{endpoint.server_port}/v1"
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, url, str(tmp_path)], stderr=subprocess.DEVNULL)
    while b"\n" not in rows.read_bytes():
        assert process.poll() is None
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    path = tmp_path / "transcript.jsonl"
    whole = path.read_bytes()
    whole = whole[: whole.rfind(b"\n") + 1]
    path.write_bytes(whole + b'{"request": "half a li')  # the worst a kill can leave
    recorded = {reply.about for reply in map(Reply.model_validate_json, whole.splitlines())}
    assert 3 <= len(recorded) < 36
    before = endpoint.asked.copy()
    trip()
    again = endpoint.asked - before
    assert not {item.replace("describer", "describe").replace("solver", "solve") for item in again} & recorded
    assert len(again) == 36 - len(recorded)
    assert rows.read_bytes() == (tmp_path / "unbroken.jsonl").read_bytes()
    kept = sorted((reply.about, reply.content) for reply in read_jsonl(path, Reply))
    assert kept == sorted((reply.about, reply.content) for reply in read_jsonl(unbroken, Reply))


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
    assert body == {"model": "m", "messages": messages, "temperature": 0.5, "max_tokens": 9, "seed": 3}


@pytest.mark.parametrize(
    ("kind", "tries", "message"),
    [
        ("401", 1, r"HTTP 401; check the key in \$CHAT_KEY: .*no such key"),
        ("404", 1, r"HTTP 404; check roundtrip\.base_url, the model's name"),
        ("400", 1, "is no model"),
        ("moved", 1, r"redirects to /v1/chat/completions: set roundtrip\.base_url"),
        ("moved for good", 1, "redirects to"),
        ("tomorrow", 1, "wait for 100000 s"),
        ("no money", 1, "the account"),
        ("429", 3, "HTTP 429; run again later"),
        ("503", 3, "Bad gateway"),
        ("drops", 3, "check roundtrip.base_url, and that the service runs"),
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
    with pytest.raises(InfrastructureError, match=r"check roundtrip\.base_url") as caught:
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


def test_equal_requests_at_once_are_one(endpoint: Endpoint, tmp_path: Path) -> None:
    endpoint.always(lambda s: (time.sleep(0.2), s.say("yes")))
    transcript = Transcript(tmp_path / "t.jsonl", endpoint.chat())
    with ThreadPoolExecutor(8) as executor:
        replies = list(executor.map(lambda _: transcript.ask(REQUEST, "ask"), range(8)))
    assert endpoint.asked.total() == len(transcript) == len(set(map(id, replies))) == 1


def test_waiting_for_a_reply_that_does_not_come(endpoint: Endpoint, tmp_path: Path) -> None:
    endpoint.plans[f"m {GOLDENS[0].id}"] = [lambda s: (time.sleep(0.2), s.send("", 404)), "right"]
    transcript = Transcript(tmp_path / "t.jsonl", endpoint.chat())
    with ThreadPoolExecutor(4) as executor:
        waiting = [executor.submit(transcript.ask, REQUEST, "ask") for _ in range(4)]
    assert all(isinstance(one.exception(), InfrastructureError) for one in waiting)
    assert transcript.ask(REQUEST, "ask").content == GOLDENS[0].description  # it may be asked for again


def test_a_torn_transcript(endpoint: Endpoint, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "t.jsonl"
    endpoint.always("right")
    first = Transcript(path, endpoint.chat()).ask(REQUEST, "ask")
    whole = path.read_bytes()
    path.write_bytes(whole + '{"request": "ü'.encode()[:-1])
    transcript = Transcript(path, endpoint.chat())
    assert path.read_bytes() == whole
    assert transcript.ask(REQUEST, "ask") == first
    transcript.ask(REQUEST.model_copy(update={"seed": 4}), "ask")
    assert path.read_bytes().startswith(whole)
    assert len(read_jsonl(path, Reply)) == len(transcript) == 2
    with pytest.raises(InfrastructureError, match=r"t\.jsonl holds no reply to 'solve fifo'"):
        Transcript(path).ask(REQUEST.model_copy(update={"seed": 5}), "solve fifo")


def test_a_full_disk_stops_the_run_and_leaves_no_half_line(endpoint: Endpoint, tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    endpoint.always("right")
    transcript = Transcript(path, endpoint.chat())
    transcript.ask(REQUEST, "ask")
    whole, other = path.read_bytes(), REQUEST.model_copy(update={"seed": 4})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 10, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            transcript.ask(other, "ask")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == whole
    transcript.ask(other, "ask")
    assert len(read_jsonl(path, Reply)) == 2


@pytest.mark.parametrize(
    ("content", "reasoning", "thought", "code", "description"),
    [
        ("<think>a</think>\n```verilog\nx\n```", "", "a\n", "x\n", "```verilog\nx\n```"),
        ("a\n</think>\n```verilog\nx\n```", "", "a\n", "x\n", "```verilog\nx\n```"),  # the template opened the tag
        ("<think>a\n<answer>```verilog\nx\n```</answer>", "", "a\n", "x\n", "<answer>```verilog\nx\n```</answer>"),
        ("<think>a ```verilog\nd\n``` b</think>c ```verilog\nx\n```", "", "a ```verilog\nd\n``` b\n", "x\n", None),
        ("It counts.", "a", "a\n", "", "It counts."),
        ("It counts.", "", "It counts.\n", "", "It counts."),
        ("<think>so, the module", "", "so, the module\n", "", ""),
        ("<think>a</think>It counts.<think>b</think>", "", "a\n", "", "It counts."),
    ],
)
def test_thoughts(content: str, reasoning: str, thought: str, code: str, description: str | None) -> None:
    facts = {"request": "r", "about": "", "model": "m", "prompt_tokens": 1, "completion_tokens": 9, "seconds": 0.0}
    reply = Reply(content=content, reasoning=reasoning, finish="length", **facts)

    class Canned:
        def ask(self, request: Request, about: str) -> Reply:
            return reply

    teacher = LanguageTeacher(Canned(), "d", "s")
    answer, described = teacher.solve(GOLDENS[0], "p"), teacher.describe(GOLDENS[0])
    assert thought_of(reply) == answer.thought == thought
    assert answer.code == code
    assert answer.problem == (None if code else "the reply has no ```verilog block (cut at 9 tokens)")
    assert described.text == (description if description is not None else "c ```verilog\nx\n```")
    assert described.problem == (None if described.text else "the reply has no description (cut at 9 tokens)")
