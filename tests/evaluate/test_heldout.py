"""Looking at held-out problems asks for what training rewards."""

import pytest

from rtlvr.evaluate import heldout
from rtlvr.params import load
from rtlvr.policy.model import AnswerFormat, chat
from rtlvr.records import Problem
from rtlvr.verify import Pool, Stimuli

GOLDEN = "module m(input a, output y); assign y = ~a; endmodule\n"
PLAIN = f"```verilog\n{GOLDEN}```"


@pytest.mark.parametrize(("answer", "share"), [("tags", 0.0), ("code", 1.0)])
def test_a_look_asks_and_judges_as_training_does(
    answer: AnswerFormat, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[dict[str, str]]] = []

    def complete(model: object, tokenizer: object, messages: list[list[dict[str, str]]], *_: object):
        asked.extend(messages)
        return [(PLAIN, 20, False) for _ in messages]

    monkeypatch.setattr(heldout, "complete_texts", complete)
    problem = Problem(id="m-0", category="gates", prompt="Invert a.", golden=GOLDEN)
    pool = Pool(1)
    try:
        look = heldout.trial([problem], load("smoke").evaluation, pool, Stimuli(), answer)
        assert look(None, None) == share
    finally:
        pool.close()
    assert asked == [chat(problem.prompt, answer)]
