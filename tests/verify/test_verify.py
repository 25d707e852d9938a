"""Verdicts on honest candidates: right, wrong, invalid, undecided, and errors that are not verdicts."""

import pytest

from rtlvr import Verdict, verify, verify_many
from rtlvr.errors import DesignError, InfrastructureError
from rtlvr.verify import Pool, Stimuli

COUNTER = """module c(input clk, input rst, output reg [3:0] q);
always @(posedge clk) if (rst) q <= 0; else q <= q + 1;
endmodule
"""


def judge(pool: Pool, golden: str, candidate: str, **stimuli: int | bool) -> Verdict:
    return pool.verify(golden, candidate, Stimuli(**{"sequences": 4, "cycles": 40, **stimuli}))


@pytest.mark.parametrize(
    "candidate",
    [
        COUNTER,
        COUNTER.replace("q + 1", "1 + q"),
        "// helper first\nmodule inc(input [3:0] a, output [3:0] y); assign y = a + 4'd1; endmodule\n"
        "module c(input clk, input rst, output [3:0] q); reg [3:0] s; wire [3:0] n; inc i(.a(s), .y(n));\n"
        "always @(posedge clk) s <= rst ? 4'd0 : n; assign q = s; endmodule",
        "module c(q, rst, clk); output q; input rst, clk; reg [3:0] q;\n"
        'always @(posedge clk) begin $display("hello"); if (rst) q <= 0; else q <= q + 1; end endmodule'.replace(
            "output q;", "output [3:0] q;"
        ),
        COUNTER.replace("output reg [3:0] q", "output reg [3:0] q = 0"),
    ],
)
def test_right(pool: Pool, candidate: str) -> None:
    verdict = judge(pool, COUNTER, candidate)
    assert verdict.equivalent, verdict.reason
    assert verdict.error_rate == 0.0


@pytest.mark.parametrize(
    "candidate",
    [
        COUNTER.replace("q + 1", "q + 2"),
        COUNTER.replace("posedge clk", "negedge clk"),
        COUNTER.replace("posedge clk)", "posedge clk or posedge rst)"),
        COUNTER.replace("if (rst)", "if (!rst)"),
        COUNTER.replace("q + 1", "q + (q != 4'd9)"),
        COUNTER.replace("q <= 0", "q <= 4'bx"),
        "module c(input clk, input rst, output reg [3:0] q); always @(posedge clk) q <= q + 1; endmodule",
    ],
)
def test_wrong_with_counterexample(pool: Pool, candidate: str) -> None:
    verdict = judge(pool, COUNTER, candidate)
    assert verdict.status == "inequivalent"
    assert 0 < verdict.error_rate <= 1
    example = verdict.counterexample
    last = dict(zip(example.signals, example.trace[-1], strict=True))
    assert last["golden.q"] != last["candidate.q"]


@pytest.mark.parametrize(
    ("candidate", "said"),
    [
        ("", "no module"),
        ("module c(input clk, output reg [3:0] q); endmodule", "interface"),
        (COUNTER.replace("[3:0]", "[4:0]"), "interface"),
        (COUNTER.replace("q + 1;", "q + ;"), ""),
        (COUNTER.replace("module c", "module other"), ""),
    ],
)
def test_invalid(pool: Pool, candidate: str, said: str) -> None:
    verdict = judge(pool, COUNTER, candidate)
    if candidate.startswith("module other"):  # one top module under another name is taken for the answer
        assert verdict.status in ("equivalent", "invalid")
    else:
        assert verdict.status == "invalid"
        assert said in verdict.reason


def test_unknown_golden_outputs_are_dont_care_or_undecided(pool: Pool) -> None:
    free = "module m(input clk, input d, output reg q); always @(posedge clk) q <= d; endmodule"
    started = free.replace("output reg q", "output reg q = 1'b0")
    never = "module m(input clk, input d, output reg q); always @(posedge clk) q <= q ^ d; endmodule"
    assert judge(pool, free, started).equivalent
    assert judge(pool, free, started, strict_x=True).status == "inequivalent"
    assert judge(pool, started, never).status == "inequivalent"
    assert judge(pool, never, free).status == "undecided"


def test_a_bad_golden_is_an_error_not_a_verdict(pool: Pool) -> None:
    with pytest.raises(DesignError):
        judge(pool, "module m(input a, output y); assign y = ; endmodule", COUNTER)


def test_missing_tools_are_an_infrastructure_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    lonely = Pool(1)
    try:
        with pytest.raises(InfrastructureError, match="iverilog"):
            lonely.verify(COUNTER, COUNTER, Stimuli())
    finally:
        lonely.close()


@pytest.mark.tools
def test_a_killed_worker_is_replaced(pool: Pool) -> None:
    import os
    import signal

    alone = Pool(1)
    try:
        assert judge(alone, COUNTER, COUNTER).equivalent
        (worker,) = alone._slots.idle()
        os.kill(worker._process.pid, signal.SIGKILL)
        assert judge(alone, COUNTER, COUNTER.replace("q + 1", "q + 3")).status == "inequivalent"
    finally:
        alone.close()


@pytest.mark.tools
def test_public_functions() -> None:
    assert verify(COUNTER, COUNTER).equivalent
    wrong = COUNTER.replace("q + 1", "q + 2")
    statuses = [v.status for v in verify_many([(COUNTER, COUNTER), (COUNTER, wrong), (COUNTER, COUNTER)], jobs=2)]
    assert statuses == ["equivalent", "inequivalent", "equivalent"]


def test_equal_candidates_are_judged_once(pool: Pool) -> None:
    wrong = COUNTER.replace("q + 1", "q + 3")
    first = judge(pool, COUNTER, wrong)
    again = judge(pool, COUNTER, wrong.replace("; ", ";\n") + "// a comment makes no other candidate")
    assert again.status == first.status == "inequivalent" and again.counterexample == first.counterexample
    assert again.seconds < first.seconds / 2


def test_equal_candidates_that_come_together_are_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    alone, asked = Pool(2), []
    real = Pool._judge

    def counted(self: Pool, *arguments: object) -> Verdict:
        asked.append(arguments)
        return real(self, *arguments)

    monkeypatch.setattr(Pool, "_judge", counted)
    try:
        pairs = [(COUNTER, COUNTER.replace("q + 1", "q + 2"))] * 16
        assert {v.status for v in alone.verify_many(pairs, Stimuli())} == {"inequivalent"}
        assert len(asked) == 1
        with pytest.raises(DesignError):
            list(alone.verify_many([("module broken(", COUNTER)] * 4, Stimuli()))
    finally:
        alone.close()
