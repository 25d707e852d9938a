"""Combinational families: truth tables, comparisons, permutations, gates and votes."""

import random

from rtlvr.data.families.base import Family, bits, bus, change
from rtlvr.data.families.control import Params
from rtlvr.data.families.wording import Words

_IN = ("a", "d", "x", "code")
_OUT = ("y", "q", "out", "f")


def input_output(rng: random.Random) -> Params:
    """Names for the one input and the one output of a family."""
    return {"i": rng.choice(_IN), "o": rng.choice(_OUT)}


class Minterms(Family):
    """A truth table given by the input values for which the output is 1 (or 0)."""

    name, category = "minterms", "combinational"

    def sample(self, rng: random.Random) -> Params:
        n = rng.choice((2, 3, 3, 3))
        terms = sorted(rng.sample(range(2**n), rng.randrange(1, 2**n - 1)))
        return {**input_output(rng), "n": n, "terms": terms, "on": rng.randrange(2), "lsb_first": 0}

    def ports(self, p: Params) -> list[str]:
        return [f"input {bus(p['n'])}{p['i']}", f"output {p['o']}"]

    def describe(self, p: Params, w: Words) -> str:
        values = w.listing([str(t) for t in p["terms"]])
        level = {1: w("1", "high", "true"), 0: w("0", "low", "false")}[p["on"]]
        other = {0: w("1", "high", "true"), 1: w("0", "low", "false")}[p["on"]]
        return (
            w.opening("a truth table")
            + ". "
            + w(
                f"{p['o']} is {level} when {p['i']} is {values}, and {other} otherwise.",
                f"Output {p['o']} is {level} only for {p['i']} = {values}.",
                f"For {p['i']} equal to {values}, {p['o']} must be {level}; for all other values {other}.",
            )
        )

    def think(self, p: Params) -> str:
        rows = [f"{v} : {self._value(p, v)}\n" for v in range(2 ** p["n"])]
        return "".join(rows) + f"from high to low : {self._mask(p)}\n"

    def body(self, p: Params) -> str:
        size = 2 ** p["n"]
        return f"  wire [{size - 1}:0] t = {size}'b{self._mask(p)};\n  assign {p['o']} = t[ {p['i']}];\n"

    @staticmethod
    def _value(p: Params, v: int) -> int:
        return int((v in p["terms"]) == bool(p["on"]))

    def _mask(self, p: Params) -> str:
        column = "".join(str(self._value(p, v)) for v in range(2 ** p["n"]))
        return column if p["lsb_first"] else column[::-1]

    misreadings = {
        "table written low to high": change(lsb_first=lambda p: 1),
        "active level ignored": change(on=lambda p: 1 - p["on"]),
    }


class Compare(Family):
    """A comparison of a bus with a constant, said in words."""

    name, category = "compare", "combinational"
    _SAY = {
        ">": ("more than", "above", "greater than"),
        ">=": ("at least", "not below", "no less than"),
        "<": ("less than", "below", "under"),
        "<=": ("at most", "not above", "no more than"),
    }
    _SWAP = {">": ">=", ">=": ">", "<": "<=", "<=": "<"}

    def sample(self, rng: random.Random) -> Params:
        width = rng.choice((3, 4, 5, 6))
        return {
            **input_output(rng),
            "w": width,
            "k": rng.randrange(1, 2**width - 1),
            "op": rng.choice(sorted(self._SAY)),
        }

    def ports(self, p: Params) -> list[str]:
        return [f"input {bus(p['w'])}{p['i']}", f"output {p['o']}"]

    def describe(self, p: Params, w: Words) -> str:
        relation = w(*self._SAY[p["op"]])
        return (
            w.opening("a comparator")
            + ". "
            + w(
                f"{p['o']} is 1 when {p['i']} is {relation} {p['k']}.",
                f"Raise {p['o']} if the unsigned value {p['i']} is {relation} {p['k']}.",
                f"The unsigned input {p['i']} is checked: {p['o']} is high exactly when it is {relation} {p['k']}.",
            )
        )

    def think(self, p: Params) -> str:
        at = int(p["op"] in (">=", "<="))
        return f"{p['k']} = {bits(p['k'], p['w'])}\nat {p['k']} : {at}\nso {p['op']}\n"

    def body(self, p: Params) -> str:
        return f"  assign {p['o']} = {p['i']} {p['op']} {bits(p['k'], p['w'])};\n"

    misreadings = {"boundary": change(op=lambda p: Compare._SWAP[p["op"]])}


