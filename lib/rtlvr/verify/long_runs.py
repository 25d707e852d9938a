"""Long stimuli for what cannot be proved: rare triggers, and what goes wrong only after a long time.

Native simulation of netlists goes much further (`rtlvr.verify.deep`), but not for designs with large memories, nor for texts
that Yosys does not read. These are simulated as text.
"""

import contextlib
import re
from collections.abc import Callable, Sequence

import numpy as np

from rtlvr.hdl.circuit import Circuit
from rtlvr.verify.stimulus import RESET_CYCLES, columns, moody

_LONG_BYTES = 24_000_000  # of one simulation's inputs and outputs
_HELD, _TOGETHER = 16, 4  # held stretches, and from one reset to the next
_BETWEEN = 48  # lively cycles before each, at most
_BIASED, _OFTEN = 8, (0.1, 0.35, 0.65, 0.9)  # stretches in which one-bit inputs are 1 so often
_COMBINED = 4  # one-bit inputs that are held in every combination


def long_run(circuit: Circuit, text: str, cycles: int) -> np.ndarray:
    """A stimulus for what cannot be proved: one reset, then `cycles` cycles or as many as fit, `(steps, input bits)`.

    What a rare trigger waits for is written in the candidate's own `text`. So inputs take random values and, one time in
    eight, a number of the text; in a fifth of the cycles, half of the time, one that is written with the input's width;
    and in another fifth the numbers bit by bit, as a detector of sequences takes them.
    """
    rng = np.random.default_rng(0)
    width = sum(port.width for port in circuit.inputs)
    part = max(1, _fitting(circuit, cycles) // 6)
    moods = [moody(rng, part, circuit, mood) for mood in (2, 0, 1, 4)]
    for data in moods:
        _put_numbers(rng, data, circuit, lambda _: _numbers(text), 0.125)
    sized, own = _sized(text), moody(rng, part, circuit, 0)
    _put_numbers(rng, own, circuit, lambda bits: sized.get(bits, _numbers(text)), 0.5)
    return free_run(circuit, np.concatenate([*moods, own, _serial(rng, part, width, sized)]))


def _put_numbers(
    rng: np.random.Generator, data: np.ndarray, circuit: Circuit, numbers: Callable[[int], np.ndarray], share: float
) -> None:
    """Give each port, in this share of the cycles, one of its numbers."""
    places = columns(circuit)
    for port in circuit.inputs:
        its = numbers(port.width)
        bits = (its[:, None] >> np.arange(min(port.width, 63))[::-1]) & 1
        chosen = rng.integers(0, len(its), len(data))
        rows = rng.random(len(data)) < share
        data[rows, places[port.name].stop - bits.shape[1] : places[port.name].stop] = bits[chosen[rows]]


def _serial(rng: np.random.Generator, cycles: int, width: int, sized: dict[int, np.ndarray]) -> np.ndarray:
    """Inputs that each take the numbers of the text bit by bit, either end first, `(cycles, width)`."""
    words = [[int(bit) for bit in f"{n:0{size}b}"] for size, its in sorted(sized.items()) for n in its if size > 2]
    data = rng.integers(0, 2, (cycles, width), dtype=np.uint8)
    words += [word[::-1] for word in words]
    for column in range(width if words else 0):
        at = 0
        while at < cycles:
            word = words[rng.integers(len(words))][: cycles - at]
            data[at : at + len(word), column] = word
            at += len(word)
    return data


def held_run(circuit: Circuit, text: str, cycles: int) -> np.ndarray:
    """A stimulus whose inputs rest in long stretches, `(steps, input bits)`: `cycles` cycles or as many as fit.

    A queue fills, a counter wraps and a timer ends only where inputs stay. Four runs of four such stretches each come first:
    up to four one-bit inputs are held in every combination, more at random. Eight runs of one stretch each follow, in which
    one-bit inputs are 1 more or less often. Wider inputs rest in half of the stretches and change in the others; they may
    take numbers of the candidate's own `text`. Each run begins with a reset, and each stretch with lively cycles.
    """
    rng = np.random.default_rng(0)
    special = {clock.name for clock in circuit.clocks} | {reset.name for reset in circuit.resets}
    bits = [
        places.start
        for name, places in columns(circuit).items()
        if places.stop - places.start == 1 and name not in special
    ]
    length = max(1, _fitting(circuit, cycles) // (_HELD + _BIASED))
    often = np.concatenate([_combinations(rng, len(bits)), rng.choice(_OFTEN, (_BIASED, len(bits)))])
    stretches = [_stretch(rng, circuit, text, length, bits, share) for share in often]
    begins = [*range(0, _HELD, _TOGETHER), *range(_HELD, _HELD + _BIASED)]
    return free_run(circuit, np.concatenate(stretches), [length * begin for begin in begins])


def _fitting(circuit: Circuit, cycles: int) -> int:
    """At most so many cycles, as many as fit into one simulation."""
    width, outputs = (sum(port.width for port in ports) for ports in (circuit.inputs, circuit.outputs))
    return min(cycles, _LONG_BYTES // (2 * (width + outputs + 2)))


def _combinations(rng: np.random.Generator, count: int) -> np.ndarray:
    """What `count` bits are in each held stretch, `(stretches, count)`: every combination of a few, many at random."""
    if count > _COMBINED:
        often = rng.choice([0.15, 0.5, 0.85], (_HELD, 1))
        return (rng.random((_HELD, count)) < often).astype(float)
    chosen = np.concatenate([rng.permutation(2**count) for _ in range(_HELD)])[:_HELD]
    return (chosen[:, None] >> np.arange(count) & 1).astype(float)


def _stretch(
    rng: np.random.Generator, circuit: Circuit, text: str, length: int, bits: Sequence[int], often: np.ndarray
) -> np.ndarray:
    """Lively cycles, and then one stretch, `(length, input bits)`: the one-bit inputs are 1 as `often` as told."""
    data, lively = moody(rng, length, circuit, 0), min(_BETWEEN, length // 2)
    _put_numbers(rng, data, circuit, lambda _: _numbers(text), 0.125)
    for place in columns(circuit).values():
        if place.start not in bits and rng.random() < 0.5:
            data[lively:, place] = data[lively, place]
    data[lively:, bits] = rng.random((length - lively, len(bits))) < often
    return data


def free_run(circuit: Circuit, inputs: np.ndarray, begins: Sequence[int] = (0,)) -> np.ndarray:
    """`inputs` (cycles, input bits) as steps, `(steps, input bits)`: all clocks together, resets from `begins` on only."""
    data, places = inputs.copy(), columns(circuit)
    for reset in circuit.resets:
        data[:, places[reset.name]] = 1 - reset.level
        for begin in begins:
            data[begin : begin + RESET_CYCLES, places[reset.name]] = reset.level
    clocks = [places[clock.name].start for clock in circuit.clocks]
    if not clocks:
        return data
    rows = np.repeat(data, 2, axis=0)
    rows[:, clocks] = 0
    rows[1::2, clocks] = 1
    return rows


def _numbers(text: str) -> np.ndarray:
    """Numbers written in Verilog `text`, below 2**63; at least 0 and 1."""
    bases = {"b": 2, "o": 8, "d": 10, "h": 16}
    found = {0, 1}
    for base, digits in re.findall(r"'s?([bodh])\s*([0-9a-f_]+)", text.lower()):
        with contextlib.suppress(ValueError):
            found.add(int(digits.replace("_", ""), bases[base]))
    found |= {int(digits) for digits in re.findall(r"\b\d{1,18}\b", text)}
    return np.array(sorted(n for n in found if n < 2**63), dtype=np.int64)


def _sized(text: str) -> dict[int, np.ndarray]:
    """By width: the numbers of Verilog `text` that are written with one, of at most 63 bits."""
    bases, found = {"b": 2, "o": 8, "d": 10, "h": 16}, dict[int, set[int]]()
    for size, base, digits in re.findall(r"(?<!\d)(\d+)\s*'s?([bodh])\s*([0-9a-f_]+)", text.lower()):
        with contextlib.suppress(ValueError):
            number = int(digits.replace("_", ""), bases[base])
            if number < 2 ** min(63, int(size)) and int(size) < 64:
                found.setdefault(int(size), set()).add(number)
    return {size: np.array(sorted(numbers), dtype=np.int64) for size, numbers in found.items()}
