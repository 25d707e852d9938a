"""The formal flow alone, without a simulation to lean on: it proves what is equal and never what is not."""

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from rtlvr.errors import DesignError
from rtlvr.hdl.circuit import analyse
from rtlvr.scratch import scratch
from rtlvr.verify.abc_engine import Abc, OutOfTime
from rtlvr.verify.miter import GoldenSide, join
from rtlvr.verify.prove import prove, search

pytestmark = pytest.mark.tools


def answer(golden: str, candidate: str) -> tuple[str, str]:
    """The model of time, and what ABC says; or why there is no miter. Runs in a process of its own, since it forks."""
    circuit, reader, _ = analyse(golden, "m")
    with scratch() as folder:
        try:
            joined = join(GoldenSide(golden, circuit, reader), candidate, "m", reader, folder, 20)
        except DesignError as error:
            return "none", str(error)
        if joined.miter is None:
            return "none", "congruent" if joined.congruent else joined.problem
        abc = Abc(1024)
        try:
            found = prove(folder, abc, bool(joined.miter.latches))
            return joined.miter.model, search(folder, abc, joined.miter.latches) if found == "open" else found
        finally:
            abc.close()


@pytest.fixture(scope="module")
def alone() -> Iterator[ProcessPoolExecutor]:
    """One process without threads."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        yield pool


CLOCKED = "module m(input clk, rst, input [3:0] d, output {});\n"
SYNC = CLOCKED.format("reg [3:0] q") + "always @(posedge clk) if (rst) q <= 0; else q <= {};\nendmodule\n"
ASYNC = SYNC.replace("posedge clk)", "posedge clk or posedge rst)")
COMB = "module m(input [7:0] a, b, output [7:0] y); assign y = {}; endmodule\n"
EQUAL = {
    "operands": ("cycle", COMB.format("a + b"), COMB.format("b - (~a + 8'd1 - 8'd0) + 8'd0")),
    "product": ("cycle", COMB.format("a * b"), COMB.format("b * a")),
    "synchronous": ("cycle", SYNC.format("q + d"), SYNC.format("d - (~q + 1)")),
    "asynchronous": ("pulse", ASYNC.format("q + d"), ASYNC.format("d - (~q + 1)")),
    "other encoding": (
        "pulse",
        ASYNC.format("q ^ d"),
        CLOCKED.format("[3:0] q")
        + "reg [3:0] n; always @(posedge clk or posedge rst) if (rst) n <= 15; else n <= n ^ d;\nassign q = ~n;\nendmodule\n",
    ),
    "both edges": (
        "event",
        "module m(input clk, d, output reg a, b); always @(posedge clk) a <= d; always @(negedge clk) b <= d; endmodule\n",
        "module m(input clk, d, output a, b); reg x, y; always @(negedge clk) y <= ~d; always @(posedge clk) x <= ~d;\n"
        "assign a = ~x; assign b = ~y; endmodule\n",
    ),
    "an enable": ("cycle", SYNC.format("d[0] ? q : d"), SYNC.format("(d & {4{~d[0]}}) | (q & {4{d[0]}})")),
    "latches": (
        "event",
        "module m(input en, d, output reg q); always @* if (en) q = d; endmodule\n",
        "module m(input en, d, output q); reg n; always @* if (en) n = ~d; assign q = ~n; endmodule\n",
    ),
}
UNEQUAL = {
    "and, or": (COMB.format("a & b"), COMB.format("a | b")),
    "one value": (COMB.format("a"), COMB.format("a ^ (a == 8'h5a && b == 8'ha5)")),
    "an unknown": (COMB.format("a"), COMB.format("a == 8'h77 ? 8'bx : a")),
    "reset value": (SYNC.format("q + d"), SYNC.format("q + d").replace("q <= 0", "q <= 1")),
    "asynchronous is not synchronous": (ASYNC.format("d"), SYNC.format("d")),
    "synchronous is not asynchronous": (SYNC.format("d"), ASYNC.format("d")),
    "a reset that only hides": (
        ASYNC.format("q + d"),
        CLOCKED.format("[3:0] q")
        + "reg [3:0] n; always @(posedge clk) if (rst) n <= 0; else n <= n + d;\nassign q = rst ? 4'd0 : n;\nendmodule\n",
    ),
    "the other edge": (SYNC.format("d"), SYNC.format("d").replace("posedge", "negedge")),
    "no initial value": (
        "module m(input clk, output reg q = 0); always @(posedge clk) q <= ~q; endmodule\n",
        "module m(input clk, output reg q); always @(posedge clk) q <= ~q; endmodule\n",
    ),
    "no reset": (
        SYNC.format("q + d"),
        CLOCKED.format("reg [3:0] q") + "always @(posedge clk) q <= q + d;\nendmodule\n",
    ),
    "after 40 cycles": (
        SYNC.format("d"),
        SYNC.format("d + (n > 40)").replace(
            "always", "reg [7:0] n = 0; always @(posedge clk) n <= n + (n < 50);\nalways", 1
        ),
    ),
    "assumptions": (COMB.format("a"), COMB.format("a | b; always @* assume (b == 0)")),
}


@pytest.mark.parametrize("name", EQUAL)
def test_equal_pairs_are_proved(alone: ProcessPoolExecutor, name: str) -> None:
    model, golden, candidate = EQUAL[name]
    assert alone.submit(answer, golden, candidate).result() == (model, "proved")
    assert alone.submit(answer, candidate, golden).result() == (model, "proved")


@pytest.mark.parametrize("name", UNEQUAL)
def test_unequal_pairs_are_never_proved(alone: ProcessPoolExecutor, name: str) -> None:
    model, said = alone.submit(answer, *UNEQUAL[name]).result()
    assert said == "refuted", (model, said)


def test_an_unknown_golden_is_a_dont_care(alone: ProcessPoolExecutor) -> None:
    golden = COMB.format("a == 8'h77 ? 8'bx : a")
    assert alone.submit(answer, golden, COMB.format("a")).result()[1] == "proved"
    assert alone.submit(answer, COMB.format("a"), golden).result()[1] == "refuted"


def test_there_is_no_miter_for_other_ports_or_large_memories(alone: ProcessPoolExecutor) -> None:
    other = COMB.format("a").replace("output [7:0] y", "output [7:0] y, z")
    assert "interface differs" in alone.submit(answer, COMB.format("a"), other).result()[1]
    memory = "module m(input clk, input [9:0] a, input [7:0] d, output reg [7:0] q);\nreg [7:0] r [0:1023];\n"
    memory += "always @(posedge clk) begin r[a] <= d; q <= r[a]; end\nendmodule\n"
    inverted = memory.replace("r[a] <= d; q <= r[a];", "r[a] <= ~d; q <= ~r[a];")
    assert "too large" in alone.submit(answer, memory, inverted).result()[1]
    assert (
        alone.submit(answer, memory, memory.replace("r[", "store[").replace("r [", "store [")).result()[1]
        == "congruent"
    )


# What is read decides where is read next: a loop through the memories' reading ports, which have a clock.
CHAIN = """module m(input clk, rst, go, input [3:0] w, input [7:0] d, output reg [7:0] q);
  reg [7:0] {first} [0:15];
  reg [7:0] {second} [0:15];
  reg [3:0] at, to;
  always @(posedge clk)
    if (rst) begin at <= 0; to <= 0; end
    else begin
      if ({when}) {first}[w] <= d;
      if (go) {second}[w] <= ~d;
      if ({first}[at][0] && !{second}[to][1]) at <= at + 1;
      else if ({second}[to][2]) to <= to + {step};
      q <= {first}[at] ^ {second}[to];
    end
