"""Resets that are asynchronous and synchronous at once are put in words that synthesis takes."""

import pytest

from rtlvr import verify
from rtlvr.hdl.resets import held_resets, split_resets

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


def test_what_only_a_reset_assigns_stays_as_it_is_under_the_clock() -> None:
    body = "if (a) begin q[1] <= 1; {q[0], p} = f(d); go(); end else if (b) q[3:2] <= d[1:0]; else p = d[0];"
    text = held_resets(HEAD + f"always @(posedge clk or posedge a) {body} endmodule\n")
    assert "else begin begin q[1] <= q[1] ; {q[0], p} = {q[0], p} ; ; end if (b)" in text
    alone = held_resets(HEAD + "always @(posedge clk or posedge a) if (a) q <= 3; endmodule\n")
    assert "if (a) q <= 3; else begin q <= q ; end" in alone
    local = "if (a) begin for (int i = 0; i < 4; i++) q[i] <= 0; end else q <= d;"
    assert "i++) q[i] <= q[i] ; end q <= d;" in held_resets(
        HEAD + f"always @(posedge clk, posedge a) {local} endmodule\n"
    )
    for events in ("posedge clk", "*"):
        text = HEAD + f"always @({events}) if (a) q <= 3; else q <= d; endmodule\n"
        assert held_resets(text) == text
