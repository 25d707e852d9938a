"""What only simulation can do, and modules that say nothing to the outside: flags for single nodes of a syntax tree.

`test bench`: files, queues, classes, or processes that wait in their midst. `sampled values`: `$past` and the like in more
than assertions. Printing, random values and memories loaded from files are none of these. What stands under a condition of
what is generated does not count: it may not be there.
"""

import re
from collections.abc import Callable
from typing import Any

from pyslang import syntax
from pyslang.parsing import TokenKind
from pyslang.syntax import SyntaxKind, SyntaxNode

SIMULATED = {"test bench", "sampled values"}
_LIBRARY_CLASSES = {"process", "mailbox", "semaphore"}
_FILES = re.compile(r"\$(?:fopen\w*|fget[cs]|fscanf|fread|ungetc|feof|fseek|ftell|rewind|ferror)")
_SAMPLED = re.compile(
    r"\$(?:(?:past|rose|fell|stable|changed|rising|falling|steady|future|changing)(?:_gclk)?|sampled|initstate|"
    r"any(?:const|seq)|all(?:const|seq))"
)
_OUTWARD = {TokenKind.OutputKeyword, TokenKind.InOutKeyword, TokenKind.RefKeyword}
_CHOICES = {SyntaxKind.IfGenerate, SyntaxKind.CaseGenerate}
_EVENTS = {
    SyntaxKind.EventControl, SyntaxKind.EventControlWithExpression, SyntaxKind.ImplicitEventControl,
    SyntaxKind.RepeatedEventControl,
}  # fmt: skip
_CHECKS = {
    SyntaxKind.PropertyDeclaration, SyntaxKind.SequenceDeclaration, SyntaxKind.ConcurrentAssertionMember,
    SyntaxKind.CovergroupDeclaration, SyntaxKind.CheckerDeclaration, SyntaxKind.LetDeclaration,
}  # fmt: skip
_DECLARES = {
    SyntaxKind.NetDeclaration, SyntaxKind.DataDeclaration, SyntaxKind.PortDeclaration, SyntaxKind.AnsiPortList,
}  # fmt: skip
# Members of a module that drive nothing, declarations with first values apart.
_IDLE = {
    SyntaxKind.ParameterDeclarationStatement, SyntaxKind.EmptyMember, SyntaxKind.SpecifyBlock,
    SyntaxKind.TimeUnitsDeclaration, SyntaxKind.TypedefDeclaration, SyntaxKind.PackageImportDeclaration,
    SyntaxKind.FunctionDeclaration, SyntaxKind.TaskDeclaration, SyntaxKind.GenvarDeclaration, SyntaxKind.ElabSystemTask,
    *_CHECKS, *_DECLARES,
}  # fmt: skip


def simulated(node: SyntaxNode) -> str | None:
    """The flag that a node gives to what it stands in, if any."""
    asked = _ASKED.get(type(node))
    flag = asked(node) if asked else None
    return flag if flag and not _under_choice(node) else None


def outward(module: syntax.ModuleDeclarationSyntax) -> str | None:
    """`no outputs` for a module whose ports are all inputs, `empty` for one that has outputs and no more."""
    ports = module.header.ports
    declared = [ports, *(one for one in module.members if one.kind == SyntaxKind.PortDeclaration)]
    if not any(_holds(one, lambda item: getattr(item, "kind", None) in _OUTWARD) for one in declared):
        return "no outputs"
    idle = all(one.kind in _IDLE and not _given(one) for one in module.members) and not _given(ports)
    return "empty" if idle else None


def _holds(node: SyntaxNode, asked: Callable[[object], bool]) -> bool:
    """Whether something in a node is what is asked for."""
    found: list[object] = []
    node.visit(lambda item: found.append(item) if asked(item) else None)
    return bool(found)


def _given(node: SyntaxNode) -> bool:
    """Whether a declaration gives a net or a variable a value."""
    return node.kind in _DECLARES and _holds(node, lambda item: isinstance(item, syntax.EqualsValueClauseSyntax))


def _under_choice(node: SyntaxNode) -> bool:
    above: SyntaxNode | None = node
    while above is not None and above.kind not in _CHOICES:
        above = above.parent
    return above is not None


def _event(node: syntax.TimingControlStatementSyntax | syntax.TimingControlExpressionSyntax) -> str | None:
    """An event that is waited for anywhere but at the beginning of an `always`."""
    control = node.timingControl if isinstance(node, syntax.TimingControlStatementSyntax) else node.timing
    return "test bench" if control.kind in _EVENTS and not _begins(node) else None


def _begins(node: SyntaxNode) -> bool:
    above = node.parent
    if isinstance(above, syntax.BlockStatementSyntax) and above.kind == SyntaxKind.SequentialBlockStatement:
        first = next((item for item in above.items if isinstance(item, syntax.StatementSyntax)), None)
        if first is None or first.sourceRange.start != node.sourceRange.start:
            return False
        above = above.parent
    never = (SyntaxKind.InitialBlock, SyntaxKind.FinalBlock)
    return isinstance(above, syntax.ProceduralBlockSyntax) and above.kind not in never


def _system(node: syntax.SystemNameSyntax) -> str | None:
    name = node.systemIdentifier.valueText
    if _FILES.fullmatch(name):
        return "test bench"
    return "sampled values" if _SAMPLED.fullmatch(name) and _matters(node) else None


def _matters(node: SyntaxNode) -> bool:
    """Whether what a system function says goes into more than checks: the statement or member around it assigns."""
    around: SyntaxNode | None = node
    while around is not None and not isinstance(around, syntax.StatementSyntax | syntax.MemberSyntax):
        around = around.parent
    if isinstance(around, syntax.StatementSyntax):
        return _holds(
            around, lambda item: getattr(getattr(item, "kind", None), "name", "").endswith("AssignmentExpression")
        )
    return around is not None and around.kind not in _CHECKS


def _dimension(node: syntax.VariableDimensionSyntax) -> str | None:
    """Queues, associative arrays and dynamic ones."""
    inside = node.specifier
    chosen = getattr(getattr(inside, "selector", None), "expr", None)
    variable = node.parent.kind == SyntaxKind.Declarator and node.parent.parent.kind == SyntaxKind.DataDeclaration
    sizeless = isinstance(inside, syntax.QueueDimensionSpecifierSyntax | syntax.WildcardDimensionSpecifierSyntax)
    return (
        "test bench" if sizeless or isinstance(chosen, syntax.DataTypeSyntax) or (inside is None and variable) else None
    )


def _type(node: syntax.NamedTypeSyntax) -> str | None:
    name = node.name
    library = isinstance(name, syntax.IdentifierNameSyntax) and name.identifier.valueText in _LIBRARY_CLASSES
    return "test bench" if library else None


# By a node's class, which is what the function takes.
_ASKED: dict[type[SyntaxNode], Callable[[Any], str | None]] = {
    syntax.ClassDeclarationSyntax: lambda _: "test bench",
    syntax.NewClassExpressionSyntax: lambda _: "test bench",
    syntax.TimingControlStatementSyntax: _event,
    syntax.TimingControlExpressionSyntax: _event,
    syntax.VariableDimensionSyntax: _dimension,
    syntax.SystemNameSyntax: _system,
    syntax.NamedTypeSyntax: _type,
}
