"""Evidence beyond the testbench: proofs, confirmed counterexamples, trojans, and what must not be proved."""

import pytest

from rtlvr import Verdict, verify
from rtlvr.verify import Limits, Stimuli
from rtlvr.verify.engine import Judge
from rtlvr.verify.evidence import Case

pytestmark = pytest.mark.tools
LIMITS = Limits(cpu_seconds=5, wall_seconds=30)
HEAD = "module g(input clk, input rst, input [3:0] d, output reg [3:0] q);\n"
ADDER = HEAD + "always @(posedge clk) if (rst) q <= 0; else q <= d + 4'd3;\nendmodule\n"


def judge(golden: str, candidate: str, **options: object) -> Verdict:
    return verify(golden, candidate, limits=LIMITS, **options)


def with_trojan(state: str, trigger: str) -> str:
    return HEAD + f"{state}\nalways @(posedge clk) if (rst) q <= 0; else q <= d + 4'd3 + ({trigger});\nendmodule\n"


RIGHT = {
    "another style": (ADDER, HEAD + "always @(posedge clk) q <= rst ? 4'd0 : d - 4'd13;\nendmodule\n"),
    "a helper and printing": (
        ADDER,
        "module three(output [3:0] y); assign y = 3; endmodule\n" + HEAD + "wire [3:0] t; three t3(t);\n"
        'always @(posedge clk) begin $display("q=%d", q); if (rst) q <= 0; else q <= t + d; end\nendmodule\n',
    ),
    "both edges": (
        "module e(input clk, input d, output q); reg a = 0, b = 0;\nalways @(posedge clk) a <= d;\nalways @(negedge clk) b <= d;\n"
        "assign q = clk ? a : b;\nendmodule\n",
        "module e(input clk, input d, output q); reg p = 0, n = 0;\nalways @(posedge clk) p <= d ^ n;\n"
        "always @(negedge clk) n <= d ^ p;\nassign q = p ^ n;\nendmodule\n",
    ),
    "two clocks": (
        "module t(input a, input b, input d, output reg x, output reg y);\n"
        "always @(posedge a) x <= d;\nalways @(posedge b) y <= x;\nendmodule\n",
        "module t(input a, input b, input d, output x, output y); reg r, s;\n"
        "always @(posedge b) s <= ~r;\nalways @(posedge a) r <= ~(~d) ;\nassign x = r; assign y = ~s;\nendmodule\n",
    ),
    "asynchronous reset": (
        "module r(input clk, input rst_n, output reg [2:0] q);\n"
        "always @(posedge clk or negedge rst_n) if (!rst_n) q <= 5; else q <= q + 1;\nendmodule\n",
        "module r(input clk, input rst_n, output [2:0] q); reg [2:0] n;\n"
        "always @(posedge clk, negedge rst_n) if (~rst_n) n <= 2; else n <= n - 1;\nassign q = ~n;\nendmodule\n",
    ),
}


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("mode", ["hybrid", "testbench"])
def test_right(name: str, mode: str) -> None:
    verdict = judge(*RIGHT[name], mode=mode)
    assert verdict.equivalent, verdict.reason
    assert verdict.proved == (mode == "hybrid"), verdict


TROJANS = {
    "after 200 cycles": ("reg [7:0] n = 0; always @(posedge clk) n <= n + 1;", "n > 200"),
    "after 5 000 cycles": ("reg [15:0] n = 0; always @(posedge clk) n <= n + 1;", "n == 5000"),
    "after 150 000 cycles": ("reg [31:0] n = 0; always @(posedge clk) n <= rst ? 0 : n + 1;", "n >= 150000"),
    "four inputs in a row": ("reg [11:0] h; always @(posedge clk) h <= {h, d};", "{h, d} == 16'hbeef"),
    "a count that synthesis does not see": (
        "reg t = 0; initial begin repeat (150000) @(posedge clk); t = 1; end",
        "t",
    ),
}


@pytest.mark.parametrize("name", TROJANS)
def test_trojans_are_found_and_shown(name: str) -> None:
    verdict = judge(ADDER, with_trojan(*TROJANS[name]))
    assert verdict.status == "inequivalent", verdict.reason
    last = dict(zip(verdict.counterexample.signals, verdict.counterexample.trace[-1], strict=True))
    assert last["golden.q"] != last["candidate.q"]


def test_a_trigger_of_32_bits_is_found() -> None:
    golden = "module w(input [31:0] a, output [31:0] y); assign y = a + 1; endmodule\n"
    verdict = judge(golden, golden.replace("a + 1", "a + 1 + (a * 3 == 32'h1234_567d)"))
    assert (verdict.status, verdict.method) == ("inequivalent", "formal")


