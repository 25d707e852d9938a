"""Two designs side by side, closed again after they were cut open: faults are found, unknown values are no fault."""

from pathlib import Path

import pytest

from rtlvr.hdl.circuit import Circuit, analyse
from rtlvr.hdl.yosys import end_child
from rtlvr.scratch import scratch
from rtlvr.verify import cutpoints, deep
from rtlvr.verify.compiled import Compiled
from rtlvr.verify.cutpoints import Cut, cut
from rtlvr.verify.miter import GoldenSide

pytestmark = pytest.mark.tools

# Nothing is reset: the pipe fills with what comes in, and `hold` is never known.
PIPE = """module m(input clk, rst, input [7:0] d, input [2:0] a, output reg [7:0] y, output hold, output reg [7:0] z);
  reg [7:0] one, two; reg h; reg [7:0] file [0:7];
  always @(posedge clk) begin
    one <= d; two <= one + 8'd3; y <= two ^ 8'h5a; h <= h ^ d[0];
    file[a] <= d; z <= file[a] + 8'd1;
    if (rst) z <= 8'd0;
  end
  assign hold = h;
endmodule
"""


def halves(golden: str, candidate: str, mapped: bool = True) -> tuple[Cut, Circuit]:
    circuit, reader, _ = analyse(golden, "m", False)
    side = GoldenSide(golden, circuit, reader)
    with scratch() as folder:
        found = cut(side, candidate, "m", reader, folder, 30, False, mapped)
    end_child()
    assert found is not None
    return found, circuit


def difference(golden: str, candidate: str) -> deep.Deep | None:
    found, circuit = halves(golden, candidate)
    assert found.running is not None
    compiled = Compiled(found.running.aig, found.running.initial())
    try:
        return deep.look(compiled, found.running.miter, circuit, candidate, 2e8)[0]
    finally:
        compiled.close()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("8'h5a", "8'h5b"), ("+ 8'd1", "+ 8'd2"), ("z <= 8'd0", "z <= 8'd1"), ("two <= one", "two <= d")],
)
def test_faults_are_found(right: str, wrong: str) -> None:
    found = difference(PIPE, PIPE.replace(right, wrong))
    assert found is not None and found.total < 2000


def test_what_the_golden_does_not_know_is_no_difference() -> None:
    assert difference(PIPE, PIPE.replace("h <= h ^ d[0]", "h <= h ^ d[1]")) is None


def test_memories_stay_whole_unless_they_are_mapped() -> None:
    found, _ = halves(PIPE, PIPE.replace("8'h5a", "8'h5b"), mapped=False)
    assert (found.made, found.running, found.memory) == (False, None, 64)


# The lowest one of three numbers: at its place only where all three have few digits, at the high end.
LOWEST = """module m(input clk, input [63:0] a, b, c, output reg y);
  reg [63:0] all;
  wire [63:0] low = all & -all;
  always @(posedge clk) begin all <= a | b | c; y <= low[45]; end
endmodule
"""


def test_a_plausible_pairing_runs_where_no_miter_will_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = LOWEST.replace("[45]", "[46]")
    small, _ = halves(LOWEST, wrong)
    assert small.made and small.running is None, "cutting is asked first, and then a miter"
    monkeypatch.setattr(cutpoints, "HUGE", 100)
    assert halves(LOWEST, wrong)[0].made
    assert difference(LOWEST, wrong) is not None, "numbers of few digits show it"


def test_two_clocks_do_not_run() -> None:
    two = PIPE.replace("input clk, rst", "input clk, slow, rst").replace("h <= h ^ d[0];", "")
    two = two.replace("assign hold", "always @(posedge slow) h <= d[0]; assign hold")
    found, _ = halves(two, two.replace("8'h5a", "8'h5b"))
    assert found.running is None


