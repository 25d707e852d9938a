"""Kinds of pairs that a verifier gets wrong: late faults, unknown states, slow and odd code, front ends, memories."""

import pytest

from rtlvr import Verdict, verify
from rtlvr.hdl.rewrite import resynthesise

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


@pytest.mark.long
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


CHAIN = "module p(input [{m}:0] a, b, output y); wire [{n}:0] c; wire [{m}:0] d; assign c[0] = {first};\n"


def parity(bits: int, first: str = "1'b0") -> str:
    """Gates one by one on one word: Icarus wakes all of them for every bit of it that changes."""
    gates = (f"xor g{i}(d[{i}], a[{i}], b[{i}]); xor h{i}(c[{i + 1}], c[{i}], d[{i}]);\n" for i in range(bits))
    return CHAIN.format(m=bits - 1, n=bits, first=first) + "".join(gates) + f"assign y = c[{bits}];\nendmodule\n"


@pytest.mark.long
@pytest.mark.tools
def test_a_text_that_simulation_hardly_begins_is_judged_by_its_netlist() -> None:
    short = "module p(input [255:0] a, b, output y); assign y = ^(a ^ b); endmodule\n"
    assert verify(short, parity(256)).proved
    assert verify(parity(256), short).proved
    assert verify(short, parity(256, "&a")).status == "inequivalent"
    hidden = parity(256, "z").replace("wire [256:0] c;", "wire [256:0] c; reg z; always @(b[0]) z = a[0] & ~a[0];")
    assert verify(short, hidden).status == "undecided"  # it may simulate otherwise, and nobody has seen that


@pytest.mark.parametrize(
    "text",
    [
        "assign y = ~y | a;",
        "wire u, v; assign u = ~v & a; assign v = u | ~a & u; assign y = v ^ ~u ^ y;",
        "reg r; initial while (1) r = a; assign y = r;",
        "reg r; always r = a; assign y = r;",
    ],
)
def test_a_text_whose_simulation_never_ends_is_invalid(text: str) -> None:
    verdict = verify(
        "module m(input a, output y); assign y = ~a; endmodule\n", f"module m(input a, output y); {text} endmodule\n"
    )
    assert verdict.status in ("invalid", "inequivalent"), verdict


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


LUCK = "module l(input clk, input en, input [3:0] a, output reg [3:0] q);\n"
LUCK += "always @(posedge clk) if (en) q <= {}; else q <= {};\nendmodule\n"


@pytest.mark.parametrize("value", ["4'($random)", "$urandom", "$urandom_range(9, 1) % 5"])
def test_what_a_golden_leaves_to_chance_is_a_dont_care(value: str) -> None:
    golden = LUCK.format("a", value)
    assert verify(golden, LUCK.format("a", "0")).equivalent
    assert verify(golden, LUCK.format("a", "~a")).equivalent
    assert verify(golden, golden).equivalent
    assert verify(golden, golden.replace("if (en)", "if (en == 1)")).equivalent
    assert verify(golden, LUCK.format("a ^ 1", "0")).status == "inequivalent"


def test_what_a_golden_knows_beside_chance_counts() -> None:
    golden = LUCK.format("a", "{$random, 1'b1}")
    assert verify(golden, LUCK.format("a", "1")).equivalent
    assert verify(golden, LUCK.format("a", "0")).status == "inequivalent"


CHANCES = [
    "if ($random) q <= ~b; else q <= b;",
    "if ($urandom != $urandom) q <= ~b; else q <= b;",
    "case ($urandom) 7: q <= ~b; default: q <= b; endcase",
    "q <= $random % 2 ? b : b;",
    "q <= b ^ ($random === 5);",
]


@pytest.mark.parametrize("body", CHANCES)
def test_a_candidate_gains_nothing_by_chance(body: str) -> None:
    one = "module c(input clk, input b, output reg q); always @(posedge clk) {} endmodule\n"
    for right in ("q <= b;", "q <= ~b;"):
        assert not verify(one.format(right), one.format(body)).equivalent
    hidden = one.format("q <= b;").replace(
        "always", f"\n`ifndef SYNTHESIS\nalways @(posedge clk) {body}\n`endif\nalways"
    )
    assert not verify(one.format("q <= b;"), hidden).equivalent


