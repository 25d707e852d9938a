"""Which reader takes a text: the one that takes it at all, and the one that does not take minutes."""

import pytest

from rtlvr.hdl.reading import read
from rtlvr.verify import Pool, Stimuli

pytestmark = pytest.mark.tools

# Each bit of a parallel LFSR is the parity of a mask that a function of constants works out.
LFSR = """module lfsr #(parameter W = 32, D = 32, parameter [W-1:0] POLY = 32'h04c11db7)
  (input [D-1:0] data, input [W-1:0] state, output [W-1:0] next);
  function [W+D-1:0] mask(input [31:0] index);
    reg [W-1:0] own [W-1:0]; reg [D-1:0] other [W-1:0]; reg [W-1:0] s; reg [D-1:0] d, one; integer i;
    begin
      for (i = 0; i < W; i = i + 1) begin own[i] = 0; own[i][i] = 1'b1; other[i] = 0; end
      for (one = {1'b1, {D-1{1'b0}}}; one != 0; one = one >> 1) begin
        s = own[W-1]; d = other[W-1] ^ one;
        for (i = W - 1; i > 0; i = i - 1) begin own[i] = own[i-1]; other[i] = other[i-1]; end
        own[0] = s; other[0] = d;
        for (i = 1; i < W; i = i + 1) if ((POLY >> i) & 1) begin own[i] = own[i] ^ s; other[i] = other[i] ^ d; end
      end
      mask = {other[index], own[index]};
    end
  endfunction
  genvar n;
  generate for (n = 0; n < W; n = n + 1) begin : bits
    wire [W+D-1:0] m = mask(n);
    assign next[n] = ^({data, state} & m);
  end endgenerate
endmodule
"""
SERIAL = """module lfsr(input [31:0] data, input [31:0] state, output reg [31:0] next);
  integer i;
  always @* begin
    next = state;
    for (i = 31; i >= 0; i = i - 1) next = (next << 1) ^ ((next[31] ^ data[i]) ? 32'h04c11db7 : 32'd0);
  end
endmodule
"""
STEPS = """module lfsr(input [31:0] data, input [31:0] state, output [31:0] next);
  function [31:0] step(input [31:0] s, input b); step = {s[30:0], 1'b0} ^ ({32{s[31] ^ b}} & 32'h04c11db7); endfunction
  function [31:0] all(input [31:0] s, input [31:0] d);
    integer i; begin all = s; for (i = 31; i >= 0; i = i - 1) all = step(all, d[i]); end
  endfunction
  assign next = all(state, data);
endmodule
"""


@pytest.mark.parametrize(
    ("golden", "candidate", "mode", "status"),
    [
        (LFSR, SERIAL, "hybrid", "equivalent"),
        (SERIAL, LFSR, "testbench", "equivalent"),
        (LFSR, STEPS, "testbench", "equivalent"),
        (LFSR, SERIAL.replace("db7 :", "db5 :"), "hybrid", "inequivalent"),
        (SERIAL, LFSR.replace("W - 1; i > 0", "W - 1; i > 1"), "hybrid", "inequivalent"),
    ],
)
def test_functions_that_compute_masks_of_constants(
    pool: Pool, golden: str, candidate: str, mode: str, status: str
) -> None:
    verdict = pool.verify(golden, candidate, Stimuli(), mode=mode)
    assert verdict.status == status, verdict
    assert verdict.readers[0] == ("slang" if golden is LFSR else "verilog")


@pytest.mark.parametrize(("text", "slang"), [(LFSR, True), (STEPS, True), (SERIAL, False)])
def test_slang_is_asked_first_where_functions_compute(text: str, slang: bool) -> None:
    assert read(text, None).slang == slang


def test_instances_of_checkers_are_assertions(pool: Pool) -> None:
    golden = "module u(input clk, input a, output reg q); always @(posedge clk) q <= a; endmodule\n"
    head = "checker ck(logic c, logic x); assert property (@(posedge c) x |-> x); endchecker\n"
    verdict = pool.verify(
        golden, head + golden.replace("endmodule", "ck k(clk, a);\nendmodule"), Stimuli(), mode="hybrid"
    )
    assert verdict.equivalent and verdict.proved, verdict


def test_what_icarus_compiles_and_cannot_run_is_simulated_as_a_netlist(pool: Pool) -> None:
    golden = "module u(input [3:0] a, b, output [3:0] y); assign y = a + b; endmodule\n"
    bus = (
        "interface i; logic [3:0] p, q; function automatic logic [3:0] sum(); return p + q; endfunction endinterface\n"
    )
    body = "module u(input [3:0] a, b, output [3:0] y); i x(); assign x.p = a; assign x.q = b; assign y = x.sum(); endmodule\n"
    assert pool.verify(golden, bus + body, Stimuli(), mode="hybrid").equivalent
    assert pool.verify(bus + body, golden, Stimuli(), mode="hybrid").equivalent
    assert pool.verify(golden, bus.replace("p + q", "p - q") + body, Stimuli(), mode="hybrid").status == "inequivalent"
