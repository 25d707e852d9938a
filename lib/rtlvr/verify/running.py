"""Two designs that were cut open, closed again and run side by side: differences found long before a miter is made.

Joining large designs on two rails takes Yosys minutes. What cutting them left, a circuit of AND gates with each register
open, is there already. Here every register gets its own back. The golden has three values: each literal is a pair, whether
it can be 1 and whether it can be 0, and is known where it cannot be both. The candidate has two; what has no initial value
begins at random. Asynchronous resets act at the next clock edge. So what is found is a suggestion, which counts only once
simulation of both texts has shown it, and finding nothing proves nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from rtlvr.verify.aiger import Aig, read_aiger
from rtlvr.verify.aigwriter import Writer
from rtlvr.verify.miter import Miter
from rtlvr.verify.opened import Opened, Side
from rtlvr.verify.state import Held

_KINDS = ("$_DFF_P_", "$_DFF_PP0_", "$_DFF_PP1_", "$_ALDFF_PP_")
Value = TypeVar("Value")  # of two-valued or three-valued logic
_KNOWN = {"0": -2, "1": -1}


@dataclass(frozen=True)
class Running:
    """A circuit that is 1 where a known output of the golden is not the candidate's.

    `begins` says for each latch -2 (0), -1 (1) or a number from 0 on, where it begins at random.
    """

    aig: Aig
    miter: Miter
    begins: tuple[int, ...]

    def initial(self) -> np.ndarray:
        """First values in 64 runs, `(latches,)` uint64."""
        rng = np.random.default_rng(0)
        unknown = rng.integers(0, 2**64, 1 + max(0, *self.begins), dtype=np.uint64)
        known = {-2: np.uint64(0), -1: np.uint64(2**64 - 1)}
        return np.array([known[b] if b < 0 else unknown[b] for b in self.begins], dtype=np.uint64)


def write_running(opened: Opened, ports: Sequence[int], path: Path) -> list[int] | None:
    """Write the circuit; returns what its registers begin with, or None where it cannot be made.

    It can be made of plain registers that share one clock. `ports` are the variables of the designs' own inputs.
    """
    cells = [cell for side in opened.sides for cell in side.cells]
    if not cells or any(cell.kind[0] not in _KINDS for cell in cells) or len(_clocks(opened)) != 1:
        return None
    count = len(opened.golden.cells)
    writer = Writer(opened.aig, 0, count + len(cells), ports)
    for index, (held,) in enumerate(opened.candidate.held):
        writer.stands_for(held, writer.latch(2 * count + index))
    writer.copy()
    golden, theirs = _golden(writer, opened), _candidate(writer, opened.candidate, 2 * count)
    differs = [writer.both(writer.both(can_1, can_0) ^ 1, writer.xor(can_1, other))
               for (can_1, can_0), other in zip(golden, theirs, strict=True)]  # fmt: skip
    writer.write(path, writer.any(differs))
    return _begins(opened)


def _clocks(opened: Opened) -> set[int]:
    """The literals that clock the registers of both designs."""
    return {
        loads[[pin for pin, _, _ in cell.pins].index("C")]
        for side in opened.sides
        for cell, loads in zip(side.cells, side.loads, strict=True)
    }


def _after(
    cell: Held, loads: list[Value], choice: Callable[[Value, Value, Value], Value], bits: tuple[Value, Value]
) -> Value:
    """What a register holds after the clock edge: `loads` of its pins, a choice between values, and 0 and 1 as `bits`."""
    pins = dict(zip([pin for pin, _, _ in cell.pins], loads, strict=True))
    after = pins["D"]
    if "R" in pins:
        after = choice(pins["R"], bits[cell.kind[0] == "$_DFF_PP1_"], after)
    return choice(pins["L"], pins["AD"], after) if "L" in pins else after


def _candidate(writer: Writer, side: Side, start: int) -> list[int]:
    """Its outputs, its registers closed from latch `start` on."""
    for index, cell in enumerate(side.cells):
        after = _after(cell, [writer.new(literal) for literal in side.loads[index]], writer.choice, (0, 1))
        writer.follows(start + index, after, int(cell.begins == "1"))
    return [writer.new(literal) for literal in side.ports]


Pair = tuple[int, int]  # whether it can be 1, and whether it can be 0


class _Three:
    """The circuit with three values."""

    def __init__(self, writer: Writer, aig: Aig) -> None:
        self._writer, self._aig = writer, aig
        self._pairs: list[Pair] = [(0, 1)]
        for variable in range(1, 1 + aig.inputs):
            literal = writer.new(2 * variable)
            self._pairs.append((literal, literal ^ 1))

    def stands_for(self, variable: int, pair: Pair) -> None:
        """An input of the old circuit gives a pair. Call it before `copy`."""
        self._pairs[variable] = pair

    def copy(self) -> None:
        """All gates of the old circuit."""
        for first, second in self._aig.ands.tolist():
            self._pairs.append(self.both(self.of(first), self.of(second)))

    def of(self, literal: int) -> Pair:
        """The pair of an old literal."""
        pair = self._pairs[literal >> 1]
        return pair[::-1] if literal & 1 else pair

    def both(self, one: Pair, other: Pair) -> Pair:
        """AND: 1 if both can be 1, 0 if either can be 0."""
        return self._writer.both(one[0], other[0]), self._writer.either(one[1], other[1])

    def choice(self, select: Pair, one: Pair, other: Pair) -> Pair:
        """`one` where `select` is 1, else `other`."""
        taken, left = self.both(select, one), self.both(select[::-1], other)
        return self.both(taken[::-1], left[::-1])[::-1]

    def blurred(self, pair: Pair, unknown: int) -> Pair:
        """The pair, which may be anything where the literal `unknown` of the old circuit can be 1."""
        can = self.of(unknown)[0]
        return self._writer.either(pair[0], can), self._writer.either(pair[1], can)


def _golden(writer: Writer, opened: Opened) -> list[Pair]:
    """Its outputs, its registers closed: the latches from 0 on say what can be 1, and as many more what can be 0."""
    side, three = opened.golden, _Three(writer, opened.aig)
    count = len(side.cells)
    for index, (held,) in enumerate(side.held):
        three.stands_for(held, (writer.latch(index), writer.latch(count + index)))
    three.copy()
    for index, cell in enumerate(side.cells):
        unknown = side.unknown_loads[index] if side.unknown_loads else [0] * len(side.loads[index])
        loads = [three.blurred(three.of(one), other) for one, other in zip(side.loads[index], unknown, strict=True)]
        after = _after(cell, loads, three.choice, ((0, 1), (1, 0)))
        writer.follows(index, after[0], int(cell.begins != "0"))
        writer.follows(count + index, after[1], int(cell.begins != "1"))
    unknown = side.unknown_ports or [0] * len(side.ports)
    return [three.blurred(three.of(one), other) for one, other in zip(side.ports, unknown, strict=True)]


def _begins(opened: Opened) -> list[int]:
    """What each latch begins with."""
    can_1 = [-2 if cell.begins == "0" else -1 for cell in opened.golden.cells]
    can_0 = [-2 if cell.begins == "1" else -1 for cell in opened.golden.cells]
    known = [_KNOWN.get(cell.begins) for cell in opened.candidate.cells]
    return [*can_1, *can_0, *(at if one is None else one for at, one in enumerate(known))]


def read_running(path: Path, inputs: list[tuple[str, int]], begins: list[int]) -> Running:
    """What `write_running` wrote; `inputs` are the (port, bit) of the circuit's inputs.

    Raises:
        InfrastructureError: the file cannot be read.
    """
    aig = read_aiger(path)
    return Running(aig, Miter("cycle", tuple(inputs), len(begins), "", "", ()), tuple(begins))
