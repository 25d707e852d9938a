"""What Yosys-slang refuses is put in words that it takes, and means the same."""

import pytest

from rtlvr import verify
from rtlvr.hdl.assignments import of_one_kind
from rtlvr.hdl.slang_words import for_slang

CLOCKED = "module m; always @(posedge c) {} endmodule\n"
IMPORT = "package p; typedef logic [7:0] t; endpackage\nmodule m import p::*; "
ONES = """(input logic [3:0] n, output t y);
  function automatic t ones(input logic [3:0] n);
    t r = '0;
    int i = 0;
    {}
    return r;
  endfunction
  assign y = ones(n);
endmodule
"""
PLAIN_ONES = "module m(input [3:0] n, output [7:0] y); assign y = n > 8 ? 8'hff : (9'd1 << n) - 1; endmodule\n"
COUNT = (
    "(input logic clk, rst, en, input t d, output t q, output logic hit);\nalways_ff @(posedge clk{}) {}\nendmodule\n"
)
PLAIN_COUNT = """module m(input clk, rst, en, input [7:0] d, output reg [7:0] q, output reg hit);
always @(posedge clk{}) if (rst) begin q <= 0; hit <= 0; end else if (en) begin q <= q + d; hit <= q == d; end
endmodule
"""
LOOPS = [
    "while (i < 8) begin if (i == int'(n)) return r; r[i++] = 1'b1; end",
    "while (i < 8) begin if (i >= n) break; r[i] = 1; i++; end",
    "while (i != 8) begin if (i == int'(n)) break; r[i] = 1; i += 1; end",
    "while (i <= 7) begin if (n <= i) break; r |= t'(1 << i); i = i + 1; end",
    "do begin if (i == int'(n)) break; r[i] = 1; i++; end while (i < 8);",
    "do begin i++; if (i > n) continue; r[i-1] = 1; end while (i < 8);",
    "repeat (8) begin if (i >= n) break; r[i++] = 1; end",
    "repeat (2) begin repeat (4) begin if (i < n) r[i] = 1; i++; end end",
    "repeat (2) begin int k = 0; while (k < 4) begin if (i < n) r[i] = 1; i++; k++; end end",
]
COUNTS = [
    "if (rst) begin q <= '0; hit <= 0; end else if (en) begin hit <= q == d; q += d; end",
    "if (rst) begin {q, hit} <= '0; end else if (en) begin hit = q == d; q <= q + d; end",
    "begin if (en) begin hit = q == d; q <= q + d; end if (rst) begin q <= 0; hit = 0; end end",
    "if (rst) {hit, q} <= 0; else if (en) begin hit <= d == q; for (int i = 0; i < 8; i++) if (i == 7) q = q + d; end",
    "if (rst) begin q <= 0; hit <= 0; end else begin if (!en) q <= q; else begin hit <= q == d; q -= -d; end end",
]


def test_an_assignment_becomes_blocking_where_nothing_comes_after_it() -> None:
    both = "if (r) begin a <= 0; b <= 1; end else if (x) a[0] <= 1; else a++;"
    assert of_one_kind(CLOCKED.format(both)) == CLOCKED.format(both.replace("a <=", "a =").replace("a[0] <=", "a[0] ="))
    joined = "if (r) {a, b} <= 0; else begin a += 2; b <= c; end"
    assert of_one_kind(CLOCKED.format(joined)) == CLOCKED.format(joined.replace("<=", "="))


@pytest.mark.parametrize(
    "body",
    [
        "begin a <= 1; a = 2; end",
        "begin a <= 1; b = a; a = 3; end",
        "begin if (r) a <= 1; else a = 2; b <= a; end",
        "begin for (int i = 0; i < 4; i++) if (x[i]) begin b <= a; a <= i; end a = 0; end",
        "for (int i = 0; i < 4; i++) begin a <= a + 1; if (x) a = i; end",
        "begin a <= 1; b <= 2; c = a <= b; end",
    ],
)
def test_an_assignment_stays_where_something_does(body: str) -> None:
    assert of_one_kind(CLOCKED.format(body)) == CLOCKED.format(body)


def test_a_loop_keeps_what_is_not_its_step() -> None:
    for loop in (
        "while (i < 8) begin if (x) continue; i++; end",
        "while (go) begin r = f(r); end",
        "while (i < 8) i++;",
    ):
        text = CLOCKED.format(loop)
        assert for_slang(text) == text
    assert for_slang(CLOCKED.format("x = repeat_4 + \\repeat (3);")) == CLOCKED.format("x = repeat_4 + \\repeat (3);")


@pytest.mark.tools
@pytest.mark.parametrize("loop", LOOPS)
def test_loops_are_read(loop: str) -> None:
    golden = IMPORT + ONES.format(loop)
    for pair in ((golden, PLAIN_ONES), (PLAIN_ONES, golden)):
        right = verify(*pair)
        assert right.equivalent and right.proved, right
    assert verify(golden, PLAIN_ONES.replace("> 8", "> 6")).status == "inequivalent"


@pytest.mark.tools
@pytest.mark.parametrize("events", ["", " or posedge rst"])
@pytest.mark.parametrize("body", COUNTS)
def test_both_kinds_of_assignment_are_read(body: str, events: str) -> None:
    if events and body.startswith("begin"):
        pytest.skip("an asynchronous reset comes first")
    golden = IMPORT + COUNT.format(events, body)
    right = verify(golden, PLAIN_COUNT.format(events))
    assert right.equivalent and right.proved, right
    for fault in (("q + d", "q + d + hit"), ("hit <= 0", "hit <= 1"), ("q == d", "q >= d")):
        assert verify(golden, PLAIN_COUNT.format(events).replace(*fault)).status == "inequivalent", fault


@pytest.mark.tools
def test_a_stream_is_cast_to_a_number_of_bits() -> None:
    head = "module m #(parameter W = 8)(input [7:0] a, output [7:0] y, output [3:0] z);"
    golden = f"{head} assign y = 8'({{<<{{a}}}}) ^ (W)'({{<< 4 {{a}}}}); assign z = 4'({{<<{{a[3:0]}}}}); endmodule"
    mirror = "{a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]} ^ {a[3:0], a[7:4]}"
    plain = f"{head} assign y = {mirror}; assign z = {{a[0], a[1], a[2], a[3]}}; endmodule"
    right = verify(golden, plain)
    assert right.equivalent and right.proved, right
    assert verify(golden, plain.replace("a[3:0], a[7:4]", "a")).status == "inequivalent"
