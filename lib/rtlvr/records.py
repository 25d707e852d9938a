"""Frozen, typed rows that pass between stages, and their files (JSON lines, written atomically)."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rtlvr.errors import Cause, RowError, StageError

_ANEW = "remove the file and run the same command again, which makes it anew"


class Record(BaseModel):
    """A row: immutable, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Golden(Record):
    """A golden design and where it came from."""

    id: str
    source: str
    category: str
    code: str
    digest: str
    top: str
    licence: str = ""
    split: Literal["train", "heldout"] = "train"
    description: str | None = None  # the author's own specification, where there is one


AttemptStatus = Literal["equivalent", "inequivalent", "invalid", "undecided", "failed"]


class Turn(Record):
    """An answer that was sent back, the verdict on it, and what the solver was told."""

    thought: str
    code: str
    status: AttemptStatus
    reason: str
    error: str | None = None
    cause: Cause | None = None
    feedback: str


class Attempt(Record):
    """One answer of a solver and the verdict on it; `failed`: teacher or tools failed, which says nothing of the answer.

    `turns`: the answers before it that were sent back, in order; left out of rows where there are none.
    """

    thought: str
    code: str
    status: AttemptStatus
    reason: str
    error: str | None = None  # known truth of the procedural teacher: the misreading it made, if any
    cause: Cause | None = (
        None  # the reason in one word; None where it is equivalent, failed, or recorded before there were causes
    )
    turns: tuple[Turn, ...] = Field(default=(), exclude_if=lambda turns: not turns)


class Triple(Record):
    """One round trip: golden -> description -> thought + code, with the verdict on the code (paper §3.1)."""

    id: str
    golden: str
    top: str
    category: str
    source: str
    licence: str = ""
    digest: str = ""
    prompt: str  # description followed by the module header
    description_error: str | None = None  # known truth of the procedural teacher
    attempts: tuple[Attempt, ...]  # at least one

    @property
    def chosen(self) -> Attempt:
        """The first attempt that came back equivalent; where none did, the first that was judged."""
        ranked = sorted(self.attempts, key=lambda a: (a.status != "equivalent", a.status == "failed"))
        return ranked[0]

    @property
    def thought(self) -> str:
        """The chosen attempt's thought."""
        return self.chosen.thought

    @property
    def code(self) -> str:
        """The chosen attempt's code."""
        return self.chosen.code

    @property
    def status(self) -> AttemptStatus:
        """The chosen attempt's verdict."""
        return self.chosen.status

    @property
    def reason(self) -> str:
        """Why the verdict is what it is."""
        return self.chosen.reason

    @property
    def cause(self) -> Cause | None:
        """The chosen attempt's reason in one word."""
        return self.chosen.cause

    @property
    def code_error(self) -> str | None:
        """Known truth of the procedural teacher: what is wrong with the chosen attempt."""
        return self.chosen.error

    @property
    def response(self) -> str:
        """The answer in the training format (thought and code inside their tags)."""
        return f"<think>\n{self.thought}</think>\n<answer>\n```verilog\n{self.code}```\n</answer>"

    @property
    def exchange(self) -> "Exchange":
        """What SFT trains on."""
        return Exchange(id=self.id, prompt=self.prompt, response=self.response)

    @property
    def problem(self) -> "Problem":
        """What RL trains on."""
        return Problem(id=self.id, category=self.category, prompt=self.prompt, golden=self.golden)


class Exchange(Record):
    """A question and its answer: what SFT trains on. `system` is the system prompt; empty: the kit's own."""

    id: str
    prompt: str
    response: str
    system: str = ""


class Problem(Record):
    """A specification with its golden: what RL is rewarded on and what evaluation asks.

    `others`: further goldens; who is equivalent to any of them has solved the problem. `system`: the system prompt; empty:
    the kit's own.
    """

    id: str
    category: str
    prompt: str
    golden: str
    others: tuple[str, ...] = ()
    system: str = ""


class Sample(Record):
    """One judged completion of a problem; `tokens` counts the generated tokens, `truncated` says the budget cut it.

    `benchmark`: of a public benchmark's task. `category`: of a design.
    """

    problem: str
    benchmark: str = ""
    category: str = ""
    variant: str
    response: str
    tokens: int
    truncated: bool
    reward: float
    status: str
    reason: str
    cause: Cause | None = (
        None  # the reason in one word; None where it is equivalent or was recorded before there were causes
    )


