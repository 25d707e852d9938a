"""Fault injection: small edits of real Verilog source, each of a named kind.

The operators work on the text between comments and strings and leave names and layout alone. A mutant may still be
equivalent to its golden (nothing depends on the edited part) or not compile: what it is, verification says.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rtlvr.hdl.source import strip_comments

_SWAPS: dict[str, dict[str, str]] = {
    "operator": {"+": "-", "-": "+", "&": "|", "|": "&", "^": "&", "&&": "||", "||": "&&"},
    "relation": {"<": ">=", ">": "<=", "==": "!=", "!=": "=="},
    "edge": {"posedge": "negedge", "negedge": "posedge"},
}
_PATTERNS: dict[str, str] = {
    "operator": r"(?<=\s)(?:\+|-|&&?|\|\|?|\^)(?=\s)",
    "relation": r"(?<=\s)(?:<|>|==|!=)(?=\s)",
    "edge": r"\b(?:posedge|negedge)\b",
    "constant": r"(?<=['][bdh])[0-9a-fA-F]+\b",
    "number": r"(?<![\w'\[:.])\d+(?![\w'\]:])",
    "condition": r"\bif\s*\(",
    "negation": r"[!~](?=\s*[A-Za-z_(])",
    "slice": r"\[\s*\d+\s*\](?!\s*[;,]?\s*\[)",
    "blocking": r"<=(?=[^;()]*;)",
}
KINDS = tuple(_PATTERNS)


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
    sites = {kind: list(re.finditer(pattern, _body(code))) for kind, pattern in _PATTERNS.items()}
    for found in sites.values():
        rng.shuffle(found)
    while any(sites.values()):
        kind = rng.choice([k for k, found in sites.items() if found])
        match = sites[kind].pop()
        after = _replacement(kind, match.group(), rng)
        if after != match.group():
            text = code[: match.start()] + after + code[match.end() :]
            yield Mutant(kind, code[: match.start()].count("\n") + 1, match.group(), after, text)


def _body(code: str) -> str:
    """`code` with comments and module headers blanked, so that interfaces stay as they are."""
    blank: Callable[[re.Match], str] = lambda match: re.sub(r"[^\n]", " ", match.group())  # noqa: E731
    return re.sub(r"\bmodule\b[^;]*;", blank, strip_comments(code))


def _replacement(kind: str, before: str, rng: random.Random) -> str:
    if kind in _SWAPS:
        return _SWAPS[kind][before]
    if kind == "constant":
        place = rng.randrange(len(before))
        digit = {"0": "1", "1": "0"}.get(before[place], "0")
        return before[:place] + digit + before[place + 1 :]
    if kind in ("number", "slice"):
        value = int(re.search(r"\d+", before).group())
        return re.sub(r"\d+", str(value - 1 if value > 0 and rng.random() < 0.5 else value + 1), before)
    # `1'b0 == x …` binds tighter than the logical operators: it negates the first term of a condition.
    return {"condition": before + "1'b0 == ", "negation": " ", "blocking": "="}[kind]
