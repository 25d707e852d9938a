"""What every section of the GPU check is given, and how it says and guards its rows.

A row is a flat dict of JSON scalars. A measurement that raises becomes a row with `error`, and the next one runs.
"""

import gc
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch

Scalar = str | int | float | bool | None
Row = dict[str, Scalar]
Result = TypeVar("Result")


@dataclass(frozen=True)
class CheckContext:
    """Settings of one run.

    `weights` is a policy's name or folder (None: random weights of `shape`); `deadline` is in seconds of `time.monotonic`.
    `problems` (a file) and `benchmarks` (a folder) are for the section `pretrained`.
    """

    device: torch.device
    out: Path
    tiny: bool
    weights: str | None
    shape: str
    deadline: float
    problems: Path | None = None
    benchmarks: Path | None = None

    @property
    def cuda(self) -> bool:
        """Whether the device is a GPU."""
        return self.device.type == "cuda"

    @property
    def seconds_left(self) -> float:
        """Seconds until the deadline, below 0 after it."""
        return self.deadline - time.monotonic()

    @property
    def model_name(self) -> str:
        """What the rows call the model."""
        return self.weights or f"random {self.shape}"


def say(row: Row) -> None:
    """Print one row as one short line."""
    words = (f"{key}={value:.5g}" if isinstance(value, float) else f"{key}={value}" for key, value in row.items())
    print("  " + " ".join(words), flush=True)


def number(row: Row, name: str) -> float:
    """A number in a row.

    Raises:
        TypeError: what the row has under that name is none.
    """
    value = row[name]
    if not isinstance(value, int | float):
        raise TypeError(f"got {value!r} as {name}; needed: a number")
    return value


def guarded(context: CheckContext, key: Row, measure: Callable[[], Row]) -> Row:
    """`key` with what `measure` returns, or with `error` where it raises or the deadline has passed; printed."""
    row = dict(key)
    if context.seconds_left <= 0:
        row["error"] = "skipped: the deadline has passed"
    else:
        row |= _attempt(measure)
    free_memory()  # outside the handler, whose traceback would keep tensors alive
    say(row)
    return row


def _attempt(measure: Callable[[], Row]) -> Row:
    try:
        return measure()
    except Exception as error:  # noqa: BLE001 - any failure of one measurement is a result
        return {"error": describe(error)}


def describe(error: BaseException) -> str:
    """An exception in one line of at most 300 letters; exhausted GPU memory in three words."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return "out of memory"
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]


def free_memory() -> None:
    """Give back what nothing refers to; never raises, not even on a GPU that a fault has stopped for good."""
    gc.collect()
    with suppress(Exception):
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def synchronise(device: torch.device) -> None:
    """Wait until the device has done all it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def timed(fn: Callable[[], object], device: torch.device, repeats: int, warm_up: int = 1) -> list[float]:
    """Seconds of each of `repeats` calls of `fn`, after `warm_up` calls that are not counted; on GPUs by CUDA events."""
    for _ in range(warm_up):
        fn()
    synchronise(device)
    return [_event_seconds(fn, device) if device.type == "cuda" else clocked(fn, device)[1] for _ in range(repeats)]


def _event_seconds(fn: Callable[[], object], device: torch.device) -> float:
    start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    start.record()
    fn()
    end.record()
    torch.cuda.synchronize(device)
    return float(start.elapsed_time(end)) / 1000


def clocked(fn: Callable[[], Result], device: torch.device) -> tuple[Result, float]:
    """What one call of `fn` returns, and its seconds by the wall clock, the device idle before and after."""
    synchronise(device)
    began = time.perf_counter()
    result = fn()
    synchronise(device)
    return result, time.perf_counter() - began


def reset_peak(device: torch.device) -> None:
    """Begin to count peak memory anew."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)


def peak_gb(device: torch.device) -> float | None:
    """Peak memory of the GPU in 10^9 bytes since `reset_peak`; None on CPUs."""
    return torch.cuda.max_memory_allocated(device) / 1e9 if device.type == "cuda" else None
