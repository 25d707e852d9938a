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


@pytest.mark.long
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


PLAIN = "module u(input [3:0] a, b, output [3:0] y); assign y = a ^ b; endmodule\n"
# Icarus does not know `a` when it decides these, and takes a wrong number without a word.
MEASURED = [
    "generate if ($bits(a) == 4) begin : g assign y = a ^ b; end endgenerate",
    "localparam W = $bits(a); assign y = (a ^ b) & {W{1'b1}};",
    "genvar i; generate for (i = 0; i < $bits(a); i = i + 1) begin : g assign y[i] = a[i] ^ b[i]; end endgenerate",
    "part #(.W($bits(a))) p(a ^ b, y);",
]
PART = "module part #(parameter W = 1)(input [W-1:0] x, output [W-1:0] z); assign z = x; endmodule\n"


@pytest.mark.parametrize("body", MEASURED)
def test_the_size_of_a_signal_decides_a_parameter_or_a_block(pool: Pool, body: str) -> None:
    text = f"module u(input [3:0] a, b, output [3:0] y); {body} endmodule\n" + PART
    assert read(text, "u").misread
    for pair in ((PLAIN, text), (text, PLAIN)):
        verdict = pool.verify(*pair, Stimuli(), golden_top="u", mode="hybrid")
        assert verdict.equivalent and verdict.proved, verdict
    wrong = text.replace("a ^ b", "a & b").replace("a[i] ^ b[i]", "a[i] & b[i]")
    assert pool.verify(PLAIN, wrong, Stimuli(), mode="hybrid").status == "inequivalent"


@pytest.mark.parametrize("body", ["typedef enum {A = $bits(a), B} t;", "specparam W = $bits(a);"])
def test_other_constants_by_the_size_of_a_signal_are_not_left_to_icarus(pool: Pool, body: str) -> None:
    text = f"module u(input [3:0] a, output [3:0] y); {body} assign y = a + {'A' if 'A' in body else 'W'}; endmodule\n"
    assert read(text).misread
    plain = "module u(input [3:0] a, output [3:0] y); assign y = a + 4; endmodule\n"
    assert pool.verify(plain, text, Stimuli(), mode="hybrid").status != "inequivalent"


@pytest.mark.parametrize("body", ["typedef logic [3:0] t; localparam W = $bits(t);", "wire [$bits(a)-1:0] w = a;"])
def test_sizes_that_icarus_knows_are_left_to_it(body: str) -> None:
    assert not read(f"module u(input [3:0] a, output [3:0] y); {body} assign y = a; endmodule\n").misread


def test_names_through_an_instance_are_read_by_slang(pool: Pool) -> None:
    part = "module part(input [3:0] x); parameter K = 1; wire [3:0] inner = x + K; endmodule\n"
    text = (
        part + "module u(input [3:0] a, b, output [3:0] y); part #(3) p(a); assign y = p.inner ^ b ^ p.K; endmodule\n"
    )
    plain = "module u(input [3:0] a, b, output [3:0] y); assign y = (a + 4'd3) ^ b ^ 4'd3; endmodule\n"
    for pair in ((plain, text), (text, plain)):
        verdict = pool.verify(*pair, Stimuli(), golden_top="u", mode="hybrid")
        assert verdict.equivalent and verdict.proved, verdict
    assert pool.verify(plain, text.replace("x + K", "x - K"), Stimuli(), mode="hybrid").status == "inequivalent"


def test_a_choice_right_after_a_decimal_number(pool: Pool) -> None:
    plain = "module u(input [3:0] a, b, output [3:0] y); assign y = (a == 9) ? b : 1; endmodule\n"
    text = plain.replace("(a == 9) ?", "a==4'd9?")
    for pair in ((plain, text), (text, plain)):
        assert pool.verify(*pair, Stimuli(), mode="hybrid").equivalent
    assert pool.verify(plain, text.replace("4'd9?", "4'd8?"), Stimuli(), mode="hybrid").status == "inequivalent"
    assert pool.verify(plain, text.replace("4'd9?", "4'h9?"), Stimuli(), mode="hybrid").status == "invalid"


def test_strengths_of_drivers_are_not_judged_by_the_netlist_alone(pool: Pool) -> None:
    plain = "module u(input clk, a, output y); reg q; always @(posedge clk) q <= a; assign y = q; endmodule\n"
    weak = plain.replace("assign y = q;", "assign (weak1, weak0) y = 0; assign (strong1, strong0) y = q;")
    assert pool.verify(plain, weak, Stimuli(), mode="hybrid").status != "inequivalent"


def test_arguments_by_reference_are_refused(pool: Pool) -> None:
    head = "module u(input [3:0] a, output logic [3:0] y); function automatic void f(ref logic [3:0] x); x = ~x; endfunction\n"
    verdict = pool.verify(
        "module u(input [3:0] a, output [3:0] y); assign y = ~a; endmodule\n",
        head + "always_comb begin y = a; f(y); end endmodule\n",
        Stimuli(),
        mode="hybrid",
    )
    assert (verdict.status, verdict.cause) == ("invalid", "construct"), verdict
