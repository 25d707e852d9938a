"""A candidate that is unknown where the golden is known: wrong only where some definite state of it shows another value."""

import pytest

from rtlvr.data.corpus import seed_corpus
from rtlvr.evaluate.certify import Certified
from rtlvr.paths import PACKAGE
from rtlvr.records import read_jsonl
from rtlvr.verify import Pool, Stimuli, Verdict

pytestmark = pytest.mark.tools
CERTIFIED = PACKAGE / "evaluate" / "pairs" / "certified.jsonl"

HEAD = "module d(input clk, input rst_n, input valid, input din, output {kind} hit);\n"
STATES = "localparam [1:0] A = 2'd0, B = 2'd1, C = 2'd2, D = 2'd3;\nreg [1:0] state, next;\n"
LOAD = "always @(posedge clk) if (!rst_n) state <= A; else state <= next;\n"
ARMS = "A: next = din ? A : B;\nB: next = din ? C : B;\nC: next = din ? D : B;\nD: begin next = A; hit = !din; end\n"
MEALY = (
    HEAD.format(kind="reg")
    + STATES
    + LOAD
    + f"always @(*) begin next = state; hit = 1'b0; if (valid) case (state)\n{ARMS}endcase end\nendmodule\n"
)
ONE_HOT = (
    HEAD.format(kind="reg")
    + "reg [3:0] s;\nalways @(posedge clk) if (!rst_n) s <= 4'b0001; else if (valid) begin\n"
    + "s[0] <= s[0] & din | s[3]; s[1] <= (s[0] | s[1] | s[2]) & !din; s[2] <= s[1] & din; s[3] <= s[2] & din; end\n"
    + "always @(*) hit = valid & s[3] & !din;\nendmodule\n"
)
NETLIST = (
    HEAD.format(kind="wire")
    + "reg [1:0] s;\nfunction f; input a; input [1:0] b; input [1:0] s; casez (s) // synopsys parallel_case\n"
    + "2'b?1: f = b[0]; 2'b1?: f = b[1]; default: f = a; endcase endfunction\n"
    + "function [1:0] g; input [7:0] b; input [3:0] s; casez (s)\n"
    + "4'b???1: g = b[1:0]; 4'b??1?: g = b[3:2]; 4'b?1??: g = b[5:4]; 4'b1???: g = b[7:6]; default: g = 2'bx; endcase\n"
    + "endfunction\nwire a = s == 2'd0, b = s == 2'd1, c = s == 2'd2, e = s == 2'd3;\n"
    + "assign hit = valid ? f(1'bx, {!din, 1'b0}, {e, |{a, b, c}}) : 1'b0;\n"
    + "wire [1:0] n = g({{1'b0, !din}, din ? 2'd2 : 2'd1, din ? 2'd3 : 2'd1, 2'd0}, {a, b, c, e});\n"
    + "always @(posedge clk) if (!rst_n) s <= 2'd0; else if (valid) s <= n;\nendmodule\n"
)
AGREE = (
    "module m(input clk, input d, input a, output reg y);\nreg s;\nalways @(posedge clk) s <= d;\n{body}\nendmodule\n"
)
SURE = AGREE.format(body="always @* y = a;")
COUNTER = (
    "module c(input clk, input rst, input en, output reg [3:0] q);\n"
    "always @(posedge clk{async_}) if ({reset}) q <= {begin}; else if (en) q <= q + 4'd1;\nendmodule\n"
)
GOLDEN = COUNTER.format(async_="", reset="rst", begin="4'd0")
ANSWER = "module k(input clk, input rst, input d, output q, output seen);\n"
PAIR = (
    ANSWER
    + "reg r, s;\nalways @(posedge clk) begin r <= rst ? 1'b0 : d; {s} end\nassign q = r; assign seen = s;\nendmodule\n"
)

ROM = (
    "module r(input clk, input we, input [{top}:0] at, input d, output y, output z);\nreg m [0:(2 << {top}) - 1];\n{begin}\n"
    "always @(posedge clk) if (we) m[at] <= d;\nassign y = m[at]; assign z = we & d;\nendmodule\n"
)


def judged(pool: Pool, golden: str, candidate: str, mode: str = "hybrid") -> Verdict:
    return pool.verify(golden, candidate, Stimuli(), mode=mode)


@pytest.mark.parametrize("mode", ["hybrid", "testbench", "formal"])
def test_a_netlist_that_is_unsure_in_simulation_alone(pool: Pool, mode: str) -> None:
    verdict = judged(pool, MEALY, NETLIST, mode)
    assert verdict.equivalent and verdict.proved, verdict


def test_a_mealy_machine_of_the_seed_and_its_netlist(pool: Pool) -> None:
    golden = next(one for one in seed_corpus() if one.id == "mealy_0110_detector")
    verdict = judged(pool, golden.code, pool.resynthesise(golden.code, golden.top))
    assert verdict.equivalent and verdict.proved, verdict


