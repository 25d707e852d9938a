"""The service: verdicts as `verify` gives them, clear refusals, and nothing lost when workers die or the server stops."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

pytest.importorskip("fastapi", reason="FastAPI is not installed: the extra [serve] has it")
pytest.importorskip("uvicorn", reason="uvicorn is not installed: the extra [serve] has it")
import httpx

from rtlvr.cli import main
from rtlvr.environment import Session
from rtlvr.environment.trl import VerilogEnvironment
from rtlvr.environment.verl import compute_score
from rtlvr.paths import PACKAGE
from rtlvr.records import Problem
from rtlvr.serve.desk import Desk
from rtlvr.serve.server import token_of
from rtlvr.verify import Pool, verify, verify_many

GOLDEN = (
    "module add(input [3:0] a, b, output [4:0] s); wire [4:0] hidden_sum = a + b; assign s = hidden_sum; endmodule\n"
)
RIGHT = "module add(input [3:0] a, b, output [4:0] s); assign s = {1'b0, b} + a; endmodule\n"
WRONG = "module add(input [3:0] a, b, output [4:0] s); assign s = {1'b0, a ^ b}; endmodule\n"
SLOW = "module add(input [3:0] a, b, output [4:0] s); initial while (1); assign s = a + b; endmodule // {}\n"
TOKEN = "a-token-for-tests"


def _command(process: psutil.Process) -> str:
    """The command line of a process; nothing where it has just ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


class Server:
    """A server process on a free port, with its own token."""

    def __init__(self, *more: str) -> None:
        environment = {**os.environ, "RTLVR_TOKEN": TOKEN}
        command = [sys.executable, "-m", "rtlvr", "serve", "--port", "0", "--jobs", "2", *more]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert self.process.stdout
        self.url = self.process.stdout.readline().split()[2].strip(",")
        self.client = httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=120)

    def post(self, path: str, **body: Any) -> httpx.Response:
        return self.client.post(path, json=body)

    def workers(self) -> list[psutil.Process]:
        found = psutil.Process(self.process.pid).children(recursive=True)
        return [one for one in found if "rtlvr.verify.worker" in _command(one)]

    def stop(self) -> str:
        """Ends it with SIGTERM; returns its last words."""
        self.process.send_signal(signal.SIGTERM)
        said, _ = self.process.communicate(timeout=60)
        return said


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server("--most-body", "2")
    yield made
    if made.process.poll() is None:
        made.stop()


def test_verdicts_and_feedback(server: Server) -> None:
    right, wrong = (server.post("/verify", golden=GOLDEN, candidate=code).json() for code in (RIGHT, WRONG))
    assert (right["status"], right["proved"], wrong["status"]) == ("equivalent", True, "inequivalent")
    assert wrong["counterexample"]["trace"]
    told = server.post("/check", golden=GOLDEN, candidate=WRONG)
    assert told.json()["counterexample"] and "hidden_sum" not in told.text
    unread = server.post("/verify", golden="module m(", candidate=WRONG).json()
    assert (unread["status"], unread["cause"]) == ("undecided", "unread_golden")


TWO = "module two(input [3:0] a, b, output [4:0] s, output same); assign s = a + b, same = a == b; endmodule\n"
HALF = (
    "module two(input [3:0] a, b, output [4:0] s, output same); assign s = b + a, same = &(a ~^ b) & a[0]; endmodule\n"
)
NONE = "module two(input [3:0] a, output [4:0] s, output same); assign s = a, same = 1; endmodule\n"


@pytest.mark.tools
def test_each_output_has_the_verdict_that_verify_gives(server: Server) -> None:
    statuses = [{"s": "equivalent", "same": "equivalent"}, {"s": "equivalent", "same": "inequivalent"}, {}]
    pairs = [{"golden": TWO, "candidate": code} for code in (TWO.replace("a + b", "b + a"), HALF, NONE)]
    body = {"pairs": pairs, "per_output": True}
    with server.client.stream("POST", "/verify_many", json=body) as answer:
        streamed = [json.loads(line)["verdict"] for line in answer.iter_lines()]
    for pair, many, wanted in zip(pairs, streamed, statuses, strict=True):
        got = server.post("/verify", **pair, per_output=True).json()
        said = verify(*pair.values(), per_output=True).model_dump(mode="json")
        assert got | {"seconds": 0} == many | {"seconds": 0} == said | {"seconds": 0}
        assert {one["name"]: one["status"] for one in got.get("by_output", [])} == wanted
        assert "by_output" not in server.post("/verify", **pair).json()


