"""Several turns of the round trip: what a solver is told, what a row keeps, and that nothing of a golden is in it."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from service import GOLDENS, Endpoint, Service

from rtlvr.data.goldens import drawn
from rtlvr.data.model_teacher import LanguageTeacher
from rtlvr.data.roundtrip import round_trip, run
from rtlvr.data.teachers import make_teacher
from rtlvr.hdl.declarations import header
from rtlvr.llm.transcript import Reply, Request, Transcript
from rtlvr.params import load
from rtlvr.records import Attempt, Golden, Triple, Turn, read_jsonl
from rtlvr.verify import Pool, Stimuli


def broken(service: Service) -> None:
    service.say(
        f"<think>so</think>\n```verilog\n{header(service.golden.code, service.golden.top)}\nassign = ;\nendmodule\n```"
    )


def empty(service: Service) -> None:
    service.say(f"```verilog\n{header(service.golden.code, service.golden.top)}\nendmodule\n```")


def item(golden: Golden) -> str:
    return f"solver {golden.id} #0"


@pytest.fixture
def planned(endpoint: Endpoint) -> Endpoint:
    """Answers that do not compile, are wrong, or are none, and what follows them."""
    plans = ([broken, "right"], [empty, "right"], ["no code", empty, "right"], [empty])
    endpoint.plans |= {item(golden): list(plan) for golden, plan in zip(GOLDENS, plans, strict=False)}
    return endpoint


def conversations(endpoint: Endpoint) -> list[list[dict[str, str]]]:
    return [body["messages"] for _, body in endpoint.seen if body["model"] == "solver"]


@pytest.mark.tools
def test_a_wrong_answer_is_sent_back(planned: Endpoint, trip: Callable[..., list[Triple]], tmp_path: Path) -> None:
    rows = trip(turns=3)
    firsts = [row.attempts[0] for row in rows]
    assert [one.status for one in firsts[:4]] == ["equivalent"] * 3 + ["inequivalent"]
    assert [len(one.turns) for one in firsts] == [1, 1, 2, 2] + [0] * 8
    assert [turn.status for turn in firsts[2].turns] == ["invalid", "inequivalent"] and firsts[2].turns[
        0
    ].cause == "format"
    assert "does not compile" in firsts[0].turns[0].feedback and "expected" in firsts[1].turns[0].feedback
    last = max((talk for talk in conversations(planned) if firsts[2].turns[1].feedback in talk[-1]["content"]), key=len)
    assert [one["role"] for one in last] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert firsts[2].turns[0].feedback in last[3]["content"] and firsts[2].turns[1].code in last[4]["content"]
    assert planned.asked[item(GOLDENS[3])] == 3
    recorded = (tmp_path / "transcript.jsonl").read_bytes()
    asked = planned.asked.copy()
    assert trip(turns=3) == rows == trip("replayed", replay=True, turns=3)
    assert (tmp_path / "replayed.jsonl").read_bytes() == (tmp_path / "rows.jsonl").read_bytes()
    assert planned.asked == asked and (tmp_path / "transcript.jsonl").read_bytes() == recorded


@pytest.mark.tools
def test_one_turn_is_as_before(planned: Endpoint, trip: Callable[..., list[Triple]], tmp_path: Path) -> None:
    rows = trip()
    assert [row.attempts[0].status for row in rows[:4]] == ["invalid", "inequivalent", "invalid", "inequivalent"]
    assert all(len(talk) == 2 for talk in conversations(planned))
    assert b'"turns"' not in (tmp_path / "rows.jsonl").read_bytes()
    abouts = {reply.about for reply in read_jsonl(tmp_path / "transcript.jsonl", Reply)}
    assert all(re.fullmatch(r"(describe|solve) \S+( #\d)?", about) for about in abouts)


def test_records_without_turns_have_the_bytes_and_digests_that_they_had() -> None:
    request = Request(model="m", system="s", user="u", temperature=0.5, max_tokens=9, seed=3)
    assert request.digest == "c6bc6b72e6d9b71907e1"
    assert request.model_copy(update={"exchanges": (("a", "b"),)}).digest != request.digest
    attempt = Attempt(thought="t", code="c", status="invalid", reason="r")
    said = '{"thought":"t","code":"c","status":"invalid","reason":"r","error":null,"cause":null}'
    assert attempt.model_dump_json() == said
    turn = Turn(**attempt.model_dump(), feedback="f")
    kept = attempt.model_copy(update={"turns": (turn,)})
    assert Attempt.model_validate_json(kept.model_dump_json()) == kept


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
run(seed_corpus()[::17][:12], teacher, Pool(1), stimuli, folder / "rows.jsonl", answers=2, concurrency=4, turns=3)
"""