@pytest.mark.parametrize("recipe", ["netlist", "raw netlist", "reduced", "gates"])
@pytest.mark.parametrize("golden", [MEALY, ONE_HOT])
def test_a_resynthesis_is_equal(pool: Pool, golden: str, recipe: str) -> None:
    verdict = judged(pool, golden, pool.resynthesise(golden, None, recipe=recipe))
    assert verdict.equivalent and verdict.proved, verdict


BODIES = {
    "a case without default": "always @* case (s) 1'b0: y = a; 1'b1: y = a; endcase",
    "a one-hot case": "always @* case (1'b1) s: y = a; !s: y = a; default: y = 1'bx; endcase",
    "gates": "assign p = s & a, r = ~s & a; always @* y = p | r; wire p, r;",
    "xor twice": "always @* y = a ^ s ^ s;",
    "casez": "always @* casez ({s, ~s}) 2'b1?: y = a; 2'b?1: y = a; default: y = 1'bx; endcase",
    "an index": "wire [1:0] v = {a, a}; always @* y = v[s];",
    "division": "always @* y = a ? {1'b0, s} / (s ? 2'd1 : 2'd2) == {1'b0, s} : 1'b0;",
}


@pytest.mark.parametrize("name", BODIES)
def test_branches_that_agree(pool: Pool, name: str) -> None:
    verdict = judged(pool, SURE, AGREE.format(body=BODIES[name]))
    assert verdict.status != "inequivalent", verdict
    assert verdict.equivalent or name in ("a case without default",), verdict


LATE = (
    "module m(input clk, input d, input a, input [31:0] k, output reg y, output z);\nreg s;\nalways @(posedge clk) s <= d;\n"
    "assign z = {z};\nalways @* {case} default: y = a; endcase\nendmodule\n"
)
RARE = "case (k) 32'hdeadbeef: y = 1'b1;"


@pytest.mark.parametrize("z", ["a ^ s ^ s", "(s & a) | (~s & a)"])
def test_what_only_two_rails_tell_apart_is_no_difference(pool: Pool, z: str) -> None:
    """Simulation meets the state only when a difference of the rails is repeated."""
    verdict = judged(pool, LATE.format(z="a", case=RARE), LATE.format(z=z, case=RARE))
    assert verdict.equivalent and verdict.proved, verdict


