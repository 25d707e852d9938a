"""A benchmark's samples from a backend, as a file for `rtlvr bench`.

Guaranteed: every reply is on disk as soon as the backend gives it, and is not asked for again: a killed run goes on at the
sample where it stopped (a local model at the batch that was under way). A failing service raises, and is never a wrong
answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm.auto import tqdm

from rtlvr.evaluate.answers import BenchmarkAnswer
from rtlvr.evaluate.benchmarks import Task
from rtlvr.llm.transcript import Reply, Request, Transcript
from rtlvr.policy.answer import SYSTEM_PROMPT
from rtlvr.policy.backends import Backend
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
    recorded = Transcript(out.with_suffix(".transcript.jsonl"))
    wanted = {
        (task.id, number): _request(task, asking, number, backend.model)
        for task in tasks
        for number in range(asking.samples)
    }
    missing = {r.digest: (r, f"{task} #{number}") for (task, number), r in wanted.items() if r.digest not in recorded}
    with tqdm(total=len(wanted), initial=len(wanted) - len(missing), desc=out.stem, unit="sample") as bar:
        for reply in backend.replies(list(missing.values())):
            recorded.add(reply)
            bar.update()
    answers = [_answer(task, recorded.ask(request, task)) for (task, _), request in wanted.items()]
    write_jsonl(out, answers)
    return answers


def _request(task: Task, asking: Asking, number: int, model: str) -> Request:
    return Request(
        model=model,
        system=asking.system,
        user=task.prompt,
        temperature=asking.temperature,
        top_p=asking.top_p,
        max_tokens=asking.max_tokens,
        seed=asking.seed + number,
    )


def _answer(task: str, reply: Reply) -> BenchmarkAnswer:
    thought = f"<think>{reply.reasoning}</think>\n" if reply.reasoning else ""
    cut = reply.finish == "length"
    return BenchmarkAnswer(
        task_id=task, response=thought + reply.content, tokens=reply.completion_tokens, truncated=cut
    )
