"""Sequential families: counters, shift registers, accumulators and limiters."""

import random
from dataclasses import dataclass, replace
from typing import Literal

from rtlvr.data.families.base import Family, bus
from rtlvr.data.families.control import (
    Clocked,
    clocked,
    control_ports,
    misread_kind,
    sample_control,
    say_reset,
    think_reset,
)
from rtlvr.data.families.wording import Phraser

_OUT = ("q", "y", "out", "count")


@dataclass(frozen=True)
class CounterParams(Clocked):
    """A counter of `w` bits with `n` states up to `last`; `en` is empty without an enable."""

    o: str
    w: int
    n: int
    last: int
    way: Literal["up", "down"]
    en: str


class Counter(Family[CounterParams]):
    """A counter modulo N, up or down, with an enable."""

    name, category = "counter", "counters"

    def sample(self, rng: random.Random) -> CounterParams:
        """3 to 5 bits, a number of states that needs them all, a direction, and perhaps an enable."""
        width = rng.choice((3, 4, 5))
        n = rng.randrange(2 ** (width - 1) + 1, 2**width)
        return CounterParams(
            sample_control(rng),
            o=rng.choice(_OUT),
            w=width,
            n=n,
            last=n - 1,
            way=rng.choice(("up", "down")),
            en=rng.choice(("", "en", "enable")),
        )

    def ports(self, p: CounterParams) -> list[str]:
        """Clock, reset, perhaps an enable, and the count."""
        enable = [f"input {p.en}"] if p.en else []
        return control_ports(p) + enable + [f"output reg {bus(p.w)}{p.o}"]

    def describe(self, p: CounterParams, w: Phraser) -> str:
        """The number of states, the direction, the enable and the reset."""
        n, o = p.n, p.o
        cycle = w(f"with {n} states", f"modulo {n}", f"that repeats every {n} steps")
        gate = w(f" It moves only while {p.en} is 1.", f" {p.en} low holds the value.") if p.en else ""
        return (
            w.opening(f"{'an' if p.way == 'up' else 'a'} {p.way} counter {cycle}")
            + f" on {o}."
            + gate
            + " "
            + say_reset(p, w, w(f"sets {o} to 0", f"clears {o}"))
        )

    def think(self, p: CounterParams) -> str:
        """The reset, the last state, and where the count turns."""
        turn = f"{p.last} -> 0" if p.way == "up" else f"0 -> {p.last}"
        return think_reset(p) + f"{p.n} states : last {p.last}\nturn {turn}\n"

    def body(self, p: CounterParams) -> str:
        """One clocked block."""
        o, w = p.o, p.w
        step = f"{o} == {p.last} ? 0 : {o} + {w}'d1" if p.way == "up" else f"{o} == 0 ? {p.last} : {o} - {w}'d1"
        gate = f"if ( {p.en} ) " if p.en else ""
        return clocked(p, f"{o} <= 0;", f"{gate}{o} <= {step};")

    misreadings = {
        "off by one": lambda p: replace(p, last=p.n),
        "direction": lambda p: replace(p, way="up" if p.way == "down" else "down"),
        "reset kind": misread_kind,
    }


@dataclass(frozen=True)
class ShiftParams(Clocked):
    """A register of `w` bits with its input `d` and reset value."""

    o: str
    d: str
    w: int
    way: Literal["left", "right"]
    value: int


class Shift(Family[ShiftParams]):
    """A serial-in shift register, either way, with a reset value."""

    name, category = "shift", "shift_registers"

    def sample(self, rng: random.Random) -> ShiftParams:
        """3 to 6 bits, a direction and a reset value."""
        width = rng.choice((3, 4, 5, 6))
        return ShiftParams(
            sample_control(rng),
            o=rng.choice(("q", "y", "out")),
            d=rng.choice(("d", "si", "x")),
            w=width,
            way=rng.choice(("left", "right")),
            value=rng.choice((0, 0, 2**width - 1, rng.randrange(2**width))),
        )

    def ports(self, p: ShiftParams) -> list[str]:
        """Clock, reset, the serial input and the register."""
        return [*control_ports(p), f"input {p.d}", f"output reg {bus(p.w)}{p.o}"]

    def describe(self, p: ShiftParams, w: Phraser) -> str:
        """Where bits enter, which way they move, and the reset."""
        where = {
            "left": w("into bit 0, moving toward the most significant bit", "in at the low end, shifting left"),
            "right": w(
                f"into bit {p.w - 1}, moving toward the least significant bit", "in at the high end, shifting right"
            ),
        }
        return (
            w.opening("a shift register")
            + f". Every cycle {p.d} goes "
            + where[p.way]
            + f" of {p.o}. "
            + say_reset(p, w, w(f"loads {p.o} with {p.value}", f"sets {p.o} to {p.value}"))
        )

    def think(self, p: ShiftParams) -> str:
        """The reset and its value, the bits that are kept, and where the new one goes."""
        keep = f"{p.w - 2} to 0 , new low" if p.way == "left" else f"{p.w - 1} to 1 , new high"
        return think_reset(p) + f"value {p.value}\nkeep {keep}\n"

    def body(self, p: ShiftParams) -> str:
        """One clocked block with a concatenation."""
        o, d, w = p.o, p.d, p.w
        step = f"{{ {o}[{w - 2}:0], {d} }}" if p.way == "left" else f"{{ {d}, {o}[{w - 1}:1] }}"
        return clocked(p, f"{o} <= {p.value};", f"{o} <= {step};")

    misreadings = {
        "direction": lambda p: replace(p, way="left" if p.way == "right" else "right"),
        "reset value": lambda p: replace(p, value=0),
        "reset kind": misread_kind,
    }


