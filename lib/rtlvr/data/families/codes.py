"""Combinational families with computed tables and codes: ROMs, Gray codes, priorities, saturation."""

import random
from dataclasses import dataclass, replace
from typing import Literal

from rtlvr.data.families.base import Family, bits, bus
from rtlvr.data.families.comb import Wires, input_output
from rtlvr.data.families.wording import Phraser


@dataclass(frozen=True)
class ModularTableParams(Wires):
    """A table of 2**n entries (k·x + c) mod m; `offset` 0 leaves out c."""

    n: int
    m: int
    k: int
    c: int
    offset: int


class ModularTable(Family[ModularTableParams]):
    """A small ROM whose entries the reader must compute: (k·x + c) mod m."""

    name, category = "modular_table", "memories"

    def sample(self, rng: random.Random) -> ModularTableParams:
        """2 or 3 input bits and a formula with a modulus of at most 13."""
        n, m = rng.choice((2, 2, 3)), rng.choice((3, 5, 6, 7, 9, 10, 11, 12, 13))
        return ModularTableParams(*input_output(rng), n=n, m=m, k=rng.randrange(1, m), c=rng.randrange(1, m), offset=1)

    def ports(self, p: ModularTableParams) -> list[str]:
        """One input bus and four output bits."""
        return [f"input {bus(p.n)}{p.i}", f"output reg [3:0] {p.o}"]

    def describe(self, p: ModularTableParams, w: Phraser) -> str:
        """The formula in one of three notations."""
        formula = w(
            f"({p.k} * {p.i} + {p.c}) mod {p.m}",
            f"the remainder of {p.k} * {p.i} + {p.c} divided by {p.m}",
            f"{p.k} times {p.i} plus {p.c}, modulo {p.m}",
        )
        return (
            w.opening("a lookup table")
            + ". "
            + w(
                f"{p.o} is {formula}.",
                f"It gives {p.o} = {formula}.",
                f"For every {p.i}, {p.o} holds {formula}.",
            )
        )

    def think(self, p: ModularTableParams) -> str:
        """The formula worked out for each input value."""
        return "".join(f"{v} : {self._sum(p, v)} mod {p.m} = {self._entry(p, v)}\n" for v in range(2**p.n))

    def body(self, p: ModularTableParams) -> str:
        """A `case` with one row for each input value."""
        rows = "".join(f"    {v} : {p.o} = {self._entry(p, v)};\n" for v in range(2**p.n))
        return f"  always @( * ) case ( {p.i} )\n{rows}  endcase\n"

    @staticmethod
    def _sum(p: ModularTableParams, v: int) -> int:
        return p.k * v + (p.c if p.offset else 0)

    def _entry(self, p: ModularTableParams, v: int) -> int:
        return self._sum(p, v) % p.m

    misreadings = {"offset forgotten": lambda p: replace(p, offset=0)}


@dataclass(frozen=True)
class GrayParams(Wires):
    """A converter of `w` bits to the code `to`; `inv` inverts the output."""

    w: int
    to: Literal["gray", "binary"]
    inv: int


class Gray(Family[GrayParams]):
    """Binary to Gray code or back."""

    name, category = "gray", "encoders"

    def sample(self, rng: random.Random) -> GrayParams:
        """3 to 6 bits, the direction, and whether the output is inverted."""
        return GrayParams(
            *input_output(rng),
            w=rng.choice((3, 4, 5, 6)),
            to=rng.choice(("gray", "binary")),
            inv=rng.randrange(2),
        )

    def ports(self, p: GrayParams) -> list[str]:
        """Two buses of equal width."""
        return [f"input {bus(p.w)}{p.i}", f"output {bus(p.w)}{p.o}"]

    def describe(self, p: GrayParams, w: Phraser) -> str:
        """From which code to which, and the inversion."""
        source = "binary" if p.to == "gray" else "gray"
        inverted = w(" All output bits are inverted.", " The result is complemented.") if p.inv else ""
        return (
            w.opening("a code converter")
            + ". "
            + w(
                f"It converts the {source} code {p.i} to {p.to} code {p.o}.",
                f"{p.o} is the {p.to} code of the {source} number {p.i}.",
                f"{p.i} is in {source} code and {p.o} in {p.to} code.",
            )
            + inverted
        )

    def think(self, p: GrayParams) -> str:
        """The input bits behind each output bit, from high to low."""
        return "".join(f"{b} : {' '.join(map(str, self._taps(p, b)))}\n" for b in reversed(range(p.w)))

    def body(self, p: GrayParams) -> str:
        """One concatenation of exclusive ors."""
        no = "~ " if p.inv else ""
        terms = (" ^".join(f" {p.i}[{t}]" for t in self._taps(p, b)) for b in reversed(range(p.w)))
        return f"  assign {p.o} = {no}{{" + ",".join(terms) + "};\n"

    @staticmethod
    def _taps(p: GrayParams, b: int) -> list[int]:
        top = p.w - 1 if p.to == "binary" else min(b + 1, p.w - 1)
        return list(range(top, b - 1, -1))

    misreadings = {
        "direction": lambda p: replace(p, to="gray" if p.to == "binary" else "binary"),
        "inversion ignored": lambda p: replace(p, inv=0),
    }