endmodule
"""


def test_netlists_are_compared_through_loops_over_reading_ports(alone: ProcessPoolExecutor) -> None:
    golden = CHAIN.format(first="odd", second="even", when="!go", step=3)
    renamed = CHAIN.format(first="some", second="other", when="!go", step=3)
    assert alone.submit(answer, golden, renamed).result() == ("none", "congruent")
    for wrong in ({"when": "go", "step": 3}, {"when": "!go", "step": 5}):
        found = alone.submit(answer, golden, CHAIN.format(first="some", second="other", **wrong)).result()
        assert found[1] not in ("congruent", "proved")


def test_abc_forgets_survives_and_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    abc = Abc(1024)
    try:
        assert "Status = -1" in abc.ask("print_status")
        first = abc._process.pid
        assert "Status = -1" in abc.ask("print_status") and abc._process.pid == first
        missing = abc.ask(f"read_aiger {tmp_path}/none.aig; strash; prove; print_status")
        assert "Status = 1" not in missing
        os.kill(first, signal.SIGSTOP)  # as one that does not come to an end
        monkeypatch.setattr(sys.modules[Abc.__module__], "_WALL_SECONDS", 0.3)
        with pytest.raises(OutOfTime):
            abc.ask("print_status")
        monkeypatch.undo()
        assert "Status = -1" in abc.ask("print_status") and abc._process.pid != first
    finally:
        abc.close()


def test_a_yosys_child_is_replaced_after_an_error(alone: ProcessPoolExecutor) -> None:
    good = COMB.format("a")
    for broken in ("module m(", good.replace("assign y = a;", "assign y = nothing(a);")):
        assert alone.submit(answer, good, broken).result()[0] == "none"
        assert alone.submit(answer, good, good).result() == ("none", "congruent")
