"""Every cause of the closed list, by a real case that the real tools judge."""

import json
from pathlib import Path
from typing import get_args

import pytest

from rtlvr import Verdict, verify
from rtlvr.cli import main
from rtlvr.errors import Cause, DesignError
from rtlvr.evaluate.rows import verify_rows
from rtlvr.paths import ROOT
from rtlvr.records import Attempt
from rtlvr.verify import Limits, Pool, Stimuli, vhdl
from rtlvr.verify.engine import Judge
from rtlvr.verify.verdict import Status

pytestmark = pytest.mark.tools

GATE = "module g(input a, input b, output y); assign y = a & b; endmodule\n"
TWICE = "module g(input clk, input d, output reg q); always @(posedge clk) q <= {}; endmodule\n"
PULSE = "module p(input clk, input rst, output reg q); reg [22:0] n;\nalways @(posedge clk) if (rst) begin n <= 0; q <= 0; end\n"
PULSE += "else if (n == {last}) begin n <= 0; q <= ~q; end else n <= n + 1;\nendmodule\n"
PRODUCT = "module m(input [15:0] a, b, output [31:0] y); assign y = {}; endmodule\n"
ENDLESS = "module g(input a, input b, output reg y); always @* begin y = a; while (a | ~a) y = ~y; end endmodule\n"
GREEDY = "module g(input a, input b, output reg y); logic [63:0] f [$];\n"
GREEDY += "always @(a, b) begin while (1) f.push_back(64'd1); y = f.size() > 3; end\nendmodule\n"
DEEP = "function automatic f(input a); f = ~f(~a); endfunction\n"
VHDL = "entity g is port (a, b : in bit; y : out bit); end;\narchitecture x of g is begin y <= a and b; end;\n"

CASES: dict[Cause, tuple[str, str, Status]] = {
    "syntax": (GATE, GATE.replace("a & b", "a & "), "invalid"),
    "interface": (GATE, GATE.replace("output y", "output [1:0] y"), "invalid"),
    "construct": (GATE, GATE.replace("assign", "assign #1"), "invalid"),
    "missing_module": (GATE, GATE.replace("assign y = a & b;", "gate_x u(a, b, y);"), "invalid"),
    "no_top": (GATE, "// nothing\n", "invalid"),
    "too_large": (
        GATE,
        GATE.replace("assign", "".join(f"wire w{n:06};\n" for n in range(20_000)) + "assign"),
        "invalid",
    ),
    "crash": (GATE, GATE.replace("assign y = a & b;", DEEP + "assign y = f(a & b);"), "invalid"),
    "counterexample": (GATE, GATE.replace("&", "|"), "inequivalent"),
    "late_difference": (PULSE.format(last=5_000_000), PULSE.format(last=4_999_999), "inequivalent"),
    "unknown_golden": (TWICE.format("~q"), TWICE.format("q"), "undecided"),
    "unknown_candidate": (
        GATE.replace("a & b", "a"),
        GATE.replace("output y", "output reg y").replace("assign y = a & b;", "wire c = 1'b1; always @(c) y = a;"),
        "undecided",
    ),
    "unread_golden": (GATE.replace("a & b", "a & "), GATE, "undecided"),
}


def check(verdict: Verdict, status: Status, cause: Cause) -> None:
    assert (verdict.status, verdict.cause) == (status, cause), verdict


@pytest.mark.parametrize("cause", CASES)
def test_each_cause(cause: Cause) -> None:
    golden, candidate, status = CASES[cause]
    check(verify(golden, candidate), status, cause)


@pytest.mark.parametrize(("cause", "candidate"), [("time", ENDLESS), ("memory", GREEDY)])
def test_what_a_check_may_use(cause: Cause, candidate: str) -> None:
    check(verify(GATE, candidate, limits=Limits(cpu_seconds=2, memory_mb=64)), "invalid", cause)


