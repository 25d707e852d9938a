"""A busy machine changes no verdict, and neither does what was judged before: limits are counted, not timed."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from rtlvr.verify.abc_engine import Count, _Answer
from rtlvr.verify.pool import Pool
from rtlvr.verify.verdict import Stimuli, Verdict

_SPINNING = 4

HEAD = "module m(input clk, rst, input [3:0] d, output reg [3:0] q);\n"
ADDER = HEAD + "always @(posedge clk) if (rst) q <= 0; else q <= q + d;\nendmodule\n"
OTHER_ADDER = (
    "module m(input clk, rst, input [3:0] d, output [3:0] q);\n"
    "reg [3:0] n; always @(posedge clk) n <= rst ? 4'd15 : n - d;\nassign q = ~n;\nendmodule\n"
)
COUNTING = HEAD + (
    "reg [15:0] n; always @(posedge clk) if (rst) n <= 0; else n <= n + 1;\n"
    "always @(posedge clk) if (rst) q <= 0; else q <= q + d + {};\nendmodule\n"
)
# A token every 1000 clocks, 15 at most: one that is used in the clock in which another comes must not be lost.
BUCKET = (
    "module m(input clk, rst, want, output reg [3:0] tokens, output grant);\n"
    "reg [9:0] n; wire tick = n == 999;\nassign grant = want && tokens != 0;\n"
    "always @(posedge clk) if (rst) begin n <= 0; tokens <= 0; end else begin\n"
    "  n <= tick ? 0 : n + 1;\n  tokens <= {};\nend\nendmodule\n"
)
FULL = BUCKET.format("tokens - grant + (tick && (tokens != 15 || grant))")
LOSES = BUCKET.format("tokens - grant + (tick && tokens != 15)")
PRODUCT = "module m(input [15:0] a, b, c, output [32:0] y);\n{}\nendmodule\n"
NO_RESET = "module m(input clk, d, output reg q = 1'bx);\nalways @(posedge clk) q <= q {} d;\nendmodule\n"
PAIRS = {
    "proved": (ADDER, OTHER_ADDER),
    "late: a trojan": (ADDER, COUNTING.format("(n == 5000)")),
    "late: a rare state and an event": (FULL, LOSES),
    "testbench only": (
        PRODUCT.format("assign y = (a + b) * c;"),
        PRODUCT.format("wire [32:0] p = a * c, q = c * b; assign y = p + q;"),
    ),
    "undecided": (NO_RESET.format("^"), NO_RESET.format("&")),
}
EXPECTED = {
    "proved": ("equivalent", True),
    "late: a trojan": ("inequivalent", False),
    "late: a rare state and an event": ("inequivalent", False),
    "testbench only": ("equivalent", False),
    "undecided": ("undecided", False),
}


@contextmanager
def spinning() -> Iterator[None]:
    """Processes that want all there is of every core."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(_SPINNING)]
    try:
        yield
    finally:
        for one in busy:
            one.kill()
            one.wait()


def judged(names: list[str]) -> dict[str, Verdict]:
    """Verdicts without their seconds, of a worker that has judged nothing before."""
    pool = Pool(1, mode="hybrid")
    try:
        return {name: pool.verify(*PAIRS[name], Stimuli()).model_copy(update={"seconds": 0.0}) for name in names}
    finally:
        pool.close()


@pytest.mark.tools
@pytest.mark.alone
@pytest.mark.timeout(180)
def test_a_busy_machine_and_another_order_change_no_verdict() -> None:
    quiet = judged(list(PAIRS))
    assert {name: (verdict.status, verdict.proved) for name, verdict in quiet.items()} == EXPECTED
    with spinning():
        assert judged(list(PAIRS)[::-1]) == quiet


def test_work_beyond_the_count_ends_an_answer_at_the_same_line() -> None:
    text = b"".join(b"cube %d\nConf = %d.\n" % (n, 10 * n) for n in range(1, 9)) + b"Status = 1\n"
    for size in (1, 7, 1000):
        for count, fits in ((Count(r"^cube", 8), True), (Count(r"^cube", 7), False)):
            answer = _Answer(count, [])
            assert all(answer.add(text[at : at + size]) for at in range(0, len(text), size)) == fits
            assert ("Status = 1" in answer.text) == fits


def test_counts_add_weighted_numbers_or_follow_a_running_sum() -> None:
    assert Count(r"LR = (\d+) F = (\d+)", 9, (1, 100)).of("3: LR = 20 F = 3") == 320
    assert Count(r"^cube", 9).of("no cube") is None
    answer = _Answer(Count(r"Conf = (\d+)", 25, running=True), [])
    assert answer.add(b"Conf = 10\nConf = 20\nConf = 25\n")
    assert not answer.add(b"Conf = 26\n")