@dataclass(frozen=True)
class PriorityParams(Wires):
    """An encoder of `n` requests; `idle` is the output when there is none."""

    n: int
    first: Literal["high", "low"]
    idle: int


class Priority(Family[PriorityParams]):
    """A priority encoder over request bits, either end first."""

    name, category = "priority", "encoders"

    def sample(self, rng: random.Random) -> PriorityParams:
        """3 to 5 requests, the end that comes first, and a number for no request."""
        n = rng.choice((3, 4, 5))
        return PriorityParams(*input_output(rng), n=n, first=rng.choice(("high", "low")), idle=rng.randrange(8))

    def ports(self, p: PriorityParams) -> list[str]:
        """The requests and a number of three bits."""
        return [f"input {bus(p.n)}{p.i}", f"output [2:0] {p.o}"]

    def describe(self, p: PriorityParams, w: Phraser) -> str:
        """Which set bit wins, and what stands for none."""
        order = {"high": w("highest", "most significant"), "low": w("lowest", "least significant")}[p.first]
        return (
            w.opening("a priority encoder")
            + ". "
            + w(
                f"{p.o} is the index of the {order} set bit of {p.i}, or {p.idle} when none is set.",
                f"The {order} bit of {p.i} that is 1 wins and {p.o} gives its number; {p.idle} if {p.i} is zero.",
            )
        )

    def think(self, p: PriorityParams) -> str:
        """The order in which bits are asked."""
        return "order : " + " ".join(map(str, self._order(p))) + f" else {p.idle}\n"

    def body(self, p: PriorityParams) -> str:
        """A chain of conditions in that order."""
        chain = " :".join(f" {p.i}[{b}] ? 3'd{b}" for b in self._order(p))
        return f"  assign {p.o} ={chain} : 3'd{p.idle};\n"

    @staticmethod
    def _order(p: PriorityParams) -> list[int]:
        order = list(range(p.n))
        return order if p.first == "low" else order[::-1]

    misreadings = {"order": lambda p: replace(p, first="low" if p.first == "high" else "high")}


@dataclass(frozen=True)
class SaturateParams(Wires):
    """A sum or difference of `w` bits with the constant `k`; `hold` 1 saturates."""

    w: int
    k: int
    way: Literal["add", "sub"]
    hold: int


