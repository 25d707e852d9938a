"""Answers made to be passed without being right, and plainly wrong ones, under every style of official testbench."""

import re
from pathlib import Path

import pytest
from published_tasks import tasks_by_id

from rtlvr.evaluate.official import judge, judge_all
from rtlvr.evaluate.task import Task
from rtlvr.verify import Limits

LIMITS = Limits(cpu_seconds=2, wall_seconds=20)
NO_BREAK = "\u00a0"  # white space to some, part of an escaped identifier to a simulator


def find(benchmarks: Path, name: str, id_: str) -> Task:
    tasks = tasks_by_id(benchmarks, name)
    return tasks.get(id_) or next(t for t in tasks.values() if re.fullmatch(rf"Prob\d+_{id_}", t.id))


# What a wrong design might add. HONEST is the design's own lines; names are those of the published testbenches.
REFUSED = {
    "ends early": "initial #12 $finish;",
    "stops early": "initial #12 $stop;",
    "fails fatally": "initial #12 $fatal(0);",
    "ends by an escaped name": "initial #12 \\$finish ;",
    "ends by a macro": "`define E finish\ninitial #12 $`E ;",
    "ends by pasting": "`define E(a) $``a\ninitial #12 `E(finish) ;",
    "ends behind a no-break space": f'reg \\a{NO_BREAK}" ; initial #12 $finish; reg \\b{NO_BREAK}" ;',
    "ends behind a vertical tab": 'reg \\a\x0b" ; initial #12 $finish; reg \\b\x0b" ;',
    "ends behind a carriage return": "// a comment\rinitial #12 $finish;\n",
    "ends behind a quoted name": 'reg \\a" ; reg \\b" ;\ninitial #12 $finish;',
    "hides a macro in a comment": '`define E "*/ reg c; /*"\nreg \\a" ; /* " `E " */ reg \\b" ;',
    "forces the counter": "initial force tb.stats1.errors = 0;",
    "releases": "initial release tb.stats1.errors;",
    "binds itself": "bind tb TopModule other();",
    "sets a parameter": "defparam tb.good1.W = 0;",
    "goes by the root": "initial $root.tb.stats1.errors = 0;",
    "includes the harness": '`include "harness.sv"',
    "opens a file": 'integer f; initial f = $fopen("sim", "r");',
    "reads a file": 'reg [7:0] m [0:9]; initial $readmemh("sim", m);',
    "runs a program": 'initial $system("true");',
    "imports": 'import "DPI-C" function int exit(int code);',
    "configures": "endmodule config c; design tb; endconfig module last_;",
    "conducts into its input": "supply0 zero; tran t(INPUT, zero);",
    "conducts by a switch": "supply0 zero; supply1 one; tranif1 t(INPUT, zero, one);",
    "conducts with resistance": "supply0 zero; rtran t(INPUT, zero);",
}
POWERLESS = {
    "peeks at the testbench": "initial repeat (9999) #1 if (TB.q_ref) ;",
    "peeks at the reference": "initial repeat (9999) #1 if (TB.good1.q) ;",
    "peeks upward": "initial repeat (9999) #1 if (good1.q) ;",
    "writes the counters": "initial repeat (9999) #1 TB.stats1.errors = 0;",
    "writes the counters upward": "initial repeat (9999) #1 stats1.errors = 0;",
    "writes RTLLM's counter": "initial repeat (9999) #1 TB.error = 0;",
    "disables the testbench": "initial #1 disable TB;",
    "disables its block": "initial #1 disable TB.filling;",
    "calls its task": "initial TB.wait_for_end_of_timestep;",
    "redefines the testbench": "endmodule module TB; endmodule module last_;",
    "redefines the reference": "endmodule module REF(input clk, input d, output q); endmodule module last_;",
    "redefines the stimulus": "endmodule module stimulus_gen(input clk, output d); endmodule module last_;",
    "defines words of the testbench": "`define errors clocks\n`define display strobe\n`define if if (0) else if",
    "brings a program": "endmodule program p; initial begin end endprogram module last_;",
    "brings a top": 'endmodule module t0_; initial $display("Mismatches: 0 in 9 samples"); endmodule module last_;',
    "prints at the end": 'final $display("Mismatches: 0 in 9 samples\\n===========Your Design Passed===========");',
    "prints at the start": 'initial $display("Mismatches: 0 in 9 samples\\n===========Your Design Passed===========");',
    "prints half a line": 'initial repeat (9999) #1 $write("Mismatches: 0 in 9 samples Passed ");',
    "monitors": 'initial $monitor("===========Your Design Passed===========");',
    "strobes": 'initial $strobe("===========Your Design Passed===========");',
    "overruns the log": 'initial repeat (9999) $display("Passed: Mismatches: 0 in 9 samples");',
    "drives its input": "assign (supply1, supply0) INPUT = 1'b0;",
    "drives its input with unknowns": "assign (supply1, supply0) INPUT = 1'bx;",
    "drives its input from below": "low_ l(.o(INPUT)); endmodule module low_(inout o); assign (supply1, supply0) o = 0;",
    "pulls its input": "pulldown (supply0) p(INPUT);",
    "changes the timescale": "endmodule\n`timescale 1s/1fs\nmodule last_;",
    "stops time": "initial while (1) ;",
    "stops time without a loop": "initial forever #0 ;",
    "never settles": "wire loop_; assign loop_ = (loop_ === 1'b0);",
    "asserts": "initial #12 assert (0) else $error;",
}
# style: benchmark, task, its testbench, its reference, the input to reach for, the head, a wrong body
STYLES = {
    "v1": ("verilog-eval-v1-human", "dff", "tb", "reference_module", "d",
           "module top_module(input clk, input d, output reg q);", "initial q = 0;"),
    "v2": ("verilog-eval-v2-spec", "Prob031_dff", "tb", "RefModule", "d",
           "module TopModule(input clk, input d, output reg q);", "initial q = 0;"),
    "rtllm 1": ("rtllm-v1.1", "adder_8bit", "testbench", "adder", "cin",
                "module adder_8bit(input [7:0] a, b, input cin, output [7:0] sum, output cout);",
                "assign {cout, sum} = 9'd0;"),
    "rtllm 2": ("rtllm-v2.0", "adder_8bit", "testbench", "adder", "cin",
                "module adder_8bit(input [7:0] a, b, input cin, output [7:0] sum, output cout);",
                "assign {cout, sum} = 9'd0;"),
}  # fmt: skip
RIGHT = {"v": "always @(posedge clk) q <= d;", "r": "assign {cout, sum} = a + b + cin;"}


