"""Two designs that were cut open, closed again and run side by side: differences found long before a miter is made.

Joining large designs on two rails takes Yosys minutes. What cutting them left, a circuit of AND gates with each register
open, is there already. Here every register gets its own back, twice for the golden: the copies begin with other values
where no initial value is given, and what they do not agree on is not known. Asynchronous resets act at the next clock
edge. So what is found is a suggestion, which counts only once simulation of both texts has shown it, and finding nothing
proves nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rtlvr.verify.aiger import Aig, read_aiger
from rtlvr.verify.aigwriter import Writer
from rtlvr.verify.miter import Miter
from rtlvr.verify.opened import Opened, Pairing, Side

_KINDS = ("$_DFF_P_", "$_DFF_PP0_", "$_DFF_PP1_", "$_ALDFF_PP_")
_KNOWN = {"0": -2, "1": -1}


@dataclass(frozen=True)
class Running:
    """A circuit that is 1 where a known output of the golden is not the candidate's.

    `begins` says for each register -2 (0), -1 (1) or a number: those of one number begin with the same unknown value.
    """

    aig: Aig
    miter: Miter
    begins: tuple[int, ...]

    def initial(self) -> np.ndarray:
        """First values in 64 runs, `(latches,)` uint64."""
        rng = np.random.default_rng(0)
        unknown = rng.integers(0, 2**64, 1 + max(self.begins, default=0), dtype=np.uint64)
        known = {-2: np.uint64(0), -1: np.uint64(2**64 - 1)}
        return np.array([known[b] if b < 0 else unknown[b] for b in self.begins], dtype=np.uint64)


def write_running(opened: Opened, pairing: Pairing, ports: Sequence[int], path: Path) -> list[int] | None:
    """Write the circuit; returns what its registers begin with, or None where it cannot be made.

    It can be made of plain registers that share one clock. `ports` are the variables of the designs' own inputs.
    """
    cells = [cell for side in opened.sides for cell in side.cells]
    if not cells or any(cell.kind[0] not in _KINDS for cell in cells) or len(_clocks(opened)) != 1:
        return None
    count = len(opened.golden.cells)
    writer = Writer(opened.aig, 0, count + len(cells), ports)
    first, theirs = _copied(writer, opened, 0, 2 * count)
    excused = [writer.new(literal) for literal in opened.golden.unknown_ports or [0] * len(first)]
    second, _ = _copied(writer, opened, count, 2 * count)
    differs = [
        writer.both(writer.both(writer.xor(one, other), writer.xor(one, copy) ^ 1), unknown ^ 1)
        for one, copy, other, unknown in zip(first, second, theirs, excused, strict=True)
    ]
    writer.write(path, writer.any(differs))
    return _begins(opened, pairing)


def _clocks(opened: Opened) -> set[int]:
    """The literals that clock the registers of both designs."""
    return {
        loads[[pin for pin, _, _ in cell.pins].index("C")]
        for side in opened.sides
        for cell, loads in zip(side.cells, side.loads, strict=True)
    }


def _copied(writer: Writer, opened: Opened, golden: int, candidate: int) -> tuple[list[int], list[int]]:
    """A copy of both designs, with their registers from these latches on; the outputs of both."""
    starts = (golden, candidate)
    for side, start in zip(opened.sides, starts, strict=True):
        for index, (held,) in enumerate(side.held):
            writer.stands_for(held, writer.latch(start + index))
    writer.copy()
    for side, start in zip(opened.sides, starts, strict=True):
        for index in range(len(side.cells)):
            writer.follows(start + index, _next(writer, side, index), int(side.cells[index].begins == "1"))
    first, second = ([writer.new(literal) for literal in side.ports] for side in opened.sides)
    return first, second


def _next(writer: Writer, side: Side, index: int) -> int:
    """What a register holds after the clock edge."""
    cell = side.cells[index]
    pins = {pin: writer.new(literal) for (pin, _, _), literal in zip(cell.pins, side.loads[index], strict=True)}
    if "R" in pins:
        return writer.choice(pins["R"], int(cell.kind[0] == "$_DFF_PP1_"), pins["D"])
    return writer.choice(pins["L"], pins["AD"], pins["D"]) if "L" in pins else pins["D"]


def _begins(opened: Opened, pairing: Pairing) -> list[int]:
    """What each latch begins with: pairs of an unknown value with the same, all else with values of their own."""
    golden, candidate = ([_KNOWN.get(cell.begins) for cell in side.cells] for side in opened.sides)
    count = len(golden)
    partner = {theirs: ours for ours, theirs in pairing.pairs}
    first = [at if known is None else known for at, known in enumerate(golden)]
    second = [count + at if known is None else known for at, known in enumerate(golden)]
    others = [partner.get(at, 2 * count + at) if known is None else known for at, known in enumerate(candidate)]
    return [*first, *second, *others]


def read_running(path: Path, inputs: list[tuple[str, int]], begins: list[int]) -> Running:
    """What `write_running` wrote; `inputs` are the (port, bit) of the circuit's inputs.

    Raises:
        InfrastructureError: the file cannot be read.
    """
    aig = read_aiger(path)
    return Running(aig, Miter("cycle", tuple(inputs), len(begins), "", "", ()), tuple(begins))
