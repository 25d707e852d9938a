"""Resets that are asynchronous and synchronous at once are put in words that synthesis takes."""

import pytest

from rtlvr import verify
from rtlvr.hdl.resets import split_resets

HEAD = "module m(input clk, input a, input b, input [3:0] d, output reg [3:0] q);\n"
RESET = HEAD + "always @({events}) begin if ({condition}) begin q <= 3; end else q <= q + d; end\nendmodule\n"


def test_the_term_that_names_the_reset_comes_first() -> None:
    text = split_resets(RESET.format(events="posedge clk or negedge a", condition="b || a == 1'b0"))
    assert text.index("if (a == 1'b0)") < text.index("else if (b)")


@pytest.mark.parametrize("condition", ["!a", "b", "b && a", "a ? b : d[0]"])
def test_other_conditions_stay(condition: str) -> None:
    text = RESET.format(events="posedge clk or negedge a", condition=condition)
    assert split_resets(text) == text


@pytest.mark.tools
@pytest.mark.parametrize(
    ("events", "condition"),
    [
        ("posedge clk or negedge a", "~a | b"),
        ("posedge clk, negedge a, posedge b", "b || !a"),
        ("posedge a or posedge clk", "b || (a || d[0])"),
    ],
)
def test_such_designs_are_proved(events: str, condition: str) -> None:
    golden = RESET.format(events=events, condition=condition)
    right = verify(golden, golden.replace("q + d", "d - (~q + 1)"))
    assert right.equivalent and right.proved, right
    assert verify(golden, golden.replace("q <= 3", "q <= 2")).status == "inequivalent"
