"""Clock and reset of the sequential families: sampled, worded, reasoned about and rendered in one place."""

import random

from rtlvr.data.families.wording import Words

Params = dict[str, int | str | list[int]]

_ACTIVE_HIGH = ("rst", "reset", "clear")
_ACTIVE_LOW = ("rst_n", "reset_n", "clear_n")


def sample_control(rng: random.Random) -> Params:
    """Draw a clock name and a reset: kind (`sync`/`async`), polarity (by level 1/0) and name."""
    level = rng.randrange(2)
    return {
        "clk": rng.choice(("clk", "clock")),
        "rst": rng.choice(_ACTIVE_HIGH if level else _ACTIVE_LOW),
        "level": level,
        "kind": rng.choice(("sync", "async")),
    }


def say_reset(p: Params, w: Words, effect: str) -> str:
    """One sentence on the reset; `effect` is what it does, e.g. "sets q to 3"."""
    kind = {"sync": w("synchronous", "clocked"), "async": w("asynchronous", "immediate")}[p["kind"]]
    level = w("active high", "asserted when 1") if p["level"] else w("active low", "asserted when 0")
    return w(
        f"The {kind} reset {p['rst']} is {level} and {effect}.",
        f"A {kind}, {level} reset {p['rst']} {effect}.",
        f"Reset {p['rst']} ({kind}, {level}) {effect}.",
        f"{p['rst']} is a {kind} reset, {level}; it {effect}.",
    )


def think_reset(p: Params) -> str:
    """The reasoning about the reset: which event, which test."""
    event = f"add {_edge(p)} {p['rst']}" if p["kind"] == "async" else "clock only"
    return f"reset {p['kind']} : {event} , test {_test(p)}\n"


def always_head(p: Params) -> str:
    """The sensitivity list of the clocked block."""
    extra = f" or {_edge(p)} {p['rst']}" if p["kind"] == "async" else ""
    return f"always @( posedge {p['clk']}{extra} )"


def clocked(p: Params, reset: str, body: str) -> str:
    """A clocked block: `reset` statement under the reset, `body` otherwise (an `if` chain or a statement)."""
    return f"  {always_head(p)}\n    if ( {_test(p)} ) {reset}\n    else {body}\n"


def misread_kind(p: Params) -> Params:
    """The misreading "synchronous for asynchronous" and back."""
    return {**p, "kind": "sync" if p["kind"] == "async" else "async"}


def _edge(p: Params) -> str:
    return "posedge" if p["level"] else "negedge"


def _test(p: Params) -> str:
    return str(p["rst"]) if p["level"] else f"! {p['rst']}"


def control_ports(p: Params) -> list[str]:
    """Port declarations of clock and reset."""
    return [f"input {p['clk']}", f"input {p['rst']}"]