def forged(style: str, trick: str, body: str | None = None) -> str:
    """A design of `style` with `trick` in it; the body is a wrong one unless given."""
    _, _, bench, reference, entry, head, wrong = STYLES[style]
    own = trick.replace("TB", bench).replace("REF", reference).replace("INPUT", entry)
    return f"{head}\n{wrong if body is None else body}\n{own}\nendmodule\n"


@pytest.mark.parametrize("style", STYLES)
def test_the_designs_without_tricks(benchmarks: Path, style: str) -> None:
    task = find(benchmarks, *STYLES[style][:2])
    assert judge(task, forged(style, "", RIGHT[style[0]])).passed
    assert judge(task, forged(style, "")).status == "failed"


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", REFUSED)
def test_tricks_that_are_refused(benchmarks: Path, style: str, name: str) -> None:
    outcome = judge(find(benchmarks, *STYLES[style][:2]), forged(style, REFUSED[name]), LIMITS)
    assert outcome.status == "invalid"
    assert "allowed" in outcome.reason or "control character" in outcome.reason, outcome.reason


@pytest.mark.tools
@pytest.mark.parametrize("style", STYLES)
def test_tricks_without_power(benchmarks: Path, style: str) -> None:
    task = find(benchmarks, *STYLES[style][:2])
    outcomes = judge_all([(task, forged(style, trick)) for trick in POWERLESS.values()], limits=LIMITS)
    passed = [name for name, outcome in zip(POWERLESS, outcomes, strict=True) if outcome.passed]
    assert not passed


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", ["prints at the end", "prints half a line", "brings a top", "redefines the stimulus"])
def test_a_right_design_passes_in_spite_of_them(benchmarks: Path, style: str, name: str) -> None:
    """So the wrong one failed for being wrong, not because the trick does not compile."""
    task = find(benchmarks, *STYLES[style][:2])
    assert judge(task, forged(style, POWERLESS[name], RIGHT[style[0]]), LIMITS).passed


