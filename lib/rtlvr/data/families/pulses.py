"""Sequential families about time: edges, ticks, delays and stretched pulses."""

import random
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from rtlvr.data.families.base import Family
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

_Change = Literal["rising", "falling", "any"]


@dataclass(frozen=True)
class EdgeParams(Clocked):
    """Which edge of `d` counts; `late` registers the output, `idle` is the reset value."""

    o: str
    d: str
    edge: _Change
    late: int
    idle: int


class PulseEdge(Family[EdgeParams]):
    """A one-cycle pulse on an edge of an input, combinational or registered."""

    name, category = "edge", "edge_pulse"
    _SWAP: ClassVar[dict[_Change, _Change]] = {"rising": "falling", "falling": "rising", "any": "rising"}

    def sample(self, rng: random.Random) -> EdgeParams:
        """Which edge counts, whether the output is registered, and the remembered reset value."""
        return EdgeParams(
            sample_control(rng),
            o=rng.choice(("p", "y", "pulse")),
            d=rng.choice(("d", "a", "x")),
            edge=rng.choice(sorted(self._SWAP)),
            late=rng.randrange(2),
            idle=rng.randrange(2),
        )

    def ports(self, p: EdgeParams) -> list[str]:
        """Clock, reset, the watched input and the pulse."""
        return [*control_ports(p), f"input {p.d}", f"output {'reg ' if p.late else ''}{p.o}"]

    def describe(self, p: EdgeParams, w: Phraser) -> str:
        """The edge, when the pulse comes, and the reset."""
        edge = {
            "rising": w("a rising edge", "a change from 0 to 1"),
            "falling": w("a falling edge", "a change from 1 to 0"),
            "any": w("any edge", "any change"),
        }[p.edge]
        when = {
            1: w("one cycle later, from a register", "as a registered output"),
            0: w("in the same cycle", "without delay"),
        }
        return (
            w.opening("an edge detector")
            + f". {p.o} is 1 for one cycle on {edge} of {p.d}, {when[p.late]}. "
            + say_reset(p, w, f"sets the remembered {p.d} to {p.idle}" + (f" and {p.o} to 0" if p.late else ""))
        )

    def think(self, p: EdgeParams) -> str:
        """The reset and its value, the expression of the edge, and whether it is registered."""
        return think_reset(p) + f"idle {p.idle}\n{p.edge} : {self._test(p)}\n{'late' if p.late else 'now'}\n"

    def body(self, p: EdgeParams) -> str:
        """The remembered input, and the edge registered or as an assignment."""
        d, o = p.d, p.o
        if p.late:
            reset, step = f"begin s <= {p.idle}; {o} <= 0; end", f"begin s <= {d}; {o} <= {self._test(p)}; end"
            return "  reg s;\n" + clocked(p, reset, step)
        return "  reg s;\n" + clocked(p, f"s <= {p.idle};", f"s <= {d};") + f"  assign {o} = {self._test(p)};\n"

    @staticmethod
    def _test(p: EdgeParams) -> str:
        return {"rising": f"{p.d} & ~ s", "falling": f"~ {p.d} & s", "any": f"{p.d} ^ s"}[p.edge]

    misreadings = {
        "edge": lambda p: replace(p, edge=PulseEdge._SWAP[p.edge]),
        "reset value": lambda p: replace(p, idle=0),
        "reset kind": misread_kind,
    }


@dataclass(frozen=True)
class TickParams(Clocked):
    """A period of `n` cycles; `last` is the counter's last value."""

    o: str
    n: int
    last: int


class Tick(Family[TickParams]):
    """A pulse every N cycles."""

    name, category = "tick", "edge_pulse"

    def sample(self, rng: random.Random) -> TickParams:
        """A period of 3 to 15 cycles."""
        n = rng.randrange(3, 16)
        return TickParams(sample_control(rng), o=rng.choice(("tick", "y", "pulse")), n=n, last=n - 1)

    def ports(self, p: TickParams) -> list[str]:
        """Clock, reset and the pulse."""
        return [*control_ports(p), f"output {p.o}"]

    def describe(self, p: TickParams, w: Phraser) -> str:
        """The period, when the first pulse comes, and the reset."""
        n, o = p.n, p.o
        return (
            w.opening("a pulse generator")
            + ". "
            + w(
                f"{o} is 1 in one of every {n} cycles",
                f"Every {n} clocks {o} is high for one cycle",
                f"{o} pulses with a period of {n} cycles",
            )
            + w(f", first in cycle {n} after reset. ", f"; the first pulse ends the first {n} cycles. ")
            + say_reset(p, w, w("restarts the count", "starts a new period"))
        )

    def think(self, p: TickParams) -> str:
        """The reset, the period and the counter's last value."""
        return think_reset(p) + f"period {p.n} : last {p.last}\n"

    def body(self, p: TickParams) -> str:
        """A counter and its comparison with the last value."""
        last = p.last
        return (
            "  reg [3:0] n;\n"
            + clocked(p, "n <= 0;", f"n <= n == {last} ? 0 : n + 4'd1;")
            + f"  assign {p.o} = n == {last};\n"
        )

    misreadings = {"off by one": lambda p: replace(p, last=p.n), "reset kind": misread_kind}


