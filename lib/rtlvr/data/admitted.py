"""Which published rows are trained on: checks, and a count of what fell by reason.

Rows are checked as they stream and written as they pass, in chunks: a run that was killed goes on after its last whole chunk.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

from pydantic import Field
from tqdm.auto import tqdm

from rtlvr.errors import DesignError
from rtlvr.policy.answer import parse
from rtlvr.records import Exchange, Problem, Record, iter_jsonl, write_text
from rtlvr.verify import Stimuli, Verifier

_CHUNK = 256
RowType = TypeVar("RowType", Exchange, Problem)
RowCheck = Callable[[RowType], str | None]  # why a row falls, in a few words; None where it passes


class Admission(Record):
    """How far a set has been read: rows seen, bytes of the file of kept rows, and how many fell, by reason."""

    seen: int = 0
    size: int = 0
    kept: int = 0
    fallen: dict[str, int] = Field(default_factory=dict)


def admitted(rows: Iterable[RowType], check: RowCheck[RowType], path: Path, verifier: Verifier) -> Admission:
    """Write the rows that pass to `path` (JSON lines) and return the counts; goes on where an earlier call stopped.

    Args:
        check: asked from several threads, so that goldens are judged side by side.
    """
    state = path.with_suffix(".progress.json")
    progress = Admission.model_validate_json(state.read_text()) if state.exists() else Admission()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file, tqdm(initial=progress.seen, desc=path.stem, unit="row", mininterval=5) as bar:
        file.truncate(progress.size)
        rest = iter(islice(iter(rows), progress.seen, None))
        for chunk in iter(lambda: list(islice(rest, _CHUNK)), []):
            reasons = list(verifier.map(check, chunk))
            passed = [row for row, reason in zip(chunk, reasons, strict=True) if reason is None]
            file.writelines((row.model_dump_json() + "\n").encode() for row in passed)
            file.flush()
            fallen = Counter(progress.fallen) + Counter(reason for reason in reasons if reason)
            progress = Admission(
                seen=progress.seen + len(chunk),
                size=file.tell(),
                kept=progress.kept + len(passed),
                fallen=dict(fallen),
            )
            write_text(state, progress.model_dump_json())
            bar.update(len(chunk))
    return progress


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


def short_enough(count: Callable[[str], int], limit: int) -> Callable[[str], str | None]:
    """A check of a text's length in tokens."""
    return lambda text: None if count(text) <= limit else "length"


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
