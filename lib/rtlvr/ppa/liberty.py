"""The little that must be known of a liberty file besides what Yosys and ABC read: areas, and which cell is the NAND."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from rtlvr.errors import ParameterError

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CELL = re.compile(r'\bcell\s*\(\s*"?([^")\s]+)"?\s*\)\s*\{')
_AREA = re.compile(r"\barea\s*:\s*\"?([\d.eE+-]+)")
_OUTPUT = re.compile(r'\bpin\s*\(\s*"?(\w+)"?\s*\)\s*\{[^{}]*?\bdirection\s*:\s*"?output')
_FUNCTION = re.compile(r'\bfunction\s*:\s*"([^"]*)"')
_NAND = re.compile(r"!\(?(\w+)[*&](\w+)\)?|\(?(\w+)[*&](\w+)\)?'|!(\w+)[+|]!(\w+)")


@dataclass(frozen=True)
class Library:
    """The area of each cell in the file's own unit, the outputs of those that hold state, and the NAND's area."""

    areas: dict[str, float]
    flip_flops: dict[str, list[str]]
    latches: dict[str, list[str]]
    nand: float


def own() -> str:
    """The kit's own liberty file."""
    return (files("rtlvr.ppa") / "gates.lib").read_text(encoding="utf-8")


def library(text: str) -> Library:
    """Read a liberty file.

    Raises:
        ParameterError: it has no cells with areas, or no two-input NAND to count gate equivalents by.
    """
    cells = dict(_cells(_COMMENT.sub("", text)))
    areas = {name: float(found[1]) for name, body in cells.items() if (found := _AREA.search(body))}
    if not areas:
        raise ParameterError("got a liberty file without cells that have an area; give one of standard cells")
    nands = [areas[name] for name, body in cells.items() if areas.get(name, 0) > 0 and _is_nand(body)]
    if not nands:
        raise ParameterError("got a liberty file without a two-input NAND; area is counted in those")
    return Library(
        areas=areas,
        flip_flops={name: _OUTPUT.findall(body) for name, body in cells.items() if re.search(r"\bff\s*\(", body)},
        latches={name: _OUTPUT.findall(body) for name, body in cells.items() if re.search(r"\blatch\s*\(", body)},
        nand=min(nands),
    )


def _cells(text: str) -> Iterator[tuple[str, str]]:
    """Names and bodies of cells, by matching braces."""
    for found in _CELL.finditer(text):
        depth, at = 1, found.end()
        for brace in re.finditer(r"[{}]", text[at:]):
            depth += 1 if brace[0] == "{" else -1
            if depth == 0:
                yield found[1], text[at : at + brace.start()]
                break


def _is_nand(body: str) -> bool:
    functions = _FUNCTION.findall(body)
    return len(functions) == 1 and _NAND.fullmatch(_plain(functions[0])) is not None


def _plain(function: str) -> str:
    """A function without blanks (one between two names is AND), and without brackets around all of it."""
    text = re.sub(r"(?<=[\w)'])\s+(?=[\w(!])", "*", function.strip())
    text = re.sub(r"\s+", "", text)
    while text.startswith("(") and text.endswith(")") and text.find(")") == len(text) - 1 - text.count("(", 1):
        text = text[1:-1]
    return text
