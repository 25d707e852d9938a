"""Equality by cutting: designs with much state and no reset, whose registers have other names, twins or no partner."""

import pytest

from rtlvr import verify

pytestmark = pytest.mark.tools

WIDE = """module m(input clk, en, input [4:0] ra, rb, wa, input [31:0] d, output reg [31:0] x, y, output reg [63:0] p);
  reg [31:0] file [0:31];
  always @(posedge clk) begin
    if (en) file[wa] <= d;
    x <= file[ra];
    y <= file[rb];
    p <= x * y;
  end
endmodule
"""
REWRITTEN = """module core(input clk, en, input [4:0] rb, ra, wa, input [31:0] d, output [31:0] x, y, output [63:0] p);
  reg [31:0] words [0:31], second, first; reg [63:0] product;
  always @(posedge clk) product <= second * first;
  always @(posedge clk) second <= words[rb];
  always @(posedge clk) first <= words[ra];
  always @(posedge clk) if (en) words[wa] <= d;
  assign {p, y, x} = {product, second, first};
endmodule
module m(input clk, en, input [4:0] ra, rb, wa, input [31:0] d, output [31:0] x, y, output [63:0] p);
  core inner(.clk(clk), .en(en), .ra(ra), .rb(rb), .wa(wa), .d(d), .x(x), .y(y), .p(p));
endmodule
"""
HEAD = "module m(input clk, en, input [79:0] d, output [79:0] y, output z);\n"
ONE = HEAD + "reg [79:0] r; always @(posedge clk) if (en) r <= d ^ (r << 1);\nassign y = r, z = r[7];\nendmodule\n"
TWINS = (
    HEAD
    + "reg [79:0] r, s; always @(posedge clk) if (en) begin r <= d ^ (r << 1); s <= d ^ (s << 1); end\n"
    + "assign y = r, z = s[7];\nendmodule\n"
)
IDLE = ONE.replace("reg [79:0] r;", "reg [79:0] r; reg idle; always @(posedge clk) idle <= idle & ~idle & en;").replace(
    "z = r[7]", "z = r[7] | idle & r[9]"
)

# The twins load 1 for one value of 80 bits: random values take them for constants.
RARE = (
    HEAD
    + "reg [79:0] r; reg a, b; always @(posedge clk) begin if (en) r <= d ^ (r << 1); a <= r == 80'd7; b <= r == 80'd7; end\n"
    + "assign y = r ^ {80{a}}, z = b;\nendmodule\n"
)
RARE_ONCE = RARE.replace("reg a, b;", "reg a;").replace(" b <= r == 80'd7;", "").replace("z = b", "z = a")


@pytest.mark.parametrize(
    ("golden", "candidate"),
    [(WIDE, REWRITTEN), (TWINS, ONE), (IDLE, ONE), (RARE, RARE_ONCE)],
    ids=["other names", "twins", "constant", "rare twins"],
)
def test_the_same_state_is_proved(golden: str, candidate: str) -> None:
    verdict = verify(golden, candidate)
    assert (verdict.status, verdict.proved) == ("equivalent", True), verdict.reason


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("second * first", "second * (first | 32'd1)"),
        ("words[rb]", "words[ra]"),
        ("if (en) words", "if (en | &wa) words"),
        ("{product, second, first}", "{product, first, second}"),
    ],
)
def test_other_state_is_not(old: str, new: str) -> None:
    assert verify(WIDE, REWRITTEN.replace(old, new)).status != "equivalent"


def test_unknown_twins_of_a_candidate_are_two_values() -> None:
    zero = ONE.replace("z = r[7]", "z = 1'b0")
    both = TWINS.replace("z = s[7]", "z = r[7] & ~s[7]")
    assert verify(zero, both).status != "equivalent"
