"""Looking at held-out problems asks for what training rewards."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rtlvr.evaluate import heldout
from rtlvr.evaluate.suite import Designs, Question, Tasks, by_benchmark
from rtlvr.evaluate.task import Task
from rtlvr.llm.transcript import Reply, Request
from rtlvr.params import load
from rtlvr.policy.answer import AnswerFormat
from rtlvr.policy.backends import Asked, _reply
from rtlvr.policy.generate import Sampling
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
    tasks = [_task("own-designs", name) for name in ("adders/ripple", "mux")]
    asked = [*Tasks(tasks, "").questions, Question(id="counter-3", prompt="", system="", category="counter")]
    rows = [
        Sample(
            problem=one.id, benchmark=one.benchmark, category=one.category, variant="", response="", tokens=1,
            truncated=False, reward=0.0, status="wrong", reason="",
        )
        for one in asked
    ]  # fmt: skip
    assert {name: len(found) for name, found in by_benchmark(rows).items()} == {"own-designs": 2}
    assert [row.problem for row in rows] == ["own-designs/adders/ripple", "own-designs/mux", "counter-3"]


def _task(benchmark: str, name: str) -> Task:
    return Task(id=name, benchmark=benchmark, style="rtllm", prompt="", top="m", header="", testbench="", reference="")


def test_a_killed_run_goes_on_with_the_next_part(tmp_path: Path, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts that were judged are neither asked nor judged again, and the samples are those of an unbroken run."""
    monkeypatch.setattr(heldout, "_PART", 4)
    problems = [Problem(id=f"m-{i}", category="", prompt=f"{i}", golden=GOLDEN) for i in range(6)]
    suite, asked = Designs(problems, pool, Stimuli(), "code"), list[str]()

    class Says:
        model, left = "", 7

        def replies(self, wanted: Asked) -> Iterator[Reply]:
            for request, about in wanted:
                if len(asked) == self.left:
                    raise KeyboardInterrupt
                asked.append(about)
                yield _reply(request, about, PLAIN, 1, 20, False)

    says, path = Says(), tmp_path / "samples.jsonl"
    with pytest.raises(KeyboardInterrupt):
        heldout.cached_attempt(path, says, suite, Sampling(9), samples=2)
    assert not path.exists() and len(asked) == 7
    says.left = 99
    found = heldout.cached_attempt(path, says, suite, Sampling(9), samples=2)
    assert [sample.problem for sample in found] == [f"m-{i}" for i in range(6) for _ in range(2)]
    assert len(asked) == len(set(asked)) == 12 and all(sample.reward == 1 for sample in found)
    assert heldout.cached_attempt(path, says, suite, Sampling(9), samples=2) == found and len(asked) == 12
    assert [file.name for file in tmp_path.iterdir()] == ["samples.jsonl"]
