"""Replies to many requests, recorded as they come.

Guaranteed: with a record, every reply is on disk as soon as the backend gives it, and is not asked for again: a killed run
goes on with the next (a local model at the batch that was under way). A failing service raises, and is never a wrong answer.
"""

from collections.abc import Iterable
from pathlib import Path

from rtlvr.llm.transcript import Reply, Request, Transcript
from rtlvr.policy.backends import Asked, Backend
from rtlvr.progress import counter


def replies_to(asked: Asked, backend: Backend, record: Path | None = None) -> list[Reply]:
    """The replies to (request, what it is about), in order; equal requests are asked once.

    Args:
        record: a file of replies (JSON lines) that are known, and to which new ones are added; None: nothing is kept.

    Raises:
        InfrastructureError: the backend failed; ask again, and what is recorded is not asked again.
        BudgetError: a budget is spent.
        OSError: a reply could not be recorded.
    """
    wanted = {request.digest: (request, about) for request, about in asked}
    if record is None:
        found = {reply.request: reply for reply in backend.replies(list(wanted.values()))}
        return [found[request.digest] for request, _ in asked]
    known = Transcript(record)
    _ask_missing(wanted, known, backend, record.name.partition(".")[0])
    return [known.ask(request, about) for request, about in asked]


def _ask_missing(wanted: dict[str, tuple[Request, str]], known: Transcript, backend: Backend, what: str) -> None:
    missing = [one for digest, one in wanted.items() if digest not in known]
    with counter(what, total=len(wanted), initial=len(wanted) - len(missing), unit="answer") as bar:
        for reply in backend.replies(missing):
            known.add(reply)
            bar.update()


def text_of(reply: Reply) -> str:
    """What a reply says, a thought that the service keeps apart in its tags before it."""
    return f"<think>{reply.reasoning}</think>\n{reply.content}" if reply.reasoning else reply.content


def cut(reply: Reply) -> bool:
    """Whether the reply ran out of tokens."""
    return reply.finish == "length"


def asked_of(
    model: str,
    questions: Iterable[tuple[str, str, str]],
    samples: int,
    seed: int,
    max_tokens: int,
    temperature: float,
    top_p: float,
) -> list[tuple[Request, str]]:
    """What a model is asked: each question `samples` times, with the seeds that follow `seed`; all of the first come first.

    Args:
        questions: what each is about, its system prompt, and its text.
    """
    return [
        (
            Request(
                model=model,
                system=system,
                user=text,
                temperature=temperature,
                max_tokens=max_tokens,
                seed=seed + number,
                top_p=top_p,
            ),
            f"{about} #{number}",
        )
        for about, system, text in questions
        for number in range(samples)
    ]
