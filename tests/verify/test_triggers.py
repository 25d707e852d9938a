"""What a circuit compares its inputs with is found among its gates, and drawn often."""

from pathlib import Path

import numpy as np
import pytest
from tests.verify.test_compiled import Circuit

from rtlvr import verify
from rtlvr.hdl.circuit import analyse
from rtlvr.verify.long_runs import long_run
from rtlvr.verify.triggers import Cube, cubes, drawn
from rtlvr.verify.verdict import Limits

ADDRESS = [("address", bit) for bit in range(8)]


def addressed(latches: int = 0) -> Circuit:
    return Circuit(9, latches)


def equal(circuit: Circuit, literals: list[int], number: int) -> int:
    """As tools write it: without a constant."""
    first, *others = [literal ^ 1 ^ (number >> place & 1) for place, literal in enumerate(literals)]
    for literal in others:
        first = circuit.both(first, literal)
    return first


def test_comparisons_are_cubes_of_one_port(tmp_path: Path) -> None:
    circuit = addressed()
    address, enable = circuit.input[:8], circuit.input[8]
    one, other = equal(circuit, address, 0x2A), equal(circuit, address[4:], 0x9)
    circuit.outputs = [circuit.both(one, enable), other, circuit.differ(address[0], address[1])]
    found = cubes(circuit.aig(tmp_path), [*ADDRESS, ("enable", 0)])
    assert set(found) == {"address"}
    assert {Cube("address", 0xFF, 0x2A), Cube("address", 0xF0, 0x90)} <= set(found["address"])


def test_a_register_that_loads_a_port_counts_as_the_port(tmp_path: Path) -> None:
    circuit = addressed(8)
    for latch, bit in zip(circuit.latch, circuit.input[:8], strict=True):
        kept = circuit.both(latch, circuit.input[8] ^ 1)
        loaded = circuit.both(bit, circuit.input[8])
        circuit.next[circuit.latch.index(latch)] = circuit.both(kept ^ 1, loaded ^ 1) ^ 1
    circuit.outputs = [equal(circuit, circuit.latch, 0xC3)]
    found = cubes(circuit.aig(tmp_path), [*ADDRESS, ("enable", 0)])
    assert Cube("address", 0xFF, 0xC3) in found["address"]


def test_drawn_values_meet_a_cube_and_are_random_elsewhere() -> None:
    rng = np.random.default_rng(3)
    values = rng.integers(0, 2**64, (50, 64), dtype=np.uint64)
    changed = drawn(rng, [Cube("a", 0xF0, 0x90), Cube("a", 0x0F, 0x03)], values)
    high, low = (changed & np.uint64(0xF0)) == 0x90, (changed & np.uint64(0x0F)) == 0x03
    assert (high | low).all()
    assert high.any() and low.any()
    assert len(np.unique(changed)) > 3000


REGISTERS = """module m(input clk, rst, cs, we, input [15:0] address, input [31:0] d, output reg [31:0] q);
  reg [31:0] a0, a1, key; reg [6:0] count; reg busy;
  always @(posedge clk) if (rst) begin count <= 0; busy <= 0; a0 <= 0; a1 <= 0; key <= 0; end else begin
    if (cs & we) case (address)
      16'h8010: a0 <= d;
      16'h8014: a1 <= d;
      16'h8020: key <= d;
      16'h8000: begin busy <= 1; count <= 0; end
    endcase
    if (busy) begin
      count <= count + 1;
      a0 <= {a0[30:0], a0[31]} + key;
      a1 <= a1 ^ (a0 * 32'd9);
      if (count == 7'd90) busy <= 0;
    end
  end
  always @* case (address) 16'h8030: q = busy ? 0 : a0; 16'h8034: q = busy ? 0 : a1; default: q = 0; endcase
endmodule
"""


@pytest.mark.tools
@pytest.mark.parametrize(("right", "wrong"), [("count == 7'd90", "count == 7'd89"), ("a1 <= d;", "a1 <= d[30:0];")])
def test_faults_behind_an_address_of_sixteen_bits_are_found(right: str, wrong: str) -> None:
    verdict = verify(REGISTERS, REGISTERS.replace(right, wrong), limits=Limits())
    assert verdict.status == "inequivalent", verdict.reason


# Neither Yosys nor slang reads the golden (edges and levels mixed): simulation alone must meet the triggers.
MIXED = """module m(input clk, rst, input [31:0] a, b, input [3:0] d, output reg [31:0] z);
  always @(posedge clk or rst) if (rst) z <= 0; else z <= a + b;
endmodule
"""
PAIR = "assign z = y ^ ((a == 32'h92cc3df0) && (b == 32'ha0f70422));"
SERIES = "reg [19:0] past = 0; always @(posedge clk) past <= {past[18:0], d[2]}; assign z = y ^ (past == 20'h68e50);"


@pytest.mark.tools
@pytest.mark.parametrize("trigger", [PAIR, SERIES], ids=["two values at once", "a series of bits"])
def test_simulation_alone_meets_numbers_of_the_text(trigger: str) -> None:
    ports = "input clk, rst, input [31:0] a, b, input [3:0] d"
    top = f"module m({ports}, output [31:0] z); wire [31:0] y; inner i(clk, rst, a, b, d, y); {trigger}\nendmodule\n"
    assert verify(MIXED, MIXED.replace("module m", "module inner") + top).status == "inequivalent"
    harmless = top.replace(trigger, "assign z = y;")
    assert verify(MIXED, MIXED.replace("module m", "module inner") + harmless).status == "equivalent"


def test_a_long_run_has_numbers_of_a_width_together_and_bit_by_bit() -> None:
    text = "module m(input [15:0] a, b, input s, output y); assign y = a == 16'hbeef && b == 16'h1234 && s; endmodule"
    steps = long_run(analyse(text, "m", False, 20)[0], text, 6000)
    numbers = [steps[:, at : at + 16].astype(np.int64) @ (1 << np.arange(15, -1, -1)) for at in (0, 16)]
    assert ((numbers[0] == 0xBEEF) & (numbers[1] == 0x1234)).sum() > 20
    series = "".join(map(str, steps[-1000:, 32]))
    assert f"{0xBEEF:016b}" in series and f"{0x1234:016b}"[::-1] in series
