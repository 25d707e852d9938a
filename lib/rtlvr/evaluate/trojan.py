"""Rare faults by construction: a wrapper that is wrong only on one input value, after many cycles, or after a sequence.

Random simulation almost never meets them, so each comes with the stimulus that does: that is what certifies the label.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rtlvr.hdl.circuit import Circuit, Port
from rtlvr.hdl.rewrite import wrap
from rtlvr.verify.stimulus import columns

_LATE = (300, 1500, 5000)
_PATTERN_BITS = 20


@dataclass(frozen=True)
class Trojan:
    """A candidate that is wrong seldom. `cycles` is how long to simulate; `press` brings the trigger about.

    `press` edits random inputs `(cycles, input bits)` in place; columns as in `rtlvr.verify.stimulus`.
    """

    kind: str
    code: str
    cycles: int
    press: Callable[[np.ndarray], None]


def trojans(text: str, circuit: Circuit, rng: random.Random) -> list[Trojan]:
    """The trojans that `circuit` has room for, at most one of each kind."""
    makers = (_rare_value, _late, _sequence)
    found = [maker(text, circuit, _data(circuit), rng) for maker in makers]
    return [trojan for trojan in found if trojan is not None]


def _data(circuit: Circuit) -> list[Port]:
    special = {clock.name for clock in circuit.clocks} | {reset.name for reset in circuit.resets}
    return [port for port in circuit.inputs if port.name not in special]


def _with(text: str, circuit: Circuit, body: str) -> str | None:
    first = circuit.outputs[0].name
    return wrap(text, circuit, body, lambda port, inner: f"{inner} ^ hit" if port == first else inner)


def _always(circuit: Circuit) -> str:
    return f"always @({circuit.clocks[0].edges[0]} {circuit.clocks[0].name})"


def _rare_value(text: str, circuit: Circuit, data: list[Port], rng: random.Random) -> Trojan | None:
    width = sum(port.width for port in data)
    if not 14 <= width <= 512:
        return None
    values = {port.name: rng.getrandbits(port.width) for port in data}
    terms = [f"{port.name} == {port.width}'h{values[port.name]:x}" for port in data]
    code = _with(text, circuit, f"  wire hit = ({') && ('.join(terms)});")

    def press(inputs: np.ndarray) -> None:
        chosen = rng.sample(range(50, len(inputs)), 100)
        for name, place in columns(circuit).items():
            if name in values:
                inputs[chosen, place] = [int(bit) for bit in f"{values[name]:0{place.stop - place.start}b}"]

    return Trojan("rare value", code, 1000, press) if code else None


def _late(text: str, circuit: Circuit, _: list[Port], rng: random.Random) -> Trojan | None:
    if not circuit.clocks:
        return None
    when = rng.choice(_LATE)
    body = f"  reg [31:0] seen = 0;\n  {_always(circuit)} seen <= seen + 1;\n  wire hit = seen >= {when};"
    code = _with(text, circuit, body)
    return Trojan("late", code, when + 500, lambda inputs: None) if code else None


def _sequence(text: str, circuit: Circuit, data: list[Port], rng: random.Random) -> Trojan | None:
    if not circuit.clocks or not data:
        return None
    port, pattern = rng.choice(data), rng.getrandbits(_PATTERN_BITS)
    top = _PATTERN_BITS - 1
    body = f"  reg [{top}:0] past = 0;\n  {_always(circuit)} past <= {{past[{top - 1}:0], {port.name}[0]}};\n"
    code = _with(text, circuit, body + f"  wire hit = past == {_PATTERN_BITS}'h{pattern:x};")
    bits = [int(bit) for bit in f"{pattern:0{_PATTERN_BITS}b}"]

    def press(inputs: np.ndarray) -> None:
        column = columns(circuit)[port.name].stop - 1
        for start in range(50, len(inputs) - _PATTERN_BITS, 3 * _PATTERN_BITS):
            inputs[start : start + _PATTERN_BITS, column] = bits

    return Trojan("sequence", code, 2000, press) if code else None
