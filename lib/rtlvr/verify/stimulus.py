"""The inputs of the generated testbench (paper §3.2).

A stimulus is a bit matrix `(steps, input bits)`: clocks and resets are columns like any other input, so several clocks,
both edges and resets between edges need no special case. A cycle is: data and resets change while clocks rest, each
clock rises, each clock falls; outputs are sampled after every step.

Sequences alternate the paper's two phases: (a) a reset sequence, then random cycles; (b) random reset activity mixed in.
Phase (a) takes the resets one at a time and all together: linear in their number, where the paper takes every subset.
"""

import numpy as np

from rtlvr.hdl.circuit import Circuit
from rtlvr.verify.verdict import Stimuli

_EXHAUSTIVE_BITS = 12
_RESET_CYCLES = 3


def columns(circuit: Circuit) -> dict[str, slice]:
    """Where each input lies in the matrix's columns, most significant bit first."""
    places, start = {}, 0
    for port in circuit.inputs:
        places[port.name] = slice(start, start + port.width)
        start += port.width
    return places


def build(circuit: Circuit, stimuli: Stimuli) -> np.ndarray:
    """The stimulus, `(steps, input bits)` of uint8 0/1; deterministic in circuit and stimuli."""
    rng = np.random.default_rng(stimuli.seed)
    width = sum(port.width for port in circuit.inputs)
    if not circuit.sequential:
        if width <= _EXHAUSTIVE_BITS:
            return _all_values(width)
        return np.concatenate([_data(rng, stimuli.cycles, width, mode) for mode in range(stimuli.sequences)])
    sequences = [_sequence(circuit, stimuli.cycles, index, rng) for index in range(stimuli.sequences)]
    return np.concatenate(sequences)


def _all_values(width: int) -> np.ndarray:
    values = np.arange(2**width)[:, None]
    return ((values >> np.arange(width)[::-1]) & 1).astype(np.uint8)


def _data(rng: np.random.Generator, cycles: int, width: int, mode: int) -> np.ndarray:
    """Random inputs, `(cycles, width)`, in one of four moods: uniform, mostly held, mostly ones, mostly zeros."""
    uniform = rng.integers(0, 2, (cycles, width), dtype=np.uint8)
    if mode % 4 == 0:
        return uniform
    if mode % 4 == 1:
        change = rng.random((cycles, width)) < 0.2
        change[0] = True
        last = np.maximum.accumulate(np.where(change, np.arange(cycles)[:, None], 0), axis=0)
        return np.take_along_axis(uniform, last, axis=0)
    return (rng.random((cycles, width)) < (0.9 if mode % 4 == 2 else 0.1)).astype(np.uint8)


def _sequence(circuit: Circuit, cycles: int, index: int, rng: np.random.Generator) -> np.ndarray:
    places = columns(circuit)
    clocks = [places[c.name].start for c in circuit.clocks]
    width = sum(port.width for port in circuit.inputs)
    data = _data(rng, cycles, width, index // 2)
    _set_resets(data, circuit, places, index, rng)
    steps = []
    for row in data:
        row[clocks] = 0
        steps.append(row.copy())
        _glitch_resets(steps, row, circuit, places, index, rng)
        for order in (rng.permutation(clocks), rng.permutation(clocks)) if len(clocks) > 1 else (clocks, clocks):
            _toggle(steps, row, order, rng)
    return np.array(steps, dtype=np.uint8)


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
            active[:_RESET_CYCLES] = True
        data[:, column] = np.where(active, reset.level, 1 - reset.level)


def _glitch_resets(
    steps: list[np.ndarray],
    row: np.ndarray,
    circuit: Circuit,
    places: dict[str, slice],
    index: int,
    rng: np.random.Generator,
) -> None:
    """Phase (b): now and then a reset pulse that begins and ends between clock edges; only asynchronous ones may react."""
    if index % 2 == 0 or not circuit.resets or rng.random() >= 0.06:
        return
    reset = circuit.resets[rng.integers(len(circuit.resets))]
    column = places[reset.name].start
    if row[column] != reset.level:
        pulse = row.copy()
        pulse[column] = reset.level
        steps += [pulse, row.copy()]


def _toggle(steps: list[np.ndarray], row: np.ndarray, clocks: list[int], rng: np.random.Generator) -> None:
    """Toggle the clocks one after the other; of several clocks some rest, so that their edges come in every order."""
    for column in clocks:
        if len(clocks) > 1 and row[column] == 0 and rng.random() < 0.3:
            continue
        row[column] ^= 1
        steps.append(row.copy())