@pytest.mark.tools
def test_no_output_is_begun_after_the_deadline(server: Server) -> None:
    """The deadline is of all outputs together; then the workers are free again for others."""
    names = [f"y{n}" for n in range(40)]
    head = f"module m(input [9:0] a, output {', '.join(names)});"
    golden = head + "".join(f" assign {name} = ^(a * {n + 3});" for n, name in enumerate(names)) + " endmodule\n"
    wrong = golden.replace("^(", "|(")
    assert server.post("/verify", golden=golden, candidate=wrong).json()["status"] == "inequivalent"
    answer = server.post("/verify", golden=golden, candidate=wrong, per_output=True, deadline=0.5)
    assert answer.status_code == 504 and "0.5 s" in answer.json()["error"]
    ends = time.monotonic() + 20
    while server.client.get("/metrics").text.count("rtlvr_running 0.0") == 0:
        assert time.monotonic() < ends
        time.sleep(0.1)


def test_any_text_has_the_verdict_that_verify_gives(server: Server) -> None:
    for code in ("\ud800", f"// \ud800\n{RIGHT}", "\x00", f'{RIGHT}initial $display("\udfff");', "// é\n" + RIGHT):
        body = json.dumps({"golden": GOLDEN, "candidate": code})
        headers = {"Content-Type": "application/json"}
        got = server.client.post("/verify", content=body, headers=headers).json()
        assert got | {"seconds": 0} == verify(GOLDEN, code).model_dump(mode="json") | {"seconds": 0}
        assert server.client.post("/check", content=body, headers=headers).json()["status"] == got["status"]


def test_many_are_streamed_in_order(server: Server) -> None:
    pairs = [{"golden": GOLDEN, "candidate": code + f"// {n}\n"} for n in range(20) for code in (RIGHT, WRONG)]
    with server.client.stream("POST", "/verify_many", json={"pairs": pairs}) as answer:
        lines = [json.loads(line) for line in answer.iter_lines()]
    assert [line["index"] for line in lines] == list(range(40))
    assert [line["verdict"]["status"] for line in lines] == ["equivalent", "inequivalent"] * 20


@pytest.mark.parametrize(
    ("path", "sent", "status", "said"),
    [
        ("/nothing", {"json": {}}, 404, "POST /verify"),
        ("/health", {"json": {}}, 405, "GET /health"),
        ("/verify", {"content": b"{not json"}, 400, "JSON"),
        ("/verify", {"content": b"\xff\xfe"}, 400, "JSON"),
        ("/verify", {"content": b"[" * 100_000}, 400, ""),
        ("/verify", {"json": [1]}, 422, "body"),
        ("/verify", {"json": {"golden": "", "candidate": 5}}, 422, "candidate"),
        ("/verify", {"json": {"golden": "", "candidate": "", "x": 1}}, 422, "x"),
        ("/verify", {"json": {"golden": "", "candidate": "", "mode": "magic"}}, 422, "hybrid"),
        ("/verify", {"json": {"golden": "", "candidate": "", "deadline": -1}}, 422, "deadline"),
        ("/verify", {"json": {"golden": "", "candidate": "", "stimuli": {"sequences": 0}}}, 422, "stimuli"),
        ("/verify", {"json": {"golden": "", "candidate": "", "stimuli": {"cycles": 10**9}}}, 422, "1000000"),
        ("/verify", {"json": {"golden": "", "candidate": "", "stimuli": {"seed": -1}}}, 422, "seed"),
        ("/verify", {"json": {"golden": "", "candidate": "", "per_output": "yes"}}, 422, "per_output"),
        ("/check", {"json": {"golden": "", "candidate": "", "per_output": True}}, 422, "per_output"),
        ("/verify_many", {"json": {"pairs": []}}, 422, "pairs"),
        ("/verify", {"json": {"golden": "", "candidate": "x" * (3 << 20)}}, 413, "2097152 bytes"),
        ("/verify", {"content": (b"x" * 1_000_000 for _ in range(4))}, 413, "2097152 bytes"),
        ("/verify", {"json": {}, "headers": {"Authorization": "Bearer wrong"}}, 401, "another token"),
        ("/metrics", {"json": {}, "headers": {"Authorization": ""}}, 401, "no token"),
    ],
)
def test_bad_input_is_told_and_the_server_lives(
    server: Server, path: str, sent: dict[str, Any], status: int, said: str
) -> None:
    headers = {"Content-Type": "application/json"} | sent.pop("headers", {})
    answer = server.client.post(path, headers=headers, **sent)
    assert (answer.status_code, said in answer.json()["error"]) == (status, True), answer.text
    assert "hidden_sum" not in answer.text
    assert server.post("/verify", golden=GOLDEN, candidate=RIGHT).json()["status"] == "equivalent"


