"""Combinational families: truth tables, comparisons and permutations."""

import random
from dataclasses import dataclass, replace
from typing import Literal

from rtlvr.data.families.base import Family, bits, bus
from rtlvr.data.families.control import Params
from rtlvr.data.families.wording import Phraser

_IN = ("a", "d", "x", "code")
OUTPUTS = ("y", "q", "out", "f")


@dataclass(frozen=True)
class Wires(Params):
    """Parameters of a design with one input `i` and one output `o`."""

    i: str
    o: str


def input_output(rng: random.Random) -> tuple[str, str]:
    """Names for the one input and the one output of a family."""
    return rng.choice(_IN), rng.choice(OUTPUTS)


@dataclass(frozen=True)
class MintermsParams(Wires):
    """`terms` are the input values of level `on`; `lsb_first` reverses the table."""

    n: int
    terms: tuple[int, ...]
    on: int
    lsb_first: int


class Minterms(Family[MintermsParams]):
    """A truth table given by the input values for which the output is 1 (or 0)."""

    name, category = "minterms", "combinational"

    def sample(self, rng: random.Random) -> MintermsParams:
        """2 or 3 input bits; at least one value is listed, and at least two are not."""
        n = rng.choice((2, 3, 3, 3))
        terms = sorted(rng.sample(range(2**n), rng.randrange(1, 2**n - 1)))
        return MintermsParams(*input_output(rng), n=n, terms=tuple(terms), on=rng.randrange(2), lsb_first=0)

    def ports(self, p: MintermsParams) -> list[str]:
        """One input bus and one output bit."""
        return [f"input {bus(p.n)}{p.i}", f"output {p.o}"]

    def describe(self, p: MintermsParams, w: Phraser) -> str:
        """Which input values give which level."""
        values = w.listing([str(t) for t in p.terms])
        level = {1: w("1", "high", "true"), 0: w("0", "low", "false")}[p.on]
        other = {0: w("1", "high", "true"), 1: w("0", "low", "false")}[p.on]
        return (
            w.opening("a truth table")
            + ". "
            + w(
                f"{p.o} is {level} when {p.i} is {values}, and {other} otherwise.",
                f"Output {p.o} is {level} only for {p.i} = {values}.",
                f"For {p.i} equal to {values}, {p.o} must be {level}; for all other values {other}.",
            )
        )

    def think(self, p: MintermsParams) -> str:
        """The output for each input value, then the column from high to low."""
        rows = [f"{v} : {self._value(p, v)}\n" for v in range(2**p.n)]
        return "".join(rows) + f"from high to low : {self._mask(p)}\n"

    def body(self, p: MintermsParams) -> str:
        """A vector with the whole column, indexed by the input."""
        size = 2**p.n
        return f"  wire [{size - 1}:0] t = {size}'b{self._mask(p)};\n  assign {p.o} = t[ {p.i}];\n"

    @staticmethod
    def _value(p: MintermsParams, v: int) -> int:
        return int((v in p.terms) == bool(p.on))

    def _mask(self, p: MintermsParams) -> str:
        column = "".join(str(self._value(p, v)) for v in range(2**p.n))
        return column if p.lsb_first else column[::-1]

    misreadings = {
        "table written low to high": lambda p: replace(p, lsb_first=1),
        "active level ignored": lambda p: replace(p, on=1 - p.on),
    }


@dataclass(frozen=True)
class CompareParams(Wires):
    """A bus of `w` bits against the constant `k`."""

    w: int
    k: int
    op: str


class Compare(Family[CompareParams]):
    """A comparison of a bus with a constant, said in words."""

    name, category = "compare", "combinational"
    _SAY = {
        ">": ("more than", "above", "greater than"),
        ">=": ("at least", "not below", "no less than"),
        "<": ("less than", "below", "under"),
        "<=": ("at most", "not above", "no more than"),
    }
    _SWAP = {">": ">=", ">=": ">", "<": "<=", "<=": "<"}

    def sample(self, rng: random.Random) -> CompareParams:
        """3 to 6 bits, any of the four relations, and a constant that is neither end."""
        width = rng.choice((3, 4, 5, 6))
        return CompareParams(
            *input_output(rng),
            w=width,
            k=rng.randrange(1, 2**width - 1),
            op=rng.choice(sorted(self._SAY)),
        )

    def ports(self, p: CompareParams) -> list[str]:
        """One input bus and one output bit."""
        return [f"input {bus(p.w)}{p.i}", f"output {p.o}"]

    def describe(self, p: CompareParams, w: Phraser) -> str:
        """The relation in words."""
        relation = w(*self._SAY[p.op])
        return (
            w.opening("a comparator")
            + ". "
            + w(
                f"{p.o} is 1 when {p.i} is {relation} {p.k}.",
                f"Raise {p.o} if the unsigned value {p.i} is {relation} {p.k}.",
                f"The unsigned input {p.i} is checked: {p.o} is high exactly when it is {relation} {p.k}.",
            )
        )

    def think(self, p: CompareParams) -> str:
        """The constant in binary, the result where both are equal, and the operator."""
        at = int(p.op in (">=", "<="))
        return f"{p.k} = {bits(p.k, p.w)}\nat {p.k} : {at}\nso {p.op}\n"

    def body(self, p: CompareParams) -> str:
        """One comparison."""
        return f"  assign {p.o} = {p.i} {p.op} {bits(p.k, p.w)};\n"

    misreadings = {"boundary": lambda p: replace(p, op=Compare._SWAP[p.op])}


