"""The inputs that a model chooses, as a stimulus.

A step gives values to some inputs, all others keep what they had, zero at first. A clock that no step names ticks by
itself: in each step the inputs change while it is low, it rises, and then outputs are read.
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from rtlvr.hdl.circuit import Circuit
from rtlvr.verify.stimulus import columns

MOST_STEPS, _MOST_BITS = 512, 1 << 20
_BASES = {"b": 2, "o": 8, "d": 10, "h": 16}
_SIZED = re.compile(r"\d*'s?([bodh])([0-9a-f_]+)", re.IGNORECASE)


class BadSteps(Exception):
    """The steps do not fit the design; the message says what was got and what is allowed."""


def matrix(circuit: Circuit, steps: Sequence[Mapping[str, int | str]]) -> tuple[np.ndarray, int]:
    """The stimulus, `(rows, input bits)` of uint8 0/1, and how many rows a step has: two where a clock ticks by itself.

    Raises:
        BadSteps: too many of them, an input that the design has not, or a value that does not fit.
    """
    places = columns(circuit)
    width = sum(port.width for port in circuit.inputs)
    if len(steps) * 2 * max(1, width) > _MOST_BITS:
        raise BadSteps(f"got {len(steps)} steps of {width} bits; allowed: {_MOST_BITS // 2} bits in all")
    named = {name for step in steps for name in step}
    if unknown := sorted(named - places.keys()):
        raise BadSteps(f"got inputs {', '.join(unknown)[:200]}; this design has: {', '.join(places) or 'none'}")
    ticking = [places[clock.name].start for clock in circuit.clocks if clock.name not in named]
    rows, now = [], np.zeros(width, dtype=np.uint8)
    for step in steps:
        for name, value in step.items():
            now[places[name]] = _bits(name, value, places[name].stop - places[name].start)
        for level in (0, 1) if ticking else (0,):
            now[ticking] = level
            rows.append(now.copy())
    return np.array(rows, dtype=np.uint8).reshape(len(rows), width), 2 if ticking else 1


def _bits(name: str, value: int | str, width: int) -> list[int]:
    """A value's bits, the most significant first."""
    number = _number(value)
    if number is None or not 0 <= number < 1 << width:
        raise BadSteps(f'got {name}={str(value)[:40]!r}; allowed: 0 to 2**{width} - 1, such as 5, "0x5", "0b101"')
    return [number >> place & 1 for place in reversed(range(width))]


def _number(value: int | str) -> int | None:
    if isinstance(value, int):
        return value
    sized = _SIZED.fullmatch(value.strip())
    try:
        return int(sized[2], _BASES[sized[1].lower()]) if sized else int(value, 0)
    except ValueError:
        return None