@dataclass(frozen=True)
class DelayParams(Clocked):
    """A delay of `k` cycles as said and `n` stages as built; `inv` inverts."""

    o: str
    d: str
    k: int
    n: int
    inv: int


class Delay(Family[DelayParams]):
    """A bit delayed by k cycles."""

    name, category = "delay", "shift_registers"

    def sample(self, rng: random.Random) -> DelayParams:
        """2 to 7 cycles, and whether the output is inverted."""
        k = rng.randrange(2, 8)
        return DelayParams(
            sample_control(rng),
            o=rng.choice(("q", "y", "out")),
            d=rng.choice(("d", "a", "x")),
            k=k,
            n=k,
            inv=rng.randrange(2),
        )

    def ports(self, p: DelayParams) -> list[str]:
        """Clock, reset, the input and the delayed bit."""
        return [*control_ports(p), f"input {p.d}", f"output {p.o}"]

    def describe(self, p: DelayParams, w: Phraser) -> str:
        """The delay, the inversion and the reset."""
        inverted = w(" inverted and", " complemented and") if p.inv else ""
        return (
            w.opening("a delay line")
            + f". {p.o} is {p.d}{inverted} delayed by {p.k} "
            + w("cycles", "clocks", "clock cycles")
            + ". "
            + say_reset(p, w, w("clears all stages", "sets every stage to 0"))
        )

    def think(self, p: DelayParams) -> str:
        """The reset, the number of stages, and what happens to the output."""
        return think_reset(p) + f"stages {p.n} : high {p.n - 1}\n{'invert' if p.inv else 'keep'}\n"

    def body(self, p: DelayParams) -> str:
        """A shift register and its last stage."""
        n = p.n
        keep = f"s[{n - 2}:0]" if n > 2 else "s[0]"
        step = f"{{ {keep}, {p.d} }}" if n > 1 else str(p.d)
        return (
            f"  reg [{n - 1}:0] s;\n"
            + clocked(p, "s <= 0;", f"s <= {step};")
            + f"  assign {p.o} = {'~ ' if p.inv else ''}s[{n - 1}];\n"
        )

    misreadings = {
        "off by one": lambda p: replace(p, n=p.k - 1),
        "inversion ignored": lambda p: replace(p, inv=0),
        "reset kind": misread_kind,
    }


@dataclass(frozen=True)
class StretchParams(Clocked):
    """A pulse of `k` cycles as said and `n` as built; `again` 1 can be retriggered."""

    o: str
    d: str
    k: int
    n: int
    again: int


class Stretch(Family[StretchParams]):
    """A trigger stretched to N cycles, retriggerable or not."""

    name, category = "stretch", "edge_pulse"

    def sample(self, rng: random.Random) -> StretchParams:
        """3 to 14 cycles, and whether a new trigger starts again."""
        k = rng.randrange(3, 15)
        return StretchParams(
            sample_control(rng),
            o=rng.choice(("busy", "y", "out")),
            d=rng.choice(("go", "start", "trig")),
            k=k,
            n=k,
            again=rng.randrange(2),
        )

    def ports(self, p: StretchParams) -> list[str]:
        """Clock, reset, the trigger and the pulse."""
        return [*control_ports(p), f"input {p.d}", f"output {p.o}"]

    def describe(self, p: StretchParams, w: Phraser) -> str:
        """The length, what a new trigger does, and the reset."""
        again = {
            1: w("a new {d} restarts it", "it can be retriggered"),
            0: w("{d} is ignored meanwhile", "it cannot be retriggered"),
        }
        return (
            w.opening("a pulse stretcher")
            + f". After {p.d} is 1 at a clock edge, {p.o} is high for {p.k} "
            + w("cycles", "clocks")
            + "; "
            + again[p.again].format(d=p.d)
            + ". "
            + say_reset(p, w, w("ends the pulse", "stops it"))
        )

    def think(self, p: StretchParams) -> str:
        """The reset, the value that is loaded, and when."""
        return think_reset(p) + f"load {p.n}\n{'start any time' if p.again else 'start at 0 only'}\n"

    def body(self, p: StretchParams) -> str:
        """A counter that falls to zero."""
        start = p.d if p.again else f"{p.d} && n == 0"
        step = f"if ( {start} ) n <= {p.n};\n    else if ( n != 0 ) n <= n - 4'd1;"
        return "  reg [3:0] n;\n" + clocked(p, "n <= 0;", step) + f"  assign {p.o} = n != 0;\n"

    misreadings = {
        "off by one": lambda p: replace(p, n=p.k - 1),
        "retrigger": lambda p: replace(p, again=1 - p.again),
        "reset kind": misread_kind,
    }