class Saturate(Family[SaturateParams]):
    """An addition that saturates or wraps at a limit."""

    name, category = "saturate", "arithmetic"

    def sample(self, rng: random.Random) -> SaturateParams:
        """3 to 5 bits, a constant, and what happens where the result does not fit."""
        width = rng.choice((3, 4, 5))
        return SaturateParams(
            *input_output(rng),
            w=width,
            k=rng.randrange(1, 2**width - 1),
            way=rng.choice(("add", "sub")),
            hold=rng.randrange(2),
        )

    def ports(self, p: SaturateParams) -> list[str]:
        """Two buses of equal width."""
        return [f"input {bus(p.w)}{p.i}", f"output {bus(p.w)}{p.o}"]

    def describe(self, p: SaturateParams, w: Phraser) -> str:
        """The operation, and what happens where the result does not fit."""
        action = {
            "add": w(f"{p.i} plus {p.k}", f"the sum of {p.i} and {p.k}"),
            "sub": w(f"{p.i} minus {p.k}", f"{p.k} less than {p.i}"),
        }[p.way]
        limit = {
            "add": w("stays at the maximum", "saturates at all ones"),
            "sub": w("stays at zero", "saturates at 0"),
        }[p.way]
        rule = limit if p.hold else w("wraps around", "is taken modulo the width")
        return (
            w.opening("an adder")
            + ". "
            + w(
                f"{p.o} is {action} and {rule} when it does not fit.",
                f"It outputs {action}; a result out of range {rule}.",
            )
        )

    def think(self, p: SaturateParams) -> str:
        """Whether it saturates, the largest value, and where the edge is."""
        top = 2**p.w - 1
        edge = f"edge {top - p.k if p.way == 'add' else p.k}\n" if p.hold else ""
        return f"{'hold' if p.hold else 'wrap'} , top {top}\n{edge}"

    def body(self, p: SaturateParams) -> str:
        """One addition or subtraction, with a test before it where it saturates."""
        op, top = {"add": "+", "sub": "-"}[p.way], 2**p.w - 1
        plain = f"{p.i} {op} {p.w}'d{p.k}"
        if not p.hold:
            return f"  assign {p.o} = {plain};\n"
        test = f"{p.i} > {top - p.k} ? {top}" if p.way == "add" else f"{p.i} < {p.k} ? 0"
        return f"  assign {p.o} = {test} : {plain};\n"

    misreadings = {"overflow": lambda p: replace(p, hold=1 - p.hold)}


@dataclass(frozen=True)
class LookupParams(Wires):
    """The table's rows and its default `other`; `lag` rotates the values."""

    keys: tuple[int, ...]
    values: tuple[int, ...]
    other: int
    lag: int


class Lookup(Family[LookupParams]):
    """A table of given constants, selected by a code, with a default."""

    name, category = "lookup", "combinational"

    def sample(self, rng: random.Random) -> LookupParams:
        """2 to 5 of the 8 codes, each with a value of four bits, and a default."""
        count = rng.choice((2, 3, 4, 5))
        keys = rng.sample(range(8), count)
        return LookupParams(
            *input_output(rng),
            keys=tuple(keys),
            values=tuple(rng.randrange(16) for _ in keys),
            other=rng.randrange(16),
            lag=0,
        )

    def ports(self, p: LookupParams) -> list[str]:
        """A code of three bits and a value of four."""
        return [f"input [2:0] {p.i}", f"output reg [3:0] {p.o}"]

    def describe(self, p: LookupParams, w: Phraser) -> str:
        """The rows as given, and the default."""
        row = w("{v} for {k}", "{v} when it is {k}", "{k} gives {v}", "{k} maps to {v}")
        rows = w.listing([row.format(k=k, v=v) for k, v in zip(p.keys, p.values, strict=True)])
        return (
            w.opening("a decoder")
            + ". "
            + w(
                f"From {p.i} it makes {p.o}: {rows}; anything else gives {p.other}.",
                f"{p.o} depends on {p.i}: {rows}, default {p.other}.",
            )
        )

    def think(self, p: LookupParams) -> str:
        """Each row with its value in binary, in order of the codes."""
        return "".join(f"{k} : {v} = {bits(v, 4)}\n" for k, v in self._rows(p)) + f"else {bits(p.other, 4)}\n"

    def body(self, p: LookupParams) -> str:
        """A `case` with these rows and the default."""
        rows = "".join(f"    {k} : {p.o} = {bits(v, 4)};\n" for k, v in self._rows(p))
        return f"  always @( * ) case ( {p.i} )\n{rows}    default : {p.o} = {bits(p.other, 4)};\n  endcase\n"

    @staticmethod
    def _rows(p: LookupParams) -> list[tuple[int, int]]:
        values = p.values[p.lag :] + p.values[: p.lag]
        return sorted(zip(p.keys, values, strict=True))

    misreadings = {
        "rows shifted": lambda p: replace(p, lag=1),
        "default ignored": lambda p: replace(p, other=0),
    }
