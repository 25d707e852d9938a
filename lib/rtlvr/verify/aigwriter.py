"""Writes circuits of AND gates: a copy of one that was read, in which some inputs stand for others, and gates added to it.

Literals are those of AIGER: twice the number of a variable, plus one where it is inverted; 0 and 1 are constants.
"""

from collections.abc import Sequence
from pathlib import Path

from rtlvr.verify.aiger import Aig


class Writer:
    """A new circuit: the inputs of `aig`, or those `kept` of them (variables), `extra` ones, `latches`, then gates.

    An input that is not kept must stand for something before `copy`.
    """

    def __init__(self, aig: Aig, extra: int, latches: int, kept: Sequence[int] | None = None) -> None:
        self._aig = aig
        kept = range(1, 1 + aig.inputs) if kept is None else kept
        self._inputs, self._old = len(kept), [0] * (1 + aig.inputs)  # by old variable: the new literal
        for number, variable in enumerate(kept, 1):
            self._old[variable] = 2 * number
        self._first = 1 + self._inputs + extra
        self._latches = [(0, 0)] * latches
        self._gates: list[tuple[int, int]] = []
        self._known: dict[tuple[int, int], int] = {}

    def stands_for(self, variable: int, literal: int) -> None:
        """An old input gives what a new literal gives. Call it before `copy`."""
        self._old[variable] = literal

    def copy(self) -> None:
        """The gates of the old circuit."""
        for first, second in self._aig.ands.tolist():
            self._old.append(self.both(self.new(first), self.new(second)))

    def new(self, literal: int) -> int:
        """The new literal of an old one."""
        return self._old[literal >> 1] ^ (literal & 1)

    def extra(self, number: int) -> int:
        """The literal of an extra input."""
        return 2 * (1 + self._inputs + number)

    def latch(self, number: int) -> int:
        """The literal of a latch."""
        return 2 * (self._first + number)

    def follows(self, number: int, state: int, begins: int) -> None:
        """The next state of a latch, and its first."""
        self._latches[number] = (state, begins)

    def both(self, one: int, other: int) -> int:
        """AND; the same gate where there is one already."""
        one, other = max(one, other), min(one, other)
        if other < 2 or one >> 1 == other >> 1:
            return one if other == 1 or one == other else 0
        if (one, other) not in self._known:
            self._gates.append((one, other))
            self._known[one, other] = 2 * (self._first + len(self._latches) + len(self._gates) - 1)
        return self._known[one, other]

    def either(self, one: int, other: int) -> int:
        """OR."""
        return self.both(one ^ 1, other ^ 1) ^ 1

    def xor(self, one: int, other: int) -> int:
        """Exclusive or."""
        return self.both(self.both(one, other) ^ 1, self.both(one ^ 1, other ^ 1) ^ 1)

    def choice(self, select: int, one: int, other: int) -> int:
        """`one` where `select` is 1, else `other`."""
        return self.either(self.both(select, one), self.both(select ^ 1, other))

    def any(self, literals: list[int]) -> int:
        """OR of all, as a balanced tree."""
        level = sorted(set(literals)) or [0]
        while len(level) > 1:
            pairs = [self.either(*level[at : at + 2]) for at in range(0, len(level) - 1, 2)]
            level = pairs + level[len(pairs) * 2 :]
        return level[0]

    def write(self, path: Path, output: int) -> None:
        """The circuit with one output, as binary AIGER 1.9."""
        base = self._first + len(self._latches)
        counts = (base - 1 + len(self._gates), self._first - 1, len(self._latches), 1, len(self._gates))
        lines = [
            "aig " + " ".join(map(str, counts)),
            *(f"{state} {begins}" for state, begins in self._latches),
            str(output),
        ]
        data = bytearray(("\n".join(lines) + "\n").encode())
        for index, (one, other) in enumerate(self._gates):
            for number in (2 * (base + index) - one, one - other):
                while number >= 128:
                    data.append(number & 127 | 128)
                    number >>= 7
                data.append(number)
        path.write_bytes(data)
