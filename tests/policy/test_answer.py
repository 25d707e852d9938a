"""The answer format of the paper, §3.3."""

import pytest

from rtlvr.policy.answer import parse

GOOD = "<think>\nt\n</think>\n<answer>\n```verilog\nmodule a;\nendmodule\n```\n</answer>"


def test_good() -> None:
    response = parse(GOOD)
    assert response.problem is None
    assert response.thought == "t"
    assert response.code == "module a;\nendmodule\n"


def test_the_last_block_counts() -> None:
    two = GOOD.replace("```verilog", "```verilog\nfirst\n```\n```verilog", 1)
    assert parse(two).code == "module a;\nendmodule\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "0 of <think>"),
        (GOOD + "<think>", "2 of <think>"),
        (GOOD.replace("<answer>", "", 1), "0 of <answer>"),
        ("</think><think><answer></answer>", "out of order"),
        (GOOD.replace("```verilog", "```"), "no ```verilog block"),
        ("<think>```verilog\nx\n```</think><answer></answer>", "no ```verilog block"),
    ],
)
def test_bad_formats_say_why(text: str, said: str) -> None:
    assert said in parse(text).problem
