"""Combinational families: tables, comparisons, permutations, codes and gates."""

import random

from rtlvr.data.families.base import Family, bits, bus, change
from rtlvr.data.families.control import Params
from rtlvr.data.families.wording import Words

_IN = ("a", "d", "x", "code")
_OUT = ("y", "q", "out", "f")


def _names(rng: random.Random) -> Params:
    return {"i": rng.choice(_IN), "o": rng.choice(_OUT)}


class Minterms(Family):
    """A truth table given by the input values for which the output is 1 (or 0)."""

    name, category = "minterms", "combinational"

    def sample(self, rng: random.Random) -> Params:
        n = rng.choice((2, 3, 3, 3))
        terms = sorted(rng.sample(range(2**n), rng.randrange(1, 2**n - 1)))
        return {**_names(rng), "n": n, "terms": terms, "on": rng.randrange(2), "lsb_first": 0}

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
        return {**_names(rng), "w": width, "k": rng.randrange(1, 2**width - 1), "op": rng.choice(sorted(self._SAY))}

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
        return {**_names(rng), "w": width, "lo": lo, "hi": hi, "ends": rng.randrange(2), "inside": rng.randrange(2)}

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


class ModularTable(Family):
    """A small ROM whose entries the reader must compute: (k·x + c) mod m."""

    name, category = "modular_table", "memories"

    def sample(self, rng: random.Random) -> Params:
        n, m = rng.choice((2, 2, 3)), rng.choice((3, 5, 6, 7, 9, 10, 11, 12, 13))
        return {**_names(rng), "n": n, "m": m, "k": rng.randrange(1, m), "c": rng.randrange(1, m), "offset": 1}

    def ports(self, p: Params) -> list[str]:
        return [f"input {bus(p['n'])}{p['i']}", f"output reg [3:0] {p['o']}"]

    def describe(self, p: Params, w: Words) -> str:
        formula = w(
            f"({p['k']} * {p['i']} + {p['c']}) mod {p['m']}",
            f"the remainder of {p['k']} * {p['i']} + {p['c']} divided by {p['m']}",
            f"{p['k']} times {p['i']} plus {p['c']}, modulo {p['m']}",
        )
        return (
            w.opening("a lookup table")
            + ". "
            + w(
                f"{p['o']} is {formula}.",
                f"It gives {p['o']} = {formula}.",
                f"For every {p['i']}, {p['o']} holds {formula}.",
            )
        )

    def think(self, p: Params) -> str:
        return "".join(f"{v} : {self._sum(p, v)} mod {p['m']} = {self._entry(p, v)}\n" for v in range(2 ** p["n"]))

    def body(self, p: Params) -> str:
        rows = "".join(f"    {v} : {p['o']} = {self._entry(p, v)};\n" for v in range(2 ** p["n"]))
        return f"  always @( * ) case ( {p['i']} )\n{rows}  endcase\n"

    @staticmethod
    def _sum(p: Params, v: int) -> int:
        return p["k"] * v + (p["c"] if p["offset"] else 0)

    def _entry(self, p: Params, v: int) -> int:
        return self._sum(p, v) % p["m"]

    misreadings = {"offset forgotten": change(offset=lambda p: 0)}


class Rotate(Family):
    """A fixed rotation or reversal of a bus, bit by bit."""

    name, category = "rotate", "combinational"

    def sample(self, rng: random.Random) -> Params:
        width = rng.choice((4, 5, 6, 8))
        by = rng.randrange(1, width)
        while 2 * by == width:  # left and right would be the same design
            by = rng.randrange(1, width)
        return {**_names(rng), "w": width, "by": by, "way": rng.choice(("left", "right"))}

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


