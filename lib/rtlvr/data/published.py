"""Training sets that others have published, read row by row: for SFT questions with answers, for RL questions with goldens.

A set is named as `authors:FILE` (the files of the paper's authors), `hub:NAME` (a dataset on the Hub, or `hub:NAME#SPLIT`), or
a path: a `.jsonl` or `.parquet` file, or a folder that `datasets` reads. The columns are `prompt` (a text, or chat messages),
`response` or `golden`, and where there is one, `system`.

Guaranteed: only some rows are in memory; a row that cannot be read is given as `Unreadable`, and the next ones follow, also
behind a line that is no JSON. Rows that were read before are skipped; those of a JSON-lines file are not even parsed.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from rtlvr.data.authors import RlRow, SftRow, each_rl, each_sft
from rtlvr.data.pickles import MAX_BYTES
from rtlvr.errors import ParameterError, StageError
from rtlvr.paths import from_profile
from rtlvr.records import Exchange, Problem, Record

OURS = "ours"
RowType = TypeVar("RowType", Exchange, Problem)
_GOLDEN = ("golden", "reference", "canonical_solution", "code")
_RESPONSE = ("response", "completion", "answer")
_READERS = {".jsonl": "json", ".json": "json", ".parquet": "parquet"}


class Unreadable(Record):
    """A row that is none, and why."""

    reason: str


def exchanges(spec: str, start: int = 0) -> Iterator[Exchange | Unreadable]:
    """The questions and answers of a set, in its order.

    Args:
        start: rows that are left out at the beginning.

    Raises:
        ParameterError: the set is not named as above, or its first row has other columns.
        StageError: it is not there.
    """
    kind, where = _parts(spec)
    if kind == "authors":
        for number, row in enumerate(each_sft(from_profile(where), start), start):
            yield _unreadable(row) if isinstance(row, StageError) else _authors_exchange(row, number)
        return

    def exchange(cells: dict[str, Any], name: str) -> Exchange:
        system, prompt = _question(cells)
        return Exchange(id=name, prompt=prompt, response=_text(cells, _RESPONSE), system=system)

    yield from _each(spec, kind, where, start, exchange)


def problems(spec: str, start: int = 0) -> Iterator[Problem | Unreadable]:
    """The questions of a set with their goldens, in its order; a question with several goldens is one problem.

    Args and errors: as for `exchanges`.
    """
    kind, where = _parts(spec)
    if kind == "authors":
        for rows in each_rl(from_profile(where), start):
            yield _unreadable(rows) if isinstance(rows, StageError) else _authors_problem(rows)
        return

    def problem(cells: dict[str, Any], name: str) -> Problem:
        system, prompt = _question(cells)
        return Problem(id=name, category="published", prompt=prompt, golden=_text(cells, _GOLDEN), system=system)

    yield from _each(spec, kind, where, start, problem)


def _unreadable(error: StageError) -> Unreadable:
    return Unreadable(reason=str(error))


def _authors_exchange(row: SftRow, number: int) -> Exchange:
    return Exchange(id=f"authors-sft-{number}", prompt=row.prompt, response=row.response, system=row.system)


def _each(
    spec: str, kind: str, where: str, start: int, made: Callable[[dict[str, Any], str], RowType]
) -> Iterator[RowType | Unreadable]:
    """What is made of each row; where the first that can be read lacks something, the set has other columns, and that raises."""
    first = start == 0
    for number, cells in enumerate(_rows(kind, where, start), start):
        if isinstance(cells, ParameterError):
            yield Unreadable(reason=f"{spec}, row {number}: {cells}")
            continue
        try:
            yield made(cells, f"{_name(spec)}-{number}")
        except ParameterError as error:
            if first:
                raise ParameterError(f"{spec}, row {number}: {error}") from None
            yield Unreadable(reason=f"{spec}, row {number}: {error}")
        first = False


def _authors_problem(rows: list[RlRow]) -> Problem:
    first, *others = rows
    return Problem(
        id=first.id.removesuffix(f"-{first.key}") if others else first.id,
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


def _rows(kind: str, where: str, start: int) -> Iterator[dict[str, Any] | ParameterError]:
    """The rows of a dataset from `start` on, streamed; a line that is none as an error."""
    name, _, split = where.partition("#")
    path = from_profile(name)
    try:
        if kind == "path" and path.is_file() and _has_lines(path):
            yield from _lines([str(path)], start)
        elif kind == "hub" or path.is_dir():
            yield from _split(name if kind == "hub" else str(path), split or "train", start)
        elif path.suffix in _READERS and path.is_file():
            yield from _streamed(_READERS[path.suffix], "train", start, data_files=str(path))
        else:
            raise StageError(
                f"got no file {path} (.jsonl, .parquet) and no folder; relative paths start at the checkout"
            )
    except (OSError, ValueError, RuntimeError) as error:
        raise StageError(f"the dataset {where!r} cannot be read: {str(error)[:300]}; check its name") from error


def _has_lines(path: Path) -> bool:
    """Whether a file has a JSON object on each line; one that ends in .json may hold a list of them instead."""
    if path.suffix == ".json":
        with path.open("rb") as file:
            return file.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"
    return path.suffix == ".jsonl"


def _split(name: str, split: str, start: int) -> Iterator[dict[str, Any] | ParameterError]:
    """The rows of a split of a folder, or of a set of the Hub."""
    from datasets import load_dataset_builder

    files = (load_dataset_builder(name).config.data_files or {}).get(split, [])
    if files and all(str(file).endswith(".jsonl") for file in files):
        yield from _lines([str(file) for file in files], start)
    else:
        yield from _streamed(name, split, start)


def _streamed(name: str, split: str, start: int, **more: str) -> Iterator[dict[str, Any]]:
    from datasets import load_dataset

    yield from load_dataset(name, split=split, streaming=True, **more).skip(start)


def _lines(files: Sequence[str], start: int) -> Iterator[dict[str, Any] | ParameterError]:
    """The rows of JSON-lines files, here or at an address that `datasets` gives; blank lines are none."""
    written = (line for file in files for line in _raw(file) if line.strip())
    return map(_cells, islice(written, start, None))


def _raw(file: str) -> Iterator[bytes]:
    import fsspec

    with fsspec.open(file, "rb") as opened:
        yield from iter(lambda: opened.readline(MAX_BYTES + 1), b"")


def _cells(line: bytes) -> dict[str, Any] | ParameterError:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        return ParameterError(f"got no JSON ({str(error)[:100]}): {line[:80]!r}")
    return found if isinstance(found, dict) else ParameterError(f"got {line[:80]!r}; needed: a JSON object")


def _question(cells: dict[str, Any]) -> tuple[str, str]:
    """System prompt and question of a row."""
    prompt = cells.get("prompt")
    if isinstance(prompt, str) and prompt:
        return str(cells.get("system") or ""), prompt
    if isinstance(prompt, list) and all(isinstance(m, dict) and isinstance(m.get("content"), str) for m in prompt):
        roles = [m.get("role") for m in prompt]
        if roles in (["user"], ["system", "user"]):
            return "".join(str(m["content"]) for m in prompt[:-1]), str(prompt[-1]["content"])
    raise ParameterError(
        f"got prompt {str(prompt)[:80]!r}; needed: a text, or one user's message after at most one system message"
    )


def _text(cells: dict[str, Any], names: tuple[str, ...]) -> str:
    found = next((cells[name] for name in names if isinstance(cells.get(name), str) and cells[name]), None)
    if found is None:
        raise ParameterError(f"got columns {', '.join(cells)}; needed: a text in {' or '.join(names)}")
    return str(found)
