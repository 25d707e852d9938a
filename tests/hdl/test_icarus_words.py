"""Texts that Icarus, or Yosys's own reader, misreads without a word are judged as the language has it."""

import pytest

from rtlvr import verify
from rtlvr.hdl.reading import read_here

HEAD = "module m(input clk, input we, input [1:0] i, j, input signed [1:0] s, input [31:0] w, output [7:0] z);\n"
ROWS = "reg [7:0] t [0:3][0:3]; always @(posedge clk) if (we) t[i][j] <= w[7:0]; wire [1:0] k = j + 2'd1; assign z = t[i][{}];"
ONE = "reg [7:0] t [0:3]; always @(posedge clk) if (we) t[{}] <= w[7:0]; assign z = t[j];"
PACKED = "wire [3:0][7:0] q = w; assign z = q[{}];"
CASES = {
    PACKED.format("i + 2'd3"): "wire [1:0] k = i + 3; assign z = w[8 * k +: 8];",
    PACKED.format("~i"): "wire [1:0] k = 3 - i; assign z = w[8 * k +: 8];",
    "typedef struct packed {logic [3:0] a, b;} s_t; s_t [3:0] q; assign q = w; assign z = q[i - 1'b1];": (
        "wire [1:0] k = i + 3; assign z = w[8 * k +: 8];"
    ),
    "localparam [1:0] N = 3; " + ONE.format("i + N"): ONE.format("i - 2'd1"),
    ONE.format("(j == 3) ? i + 2'd1 : ~i"): ONE.format("(&j) ? i - 2'd3 : 2'd3 - i"),
    ROWS.format("j + 2'd1"): ROWS.format("k"),
    ROWS.format("{j + 2'd1}"): ROWS.format("j - 2'd3"),
    ONE.format("i[1:0] + 1'b1"): ONE.format("i - 2'd3"),
    ONE.format("-i"): ONE.format("~i + 2'd1"),
    ONE.format("i * 2'd3"): ONE.format("i + i + i"),
}


def inside(body: str) -> str:
    return f"{HEAD}{body}\nendmodule\n"


@pytest.mark.tools
@pytest.mark.parametrize("one", CASES)
def test_an_index_is_as_wide_as_what_is_in_it(one: str) -> None:
    other = CASES[one]
    for pair in ((one, other), (other, one)):
        verdict = verify(*map(inside, pair))
        assert verdict.equivalent and verdict.proved, verdict
    wrong = one.replace("assign z =", "assign z = (i == 2) +")
    assert verify(inside(wrong), inside(other)).status == "inequivalent"
    assert verify(inside(other), inside(wrong)).status == "inequivalent"


@pytest.mark.parametrize("index", ["i + 1", "s + 2'd1", "i + n", "k + 2'd1", "p + 2'd1", "f(i + 2'd1)", "i", "2"])
def test_what_has_another_width_stays(index: str) -> None:
    body = f"localparam p = 2; integer n; genvar k; function [1:0] f(input [1:0] a); f = a; endfunction {ONE.format(index)}"
    assert f"t[{index}]" in read_here(inside(body)).text


def test_hexadecimal_characters_are_said_in_octal() -> None:
    assert r'"a\157\012"' in read_here(inside(r'assign z = "a\x6f\xA";')).text


@pytest.mark.tools
def test_a_golden_that_only_icarus_reads_may_hold_its_value() -> None:
    """It has no edge in its text, and may be a latch: that each input was seen once proves nothing."""
    head = "module m(input [1:0] a, output reg [1:0] y); always @*"
    golden = f"{head} begin: b if (a == 3) disable b; y = a; end endmodule"
    held = verify(golden, f"{head} if (a != 3) y = a; endmodule")
    assert held.equivalent and not held.proved, held
    assert not verify(golden, f"{head} y = a == 3 ? 2 : a; endmodule").equivalent


@pytest.mark.tools
def test_counters_that_share_their_low_bits_are_followed_in_leaps() -> None:
    reset = "always @(posedge clk or posedge rst) if (rst)"
    golden = (
        f"module m(input clk, input rst, output reg q); reg [24:0] c; {reset} begin c <= 0; q <= 0; end "
        "else if (c == 24_999_999) begin c <= 0; q <= ~q; end else c <= c + 1; endmodule"
    )
    late = (
        f"module m(input clk, input rst, output q); reg [25:0] c; {reset} c <= 0; "
        "else c <= c == 49_999_999 ? 0 : c + 1; assign q = c > 25_000_000; endmodule"
    )
    assert verify(golden, late).status == "inequivalent"


@pytest.mark.tools
def test_a_loop_variable_is_no_signal_inside() -> None:
    golden = "module m(input [7:0] a, output reg [3:0] p); integer i; always @* begin{} end endmodule"
    search = ": srch p = 8; for (i = 0; i < 8; i = i + 1) if (a[i]) begin p = i; disable srch; end"
    verdict = verify(golden.format(" p = 8; for (i = 7; i >= 0; i = i - 1) if (a[i]) p = i;"), golden.format(search))
    assert verdict.equivalent, verdict