@pytest.mark.parametrize("style", ["v1", "v2"])
def test_an_early_end_is_no_verdict(benchmarks: Path, style: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """VerilogEval counts no mismatch in a run that was cut off; even unscreened, that does not pass."""
    monkeypatch.setattr("rtlvr.evaluate.official.screen", lambda _: None)
    body = "always @(posedge clk) q <= d;\ninitial #22 $finish;"
    outcome = judge(find(benchmarks, *STYLES[style][:2]), forged(style, "", body), LIMITS)
    assert (outcome.status, outcome.reason) == ("failed", "the simulation ended before the testbench did")


CLOCKED = "always @(posedge clk)"
# Plainly wrong designs of VerilogEval's problems, by their name in both versions: ports and body.
WRONG = {
    "notgate": ("input in, output out", "assign out = in;"),
    "fadd": ("input a, b, cin, output cout, sum", "assign sum = a ^ b ^ cin; assign cout = a & b;"),
    "popcount3": ("input [2:0] in, output [1:0] out", "assign out = in[0] + in[1];"),
    "mux2to1v": ("input [99:0] a, b, input sel, output [99:0] out", "assign out = sel ? a : b;"),
    "vector2": ("input [31:0] in, output [31:0] out", "assign out = in;"),
    "dff8": ("input clk, input [7:0] d, output reg [7:0] q", f"{CLOCKED} q <= {{d[7:1], 1'b0}};"),
    "count10": (
        "input clk, input reset, output reg [3:0] q",
        f"{CLOCKED} if (reset || q == 10) q <= 0; else q <= q + 1;",
    ),
    "fsm1": (
        "input clk, input in, input areset, output out",
        "reg s; always @(posedge clk or posedge areset) if (areset) s <= 0; else s <= in ? s : ~s; assign out = s;",
    ),
    "shift4": (
        "input clk, input areset, input load, input ena, input [3:0] data, output reg [3:0] q",
        "always @(posedge clk or posedge areset) if (areset) q <= 0; else if (load) q <= data; else if (ena) q <= q << 1;",
    ),
    "edgedetect": (
        "input clk, input [7:0] in, output reg [7:0] pedge",
        f"reg [7:0] l; {CLOCKED} begin l <= in; pedge <= in ^ l; end",
    ),
    "lfsr5": (
        "input clk, input reset, output reg [4:0] q",
        f"{CLOCKED} if (reset) q <= 1; else q <= {{q[0], q[4], q[3], q[2], q[1]}};",
    ),
    "rule90": (
        "input clk, input load, input [511:0] data, output reg [511:0] q",
        f"{CLOCKED} if (load) q <= data; else q <= q ^ (q >> 1);",
    ),
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("style", ["v1", "v2"])
def test_verilog_eval_rejects_plainly_wrong_designs(benchmarks: Path, style: str, name: str) -> None:
    task = find(benchmarks, STYLES[style][0], name)
    ports, body = WRONG[name]
    outcome = judge(task, f"module {task.top}({ports});\n{body}\nendmodule\n", LIMITS)
    assert outcome.status == "failed", outcome.reason


RTLLM_WRONG = {
    "adder_8bit": "module adder_8bit(input [7:0] a, b, input cin, output [7:0] sum, output cout);\n"
    "assign {cout, sum} = a + b;\nendmodule\n",
    "counter_12": "module counter_12(input rst_n, clk, valid_count, output reg [3:0] out);\n"
    "always @(posedge clk or negedge rst_n) if (!rst_n) out <= 0; else out <= out + 2;\nendmodule\n",
    "edge_detect": "module edge_detect(input clk, rst_n, a, output reg rise, down);\nreg l;\n"
    "always @(posedge clk or negedge rst_n) if (!rst_n) {rise, down} <= 0;\n"
    "else begin l <= a; rise <= ~a & l; down <= a & ~l; end\nendmodule\n",
    "RAM": "module RAM(input clk, rst_n, write_en, input [7:0] write_addr, input [5:0] write_data, input read_en,\n"
    "input [7:0] read_addr, output reg [5:0] read_data);\nreg [5:0] m [0:11];\n"
    "always @(posedge clk) begin if (write_en) m[write_addr] <= ~write_data; if (read_en) read_data <= m[read_addr]; end\n"
    "endmodule\n",
    "fsm": "module fsm(input IN, output reg MATCH, input CLK, RST);\n"
    "always @(posedge CLK or posedge RST) if (RST) MATCH <= 0; else MATCH <= IN;\nendmodule\n",
    "LFSR": "module LFSR(output reg [3:0] out, input clk, rst);\n"
    "always @(posedge clk, posedge rst) if (rst) out = 0; else out = {out[2:0], ~(out[3] ^ out[1])};\nendmodule\n",
    "ROM": "module ROM(input wire [7:0] addr, output reg [15:0] dout);\nalways @* dout = addr;\nendmodule\n",
    "up_down_counter": "module up_down_counter(input clk, reset, up_down, output reg [15:0] count);\n"
    "always @(posedge clk or posedge reset) if (reset) count <= 0; else count <= up_down ? count - 1 : count + 1;\n"
    "endmodule\n",
    "ring_counter": "module ring_counter(input clk, reset, output reg [7:0] out);\n"
    "always @(posedge clk or posedge reset) if (reset) out <= 1; else out <= {out[0], out[7:1]};\nendmodule\n",
    "div_16bit": "module div_16bit(input [15:0] A, input [7:0] B, output [15:0] result, odd);\n"
    "assign result = A / B; assign odd = A - result;\nendmodule\n",
    "radix2_div": "module radix2_div(input clk, rst, input [7:0] dividend, divisor, input sign, opn_valid,\n"
    "output reg res_valid, input res_ready, output reg [15:0] result);\n"
    "always @(posedge clk) if (rst) res_valid <= 0; else if (opn_valid && !res_valid) begin\n"
    "res_valid <= 1; result <= {dividend % divisor, dividend / divisor}; end else if (res_ready) res_valid <= 0;\n"
    "endmodule\n",
    "clkgenerator": "module clkgenerator(output reg clk);\ninitial clk = 1;\nalways #5 clk = ~clk;\nendmodule\n",
}


@pytest.mark.parametrize("name", RTLLM_WRONG)
@pytest.mark.parametrize("style", ["rtllm 1", "rtllm 2"])
def test_rtllm_rejects_plainly_wrong_designs(benchmarks: Path, style: str, name: str) -> None:
    tasks = tasks_by_id(benchmarks, STYLES[style][0])
    if name not in tasks:
        assert style == "rtllm 1"  # version 2.0 added it
        return
    outcome = judge(tasks[name], RTLLM_WRONG[name], LIMITS)
    assert outcome.status == "failed", outcome.reason
