"""Looking at held-out problems asks for what training rewards."""

from collections.abc import Iterator

import pytest

from rtlvr.evaluate import heldout
from rtlvr.evaluate.suite import Designs, by_benchmark
from rtlvr.llm.transcript import Reply, Request
from rtlvr.params import load
from rtlvr.policy.answer import AnswerFormat
from rtlvr.policy.backends import Asked, _reply
from rtlvr.policy.model import chat
from rtlvr.records import Problem, Sample
from rtlvr.verify import Pool, Stimuli

GOLDEN = "module m(input a, output y); assign y = ~a; endmodule\n"
PLAIN = f"```verilog\n{GOLDEN}```"


@pytest.mark.parametrize(("answer", "share"), [("tags", 0.0), ("code", 1.0)])
def test_a_look_asks_and_judges_as_training_does(
    answer: AnswerFormat, share: float, monkeypatch: pytest.MonkeyPatch, pool: Pool
) -> None:
    asked: list[Request] = []

    class Says:
        model = ""

        def __init__(self, *_: object) -> None: ...

        def replies(self, wanted: Asked) -> Iterator[Reply]:
            asked.extend(request for request, _ in wanted)
            return (_reply(request, about, PLAIN, 1, 20, False) for request, about in wanted)

    monkeypatch.setattr(heldout, "Loaded", Says)
    problem = Problem(id="m-0", category="gates", prompt="Invert a.", golden=GOLDEN)
    look = heldout.trial(Designs([problem], pool, Stimuli(), answer), load("smoke").evaluation)
    assert look(None, None) == share
    assert [request.messages for request in asked] == [chat(problem.prompt, answer)]


def test_tasks_in_sub_folders_are_of_one_benchmark() -> None:
    names = ("own-designs/adders/ripple", "own-designs/mux", "counter-3")
    rows = [
        Sample(problem=name, variant="", response="", tokens=1, truncated=False, reward=0.0, status="wrong", reason="")
        for name in names
    ]
    assert {name: len(found) for name, found in by_benchmark(rows).items()} == {"own-designs": 2}