WRONG = {
    "and is not or": (
        "module m(input [19:0] a, b, output y); assign y = &a & b[0]; endmodule\n",
        "module m(input [19:0] a, b, output y); assign y = (&a & b[0]) | (&b & ~a[0] & a == 20'h5a5a0); endmodule\n",
    ),
    "asynchronous is not synchronous": (
        ADDER,
        ADDER.replace("posedge clk)", "posedge clk or posedge rst)"),
    ),
    "no initial value": (
        "module i(input clk, output reg q = 0); always @(posedge clk) q <= ~q; endmodule\n",
        "module i(input clk, output reg q); always @(posedge clk) q <= ~q; endmodule\n",
    ),
    "incomplete sensitivity list": (
        "module s(input a, b, output reg y); always @* y = a & b; endmodule\n",
        "module s(input a, b, output reg y); always @(a) y = a & b; endmodule\n",
    ),
    "assumptions do not help": (
        "module m(input [15:0] a, output y); assign y = 0; endmodule\n",
        "module m(input [15:0] a, output y); assign y = a == 16'h1357; always @* assume (a != 16'h1357); endmodule\n",
    ),
    "Yosys sees what Icarus sees": (
        "module m(input [15:0] a, output y); assign y = 0; endmodule\n",
        "module m(input [15:0] a, output y);\n`ifdef YOSYS\nassign y = 0;\n`else\nassign y = a == 16'h1357;\n`endif\nendmodule\n",
    ),
    "attributes and pragmas are not obeyed": (
        "module m(input [15:0] a, output y); assign y = 0; endmodule\n",
        "module m(input [15:0] a, output y); assign y = 0\n// synopsys translate_off\n| (a == 16'h1357)\n"
        "// synopsys translate_on\n; endmodule\n",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong(name: str) -> None:
    verdict = judge(*WRONG[name])
    assert verdict.status in ("inequivalent", "invalid"), verdict


def test_formal_alone() -> None:
    assert judge(ADDER, RIGHT["another style"][1], mode="formal").equivalent
    assert judge(ADDER, ADDER.replace("4'd3", "4'd2"), mode="formal").status == "inequivalent"


def test_what_cannot_be_judged_is_said_by_name() -> None:
    bus = "module b(input en, inout y); assign y = en ? 1'b1 : 1'bz; endmodule\n"
    verdict = judge(bus, bus)
    assert verdict.status == "undecided" and "inout" in verdict.reason
    late = judge(ADDER, ADDER.replace("always", "initial begin #100 q = 1; end\nalways"))
    assert late.status == "invalid" and "delays" in late.reason
    timed = judge(ADDER, with_trojan("", "$time > 100000"))
    assert timed.status == "invalid" and "$time" in timed.reason


def test_strict_x_is_the_papers_own_comparison() -> None:
    free = "module m(input clk, input d, output reg q); always @(posedge clk) q <= d; endmodule"
    started = free.replace("output reg q", "output reg q = 1'b0")
    assert judge(free, started).equivalent
    assert judge(free, started, stimuli=Stimuli(strict_x=True)).status == "inequivalent"


def test_a_design_may_give_its_helpers_other_widths() -> None:
    golden = (
        "module inc(input [3:0] a, input c, output [3:0] y); assign y = a + c; endmodule\n"
        "module m(input [3:0] a, output [3:0] y); inc i(.a(a), .c(1), .y(y)); endmodule\n"
    )
    assert judge(golden, golden + "module spare(input a, output b); assign b = a; endmodule\n").equivalent


def test_a_golden_that_icarus_does_not_read_is_simulated_as_yosys_writes_it() -> None:
    golden = (
        "module m(input clk, rst, d, output q);\ntypedef enum logic [1:0] {A, B, C} kind; kind s, n;\n"
        "always_comb case (s) A: n = kind'(d ? B : A); B: n = kind'(d ? C : A); default: n = kind'(d ? C : B); endcase\n"
        "always @(posedge clk) if (rst) s <= A; else s <= n;\nassign q = s == C;\nendmodule\n"
    )
    assert judge(golden, golden + "module spare(input a, output b); assign b = a; endmodule\n").equivalent
    assert judge(golden, golden.replace("d ? C : B", "d ? C : A")).status == "inequivalent"
    plain_style = golden.replace("kind'", "").replace(
        "typedef enum logic [1:0] {A, B, C} kind; kind s, n;", "reg [1:0] s, n;"
    )
    plain_style = plain_style.replace("reg [1:0] s", "localparam A = 0, B = 1, C = 2; reg [1:0] s")
    assert judge(golden, plain_style).equivalent


def test_a_golden_that_yosys_does_not_read_is_judged_by_simulation() -> None:
    golden = (
        "module m(input clk, input rst, input [3:0] d, output reg [3:0] q);\n"
        "always @(posedge clk or rst) if (rst) q <= 0; else q <= q ^ d;\nendmodule\n"
    )
    same = judge(golden, golden.replace("q ^ d", "d ^ q"))
    assert (same.status, same.method) == ("equivalent", "testbench"), same
    assert judge(golden, golden.replace("q ^ d", "q | d")).status == "inequivalent"
    assert judge(golden, golden.replace("clk or rst", "clk or posedge rst")).status == "inequivalent"


@pytest.mark.long
def test_a_text_too_slow_for_the_testbench_rests_on_native_simulation(monkeypatch: pytest.MonkeyPatch) -> None:
    head = "module m(input [15:0] a, b, output [31:0] y); assign y = {}; endmodule\n"
    simulated = Case.by_simulation

    def slow(case: Case, *arguments: object, **more: object) -> Verdict:
        case.slow |= more.get("prepared") is not None
        return simulated(case, *arguments, **more)

    monkeypatch.setattr(Case, "by_simulation", slow)
    verdict = Judge().judge(head.format("a * b"), head.format("(a + 1) * b - b"), Stimuli())
    assert (verdict.status, verdict.proved) == ("equivalent", False) and verdict.seen.steps > 1_000_000, verdict
