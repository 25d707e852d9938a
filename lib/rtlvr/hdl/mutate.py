"""Fault injection: small edits of real Verilog source, each of a named kind.

The operators work on the text between comments and strings, leave module headers and layout alone, and keep every edit
on the lines it found. A mutant may still be equivalent to its golden (nothing depends on the edited part) or not
compile: what it is, verification says.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rtlvr.hdl.source import strip_comments

_RESET = r"(?:\w*(?:rst|reset|clr|clear)\w*)"
_DECLARED = r"(?<![\w$])(?:reg|logic|integer)\b(?:\s+signed)?(?:\s*\[[^\]\n]*\])?"
_NOT_A_PORT = r"^(?!.*\b(?:input|output|inout|parameter|localparam)\b)"
# One line each: what an operator looks for. The named group `x`, where there is one, is what it replaces.
_PATTERNS: dict[str, str] = {
    "operator": r"(?<=\s)(?:\+|-|&&?|\|\|?|\^|<<|>>)(?=\s)",
    "relation": r"(?<=\s)(?:<|>|==|!=)(?=\s)",
    "boundary": r"(?<=\s)(?:<|>|>=)(?=\s)|\(\s*[\w.\[\]]+\s*(?P<x><=)\s*[\w']+\s*\)",
    "constant": r"(?<=['][bdh])[0-9a-fA-F]+\b",
    "number": r"(?<![\w'\[:.])\d+(?![\w'\]:])",
    "condition": r"\bif\s*\(",
    "negation": r"[!~](?=\s*[A-Za-z_(])",
    "dropped branch": r"\belse\b(?!\s*if\b)|\belse\s+if\s*(?P<x>\([^()\n]*\))",
    "swapped arms": r"\?\s*(?P<x>[^?:;\n]+?\s*:\s*[^?:;,()\n{}]+?)\s*(?=[;,)}])",
    "edge": r"\b(?:posedge|negedge)\b",
    "reset kind": rf"@\s*\([^()\n]*?(?P<x>\s*(?:\bor\b|,)\s*(?:pos|neg)edge\s+{_RESET})\s*\)",
    "reset polarity": rf"\bif\s*\((?P<x>\s*[!~]?\s*{_RESET}\s*)\)",
    "reset value": rf"\bif\s*\(\s*[!~]?\s*{_RESET}(?:\s*==\s*1'b[01])?\s*\)\s*(?:begin\b)?\s*[\w.]+\s*<=\s*(?P<x>[^;\n]+)(?=;)",
    "blocking": r"<=(?=[^;()]*;)",
    "slice": r"\[\s*\d+\s*\](?!\s*[;,]?\s*\[)",
    "width": _NOT_A_PORT + r".*?(?:reg|wire|logic)\s*(?:signed\s*)?\[(?P<x>\d+)\s*:\s*0\s*\]",
    "concatenation": r"\{\s*(?P<x>[\w.]+(?:\[[\w:]+\])?\s*,\s*[\w.]+(?:\[[\w:]+\])?)\s*\}",
    "initial value": rf"(?:{_NOT_A_PORT}.*?{_DECLARED}|\binitial\b\s*(?:begin\b)?)\s*\w+\s*=\s*(?P<x>[\w']+)(?=\s*;)",
    "sensitivity": r"@\s*\([^()\n@*]*?(?<!edge )\b\w+\b(?P<x>\s*(?:\bor\b|,)\s*(?!(?:pos|neg)edge\b)\w+)\s*\)",
}
KINDS = tuple(_PATTERNS)
_SWAPS: dict[str, dict[str, str]] = {
    "operator": {"+": "-", "-": "+", "&": "|", "|": "&", "^": "&", "&&": "||", "||": "&&", "<<": ">>", ">>": "<<"},
    "relation": {"<": ">=", ">": "<=", "==": "!=", "!=": "=="},
    "boundary": {"<": "<=", ">": ">=", ">=": ">", "<=": "<"},
    "edge": {"posedge": "negedge", "negedge": "posedge"},
}


@dataclass(frozen=True)
class Mutant:
    """An edited source: the kind of fault, the 1-based line, and what was replaced by what."""

    kind: str
    line: int
    before: str
    after: str
    code: str


def mutants(code: str, rng: random.Random) -> Iterator[Mutant]:
    """All single-fault mutants of `code` in random order, kinds mixed evenly."""
    body = _body(code)
    sites = {kind: list(re.finditer(pattern, body, re.MULTILINE)) for kind, pattern in _PATTERNS.items()}
    for found in sites.values():
        rng.shuffle(found)
    while any(sites.values()):
        kind = rng.choice([k for k, found in sites.items() if found])
        match = sites[kind].pop()
        place = "x" if match.groupdict().get("x") else 0
        start, before = match.start(place), match.group(place)
        after = _replacement(kind, before, rng)
        if after != before:
            text = code[:start] + after + code[start + len(before) :]
            yield Mutant(kind, code[:start].count("\n") + 1, before, after, text)


def _body(code: str) -> str:
    """`code` with comments and module headers blanked, so that interfaces stay as they are."""
    blank: Callable[[re.Match[str]], str] = lambda match: re.sub(r"[^\n]", " ", match.group())  # noqa: E731
    return re.sub(r"\bmodule\b[^;]*;", blank, strip_comments(code))


def _replacement(kind: str, before: str, rng: random.Random) -> str:
    if kind in _SWAPS:
        return _SWAPS[kind][before]
    if kind == "constant":
        place = rng.randrange(len(before))
        digit = {"0": "1", "1": "0"}.get(before[place], "0")
        return before[:place] + digit + before[place + 1 :]
    if kind in ("number", "slice", "width"):
        value = int(re.findall(r"\d+", before)[0])
        down = value > 0 and (kind == "width" or rng.random() < 0.5)
        return re.sub(r"\d+", str(value - 1 if down else value + 1), before)
    return _REWRITES[kind](before)


def _turned(before: str) -> str:
    """Two items around a `,` or `:`, the other way round."""
    mark = "," if "," in before else ":"
    left, _, right = before.partition(mark)
    return f"{right.strip()} {mark} {left.strip()}" if mark == ":" else f"{right.strip()}, {left.strip()}"


def _other_polarity(before: str) -> str:
    name = before.strip()
    return name.lstrip("!~ ") if name[0] in "!~" else f"!{name}"


_REWRITES: dict[str, Callable[[str], str]] = {
    # `1'b0 == x …` binds tighter than the logical operators: it negates the first term of a condition.
    "condition": lambda before: before + "1'b0 == ",
    "negation": lambda before: " ",
    "blocking": lambda before: "=",
    "dropped branch": lambda before: "(1'b0)" if before.startswith("(") else "else if (1'b0)",
    "swapped arms": _turned,
    "reset kind": lambda before: "",
    "reset polarity": _other_polarity,
    "reset value": lambda before: f"~({before.strip()})",
    "concatenation": _turned,
    "initial value": lambda before: f"~({before})",
    "sensitivity": lambda before: "",
}