@dataclass(frozen=True)
class RangeParams(Wires):
    """An interval of a bus of `w` bits; `ends` and `inside` are 0 or 1."""

    w: int
    lo: int
    hi: int
    ends: int
    inside: int


class Range(Family[RangeParams]):
    """Membership of an interval with its ends in or out."""

    name, category = "range", "combinational"

    def sample(self, rng: random.Random) -> RangeParams:
        """4 to 6 bits, and an interval of at least four values away from both ends of the range."""
        width = rng.choice((4, 5, 6))
        lo = rng.randrange(1, 2**width - 5)
        hi = rng.randrange(lo + 3, 2**width - 1)
        return RangeParams(
            *input_output(rng),
            w=width,
            lo=lo,
            hi=hi,
            ends=rng.randrange(2),
            inside=rng.randrange(2),
        )

    def ports(self, p: RangeParams) -> list[str]:
        """One input bus and one output bit."""
        return [f"input {bus(p.w)}{p.i}", f"output {p.o}"]

    def describe(self, p: RangeParams, w: Phraser) -> str:
        """The interval in words, with or without its ends."""
        lo, hi = p.lo, p.hi
        span = (
            w(f"between {lo} and {hi} inclusive", f"in {lo} to {hi} with both ends", f"from {lo} through {hi}")
            if p.ends
            else w(f"strictly between {lo} and {hi}", f"between {lo} and {hi} without the ends")
        )
        level = {1: w("1", "high"), 0: w("0", "low")}[p.inside]
        return (
            w.opening("a range check")
            + ". "
            + w(
                f"{p.o} is {level} when {p.i} is {span}, else the opposite.",
                f"When {p.i} is {span}, {p.o} is {level}; outside it is the opposite.",
            )
        )

    def think(self, p: RangeParams) -> str:
        """The first and the last value inside, both in binary."""
        lo, hi = self._limits(p)
        return f"first {lo} , last {hi}\n{lo} = {bits(lo, p.w)}\n{hi} = {bits(hi, p.w)}\n"

    def body(self, p: RangeParams) -> str:
        """Two comparisons."""
        lo, hi = (bits(v, p.w) for v in self._limits(p))
        test = f"{p.i} >= {lo} && {p.i} <= {hi}"
        return f"  assign {p.o} = {'' if p.inside else '! '}( {test} );\n"

    @staticmethod
    def _limits(p: RangeParams) -> tuple[int, int]:
        return (p.lo, p.hi) if p.ends else (p.lo + 1, p.hi - 1)

    misreadings = {
        "interval ends": lambda p: replace(p, ends=1 - p.ends),
        "active level ignored": lambda p: replace(p, inside=1),
    }


@dataclass(frozen=True)
class RotateParams(Wires):
    """A bus of `w` bits rotated by `by` places."""

    w: int
    by: int
    way: Literal["left", "right"]


class Rotate(Family[RotateParams]):
    """A fixed rotation or reversal of a bus, bit by bit."""

    name, category = "rotate", "combinational"

    def sample(self, rng: random.Random) -> RotateParams:
        """4 to 8 bits and a distance at which left and right differ."""
        width = rng.choice((4, 5, 6, 8))
        by = rng.randrange(1, width)
        while 2 * by == width:  # left and right would be the same design
            by = rng.randrange(1, width)
        return RotateParams(*input_output(rng), w=width, by=by, way=rng.choice(("left", "right")))

    def ports(self, p: RotateParams) -> list[str]:
        """Two buses of equal width."""
        return [f"input {bus(p.w)}{p.i}", f"output {bus(p.w)}{p.o}"]

    def describe(self, p: RotateParams, w: Phraser) -> str:
        """How far and which way."""
        places = f"{p.by} " + w("bits", "positions", "places")
        toward = {
            "left": w("left", "toward the most significant bit"),
            "right": w("right", "toward the least significant bit"),
        }
        return (
            w.opening("a fixed rotator")
            + ". "
            + w(
                f"{p.o} is {p.i} rotated by {places} {toward[p.way]}.",
                f"Rotate {p.i} {places} {toward[p.way]} to get {p.o}.",
            )
        )

    def think(self, p: RotateParams) -> str:
        """The source of each output bit, from high to low."""
        return "from high to low : " + " ".join(str(i) for i in self._sources(p)) + "\n"

    def body(self, p: RotateParams) -> str:
        """One concatenation."""
        return f"  assign {p.o} = {{" + ",".join(f" {p.i}[{i}]" for i in self._sources(p)) + "};\n"

    @staticmethod
    def _sources(p: RotateParams) -> list[int]:
        by = p.by if p.way == "left" else -p.by
        return [(i - by) % p.w for i in reversed(range(p.w))]

    misreadings = {"direction": lambda p: replace(p, way="left" if p.way == "right" else "right")}
