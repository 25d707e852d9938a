"""A language model behind an OpenAI-compatible endpoint of this machine: a describer, a solver, and a writer of Verilog."""

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_MODULE = re.compile(r"```verilog\n(.*?)```", re.DOTALL)
_NUMBER = re.compile(r"Design (\w{8}) of the service")


class Model(ThreadingHTTPServer):
    """It describes a design by a number, and solves what it has described; asked anything else it writes `answer`.

    `asked` has the model and the question of every request. After `last` requests it has no reply any more.
    """

    def __init__(self, answer: str = "```verilog\nmodule m; endmodule\n```") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer, self.asked, self.known, self.last = answer, list[tuple[str, str]](), dict[str, str](), 1 << 30

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def reply(self, question: str) -> str:
        if found := _NUMBER.search(question):
            return f"<think>It is known.</think>\n```verilog\n{self.known[found[1]]}```"
        code = _MODULE.search(question)
        if code and "plain English" in question:
            number = hashlib.sha256(code[1].encode()).hexdigest()[:8]
            self.known[number] = code[1]
            return f"Design {number} of the service, which it describes with many plain words."
        return self.answer


class _Handler(BaseHTTPRequestHandler):
    server: Model

    def do_GET(self) -> None:
        self._say(200, {"data": [{"id": "one"}, {"id": "two"}]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        question = body["messages"][-1]["content"]
        if len(self.server.asked) >= self.server.last:
            self._say(400, {"error": "the test has stopped the service"})
            return
        self.server.asked.append((body["model"], question))
        message = {"role": "assistant", "content": self.server.reply(question)}
        usage = {"prompt_tokens": 10, "completion_tokens": 20}
        self._say(200, {"choices": [{"message": message, "finish_reason": "stop"}], "usage": usage})

    def _say(self, status: int, body: dict[str, object]) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None: ...


@contextmanager
def serving(answer: str = "```verilog\nmodule m; endmodule\n```") -> Iterator[Model]:
    """The service, running."""
    with Model(answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
