"""What a tool is known not to read, or to misread without a word: another one is asked then."""

from dataclasses import dataclass
from functools import cached_property

from pyslang import syntax

from rtlvr.hdl.icarus_words import vectors
from rtlvr.hdl.syntax import KIND, nodes

_Call = syntax.InvocationExpressionSyntax
# What Yosys's own reader does not know: slang reads such text first.
_SLANG = {
    KIND.InsideExpression, KIND.StreamingConcatenationExpression, KIND.InterfaceDeclaration, KIND.LetDeclaration,
    KIND.TypeParameterDeclaration, KIND.AssignmentPatternExpression, KIND.JumpStatement, KIND.ForeachLoopStatement,
    KIND.DoWhileStatement, KIND.UnionType, KIND.ConditionalPattern, KIND.TaggedUnionExpression, KIND.TypeReference,
    KIND.PackageImportDeclaration, KIND.ReturnStatement,
}  # fmt: skip
_LOOPS = syntax.ForLoopStatementSyntax | syntax.LoopStatementSyntax | syntax.DoWhileStatementSyntax
_TYPES = syntax.TypedefDeclarationSyntax | syntax.TypeAssignmentSyntax
# What elaboration decides before it knows signals.
_ELABORATED = {
    KIND.ParameterDeclaration, KIND.ParameterValueAssignment, KIND.IfGenerate, KIND.LoopGenerate, KIND.CaseGenerate,
    KIND.EnumType, KIND.SpecparamDeclaration,
}  # fmt: skip


@dataclass(frozen=True)
class Names:
    """Names that some units define; units are looked through only if somebody asks, and few texts make that happen."""

    units: tuple[syntax.SyntaxNode, ...]

    @cached_property
    def instances(self) -> frozenset[str]:
        """Of instances."""
        every = (node for unit in self.units for node in nodes(unit))
        return frozenset(node.name.valueText for node in every if isinstance(node, syntax.InstanceNameSyntax))

    @cached_property
    def vectors(self) -> frozenset[str]:
        """Of plain unsigned nets and variables."""
        return vectors(self.units)

    @cached_property
    def types(self) -> frozenset[str]:
        """Of types, parameters that are types included."""
        every = (node for unit in self.units for node in nodes(unit))
        return frozenset(node.name.valueText for node in every if isinstance(node, _TYPES))


def needs_slang(node: syntax.SyntaxNode, names: Names) -> bool:
    """Whether Yosys's own reader does not know a node, or takes minutes for it: slang reads such text first."""
    known = node.kind not in _SLANG or _plain_predicate(node)
    return not known or _case_inside(node) or _computes(node) or _reaches_inside(node, names) or _packs_vectors(node)


def _packs_vectors(node: syntax.SyntaxNode) -> bool:
    """Whether a type has two packed dimensions: Yosys's own reader widens their indices, so that `q[i + 2'd1]` does not wrap."""
    if isinstance(node, syntax.NamedTypeSyntax):  # `byte_t [3:0] q`
        return isinstance(node.name, syntax.IdentifierSelectNameSyntax)
    return isinstance(node, syntax.IntegerTypeSyntax | syntax.ImplicitTypeSyntax) and len(node.dimensions) > 1


def _plain_predicate(node: syntax.SyntaxNode) -> bool:
    """Whether a condition is an ordinary one, without a pattern."""
    return isinstance(node, syntax.ConditionalPatternSyntax) and node.matchesClause is None


def _computes(node: syntax.SyntaxNode) -> bool:
    """Whether a function has a loop, or a call of another one, in a loop.

    Where its arguments are constants, Yosys's own reader may take minutes for it.
    """
    if not isinstance(node, syntax.FunctionDeclarationSyntax):
        return False
    loops = [one for one in nodes(node) if isinstance(one, _LOOPS)]
    return any(_works(inner) for outer in loops for inner in nodes(outer) if inner is not outer)


def _works(node: syntax.SyntaxNode) -> bool:
    """Whether it is a loop or a call of a function."""
    return isinstance(node, _LOOPS) or (isinstance(node, _Call) and not str(node.left).strip().startswith("$"))


def _reaches_inside(node: syntax.SyntaxNode, names: Names) -> bool:
    """Whether a name goes through an instance, `u.x`: Yosys's own reader takes that for a new wire that nothing drives."""
    if not isinstance(node, syntax.ScopedNameSyntax) or str(node.separator).strip() != ".":
        return False
    if isinstance(node.left, syntax.ScopedNameSyntax):  # `u.x` of `u.x.y` is a node of its own
        return False
    return node.getFirstToken().valueText in names.instances


def misread_by_icarus(node: syntax.SyntaxNode, names: Names) -> bool:
    """Whether `$bits` of a signal decides a parameter or a generate block: Icarus does not know the signal yet, and is silent."""
    if not isinstance(node, _Call) or str(node.left).strip() != "$bits" or node.arguments is None:
        return False
    measured = [one for one in node.arguments.parameters if isinstance(one, syntax.SyntaxNode)]
    if any(one.getFirstToken().valueText in names.types or "::" in str(one) for one in measured):
        return False
    home = node.parent
    while home is not None and home.kind not in _ELABORATED:
        if isinstance(home, syntax.MemberSyntax):
            return False
        home = home.parent
    return home is not None


def _case_inside(node: syntax.SyntaxNode) -> bool:
    return isinstance(node, syntax.CaseStatementSyntax) and bool(str(node.matchesOrInside).strip())
