"""Clock and reset of the sequential families: sampled, worded, reasoned about and rendered in one place."""

import random
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from rtlvr.data.families.wording import Phraser


@dataclass(frozen=True)
class Params:
    """Parameters of a design: every family has its own subclass. Switches are 0 or 1, widths are in bits."""


@dataclass(frozen=True)
class DrawnReset:
    """A clock's name and its reset: name, level at which it is active (1 or 0), and kind."""

    clk: str
    rst: str
    level: int
    kind: Literal["sync", "async"]


@dataclass(frozen=True)
class Clocked(Params):
    """Parameters of a sequential design."""

    reset: DrawnReset


C = TypeVar("C", bound=Clocked)

_ACTIVE_HIGH = ("rst", "reset", "clear")
_ACTIVE_LOW = ("rst_n", "reset_n", "clear_n")


def sample_control(rng: random.Random) -> DrawnReset:
    """Draw a clock name and a reset: kind (`sync`/`async`), polarity (by level 1/0) and name."""
    level = rng.randrange(2)
    return DrawnReset(
        clk=rng.choice(("clk", "clock")),
        rst=rng.choice(_ACTIVE_HIGH if level else _ACTIVE_LOW),
        level=level,
        kind=rng.choice(("sync", "async")),
    )


def say_reset(p: Clocked, w: Phraser, effect: str) -> str:
    """One sentence on the reset; `effect` is what it does, e.g. "sets q to 3"."""
    kind = {"sync": w("synchronous", "clocked"), "async": w("asynchronous", "immediate")}[p.reset.kind]
    level = w("active high", "asserted when 1") if p.reset.level else w("active low", "asserted when 0")
    return w(
        f"The {kind} reset {p.reset.rst} is {level} and {effect}.",
        f"A {kind}, {level} reset {p.reset.rst} {effect}.",
        f"Reset {p.reset.rst} ({kind}, {level}) {effect}.",
        f"{p.reset.rst} is a {kind} reset, {level}; it {effect}.",
    )


def think_reset(p: Clocked) -> str:
    """The reasoning about the reset: which event, which test."""
    event = f"add {_edge(p)} {p.reset.rst}" if p.reset.kind == "async" else "clock only"
    return f"reset {p.reset.kind} : {event} , test {_test(p)}\n"


def always_head(p: Clocked) -> str:
    """The sensitivity list of the clocked block."""
    extra = f" or {_edge(p)} {p.reset.rst}" if p.reset.kind == "async" else ""
    return f"always @( posedge {p.reset.clk}{extra} )"


def clocked(p: Clocked, reset: str, body: str) -> str:
    """A clocked block: `reset` statement under the reset, `body` otherwise (an `if` chain or a statement)."""
    return f"  {always_head(p)}\n    if ( {_test(p)} ) {reset}\n    else {body}\n"


def misread_kind(p: C) -> C:
    """The misreading "synchronous for asynchronous" and back."""
    return replace(p, reset=replace(p.reset, kind="sync" if p.reset.kind == "async" else "async"))


def _edge(p: Clocked) -> str:
    return "posedge" if p.reset.level else "negedge"


def _test(p: Clocked) -> str:
    return p.reset.rst if p.reset.level else f"! {p.reset.rst}"


def control_ports(p: Clocked) -> list[str]:
    """Port declarations of clock and reset."""
    return [f"input {p.reset.clk}", f"input {p.reset.rst}"]
