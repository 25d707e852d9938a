"""Imports the data that the authors of the paper published: SFT rows (JSON lines) and RL rows (parquet).

The RL rows hold their golden designs as pickles, which are read and never run (`data/pickles.py`).

Guaranteed: what is refused is a `StageError` that says where and why; rows come in the order of the file, and what is a
set there is sorted; only a line, or a small batch of parquet rows, is in memory.
Not guaranteed: that a golden is Verilog or has the ports that its row names; that pyarrow copes with a hostile parquet
file.
"""

import reprlib
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError, WrapValidator

from rtlvr.data.pickles import MAX_BYTES, loads_plain, shown
from rtlvr.errors import StageError
from rtlvr.records import Record

_Row = TypeVar("_Row")
_AGAIN = "download the file again from where its authors publish it"


class SftRow(Record):
    """A row of `codev_r1_sft.jsonl`: the response is a thought and a design, each in its tags."""

    model_config = ConfigDict(frozen=True, extra="ignore")  # the file is not ours: it may hold more than is used

    system: str
    prompt: str
    response: str


def read_sft(path: Path) -> Iterator[SftRow]:
    """The rows of `codev_r1_sft.jsonl`, one at a time; blank lines are skipped.

    Raises:
        StageError: the file is missing, or a line is no row (file and line are named).
    """
    yield from map(_sound, each_sft(path))


def each_sft(path: Path, start: int = 0) -> Iterator[SftRow | StageError]:
    """Like `read_sft`, but a line that is no row is given as an error, and the next ones follow.

    Args:
        start: lines with text that are left out at the beginning; they are not parsed.

    Raises:
        StageError: the file is missing.
    """
    _must_exist(path)
    with path.open("rb") as file:
        lines = enumerate(iter(lambda: file.readline(MAX_BYTES + 1), b""), 1)
        written = ((number, line) for number, line in lines if line.strip())
        for number, line in islice(written, start, None):
            yield _sft_row(line, f"{path}:{number}")


def _sft_row(line: bytes, place: str) -> SftRow | StageError:
    if len(line) > MAX_BYTES:
        return StageError(f"{place}: got more than {MAX_BYTES} bytes in a line; {_AGAIN}")
    try:
        return _valid(SftRow.model_validate_json, line, place, "the texts system, prompt and response")
    except StageError as error:
        return error


def _sound(row: _Row | StageError) -> _Row:
    if isinstance(row, StageError):
        raise row
    return row


class RlRow(Record):
    """A problem of the authors' RL data with one golden design and the ports that they found in it.

    `id` is file, row (the first is 0) and, where a row has several goldens, `key`: any of them earns the authors' reward.
    """

    id: str
    data_source: str
    ability: str
    system: str
    prompt: str
    key: str
    golden: str
    inputs: tuple[tuple[str, int], ...]  # name, width
    outputs: tuple[tuple[str, int], ...]
    clocks: tuple[tuple[str, int], ...]  # name, edge (1: rising)
    resets: tuple[tuple[str, int, bool], ...]  # name, active level, synchronous


def read_rl(path: Path) -> Iterator[RlRow]:
    """The rows of `codev_r1_rl_train.parquet` or `_val.parquet`, in their order; one for each golden of a row.

    Raises:
        StageError: the file is missing or no parquet, lacks a column, or a row has another shape (file and row are named).
    """
    yield from chain.from_iterable(map(_sound, each_rl(path)))


def each_rl(path: Path, start: int = 0) -> Iterator[list[RlRow] | StageError]:
    """Like `read_rl`, all goldens of a row together; a row of another shape is given as an error, and the next ones follow.

    Args:
        start: rows that are left out at the beginning; their goldens are not unpickled.

    Raises:
        StageError: the file is missing or no parquet, or lacks a column.
    """
    _must_exist(path)
    for number, row in islice(enumerate(_parquet_rows(path)), start, None):
        try:
            yield list(_rl_rows(row, f"{path.stem}-{number}", f"{path}, row {number}"))
        except StageError as error:
            yield error


_Name = Annotated[str, Field(min_length=1)]
_Width = Annotated[int, Field(ge=1, le=1 << 20)]
_Bit = Literal[0, 1]  # takes False and True, too


