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
_CONSTANT = {"parameter", "localparam"}
_SIZED = re.compile(r"\d[\d_]*\s*'[bodhBODH]")
_HEX = re.compile(r"\\x([0-9a-fA-F]{1,2})")
_OF_BOTH = {
    KIND.AddExpression, KIND.SubtractExpression, KIND.MultiplyExpression, KIND.DivideExpression, KIND.ModExpression,
    KIND.BinaryAndExpression, KIND.BinaryOrExpression, KIND.BinaryXorExpression, KIND.BinaryXnorExpression,
}  # fmt: skip
_OF_LEFT = {KIND.LogicalShiftLeftExpression, KIND.LogicalShiftRightExpression, KIND.PowerExpression}
_OF_ONE = {KIND.UnaryMinusExpression, KIND.UnaryPlusExpression, KIND.UnaryBitwiseNotExpression}
_COMPUTED = (syntax.BinaryExpressionSyntax, syntax.PrefixUnaryExpressionSyntax, syntax.ConditionalExpressionSyntax)
_NAMED = syntax.IdentifierNameSyntax | syntax.IdentifierSelectNameSyntax


def vectors(units: Sequence[syntax.SyntaxNode]) -> frozenset[str]:
    """Names that are declared as plain unsigned nets or variables, and nowhere as anything else."""
    plain, other = set[str](), set[str]()
    for unit in units:
        words = set[str]()
        for node in nodes_of(unit, syntax.DeclaratorSyntax):
            name, said = node.name.valueText, str(node.parent).strip()
            if said != name:  # else it is a port like the one before: `input [1:0] a, b`
                head = re.split(r"[\[,;=]", said)[0]
                words = set(re.findall(r"[A-Za-z_]\w*", head)) - {name}
                if words & _CONSTANT and (words & _PLAIN or said[len(head) :].startswith("[")):  # of a stated width
                    words -= _CONSTANT
            (plain if words <= _PLAIN else other).add(name)
    return frozenset(plain - other)


def edits(node: syntax.SyntaxNode, known: Callable[[], frozenset[str]]) -> Iterator[Edit]:
    """The edits for one node; `known` gives what `vectors` says, and is asked only where that matters."""
    if isinstance(node, syntax.BitSelectSyntax):
        if isinstance(node.expr, _COMPUTED) and _sized(node.expr, known()):
            begin, end = place(node.expr)
            yield from ((begin, begin, "{"), (end, end, "}"))
    elif node.kind == KIND.StringLiteralExpression and _HEX.search(text := str(node).strip()):
        yield (*place(node), _HEX.sub(lambda found: f"\\{int(found[1], 16):03o}", text))


def _sized(node: syntax.SyntaxNode, known: frozenset[str]) -> bool:
    """Whether the width of an expression is that of vectors and sized numbers, and it is unsigned (IEEE 1800-2017 table 11-21)."""
    if isinstance(node, _NAMED):
        return node.identifier.valueText in known
    if isinstance(node, syntax.IntegerVectorExpressionSyntax):
        return bool(_SIZED.match(str(node).strip()))
    if isinstance(node, syntax.ParenthesizedExpressionSyntax):
        return _sized(node.expression, known)
    if isinstance(node, syntax.ConditionalExpressionSyntax):
        return _sized(node.left, known) and _sized(node.right, known)
    if node.kind in _OF_BOTH and isinstance(node, syntax.BinaryExpressionSyntax):
        return _sized(node.left, known) and _sized(node.right, known)
    if node.kind in _OF_LEFT and isinstance(node, syntax.BinaryExpressionSyntax):
        return _sized(node.left, known)
    if node.kind in _OF_ONE and isinstance(node, syntax.PrefixUnaryExpressionSyntax):
        return _sized(node.operand, known)
    return node.kind == KIND.ConcatenationExpression
