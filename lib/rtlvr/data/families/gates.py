"""Combinational families over single bits: gates and votes."""

import random
from dataclasses import dataclass, replace

from rtlvr.data.families.base import Family, bus
from rtlvr.data.families.comb import OUTPUTS, Wires, input_output
from rtlvr.data.families.control import Params
from rtlvr.data.families.wording import Phraser


@dataclass(frozen=True)
class GateParams(Params):
    """Inputs by name; `flips` says which are inverted, `no` whether the output is."""

    names: tuple[str, ...]
    flips: tuple[int, ...]
    op: str
    no: int
    o: str


class Gate(Family[GateParams]):
    """A gate over named inputs, some of them inverted."""

    name, category = "gate", "combinational"
    _OPS = {"and": "&", "or": "|", "xor": "^"}

    def sample(self, rng: random.Random) -> GateParams:
        """2 to 4 named inputs, each inverted or not, an operation, and whether the output is inverted."""
        names = rng.sample(("a", "b", "c", "d", "en"), rng.choice((2, 3, 4)))
        flips = [rng.randrange(2) for _ in names]
        return GateParams(
            names=tuple(names),
            flips=tuple(flips),
            op=rng.choice(sorted(self._OPS)),
            no=rng.randrange(2),
            o=rng.choice(OUTPUTS),
        )

    def ports(self, p: GateParams) -> list[str]:
        """The named inputs and one output bit."""
        return [f"input {n}" for n in p.names] + [f"output {p.o}"]

    def describe(self, p: GateParams, w: Phraser) -> str:
        """The gate's name and its terms."""
        gate = {"and0": "AND", "or0": "OR", "xor0": "XOR", "and1": "NAND", "or1": "NOR", "xor1": "XNOR"}[
            f"{p.op}{p.no}"
        ]
        terms = [w("not ", "inverted ") * f + n for n, f in zip(p.names, p.flips, strict=True)]
        return (
            w.opening("a gate")
            + ". "
            + w(
                f"{p.o} is the {gate} of {w.listing(terms)}.",
                f"It computes {p.o} as {gate} of {w.listing(terms)}.",
            )
        )

    def think(self, p: GateParams) -> str:
        """The operator, the inverted inputs, and what happens to the output."""
        flipped = [n for n, f in zip(p.names, p.flips, strict=True) if f]
        return f"op {self._OPS[p.op]}\nflip {' '.join(flipped) or 'none'}\nthen {'invert' if p.no else 'keep'}\n"

    def body(self, p: GateParams) -> str:
        """One expression."""
        terms = f" {self._OPS[p.op]}".join(" ~" * f + f" {n}" for n, f in zip(p.names, p.flips, strict=True))
        return f"  assign {p.o} = ~ ({terms} );\n" if p.no else f"  assign {p.o} ={terms};\n"

    misreadings = {
        "output inversion": lambda p: replace(p, no=1 - p.no),
        "input inversion ignored": lambda p: replace(p, flips=(0,) * len(p.flips)),
    }


@dataclass(frozen=True)
class ThresholdParams(Wires):
    """At least `k` of `n` bits (more than `k` if `strict`) have the level `what`."""

    n: int
    k: int
    strict: int
    what: int


class Threshold(Family[ThresholdParams]):
    """A vote: at least (or more than) k of n inputs are high."""

    name, category = "threshold", "arithmetic"

    def sample(self, rng: random.Random) -> ThresholdParams:
        """3 to 7 bits and a count that can be missed as well as met."""
        n = rng.choice((3, 4, 5, 6, 7))
        return ThresholdParams(
            *input_output(rng),
            n=n,
            k=rng.randrange(1, n),
            strict=rng.randrange(2),
            what=rng.randrange(2),
        )

    def ports(self, p: ThresholdParams) -> list[str]:
        """One input bus and one output bit."""
        return [f"input {bus(p.n)}{p.i}", f"output {p.o}"]

    def describe(self, p: ThresholdParams, w: Phraser) -> str:
        """How many bits of which level are asked for."""
        relation = w("more than", "over") if p.strict else w("at least", "no fewer than")
        what = {1: w("high", "1", "set"), 0: w("low", "0", "clear")}[p.what]
        return (
            w.opening("a voter")
            + ". "
            + w(
                f"{p.o} is 1 when {relation} {p.k} bits of {p.i} are {what}.",
                f"If {relation} {p.k} of the {p.n} bits of {p.i} are {what}, {p.o} is high.",
            )
        )

    def think(self, p: ThresholdParams) -> str:
        """What is counted, and how many are needed."""
        return f"count {'ones' if p.what else 'zeros'}\nneed {self._need(p)}\n"

    def body(self, p: ThresholdParams) -> str:
        """The sum of the bits, compared with what is needed."""
        no = "" if p.what else "! "
        total = " +".join(f" {no}{p.i}[{b}]" for b in range(p.n))
        return f"  wire [2:0] n ={total};\n  assign {p.o} = n >= {self._need(p)};\n"

    @staticmethod
    def _need(p: ThresholdParams) -> int:
        return p.k + p.strict

    misreadings = {"boundary": lambda p: replace(p, strict=1 - p.strict), "polarity": lambda p: replace(p, what=1)}
