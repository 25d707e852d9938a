"""Structure analysis by Yosys: clocks, resets, widths, hierarchy."""

import pytest

from rtlvr.errors import DesignError
from rtlvr.records import Pin
from rtlvr.verify import Pool, Stimuli

STIMULI = Stimuli(sequences=1, cycles=8)
REGISTER = """module r(input ck, input clr, input [2:0] d, output reg [2:0] q);
always @({event}) if ({test}) q <= 0; else q <= d;
endmodule"""


@pytest.mark.parametrize(
    ("event", "test", "kind", "level"),
    [
        ("posedge ck", "clr", "sync", 1),
        ("posedge ck", "!clr", "sync", 0),
        ("posedge ck or posedge clr", "clr", "async", 1),
        ("negedge ck or negedge clr", "!clr", "async", 0),
    ],
)
def test_resets(pool: Pool, event: str, test: str, kind: str, level: int) -> None:
    circuit = pool.inspect(REGISTER.format(event=event, test=test), STIMULI)
    assert [(c.name, c.edges) for c in circuit.clocks] == [("ck", (event.split()[0],))]
    assert [(r.name, r.kind, r.level) for r in circuit.resets] == [("clr", kind, level)]
    assert circuit.registers == 3


def test_both_edges_and_two_clocks(pool: Pool) -> None:
    code = """module d(input a, input b, input x, output reg p, output reg q, output reg r);
    always @(posedge a) p <= x; always @(negedge a) q <= x; always @(posedge b) r <= p; endmodule"""
    clocks = {c.name: set(c.edges) for c in pool.inspect(code, STIMULI).clocks}
    assert clocks == {"a": {"posedge", "negedge"}, "b": {"posedge"}}


def test_parameters_and_hierarchy(pool: Pool) -> None:
    code = """module leaf #(parameter W = 2)(input [W-1:0] a, output [W-1:0] y); assign y = ~a; endmodule
    module top #(parameter N = 5)(input [N-1:0] a, output [N-1:0] y); leaf #(.W(N)) u(.a(a), .y(y)); endmodule"""
    circuit = pool.inspect(code, STIMULI)
    assert circuit.top == "top"
    assert [p.width for p in circuit.ports] == [5, 5]
    assert not circuit.sequential


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("module m(inout a, output b); assign b = a; endmodule", "inout"),
        ("module m(input a); endmodule", "no output"),
        ("module m(input a, output y); assign y = ; endmodule", "line 1"),
        ("assign x = 1;", "no module"),
        ("module m(input a, output y); other o(a, y); endmodule", "other"),
    ],
)
def test_what_cannot_be_judged_is_said(pool: Pool, code: str, said: str) -> None:
    with pytest.raises(DesignError, match=said):
        pool.inspect(code, STIMULI)


def test_a_symbol_tells_clocks_and_resets_from_data(pool: Pool) -> None:
    code = """module m(input clk_n, rst_n, input [3:0] d, output reg [3:0] q);
always @(negedge clk_n or negedge rst_n) if (!rst_n) q <= 0; else q <= d; endmodule"""
    inputs, outputs = pool.inspect(code, STIMULI).symbol()
    assert inputs == [
        Pin(name="clk_n", role="clock", remark="falling edge", inverted=True),
        Pin(name="rst_n", role="reset", remark="asynchronous, active low", inverted=True),
        Pin(name="d", width=4),
    ]
    assert outputs == [Pin(name="q", width=4)]
