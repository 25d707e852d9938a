"""Kinds of pairs that a verifier gets wrong: late faults, unknown states, slow and odd code, front ends, memories."""

import pytest

from rtlvr import Verdict, verify

pytestmark = pytest.mark.tools

COUNTER = "module t(input clk, input rst, input en, output reg [{w}:0] n, output reg tick);\n" + (
    "always @(posedge clk) if (rst) begin n <= 0; tick <= 0; end else if (en) begin\n"
    "if (n == {last}) begin n <= 0; tick <= ~tick; end else n <= n + 1; end\nendmodule\n"
)
PULSE = "module p(input clk, input rst, output reg q); reg [{w}:0] n;\nalways @(posedge clk) if (rst) begin n <= {a}; q <= 0; end\n"
PULSE += "else if (n == {b}) begin n <= {a}; q <= ~q; end else n <= n {step};\nendmodule\n"


@pytest.mark.parametrize("last", [300, 5_207, 99_999, 5_000_000])
def test_a_fault_that_shows_late_is_found(last: int) -> None:
    width = last.bit_length() - 1
    golden = PULSE.format(w=width, a=0, b=last, step="+ 1")
    verdict = verify(golden, PULSE.format(w=width, a=0, b=last - 1, step="+ 1"))
    assert verdict.status == "inequivalent" and verdict.seen.steps >= last, verdict


@pytest.mark.parametrize("last", [300, 5_207])
def test_counting_down_is_counting_up(last: int) -> None:
    width = last.bit_length() - 1
    golden = PULSE.format(w=width, a=0, b=last, step="+ 1")
    verdict = verify(golden, PULSE.format(w=width, a=last, b=0, step="- 1"))
    assert verdict.equivalent and verdict.proved, verdict


NEVER = "module n(input clk, output reg [3:0] n); always @(posedge clk) n <= n {}; endmodule\n"


def test_what_is_never_known_is_no_free_pass() -> None:
    assert verify(NEVER.format("+ 1"), NEVER.format("- 3")).status == "undecided"
    same = verify(NEVER.format("+ 1"), NEVER.format("- 4'd15"))
    assert same.equivalent and same.proved, same
    partly = "module v(input clk, input d, output reg q, output reg n);\n"
    partly += "always @(posedge clk) begin q <= d; n <= {}; end\nendmodule\n"
    assert verify(partly.format("~n"), partly.format("n")).status == "undecided"


EDGE = "module e(input clk, input d, output reg p); reg l;\nalways @(posedge clk) begin l <= d; {} end\nendmodule\n"
RIGHT_UNDER_X = {
    "if and expression": (EDGE.format("if (d && !l) p <= 1; else p <= 0;"), EDGE.format("p <= d & ~l;")),
    "always_comb and assign": (
        "module c(input clk, input rst, input x, output logic y); logic s;\n"
        "always_ff @(posedge clk) if (rst) s <= 0; else s <= x;\nalways_comb if (s) y = 1; else y = 0;\nendmodule\n",
        "module c(input clk, input rst, input x, output y); reg s;\n"
        "always @(posedge clk) if (rst) s <= 0; else s <= x;\nassign y = s;\nendmodule\n",
    ),
    "the first value of a clock is no edge": (
        "module f(input clk, input a, output reg q); always @(negedge clk) q <= a; endmodule\n",
        "module f(input clk, input a, output reg q); reg p; always @* if (clk) p = a; always @(negedge clk) q <= p; endmodule\n",
    ),
}


@pytest.mark.parametrize("name", RIGHT_UNDER_X)
def test_what_only_simulation_claims_to_know_counts_for_nothing(name: str) -> None:
    assert verify(*RIGHT_UNDER_X[name]).equivalent


def test_an_enable_while_the_clock_is_high_makes_an_edge() -> None:
    golden = "module g(input clk, input en, input d, output reg q); always @(posedge clk) if (en) q <= d; endmodule\n"
    gated = "module g(input clk, input en, input d, output reg q); wire c = clk & en; always @(posedge c) q <= d; endmodule\n"
    latched = gated.replace("wire c = clk & en;", "reg l; always @* if (!clk) l = en; wire c = clk & l;")
    assert verify(golden, gated).status == "inequivalent"
    assert verify(golden, latched).equivalent


ARRAY = """module fa(input a, b, c, output s, k); assign s = a ^ b ^ c; assign k = a & b | c & (a ^ b); endmodule
module m(input [{m}:0] a, b, output [{p}:0] y); wire [{p}:0] s [0:{w}]; assign s[0] = 0; genvar i, j;
generate for (i = 0; i < {w}; i = i + 1) begin : r wire [{q}:0] k; assign k[0] = 0;
for (j = 0; j <= {p}; j = j + 1) begin : c wire t = (j >= i && j < i + {w}) ? a[j >= i ? (j - i) % {w} : 0] & b[i] : 1'b0;
fa u(s[i][j], t, k[j], s[i+1][j], k[j+1]); end end endgenerate assign y = s[{w}]; endmodule
"""