class Gray(Family):
    """Binary to Gray code or back."""

    name, category = "gray", "encoders"

    def sample(self, rng: random.Random) -> Params:
        return {
            **_names(rng),
            "w": rng.choice((3, 4, 5, 6)),
            "to": rng.choice(("gray", "binary")),
            "inv": rng.randrange(2),
        }

    def ports(self, p: Params) -> list[str]:
        return [f"input {bus(p['w'])}{p['i']}", f"output {bus(p['w'])}{p['o']}"]

    def describe(self, p: Params, w: Words) -> str:
        source = "binary" if p["to"] == "gray" else "gray"
        inverted = w(" All output bits are inverted.", " The result is complemented.") if p["inv"] else ""
        return (
            w.opening("a code converter")
            + ". "
            + w(
                f"It converts the {source} code {p['i']} to {p['to']} code {p['o']}.",
                f"{p['o']} is the {p['to']} code of the {source} number {p['i']}.",
                f"{p['i']} is in {source} code and {p['o']} in {p['to']} code.",
            )
            + inverted
        )

    def think(self, p: Params) -> str:
        return "".join(f"{b} : {' '.join(map(str, self._taps(p, b)))}\n" for b in reversed(range(p["w"])))

    def body(self, p: Params) -> str:
        no = "~ " if p["inv"] else ""
        terms = (" ^".join(f" {p['i']}[{t}]" for t in self._taps(p, b)) for b in reversed(range(p["w"])))
        return f"  assign {p['o']} = {no}{{" + ",".join(terms) + "};\n"

    @staticmethod
    def _taps(p: Params, b: int) -> list[int]:
        top = p["w"] - 1 if p["to"] == "binary" else min(b + 1, p["w"] - 1)
        return list(range(top, b - 1, -1))

    misreadings = {
        "direction": change(to=lambda p: "gray" if p["to"] == "binary" else "binary"),
        "inversion ignored": change(inv=lambda p: 0),
    }


class Priority(Family):
    """A priority encoder over request bits, either end first."""

    name, category = "priority", "encoders"

    def sample(self, rng: random.Random) -> Params:
        n = rng.choice((3, 4, 5))
        return {**_names(rng), "n": n, "first": rng.choice(("high", "low")), "idle": rng.randrange(8)}

    def ports(self, p: Params) -> list[str]:
        return [f"input {bus(p['n'])}{p['i']}", f"output [2:0] {p['o']}"]

    def describe(self, p: Params, w: Words) -> str:
        order = {"high": w("highest", "most significant"), "low": w("lowest", "least significant")}[p["first"]]
        return (
            w.opening("a priority encoder")
            + ". "
            + w(
                f"{p['o']} is the index of the {order} set bit of {p['i']}, or {p['idle']} when none is set.",
                f"The {order} bit of {p['i']} that is 1 wins and {p['o']} gives its number; {p['idle']} if {p['i']} is zero.",
            )
        )

    def think(self, p: Params) -> str:
        return "order : " + " ".join(map(str, self._order(p))) + f" else {p['idle']}\n"

    def body(self, p: Params) -> str:
        chain = " :".join(f" {p['i']}[{b}] ? 3'd{b}" for b in self._order(p))
        return f"  assign {p['o']} ={chain} : 3'd{p['idle']};\n"

    @staticmethod
    def _order(p: Params) -> list[int]:
        order = list(range(p["n"]))
        return order if p["first"] == "low" else order[::-1]

    misreadings = {"order": change(first=lambda p: "low" if p["first"] == "high" else "high")}


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
        return {**_names(rng), "n": n, "k": rng.randrange(1, n), "strict": rng.randrange(2), "what": rng.randrange(2)}

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


