"""A teacher behind a service that misbehaves: nothing is lost, nothing is paid twice, no failure is taken for an answer."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from service import GOLDENS, KEY, Endpoint

from rtlvr.data.model_teacher import LanguageTeacher, thought_of
from rtlvr.errors import BudgetError
from rtlvr.llm.endpoint import Spending
from rtlvr.llm.transcript import Reply, Request
from rtlvr.records import Golden, Triple, read_jsonl


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
from rtlvr.llm.transcript import Transcript
from rtlvr.llm.endpoint import EndpointChat
from rtlvr.data.corpus import seed_corpus
from rtlvr.data.model_teacher import LanguageTeacher
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
