"""A design that is right only because simulation can see that a value is unknown is not right."""

import pytest

from rtlvr.verify import Pool, Stimuli

pytestmark = pytest.mark.tools

PLAIN = "module u(input clk, rst, d, output reg q); always @(posedge clk) if (rst) q <= 0; else q <= d; endmodule\n"
HEAD = "module u(input clk, rst, d, output reg q); reg s, t; always @(posedge clk) {s, t} <= {t, ~s};\n"
NEVER_SET = "module u(input clk, rst, d, output reg q); reg s, t;\n"
ASKS = ["s === 1'bx", "s !== 1'b0 && s !== 1'b1", "s === t", "s === ~s", "$isunknown(s)", "(^{s, t}) === 1'bx"]


def asking(head: str, condition: str) -> str:
    """A register that takes its input where a condition holds, and the opposite elsewhere."""
    return head + f"always @(posedge clk) if (rst) q <= 0; else q <= ({condition}) ? d : ~d; endmodule\n"


@pytest.mark.parametrize("condition", ASKS)
@pytest.mark.parametrize("head", [HEAD, NEVER_SET])
def test_asking_whether_state_is_unknown_helps_nobody(pool: Pool, head: str, condition: str) -> None:
    verdict = pool.verify(PLAIN, asking(head, condition), Stimuli(), mode="hybrid")
    assert not verdict.equivalent, verdict


@pytest.mark.parametrize(
    "value",
    [
        "(d === 1'bx) ? 1'bx : d",
        "d === 1'b1",
        "d !== 1'b0",
        "$isunknown(d) ? 1'bx : d",
        "(d === 1'b1) ? 1 : (d === 1'b0) ? 0 : 1'bx",
    ],
)
def test_careful_models_of_known_values_are_right(pool: Pool, value: str) -> None:
    careful = PLAIN.replace("q <= d", f"q <= {value}")
    for pair in ((PLAIN, careful), (careful, PLAIN)):
        verdict = pool.verify(*pair, Stimuli(), mode="hybrid")
        assert verdict.equivalent and verdict.proved, verdict
