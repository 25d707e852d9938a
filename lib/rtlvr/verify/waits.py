"""Numbers of a text, and for how many frames an input may have to be held because of them.

A button that is pressed for exactly 600 000 clocks, or one less: at random nobody lets go in that very frame. The lengths
that matter are numbers of the text, and products and quotients of two of them: a prescaler before a timer, or a clock's
frequency over a rate.
"""

import re
from collections.abc import Sequence
from itertools import combinations

_NEAR = range(-3, 4)  # how far a length is from the number: comparing, leaving and entering a state take some frames
_SHORTEST = 64  # frames: shorter stretches come often enough at random
_AGAIN = 16  # times that each number of the text is waited for, as far as half of all frames allow
_MOST_COMBINED = 12  # numbers that are multiplied and divided, the largest ones
_BASES = {"b": 2, "o": 8, "d": 10, "h": 16}
_MOST_DIGITS = 63  # of a number below 2**63 in any base; Python refuses to read thousands of decimal ones
_DIGITS = "0123456789abcdef"


def numbers_in(text: str) -> set[int]:
    """Numbers below 2**63 that stand in a Verilog text."""
    found = {int(digits.replace("_", "")) for digits in re.findall(r"(?<![\w'])\d[\d_]{0,23}(?![\w'])", text)}
    for base, digits in re.findall(r"'s?([bodh])\s*([0-9a-f_]+)", text.lower()):
        plain = digits.replace("_", "").lstrip("0")
        if len(plain) <= _MOST_DIGITS and set(plain) <= set(_DIGITS[: _BASES[base]]):
            found.add(int(plain or "0", _BASES[base]))
    return {number for number in found if number < 2**63}


def lengths(text: str, most: int, scale: int = 1) -> list[int]:
    """Lengths of stretches, `most` frames in all: around the numbers of a text, again and again, then around what two make.

    `scale`: frames that a clock cycle takes.
    """
    numbers = sorted(numbers_in(text))
    large = [number for number in numbers if number > 1][-_MOST_COMBINED:]
    pairs = list(combinations(large, 2))
    combined = sorted({big // small for small, big in pairs} | {small * big for small, big in pairs} - set(numbers))
    named = _around(numbers, most, scale)
    named *= max(1, min(_AGAIN, most // 2 // max(1, sum(named))))
    return named + _around(combined, most - sum(named), scale)


def _around(numbers: Sequence[int], most: int, scale: int) -> list[int]:
    """Lengths near each number, as long as all of them are at most `most` frames."""
    chosen: list[int] = []
    for number in numbers:
        near = [scale * (number + step) for step in _NEAR]
        if near[0] >= _SHORTEST and sum(near) <= most:
            chosen += near
            most -= sum(near)
    return chosen
