"""Differences found late are shown in few frames: after a reset, the last ones are mostly enough."""

from itertools import groupby, product

import numpy as np
import pytest

from rtlvr import verify
from rtlvr.hdl.circuit import analyse
from rtlvr.verify.deep import _plans
from rtlvr.verify.long_runs import held_run
from rtlvr.verify.miter import Miter
from rtlvr.verify.stimulus import columns

pytestmark = pytest.mark.tools

GOLDEN = """module counter(input clk, rst_n, en, up, output reg [3:0] count, output wrap);
  wire top = count == 10, bottom = count == 0;
  assign wrap = en && (up ? top : bottom);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) count <= 0;
    else if (en) count <= up ? (top ? 0 : count + 1) : (bottom ? 10 : count - 1);
endmodule
"""
OUTER = """module counter(input clk, rst_n, en, up, output [3:0] count, output wrap);
  wire [3:0] inner; reg [19:0] past = 0;
  inside i(.clk(clk), .rst_n(rst_n), .en(en), .up(up), .count(inner), .wrap(wrap));
  always @(posedge clk) past <= {past[18:0], up};
  assign count = inner ^ (past == 20'h92650);
endmodule
"""


def test_a_difference_after_millions_of_frames_is_shown_in_a_hundred_steps() -> None:
    verdict = verify(GOLDEN, GOLDEN.replace("module counter", "module inside") + OUTER)
    assert (verdict.status, verdict.method) == ("inequivalent", "formal"), verdict.reason
    assert verdict.counterexample is not None and verdict.seen.steps < 1000


@pytest.mark.parametrize("most", [60_000, 1_000_000, 13_000_000, 250_000_000])
def test_most_of_what_is_looked_at_is_one_long_stretch(most: int) -> None:
    miter = Miter("cycle", (), latches=1, tick="", turn="", groups=())
    plans = [plan.first(most) for plan in _plans(np.random.default_rng(0), miter, most)]
    assert sum(plan.total for plan in plans) == most
    assert plans[-1].frames.max() > 0.6 * most, "a clock that goes wrong late needs one stretch, not several short ones"


QUEUE = """module queue(input clk, rst, put, take, input [7:0] d, output [7:0] q, output full, empty);
  reg [7:0] kept [0:2047];
  reg [11:0] head, tail;
  assign full = head - tail == 2048;
  assign empty = head == tail;
  assign q = kept[tail[10:0]];
  always @(posedge clk)
    if (rst) begin head <= 0; tail <= 0; end
    else begin
      if (put & ~full) begin kept[head[10:0]] <= d; head <= head + 1; end
      if (take & ~empty) tail <= tail + 1;
    end
endmodule
"""


@pytest.mark.parametrize(
    ("good", "bad"), [("== 2048", "== 2047"), ("put & ~full", "put"), ("head - tail ==", "head[10:0] - tail[10:0] ==")]
)
def test_a_queue_too_large_for_native_simulation_is_filled(good: str, bad: str) -> None:
    verdict = verify(QUEUE, QUEUE.replace(good, bad))
    assert verdict.status == "inequivalent", verdict.reason


def test_a_run_at_rest_holds_every_combination_of_a_few_inputs() -> None:
    circuit = analyse(QUEUE, "queue", False, 20)[0]
    steps = held_run(circuit, QUEUE, 48_000)[1::2]
    places = columns(circuit)
    put, take, rst = (steps[:, places[name].start] for name in ("put", "take", "rst"))
    assert len(steps) == 48_000
    for held in product((0, 1), repeat=2):
        rests = (np.column_stack([put, take]) == held).all(axis=1)
        longest = max(sum(1 for _ in run) for alike, run in groupby(rests) if alike)
        assert longest >= 1900, f"put, take = {held} for {longest} cycles only"
    assert rst.sum() == 12 * 3