def test_a_module_without_contents_is_named() -> None:
    top = "module t(input a, output y, z); cell_x #(.P(3)) u(a, y); {} assign z = a; endmodule\n"
    stub = "module cell_x #(parameter P)(input i, output o); endmodule\n"
    spare = "module spare(input i); endmodule\n"
    named = {top.format(""): "cell_x, which the text does not declare", top.format("") + stub: "cell_x, whose contents"}
    for golden, reason in named.items():
        verdict = verify(golden, golden, golden_top="t", candidate_top="t")
        assert verdict.status == "undecided" and reason in verdict.reason and "$" not in verdict.reason
    known = top.format("spare s(a);") + stub.replace("endmodule", "assign o = i; endmodule").replace("P)", "P = 1)")
    assert verify(known + spare, known + spare.replace("input i", "input i, input j")).equivalent


def test_a_golden_without_contents_is_a_module_still() -> None:
    empty = "module e(input a, output y); endmodule\n"
    assert verify(empty, empty).equivalent
    assert verify(empty, resynthesise(empty, "e")).status in ("equivalent", "undecided")


def test_a_queue_is_simulated() -> None:
    text = "module q(input clk, input push, input [3:0] d, output reg [3:0] y);\nlogic [3:0] f [$];\n"
    text += "always @(posedge clk) begin if (push) f.push_back(d); else if (f.size() > 0) y <= f.pop_front(); end\nendmodule\n"
    assert verify(text, text.replace("f.size() > 0", "0 != f.size()")).equivalent
    assert verify(text, text.replace("> 0", "> 1")).status == "inequivalent"


def test_a_deep_netlist_comes_to_rest_in_simulation() -> None:
    """Rounds that each set their word in slices: Icarus cannot read the parameter, so that the netlist is simulated."""
    head = "module d(input [63:0] a, output [63:0] y); localparam logic [15:0][3:0] S = 64'h6b0e8f3d5c217a94;\n"
    body = "logic [63:0] w [0:6]; assign w[0] = a; assign y = w[6]; for (genvar k = 0; k < 6; k++) begin : r\n"
    body += "logic [63:0] s; always_comb for (int i = 0; i < 16; i++) s[4*i +: 4] = S[w[k][4*i +: 4]];\n"
    body += "assign w[k + 1] = {s[42:0], s[63:43]} ^ {s[8:0], s[63:9]} ^ s ^ 64'(k); end\nendmodule\n"
    assert verify(head + body, head + body).equivalent
    assert verify(head + body, head + body.replace("^ s ^", "^")).status == "inequivalent"


def test_why_a_text_cannot_be_judged_without_the_macro_is_said() -> None:
    text = "module s(input a, output y); assign y = a;\n`ifndef SYNTHESIS\nreg z; always #5 z = a;\n`endif\nendmodule\n"
    verdict = verify(text.replace("reg z; always #5 z = a;", ""), text)
    assert verdict.status == "undecided" and "delays" in verdict.reason, verdict


def test_what_nothing_drives_is_unknown_in_a_proof_as_well() -> None:
    golden = "module u(input clk, input a, output reg q); always @(posedge clk) q <= a; endmodule\n"
    text = golden.replace("always", "reg r; always").replace("q <= a", "if (r) q <= ~a; else q <= a")
    assert not verify(golden, text).equivalent


def test_a_golden_that_can_be_judged_only_without_the_macro() -> None:
    text = "module h(input a, output y);\n`ifdef SYNTHESIS\n{}\n`else\nassign y = {};\n`endif\nendmodule\n"
    for part in ("this must be hardened", "cell_x u(a, y);"):
        golden = text.format(part, "~a")
        assert verify(golden, golden).equivalent
        assert verify(golden, text.format(part, "!a")).equivalent
        assert verify(golden, text.format(part, "a")).status == "inequivalent"
        assert verify(golden, text.format("assign y = a;", "~a")).status == "inequivalent"


CHOICE = (
    "module s(input clk, input go, output reg [1:0] q); reg [1:0] s;\nalways @(posedge clk) begin\n{}\nend\nendmodule\n"
)


