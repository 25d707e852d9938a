"""Places in Verilog where natural mistakes can be made, as edits of the syntax tree's text, each of a named kind.

The mistakes are those that people and models make: one off, a wrong polarity, a branch left out, a wrong reset value, a
register one bit short, `=` for `<=`, a wrong operator, a wrong index. Interfaces, parameters, assertions, initial values
and printing are left alone.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from pyslang import syntax
from pyslang.parsing import Token, TokenKind
from pyslang.syntax import SyntaxKind, SyntaxNode, SyntaxTree

from rtlvr.evaluate.parts import span
from rtlvr.hdl.source import strip_comments

RESET = re.compile(r"rst|reset|clr|clear", re.IGNORECASE)
_SWAPS = {
    SyntaxKind.AddExpression: ("operator", "-"),
    SyntaxKind.SubtractExpression: ("operator", "+"),
    SyntaxKind.BinaryAndExpression: ("operator", "|"),
    SyntaxKind.BinaryOrExpression: ("operator", "&"),
    SyntaxKind.BinaryXorExpression: ("operator", "&"),
    SyntaxKind.LogicalAndExpression: ("operator", "||"),
    SyntaxKind.LogicalOrExpression: ("operator", "&&"),
    SyntaxKind.LogicalShiftLeftExpression: ("operator", ">>"),
    SyntaxKind.LogicalShiftRightExpression: ("operator", "<<"),
    SyntaxKind.EqualityExpression: ("relation", "!="),
    SyntaxKind.InequalityExpression: ("relation", "=="),
    SyntaxKind.LessThanExpression: ("boundary", "<="),
    SyntaxKind.LessThanEqualExpression: ("boundary", "<"),
    SyntaxKind.GreaterThanExpression: ("boundary", ">="),
    SyntaxKind.GreaterThanEqualExpression: ("boundary", ">"),
}
_NEGATIONS = (SyntaxKind.UnaryLogicalNotExpression, SyntaxKind.UnaryBitwiseNotExpression)
_ASSIGNMENTS = (SyntaxKind.NonblockingAssignmentExpression, SyntaxKind.AssignmentExpression)
_BRANCHES = (SyntaxKind.ConditionalStatement, SyntaxKind.CaseStatement)
_LEFT_ALONE = (
    Token,
    syntax.ModuleHeaderSyntax,
    syntax.AttributeInstanceSyntax,
    syntax.ParameterDeclarationStatementSyntax,
    syntax.ParameterValueAssignmentSyntax,
    syntax.PortDeclarationSyntax,
    syntax.FunctionPortListSyntax,
    syntax.TypedefDeclarationSyntax,
    syntax.StructUnionTypeSyntax,
    syntax.EnumTypeSyntax,
    syntax.ConcurrentAssertionStatementSyntax,
    syntax.DefParamSyntax,
    syntax.ImmediateAssertionStatementSyntax,
    syntax.ConcurrentAssertionMemberSyntax,
    syntax.ImmediateAssertionMemberSyntax,
    syntax.SpecifyBlockSyntax,
    syntax.DelaySyntax,
    syntax.Delay3Syntax,
    syntax.GenvarDeclarationSyntax,
    syntax.VariableDimensionSyntax,
    syntax.PropertyDeclarationSyntax,
    syntax.SequenceDeclarationSyntax,
    syntax.CovergroupDeclarationSyntax,
    syntax.ElabSystemTaskSyntax,
    syntax.ClassDeclarationSyntax,
)


_Binary = syntax.BinaryExpressionSyntax
FaultEdit = tuple[str, SyntaxNode | Token | tuple[int, int], str]  # kind, what is replaced, and by what


@dataclass(frozen=True)
class Site:
    """An edit: the text from `start` to `end` becomes `after`."""

    kind: str
    start: int
    end: int
    after: str


def sites_of(
    module: syntax.ModuleDeclarationSyntax, tree: SyntaxTree, text: str, alive: Callable[[int], bool]
) -> Iterator[Site]:
    """All edits in a module that macros do not make; `alive` says whether the code at a place is elaborated."""
    finder = _Finder(module, tree, text)
    todo: list[SyntaxNode] = [module]
    while todo:
        node = todo.pop()
        if isinstance(node, _LEFT_ALONE) or _left_alone(node):
            continue
        if isinstance(node, syntax.GenerateBlockSyntax) and not alive(finder.place(node)[0]):
            continue
        yield from finder.at(node)
        todo += _inside(node)


def _left_alone(node: SyntaxNode) -> bool:
    if isinstance(node, syntax.ProceduralBlockSyntax):
        return node.kind in (SyntaxKind.InitialBlock, SyntaxKind.FinalBlock)
    if isinstance(node, syntax.InvocationExpressionSyntax):
        return node.parent.kind == SyntaxKind.ExpressionStatement
    return node.kind == SyntaxKind.SystemName


def _inside(node: SyntaxNode) -> list[SyntaxNode]:
    """The parts of a node in which mistakes may be made."""
    if isinstance(node, syntax.IfGenerateSyntax):
        return [part for part in (node.block, node.elseClause) if part is not None]
    if isinstance(node, syntax.LoopGenerateSyntax):
        return [node.block]
    if isinstance(node, syntax.CaseGenerateSyntax):
        return [item.clause for item in node.items]
    if isinstance(node, syntax.DataDeclarationSyntax):
        return []
    if isinstance(node, syntax.MultipleConcatenationExpressionSyntax):
        return [node.concatenation]
    if isinstance(node, syntax.RangeSelectSyntax):
        return []
    return cast("list[SyntaxNode]", list(node))  # and tokens, which are left alone


class _Finder:
    """Sites at single nodes."""

    def __init__(self, module: syntax.ModuleDeclarationSyntax, tree: SyntaxTree, text: str) -> None:
        self._tree, self._text, self._code = tree, text, strip_comments(text)
        header = span(module.header, tree)
        declared = [text[slice(*header)], *(text[slice(*span(m, tree))] for m in module.members if _is_port(m))]
        self._ports = set(re.findall(r"\w+", " ".join(declared)))

    def place(self, node: SyntaxNode) -> tuple[int, int]:
        """Start and end of a node in the text."""
        return span(node, self._tree)

    def at(self, node: SyntaxNode) -> Iterator[Site]:
        """The sites at a node that lie in the text itself."""
        for kind, part, after in self._found(node):
            where = part if isinstance(part, tuple) else self._own(part)
            if where and self._text[slice(*where)] != after:
                yield Site(kind, *where, after)

    def _own(self, part: SyntaxNode | Token) -> tuple[int, int] | None:
        """Where a node or token stands; None where a macro makes it."""
        place, sources = part.range if isinstance(part, Token) else part.sourceRange, self._tree.sourceManager
        if sources.isMacroLoc(place.start) or sources.isMacroLoc(place.end):
            return None
        return place.start.offset, place.end.offset

    def _said(self, node: SyntaxNode) -> str:
        return self._text[slice(*self.place(node))]

    def _found(self, node: SyntaxNode) -> Iterator[FaultEdit]:
        if node.kind in _SWAPS:
            kind, after = _SWAPS[node.kind]
            yield kind, cast(_Binary, node).operatorToken, after
        elif node.kind in _NEGATIONS and node.parent.kind != SyntaxKind.ConditionalPattern:
            yield "negation", node, self._said(cast(syntax.PrefixUnaryExpressionSyntax, node).operand)
        elif node.kind in _ASSIGNMENTS:
            yield from self._assignment(cast(_Binary, node))
        elif find := _FINDERS.get(type(node)):
            yield from find(self, node)

    def _assignment(self, node: _Binary) -> Iterator[FaultEdit]:
        if _under_reset(node, self._said):
            yield "reset value", node.right, _other_value(self._said(node.right))
        if node.kind == SyntaxKind.NonblockingAssignmentExpression and self._read_later(node):
            yield "blocking", node.operatorToken, "="

    def _read_later(self, node: _Binary) -> bool:
        """Whether the clocked block reads the register after this assignment, on a path that makes it."""
        name = re.match(r"\s*\w+", self._said(node.left))
        _, end = self.place(node)
        other_paths: list[tuple[int, int]] = []
        above: SyntaxNode = node
        while above.parent is not None and not isinstance(above, syntax.ProceduralBlockSyntax):
            below, above = above, above.parent
            if above.kind in _BRANCHES and below.kind != SyntaxKind.ElseClause:
                other_paths.append((self.place(below)[1], self.place(above)[1]))
        if name is None or "edge" not in self._said(above).split(")")[0]:
            return False
        later = self._code[end : self.place(above)[1]]
        found = re.finditer(rf"(?<![\w.$']){name[0].strip()}(?![\w$]|\s*(?:\[[^\]]*\]\s*)*<=)", later)
        reads = [end + match.start() for match in found]
        return any(not any(start <= read < stop for start, stop in other_paths) for read in reads)

    def _literal(self, node: SyntaxNode) -> Iterator[FaultEdit]:
        said = self._said(node)
        after = _other_value(said)
        inside = node.parent
        if _under_reset(node, self._said) or after.startswith("~"):
            return
        if isinstance(inside, syntax.BitSelectSyntax):
            yield "index", node, after
        else:
            yield ("constant" if re.match(r"1\s*'|'", said) else "off by one"), node, after

    def _if(self, node: syntax.ConditionalStatementSyntax) -> Iterator[FaultEdit]:
        said = self._said(node.predicate)
        bare = re.fullmatch(r"[!~]\s*(\w+)", said)
        kind = "reset polarity" if re.fullmatch(r"[!~]?\s*\w+", said) and RESET.search(said) else "condition"
        yield kind, node.predicate, bare[1] if bare else f"!({said})"

    def _else(self, node: syntax.ElseClauseSyntax) -> Iterator[FaultEdit]:
        if node.parent.kind != SyntaxKind.ConditionalStatement:
            return
        whole = self._own(node)
        inner = getattr(node.clause, "elseClause", None)
        rest = self._own(inner) if inner is not None else None
        if whole and rest:
            yield "missing branch", (whole[0], rest[0]), ""
        elif whole:
            yield "missing branch", whole, ""

    def _case_item(self, node: SyntaxNode) -> Iterator[FaultEdit]:
        if isinstance(node.parent, syntax.CaseStatementSyntax) and len(node.parent.items) > 1:
            yield "missing branch", node, ""

    def _choice(self, node: syntax.ConditionalExpressionSyntax) -> Iterator[FaultEdit]:
        left, right = self._own(node.left), self._own(node.right)
        if left and right:
            between = self._text[left[1] : right[0]]
            swapped = f"{self._text[slice(*right)]}{between}{self._text[slice(*left)]}"
            yield "swapped arms", (left[0], right[1]), swapped

    def _edge(self, node: syntax.SignalEventExpressionSyntax) -> Iterator[FaultEdit]:
        opposite = {TokenKind.PosEdgeKeyword: "negedge", TokenKind.NegEdgeKeyword: "posedge"}.get(node.edge.kind)
        if opposite and not RESET.search(self._said(node.expr)):
            yield "edge", node.edge, opposite
        event = node.parent
        if opposite and isinstance(event, syntax.BinaryEventExpressionSyntax) and event.right == node:
            yield "reset kind", event, self._said(event.left)

    def _width(self, node: syntax.DataDeclarationSyntax | syntax.NetDeclarationSyntax) -> Iterator[FaultEdit]:
        names = {one.name.valueText for one in node.declarators if hasattr(one, "name")}
        for dimension in getattr(node.type, "dimensions", ()):
            chosen = getattr(getattr(dimension, "specifier", None), "selector", None)
            if chosen is None or names & self._ports or not hasattr(chosen, "left"):
                continue
            if self._said(chosen.right).strip() != "0":
                continue
            left = self._said(chosen.left).strip()
            if left != "0":
                yield "width", chosen.left, str(int(left) - 1) if left.isdigit() else f"{left} - 1"


def _is_port(member: SyntaxNode) -> bool:
    return isinstance(member, syntax.PortDeclarationSyntax)


def _under_reset(node: SyntaxNode, said: Callable[[SyntaxNode], str]) -> bool:
    """Whether a node is a value assigned in the branch that a reset takes, in a clocked block."""
    above: SyntaxNode = node
    while above.parent is not None and not isinstance(above, syntax.ProceduralBlockSyntax):
        below, above = above, above.parent
        if isinstance(above, syntax.ConditionalStatementSyntax) and below == above.statement:
            return bool(RESET.search(said(above.predicate)))
    return False


def _other_value(said: str) -> str:
    """A literal one off, within its width; of anything else, the complement."""
    if said.strip().isdigit():
        value = int(said)
        return str(value - 1 if value > 1 else 1 - value if value == 0 else value + 1)
    if said.strip() in ("'0", "'1"):
        return "'1" if said.strip() == "'0" else "'0"
    literal = re.fullmatch(r"\s*(\d*)\s*'\s*([sS]?)([bodhBODH])\s*([0-9a-fA-F_]+)\s*", said)
    if not literal:
        return f"~({said.strip()})"
    size, sign, base, digits = literal.groups()
    radix = {"b": 2, "o": 8, "d": 10, "h": 16}[base.lower()]
    value = int(digits.replace("_", ""), radix)
    other = value - 1 if value > 1 else 1 - value if value == 0 or size == "1" else value + 1
    other %= 1 << int(size or 32)
    shown = {2: "b", 8: "o", 10: "d", 16: "x"}[radix]
    width = len(digits.replace("_", "")) if radix != 10 else 0
    return f"{size}'{sign}{base}{other:0{width}{shown}}" if width else f"{size}'{sign}{base}{other}"


# By a node's class, which is what the method takes.
_FINDERS: dict[type[SyntaxNode], Callable[[_Finder, Any], Iterator[FaultEdit]]] = {
    syntax.LiteralExpressionSyntax: _Finder._literal,
    syntax.IntegerVectorExpressionSyntax: _Finder._literal,
    syntax.ConditionalStatementSyntax: _Finder._if,
    syntax.ElseClauseSyntax: _Finder._else,
    syntax.StandardCaseItemSyntax: _Finder._case_item,
    syntax.ConditionalExpressionSyntax: _Finder._choice,
    syntax.SignalEventExpressionSyntax: _Finder._edge,
    syntax.DataDeclarationSyntax: _Finder._width,
    syntax.NetDeclarationSyntax: _Finder._width,
}
