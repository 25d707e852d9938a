"""A benchmark's samples from an OpenAI-compatible endpoint, as a file for `rtlvr bench`.

Guaranteed: every reply is on disk before it counts, so that a killed run goes on at the sample where it stopped and pays for
none twice; a failing service raises, and is never a wrong answer.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tqdm.auto import tqdm

from rtlvr.data.chat import Chat, Request, Transcript
from rtlvr.evaluate.benchmarks import Task
from rtlvr.evaluate.official import Answer
from rtlvr.hdl.response import SYSTEM_PROMPT
from rtlvr.records import write_jsonl


@dataclass(frozen=True)
class Asking:
    """How tasks are put: n answers each, with the seeds `seed`, `seed` + 1, …"""

    model: str
    samples: int = 1
    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int = 2048
    seed: int = 0
    concurrency: int = 8


def ask(tasks: Sequence[Task], asking: Asking, chat: Chat, out: Path) -> int:
    """Ask for all samples, in order of tasks; writes `out` when all are there, and returns their number.

    Replies are recorded beside it, in `out` with the ending `.transcript.jsonl`.

    Raises:
        InfrastructureError: the service failed; run again, and what was answered is not asked again.
        BudgetError: a budget is spent.
    """
    recorded = Transcript(out.with_suffix(".transcript.jsonl"), chat)
    wanted = [(task, number) for task in tasks for number in range(asking.samples)]

    def answer(item: tuple[Task, int]) -> Answer:
        task, number = item
        reply = recorded.ask(_request(task, asking, number), f"{task.id} #{number}")
        thought = f"<think>{reply.reasoning}</think>\n" if reply.reasoning else ""
        return Answer(task_id=task.id, response=thought + reply.content)

    with ThreadPoolExecutor(asking.concurrency, "ask") as threads:
        try:
            rows = list(tqdm(threads.map(answer, wanted), "samples", len(wanted), unit="sample"))
        except BaseException:
            threads.shutdown(cancel_futures=True)
            raise
    write_jsonl(out, rows)
    return len(rows)


def _request(task: Task, asking: Asking, number: int) -> Request:
    return Request(
        model=asking.model,
        system=SYSTEM_PROMPT,
        user=task.prompt,
        temperature=asking.temperature,
        top_p=asking.top_p,
        max_tokens=asking.max_tokens,
        seed=asking.seed + number,
    )
