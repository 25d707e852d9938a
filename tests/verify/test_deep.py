"""Differences found late are shown in few frames: after a reset, the last ones are mostly enough."""

import time
from itertools import groupby, product

import numpy as np
import pytest

from rtlvr import verify
from rtlvr.hdl.circuit import analyse
from rtlvr.hdl.source import without_first_values
from rtlvr.verify.deep import _plans
from rtlvr.verify.leap import counters_of
from rtlvr.verify.long_runs import held_run, long_run
from rtlvr.verify.miter import Miter
from rtlvr.verify.stimulus import columns
from rtlvr.verify.waits import lengths, numbers_in

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


PRESS = """module press(input clk, rst, p, output reg short_press, long_press);
  reg [19:0] held;
  always @(posedge clk)
    if (rst) {short_press, long_press, held} <= 0;
    else begin
      short_press <= !p && held != 0 && held < 20'd600_000;
      long_press <= p && held == 20'd599_999;
      held <= !p ? 0 : held == 20'd600_000 ? held : held + 1;
    end
endmodule
"""


def test_a_button_that_is_let_go_in_one_frame_of_600_000() -> None:
    verdict = verify(PRESS, PRESS.replace("held < 20'd600_000", "held < 20'd599_999"))
    assert verdict.status == "inequivalent", verdict.reason


def test_a_prescaler_before_a_timer_is_waited_for() -> None:
    waits = lengths("if (p == 999) if (t == 8'd200) f = 100_000_000 / 115_200;", 10_000_000)
    assert {1000, 868, 199_800, 115_200} <= set(waits) and sum(waits) <= 10_000_000


BLINK = """module blink(input clk, rst, en, output reg led);
  reg [26:0] n;
  always @(posedge clk)
    if (rst) begin led <= 0; n <= FIRST; end
    else if (en) begin
      n <= n == LAST ? 0 : n + 1;
      if (n == LAST) led <= ~led;
    end
endmodule
"""


@pytest.mark.parametrize("down", [False, True])
def test_a_divider_of_a_hundred_million_is_one_off(down: bool) -> None:
    counting = BLINK.replace("n == LAST ? 0 : n + 1", "n == 0 ? LAST : n - 1").replace("if (n == LAST)", "if (n == 0)")
    text = (counting.replace("FIRST", "LAST") if down else BLINK.replace("FIRST", "0")).replace(
        "LAST", "27'd99_999_999"
    )
    verdict = verify(text, text.replace("99_999_999", "99_999_998"))
    assert (verdict.status, verdict.cause) == ("inequivalent", "late_difference"), verdict.reason
    assert 99_000_000 < verdict.seen.steps < 110_000_000


def test_what_counts_is_seen_in_both_directions_and_orders() -> None:
    moments = np.arange(16)
    up, down = moments + 40, 9 - moments
    bits = [[(value >> bit) & 1 for bit in range(8)] for value in (up, down)]
    states = np.array([*bits[0], np.zeros(16, dtype=np.int64), *bits[1][::-1]]).T.astype(np.uint64)
    first, second = counters_of(states)
    assert (list(first.latches)[:8], first.step) == (list(range(8)), 1)
    assert (list(second.latches)[:8], second.step) == (list(range(16, 8, -1)), -1)


SLOW = """module blink(input clk, output [7:0] lamps);
  reg [23:0] waited;
  reg [7:0] lit;
  initial begin waited = 0; lit = {7'd0, 1'b1}; end
  assign lamps = ~lit;
  always @(posedge clk)
    if (waited == 3_000_000) begin waited <= 0; lit <= {lit[6:0], lit[7]}; end
    else waited <= waited + 1'b1;
endmodule
"""


def test_a_late_difference_counts_where_a_block_gives_the_first_values() -> None:
    verdict = verify(SLOW, SLOW.replace("waited = 0", "waited = 1"))
    assert (verdict.status, verdict.cause) == ("inequivalent", "late_difference"), verdict.reason
    declared = SLOW.replace("initial begin waited = 0; lit = {7'd0, 1'b1}; end", "")
    declared = declared.replace("] waited;", "] waited = 0;").replace("] lit;", "] lit = 8'd1;")
    assert verify(SLOW, declared).proved


def test_only_constants_are_first_values() -> None:
    plain = "initial begin a = 0; b[3] <= {4'hf, ~2'd1}; end initial c = 1'b1;"
    assert without_first_values(plain).split() == []
    for other in ("initial a = b;", "initial a = 2'bx1;", "initial a = f(1);", "initial begin if (a) b = 0; end"):
        assert without_first_values(other) == other


def test_thousands_of_numbers_are_waited_for_in_rounds_that_fit_into_memory() -> None:
    miter = Miter("cycle", (), latches=1, tick="", turn="", groups=())
    plans = list(_plans(np.random.default_rng(0), miter, 60_000_000, " ".join(map(str, range(256)))))
    assert max(len(plan.frames) for plan in plans) < 16_000
    assert {64, 67, 252} <= set(np.concatenate([plan.frames for plan in plans]).tolist())


SAT = """module sat(input clk, rst, en, input [3:0] d, output y, output reg [99:0] s);
  reg [11:0] c;
  always @(posedge clk)
    if (rst) begin c <= 0; s <= 0; end
    else begin c <= !en ? 0 : c == 12'd1000 ? c : c + 1; s <= {s[95:0], d}; end
  assign y = c == 12'd1000;
endmodule
"""


@pytest.mark.long
def test_what_is_unknown_to_simulation_alone_in_a_long_rest_may_still_be_proved() -> None:
    pair = "reg u, v; always @(posedge clk) begin u <= u ^ d[0]; v <= ~(u ^ d[0]); end\n  reg [11:0] c;"
    doubtful = SAT.replace("reg [11:0] c;", pair).replace("c == 12'd1000;", "c == 12'd1000 ? u | v : 1'b0;")
    verdict = verify(SAT, doubtful)
    assert verdict.equivalent and verdict.proved, verdict.reason
    assert not verify(SAT, doubtful.replace("u | v", "u & v")).equivalent


def test_a_rest_of_very_wide_inputs_is_short() -> None:
    circuit = analyse(
        "module m(input clk, input [49999:0] a, output reg y); always @(posedge clk) y <= ^a; endmodule", "m"
    )[0]
    assert held_run(circuit, "", 40_000).nbytes < 24_000_000


def test_numbers_of_thousands_of_digits_end_no_check() -> None:
    assert {7, 9} <= numbers_in("10'd" + "0" * 5000 + "7 + 'h" + "f" * 5000 + " + 'd" + "9" * 5000 + " + 4'd9")
    circuit = analyse(GOLDEN, "counter")[0]
    began = time.process_time()
    long_run(circuit, "0" * 100_000 + "1", 2000)
    assert time.process_time() - began < 5