class Range(Family):
    """Membership of an interval with its ends in or out."""

    name, category = "range", "combinational"

    def sample(self, rng: random.Random) -> Params:
        width = rng.choice((4, 5, 6))
        lo = rng.randrange(1, 2**width - 5)
        hi = rng.randrange(lo + 3, 2**width - 1)
        return {
            **input_output(rng),
            "w": width,
            "lo": lo,
            "hi": hi,
            "ends": rng.randrange(2),
            "inside": rng.randrange(2),
        }

    def ports(self, p: Params) -> list[str]:
        return [f"input {bus(p['w'])}{p['i']}", f"output {p['o']}"]

    def describe(self, p: Params, w: Words) -> str:
        lo, hi = p["lo"], p["hi"]
        span = (
            w(f"between {lo} and {hi} inclusive", f"in {lo} to {hi} with both ends", f"from {lo} through {hi}")
            if p["ends"]
            else w(f"strictly between {lo} and {hi}", f"between {lo} and {hi} without the ends")
        )
        level = {1: w("1", "high"), 0: w("0", "low")}[p["inside"]]
        return (
            w.opening("a range check")
            + ". "
            + w(
                f"{p['o']} is {level} when {p['i']} is {span}, else the opposite.",
                f"When {p['i']} is {span}, {p['o']} is {level}; outside it is the opposite.",
            )
        )

    def think(self, p: Params) -> str:
        lo, hi = self._limits(p)
        return f"first {lo} , last {hi}\n{lo} = {bits(lo, p['w'])}\n{hi} = {bits(hi, p['w'])}\n"

    def body(self, p: Params) -> str:
        lo, hi = (bits(v, p["w"]) for v in self._limits(p))
        test = f"{p['i']} >= {lo} && {p['i']} <= {hi}"
        return f"  assign {p['o']} = {'' if p['inside'] else '! '}( {test} );\n"

    @staticmethod
    def _limits(p: Params) -> tuple[int, int]:
        return (p["lo"], p["hi"]) if p["ends"] else (p["lo"] + 1, p["hi"] - 1)

    misreadings = {
        "interval ends": change(ends=lambda p: 1 - p["ends"]),
        "active level ignored": change(inside=lambda p: 1),
    }


class Rotate(Family):
    """A fixed rotation or reversal of a bus, bit by bit."""

    name, category = "rotate", "combinational"

    def sample(self, rng: random.Random) -> Params:
        width = rng.choice((4, 5, 6, 8))
        by = rng.randrange(1, width)
        while 2 * by == width:  # left and right would be the same design
            by = rng.randrange(1, width)
        return {**input_output(rng), "w": width, "by": by, "way": rng.choice(("left", "right"))}

    def ports(self, p: Params) -> list[str]:
        return [f"input {bus(p['w'])}{p['i']}", f"output {bus(p['w'])}{p['o']}"]

    def describe(self, p: Params, w: Words) -> str:
        places = f"{p['by']} " + w("bits", "positions", "places")
        toward = {
            "left": w("left", "toward the most significant bit"),
            "right": w("right", "toward the least significant bit"),
        }
        return (
            w.opening("a fixed rotator")
            + ". "
            + w(
                f"{p['o']} is {p['i']} rotated by {places} {toward[p['way']]}.",
                f"Rotate {p['i']} {places} {toward[p['way']]} to get {p['o']}.",
            )
        )

    def think(self, p: Params) -> str:
        return "from high to low : " + " ".join(str(i) for i in self._sources(p)) + "\n"

    def body(self, p: Params) -> str:
        return f"  assign {p['o']} = {{" + ",".join(f" {p['i']}[{i}]" for i in self._sources(p)) + "};\n"

    @staticmethod
    def _sources(p: Params) -> list[int]:
        by = p["by"] if p["way"] == "left" else -p["by"]
        return [(i - by) % p["w"] for i in reversed(range(p["w"]))]

    misreadings = {"direction": change(way=lambda p: "left" if p["way"] == "right" else "right")}


