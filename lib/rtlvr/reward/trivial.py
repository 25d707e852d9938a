"""Outputs of a golden that a design which computes nothing gets right as well.

Such a design connects every output bit to a constant, to an input bit or its inverse, or to a register that takes one of
these at a clock's edge, with any reset. Which outputs it may get right is read from the golden's own simulation: an
output counts as trivial where each of its bits agrees with one such source in every step in which it is known. So a
design of this kind that is right in an output is right in a trivial one; more may be called trivial than are.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from rtlvr.hdl.circuit import Circuit
from rtlvr.verify.beside import netlist_known
from rtlvr.verify.compare import lacking
from rtlvr.verify.engine import Judge
from rtlvr.verify.stimulus import columns
from rtlvr.verify.verdict import Stimuli

Source = tuple[
    np.ndarray, np.ndarray
]  # values of some input bits `(steps, bits)`, and in which steps they bind `(steps,)`


def telling(judge: Judge, golden: str, stimuli: dict[str, Any]) -> dict[str, Any]:
    """In a worker: `outputs`, the golden's that are not trivial.

    Raises:
        DesignError: the golden cannot be judged.
    """
    prepared = judge.prepare(golden, Stimuli.model_validate(stimuli), None, True)
    also = netlist_known(prepared, judge.limits)
    known = prepared.known if also is None else prepared.known & also
    bits = trivial_bits(prepared.circuit, prepared.stimulus, prepared.trace, known)
    return {"outputs": list(lacking(prepared.circuit, bits))}


def trivial_bits(circuit: Circuit, stimulus: np.ndarray, trace: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Which output bits agree with a trivial source, `(output bits,)`; `trace` and `known` are `(steps, output bits)`."""
    trivial = np.zeros(trace.shape[1], dtype=bool)
    for values, binds in sources(circuit, stimulus):
        for bit in range(trace.shape[1]):
            rows = known[:, bit] & binds
            ones, zeros = trace[rows, bit] == ord("1"), trace[rows, bit] == ord("0")
            high, low = values[rows] == 1, values[rows] == 0
            same = (high & ones[:, None]) | (low & zeros[:, None])
            other = (low & ones[:, None]) | (high & zeros[:, None])
            trivial[bit] |= bool(same.all(axis=0).any() or other.all(axis=0).any())
    return trivial


def sources(circuit: Circuit, stimulus: np.ndarray) -> Iterator[Source]:
    """A constant; the inputs; and for each edge of a clock the inputs at the last one, unless a reset came since."""
    steps = len(stimulus)
    always = np.ones(steps, dtype=bool)
    yield np.zeros((steps, 1), dtype=np.uint8), always
    yield stimulus, always
    places = columns(circuit)
    numbers, reset = np.arange(steps), np.full(steps, -1)
    for one in circuit.resets:
        reset = np.maximum(reset, np.where(stimulus[:, places[one.name].start] == one.level, numbers, -1))
    last_reset = np.maximum.accumulate(reset)
    for clock in circuit.clocks:
        level = stimulus[:, places[clock.name].start].astype(np.int8)
        for edge in clock.edges:
            moved = np.diff(level, prepend=level[:1]) == (1 if edge == "posedge" else -1)
            last = np.maximum.accumulate(np.where(moved, numbers, -1))
            yield stimulus[np.maximum(last, 0)], (last >= 0) & (last_reset < last)
