"""Honest code in every style that models write: none of it may be refused, in either mode."""

import pytest

from rtlvr.verify import Pool, Stimuli

pytestmark = pytest.mark.tools
HEAD = "module g(input clk, input rst, input [3:0] d, output reg [3:0] q);\n"
GOLDEN = HEAD + "always @(posedge clk) if (rst) q <= 0; else q <= d + 4'd3;\nendmodule\n"
BODY = "always @(posedge clk) if (rst) q <= 0; else q <= d + 4'd3;\n"
CONTROLS = {
    "prints": HEAD + 'initial $display("hello, 0 mismatches");\nalways @(posedge clk) begin $display("q=%h", q);\n'
    "if (rst) q <= 0; else q <= d + 3; end\nendmodule\n",
    "strobe and monitor": HEAD + 'initial $monitor("%b", q);\n' + BODY + "endmodule\n",
    "words in comments": "// module g; endmodule $finish\n/* module x(; `include */\n"
    + GOLDEN
    + "// endmodule module\n",
    "a word in a string": HEAD + 'reg [79:0] s = "endmodule"; ' + BODY + "endmodule\n",
    "a timescale": "`timescale 1ns / 1ps\n" + GOLDEN,
    "no default net type": "`default_nettype none\n"
    + GOLDEN.replace("input ", "input wire ")
    + "`default_nettype wire\n",
    "macros": "`define STEP 4'd3\n`define NEXT(x) ((x) + `STEP)\n"
    + HEAD
    + "always @(posedge clk) if (rst) q <= 0; else q <= `NEXT(d);\nendmodule\n",
    "a condition on macros": "`ifdef SYNTHESIS\nmodule nothing; endmodule\n`else\n`endif\n" + GOLDEN,
    "an include guard": "`ifndef G_V\n`define G_V\n" + GOLDEN + "`endif\n",
    "a helper below": HEAD.replace("output reg", "output")
    + "wire [3:0] n; add three(.a(d), .y(n)); keep k(clk, rst, n, q);\nendmodule\n"
    "module add #(parameter BY = 3) (input [3:0] a, output [3:0] y); assign y = a + BY; endmodule\n"
    "module keep(input c, input r, input [3:0] n, output reg [3:0] q); always @(posedge c) q <= r ? 4'd0 : n; endmodule\n",
    "a helper above": "module add(input [3:0] a, output [3:0] y); assign y = a + 3; endmodule\n"
    + HEAD
    + "wire [3:0] n; add i(d, n);\nalways @(posedge clk) if (rst) q <= 0; else q <= n;\nendmodule\n",
    "an unused helper": GOLDEN + "module spare(input a, output b); assign b = ~a; endmodule\n",
    "a function": HEAD + "function [3:0] f; input [3:0] x; begin f = x + 3; end endfunction\n"
    "always @(posedge clk) if (rst) q <= 0; else q <= f(d);\nendmodule\n",
    "a generate loop": HEAD
    + "wire [3:0] n = d + 4'd3; genvar i;\ngenerate for (i = 0; i < 4; i = i + 1) begin : bits\n"
    "always @(posedge clk) if (rst) q[i] <= 0; else q[i] <= n[i];\nend endgenerate\nendmodule\n",
    "parameters": "module g #(parameter W = 4, parameter [W-1:0] STEP = 3) (input clk, rst, input [W-1:0] d,\n"
    "output reg [W-1:0] q);\nlocalparam ZERO = 0;\nalways @(posedge clk) if (rst) q <= ZERO; else q <= d + STEP;\nendmodule\n",
    "old style ports": "module g(q, d, rst, clk);\noutput [3:0] q; input [3:0] d; input clk, rst;\nreg [3:0] q;\n"
    + BODY
    + "endmodule\n",
    "other order": "module g(output reg [3:0] q, input [3:0] d, input rst, input clk);\n" + BODY + "endmodule\n",
    "logic and always_ff": "module g(input logic clk, input logic rst, input logic [3:0] d, output logic [3:0] q);\n"
    "logic [3:0] n;\nalways_comb n = d + 4'd3;\nalways_ff @(posedge clk) if (rst) q <= '0; else q <= n;\nendmodule : g\n",
    "an enum": HEAD + "typedef enum logic [1:0] {IDLE, RUN} state_t; state_t s;\n"
    "always @(posedge clk) begin s <= rst ? IDLE : RUN; if (rst) q <= 0; else q <= d + 3; end\nendmodule\n",
    "two processes": HEAD + "reg [3:0] n;\nalways @* begin n = 0; if (!rst) n = d + 3; end\n"
    "always @(posedge clk) q <= n;\nendmodule\n",
    "clock-to-output delays": HEAD + "always @(posedge clk) if (rst) q <= #1 0; else q <= #1 d + 3;\nendmodule\n",
    "an initial value": GOLDEN.replace("output reg [3:0] q", "output reg [3:0] q = 4'd9"),
    "an initial block": HEAD + "initial q = 0;\n" + BODY + "endmodule\n",
    "integers": HEAD
    + "integer i; reg [3:0] n;\nalways @* begin n = 4'd3; for (i = 0; i < 4; i = i + 1) n = n + (d[i] << i); end\n"
    "always @(posedge clk) if (rst) q <= 0; else q <= n;\nendmodule\n",
    "signed": HEAD
    + "wire signed [3:0] s = d;\nalways @(posedge clk) if (rst) q <= 0; else q <= s - 4'shd;\nendmodule\n",
    "attributes": HEAD + "(* keep *) wire [3:0] n = d + 3;\n(* full_case, parallel_case *)\n"
    "always @(posedge clk) if (rst) q <= 0; else q <= n;\nendmodule\n",
    "a case of sixteen": HEAD
    + "always @(posedge clk) if (rst) q <= 0; else case (d)\n"
    + "".join(f"4'd{i}: q <= 4'd{(i + 3) % 16};\n" for i in range(15))
    + "default: q <= 4'd2;\nendcase\nendmodule\n",
    "casez": HEAD
    + "always @(posedge clk) casez ({rst, d}) 5'b1????: q <= 0; default: q <= d + 3; endcase\nendmodule\n",
    "a memory": HEAD + "reg [3:0] m [0:1];\nalways @(posedge clk) m[0] <= d;\n" + BODY + "endmodule\n",
    "named blocks": HEAD
    + "always @(posedge clk)\nbegin : main\nreg [3:0] t; t = d + 3; if (rst) q <= 0; else q <= t; end\nendmodule\n",
    "carriage returns": GOLDEN.replace("\n", "\r\n"),
    "tabs and blanks": GOLDEN.replace(" ", "\t  "),
    "accents in a comment": GOLDEN + "// größer, 大きい, ✓\n",
    "an escaped name": HEAD
    + "wire [3:0] \\next+3 = d + 3;\nalways @(posedge clk) if (rst) q <= 0; else q <= \\next+3 ;\nendmodule\n",
    "a dollar in a name": HEAD
    + "wire [3:0] n$3 = d + 3;\nalways @(posedge clk) if (rst) q <= 0; else q <= n$3;\nendmodule\n",
    "another top": GOLDEN.replace("module g", "module TopModule"),
}


@pytest.mark.parametrize("mode", ["hybrid", "testbench"])
@pytest.mark.parametrize("name", CONTROLS)
def test_honest_code_is_accepted(pool: Pool, name: str, mode: str) -> None:
    verdict = pool.verify(GOLDEN, CONTROLS[name], Stimuli(sequences=4, cycles=40), mode=mode)
    assert verdict.equivalent, verdict.reason