def _sorted_set(value: object, check: Callable[[object], tuple[Any, ...]]) -> tuple[Any, ...]:
    """Lists keep their order, which is that of the ports; sets have none that lasts."""
    rows = check(tuple(value) if isinstance(value, list | set | frozenset) else value)
    return tuple(sorted(rows)) if isinstance(value, set | frozenset) else rows


_Ports = Annotated[tuple[tuple[_Name, _Width], ...], WrapValidator(_sorted_set)]
_Clocks = Annotated[tuple[tuple[_Name, _Bit], ...], WrapValidator(_sorted_set)]
_Resets = Annotated[tuple[tuple[_Name, _Bit, _Bit], ...], WrapValidator(_sorted_set)]


def _one_question(messages: list["_Message"]) -> list["_Message"]:
    roles = [message.role for message in messages]
    if roles not in (["user"], ["system", "user"]):
        raise ValueError(f"the roles {roles} are not one user's message, after at most one system message")
    return messages


class _Strict(Record):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class _Design(_Strict):
    golden: str = Field(alias="code", min_length=1)
    inputs: _Ports = Field(alias="input_port_width")
    outputs: _Ports = Field(alias="output_port_width")
    clocks: _Clocks = Field(alias="clock_port_polarity")
    resets: _Resets = Field(alias="reset_port_polarity_sync")


class _Message(_Strict):
    role: str
    content: str


class _RewardModel(_Strict):
    ground_truth: bytes


class _Line(_Strict):
    data_source: str
    ability: str
    prompt: Annotated[list[_Message], AfterValidator(_one_question)]
    reward_model: _RewardModel


_DESIGNS = TypeAdapter(Annotated[dict[_Name, _Design], Field(min_length=1)], config=ConfigDict(strict=True))
_Given = TypeVar("_Given")
_Checked = TypeVar("_Checked")


def _rl_rows(raw: dict[str, object], name: str, place: str) -> Iterator[RlRow]:
    line = _valid(_Line.model_validate, raw, place, "the published columns; ground_truth holds bytes")
    place += ", reward_model.ground_truth"
    try:
        plain = loads_plain(line.reward_model.ground_truth)
    except StageError as error:
        raise StageError(f"{place}: {error}; {_AGAIN}") from None
    designs = _valid(_DESIGNS.validate_python, plain, place, "{key: {code, and four collections of ports}}")
    for key, design in designs.items():
        yield RlRow(
            id=f"{name}-{key}" if len(designs) > 1 else name,
            data_source=line.data_source,
            ability=line.ability,
            system="".join(message.content for message in line.prompt[:-1]),
            prompt=line.prompt[-1].content,
            key=key,
            **design.model_dump(),
        )


def _valid(check: Callable[[_Given], _Checked], value: _Given, place: str, allowed: str) -> _Checked:
    try:
        return check(value)
    except ValidationError as error:  # its own message would repeat at length what the file holds
        fault = error.errors(include_url=False)[0]
    field = ".".join(map(str, fault["loc"]))
    got = f"{shown(reprlib.repr(fault['input']))} as {shown(field or 'row')} ({shown(fault['msg'])})"
    raise StageError(f"{place}: got {got}; allowed: {allowed}; {_AGAIN}")


def _must_exist(path: Path) -> None:
    if not path.is_file():
        raise StageError(f"got no file {path}; allowed: a file of the authors' data; download it, or correct the path")


def _parquet_rows(path: Path) -> Iterator[dict[str, object]]:
    import pyarrow as pa  # of the extra [train], which reading Verilog does not need
    import pyarrow.parquet as pq

    columns = list(_Line.model_fields)
    try:
        with pq.ParquetFile(path) as file:
            found = file.schema_arrow.names
            if missing := [column for column in columns if column not in found]:
                what = f"got columns {shown(', '.join(found))} without {', '.join(missing)}"
                raise StageError(f"{path}: {what}; allowed: the published columns; {_AGAIN}")
            for batch in file.iter_batches(batch_size=64, columns=columns):
                yield from batch.to_pylist()
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise StageError(f"{path}: got no parquet file that can be read ({shown(error)}); {_AGAIN}") from error
