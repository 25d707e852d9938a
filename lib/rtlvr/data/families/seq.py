"""Sequential families: counters, shift registers, edges, pulses and delays."""

import random

from rtlvr.data.families.base import Family, bus, change
from rtlvr.data.families.control import (
    Params,
    clocked,
    misread_kind,
    sample_control,
    say_reset,
    think_reset,
)
from rtlvr.data.families.wording import Words

_OUT = ("q", "y", "out", "count")


def _control_ports(p: Params) -> list[str]:
    return [f"input {p['clk']}", f"input {p['rst']}"]


class Counter(Family):
    """A counter modulo N, up or down, with an enable."""

    name, category = "counter", "counters"

    def sample(self, rng: random.Random) -> Params:
        width = rng.choice((3, 4, 5))
        n = rng.randrange(2 ** (width - 1) + 1, 2**width)
        return {
            **sample_control(rng),
            "o": rng.choice(_OUT),
            "w": width,
            "n": n,
            "last": n - 1,
            "way": rng.choice(("up", "down")),
            "en": rng.choice(("", "en", "enable")),
        }

    def ports(self, p: Params) -> list[str]:
        enable = [f"input {p['en']}"] if p["en"] else []
        return _control_ports(p) + enable + [f"output reg {bus(p['w'])}{p['o']}"]

    def describe(self, p: Params, w: Words) -> str:
        n, o = p["n"], p["o"]
        cycle = w(f"with {n} states", f"modulo {n}", f"that repeats every {n} steps")
        gate = w(f" It moves only while {p['en']} is 1.", f" {p['en']} low holds the value.") if p["en"] else ""
        return (
            w.opening(f"{'an' if p['way'] == 'up' else 'a'} {p['way']} counter {cycle}")
            + f" on {o}."
            + gate
            + " "
            + say_reset(p, w, w(f"sets {o} to 0", f"clears {o}"))
        )

    def think(self, p: Params) -> str:
        turn = f"{p['last']} -> 0" if p["way"] == "up" else f"0 -> {p['last']}"
        return think_reset(p) + f"{p['n']} states : last {p['last']}\nturn {turn}\n"

    def body(self, p: Params) -> str:
        o, w = p["o"], p["w"]
        step = (
            f"{o} == {p['last']} ? 0 : {o} + {w}'d1" if p["way"] == "up" else f"{o} == 0 ? {p['last']} : {o} - {w}'d1"
        )
        gate = f"if ( {p['en']} ) " if p["en"] else ""
        return clocked(p, f"{o} <= 0;", f"{gate}{o} <= {step};")

    misreadings = {
        "off by one": change(last=lambda p: p["n"]),
        "direction": change(way=lambda p: "up" if p["way"] == "down" else "down"),
        "reset kind": misread_kind,
    }


class Shift(Family):
    """A serial-in shift register, either way, with a reset value."""

    name, category = "shift", "shift_registers"

    def sample(self, rng: random.Random) -> Params:
        width = rng.choice((3, 4, 5, 6))
        return {
            **sample_control(rng),
            "o": rng.choice(("q", "y", "out")),
            "d": rng.choice(("d", "si", "x")),
            "w": width,
            "way": rng.choice(("left", "right")),
            "value": rng.choice((0, 0, 2**width - 1, rng.randrange(2**width))),
        }

    def ports(self, p: Params) -> list[str]:
        return [*_control_ports(p), f"input {p['d']}", f"output reg {bus(p['w'])}{p['o']}"]

    def describe(self, p: Params, w: Words) -> str:
        where = {
            "left": w("into bit 0, moving toward the most significant bit", "in at the low end, shifting left"),
            "right": w(
                f"into bit {p['w'] - 1}, moving toward the least significant bit", "in at the high end, shifting right"
            ),
        }
        return (
            w.opening("a shift register")
            + f". Every cycle {p['d']} goes "
            + where[p["way"]]
            + f" of {p['o']}. "
            + say_reset(p, w, w(f"loads {p['o']} with {p['value']}", f"sets {p['o']} to {p['value']}"))
        )

    def think(self, p: Params) -> str:
        keep = f"{p['w'] - 2} to 0 , new low" if p["way"] == "left" else f"{p['w'] - 1} to 1 , new high"
        return think_reset(p) + f"value {p['value']}\nkeep {keep}\n"

    def body(self, p: Params) -> str:
        o, d, w = p["o"], p["d"], p["w"]
        step = f"{{ {o}[{w - 2}:0], {d} }}" if p["way"] == "left" else f"{{ {d}, {o}[{w - 1}:1] }}"
        return clocked(p, f"{o} <= {p['value']};", f"{o} <= {step};")

    misreadings = {
        "direction": change(way=lambda p: "left" if p["way"] == "right" else "right"),
        "reset value": change(value=lambda p: 0),
        "reset kind": misread_kind,
    }


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
        return [*_control_ports(p), f"input {p['d']}", f"output {'reg ' if p['late'] else ''}{p['o']}"]

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
        return [*_control_ports(p), f"output {p['o']}"]

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