@dataclass(frozen=True)
class AccumulatorParams(Clocked):
    """A register of `w` bits, its operation, and the input that wins."""

    o: str
    d: str
    w: int
    op: Literal["add", "sub", "xor"]
    first: Literal["load", "en"]


class Accumulator(Family[AccumulatorParams]):
    """A register that adds its input, with load and clear priorities."""

    name, category = "accumulator", "arithmetic"

    def sample(self, rng: random.Random) -> AccumulatorParams:
        """4 to 6 bits, an operation, and which of the two controls wins."""
        return AccumulatorParams(
            sample_control(rng),
            o=rng.choice(("acc", "q", "sum")),
            d=rng.choice(("d", "a", "x")),
            w=rng.choice((4, 5, 6)),
            op=rng.choice(("add", "sub", "xor")),
            first=rng.choice(("load", "en")),
        )

    def ports(self, p: AccumulatorParams) -> list[str]:
        """Clock, reset, both controls, the input and the register."""
        wide = bus(p.w)
        return [*control_ports(p), "input load", "input en", f"input {wide}{p.d}", f"output reg {wide}{p.o}"]

    def describe(self, p: AccumulatorParams, w: Phraser) -> str:
        """What the controls do, which one wins, and the reset."""
        o, d = p.o, p.d
        act = {
            "add": w(f"adds {d} to {o}", f"increases {o} by {d}"),
            "sub": w(f"subtracts {d} from {o}", f"decreases {o} by {d}"),
            "xor": w(f"xors {d} into {o}", f"replaces {o} by its xor with {d}"),
        }[p.op]
        wins = w(f"{p.first} wins over the other", f"{p.first} has priority")
        return (
            w.opening("an accumulator")
            + f". en {act}; load copies {d} to {o}; if both are 1, {wins}. "
            + say_reset(p, w, w(f"clears {o}", f"sets {o} to 0"))
        )

    def think(self, p: AccumulatorParams) -> str:
        """The reset, the operation and the order of the controls."""
        second = "en" if p.first == "load" else "load"
        return think_reset(p) + f"op {p.op}\nfirst {p.first} , then {second}\n"

    def body(self, p: AccumulatorParams) -> str:
        """One clocked block with a chain of conditions."""
        o, d = p.o, p.d
        acts = {"load": f"{o} <= {d};", "en": f"{o} <= {o} {dict(add='+', sub='-', xor='^')[p.op]} {d};"}
        second = "en" if p.first == "load" else "load"
        return clocked(p, f"{o} <= 0;", f"if ( {p.first} ) {acts[p.first]}\n    else if ( {second} ) {acts[second]}")

    misreadings = {
        "priority": lambda p: replace(p, first="en" if p.first == "load" else "load"),
        "reset kind": misread_kind,
    }


@dataclass(frozen=True)
class LimiterParams(Clocked):
    """A counter of `w` bits from 0 to `top`; `hold` 1 saturates."""

    o: str
    w: int
    top: int
    hold: int
    value: int


class Limiter(Family[LimiterParams]):
    """An up/down counter that saturates or wraps at given limits."""

    name, category = "limiter", "counters"

    def sample(self, rng: random.Random) -> LimiterParams:
        """3 or 4 bits, a top below the largest value, a reset value, and what happens at the ends."""
        width = rng.choice((3, 4))
        top = rng.randrange(2 ** (width - 1), 2**width - 1)
        return LimiterParams(
            sample_control(rng),
            o=rng.choice(("q", "level", "count")),
            w=width,
            top=top,
            hold=rng.randrange(2),
            value=rng.randrange(top + 1),
        )

    def ports(self, p: LimiterParams) -> list[str]:
        """Clock, reset, the controls up and down, and the count."""
        return [*control_ports(p), "input up", "input down", f"output reg {bus(p.w)}{p.o}"]

    def describe(self, p: LimiterParams, w: Phraser) -> str:
        """The top, what happens at the ends, and the reset."""
        rule = (
            w("stops at both ends", "saturates at the ends")
            if p.hold
            else w("wraps around at the ends", "rolls over at both ends")
        )
        return (
            w.opening("an up down counter")
            + f" {p.o} from 0 to {p.top} that {rule}. "
            + w(
                "up alone adds one, down alone takes one, both or none hold. ",
                "It counts when just one of up and down is 1. ",
            )
            + say_reset(p, w, w(f"sets {p.o} to {p.value}", f"loads {p.value}"))
        )

    def think(self, p: LimiterParams) -> str:
        """The reset and its value, and what follows the two ends."""
        high, low = self._ends(p)
        return think_reset(p) + f"value {p.value}\n{'hold' if p.hold else 'wrap'} : {p.top} -> {high} , 0 -> {low}\n"

    def body(self, p: LimiterParams) -> str:
        """One clocked block with a condition for each direction."""
        o, w, (high, low) = p.o, p.w, self._ends(p)
        step = (
            f"if ( up & ~ down ) {o} <= {o} == {p.top} ? {high} : {o} + {w}'d1;\n"
            f"    else if ( down & ~ up ) {o} <= {o} == 0 ? {low} : {o} - {w}'d1;"
        )
        return clocked(p, f"{o} <= {p.value};", step)

    @staticmethod
    def _ends(p: LimiterParams) -> tuple[int, int]:
        return (p.top, 0) if p.hold else (0, p.top)

    misreadings = {
        "overflow": lambda p: replace(p, hold=1 - p.hold),
        "reset value": lambda p: replace(p, value=0),
        "reset kind": misread_kind,
    }
