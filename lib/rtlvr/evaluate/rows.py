"""`rtlvr verify --pairs`: JSON lines in, JSON lines out, in order, going on after a kill."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rtlvr.errors import ParameterError
from rtlvr.policy.answer import parse
from rtlvr.verify.api import verify_many
from rtlvr.verify.verdict import Mode, Verdict

_SHOWN = ("status", "equivalent", "proved", "method", "reason", "cause", "seconds")


def verify_rows(source: Path, target: Path, jobs: int = 0, mode: Mode = "hybrid") -> int:
    """Judge every row of `source` that `target` does not hold yet, and append its verdict; returns the number judged.

    Rows have `id`, `golden`, and `candidate` or `response` (then the format is checked and the code extracted), and
    optionally `golden_top`, `candidate_top`. What cannot be read gets `invalid`. A half-written last line is made again.

    Raises:
        ParameterError: `source` cannot be read, or `target` belongs to other rows.
        InfrastructureError: tools failed; run again to go on.
    """
    if not source.is_file():
        raise ParameterError(f"got --pairs {source}, which is no file; give JSON lines with id, golden, candidate")
    rows = [_row(line, number) for number, line in enumerate(source.read_bytes().splitlines(), 1) if line.strip()]
    done = _finished(target, rows)
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("a", encoding="utf-8") as file:
        for row, verdict in zip(rows[done:], _verdicts(rows[done:], jobs, mode), strict=True):
            shown = {"id": row["id"], **{key: getattr(verdict, key) for key in _SHOWN}}
            file.write(json.dumps(shown) + "\n")
            file.flush()
    return len(rows) - done


def _row(line: bytes, number: int) -> dict[str, Any]:
    """A row with `id` and either `pair` or `problem`."""
    try:
        row = json.loads(line)
    except ValueError as error:  # broken JSON or encoding
        return {"id": None, "problem": f"line {number} is not JSON: {error}"}
    if not isinstance(row, dict):
        return {"id": None, "problem": f"line {number} is not an object"}
    found = {"id": row.get("id")}
    if "candidate" not in row and isinstance(row.get("response"), str):
        response = parse(row["response"])
        if response.problem:
            return found | {"problem": f"format: {response.problem}"}
        row = row | {"candidate": response.code}
    wrong = [key for key in ("golden", "candidate") if not isinstance(row.get(key), str)]
    wrong += [key for key in ("golden_top", "candidate_top") if not isinstance(row.get(key), str | None)]
    if wrong:
        return found | {"problem": f"line {number}: {', '.join(wrong)} must be text"}
    return found | {"pair": (row["golden"], row["candidate"], row.get("golden_top"), row.get("candidate_top"))}


def _verdicts(rows: list[dict[str, Any]], jobs: int, mode: Mode) -> Iterator[Verdict]:
    judged = verify_many([row["pair"] for row in rows if "pair" in row], jobs, mode=mode)
    for row in rows:
        if "pair" in row:
            yield next(judged)
        else:
            yield Verdict(status="invalid", method="screen", reason=row["problem"][:500], cause="format")


def _finished(target: Path, rows: list[dict[str, Any]]) -> int:
    """How many verdicts `target` holds; what a kill left of an unfinished line is cut off."""
    if not target.exists():
        return 0
    whole = target.read_bytes()
    whole = whole[: whole.rfind(b"\n") + 1]
    ids = [json.loads(line)["id"] for line in whole.splitlines()]
    if ids != [row["id"] for row in rows[: len(ids)]]:
        raise ParameterError(f"got --out {target}, which holds verdicts of other rows; give a new file, or remove it")
    with target.open("r+b") as file:
        file.truncate(len(whole))
    return len(ids)
