"""State-machine families: sequence detectors, rings and feedback shift registers."""

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


@dataclass(frozen=True)
class DetectorParams(Clocked):
    """The bits sought, as a string of 0 and 1; `overlap` is 0 or 1."""

    o: str
    d: str
    pattern: str
    overlap: int


class Detector(Family[DetectorParams]):
    """A Mealy or Moore detector of a bit sequence, overlapping or not; the reasoning is its transition table."""

    name, category = "detector", "fsm"

    def sample(self, rng: random.Random) -> DetectorParams:
        """A pattern of 2 to 4 bits, and whether matches may overlap."""
        n = rng.choice((2, 3, 3, 4))
        pattern = "".join(rng.choice("01") for _ in range(n))
        return DetectorParams(
            sample_control(rng),
            o=rng.choice(("y", "found", "z")),
            d=rng.choice(("d", "x", "bit_in")),
            pattern=pattern,
            overlap=rng.randrange(2),
        )

    def ports(self, p: DetectorParams) -> list[str]:
        """Clock, reset, the serial input and the match."""
        return [*control_ports(p), f"input {p.d}", f"output {p.o}"]

    def describe(self, p: DetectorParams, w: Phraser) -> str:
        """The pattern, the overlap, when the output is 1, and the reset."""
        mode = w("overlapping", "with overlap") if p.overlap else w("without overlap", "non overlapping")
        return (
            w.opening("a sequence detector")
            + f" for {p.pattern} on {p.d}, {mode}. "
            + w(
                f"{p.o} is 1 in the cycle after the last bit is clocked in. ",
                f"{p.o} is high for one cycle once the last bit was taken. ",
            )
            + say_reset(p, w, w("forgets all bits", "returns to the start"))
        )

    def think(self, p: DetectorParams) -> str:
        """The reset and the table of next states; a state is the number of bits matched."""
        rows = [
            f"{s} : 0 -> {self._next(p, s, '0')} , 1 -> {self._next(p, s, '1')}\n" for s in range(len(p.pattern) + 1)
        ]
        return think_reset(p) + "".join(rows)

    def body(self, p: DetectorParams) -> str:
        """A `case` with that table."""
        rows = "".join(
            f"      {s} : s <= {p.d} ? {self._next(p, s, '1')} : {self._next(p, s, '0')};\n"
            for s in range(len(p.pattern) + 1)
        )
        block = f"case ( s )\n{rows}      default : s <= 0;\n    endcase"
        return "  reg [2:0] s;\n" + clocked(p, "s <= 0;", block) + f"  assign {p.o} = s == {len(p.pattern)};\n"

    @staticmethod
    def _next(p: DetectorParams, state: int, bit: str) -> int:
        pattern = p.pattern
        if state == len(pattern) and not p.overlap:
            state = 0
        seen = pattern[:state] + bit
        return max(k for k in range(len(pattern) + 1) if k <= len(seen) and seen.endswith(pattern[:k]))

    misreadings = {
        "overlap": lambda p: replace(p, overlap=1 - p.overlap),
        "pattern reversed": lambda p: replace(p, pattern=p.pattern[::-1]),
        "reset kind": misread_kind,
    }


@dataclass(frozen=True)
class RingParams(Clocked):
    """A ring of `w` bits; `twist` 1 makes it a Johnson counter."""

    o: str
    w: int
    twist: int
    way: Literal["left", "right"]


class Ring(Family[RingParams]):
    """A ring or Johnson counter in either direction."""

    name, category = "ring", "counters"

    def sample(self, rng: random.Random) -> RingParams:
        """3 to 6 bits, a direction, and whether the ring is twisted."""
        return RingParams(
            sample_control(rng),
            o=rng.choice(("q", "y", "out")),
            w=rng.choice((3, 4, 5, 6)),
            twist=rng.randrange(2),
            way=rng.choice(("left", "right")),
        )

    def ports(self, p: RingParams) -> list[str]:
        """Clock, reset and the register."""
        return [*control_ports(p), f"output reg {bus(p.w)}{p.o}"]

    def describe(self, p: RingParams, w: Phraser) -> str:
        """The kind of ring, the direction and the reset."""
        kind = (
            w("a Johnson counter", "a twisted ring counter")
            if p.twist
            else w("a ring counter", "a one hot ring counter")
        )
        start = w("clears it", "sets all bits to 0") if p.twist else w("sets only bit 0", "starts it at 1")
        way = {
            "left": w("left", "toward the most significant bit"),
            "right": w("right", "toward the least significant bit"),
        }[p.way]
        return w.opening(kind) + f" {p.o}, shifting {way}. " + say_reset(p, w, start)

    def think(self, p: RingParams) -> str:
        """The reset, the first three states, and what happens to the bit that comes round."""
        states, q = [], 0 if p.twist else 1
        for _ in range(3):
            states.append(f"{q:0{p.w}b}")
            q = self._step(p, q)
        return think_reset(p) + "states " + " -> ".join(states) + f"\n{'invert' if p.twist else 'keep'}\n"

    def body(self, p: RingParams) -> str:
        """One clocked block with a concatenation."""
        o, w, no = p.o, p.w, "~ " if p.twist else ""
        step = f"{{ {o}[{w - 2}:0], {no}{o}[{w - 1}] }}" if p.way == "left" else f"{{ {no}{o}[0], {o}[{w - 1}:1] }}"
        return clocked(p, f"{o} <= {0 if p.twist else 1};", f"{o} <= {step};")

    @staticmethod
    def _step(p: RingParams, q: int) -> int:
        w, mask = p.w, (1 << p.w) - 1
        if p.way == "left":
            return ((q << 1) & mask) | ((q >> (w - 1)) ^ p.twist)
        return (q >> 1) | (((q & 1) ^ p.twist) << (w - 1))

    misreadings = {
        "direction": lambda p: replace(p, way="left" if p.way == "right" else "right"),
        "reset kind": misread_kind,
    }