DIVIDER = "module v(input clk, input [7:0] a, input [7:0] b, output reg [7:0] q);\nalways @(posedge clk) q <= {q};\nendmodule\n"
WRONG = {
    "unique arms that fit at once": (
        LATE.format(z="a", case=RARE),
        LATE.format(
            z="a ^ s ^ s",
            case="unique case (1'b1) k == 32'hdeadbeef: y = 1'b0; k == 32'hdeadbeef: y = 1'b1;",
        ),
    ),
    "a modulus of zero": (DIVIDER.format(q="b ? a % b : a"), DIVIDER.format(q="a % b")),
    "a part outside": (DIVIDER.format(q="b > 7 ? 1'b0 : a[b[2:0]]"), DIVIDER.format(q="a[b]")),
    "no reset at all": (GOLDEN, GOLDEN.replace("if (rst) q <= 4'd0; else if", "if")),
    "one bit is not reset": (GOLDEN, GOLDEN.replace("q <= 4'd0", "q[2:0] <= 3'd0")),
    "the other polarity": (GOLDEN, GOLDEN.replace("if (rst)", "if (!rst)")),
    "reset by the clock only": (COUNTER.format(async_=" or posedge rst", reset="rst", begin="4'd0"), GOLDEN),
    "a register without reset": (PAIR.format(s="s <= rst ? 1'b0 : s | d;"), PAIR.format(s="s <= s | d;")),
    "an unknown constant": (SURE, AGREE.format(body="always @* y = a ? 1'b1 : 1'bx;")),
    "an index outside": (SURE, AGREE.format(body="wire [2:0] v = {3{a}}; always @* y = v[{1'b1, a}];")),
    "nothing drives it": (SURE, AGREE.format(body="reg u; always @* y = a & u | a;").replace("| a", "| u")),
    "twins that begin apart": (
        PAIR.format(s="s <= rst ? 1'b0 : d;").replace("seen = s", "seen = 1'b0"),
        PAIR.format(s="s <= rst ? 1'b0 : d;").replace("seen = s", "seen = r ^ s"),
    ),
    "a latch that is not closed": (
        SURE,
        AGREE.format(body="reg l; always @* if (!clk & d) l = a; always @* y = l & a | l;"),
    ),
    "a memory that begins with anything": (
        ROM.format(top=1, begin="integer i; initial for (i = 0; i < 4; i = i + 1) m[i] = 0;"),
        ROM.format(top=1, begin=""),
    ),
    "a large memory that begins with anything": (
        ROM.format(top=13, begin="integer i; initial for (i = 0; i < 16384; i = i + 1) m[i] = 0;"),
        ROM.format(top=13, begin=""),
    ),
    "a rare state, and two edges": (
        PAIR.format(s="s <= rst ? 1'b0 : s | d;").replace("s;\n", "s; wire [15:0] n = 0;\n", 1),
        PAIR.format(s="s <= rst ? 1'b0 : s | d | n == 16'd40321;").replace(
            "s;\n", "s; reg [15:0] n; always @(negedge clk) n <= n;\n", 1
        ),
    ),
    "a rare state": (
        PAIR.format(s="s <= rst ? 1'b0 : s | d;").replace("s;\n", "s; wire [15:0] n = 0;\n", 1),
        PAIR.format(s="n <= n; s <= rst ? 1'b0 : s | d | n == 16'd40321;").replace("s;\n", "s; reg [15:0] n;\n", 1),
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("mode", ["hybrid", "testbench"])
@pytest.mark.parametrize("name", WRONG)
def test_what_a_definite_state_refutes(pool: Pool, name: str, mode: str) -> None:
    golden, candidate = WRONG[name]
    verdict = judged(pool, golden, candidate, mode)
    assert (verdict.status, verdict.cause) == ("inequivalent", "counterexample"), verdict


@pytest.mark.parametrize("block", ["always @*", "always @(c)"])
def test_a_block_that_never_runs_is_not_excused(pool: Pool, block: str) -> None:
    golden = "module z(input a, output reg y, output w); assign w = a; always @* y = a & 1'b0; endmodule\n"
    candidate = f"module z(input a, output reg y, output w); wire c = 1'bx; assign w = a; {block} y = 1'b0; endmodule\n"
    verdict = judged(pool, golden, candidate)
    assert (verdict.status, verdict.cause) == ("undecided", "unknown_candidate"), verdict


def test_two_drivers_that_fight_are_no_state(pool: Pool) -> None:
    golden = "module z(input a, output y); assign y = a; endmodule\n"
    candidate = "module z(input a, output y); assign y = a; assign y = 1'b1; endmodule\n"
    assert judged(pool, golden, candidate).status == "inequivalent"


WIDE = """module m(input clk, input rst, input [15:0] a, input [15:0] b, input [79:0] d, output reg [15:0] q, output reg [79:0] w);
  always @(posedge clk) if (rst) begin q <= 0; w <= 0; end else begin q <= RESULT; w <= w ^ d; end
endmodule
"""


UNSURE = {
    "division": ("b == 0 ? 16'hffff : a / b", "a / b"),
    "modulus": ("b == 0 ? a : a % b", "a % b"),
    "index": ("a[6:0] < 80 ? d[a[6:0]] : 1'b0", "d[a[6:0]]"),
    "a rare modulus": ("a == 16'h8123 && b == 16'h1234 ? d[0] : a % (b | 1)", "a % (b | 1)"),
}


@pytest.mark.long
@pytest.mark.parametrize("name", UNSURE)
def test_beside_much_state_gates_are_not_taken_for_the_text(name: str, pool: Pool) -> None:
    golden, candidate = (WIDE.replace("RESULT", one) for one in UNSURE[name])
    verdict = judged(pool, golden, candidate)
    assert verdict.status == "inequivalent", verdict
    if name != "a rare modulus":
        verdict = judged(pool, candidate, golden)
        assert verdict.equivalent and verdict.proved, verdict


ON_RAILS = {
    "late/request_retry/t5000_max4/right/down-counter_and_flags": "equivalent",
    "late/uart_rx/div104_par1/right/one-hot_states_and_next-state_logic": "equivalent",
    "late/uptime/pre2500/wrong/seconds_skip_zero_at_the_full_hour": "inequivalent",
}


@pytest.mark.long
@pytest.mark.parametrize("name", ON_RAILS)
def test_what_is_only_unknown_on_rails_hides_nothing_and_refutes_nothing(name: str, pool: Pool) -> None:
    """The two that are right are too deep for a proof; the fault shows after nine million cycles."""
    pair = next(one for one in read_jsonl(CERTIFIED, Certified) if one.id == name)
    verdict = judged(pool, pair.golden, pair.candidate)
    assert verdict.status == ON_RAILS[name], verdict


def test_arms_of_many_conditions_are_looked_at_once(pool: Pool) -> None:
    """Every bit of the conditions depends on seven wide words; the pair is proved, and soon."""
    arms = " ".join(f"r[{at}]: w <= 4'd{at};" for at in range(16))
    golden = (
        "module m(input clk, input [15:0] a, b, c, d, e, f, h, input [79:0] i, output reg [3:0] y, output reg [79:0] z);\n"
        "wire [15:0] r = a | b | c | d | e | f | h; reg [3:0] w;\n"
        f"always @(posedge clk) begin unique case (1'b1) {arms} default: w <= 0; endcase y <= w + y; z <= z ^ i; end\nendmodule\n"
    )
    verdict = judged(pool, golden, golden.replace("w + y", "y + w"))
    assert verdict.equivalent and verdict.proved and verdict.seconds < 30, verdict