class Gate(Family):
    """A gate over named inputs, some of them inverted."""

    name, category = "gate", "combinational"
    _OPS = {"and": "&", "or": "|", "xor": "^"}

    def sample(self, rng: random.Random) -> Params:
        names = rng.sample(("a", "b", "c", "d", "en"), rng.choice((2, 3, 4)))
        flips = [rng.randrange(2) for _ in names]
        return {
            "names": names,
            "flips": flips,
            "op": rng.choice(sorted(self._OPS)),
            "no": rng.randrange(2),
            "o": rng.choice(_OUT),
        }

    def ports(self, p: Params) -> list[str]:
        return [f"input {n}" for n in p["names"]] + [f"output {p['o']}"]

    def describe(self, p: Params, w: Words) -> str:
        gate = {"and0": "AND", "or0": "OR", "xor0": "XOR", "and1": "NAND", "or1": "NOR", "xor1": "XNOR"}[
            f"{p['op']}{p['no']}"
        ]
        terms = [w("not ", "inverted ") * f + n for n, f in zip(p["names"], p["flips"], strict=True)]
        return (
            w.opening("a gate")
            + ". "
            + w(
                f"{p['o']} is the {gate} of {w.listing(terms)}.",
                f"It computes {p['o']} as {gate} of {w.listing(terms)}.",
            )
        )

    def think(self, p: Params) -> str:
        flipped = [n for n, f in zip(p["names"], p["flips"], strict=True) if f]
        return f"op {self._OPS[p['op']]}\nflip {' '.join(flipped) or 'none'}\nthen {'invert' if p['no'] else 'keep'}\n"

    def body(self, p: Params) -> str:
        terms = f" {self._OPS[p['op']]}".join(" ~" * f + f" {n}" for n, f in zip(p["names"], p["flips"], strict=True))
        return f"  assign {p['o']} = ~ ({terms} );\n" if p["no"] else f"  assign {p['o']} ={terms};\n"

    misreadings = {
        "output inversion": change(no=lambda p: 1 - p["no"]),
        "input inversion ignored": change(flips=lambda p: [0] * len(p["flips"])),
    }


class Threshold(Family):
    """A vote: at least (or more than) k of n inputs are high."""

    name, category = "threshold", "arithmetic"

    def sample(self, rng: random.Random) -> Params:
        n = rng.choice((3, 4, 5, 6, 7))
        return {
            **input_output(rng),
            "n": n,
            "k": rng.randrange(1, n),
            "strict": rng.randrange(2),
            "what": rng.randrange(2),
        }

    def ports(self, p: Params) -> list[str]:
        return [f"input {bus(p['n'])}{p['i']}", f"output {p['o']}"]

    def describe(self, p: Params, w: Words) -> str:
        relation = w("more than", "over") if p["strict"] else w("at least", "no fewer than")
        what = {1: w("high", "1", "set"), 0: w("low", "0", "clear")}[p["what"]]
        return (
            w.opening("a voter")
            + ". "
            + w(
                f"{p['o']} is 1 when {relation} {p['k']} bits of {p['i']} are {what}.",
                f"If {relation} {p['k']} of the {p['n']} bits of {p['i']} are {what}, {p['o']} is high.",
            )
        )

    def think(self, p: Params) -> str:
        return f"count {'ones' if p['what'] else 'zeros'}\nneed {self._need(p)}\n"

    def body(self, p: Params) -> str:
        no = "" if p["what"] else "! "
        total = " +".join(f" {no}{p['i']}[{b}]" for b in range(p["n"]))
        return f"  wire [2:0] n ={total};\n  assign {p['o']} = n >= {self._need(p)};\n"

    @staticmethod
    def _need(p: Params) -> int:
        return p["k"] + p["strict"]

    misreadings = {"boundary": change(strict=lambda p: 1 - p["strict"]), "polarity": change(what=lambda p: 1)}