class Pin(Record):
    """A port as a block symbol draws it: `remark` is written beside it; `inverted` asks for the inversion circle."""

    name: str
    width: int = 1
    role: Literal["data", "clock", "reset"] = "data"
    remark: str = ""
    inverted: bool = False


# The steps of notebook 02's funnel, in order.
RoundtripStep = Literal["goldens", "cleaned", "described", "solved, code compiles", "equivalent"]
HELDOUT = "heldout"  # designs that the kit keeps apart, where a benchmark is named


class Measurement(Record):
    """A line of results.csv: `value` with a 95 % interval where there is one, `n` observations, and its unit.

    `variant` names one thing: the model, rule, filter, checker, category or step that was measured. `benchmark`: what it
    was asked, where a stage asks several (`heldout`: the kit's own designs). `seed`: of a single run. `at`: the number
    that was set: the teacher's error rate, tokens of budget, votes. Nothing has to be read out of a joined text.
    """

    stage: str
    metric: str
    variant: str = ""
    benchmark: str = ""
    seed: int | None = None
    at: float | None = None
    value: float
    low: float | None = None
    high: float | None = None
    n: int
    unit: str = ""

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from every other measurement of a run: the columns `MEASUREMENT_KEY`."""
        return tuple(getattr(self, name) for name in MEASUREMENT_KEY)

    @property
    def interval(self) -> tuple[float, float | None, float | None, int]:
        """Value, both ends of its interval, and the number of observations: what a closing table shows."""
        return self.value, self.low, self.high, self.n


MEASUREMENT_KEY = ("stage", "metric", "variant", "benchmark", "seed", "at")
RecordType = TypeVar("RecordType", bound=Record)


def put(rows: Iterable[Measurement], new: Iterable[Measurement]) -> list[Measurement]:
    """`rows` and `new`, where new rows replace old ones of the same key: to put the same in again changes nothing."""
    given = list(new)
    keys = {row.key for row in given}
    return [*(row for row in rows if row.key not in keys), *given]


def write_jsonl(path: Path, rows: Iterable[Record]) -> None:
    """Write rows as JSON lines, atomically: the file appears whole or not at all."""
    write_text(path, "".join(row.model_dump_json() + "\n" for row in rows))


def read_jsonl(path: Path, kind: type[RecordType]) -> list[RecordType]:
    """Read rows of `kind`.

    Raises:
        StageError: the file is missing, or a line is not a valid row (file and line are named).
    """
    return list(iter_jsonl(path, kind))


def cached(path: Path, kind: type[RecordType], compute: Callable[[], Sequence[RecordType]]) -> list[RecordType]:
    """The rows of a file, computed and written (whole or not at all) if it is not there yet."""
    if not path.exists():
        write_jsonl(path, compute())
    return read_jsonl(path, kind)


def iter_jsonl(path: Path, kind: type[RecordType]) -> Iterator[RecordType]:
    """Like `read_jsonl`, one row at a time."""
    if not path.exists():
        raise StageError(f"got no file {path}: the stage that writes it has not finished; run its notebook")
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                yield kind.model_validate_json(line)
            except ValidationError as error:
                place = f"{path}:{number}"
                told = f"{place} is not a {kind.__name__}: {_first(error)}; mend the line, or {_ANEW}"
                raise RowError(told, place) from error


def read_json(path: Path) -> Any:
    """What a JSON file of the kit's own holds.

    Raises:
        StageError: it is damaged.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # torn, or no text at all
        raise StageError(f"{path} is damaged ({error}); {_ANEW}") from error


def _first(error: ValidationError) -> str:
    """What is wrong with a row, the first of it."""
    found = error.errors()[0]
    field = ".".join(map(str, found["loc"]))
    return f"{field}: {found['msg']}" if field else str(found["msg"])


def read_whole_lines(path: Path, kind: type[RecordType]) -> list[RecordType]:
    """The rows of a file that grows line by line; a torn last line (its writer was killed) is cut off the file."""
    if not path.exists():
        return []
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole != len(data):
        os.truncate(path, whole)
    return read_jsonl(path, kind)


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` atomically and durably."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with partial.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
