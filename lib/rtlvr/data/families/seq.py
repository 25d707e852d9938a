"""Sequential families: counters, shift registers, accumulators and limiters."""

import random

from rtlvr.data.families.base import Family, bus, change
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

_OUT = ("q", "y", "out", "count")


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
        return control_ports(p) + enable + [f"output reg {bus(p['w'])}{p['o']}"]

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
        return [*control_ports(p), f"input {p['d']}", f"output reg {bus(p['w'])}{p['o']}"]

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
        return [*control_ports(p), "input load", "input en", f"input {wide}{p['d']}", f"output reg {wide}{p['o']}"]

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
        return [*control_ports(p), "input up", "input down", f"output reg {bus(p['w'])}{p['o']}"]

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