@pytest.mark.parametrize(("width", "proved"), [(8, True), (16, False)])
def test_slow_is_not_wrong(width: int, proved: bool) -> None:
    golden = f"module m(input [{width - 1}:0] a, b, output [{2 * width - 1}:0] y); assign y = a * b; endmodule\n"
    verdict = verify(golden, ARRAY.format(m=width - 1, p=2 * width - 1, q=2 * width, w=width))
    assert verdict.equivalent and verdict.proved == proved, verdict
    assert (
        verify(
            golden, ARRAY.format(m=width - 1, p=2 * width - 1, q=2 * width, w=width).replace("a ^ b ^ c", "a ^ b | c")
        ).status
        == "inequivalent"
    )


def test_what_came_before_changes_nothing() -> None:
    golden = "module m(input a, output y);\n  assign y = a;\nendmodule\n"
    twin = golden.replace("  assign", "\xa0 assign")
    assert [verify(golden, text).status for text in (twin, golden, twin)] == ["invalid", "equivalent", "invalid"]
    padded = golden + "// " + "x" * 10_000_000
    assert [verify(golden, text).status for text in (padded, golden)] == ["invalid", "equivalent"]


def test_text_for_one_tool_alone() -> None:
    golden = "module m(input [15:0] a, output y); assign y = 0; endmodule\n"
    for tool in ("__ICARUS__", "YOSYS", "VERILATOR", "__slang__"):
        text = f"module m(input [15:0] a, output y);\n`ifdef {tool}\nassign y = 0;\n`else\nassign y = a[0];\n`endif\nendmodule\n"
        assert verify(golden, text).status == "inequivalent", tool


def test_a_candidate_must_be_right_with_and_without_the_synthesis_macro() -> None:
    golden = "module m(input a, output y); assign y = ~a; endmodule\n"
    text = "module m(input a, output y);\n`ifdef SYNTHESIS\nassign y = {};\n`else\nassign y = {};\n`endif\nendmodule\n"
    assert verify(golden, text.format("~a", "!a")).equivalent
    assert verify(golden, text.format("~a", "a")).status == "inequivalent"
    assert verify(golden, text.format("a", "~a")).status == "inequivalent"


RAM = "module r(input clk, input we, input [9:0] a, input [31:0] d, output reg [31:0] q); reg [31:0] {0} [0:1023];\n"
RAM += "always @(posedge clk) begin if (we) {0}[a] <= d; q <= {0}[a]{1}; end\nendmodule\n"


def test_memories_of_any_size_are_compared_by_their_ports() -> None:
    golden = RAM.format("m", "")
    assert verify(golden, RAM.format("store", "")).proved
    assert verify(golden, RAM.format("m", " ^ 32'h0 | 32'h0")).proved
    assert verify(golden, RAM.format("m", " ^ (d == 32'hdead_beef)")).status != "equivalent"


SYSTEM = """package p; typedef enum logic [1:0] {A, B, C} kind; typedef struct packed {logic [3:0] hi; logic [3:0] lo;} pair;
localparam int K = 3; endpackage
module m import p::*; (input logic [7:0] a, input kind k, output logic [7:0] y, output logic in);
  pair b; assign b = a;
  always_comb begin y = '0; unique case (k) A: y = {b.lo, b.hi}; B: y = {<<{a}}; default: for (int i = 0; i < 8; i++) begin
    if (i > K) break; y[i] = a[7 - i]; end endcase end
  assign in = a inside {[8'd3:8'd9], 8'd200};
  check: assert property (@(posedge k[0]) y == y);
endmodule
"""
PLAIN = """module m(input [7:0] a, input [1:0] k, output reg [7:0] y, output in); integer i;
  always @* begin y = 0; case (k) 0: y = {a[3:0], a[7:4]}; 1: for (i = 0; i < 8; i = i + 1) y[i] = a[7 - i];
  default: for (i = 0; i < 4; i = i + 1) y[i] = a[7 - i]; endcase end
  assign in = (a >= 3 && a <= 9) || a == 200;
endmodule
"""


def test_systemverilog_against_verilog() -> None:
    for golden, candidate in ((SYSTEM, PLAIN), (PLAIN, SYSTEM)):
        verdict = verify(golden, candidate)
        assert verdict.equivalent and verdict.proved, verdict
        assert "slang" in verdict.readers
    assert verify(SYSTEM, PLAIN.replace("a <= 9", "a < 9")).status == "inequivalent"


def test_readers_are_named() -> None:
    verdict: Verdict = verify(PLAIN, PLAIN.replace("a == 200", "200 == a"))
    assert verdict.readers == ("verilog", "verilog")