def test_a_golden_that_icarus_refuses_is_read_by_slang_alone(tmp_path: Path) -> None:
    """Yosys's own reader takes a member of an element of an unpacked array for something else."""
    from rtlvr import verify

    golden = """module m(input logic clk, put, input logic [7:0] d, output logic [7:0] q);
  typedef struct packed { logic [7:0] word; } item_t;
  item_t items [0:1];
  always_ff @(posedge clk) if (put) begin items[0].word <= d; items[1] <= items[0]; end
  assign q = items[1].word;
endmodule
"""
    swapped = golden.replace("items[0].word <= d; items[1] <= items[0];", "items[1] <= items[0]; items[0].word <= d;")
    assert verify(golden, swapped).status == "equivalent"
    assert verify(golden, golden.replace("items[1].word", "items[0].word")).status == "inequivalent"


def test_inputs_of_a_derived_reset_do_not_race() -> None:
    from rtlvr import verify

    golden = """module m(input clk, rst_n, test_mode, test_rst_n, d, output reg q);
  wire chosen = test_mode ? test_rst_n : rst_n;
  always @(posedge clk or negedge chosen) if (!chosen) q <= 0; else q <= d;
endmodule
"""
    ports = "clk, rst_n, test_mode, test_rst_n, d"
    outer = f"module m(input {ports}, output q); wire r; assign q = r; inner i({ports}, r); endmodule\n"
    assert verify(golden, golden.replace("module m", "module inner") + outer).status == "equivalent"


def test_the_netlist_of_such_a_golden_is_made_by_slang() -> None:
    """Icarus refuses an element of a packed array of structures; Yosys's own reader takes it, and misreads some."""
    from rtlvr.verify import Stimuli
    from rtlvr.verify.engine import Judge

    golden = """module m(input logic clk, rst, put, input logic [7:0] d, output logic [7:0] q);
  typedef struct packed { logic [7:0] word; } item_t;
  item_t [0:1] items, fresh; logic count;
  always_comb begin fresh = items; if (put) fresh[count].word = d; else fresh[0] = fresh[1]; end
  always_ff @(posedge clk) begin if (rst) count <= 0; else count <= count + put; items <= fresh; end
  assign q = items[0].word;
endmodule
"""
    judge = Judge()
    assert judge.asks_slang(golden, "m")
    assert judge.judge(golden, golden.replace("count + put", "put + count"), Stimuli(), "m", "m").readers[0] == "slang"
    assert not judge.asks_slang(PIPE, "m")


# Two outputs are declared and no more; the memory is too large for a miter, and nothing is ever known.
FLOATS = """module m(input clk, go, input [7:0] d, output reg [7:0] q, output idle, output [1:0] spare);
  reg [7:0] store [0:1023];
  reg [9:0] at;
  always @(posedge clk) begin
    if (go && d[0]) begin store[at] <= d; at <= at + 1; end
    q <= store[at] ^ d;
  end
endmodule
"""


def test_outputs_that_nothing_drives_on_either_side_are_the_same() -> None:
    from rtlvr import verify

    commuted = FLOATS.replace("go && d[0]", "d[0] && go")
    assert verify(FLOATS, commuted).proved
    assert not verify(FLOATS, commuted.replace("^ d", "^ ~d")).equivalent
    assert not verify(FLOATS, commuted.replace("endmodule", "assign spare = d[1:0]; endmodule")).equivalent


SPARE = """module m(input clk, rst, input [3:0] k, input [31:0] d, output y, output reg z, output reg [7:0] q);
  reg [147:0] c, e;
  always @(posedge clk)
    if (rst) begin c <= 0; e <= 1; z <= 0; q <= 0; end
    else begin c <= c + k; e <= {e[146:0], ^d}; z <= 1'b0; q <= q + d[7:0]; end
endmodule
"""


def test_an_output_that_nothing_drives_is_unknown_to_who_reads_it() -> None:
    from rtlvr import verify

    rare = SPARE.replace("z <= 1'b0", "z <= d == 32'h12345678 * c[31:0] + 32'h777 ? y : 1'b0")
    verdict = verify(SPARE, rare)
    assert not verdict.equivalent, verdict.reason