@pytest.mark.tools
def test_a_killed_run_goes_on_within_a_conversation(
    planned: Endpoint, trip: Callable[..., list[Triple]], tmp_path: Path
) -> None:
    trip("unbroken", turns=3)
    (tmp_path / "transcript.jsonl").unlink()
    planned.asked.clear()
    url, path = f"http://127.0.0.1:{planned.server_port}/v1", tmp_path / "transcript.jsonl"
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, url, str(tmp_path)], stderr=subprocess.DEVNULL)
    while not path.exists() or b" turn 2" not in path.read_bytes():
        assert process.poll() is None
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    data = path.read_bytes()
    recorded = len(data[: data.rfind(b"\n") + 1].splitlines())
    before = sum(planned.asked.values())
    trip(turns=3)
    assert (tmp_path / "rows.jsonl").read_bytes() == (tmp_path / "unbroken.jsonl").read_bytes()
    total = sum(1 + len(one.turns) for row in read_jsonl(tmp_path / "rows.jsonl", Triple) for one in row.attempts) + 12
    assert sum(planned.asked.values()) - before == total - recorded  # what is recorded is not asked again


SECRETS = ("zebra", "okapi", "quagga", "tapir", "4'd11", "one_output", "golden.", "testbench", "tb_")
CODE = """module acc(input clk, input rst, input [3:0] d, output [3:0] q, output odd);
  // zebra_comment
  localparam OKAPI_STEP = 4'd11;
  reg [3:0] quagga_sum;
  wire [3:0] tapir_next = quagga_sum + d * OKAPI_STEP;
  always @(posedge clk) if (rst) quagga_sum <= 0; else quagga_sum <= tapir_next;
  assign q = quagga_sum, odd = ^quagga_sum;
endmodule
"""
PORTS = "module acc(input clk, input rst, input [3:0] d, output [3:0] q, output odd);\n"
HOSTILE = (
    f"{PORTS}assign q = quagga_sum;\nendmodule",
    f"{PORTS}assign q = dut.quagga_sum;\nendmodule",
    f'{PORTS}initial $display("%m");\nassign q = d;\nendmodule',
    f"{PORTS}`include \"design.v\"\nendmodule",
    f'{PORTS}initial $readmemh("stimulus.txt", q);\nendmodule',
    f"{PORTS}assign q <= d;\nendmodule",
    PORTS.replace("[3:0] d", "[7:0] d") + "endmodule",
    PORTS.replace("output odd", "output even") + "endmodule",
    f"{PORTS}acc_inner i(d, q);\nendmodule",
    f"{PORTS}always @* q = d;\nendmodule",
    f"{PORTS}assign q = d; assign odd = ^q;\nendmodule",
    "module acc; endmodule", "x", "", "`error", "`define module\nmodule acc", "module \\acc (q); output q; endmodule",
)  # fmt: skip


class Hostile:
    """A solver that tries to learn the golden's text from what it is told; it keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self._codes: Iterator[str] = iter(HOSTILE)

    def ask(self, request: Request, about: str) -> Reply:
        """A description, or the next hostile answer."""
        described = about.startswith("describe")
        if not described:
            self.told += [reply for _, reply in request.exchanges[len(self.told) :]]
        content = "It adds d times eleven." if described else f"```verilog\n{next(self._codes, PORTS)}\n```"
        facts = {"reasoning": "", "finish": "stop", "prompt_tokens": 1, "completion_tokens": 1, "seconds": 0.0}
        return Reply(request=request.digest, about=about, model="m", content=content, **facts)


def test_nothing_of_the_golden_is_told(pool: Pool, stimuli: Stimuli, tmp_path: Path) -> None:
    golden = Golden(id="acc", source="own", category="seq", code=CODE, digest="", top="acc")
    asked = Hostile()
    teacher = LanguageTeacher(Transcript(tmp_path / "t.jsonl", asked), "d", "s")
    row = round_trip(golden, teacher, pool, stimuli, turns=len(HOSTILE) + 1)
    assert len(asked.told) == len(HOSTILE) == len(row.attempts[0].turns)
    for code, told in zip(HOSTILE, asked.told, strict=True):
        leaked = [secret for secret in SECRETS if secret in told.lower() and secret not in code]
        assert not leaked, (leaked, told)
    assert any("expected q=" in told for told in asked.told) and any("does not compile" in told for told in asked.told)
    assert all(len(told) < 4000 for told in asked.told)


@pytest.mark.tools
def test_the_procedural_teacher_answers_anew(pool: Pool, stimuli: Stimuli, tmp_path: Path) -> None:
    params = load("smoke", {"corpus.designs": 40, "roundtrip.misread": 1.0})
    goldens, designs = drawn(params.corpus, 0)
    teacher = make_teacher(params.roundtrip, designs, 0, Path())
    once = run(goldens, teacher, pool, stimuli, tmp_path / "one.jsonl")
    thrice = run(goldens, teacher, pool, stimuli, tmp_path / "three.jsonl", turns=3)
    right = [sum(row.status == "equivalent" for row in rows) for rows in (once, thrice)]
    assert right[0] < right[1]
    first = [row.attempts[0].turns[0] if row.attempts[0].turns else row.attempts[0] for row in thrice]
    assert [one.code for one in first] == [row.code for row in once]
