"""Looking further than bounded search: millions of clock cycles of a miter as native code (`rtlvr.verify.compiled`).

64 runs go side by side. The first frames are lively: every input may change in each. Then inputs are held for long
stretches, resets are rare, and every stretch is followed by a lively one: what goes wrong late needs time, and somebody
who presses the button then. Between them inputs rest at one value and leave it for single clocks: what needs a rare state
and an event in one moment meets neither at random nor when held. Values that the circuit compares an input with are drawn
often (`rtlvr.verify.triggers`). Some stretches last for as long as numbers of the text say (`rtlvr.verify.waits`).
How far a run goes is a number of steps that depends on the size of the miter alone, so a busy machine looks as far as a
quiet one.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from rtlvr.hdl.circuit import Circuit
from rtlvr.verify.aiger import Aig
from rtlvr.verify.compiled import Compiled, Found, Schedule, lane_inputs
from rtlvr.verify.leap import Leaper
from rtlvr.verify.miter import Miter
from rtlvr.verify.triggers import Cube, cubes, drawn
from rtlvr.verify.waits import lengths, numbers_in

_LANES = 64
_LIVELY = 4096  # frames at the beginning in which any input may change; at most half of all
_EXPONENTS = (10, 12, 14, 16, 18, 20, 22, 24, 26)  # lengths of the held stretches, as powers of two, round by round
_LAST = 8  # a round costs at most one part in so many of the frames that are left; the last round has the rest
_WAITS = 8  # stretches of lengths that the text names cost at most one part in so many of the frames left before them
_TOGETHER = 512  # such stretches in a round: the values of a round's inputs are all in memory at once
_BEFORE, _HELD = 64, 4  # lively frames before a leap, and how many values of the inputs are tried with it
_RESTS, _PULSES, _LONGEST_REST = (
    4,
    48,
    13,
)  # phases of rest in a round, pulses in each, and the exponent of a rest's length
_RESET_FRAMES = 24  # with which a run begins: resets are active in the first of them
_TAILS = (32, 256, 2048, 16_384)  # frames that may be enough of a counterexample, the last ones
_ALL = np.uint64(2**64 - 1)


@dataclass(frozen=True)
class Deep:
    """What a deep run found: inputs that show the difference, the shortest first (none where they are too many); `total`:
    after how many frames it was found."""

    frames: tuple[np.ndarray, ...]
    total: int


def look(compiled: Compiled, miter: Miter, circuit: Circuit, text: str, work: float) -> tuple[Deep | None, int]:
    """Search for a difference with about `work` gate evaluations; returns it, if any, and the frames simulated.

    `text`: the candidate's; numbers that stand in it are tried as inputs.
    """
    done, most = 0, int(work / max(40, compiled.nodes))
    inputs = _Inputs(miter, circuit, _numbers(text), cubes(compiled.aig, miter.inputs))
    for schedule in _schedules(inputs, miter, most, text):
        found, _ = compiled.run(schedule)
        if found is not None:
            return _deep(compiled, schedule, found), done + found.total
        done += int(schedule.frames.sum())
    return None, done


def leap(aig: Aig, miter: Miter, circuit: Circuit, text: str, work: float) -> int | None:
    """After how many frames counters lead to a difference while inputs are held, or None: far more than `look` simulates.

    The difference has been there by then; about `work` gate evaluations are made. There are no inputs to be shown.
    """
    inputs = _Inputs(miter, circuit, _numbers(text), cubes(aig, miter.inputs))
    lively = _lively(_BEFORE)
    scale = 2 if miter.model == "event" else 1
    plan = _plain(np.append(lively.frames, 2))
    every = inputs.schedule(np.random.default_rng(1), plan)
    before = Schedule(every.values[:-1], every.toggles[:-1], every.frames[:-1])
    held = Schedule(every.values[-1:], every.toggles[-1:], np.array([scale], dtype=np.int64))
    leaper = Leaper(aig)
    left = work / max(40, leaper.nodes)
    try:
        for others in reversed(range(_HELD if inputs.data else 1)):
            total = leaper.run(before, held, others, int((left - leaper.spent) / (1 + others)))
            if total is not None:
                return total
    finally:
        leaper.close()
    return None


def shows(aig: Aig, frames: np.ndarray) -> bool:
    """Whether the first output of a circuit is 1 in one of the frames, `(frames, inputs)`."""
    compiled = Compiled(aig)
    try:
        return compiled.run(_one_lane(frames))[0] is not None
    finally:
        compiled.close()


def _deep(compiled: Compiled, schedule: Schedule, found: Found) -> Deep:
    """The found difference: as few of its last frames as show it after a reset, and all of them."""
    shown, reset = [], _reset(schedule, found)
    for length in _TAILS:
        if length >= found.total:
            break
        tail = np.concatenate([reset, _tail(schedule, found, length)])
        again, _ = compiled.run(_one_lane(tail))
        if again is not None:
            shown.append(tail[: again.total])
            break
    with suppress(ValueError):  # too many to be written out
        shown.append(lane_inputs(schedule, found))
    return Deep(tuple(shown), found.total)


def _reset(schedule: Schedule, found: Found) -> np.ndarray:
    """The frames with which the found lane begins: resets are active in them."""
    alone = int(np.argmax(schedule.frames != 1)) or len(schedule.frames)
    bits = (schedule.values[: min(_RESET_FRAMES, alone)] >> np.uint64(found.lane)) & np.uint64(1)
    return bits.astype(np.uint8)


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


def _schedules(inputs: "_Inputs", miter: Miter, most: int, text: str) -> Iterator[Schedule]:
    """Rounds from the reset state, each longer than the one before, `most` frames in all."""
    rng = np.random.default_rng(0)
    for plan in _plans(rng, miter, most, text):
        plan = plan.first(most)
        yield inputs.schedule(rng, plan)
        most -= plan.total
        if most < 64:
            return


def _plans(rng: np.random.Generator, miter: Miter, most: int, text: str = "") -> Iterator["_Plan"]:
    """The rounds. The last one has a single long stretch: what is left would not do for a longer round of the usual kind."""
    if not miter.latches:
        yield from (_lively(1 << exponent) for exponent in range(10, 18))
        return
    lively = _lively(min(_LIVELY, most // 2))
    yield lively
    left = most - lively.total
    for exponent in _EXPONENTS:
        plan = _round(rng, exponent)
        if _LAST * plan.total > left:
            break
        yield plan
        left -= plan.total
    waits = lengths(text, left // _WAITS, 2 if miter.model == "event" else 1)
    for begin in range(0, len(waits), _TOGETHER):
        plan = _waiting(waits[begin : begin + _TOGETHER])
        yield plan
        left -= plan.total
    yield _last_round(rng, left)


@dataclass(frozen=True)
class _Plan:
    """How many frames each segment lasts, and where the phase of rest begins to which it belongs (-1: to none)."""

    frames: np.ndarray
    phase: np.ndarray

    @property
    def total(self) -> int:
        """How many frames it has."""
        return int(self.frames.sum())

    def first(self, most: int) -> "_Plan":
        """The plan, cut off after so many frames."""
        before = np.cumsum(self.frames) - self.frames
        kept = before < most
        return _Plan(np.minimum(self.frames, most - before)[kept], self.phase[kept])


def _lively(frames: int) -> _Plan:
    return _plain(np.ones(frames, dtype=np.int64))


def _round(rng: np.random.Generator, exponent: int) -> _Plan:
    """Lively segments of one frame, mixed ones, some held for 2**exponent frames, and rests with pulses between them."""
    lively, held = np.ones(96, dtype=np.int64), np.array([1 << exponent], dtype=np.int64)
    mixed = [(2.0 ** rng.uniform(0, min(exponent, 14), 64)).astype(np.int64) for _ in range(2)]
    before, after = np.concatenate([lively, mixed[0], held, lively]), np.concatenate([held, mixed[1], lively])
    rests = _rests(rng, min(exponent, _LONGEST_REST))
    phases = np.repeat(len(before) + np.arange(_RESTS) * 2 * _PULSES, 2 * _PULSES)
    none = [np.full(len(part), -1) for part in (before, after)]
    return _Plan(np.concatenate([before, rests, after]), np.concatenate([none[0], phases, none[1]]))


def _rests(rng: np.random.Generator, longest: float) -> np.ndarray:
    """Frames of segments: rests of up to 2**longest frames, and a pulse of one frame after each."""
    rests = np.ones((_RESTS, _PULSES, 2), dtype=np.int64)
    rests[..., 0] += (2.0 ** rng.uniform(1, longest, rests.shape[:2])).astype(np.int64)
    return rests.ravel()


def _waiting(waits: Sequence[int]) -> _Plan:
    """A stretch of each length, lively segments before and after it."""
    lively = np.ones(24, dtype=np.int64)
    return _plain(np.concatenate([part for wait in waits for part in (lively, np.array([wait]))] + [lively]))


def _plain(frames: np.ndarray) -> _Plan:
    """Segments without a phase of rest."""
    return _Plan(frames, np.full(len(frames), -1))


def _last_round(rng: np.random.Generator, left: int) -> _Plan:
    """One stretch of nearly all frames that are left; then a rest at the same values, mixed segments, and lively ones.

    What has filled up in the stretch is still full in the rest, and pulses come in it.
    """
    lively, longest = np.ones(96, dtype=np.int64), min(14.0, np.log2(max(4, left / 1024)))
    mixed = (2.0 ** rng.uniform(0, longest, 64)).astype(np.int64)
    rests = _rests(rng, min(longest, _LONGEST_REST))
    held = np.array([max(1, left - 2 * len(lively) - int(mixed.sum()) - int(rests.sum()))])
    frames = np.concatenate([lively, held, rests, mixed, lively])
    phase = np.full(len(frames), -1)
    phase[len(lively) : len(lively) + 1 + len(rests)] = len(lively)
    return _Plan(frames, phase)


def _numbers(text: str) -> np.ndarray:
    """The numbers of a text, and their neighbours."""
    near = {number + step for number in numbers_in(text) for step in (-1, 0, 1)} | {0, 1}
    return np.array(sorted(n for n in near if 0 <= n < 2**63), dtype=np.uint64)


class _Inputs:
    """Values for the inputs of a miter, 64 runs at a time."""

    def __init__(self, miter: Miter, circuit: Circuit, numbers: np.ndarray, cubes: dict[str, list[Cube]]) -> None:
        self._miter, self._numbers, self._cubes = miter, numbers, cubes
        self._columns: dict[str, list[tuple[int, int]]] = {}
        for index, (port, bit) in enumerate(miter.inputs):
            self._columns.setdefault(port, []).append((index, bit))
        self._clocks = [clock.name for clock in circuit.clocks]
        self._resets = {reset.name: reset.level for reset in circuit.resets}

    @property
    def data(self) -> list[str]:
        """Ports that are no clock, no reset and none that the miter adds."""
        others = {*self._clocks, *self._resets, self._miter.tick, self._miter.turn}
        return [port for port in self._columns if port not in others]

    def schedule(self, rng: np.random.Generator, plan: _Plan) -> Schedule:
        """A schedule with the segments of a plan."""
        frames = plan.frames
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
                self._fill(values, columns, self._data(rng, plan, port))
        return Schedule(values, toggles, frames)

    @staticmethod
    def _fill(values: np.ndarray, columns: list[tuple[int, int]], numbers: np.ndarray) -> None:
        """Spread `numbers` (segments, lanes) over the columns of a port; widths above 64 repeat."""
        for index, bit in columns:
            bits = (numbers >> np.uint64(bit % 64)).astype(np.uint8) & 1
            values[:, index] = np.packbits(bits, axis=1, bitorder="little").view("<u8")[:, 0]

    def _data(self, rng: np.random.Generator, plan: _Plan, port: str) -> np.ndarray:
        """Random, of few digits, mostly ones, mostly zeros, or what the port is compared with; one time in two the value of before.

        In a phase of rest, long segments have the value of its beginning, and the short ones half of the time.
        """
        shape = (len(plan.frames), _LANES)
        own, phase = np.arange(shape[0])[:, None], plan.phase[:, None]
        numbers, quiet = self._random(rng, shape, port), rng.random(shape)
        begins = phase == own
        numbers = np.select([begins & (quiet < 0.4), begins & (quiet < 0.6)], [np.uint64(0), _ALL], numbers)
        held = (rng.random(shape) < np.linspace(0, 0.9, _LANES)[None, :]) & (phase < 0)
        held[0] = False
        last = np.maximum.accumulate(np.where(held, 0, own), axis=0)
        rests = (plan.frames[:, None] > 1) | (rng.random(shape) < 0.5)
        last = np.where(phase < 0, last, np.where(rests, phase, own))
        return np.take_along_axis(numbers, last, axis=0)

    def _random(self, rng: np.random.Generator, shape: tuple[int, int], port: str) -> np.ndarray:
        uniform = rng.integers(0, 2**64, shape, dtype=np.uint64)
        other = rng.integers(0, 2**64, shape, dtype=np.uint64) & rng.integers(0, 2**64, shape, dtype=np.uint64)
        chosen = self._numbers[rng.integers(0, len(self._numbers), shape)]
        kinds, its = rng.integers(0, 7, shape), self._cubes.get(port)
        waited = drawn(rng, its, uniform) if its else uniform
        drawn_as = [uniform & other, uniform | ~other, chosen, waited, self._short(rng, uniform, port)]
        return np.select([kinds == kind for kind in range(len(drawn_as))], drawn_as, uniform)

    def _short(self, rng: np.random.Generator, uniform: np.ndarray, port: str) -> np.ndarray:
        """Numbers of few digits, at the low or the high end of the port: arithmetic is exact, and rounds halves, for those."""
        width = min(64, len(self._columns[port]))
        low = uniform >> np.uint64(64 - width)
        gone = rng.integers(0, width, uniform.shape, dtype=np.uint64)
        return np.where(rng.random(uniform.shape) < 0.5, low >> gone, low << gone)

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
