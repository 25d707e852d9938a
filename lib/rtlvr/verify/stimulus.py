"""The inputs of the generated testbench (paper §3.2).

A stimulus is a bit matrix `(steps, input bits)`: clocks and resets are columns like any other input, so several clocks,
both edges and resets between edges need no special case. A cycle is: data and resets change while clocks rest, each
clock rises, each clock falls; outputs are sampled after every step.

Sequences alternate the paper's two phases: (a) a reset sequence, then random cycles; (b) random reset activity mixed in.
Phase (a) takes the resets one at a time and all together: linear in their number, where the paper takes every subset.
"""

from collections.abc import Sequence

import numpy as np

from rtlvr.hdl.circuit import Circuit, fields
from rtlvr.verify.verdict import Stimuli

_EXHAUSTIVE_BITS = 12
RESET_CYCLES = 3
_MOODS, _WALK = 5, 256


def columns(circuit: Circuit) -> dict[str, slice]:
    """Where each input lies in the matrix's columns, most significant bit first."""
    return {port.name: place for port, place in fields(circuit.inputs)}


def build(circuit: Circuit, stimuli: Stimuli, restless: bool = False) -> np.ndarray:
    """The stimulus, `(steps, input bits)` of uint8 0/1; deterministic in circuit and stimuli.

    `restless` adds sequences in which data also change while clocks are high, one port at a time and together with
    nothing else, and a quiet stretch in which nothing but clocks moves.
    """
    rng = np.random.default_rng(stimuli.seed)
    width = sum(port.width for port in circuit.inputs)
    if not circuit.sequential:
        if width <= _EXHAUSTIVE_BITS:
            return _all_values(circuit, width, rng)
        return np.concatenate([moody(rng, stimuli.cycles, circuit, mode) for mode in range(stimuli.sequences)])
    sequences = [_sequence(circuit, stimuli.cycles, index, rng) for index in range(stimuli.sequences)]
    if restless:
        other = np.random.default_rng([stimuli.seed, 1])
        sequences += [_restless(circuit, stimuli.cycles, other) for _ in range(max(1, stimuli.sequences // 4))]
    return _apart(np.concatenate(sequences), circuit)


def exhaustive(circuit: Circuit) -> bool:
    """Whether `build` gives every input of a circuit without state."""
    return not circuit.sequential and sum(port.width for port in circuit.inputs) <= _EXHAUSTIVE_BITS


def _all_values(circuit: Circuit, width: int, rng: np.random.Generator) -> np.ndarray:
    """Every input, and then a walk that changes one port at a time: counting up always changes the last port as well."""
    values = ((np.arange(2**width)[:, None] >> np.arange(width)[::-1]) & 1).astype(np.uint8)
    return values if len(circuit.inputs) < 2 else np.concatenate([values, _walk(rng, _WALK, circuit, width)])


def moody(rng: np.random.Generator, cycles: int, circuit: Circuit, mood: int) -> np.ndarray:
    """Random inputs, `(cycles, input bits)`, in one of five moods.

    Uniform, mostly held, mostly ones, one port at a time (for what should have listened to another), mostly zeros.
    """
    width = sum(port.width for port in circuit.inputs)
    uniform = rng.integers(0, 2, (cycles, width), dtype=np.uint8)
    if mood % _MOODS == 0:
        return uniform
    if mood % _MOODS == 1:
        return _held(uniform, rng.random((cycles, width)) < 0.2)
    if mood % _MOODS == 3:
        return _walk(rng, cycles, circuit, width)
    return (rng.random((cycles, width)) < (0.9 if mood % _MOODS == 2 else 0.1)).astype(np.uint8)


def _walk(rng: np.random.Generator, cycles: int, circuit: Circuit, width: int) -> np.ndarray:
    """Random inputs of which one port changes at a time, `(cycles, width)`."""
    port_of = np.repeat(np.arange(len(circuit.inputs)), [port.width for port in circuit.inputs])
    chosen = rng.integers(0, max(1, len(circuit.inputs)), (cycles, 1))
    return _held(rng.integers(0, 2, (cycles, width), dtype=np.uint8), chosen == port_of)


def _held(values: np.ndarray, change: np.ndarray) -> np.ndarray:
    """`values` where `change` is set, and otherwise what was there before; both `(cycles, width)`."""
    change[:1] = True
    last = np.maximum.accumulate(np.where(change, np.arange(len(values))[:, None], 0), axis=0)
    return np.take_along_axis(values, last, axis=0)


def _sequence(circuit: Circuit, cycles: int, index: int, rng: np.random.Generator) -> np.ndarray:
    places = columns(circuit)
    clocks = [places[c.name].start for c in circuit.clocks]
    data = moody(rng, cycles, circuit, index // 2)
    _set_resets(data, circuit, places, index, rng)
    steps = []
    for row in data:
        row[clocks] = 0
        steps.append(row.copy())
        _glitch_resets(steps, row, circuit, places, index, rng)
        for order in (rng.permutation(clocks), rng.permutation(clocks)) if len(clocks) > 1 else (clocks, clocks):
            _toggle(steps, row, order, rng)
    return np.array(steps, dtype=np.uint8)


def _apart(steps: np.ndarray, circuit: Circuit) -> np.ndarray:
    """Inputs that open latches or reach clocks change one after the other, and before all else: together they would race."""
    places = columns(circuit)
    gates = [places[name] for name in circuit.gates if name in places]
    if not gates or len(circuit.inputs) < 2:
        return steps
    rows = [steps[0]]
    for row in steps[1:]:
        now = rows[-1].copy()
        for place in gates:
            if (now[place] != row[place]).any():
                now[place] = row[place]
                rows.append(now.copy())
        if (now != row).any():
            rows.append(row)
    return np.array(rows, dtype=np.uint8)


def _restless(circuit: Circuit, cycles: int, rng: np.random.Generator) -> np.ndarray:
    """Random cycles in which data change at both levels of the clocks, then as many in which they rest."""
    places = columns(circuit)
    clocks = [places[c.name].start for c in circuit.clocks]
    data = np.concatenate([moody(rng, cycles, circuit, 1), _walk(rng, cycles, circuit, _width(circuit))])
    resting = np.repeat(data[-1:], cycles, axis=0)
    data = np.concatenate([data, resting])
    for reset in circuit.resets:
        active = rng.random(len(data)) < 0.04
        active[:RESET_CYCLES], active[-cycles:] = True, False
        data[:, places[reset.name].start] = np.where(active, reset.level, 1 - reset.level)
    steps = []
    for now, then in zip(data, np.roll(data, -1, axis=0), strict=True):
        row = now.copy()
        row[clocks] = 0
        steps.append(row.copy())
        _toggle(steps, row, clocks, rng)
        high = np.where(rng.random(len(row)) < 0.5, then, row).astype(np.uint8)
        high[clocks] = row[clocks]
        steps.append(high.copy())
        _toggle(steps, high, clocks, rng)
    return np.array(steps, dtype=np.uint8)


def _width(circuit: Circuit) -> int:
    return sum(port.width for port in circuit.inputs)


def _set_resets(
    data: np.ndarray, circuit: Circuit, places: dict[str, slice], index: int, rng: np.random.Generator
) -> None:
    """Phase (a): the chosen resets for the first cycles; phase (b): each reset at random, rare or frequent."""
    random_phase = index % 2 == 1
    group = (index // 2) % (len(circuit.resets) + 1)
    for number, reset in enumerate(circuit.resets):
        column = places[reset.name].start
        active = np.zeros(len(data), dtype=bool)
        if random_phase:
            active = rng.random(len(data)) < (0.06 if index % 4 == 1 else 0.3)
        if not random_phase and group in (0, number + 1):
            active[:RESET_CYCLES] = True
        data[:, column] = np.where(active, reset.level, 1 - reset.level)


def _glitch_resets(
    steps: list[np.ndarray],
    row: np.ndarray,
    circuit: Circuit,
    places: dict[str, slice],
    index: int,
    rng: np.random.Generator,
) -> None:
    """Phase (b): now and then a reset pulse that begins and ends between clock edges; only asynchronous ones may react.

    Other data lie on the inputs during the pulse than at the edge that follows: what its end loads shows.
    """
    if index % 2 == 0 or not circuit.resets or rng.random() >= 0.06:
        return
    reset = circuit.resets[rng.integers(len(circuit.resets))]
    column = places[reset.name].start
    if row[column] != reset.level:
        special = [places[clock.name] for clock in circuit.clocks] + [places[one.name] for one in circuit.resets]
        released = rng.integers(0, 2, len(row), dtype=np.uint8)
        for place in special:
            released[place] = row[place]
        pulse = released.copy()
        pulse[column] = reset.level
        steps += [pulse, released, row.copy()]


def _toggle(
    steps: list[np.ndarray], row: np.ndarray, clocks: Sequence[int] | np.ndarray, rng: np.random.Generator
) -> None:
    """Toggle the clocks one after the other; of several clocks some rest, so that their edges come in every order."""
    for column in clocks:
        if len(clocks) > 1 and row[column] == 0 and rng.random() < 0.3:
            continue
        row[column] ^= 1
        steps.append(row.copy())
