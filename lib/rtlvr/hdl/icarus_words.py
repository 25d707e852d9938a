r"""What Icarus misreads without a word, put in words that it reads.

- The index of an array is as wide as its operands (IEEE 1800-2017 §11.6.1), so `mem[i + 2'd1]` wraps. Icarus widens it, and reads
  behind the array, or another row. In a concatenation, `mem[{i + 2'd1}]`, it does not.
- `"\x6f"` is one character (§5.9.1). Icarus reads three. `"\157"` it knows.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from pyslang import syntax

from rtlvr.hdl.syntax import KIND, Edit, nodes_of, place

_PLAIN = {"input", "output", "inout", "wire", "reg", "logic", "bit", "var", "unsigned", "tri"}
_PIECE = re.compile(
    r"(?P<name>[A-Za-z_]\w*)(?:\s*\[\s*\d+\s*(?::\s*\d+\s*)?\])?|(?P<sized>\d+\s*'[bodhBODH]\s*[0-9a-fA-F_]+)|(?P<sign>[-+*~&|^()]|<<)|\s+"
)
_HEX = re.compile(r"\\x([0-9a-fA-F]{1,2})")


def vectors(units: Sequence[syntax.SyntaxNode]) -> frozenset[str]:
    """Names that are declared as plain unsigned nets or variables, and nowhere as anything else."""
    plain, other = set[str](), set[str]()
    for unit in units:
        words = set[str]()
        for node in nodes_of(unit, syntax.DeclaratorSyntax):
            name, said = node.name.valueText, str(node.parent).strip()
            if said != name:  # else it is a port like the one before: `input [1:0] a, b`
                words = set(re.findall(r"[A-Za-z_]\w*", re.split(r"[\[,;=]", said)[0])) - {name}
            (plain if words <= _PLAIN else other).add(name)
    return frozenset(plain - other)


def edits(node: syntax.SyntaxNode, known: Callable[[], frozenset[str]]) -> Iterator[Edit]:
    """The edits for one node; `known` gives what `vectors` says, and is asked only where that matters."""
    if isinstance(node, syntax.BitSelectSyntax):
        computed = isinstance(node.expr, syntax.BinaryExpressionSyntax | syntax.PrefixUnaryExpressionSyntax)
        if computed and _wraps(str(node.expr), known()):
            begin, end = place(node.expr)
            yield from ((begin, begin, "{"), (end, end, "}"))
    elif node.kind == KIND.StringLiteralExpression and _HEX.search(text := str(node).strip()):
        yield (*place(node), _HEX.sub(lambda found: f"\\{int(found[1], 16):03o}", text))


def _wraps(index: str, known: frozenset[str]) -> bool:
    """Whether an index is made of vectors and sized numbers alone, so that its width is theirs."""
    at = 0
    while at < len(index):
        piece = _PIECE.match(index, at)
        if piece is None or (piece["name"] and piece["name"] not in known):
            return False
        at = piece.end()
    return True
