"""The generated inputs: both phases, reset pulses, determinism."""

from itertools import pairwise

import numpy as np

from rtlvr.hdl.circuit import Circuit, Clock, Port, Reset
from rtlvr.verify import Stimuli
from rtlvr.verify.stimulus import build, columns

PORTS = (
    Port(name="clk", direction="input", width=1),
    Port(name="rst", direction="input", width=1),
    Port(name="d", direction="input", width=4),
    Port(name="q", direction="output", width=4),
)
REST = {"latches": 0, "memories": 0, "cells": 3, "derived_clocks": False}
SEQUENTIAL = Circuit(
    top="r",
    ports=PORTS,
    clocks=(Clock(name="clk", edges=("posedge",)),),
    resets=(Reset(name="rst", level=1, kind="async"),),
    registers=4,
    **REST,
)
SMALL = Circuit(top="c", ports=PORTS[2:], clocks=(), resets=(), registers=0, **REST)


def test_small_combinational_inputs_are_exhaustive() -> None:
    bits = build(SMALL, Stimuli(sequences=1, cycles=2))
    assert bits.shape == (16, 4)
    assert len({tuple(row) for row in bits}) == 16


def test_one_port_changes_at_a_time_somewhere() -> None:
    two = SMALL.model_copy(update={"ports": (*PORTS[1:], Port(name="e", direction="input", width=3))})
    bits = build(two, Stimuli())
    assert len(bits) > 2**8 and len({tuple(row) for row in bits[: 2**8]}) == 2**8
    changed = [{0: "rst", 1: "d"}.get(i, "d" if i < 5 else "e") for i in range(8)]
    walk = bits[2**8 :]
    steps = [{changed[i] for i in np.flatnonzero(a != b)} for a, b in pairwise(walk)]
    assert all(len(names) <= 1 for names in steps)
    assert {"rst", "d", "e"} == set().union(*steps)


def test_a_cycle_changes_data_then_raises_then_lowers_the_clock() -> None:
    bits = build(SEQUENTIAL, Stimuli(sequences=1, cycles=20))
    assert bits.shape == (60, 6)
    assert bits[:, 0].reshape(20, 3).tolist() == [[0, 1, 0]] * 20
    data = bits[:, 2:].reshape(20, 3, 4)
    assert (data[:, 0] == data[:, 1]).all()
    assert (data[:, 0] == data[:, 2]).all()


def test_phase_a_resets_first_and_phase_b_at_random() -> None:
    bits = build(SEQUENTIAL, Stimuli(sequences=1, cycles=20))
    assert bits[:9, 1].all()
    assert not bits[9:, 1].any()
    both = build(SEQUENTIAL, Stimuli(sequences=2, cycles=200))
    assert 0 < both[600:, 1].mean() < 0.5


def test_reset_pulses_between_edges_exist() -> None:
    bits = build(SEQUENTIAL, Stimuli(sequences=2, cycles=300))
    clock, reset = bits[:, 0], bits[:, 1]
    alone = (clock[:-2] == 0) & (clock[1:-1] == 0) & (clock[2:] == 0)
    assert (alone & (reset[:-2] == 0) & (reset[1:-1] == 1) & (reset[2:] == 0)).any()


def test_the_seed_decides() -> None:
    same = [build(SEQUENTIAL, Stimuli(seed=s)) for s in (1, 1, 2)]
    assert np.array_equal(same[0], same[1])
    assert not np.array_equal(same[0], same[2])


def test_columns_follow_the_ports() -> None:
    assert columns(SEQUENTIAL) == {"clk": slice(0, 1), "rst": slice(1, 2), "d": slice(2, 6)}
