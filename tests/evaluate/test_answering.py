"""Samples from an endpoint: a real HTTP service that fails half-way, and nothing asked twice."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rtlvr.errors import InfrastructureError
from rtlvr.evaluate.answering import Asking, ask
from rtlvr.evaluate.answers import BenchmarkAnswer
from rtlvr.evaluate.scores import by_turns, score
from rtlvr.evaluate.task import Task
from rtlvr.llm.endpoint import EndpointChat
from rtlvr.llm.transcript import Reply, Request
from rtlvr.policy.backends import Endpoint, _reply
from rtlvr.records import read_jsonl

TASKS = [
    Task(id=f"t{i}", benchmark="b", style="rtllm", prompt=f"task {i}", top="m", header="", testbench="", reference="")
    for i in range(4)
]


class Service(BaseHTTPRequestHandler):
    """Answers with the prompt and the seed; refuses for good once `server.left` replies are given."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with self.server.lock:
            self.server.bodies.append(body)
            open_ = self.server.left > 0
            self.server.left -= 1
        text = f"answer to {body['messages'][-1]['content']} with seed {body['seed']}"
        message = {"role": "assistant", "content": text, "reasoning_content": "hm"}
        reply = {
            "choices": [{"message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 5, "completion_tokens": 7},
        }
        data = json.dumps(reply if open_ else {"error": {"message": "no such model"}}).encode()
        self.send_response(200 if open_ else 404)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def service() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.lock, server.bodies, server.left = threading.Lock(), [], 10**6
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def backend(server: ThreadingHTTPServer, concurrency: int = 8) -> Endpoint:
    chat = EndpointChat(f"http://127.0.0.1:{server.server_port}/v1", "NO_KEY", pause=0.01)
    return Endpoint(chat, "m", concurrency)


def test_all_samples_in_order_with_their_own_seeds(service: ThreadingHTTPServer, tmp_path: Path) -> None:
    out = tmp_path / "samples.jsonl"
    asking = Asking(samples=3, temperature=0.8, top_p=0.95, max_tokens=99, seed=10)
    assert len(ask(TASKS, asking, backend(service), out)) == 12
    rows = read_jsonl(out, BenchmarkAnswer)
    assert [row.task_id for row in rows] == [f"t{i}" for i in range(4) for _ in range(3)]
    assert {(row.tokens, row.truncated) for row in rows} == {(7, False)}
    assert rows[4].response == "<think>hm</think>\nanswer to task 1 with seed 11"
    assert all((b["temperature"], b["top_p"], b["max_tokens"]) == (0.8, 0.95, 99) for b in service.bodies)


def test_a_service_that_fails_half_way_is_asked_for_the_rest(service: ThreadingHTTPServer, tmp_path: Path) -> None:
    out, asking = tmp_path / "samples.jsonl", Asking(samples=2)
    service.left = 5
    with pytest.raises(InfrastructureError, match="no such model"):
        ask(TASKS, asking, backend(service, 2), out)
    assert not out.exists(), "half a file of samples would be taken for a whole one"
    service.left, before = 10**6, len(service.bodies)
    assert len(ask(TASKS, asking, backend(service), out)) == 8
    assert len(service.bodies) == before + 3
    served = Counter((b["messages"][-1]["content"], b["seed"]) for b in service.bodies)
    assert len(served) == 8
    assert len(ask(TASKS, asking, backend(service), out)) == 8
    assert len(service.bodies) == before + 3


def test_one_refused_request_costs_no_other_reply(tmp_path: Path) -> None:
    """What was under way when a request failed is recorded, and not asked for again."""
    asked: list[str] = []

    class Fails:
        def ask(self, request: Request, about: str) -> Reply:
            asked.append(about)
            if about == "t0 #0":
                time.sleep(0.05)
                raise InfrastructureError("HTTP 400")
            time.sleep(0.2)
            return _reply(request, about, "right", 1, 1, False)

    for _ in range(2):
        with pytest.raises(InfrastructureError, match="HTTP 400"):
            ask(TASKS, Asking(samples=2), Endpoint(Fails(), "m", 4), tmp_path / "samples.jsonl")
    times = Counter(asked)
    assert times.pop("t0 #0") == 2
    assert set(times.values()) == {1}


class Learns:
    """Answers with code that does not compile, until it was told so often enough; the third task's is right at once."""

    def __init__(self, needed: int) -> None:
        self.needed, self.asked = needed, list[Request]()

    def ask(self, request: Request, about: str) -> Reply:
        self.asked.append(request)
        right = "task 2" in request.user or len(request.exchanges) >= self.needed
        code = f"module m(input a, output y); assign y = {'a' if right else 'b c'}; endmodule"
        return _reply(request, about, f"<think>hm</think> <answer>```verilog\n{code}\n```</answer>", 1, 10, False)


def test_what_does_not_compile_goes_back_with_the_compilers_words(tmp_path: Path) -> None:
    secret = [task.model_copy(update={"testbench": "module secret_bench; endmodule"}) for task in TASKS[:3]]
    chat, out = Learns(2), tmp_path / "samples.jsonl"
    rows = ask(secret, Asking(turns=3), Endpoint(chat, "m", 1), out)
    assert [(row.turns, row.tokens, "b c" in row.response) for row in rows] == [
        (3, 30, False),
        (3, 30, False),
        (1, 10, False),
    ]
    assert len(chat.asked) == 3 + 2 + 2, "what compiles is not asked again"
    answer, complaint = chat.asked[-1].exchanges[-1]
    assert "assign y = b c" in answer and "<think>" not in answer
    assert "does not compile" in complaint and "design.sv" in complaint
    assert not any("secret" in str(request.messages) for request in chat.asked)
    judged = score(list(zip(secret, rows, strict=True)))
    then = {turn: sum(row.compiles for row in rows) for turn, rows in by_turns(judged).items()}
    assert then == {1: 1, 2: 1, 3: 3}
    out.unlink()
    assert ask(secret, Asking(turns=3), Endpoint(chat, "m", 1), out) == rows
    assert len(chat.asked) == 7, "a killed run pays for nothing twice"


def test_so_many_answers_and_no_more(tmp_path: Path) -> None:
    chat = Learns(9)
    [row] = ask(TASKS[:1], Asking(turns=2), Endpoint(chat, "m", 1), tmp_path / "samples.jsonl")
    assert (row.turns, "b c" in row.response, len(chat.asked)) == (2, True, 2)


def test_a_conversation_longer_than_the_model_reads_ends(tmp_path: Path) -> None:
    class Short(Learns):
        def ask(self, request: Request, about: str) -> Reply:
            reply = super().ask(request, about)
            return reply.model_copy(update={"content": "", "too_long": "too long"}) if request.exchanges else reply

    chat = Short(9)
    [row] = ask(TASKS[:1], Asking(turns=4), Endpoint(chat, "m", 1), tmp_path / "samples.jsonl")
    assert (row.turns, row.too_long, len(chat.asked)) == (1, "", 2)
