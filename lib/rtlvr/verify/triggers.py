"""Values of inputs that a circuit waits for: what it compares an input with, read off its gates.

A comparison with a constant is an AND of some bits of one input, each as it is or inverted: a cube. Registers that load an
input are looked through, since a design often keeps an address before it decodes it. Random values meet a cube of many
bits hardly ever; an address of eight bits that nobody meets hides a whole design.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rtlvr.verify.aiger import Aig

_MOST_BITS = 63  # of a port: its values are numbers of 64 bits
_STEPS = 12  # gates between a register and the input that it loads
_STAGES = 2  # registers that an input goes through


@dataclass(frozen=True)
class Cube:
    """Bits of a port that must be 1 (in `mask` and `value`) or 0 (in `mask` alone)."""

    port: str
    mask: int
    value: int


def cubes(aig: Aig, inputs: Sequence[tuple[str, int]]) -> dict[str, list[Cube]]:
    """The cubes of two bits and more of each port, in the order of the gates; `inputs[i]` is input i's (port, bit)."""
    widths: dict[str, int] = {}
    for port, _ in inputs:
        widths[port] = widths.get(port, 0) + 1
    single = {1 + i: Cube(p, 1 << b, 1 << b) for i, (p, b) in enumerate(inputs) if widths[p] > 1 and b < _MOST_BITS}
    gates = aig.ands.tolist()
    for _ in range(_STAGES if single else 0):
        single |= _copies(aig, gates, single)
    found: dict[str, list[Cube]] = {}
    for cube in dict.fromkeys(_largest(aig, gates, single)):
        found.setdefault(cube.port, []).append(cube)
    return found


def _largest(aig: Aig, gates: list[list[int]], single: dict[int, Cube]) -> list[Cube]:
    """Cubes that are no part of a larger one."""
    known, used = dict(single), set()
    for variable, pair in enumerate(gates, aig.base):
        one, other = (_of(literal, known, single) for literal in pair)
        both = _both(one, other)
        if both is not None:
            known[variable] = both
            used |= {literal >> 1 for literal in pair}
    return [cube for variable, cube in known.items() if variable >= aig.base and variable not in used]


def _of(literal: int, known: dict[int, Cube], single: dict[int, Cube]) -> Cube | None:
    """The cube in which a literal is 1. An inverted one is a cube only if it is one bit."""
    variable = literal >> 1
    if not literal & 1:
        return known.get(variable)
    bit = single.get(variable)
    return None if bit is None else Cube(bit.port, bit.mask, bit.mask & ~bit.value)


def _both(one: Cube | None, other: Cube | None) -> Cube | None:
    if one is None or other is None or one.port != other.port:
        return None
    if (one.value ^ other.value) & one.mask & other.mask:
        return None
    return Cube(one.port, one.mask | other.mask, one.value | other.value)


def _copies(aig: Aig, gates: list[list[int]], single: dict[int, Cube]) -> dict[int, Cube]:
    """Registers that load one bit of one port, through a few gates, and hardly anything else."""
    found = {}
    for index, literal in enumerate(aig.next_states.tolist()):
        variable = 1 + aig.inputs + index
        if variable not in single:
            bits = _loaded(aig, gates, single, literal)
            if len(bits) == 1:
                found[variable] = bits.pop()
    return found


def _loaded(aig: Aig, gates: list[list[int]], single: dict[int, Cube], literal: int) -> set[Cube]:
    """The bits that a literal depends on by a few gates, each as it arrives: inverted an odd number of times, or not."""
    todo, bits = [literal], set()
    for _ in range(_STEPS):
        if not todo:
            break
        here = todo.pop(0)
        variable, inverted = here >> 1, here & 1
        if variable in single:
            bit = single[variable]
            bits.add(Cube(bit.port, bit.mask, bit.mask & ~bit.value) if inverted else bit)
        elif variable >= aig.base:
            todo += [operand ^ inverted for operand in gates[variable - aig.base]]
    return bits


def drawn(rng: np.random.Generator, cubes: list[Cube], values: np.ndarray) -> np.ndarray:
    """`values` (uint64, any shape), each changed so that one of the cubes holds."""
    chosen = rng.integers(0, len(cubes), values.shape)
    masks, wanted = (np.array([getattr(c, n) for c in cubes], np.uint64)[chosen] for n in ("mask", "value"))
    return (values & ~masks) | wanted
