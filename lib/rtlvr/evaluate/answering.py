"""A benchmark's samples from a backend, as a file for `rtlvr bench`.

Guaranteed: every reply is on disk as soon as the backend gives it, and is not asked for again: a killed run goes on at the
sample where it stopped (a local model at the batch that was under way). A failing service raises, and is never a wrong
answer.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count
from pathlib import Path

from rtlvr.evaluate.answers import BenchmarkAnswer, extract
from rtlvr.evaluate.official import complaint
from rtlvr.evaluate.task import Task
from rtlvr.llm.transcript import Reply, Request
from rtlvr.policy.answer import SYSTEM_PROMPT
from rtlvr.policy.backends import Backend
from rtlvr.policy.replies import asked_of, cut, replies_to, text_of
from rtlvr.records import write_jsonl

_AGAIN = "{}.\nFind the mistake, and give the complete corrected answer, in the form that was asked for."
_MOST_SHOWN = 8000  # characters of an answer that the model sees again


@dataclass(frozen=True)
class Asking:
    """How tasks are put: n answers each, with the seeds `seed`, `seed` + 1, …; temperature 0 is greedy.

    `turns`: an answer that does not compile goes back with the compiler's message, until so many answers are there. The
    message is about the answer alone: a benchmark's testbench and reference are not for a model to see.
    """

    samples: int = 1
    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int = 2048
    seed: int = 0
    system: str = SYSTEM_PROMPT
    turns: int = 1


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
    repeated, record = [task for task in tasks for _ in range(asking.samples)], out.with_suffix(".transcript.jsonl")
    said = [[reply] for reply in replies_to(asked, backend, record)]
    for _ in range(1, asking.turns):
        again = _again(repeated, asked, said)
        for place, reply in zip(again, replies_to(list(again.values()), backend, record), strict=True):
            if not reply.too_long:  # the conversation is longer than the model reads: the answer before it counts
                said[place].append(reply)
                asked[place] = again[place]
    answers = [_answer(task.id, replies) for task, replies in zip(repeated, said, strict=True)]
    write_jsonl(out, answers)
    return answers


def _again(
    tasks: Sequence[Task], asked: Sequence[tuple[Request, str]], said: Sequence[Sequence[Reply]]
) -> dict[int, tuple[Request, str]]:
    """What is asked after the last answers, by the place of the sample."""
    last = [replies[-1] for replies in said]
    codes = [extract(task, text_of(one), cut(one)) for task, one in zip(tasks, last, strict=True)]
    with ThreadPoolExecutor(cpu_count()) as threads:
        found = list(threads.map(complaint, codes))
    return {
        place: (
            request.model_copy(
                update={"exchanges": (*request.exchanges, (_shown(last[place]), _AGAIN.format(problem)))}
            ),
            f"{about.partition(' turn ')[0]} turn {len(said[place]) + 1}",
        )
        for place, (problem, (request, about)) in enumerate(zip(found, asked, strict=True))
        if problem and not last[place].too_long
    }


def _shown(reply: Reply) -> str:
    """An answer as the conversation keeps it: without the thought."""
    return text_of(reply).rpartition("</think>")[2].strip()[:_MOST_SHOWN] or "(no answer)"


def _answer(task: str, replies: Sequence[Reply]) -> BenchmarkAnswer:
    reply = replies[-1]
    return BenchmarkAnswer(
        task_id=task,
        response=text_of(reply),
        tokens=sum(one.completion_tokens for one in replies),
        truncated=cut(reply),
        too_long=reply.too_long,
        turns=len(replies),
    )
