"""Suites: questions, and how answers to them are judged. Held-out designs are judged by the verifier, public benchmarks by
their own testbenches.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rtlvr.evaluate.answers import extract
from rtlvr.evaluate.official import judge_all
from rtlvr.evaluate.scores import SIMULATED
from rtlvr.evaluate.task import Task
from rtlvr.llm.transcript import Reply
from rtlvr.policy.answer import AnswerFormat, last_block, parse, system_prompt
from rtlvr.policy.replies import cut, text_of
from rtlvr.records import Problem, Record, Sample
from rtlvr.reward.equivalence import Judgement, judge
from rtlvr.verify import Stimuli, Verifier


class Question(Record):
    """What a policy is asked; `id` names it in its suite.

    `benchmark`: of a public benchmark's task. `category`: of a design.
    """

    id: str
    prompt: str
    system: str
    benchmark: str = ""
    category: str = ""


class Suite(Protocol):
    """Questions, and a judge of answers to them."""

    @property
    def questions(self) -> list[Question]:
        """What is asked, in order."""
        ...

    def judge(self, asked: Sequence[Question], replies: Sequence[Reply]) -> list[Judgement]:
        """Judge a reply to each question, in order.

        Raises:
            InfrastructureError: tools failed; never scored as a wrong answer.
        """
        ...

    def code(self, sample: Sample) -> str | None:
        """The code of a judged sample; None where it has none that came to a comparison."""
        ...


@dataclass(frozen=True)
class Designs:
    """Specifications with goldens, judged by the verifier.

    Args:
        answer: what is asked for (`rl.answer`).
        plain: take a block of code without tags as well, as a base model writes it.
    """

    problems: Sequence[Problem]
    verifier: Verifier
    stimuli: Stimuli
    answer: AnswerFormat = "tags"
    plain: bool = False

    @property
    def questions(self) -> list[Question]:
        """See `Suite`."""
        usual = system_prompt(self.answer)
        return [
            Question(id=p.id, prompt=p.prompt, system=p.system or usual, category=p.category) for p in self.problems
        ]

    def judge(self, asked: Sequence[Question], replies: Sequence[Reply]) -> list[Judgement]:
        """See `Suite`."""
        goldens = {p.id: (p.golden, *p.others) for p in self.problems}
        texts, plain = [text_of(reply) for reply in replies], self.plain or self.answer == "code"
        return judge(self.verifier, self.stimuli, [goldens[question.id] for question in asked], texts, plain)

    def code(self, sample: Sample) -> str | None:
        """See `Suite`."""
        if sample.status in ("format", "invalid"):
            return None
        return parse(sample.response).code or last_block(sample.response)


@dataclass(frozen=True)
class Tasks:
    """Tasks of public benchmarks, judged by their own testbenches; a question is named BENCHMARK/TASK."""

    tasks: Sequence[Task]
    system: str

    @property
    def questions(self) -> list[Question]:
        """See `Suite`."""
        return [
            Question(id=_name(task), prompt=task.prompt, system=self.system, benchmark=task.benchmark)
            for task in self.tasks
        ]

    def judge(self, asked: Sequence[Question], replies: Sequence[Reply]) -> list[Judgement]:
        """See `Suite`; the status is the class in which the testbench puts the answer."""
        known = {_name(task): task for task in self.tasks}
        tasks = [known[question.id] for question in asked]
        codes = [extract(task, text_of(one), cut(one)) for task, one in zip(tasks, replies, strict=True)]
        outcomes = judge_all(list(zip(tasks, codes, strict=True)))
        return [Judgement(float(one.kind == "passed"), one.kind, one.reason) for one in outcomes]

    def code(self, sample: Sample) -> str | None:
        """See `Suite`."""
        if sample.status not in SIMULATED:
            return None
        task = next(task for task in self.tasks if _name(task) == sample.problem)
        return extract(task, sample.response, sample.truncated)


def by_benchmark(samples: Sequence[Sample]) -> dict[str, list[Sample]]:
    """Samples of public benchmarks by the benchmark; those of held-out designs are left out."""
    found: dict[str, list[Sample]] = {}
    for sample in samples:
        if sample.benchmark:
            found.setdefault(sample.benchmark, []).append(sample)
    return found


def _name(task: Task) -> str:
    return f"{task.benchmark}/{task.id}"
