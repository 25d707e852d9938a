"""Looking further than bounded search: millions of clock cycles of a miter as native code (`rtlvr.verify.compiled`).

64 runs go side by side. Inputs are held for long stretches, resets are rare, and every stretch is followed by a lively
one: what goes wrong late needs time, and somebody who presses the button then. How far a run goes is a number of
steps that depends on the size of the miter alone, so a busy machine looks as far as a quiet one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rtlvr.hdl.circuit import Circuit
from rtlvr.verify.compiled import Compiled, Found, Schedule, lane_inputs
from rtlvr.verify.miter import Miter

_LANES = 64
_EXPONENTS = (10, 14, 18, 22, 26)  # lengths of the held stretches, as powers of two, round by round
_TAILS = (32, 256, 2048, 16_384)  # frames that may be enough of a counterexample, the last ones
_ALL = np.uint64(2**64 - 1)


@dataclass(frozen=True)
class Deep:
    """What a deep run found: frames of inputs that show the difference (None where they are too many); `total`: after how
    many it was found."""

    frames: np.ndarray | None
    total: int


def look(compiled: Compiled, miter: Miter, circuit: Circuit, text: str, work: float) -> tuple[Deep | None, int]:
    """Search for a difference with about `work` gate evaluations; returns it, if any, and the frames simulated.

    `text`: the candidate's; numbers that stand in it are tried as inputs.
    """
    done, most = 0, int(work / max(40, compiled.nodes))
    for schedule in _schedules(miter, circuit, text, most):
        found, _ = compiled.run(schedule)
        if found is not None:
            return _deep(compiled, schedule, found), done + found.total
        done += int(schedule.frames.sum())
    return None, done


def _deep(compiled: Compiled, schedule: Schedule, found: Found) -> Deep:
    """The found difference, by as few of its last frames as show it from the reset state."""
    for length in _TAILS:
        if length >= found.total:
            break
        tail = _tail(schedule, found, length)
        again, _ = compiled.run(_one_lane(tail))
        if again is not None:
            return Deep(tail[: again.total], found.total)
    try:
        return Deep(lane_inputs(schedule, found), found.total)
    except ValueError:  # too many to be written out
        return Deep(None, found.total)


def _tail(schedule: Schedule, found: Found, length: int) -> np.ndarray:
    """The last `length` frames of the found lane, the one that differs included, `(frames, inputs)`."""
    lane, pieces, left, segment = np.uint64(found.lane), [], length, found.segment
    while left > 0 and segment >= 0:
        frames = found.frame + 1 if segment == found.segment else int(schedule.frames[segment])
        odd = (np.arange(max(0, frames - left), frames) % 2 == 1)[:, None]
        bits = (schedule.values[segment] >> lane) & np.uint64(1)
        flips = (schedule.toggles[segment] >> lane) & np.uint64(1)
        pieces.append(np.where(odd, bits ^ flips, bits).astype(np.uint8))
        left -= len(odd)
        segment -= 1
    return np.concatenate(pieces[::-1])


def _one_lane(frames: np.ndarray) -> Schedule:
    values = frames.astype(np.uint64)
    return Schedule(values, np.zeros_like(values), np.ones(len(frames), dtype=np.int64))


def _schedules(miter: Miter, circuit: Circuit, text: str, most: int) -> Iterator[Schedule]:
    """Rounds from the reset state, each longer than the one before, `most` frames in all."""
    rng = np.random.default_rng(0)
    inputs = _Inputs(miter, circuit, _numbers(text))
    lengths = (np.ones(1 << exponent, dtype=np.int64) for exponent in range(10, 18))
    for frames in lengths if not miter.latches else (_lengths(rng, exponent) for exponent in _EXPONENTS):
        if frames.sum() > most:
            before = np.concatenate([[0], np.cumsum(frames)[:-1]])
            frames = np.minimum(frames, most - before)[before < most]
        yield inputs.schedule(rng, frames)
        most -= int(frames.sum())
        if most < 64:
            return


def _lengths(rng: np.random.Generator, exponent: int) -> np.ndarray:
    """How long each segment lasts: lively ones of one frame, mixed ones, and one held for 2**exponent frames."""
    lively = np.ones(96, dtype=np.int64)
    mixed = (2.0 ** rng.uniform(0, min(exponent, 14), 64)).astype(np.int64)
    held = np.array([1 << exponent], dtype=np.int64)
    return np.concatenate([lively, mixed, held, lively, held, mixed, lively])


def _numbers(text: str) -> np.ndarray:
    """Numbers below 2**63 that stand in a Verilog text, and their neighbours."""
    bases = {"b": 2, "o": 8, "d": 10, "h": 16}
    found = {int(digits) for digits in re.findall(r"(?<![\w'])\d{1,18}(?![\w'])", text)}
    for base, digits in re.findall(r"'s?([bodh])\s*([0-9a-f_]+)", text.lower()):
        if set(digits.replace("_", "")) <= set("0123456789abcdef"[: bases[base]]):
            found.add(int(digits.replace("_", "") or "0", bases[base]))
    near = {number + step for number in found for step in (-1, 0, 1)} | {0, 1}
    return np.array(sorted(n for n in near if 0 <= n < 2**63), dtype=np.uint64)


class _Inputs:
    """Values for the inputs of a miter, 64 runs at a time."""

    def __init__(self, miter: Miter, circuit: Circuit, numbers: np.ndarray) -> None:
        self._miter, self._numbers = miter, numbers
        self._columns: dict[str, list[tuple[int, int]]] = {}
        for index, (port, bit) in enumerate(miter.inputs):
            self._columns.setdefault(port, []).append((index, bit))
        self._clocks = [clock.name for clock in circuit.clocks]
        self._resets = {reset.name: reset.level for reset in circuit.resets}

    def schedule(self, rng: np.random.Generator, frames: np.ndarray) -> Schedule:
        """A schedule with segments of these lengths."""
        values = np.zeros((len(frames), len(self._miter.inputs)), dtype=np.uint64)
        toggles = np.zeros_like(values)
        for port, columns in self._columns.items():
            if port == self._miter.tick:
                self._fill(values, columns, self._ticks(rng, frames))
            elif port == self._miter.turn:
                self._fill(values, columns, self._turns(rng, frames))
            elif port in self._clocks and self._miter.model == "event":
                self._fill(values, columns, rng.integers(0, 2, (len(frames), _LANES), dtype=np.uint64))
                toggles[frames > 1, columns[0][0]] = _ALL
            elif port in self._resets:
                self._fill(values, columns, self._reset(rng, frames, port))
            else:
                self._fill(values, columns, self._data(rng, frames, len(columns)))
        return Schedule(values, toggles, frames)

    @staticmethod
    def _fill(values: np.ndarray, columns: list[tuple[int, int]], numbers: np.ndarray) -> None:
        """Spread `numbers` (segments, lanes) over the columns of a port; widths above 64 repeat."""
        weights = np.uint64(1) << np.arange(_LANES, dtype=np.uint64)
        for index, bit in columns:
            bits = (numbers >> np.uint64(bit % 64)) & np.uint64(1)
            values[:, index] = (bits * weights).sum(axis=1, dtype=np.uint64)

    def _data(self, rng: np.random.Generator, frames: np.ndarray, width: int) -> np.ndarray:
        """Random, mostly ones, mostly zeros, or a number of the text; one time in two the value of before."""
        shape = (len(frames), _LANES)
        uniform = rng.integers(0, 2**64, shape, dtype=np.uint64)
        other = rng.integers(0, 2**64, shape, dtype=np.uint64) & rng.integers(0, 2**64, shape, dtype=np.uint64)
        chosen = self._numbers[rng.integers(0, len(self._numbers), shape)]
        kinds = rng.integers(0, 6, shape)
        numbers = np.select([kinds == 0, kinds == 1, kinds == 2], [uniform & other, uniform | ~other, chosen], uniform)
        held = rng.random(shape) < np.linspace(0, 0.9, _LANES)[None, :]
        held[0] = False
        last = np.maximum.accumulate(np.where(held, 0, np.arange(len(frames))[:, None]), axis=0)
        return np.take_along_axis(numbers, last, axis=0)

    def _reset(self, rng: np.random.Generator, frames: np.ndarray, port: str) -> np.ndarray:
        """Active in the first frames, and then seldom: never in a long segment, and never at all in half of the runs."""
        active = rng.random((len(frames), _LANES)) < 0.02
        active[:, : _LANES // 2] = False
        active[frames > 1] = False
        active[: 6 * max(1, len(self._miter.groups))] = True
        level = self._resets[port]
        return np.where(active, level, 1 - level).astype(np.uint64)

    def _ticks(self, rng: np.random.Generator, frames: np.ndarray) -> np.ndarray:
        ticks = rng.random((len(frames), _LANES)) < 0.9
        ticks[frames > 1] = True
        return ticks.astype(np.uint64)

    def _turns(self, rng: np.random.Generator, frames: np.ndarray) -> np.ndarray:
        """Whose turn it is: in long segments a clock's, and else anyone's, a clock's half of the time."""
        count = len(self._miter.groups)
        clocks = [n for n, group in enumerate(self._miter.groups) if group[0] in self._clocks] or list(range(count))
        shape = (len(frames), _LANES)
        ticking = np.array(clocks)[rng.integers(0, len(clocks), shape)]
        anyone = rng.integers(0, count, shape)
        often = (rng.random(shape) < 0.5) | (frames[:, None] > 1)
        return np.where(often, ticking, anyone).astype(np.uint64)