def test_health_needs_no_token_and_metrics_count(server: Server) -> None:
    assert httpx.get(f"{server.url}/health").json()["status"] == "ok"
    text = server.client.get("/metrics").text
    assert 'rtlvr_verdicts_total{status="equivalent"}' in text and "process_resident_memory_bytes" in text


def test_a_deadline_is_kept(server: Server) -> None:
    began = time.monotonic()
    answer = server.post("/verify", golden=GOLDEN, candidate=SLOW.format("deadline"), deadline=0.3)
    assert answer.status_code == 504 and "0.3 s" in answer.json()["error"] and time.monotonic() - began < 2


@pytest.mark.tools
def test_a_full_queue_says_when_to_come_again() -> None:
    server = Server("--capacity", "2")
    try:
        with ThreadPoolExecutor(8) as threads:
            sent = [
                threads.submit(server.post, "/verify", golden=GOLDEN, candidate=SLOW.format(n), deadline=8)
                for n in range(8)
            ]
            answers = [one.result() for one in sent]
        codes = Counter(answer.status_code for answer in answers)
        assert codes[429] == 6 and codes[429] + codes[200] + codes[504] == 8
        assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers if answer.status_code == 429)
    finally:
        server.stop()


def test_loopback_needs_no_token_and_others_do(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RTLVR_TOKEN", raising=False)
    for host in ("0.0.0.0", "::", "example.org"):
        assert main(["serve", "--host", host, "--port", "0"]) == 2
        assert "without a token" in capsys.readouterr().err


def test_a_token_file_has_its_token_in_the_first_line(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("a-token\n# for the cluster\n")
    assert token_of(path) == "a-token"


@pytest.mark.parametrize("steps", range(8))
def test_a_place_that_is_given_up_as_it_comes_is_not_lost(steps: int) -> None:
    async def free() -> tuple[bool, int]:
        desk, taken = Desk(1, 10, 5.0), 0
        while not desk._free.locked():
            await desk._free.acquire()
            taken += 1
        waits = asyncio.ensure_future(desk._place())
        await asyncio.sleep(0.01)
        desk._free.release()
        for _ in range(steps):
            await asyncio.sleep(0)
        waits.cancel()
        await asyncio.gather(waits, return_exceptions=True)
        await asyncio.sleep(0.01)
        return waits.cancelled(), desk._free._value

    given_up, left = asyncio.run(free())
    assert left == (1 if given_up else 0)


@pytest.mark.tools
def test_killed_workers_lose_no_request() -> None:
    """Workers are killed all the time: every request has its right verdict, or a reason."""
    server = Server()
    try:
        server.post("/verify", golden=GOLDEN, candidate=RIGHT)
        with ThreadPoolExecutor(6) as threads:
            sent = [
                threads.submit(server.post, "/verify", golden=GOLDEN, candidate=code + f"// {n}\n")
                for n in range(60) for code in (RIGHT, WRONG)
            ]  # fmt: skip
            killed = 0
            while not all(one.done() for one in sent) and killed < 12:
                for worker in server.workers()[:1]:
                    os.kill(worker.pid, signal.SIGKILL)
                    killed += 1
                time.sleep(0.3)
            answers = [one.result() for one in sent]
        assert killed > 2
        for number, answer in enumerate(answers):
            if answer.status_code == 200:
                assert answer.json()["status"] == ("equivalent", "inequivalent")[number % 2]
            else:
                assert answer.status_code == 503 and "died" in answer.json()["error"]
        assert sum(answer.status_code == 200 for answer in answers) > 60
        assert server.post("/verify", golden=GOLDEN, candidate=RIGHT).status_code == 200
    finally:
        server.stop()


@pytest.mark.tools
def test_sigterm_under_load_loses_no_request() -> None:
    """Requests that came before and during the stop are answered or refused with a reason; no process is left."""
    server = Server("--grace", "2", "--capacity", "100")
    codes: Counter[int] = Counter()
    children = []

    def ask(number: int) -> None:
        code = SLOW.format(number) if number % 10 == 0 else RIGHT + f"// {number}\n"
        try:
            answer = server.post("/verify", golden=GOLDEN, candidate=code)
        except httpx.TransportError:
            codes[0] += 1  # never let in: the count of the server's last line shows it
            return
        codes[answer.status_code] += 1
        assert answer.status_code == 200 or answer.json()["error"]

    with ThreadPoolExecutor(16) as threads:
        sent = [threads.submit(ask, number) for number in range(400)]
        while codes[200] < 20:
            time.sleep(0.02)
        children = psutil.Process(server.process.pid).children(recursive=True)
        said = server.stop()
        for one in sent:
            one.result()
    last = said.split("; ")[1].split()
    assert last[0] == last[3], "requests that came and that were answered"
    assert codes[200] + codes[503] == int(last[0]) and codes[503] > 0 and server.process.returncode == 0
    _, alive = psutil.wait_procs(children, 10)
    assert not alive


@pytest.mark.long
@pytest.mark.tools
def test_certified_pairs_have_one_verdict_everywhere(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through `verify_many`, the service, its stream, a session, and what TRL and verl call."""
    monkeypatch.setenv("RTLVR_JOBS", "2")
    lines = (PACKAGE / "evaluate" / "pairs" / "certified.jsonl").read_text().splitlines()
    every = os.environ.get("RTLVR_EVERY_PAIR")  # 1: all of them, which takes long; else some that are quick
    rows = [json.loads(line) for line in lines]
    rows = rows[:: int(every)] if every else [row for row in rows if row["id"].startswith("systemverilog/")][::40]
    pairs = [{"golden": row["golden"], "candidate": row["candidate"]} for row in rows]
    wanted = [verdict.model_dump(mode="json") for verdict in verify_many([tuple(pair.values()) for pair in pairs])]
    same = ("status", "cause", "proved")  # ports may come in another order, and then other steps show a difference
    pool = Pool(2, mode="hybrid")
    try:
        for pair, verdict in zip(pairs, wanted, strict=True):
            got = server.post("/verify", **pair).json()
            assert [got[key] for key in same] == [verdict[key] for key in same]
            problem = Problem(id="", category="", prompt="", golden=pair["golden"])
            if verdict["cause"] != "unread_golden":
                rollout = VerilogEnvironment(pool)
                rollout.reset(golden=pair["golden"])
                assert json.loads(rollout.check(pair["candidate"]))["status"] == verdict["status"]
                assert Session(problem, pool).check(pair["candidate"]).status == verdict["status"]
                score = compute_score("", f"```verilog\n{pair['candidate']}\n```", pair["golden"])
                assert score["status"] == verdict["status"]
        with server.client.stream("POST", "/verify_many", json={"pairs": pairs}) as answer:
            streamed = [json.loads(line)["verdict"]["status"] for line in answer.iter_lines()]
        assert streamed == [verdict["status"] for verdict in wanted]
    finally:
        pool.close()


def test_the_page_names_every_route_and_option() -> None:
    page = (Path(__file__).parents[2] / "docs" / "serve.md").read_text()
    from rtlvr.cli import parser

    options = parser()._subparsers._group_actions[0].choices["serve"]._actions
    named = [max(one.option_strings, key=len) for one in options if "--help" not in one.option_strings]
    assert not [name for name in [*named, "/verify_many", "/check", "/health", "/metrics"] if name not in page]
