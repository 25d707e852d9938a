"""Sequential families about time: edges, ticks, delays and stretched pulses."""

import random

from rtlvr.data.families.base import Family, change
from rtlvr.data.families.control import (
    Params,
    clocked,
    control_ports,
    misread_kind,
    sample_control,
    say_reset,
    think_reset,
)
from rtlvr.data.families.wording import Words


class Edge(Family):
    """A one-cycle pulse on an edge of an input, combinational or registered."""

    name, category = "edge", "edge_pulse"
    _SWAP = {"rising": "falling", "falling": "rising", "any": "rising"}

    def sample(self, rng: random.Random) -> Params:
        return {
            **sample_control(rng),
            "o": rng.choice(("p", "y", "pulse")),
            "d": rng.choice(("d", "a", "x")),
            "edge": rng.choice(sorted(self._SWAP)),
            "late": rng.randrange(2),
            "idle": rng.randrange(2),
        }

    def ports(self, p: Params) -> list[str]:
        return [*control_ports(p), f"input {p['d']}", f"output {'reg ' if p['late'] else ''}{p['o']}"]

    def describe(self, p: Params, w: Words) -> str:
        edge = {
            "rising": w("a rising edge", "a change from 0 to 1"),
            "falling": w("a falling edge", "a change from 1 to 0"),
            "any": w("any edge", "any change"),
        }[p["edge"]]
        when = {
            1: w("one cycle later, from a register", "as a registered output"),
            0: w("in the same cycle", "without delay"),
        }
        return (
            w.opening("an edge detector")
            + f". {p['o']} is 1 for one cycle on {edge} of {p['d']}, {when[p['late']]}. "
            + say_reset(
                p, w, f"sets the remembered {p['d']} to {p['idle']}" + (f" and {p['o']} to 0" if p["late"] else "")
            )
        )

    def think(self, p: Params) -> str:
        return think_reset(p) + f"idle {p['idle']}\n{p['edge']} : {self._test(p)}\n{'late' if p['late'] else 'now'}\n"

    def body(self, p: Params) -> str:
        d, o = p["d"], p["o"]
        if p["late"]:
            reset, step = f"begin s <= {p['idle']}; {o} <= 0; end", f"begin s <= {d}; {o} <= {self._test(p)}; end"
            return "  reg s;\n" + clocked(p, reset, step)
        return "  reg s;\n" + clocked(p, f"s <= {p['idle']};", f"s <= {d};") + f"  assign {o} = {self._test(p)};\n"

    @staticmethod
    def _test(p: Params) -> str:
        return {"rising": f"{p['d']} & ~ s", "falling": f"~ {p['d']} & s", "any": f"{p['d']} ^ s"}[p["edge"]]

    misreadings = {
        "edge": change(edge=lambda p: Edge._SWAP[p["edge"]]),
        "reset value": change(idle=lambda p: 0),
        "reset kind": misread_kind,
    }


class Tick(Family):
    """A pulse every N cycles."""

    name, category = "tick", "edge_pulse"

    def sample(self, rng: random.Random) -> Params:
        n = rng.randrange(3, 16)
        return {**sample_control(rng), "o": rng.choice(("tick", "y", "pulse")), "n": n, "last": n - 1}

    def ports(self, p: Params) -> list[str]:
        return [*control_ports(p), f"output {p['o']}"]

    def describe(self, p: Params, w: Words) -> str:
        n, o = p["n"], p["o"]
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

    def think(self, p: Params) -> str:
        return think_reset(p) + f"period {p['n']} : last {p['last']}\n"

    def body(self, p: Params) -> str:
        last = p["last"]
        return (
            "  reg [3:0] n;\n"
            + clocked(p, "n <= 0;", f"n <= n == {last} ? 0 : n + 4'd1;")
            + f"  assign {p['o']} = n == {last};\n"
        )

    misreadings = {"off by one": change(last=lambda p: p["n"]), "reset kind": misread_kind}


class Delay(Family):
    """A bit delayed by k cycles."""

    name, category = "delay", "shift_registers"

    def sample(self, rng: random.Random) -> Params:
        k = rng.randrange(2, 8)
        return {
            **sample_control(rng),
            "o": rng.choice(("q", "y", "out")),
            "d": rng.choice(("d", "a", "x")),
            "k": k,
            "n": k,
            "inv": rng.randrange(2),
        }

    def ports(self, p: Params) -> list[str]:
        return [*control_ports(p), f"input {p['d']}", f"output {p['o']}"]

    def describe(self, p: Params, w: Words) -> str:
        inverted = w(" inverted and", " complemented and") if p["inv"] else ""
        return (
            w.opening("a delay line")
            + f". {p['o']} is {p['d']}{inverted} delayed by {p['k']} "
            + w("cycles", "clocks", "clock cycles")
            + ". "
            + say_reset(p, w, w("clears all stages", "sets every stage to 0"))
        )

    def think(self, p: Params) -> str:
        return think_reset(p) + f"stages {p['n']} : high {p['n'] - 1}\n{'invert' if p['inv'] else 'keep'}\n"

    def body(self, p: Params) -> str:
        n = p["n"]
        keep = f"s[{n - 2}:0]" if n > 2 else "s[0]"
        step = f"{{ {keep}, {p['d']} }}" if n > 1 else str(p["d"])
        return (
            f"  reg [{n - 1}:0] s;\n"
            + clocked(p, "s <= 0;", f"s <= {step};")
            + f"  assign {p['o']} = {'~ ' if p['inv'] else ''}s[{n - 1}];\n"
        )

    misreadings = {
        "off by one": change(n=lambda p: p["k"] - 1),
        "inversion ignored": change(inv=lambda p: 0),
        "reset kind": misread_kind,
    }


class Stretch(Family):
    """A trigger stretched to N cycles, retriggerable or not."""

    name, category = "stretch", "edge_pulse"

    def sample(self, rng: random.Random) -> Params:
        k = rng.randrange(3, 15)
        return {
            **sample_control(rng),
            "o": rng.choice(("busy", "y", "out")),
            "d": rng.choice(("go", "start", "trig")),
            "k": k,
            "n": k,
            "again": rng.randrange(2),
        }

    def ports(self, p: Params) -> list[str]:
        return [*control_ports(p), f"input {p['d']}", f"output {p['o']}"]

    def describe(self, p: Params, w: Words) -> str:
        again = {
            1: w("a new {d} restarts it", "it can be retriggered"),
            0: w("{d} is ignored meanwhile", "it cannot be retriggered"),
        }
        return (
            w.opening("a pulse stretcher")
            + f". After {p['d']} is 1 at a clock edge, {p['o']} is high for {p['k']} "
            + w("cycles", "clocks")
            + "; "
            + again[p["again"]].format(d=p["d"])
            + ". "
            + say_reset(p, w, w("ends the pulse", "stops it"))
        )

    def think(self, p: Params) -> str:
        return think_reset(p) + f"load {p['n']}\n{'start any time' if p['again'] else 'start at 0 only'}\n"

    def body(self, p: Params) -> str:
        start = p["d"] if p["again"] else f"{p['d']} && n == 0"
        step = f"if ( {start} ) n <= {p['n']};\n    else if ( n != 0 ) n <= n - 4'd1;"
        return "  reg [3:0] n;\n" + clocked(p, "n <= 0;", step) + f"  assign {p['o']} = n != 0;\n"

    misreadings = {
        "off by one": change(n=lambda p: p["k"] - 1),
        "retrigger": change(again=lambda p: 1 - p["again"]),
        "reset kind": misread_kind,
    }
