"""Which published rows are trained on: checks, and a count of what fell by reason.

Rows are checked as they stream and written as they pass, in chunks: a run that was killed goes on after its last whole chunk.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from io import BufferedWriter
from itertools import islice
from pathlib import Path
from typing import TypeVar

from pydantic import Field

from rtlvr.data.decontaminate import BenchmarkIndex, Reference
from rtlvr.data.near_duplicates import digest, signature, tokens
from rtlvr.data.published import Unreadable
from rtlvr.errors import DesignError
from rtlvr.policy.answer import parse
from rtlvr.progress import counter
from rtlvr.records import Exchange, Problem, Record, iter_jsonl, write_text
from rtlvr.verify import Pool, Stimuli, Verifier

_CHUNK = 256
RowType = TypeVar("RowType", Exchange, Problem)
RowCheck = Callable[[RowType], str | None]  # why a row falls, in a few words; None where it passes
CodeCheck = Callable[[str, Sequence[str]], str | None]  # the same of a question and the codes that answer it


class Admission(Record):
    """How far a set has been read: rows seen, bytes of the file of kept rows, and how many fell, by reason."""

    seen: int = 0
    size: int = 0
    kept: int = 0
    fallen: dict[str, int] = Field(default_factory=dict)
    done: bool = False


def admitted(
    rows: Callable[[int], Iterable[RowType | Unreadable]], check: RowCheck[RowType], path: Path, verifier: Verifier
) -> Admission:
    """Write the rows that pass to `path` (JSON lines) and return the counts; goes on where an earlier call stopped.

    Args:
        rows: the set without so many rows at its beginning; what has been read is not asked for again.
        check: asked from several threads, so that goldens are judged side by side.
    """
    state = path.with_suffix(".progress.json")
    progress = counts_of(path) if state.exists() else Admission()
    if progress.size > (path.stat().st_size if path.exists() else 0):
        progress = Admission()  # rows that were counted are no longer there
    if progress.done and path.exists():
        return progress
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file, counter(path.stem, initial=progress.seen, unit="row") as bar:
        file.truncate(progress.size)
        rest = iter(rows(progress.seen))
        for chunk in iter(lambda: list(islice(rest, _CHUNK)), []):
            progress = _added(progress, chunk, list(verifier.map(partial(_why, check), chunk)), file)
            write_text(state, progress.model_dump_json())
            bar.update(len(chunk))
    progress = progress.model_copy(update={"done": True})
    write_text(state, progress.model_dump_json())
    return progress


def _why(check: RowCheck[RowType], row: RowType | Unreadable) -> str | None:
    return "unreadable" if isinstance(row, Unreadable) else check(row)


def _added(
    progress: Admission, chunk: Sequence[Record], reasons: Sequence[str | None], file: BufferedWriter
) -> Admission:
    """Write the rows of a chunk that pass, and count."""
    passed = [row for row, reason in zip(chunk, reasons, strict=True) if reason is None]
    file.writelines((row.model_dump_json() + "\n").encode() for row in passed)
    file.flush()
    fallen = Counter(progress.fallen) + Counter(reason for reason in reasons if reason)
    return Admission(
        seen=progress.seen + len(chunk), size=file.tell(), kept=progress.kept + len(passed), fallen=dict(fallen)
    )


def answered_well(row: Exchange) -> str | None:
    """Why an answer does not have the format of the paper (thought and code in their tags)."""
    return None if parse(row.response).problem is None else "format"


def judged(verifier: Verifier, stimuli: Stimuli) -> RowCheck[Problem]:
    """A check that all goldens of a problem can be judged: each is held against itself under another name of the text."""

    def check(row: Problem) -> str | None:
        for golden in (row.golden, *row.others):
            try:
                verdict = verifier.verify(golden, golden + "\n", stimuli)
            except DesignError:
                return "golden cannot be judged"
            if not verdict.equivalent:
                return f"golden differs from itself: {verdict.status}"
        return None

    return check


def apart(references: Mapping[str, Sequence[Reference]], pool: Pool, stimuli: Stimuli) -> CodeCheck:
    """A check that a question and its codes are none of these; see `rtlvr.data.decontaminate` for what counts as one.

    It is asked for a question and its codes, and says why they fall. Codes that cannot be read are looked at as text.

    Args:
        references: by what they are: `a benchmark`, `a held-out design`.
    """
    indices = {kind: BenchmarkIndex(rows, pool, stimuli) for kind, rows in references.items() if rows}

    def check(question: str, codes: Sequence[str]) -> str | None:
        return next((why for code in codes if (why := _copied(indices, question, code, pool, stimuli))), None)

    return check


def _copied(
    indices: Mapping[str, BenchmarkIndex], question: str, code: str, pool: Pool, stimuli: Stimuli
) -> str | None:
    """Whose text or function a code is."""
    words = tokens(code)
    looks = digest(words), signature(words)
    for kind, index in indices.items():
        if index.text(*looks, question):
            return f"{kind}'s text"
    try:
        circuit = pool.inspect(code, stimuli)
        return next((f"{kind}'s function" for kind, one in indices.items() if one.design(code, circuit)), None)
    except DesignError:
        return None


def both(*checks: RowCheck[RowType]) -> RowCheck[RowType]:
    """The first reason that any of the checks gives."""

    def check(row: RowType) -> str | None:
        return next((reason for one in checks if (reason := one(row)) is not None), None)

    return check


def counts_of(path: Path) -> Admission:
    """The counts of a set that has been read."""
    return Admission.model_validate_json(path.with_suffix(".progress.json").read_text())


def rows_of(path: Path, kind: type[RowType]) -> Iterator[RowType]:
    """The rows that were kept."""
    return iter_jsonl(path, kind)


def told(counts: Admission) -> str:
    """The counts in a line."""
    fell = ", ".join(f"{reason} {count}" for reason, count in sorted(counts.fallen.items()))
    return json.dumps({"read": counts.seen, "kept": counts.kept}) + (f"; fell: {fell}" if fell else "")