class Accumulator(Family):
    """A register that adds its input, with load and clear priorities."""

    name, category = "accumulator", "arithmetic"

    def sample(self, rng: random.Random) -> Params:
        return {
            **sample_control(rng),
            "o": rng.choice(("acc", "q", "sum")),
            "d": rng.choice(("d", "a", "x")),
            "w": rng.choice((4, 5, 6)),
            "op": rng.choice(("add", "sub", "xor")),
            "first": rng.choice(("load", "en")),
        }

    def ports(self, p: Params) -> list[str]:
        wide = bus(p["w"])
        return [*_control_ports(p), "input load", "input en", f"input {wide}{p['d']}", f"output reg {wide}{p['o']}"]

    def describe(self, p: Params, w: Words) -> str:
        o, d = p["o"], p["d"]
        act = {
            "add": w(f"adds {d} to {o}", f"increases {o} by {d}"),
            "sub": w(f"subtracts {d} from {o}", f"decreases {o} by {d}"),
            "xor": w(f"xors {d} into {o}", f"replaces {o} by its xor with {d}"),
        }[p["op"]]
        wins = w(f"{p['first']} wins over the other", f"{p['first']} has priority")
        return (
            w.opening("an accumulator")
            + f". en {act}; load copies {d} to {o}; if both are 1, {wins}. "
            + say_reset(p, w, w(f"clears {o}", f"sets {o} to 0"))
        )

    def think(self, p: Params) -> str:
        second = "en" if p["first"] == "load" else "load"
        return think_reset(p) + f"op {p['op']}\nfirst {p['first']} , then {second}\n"

    def body(self, p: Params) -> str:
        o, d = p["o"], p["d"]
        acts = {"load": f"{o} <= {d};", "en": f"{o} <= {o} {dict(add='+', sub='-', xor='^')[p['op']]} {d};"}
        second = "en" if p["first"] == "load" else "load"
        return clocked(
            p, f"{o} <= 0;", f"if ( {p['first']} ) {acts[p['first']]}\n    else if ( {second} ) {acts[second]}"
        )

    misreadings = {
        "priority": change(first=lambda p: "en" if p["first"] == "load" else "load"),
        "reset kind": misread_kind,
    }


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
        return [*_control_ports(p), f"input {p['d']}", f"output {p['o']}"]

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
        return [*_control_ports(p), f"input {p['d']}", f"output {p['o']}"]

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


class Limiter(Family):
    """An up/down counter that saturates or wraps at given limits."""

    name, category = "limiter", "counters"

    def sample(self, rng: random.Random) -> Params:
        width = rng.choice((3, 4))
        top = rng.randrange(2 ** (width - 1), 2**width - 1)
        return {
            **sample_control(rng),
            "o": rng.choice(("q", "level", "count")),
            "w": width,
            "top": top,
            "hold": rng.randrange(2),
            "value": rng.randrange(top + 1),
        }

    def ports(self, p: Params) -> list[str]:
        return [*_control_ports(p), "input up", "input down", f"output reg {bus(p['w'])}{p['o']}"]

    def describe(self, p: Params, w: Words) -> str:
        rule = (
            w("stops at both ends", "saturates at the ends")
            if p["hold"]
            else w("wraps around at the ends", "rolls over at both ends")
        )
        return (
            w.opening("an up down counter")
            + f" {p['o']} from 0 to {p['top']} that {rule}. "
            + w(
                "up alone adds one, down alone takes one, both or none hold. ",
                "It counts when just one of up and down is 1. ",
            )
            + say_reset(p, w, w(f"sets {p['o']} to {p['value']}", f"loads {p['value']}"))
        )

    def think(self, p: Params) -> str:
        high, low = self._ends(p)
        return (
            think_reset(p)
            + f"value {p['value']}\n{'hold' if p['hold'] else 'wrap'} : {p['top']} -> {high} , 0 -> {low}\n"
        )

    def body(self, p: Params) -> str:
        o, w, (high, low) = p["o"], p["w"], self._ends(p)
        step = (
            f"if ( up & ~ down ) {o} <= {o} == {p['top']} ? {high} : {o} + {w}'d1;\n"
            f"    else if ( down & ~ up ) {o} <= {o} == 0 ? {low} : {o} - {w}'d1;"
        )
        return clocked(p, f"{o} <= {p['value']};", step)

    @staticmethod
    def _ends(p: Params) -> tuple[int, int]:
        return (p["top"], 0) if p["hold"] else (0, p["top"])

    misreadings = {
        "overflow": change(hold=lambda p: 1 - p["hold"]),
        "reset value": change(value=lambda p: 0),
        "reset kind": misread_kind,
    }
