"""An OpenAI-compatible service that misbehaves as planned, and counts what it is asked and what it charges."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from rtlvr.data.corpus import seed_corpus
from rtlvr.hdl.declarations import header
from rtlvr.llm.endpoint import EndpointChat
from rtlvr.llm.transcript import Request

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
        user = "".join(one["content"] for one in self.body["messages"] if one["role"] == "user")
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
        """A client of a service that answers everything like this; it is in no hurry."""
        self.plans[f"m {GOLDENS[0].id}"] = [kind]
        return self.chat(seconds=30)
