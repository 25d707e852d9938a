"""Two designs cut open at all that they hold, in one circuit, and what a pairing of both claims.

What is held comes from inputs, what is loaded goes to outputs (`rtlvr.verify.state` says what holds a value). A pairing
says which inputs give the same; then its claims must hold. Here they are tried on random values: that can refute a
pairing, and only a proof (`rtlvr.verify.cutpoints`) can confirm it.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from rtlvr.verify.aiger import Aig
from rtlvr.verify.state import Held

Pairs = list[tuple[int, int]]  # indices of the golden's and of the candidate's cells

_PATTERNS = 1024  # random values of each bit


@dataclass(frozen=True)
class Side:
    """A design cut open: its cells, and where their bits are among the inputs and outputs of the circuit.

    `held[i]` are variables of inputs that stand for what cell i gives, `loads[i]` literals of what its pins take, `ports`
    literals of the outputs. `unknown_loads` and `unknown_ports` say where the golden does not know them, if it can be so.
    """

    cells: list[Held]
    held: list[list[int]]
    loads: list[list[int]]
    ports: list[int]
    unknown_loads: list[list[int]] | None = None
    unknown_ports: list[int] | None = None


@dataclass(frozen=True)
class Opened:
    """Two designs cut open in one circuit, which share its other inputs."""

    aig: Aig
    golden: Side
    candidate: Side

    @property
    def sides(self) -> tuple[Side, Side]:
        """The golden and the candidate."""
        return self.golden, self.candidate


@dataclass(frozen=True)
class Pairing:
    """What is held alike: `pairs`, `twins` of these, (side, cell, its paired twin on the same side), and what never
    changes, (side, cell, value)."""

    pairs: Pairs
    twins: list[tuple[int, int, int]]
    constants: list[tuple[int, int, int]]

    def held(self, number: int) -> set[int]:
        """Cells of a side of which the pairing says what they give."""
        own = {index for side, index, _ in (*self.twins, *self.constants) if side == number}
        return own | {pair[number] for pair in self.pairs}


@dataclass(frozen=True)
class Claim:
    """Bits that must be equal for a pairing to be right: `one` and `other`, but where `excused` is 1.

    Where `forbidden` is 1, and it is not excused, the claim fails. All are literals; 0 where there is none.
    """

    one: int
    other: int
    excused: int = 0
    forbidden: int = 0


def claims(opened: Opened, pairing: Pairing, value: Callable[[int], int]) -> list[Claim]:
    """All that must be equal: outputs, what pairs load, and what twins load; `value` are `random_values`."""
    golden, candidate = opened.golden, opened.candidate
    found = _claims(golden.ports, candidate.ports, golden.unknown_ports)
    for ours, theirs in pairing.pairs:
        unknown = golden.unknown_loads[ours] if golden.unknown_loads else None
        found += _claims(golden.loads[ours], loads_of(opened, ours, theirs, value), unknown)
    for number, index, twin in pairing.twins:
        side = opened.sides[number]
        both = [side.unknown_loads[which] if side.unknown_loads else None for which in (index, twin)]
        found += _claims(side.loads[index], side.loads[twin], *both)
    return found + [claim for one in pairing.constants for claim in stays(opened, *one)]


def _claims(
    one: list[int], other: list[int], excused: list[int] | None, forbidden: list[int] | None = None
) -> list[Claim]:
    nothing = [0] * len(one)
    return [Claim(*four) for four in zip(one, other, excused or nothing, forbidden or nothing, strict=True)]


def stays(opened: Opened, number: int, index: int, value: int) -> list[Claim]:
    """That a register without a partner loads what it holds."""
    side = opened.sides[number]
    at = side.cells[index].data
    return [Claim(side.loads[index][at], value, side.unknown_loads[index][at] if side.unknown_loads else 0)]


def agree(opened: Opened, pairing: Pairing) -> bool:
    """Whether no random value shows a difference, where each pair holds the same and all else anything."""
    value = random_values(opened, pairing)
    return not any(wrong(claim, value) for claim in claims(opened, pairing, value))


def wrong(claim: Claim, value: Callable[[int], int]) -> int:
    """The patterns for which a claim is wrong."""
    return (value(claim.one) ^ value(claim.other) | value(claim.forbidden)) & ~value(claim.excused)


def loads_of(opened: Opened, ours: int, theirs: int, value: Callable[[int], int]) -> list[int]:
    """What a cell of the candidate loads, its operands in the order of its partner where they may be in any."""
    loads = opened.candidate.loads[theirs]
    if not opened.candidate.cells[theirs].swaps:
        return loads
    half, mine = len(loads) // 2, opened.golden.loads[ours]
    swapped = [*loads[half:], *loads[:half]]
    straight = all(value(a) == value(b) for a, b in zip(mine, loads, strict=True))
    crossed = all(value(a) == value(b) for a, b in zip(mine, swapped, strict=True))
    return swapped if crossed and not straight else loads


def same_inputs(opened: Opened, pairing: Pairing) -> list[tuple[int, int]]:
    """(a variable of an input, the literal that gives the same) of all that the pairing says."""
    golden, candidate = opened.golden, opened.candidate
    found = [
        (its, 2 * mine)
        for ours, theirs in pairing.pairs
        for its, mine in zip(candidate.held[theirs], golden.held[ours], strict=True)
    ]
    partner = dict(found)
    for number, index, twin in pairing.twins:
        side = opened.sides[number]
        found += [(a, partner.get(b, 2 * b)) for a, b in zip(side.held[index], side.held[twin], strict=True)]
    return found + [(opened.sides[number].held[index][0], value) for number, index, value in pairing.constants]


def random_values(opened: Opened, pairing: Pairing) -> Callable[[int], int]:
    """The value of each literal for random inputs, as far as the pairing leaves them free."""
    words = Words(opened)
    for one, literal in same_inputs(opened, pairing):
        words.inputs[one] = words.inputs[literal >> 1] ^ (words.ones if literal & 1 else 0)
    return words.evaluate()


class Words:
    """Random words on all inputs, and what the circuit makes of them."""

    def __init__(self, opened: Opened) -> None:
        self._random = random.Random(0)
        self.ones = (1 << _PATTERNS) - 1
        self._gates = opened.aig.ands.tolist()
        self.inputs = [0, *(self.word() for _ in range(opened.aig.inputs))]  # by variable

    def word(self) -> int:
        """A random word, of some with few ones or few zeros: conditions on many bits are met as well."""
        word, other, third = (self._random.getrandbits(_PATTERNS) for _ in range(3))
        low = self.ones >> (3 * _PATTERNS // 4)
        high = low << (3 * _PATTERNS // 4)
        return (word & ~low & ~high) | (word & other & third & low) | ((word | other | third) & high)

    def evaluate(self) -> Callable[[int], int]:
        """The value of each literal."""
        ones, values = self.ones, list(self.inputs)
        for first, second in self._gates:
            one, two = values[first >> 1], values[second >> 1]
            if first & 1:
                one ^= ones
            values.append(one & (two ^ ones if second & 1 else two))
        return lambda literal: values[literal >> 1] ^ (ones if literal & 1 else 0)