def test_a_choice_by_an_unknown_state_is_unknown() -> None:
    """Icarus takes the default; a register that loads only where it must is right as well."""
    steps = "case (s) 1: s <= go ? 2 : 1; 2: s <= 3; 3: s <= 1; default: s <= s; endcase"
    golden = CHOICE.format(f"case (s) 1: q <= q; 2: q <= 2; 3: q <= 3; default: q <= 0; endcase\n{steps}")
    right = verify(golden, CHOICE.format(f"if (s != 1) q <= {{s[1], s == 2'd3}};\n{steps}"))
    assert right.equivalent and right.proved, right
    wrong = verify(golden, CHOICE.format(f"if (s != 1) q <= {{s[1], s == 2'd2}};\n{steps}"))
    assert wrong.status in ("inequivalent", "undecided"), wrong


TWICE = "module w(input clk, input rst, input [79:0] a, b, output reg [79:0] q);\n{}\n{}\nendmodule\n"
FIRST = "always @(posedge clk) if (rst) q <= 0; else q <= a ^ q;"
SECOND = "always @(posedge clk) if (a == 80'hbeef_dead) q <= b;"


@pytest.mark.long
@pytest.mark.parametrize("blocks", [(FIRST, SECOND), (SECOND, FIRST)])
def test_nothing_is_proved_of_a_register_that_two_blocks_write(blocks: tuple[str, str]) -> None:
    twice, once = TWICE.format(*blocks), TWICE.format(FIRST, "")
    for golden, candidate in ((once, twice), (twice, once)):
        assert not verify(golden, candidate).proved
    often = TWICE.format(FIRST, SECOND.replace("a == 80'hbeef_dead", "a[0]"))
    assert verify(once, often).status == verify(often, once).status == "inequivalent"
    assert verify(often, often.replace("a ^ q", "q ^ a")).equivalent


KEPT = """package k; typedef struct packed {logic [3:0] hi; logic [3:0] lo;} pair; endpackage
module r import k::*; (input clk, input rst, input pair a, output logic [3:0] q, output logic [3:0] p, output logic [3:0] z);
  always_ff @(posedge clk or posedge rst) if (rst) begin q <= 4'd5; p <= 4'd9; end else p[1:0] <= a.hi[1:0];
  assign z = q ^ a.lo;
endmodule
"""


def test_a_register_that_only_its_reset_writes() -> None:
    right = verify(KEPT, KEPT.replace("q ^ a.lo", "a.lo ^ q"))
    assert right.equivalent and right.proved and right.readers == ("slang", "slang"), right
    for fault in (("q <= 4'd5", "q <= 4'd7"), ("p <= 4'd9", "p <= 4'd1"), ("q ^ a.lo", "p ^ a.lo")):
        assert verify(KEPT, KEPT.replace(*fault)).status == "inequivalent", fault


STORE = "module m(input clk, input we, input [1:0] a, input [3:0] d, output [3:0] q); reg [1:0] p;\n{}\nendmodule\n"
WORDS = "always @(posedge clk) begin p <= a; {} end\nassign q = a[1] ? (a[0] ? r3 : r2) : (a[0] ? r1 : r0);"


def test_a_memory_may_be_written_at_an_unknown_address() -> None:
    """Icarus writes nothing then; hardware writes somewhere."""
    begins = " ".join(f"m[{n}] = {n};" for n in range(4))
    memory = (
        f"reg [3:0] m [0:3]; initial begin {begins} end\nalways @(posedge clk) begin p <= a; if (we) m[p] <= d; end\n"
    )
    words = "".join(f"reg [3:0] r{n} = {n}; " for n in range(4))
    steps = " ".join(f"r{n} <= we & p == {n} ? d : r{n};" for n in range(4))
    golden, right = STORE.format(memory + "assign q = m[a];"), words + WORDS.format(steps)
    verdict = verify(golden, STORE.format(right))
    assert verdict.equivalent and verdict.proved, verdict
    assert verify(golden, STORE.format(right.replace("p == 3", "p == 2"))).status == "inequivalent"
