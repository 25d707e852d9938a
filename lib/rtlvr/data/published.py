"""Training sets that others have published, read row by row: for SFT questions with answers, for RL questions with goldens.

A set is named as `authors:FILE` (the files of the paper's authors), `hub:NAME` (a dataset on the Hub, or `hub:NAME#SPLIT`), or
a path: a `.jsonl` or `.parquet` file, or a folder that `datasets` reads. The columns are `prompt` (a text, or chat messages),
`response` or `golden`, and where there is one, `system`.

Guaranteed: only some rows are in memory; what a row lacks is an error that names the row.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from rtlvr.data.authors import RlRow, read_rl, read_sft
from rtlvr.errors import ParameterError, StageError
from rtlvr.paths import from_profile
from rtlvr.records import Exchange, Problem

OURS = "ours"
_GOLDEN = ("golden", "reference", "canonical_solution", "code")
_RESPONSE = ("response", "completion", "answer")
_READERS = {".jsonl": "json", ".json": "json", ".parquet": "parquet"}


def exchanges(spec: str) -> Iterator[Exchange]:
    """The questions and answers of a set, in its order.

    Raises:
        ParameterError: the set is not named as above, or has other columns.
        StageError: it is not there, or a row cannot be read.
    """
    kind, where = _parts(spec)
    if kind == "authors":
        for number, row in enumerate(read_sft(from_profile(where))):
            yield Exchange(id=f"authors-sft-{number}", prompt=row.prompt, response=row.response, system=row.system)
        return
    for number, cells in enumerate(_rows(kind, where)):
        system, prompt = _question(cells, spec, number)
        response = _text(cells, _RESPONSE, spec, number)
        yield Exchange(id=f"{_name(spec)}-{number}", prompt=prompt, response=response, system=system)


def problems(spec: str) -> Iterator[Problem]:
    """The questions of a set with their goldens, in its order; a question with several goldens is one problem.

    Raises:
        ParameterError, StageError: as for `exchanges`.
    """
    kind, where = _parts(spec)
    if kind == "authors":
        rows = read_rl(from_profile(where))
        for _, alike in groupby(rows, key=_question_of):
            yield _authors_problem(list(alike))
        return
    for number, cells in enumerate(_rows(kind, where)):
        system, prompt = _question(cells, spec, number)
        golden = _text(cells, _GOLDEN, spec, number)
        yield Problem(id=f"{_name(spec)}-{number}", category="published", prompt=prompt, golden=golden, system=system)


def _question_of(row: RlRow) -> str:
    """The row of the file that a golden belongs to: its id without the golden's key."""
    return row.id.removesuffix(f"-{row.key}")


def _authors_problem(rows: list[RlRow]) -> Problem:
    first, *others = rows
    return Problem(
        id=_question_of(first),
        category=first.data_source,
        prompt=first.prompt,
        golden=first.golden,
        others=tuple(row.golden for row in others),
        system=first.system,
    )


def _parts(spec: str) -> tuple[str, str]:
    kind, colon, where = spec.partition(":")
    if colon and kind in ("authors", "hub") and where:
        return kind, where
    if not spec or spec == OURS or (colon and len(kind) > 1):
        raise ParameterError(
            f"got data {spec!r}; allowed: ours, authors:FILE, hub:NAME, or the path of a file or folder"
        )
    return "path", spec


def _name(spec: str) -> str:
    return Path(spec.rpartition(":")[2].partition("#")[0]).stem


def _rows(kind: str, where: str) -> Iterator[dict[str, Any]]:
    """The rows of a dataset, streamed."""
    from datasets import load_dataset

    name, _, split = where.partition("#")
    try:
        if kind == "hub":
            yield from load_dataset(name, split=split or "train", streaming=True)
            return
        path = from_profile(name)
        if path.is_dir():
            yield from load_dataset(str(path), split=split or "train", streaming=True)
        elif path.suffix in _READERS and path.is_file():
            reader = _READERS[path.suffix]
            yield from load_dataset(reader, data_files=str(path), split="train", streaming=True)
        else:
            raise StageError(
                f"got no file {path} (.jsonl, .parquet) and no folder; relative paths start at the checkout"
            )
    except (OSError, ValueError, RuntimeError) as error:
        raise StageError(f"the dataset {where!r} cannot be read: {str(error)[:300]}; check its name") from error


def _question(cells: dict[str, Any], spec: str, number: int) -> tuple[str, str]:
    """System prompt and question of a row."""
    prompt = cells.get("prompt")
    if isinstance(prompt, str) and prompt:
        return str(cells.get("system") or ""), prompt
    if isinstance(prompt, list) and prompt and all(isinstance(m, dict) and "content" in m for m in prompt):
        roles = [m.get("role") for m in prompt]
        if roles in (["user"], ["system", "user"]):
            return "".join(str(m["content"]) for m in prompt[:-1]), str(prompt[-1]["content"])
    raise ParameterError(
        f"{spec}, row {number}: got prompt {str(prompt)[:80]!r}; needed: a text, or one user's message after at most one "
        "system message"
    )


def _text(cells: dict[str, Any], names: tuple[str, ...], spec: str, number: int) -> str:
    found = next((cells[name] for name in names if isinstance(cells.get(name), str) and cells[name]), None)
    if found is None:
        raise ParameterError(
            f"{spec}, row {number}: got columns {', '.join(cells)}; needed: a text in {' or '.join(names)}"
        )
    return str(found)