@dataclass(frozen=True)
class LfsrParams(Clocked):
    """A register of `w` bits with its taps and reset value; `no` 1 inverts the feedback."""

    o: str
    w: int
    taps: tuple[int, ...]
    value: int
    no: int


class Lfsr(Family[LfsrParams]):
    """A linear-feedback shift register with given taps and seed."""

    name, category = "lfsr", "shift_registers"

    def sample(self, rng: random.Random) -> LfsrParams:
        """4 to 6 bits, two or three taps, the top bit among them, and a seed that is not zero."""
        width = rng.choice((4, 5, 6))
        taps = sorted({width - 1, *rng.sample(range(width - 1), rng.choice((1, 1, 2)))}, reverse=True)
        return LfsrParams(
            sample_control(rng),
            o=rng.choice(("q", "y", "out")),
            w=width,
            taps=tuple(taps),
            value=rng.randrange(1, 2**width),
            no=rng.randrange(2),
        )

    def ports(self, p: LfsrParams) -> list[str]:
        """Clock, reset and the register."""
        return [*control_ports(p), f"output reg {bus(p.w)}{p.o}"]

    def describe(self, p: LfsrParams, w: Phraser) -> str:
        """The taps, the kind of feedback and the reset."""
        mix = w("xnor", "inverted xor") if p.no else w("xor", "exclusive or")
        return (
            w.opening("a feedback shift register")
            + f" {p.o} that shifts left; the new bit 0 is the {mix} of bits "
            + w.listing([str(t) for t in p.taps])
            + ". "
            + say_reset(p, w, w(f"seeds it with {p.value}", f"sets it to {p.value}"))
        )

    def think(self, p: LfsrParams) -> str:
        """The reset and its value, the taps, and whether the feedback is inverted."""
        return think_reset(p) + f"value {p.value}\ntaps {' '.join(map(str, p.taps))}\n{'invert' if p.no else 'keep'}\n"

    def body(self, p: LfsrParams) -> str:
        """One clocked block with a concatenation."""
        o, w = p.o, p.w
        mix = " ^".join(f" {o}[{t}]" for t in p.taps)
        bit = f"~ ({mix} )" if p.no else mix.strip()
        return clocked(p, f"{o} <= {p.value};", f"{o} <= {{ {o}[{w - 2}:0], {bit} }};")

    misreadings = {
        "inversion ignored": lambda p: replace(p, no=0),
        "reset value": lambda p: replace(p, value=1),
        "reset kind": misread_kind,
    }


_Both = Literal["set", "clear", "toggle", "hold"]
_SWAPPED: dict[_Both, _Both] = {"set": "clear", "clear": "set", "toggle": "hold", "hold": "toggle"}


@dataclass(frozen=True)
class LatchParams(Clocked):
    """The set and clear inputs `s` and `c`, and what both together do."""

    o: str
    s: str
    c: str
    both: _Both
    value: int


class Latch(Family[LatchParams]):
    """A set/reset or toggle flip-flop with a stated priority."""

    name, category = "flag", "fsm"

    def sample(self, rng: random.Random) -> LatchParams:
        """What both inputs together do, and the reset value."""
        return LatchParams(
            sample_control(rng),
            o=rng.choice(("q", "flag", "y")),
            s=rng.choice(("set", "start")),
            c=rng.choice(("stop", "clr")),
            both=rng.choice(("set", "clear", "toggle", "hold")),
            value=rng.randrange(2),
        )

    def ports(self, p: LatchParams) -> list[str]:
        """Clock, reset, the two inputs and the flag."""
        return [*control_ports(p), f"input {p.s}", f"input {p.c}", f"output reg {p.o}"]

    def describe(self, p: LatchParams, w: Phraser) -> str:
        """What each input does, what both do, and the reset."""
        o = p.o
        both = {
            "set": w("sets it", "makes it 1"),
            "clear": w("clears it", "makes it 0"),
            "toggle": w("toggles it", "inverts it"),
            "hold": w("keeps it", "leaves it alone"),
        }[p.both]
        return (
            w.opening("a flag")
            + f" {o}. At the clock edge {p.s} "
            + w("sets", "raises")
            + f" it and {p.c} "
            + w("clears", "lowers")
            + f" it; both together {both}. "
            + say_reset(p, w, w(f"makes {o} {p.value}", f"sets {o} to {p.value}"))
        )

    def think(self, p: LatchParams) -> str:
        """The reset and its value, and what each pair of inputs does."""
        return think_reset(p) + f"value {p.value}\n11 : {p.both}\n10 : set\n01 : clear\n"

    def body(self, p: LatchParams) -> str:
        """One clocked block with a chain of conditions."""
        o = p.o
        both = {"set": "1", "clear": "0", "toggle": f"~ {o}", "hold": o}[p.both]
        step = f"if ( {p.s} & {p.c} ) {o} <= {both};\n    else if ( {p.s} ) {o} <= 1;\n    else if ( {p.c} ) {o} <= 0;"
        return clocked(p, f"{o} <= {p.value};", step)

    misreadings = {
        "priority": lambda p: replace(p, both=_SWAPPED[p.both]),
        "reset value": lambda p: replace(p, value=0),
        "reset kind": misread_kind,
    }
