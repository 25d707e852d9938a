"""Pairs that no proof settles: where a signal of one name holds another value inside, they are undecided."""

import pytest

from rtlvr.verify import Pool, Stimuli
from rtlvr.verify.inside import differs_inside
from rtlvr.verify.verdict import Limits, Verdict

pytestmark = pytest.mark.tools

# Yosys reads no register that is reset by another signal than the one it waits for, so nothing is proved here.
UNREAD = """module m(input clk, input rst, input other, input [7:0] d, output reg q);
  reg [63:0] deep; reg [7:0] held; wire [7:0] next = START;
  always @(posedge clk or posedge rst) if (other) held <= 8'd0; else held <= next;
  always @(posedge clk) begin deep <= other ? 64'd0 : deep + held; q <= &deep; end
endmodule
"""
GOLDEN = UNREAD.replace("START", "d ^ 8'd1")
WAYS = {
    "a fault that shows inside": (GOLDEN.replace("8'd1", "8'd3"), "undecided"),
    "a reset that waits for the clock": (GOLDEN.replace("or posedge rst", ""), "undecided"),
    "no fault": (GOLDEN.replace("d ^ 8'd1", "8'd1 ^ d"), "equivalent"),
    "another wire": (GOLDEN.replace("next = d ^ 8'd1", "next = d ^ one, one = 8'd1"), "equivalent"),
    "other names": (GOLDEN.replace("held", "kept").replace("next", "follows"), "equivalent"),
    "other names, and a fault": (GOLDEN.replace("held", "kept").replace("8'd1", "8'd3"), "equivalent"),
    "a name that is unknown": (GOLDEN.replace("wire [7:0] next", "reg [7:0] idle; wire [7:0] next"), "equivalent"),
}


def judged(pool: Pool, golden: str, candidate: str, mode: str = "hybrid") -> Verdict:
    return pool.verify(golden, candidate, Stimuli(), mode=mode)


@pytest.mark.parametrize("name", WAYS)
def test_what_shows_inside_is_not_called_equivalent(pool: Pool, name: str) -> None:
    candidate, status = WAYS[name]
    verdict = judged(pool, GOLDEN, candidate)
    assert (verdict.status, verdict.proved) == (status, False), verdict
    if status == "undecided":
        assert verdict.cause == "unproved"
        assert any(f"{signal} at step" in verdict.reason for signal in ("held", "next", "deep"))


def test_the_papers_testbench_looks_at_outputs_alone(pool: Pool) -> None:
    assert judged(pool, GOLDEN, WAYS["a fault that shows inside"][0], "testbench").equivalent


def test_a_proof_is_not_asked_about_the_inside(pool: Pool) -> None:
    golden = "module p(input clk, input d, output q); reg a; always @(posedge clk) a <= d; assign q = a; endmodule\n"
    candidate = golden.replace("a <= d", "a <= !d").replace("q = a", "q = !a")
    verdict = judged(pool, golden, candidate)
    assert verdict.equivalent and verdict.proved, verdict


def test_dumps_of_any_size_are_cut_off_alike() -> None:
    from rtlvr.verify.engine import Judge

    prepared = Judge().prepare(GOLDEN, Stimuli(sequences=40, cycles=400))
    where = differs_inside(
        (GOLDEN, "m"), (GOLDEN.replace("8'd1", "8'd3"), "m"), prepared.circuit, prepared.stimulus, Limits()
    )
    assert where
    same = differs_inside((GOLDEN, "m"), (GOLDEN + "\n", "m"), prepared.circuit, prepared.stimulus, Limits())
    assert same == ""
