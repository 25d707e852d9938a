"""A benchmark's samples from a backend, as a file for `rtlvr bench`.

Guaranteed: every reply is on disk as soon as the backend gives it, and is not asked for again: a killed run goes on at the
sample where it stopped (a local model at the batch that was under way). A failing service raises, and is never a wrong
answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rtlvr.evaluate.answers import BenchmarkAnswer
from rtlvr.evaluate.task import Task
from rtlvr.llm.transcript import Reply
from rtlvr.policy.answer import SYSTEM_PROMPT
from rtlvr.policy.backends import Backend
from rtlvr.policy.replies import asked_of, cut, replies_to, text_of
from rtlvr.records import write_jsonl


@dataclass(frozen=True)
class Asking:
    """How tasks are put: n answers each, with the seeds `seed`, `seed` + 1, …; temperature 0 is greedy."""

    samples: int = 1
    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int = 2048
    seed: int = 0
    system: str = SYSTEM_PROMPT


def ask(tasks: Sequence[Task], asking: Asking, backend: Backend, out: Path) -> list[BenchmarkAnswer]:
    """All samples, in order of tasks; `out` is written when all are there, and then it is not asked for again.

    Replies are recorded beside it, in `out` with the ending `.transcript.jsonl`.

    Raises:
        InfrastructureError: the backend failed; run again, and what was answered is not asked again.
        BudgetError: a budget is spent.
    """
    questions = [(task.id, asking.system, task.prompt) for task in tasks]
    asked = asked_of(
        backend.model, questions, asking.samples, asking.seed, asking.max_tokens, asking.temperature, asking.top_p
    )
    replies = replies_to(asked, backend, out.with_suffix(".transcript.jsonl"))
    repeated = [task for task in tasks for _ in range(asking.samples)]
    answers = [_answer(task.id, reply) for task, reply in zip(repeated, replies, strict=True)]
    write_jsonl(out, answers)
    return answers


def _answer(task: str, reply: Reply) -> BenchmarkAnswer:
    return BenchmarkAnswer(
        task_id=task,
        response=text_of(reply),
        tokens=reply.completion_tokens,
        truncated=cut(reply),
        too_long=reply.too_long,
    )
