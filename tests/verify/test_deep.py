"""Differences found late are shown in few frames: after a reset, the last ones are mostly enough."""

import numpy as np
import pytest

from rtlvr import verify
from rtlvr.verify.deep import _plans
from rtlvr.verify.miter import Miter

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