def test_a_check_that_runs_out_of_time_says_nothing() -> None:
    judge = Judge()
    judge.judge(GATE, GATE, Stimuli())
    judge.limits = Limits(wall_seconds=0)
    check(judge.judge(GATE, GATE.replace("&", "|"), Stimuli()), "undecided", "time")


@pytest.mark.long
def test_no_proof_and_no_difference() -> None:
    golden, candidate = PRODUCT.format("a * b"), PRODUCT.format("(a + 1) * b - b")
    check(verify(golden, candidate, mode="formal"), "undecided", "unproved")


def test_no_code(tmp_path: Path) -> None:
    rows, out = tmp_path / "rows.jsonl", tmp_path / "out.jsonl"
    rows.write_text(json.dumps({"id": 1, "golden": GATE, "response": "no code"}) + "\n")
    verify_rows(rows, out, jobs=1)
    (found,) = map(json.loads, out.read_text().splitlines())
    assert (found["status"], found["cause"]) == ("invalid", "format")


def test_vhdl_without_ghdl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vhdl, "available", lambda: False)
    check(Judge().judge(GATE, VHDL, Stimuli()), "invalid", "missing_tool")


def test_every_cause_has_a_case_and_a_line_in_the_docs() -> None:
    assert {*CASES, "time", "memory", "unproved", "format", "missing_tool"} == set(get_args(Cause))
    lines = (ROOT / "docs" / "verifier.md").read_text(encoding="utf-8").splitlines()
    assert [cause for cause in get_args(Cause) if not any(line.startswith(f"| `{cause}` |") for line in lines)] == []


@pytest.mark.skipif(not vhdl.available(), reason="no GHDL with synthesis here")
@pytest.mark.parametrize(
    ("cause", "text"),
    [
        ("syntax", VHDL.replace("a and b", "a and")),
        ("no_top", VHDL.replace("entity g", "entity other").replace("of g", "of other")),
        ("construct", VHDL.replace("a and b", "a and b after 1 ns")),
        ("too_large", VHDL + "-- " + "x" * 300_000),
    ],
)
def test_causes_of_vhdl(cause: Cause, text: str) -> None:
    check(verify(GATE, text, candidate_top="g"), "invalid", cause)


@pytest.mark.parametrize(("part", "cause"), [("reg z; always #5 z = a;", "construct"), ("assign z = ;", "syntax")])
def test_the_cause_of_the_reading_without_the_macro(part: str, cause: Cause) -> None:
    text = GATE.replace("endmodule", f"\n`ifndef SYNTHESIS\n{part}\n`endif\nendmodule")
    check(verify(GATE, text), "undecided", cause)


def test_what_is_equivalent_has_no_cause() -> None:
    verdict = verify(GATE, GATE.replace("a & b", "b & a"))
    assert verdict.equivalent and verdict.cause is None and verdict.outputs == ()


def test_causes_are_remembered_and_cross_the_channel(pool: Pool) -> None:
    first, again = (pool.verify(GATE, GATE.replace("&", "|"), Stimuli(seed=seed)) for seed in (5, 5))
    assert first is again and (first.cause, first.outputs) == ("counterexample", ("y",))
    with pytest.raises(DesignError) as caught:
        pool.read(GATE.replace("a & b", "a & "))
    assert caught.value.cause == "syntax"
    with pytest.raises(DesignError) as caught:
        pool.verify("module g(inout a); endmodule", GATE, Stimuli())
    assert caught.value.cause == "unread_golden"


def test_the_command_shows_the_cause(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in (("golden.v", GATE), ("candidate.v", GATE.replace("output y", "output z"))):
        (tmp_path / name).write_text(text)
    assert main(["verify", str(tmp_path / "golden.v"), str(tmp_path / "candidate.v"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["cause"] == "interface"


def test_rows_recorded_before_there_were_causes_still_load() -> None:
    old = '{"thought": "", "code": "", "status": "invalid", "reason": "it does not compile"}'
    assert Attempt.model_validate_json(old).cause is None