class Saturate(Family):
    """An addition that saturates or wraps at a limit."""

    name, category = "saturate", "arithmetic"

    def sample(self, rng: random.Random) -> Params:
        width = rng.choice((3, 4, 5))
        return {
            **_names(rng),
            "w": width,
            "k": rng.randrange(1, 2**width - 1),
            "way": rng.choice(("add", "sub")),
            "hold": rng.randrange(2),
        }

    def ports(self, p: Params) -> list[str]:
        return [f"input {bus(p['w'])}{p['i']}", f"output {bus(p['w'])}{p['o']}"]

    def describe(self, p: Params, w: Words) -> str:
        action = {
            "add": w(f"{p['i']} plus {p['k']}", f"the sum of {p['i']} and {p['k']}"),
            "sub": w(f"{p['i']} minus {p['k']}", f"{p['k']} less than {p['i']}"),
        }[p["way"]]
        limit = {
            "add": w("stays at the maximum", "saturates at all ones"),
            "sub": w("stays at zero", "saturates at 0"),
        }[p["way"]]
        rule = limit if p["hold"] else w("wraps around", "is taken modulo the width")
        return (
            w.opening("an adder")
            + ". "
            + w(
                f"{p['o']} is {action} and {rule} when it does not fit.",
                f"It outputs {action}; a result out of range {rule}.",
            )
        )

    def think(self, p: Params) -> str:
        top = 2 ** p["w"] - 1
        edge = f"edge {top - p['k'] if p['way'] == 'add' else p['k']}\n" if p["hold"] else ""
        return f"{'hold' if p['hold'] else 'wrap'} , top {top}\n{edge}"

    def body(self, p: Params) -> str:
        op, top = {"add": "+", "sub": "-"}[p["way"]], 2 ** p["w"] - 1
        plain = f"{p['i']} {op} {p['w']}'d{p['k']}"
        if not p["hold"]:
            return f"  assign {p['o']} = {plain};\n"
        test = f"{p['i']} > {top - p['k']} ? {top}" if p["way"] == "add" else f"{p['i']} < {p['k']} ? 0"
        return f"  assign {p['o']} = {test} : {plain};\n"

    misreadings = {"overflow": change(hold=lambda p: 1 - p["hold"])}


class Lookup(Family):
    """A table of given constants, selected by a code, with a default."""

    name, category = "lookup", "combinational"

    def sample(self, rng: random.Random) -> Params:
        count = rng.choice((2, 3, 4, 5))
        keys = rng.sample(range(8), count)
        return {
            **_names(rng),
            "keys": keys,
            "values": [rng.randrange(16) for _ in keys],
            "other": rng.randrange(16),
            "lag": 0,
        }

    def ports(self, p: Params) -> list[str]:
        return [f"input [2:0] {p['i']}", f"output reg [3:0] {p['o']}"]

    def describe(self, p: Params, w: Words) -> str:
        row = w("{v} for {k}", "{v} when it is {k}", "{k} gives {v}", "{k} maps to {v}")
        rows = w.listing([row.format(k=k, v=v) for k, v in zip(p["keys"], p["values"], strict=True)])
        return (
            w.opening("a decoder")
            + ". "
            + w(
                f"From {p['i']} it makes {p['o']}: {rows}; anything else gives {p['other']}.",
                f"{p['o']} depends on {p['i']}: {rows}, default {p['other']}.",
            )
        )

    def think(self, p: Params) -> str:
        return "".join(f"{k} : {v} = {bits(v, 4)}\n" for k, v in self._rows(p)) + f"else {bits(p['other'], 4)}\n"

    def body(self, p: Params) -> str:
        rows = "".join(f"    {k} : {p['o']} = {bits(v, 4)};\n" for k, v in self._rows(p))
        return f"  always @( * ) case ( {p['i']} )\n{rows}    default : {p['o']} = {bits(p['other'], 4)};\n  endcase\n"

    @staticmethod
    def _rows(p: Params) -> list[tuple[int, int]]:
        values = p["values"][p["lag"] :] + p["values"][: p["lag"]]
        return sorted(zip(p["keys"], values, strict=True))

    misreadings = {
        "rows shifted": change(lag=lambda p: 1),
        "default ignored": change(other=lambda p: 0),
    }


FAMILIES = (Minterms, Compare, Range, ModularTable, Rotate, Gray, Priority, Gate, Threshold, Saturate, Lookup)
