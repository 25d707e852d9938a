"""Does a piece of a design change anything? What changes nothing can be taken out, and nobody sees it.

What a function or task does is followed through the functions and tasks that it calls. Not followed: the memory of a static
function's own variables from one call to the next.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import cast

from pyslang import syntax

from rtlvr.hdl.syntax import KIND, Parsed, nodes, nodes_of, place, words

BLANKS = ("begin end", "")  # for a statement, and for a member of a module
CHANGES = frozenset(
    kind for name in dir(KIND) if name.endswith(("AssignmentExpression", "incrementExpression", "decrementExpression"))
    for kind in (getattr(KIND, name),)
)  # fmt: skip
_Counting = syntax.PrefixUnaryExpressionSyntax | syntax.PostfixUnaryExpressionSyntax
ROUTINES = {KIND.FunctionDeclaration, KIND.TaskDeclaration}
_WRITES = re.compile(r"\$(?:cast|readmem[bh]|value\$plusargs|sformat|swrite[bho]?|[fs]scanf|fread|fgets)(?![\w$])")
_NAME = re.compile(r"[A-Za-z_][\w$]*")
_PRINTS = re.compile(
    r"\$(?:f?(?:display|write|strobe|monitor)[bho]?|monitor(?:on|off)|error|warning|info|fatal|finish|stop|exit|dump\w+|"
    r"timeformat|printtimescale|fflush|fclose|assert\w*|vcdplus\w*|fsdb\w+|shm_\w+|sdf_annotate|cover\w*)"
)
_SAYS = re.compile(r"\$(?:s|real)?time(?![\w$])")
_OUTWARD = re.compile(r"\b(?:output|inout|ref|disable|static)\b|->")
# Statements that change nothing but by what is in them, and that end.
_IDLE = {
    KIND.SequentialBlockStatement, KIND.EmptyStatement, KIND.ConditionalStatement, KIND.CaseStatement, KIND.ForLoopStatement,
    KIND.ForeachLoopStatement, KIND.TimingControlStatement,
}  # fmt: skip
# Statements in which time may pass.
_WAITING = {
    KIND.TimingControlStatement, KIND.WaitStatement, KIND.ParallelBlockStatement, KIND.LoopStatement, KIND.ForeverStatement,
    KIND.DoWhileStatement,
}  # fmt: skip
_UNDOES = {KIND.ProceduralReleaseStatement, KIND.ProceduralDeassignStatement}
LOOPS = (
    syntax.LoopStatementSyntax
    | syntax.ForLoopStatementSyntax
    | syntax.ForeverStatementSyntax
    | syntax.DoWhileStatementSyntax
)


def prints(name: str) -> bool:
    """Whether a system task of this name prints or dumps, checks, or ends a simulation, and does nothing else."""
    return _PRINTS.fullmatch(name) is not None


def changes_anything(node: syntax.SyntaxNode, routines: frozenset[str]) -> bool:
    """Whether there is an assignment in `node`, a call that writes, or a mention of one of `routines`."""
    said = str(node)
    return bool(_WRITES.search(said) or words(said) & routines) or any(item.kind in CHANGES for item in nodes(node))


def base(change: syntax.SyntaxNode) -> str:
    """The first name in what an assignment or increment changes; nothing where that is several, or an escaped name."""
    target = str(change.left if isinstance(change, syntax.BinaryExpressionSyntax) else cast(_Counting, change).operand)
    named = _NAME.search(target)
    return named[0] if named and not set(target) & {"{", "\\"} else ""


def routine_name(node: syntax.FunctionDeclarationSyntax) -> str:
    """The name of a function or task, without that of its class or interface."""
    return node.prototype.name.getLastToken().valueText


def impure(roots: Sequence[syntax.SyntaxNode]) -> frozenset[str]:
    """Functions and tasks below `roots` that change more than what is their own."""
    routines = [node for root in roots for node in nodes_of(root, syntax.FunctionDeclarationSyntax)]
    named = [(routine_name(node), node) for node in routines]
    found = {name for name, node in named if _changes_others(name, node)}
    while more := {name for name, node in named if words(str(node)) & found} - found:
        found |= more
    return frozenset(found)


def _changes_others(name: str, routine: syntax.SyntaxNode) -> bool:
    said, inside = str(routine), list(nodes(routine))
    if _OUTWARD.search(said) or _WRITES.search(said):
        return True
    return _changes_outside(inside, name)


def _changes_outside(inside: Sequence[syntax.SyntaxNode], name: str) -> bool:
    """Whether nodes change anything but `name` and what is declared among them."""
    own = {name} | {node.name.valueText for node in inside if isinstance(node, syntax.DeclaratorSyntax)}
    return any(node.kind in CHANGES and (base(node) or None) not in own for node in inside)


def idle(parsed: Parsed) -> list[tuple[int, int, str]]:
    """The edits that take out what does nothing once assertions and printing are gone.

    These are blocks that change nothing, and functions and tasks that nothing mentions.
    """
    found = [node for root in parsed.members for node in nodes(root)]
    blocks = [node for node in found if isinstance(node, syntax.ProceduralBlockSyntax)]
    routines = impure(parsed.members) if blocks else frozenset()
    gone: list[syntax.SyntaxNode] = [block for block in blocks if _is_idle(block, routines)]
    mentions = Counter(_NAME.findall(parsed.text))
    for routine in (node for node in found if isinstance(node, syntax.FunctionDeclarationSyntax)):
        name = routine_name(routine)
        if 0 < mentions[name] == _NAME.findall(str(routine)).count(name):
            gone.append(routine)
    return [(*place(node), blank(node)) for node in gone]


def _is_idle(block: syntax.ProceduralBlockSyntax, routines: frozenset[str]) -> bool:
    inside, said = list(nodes(block)), str(block)
    timed = block.statement.kind == KIND.TimingControlStatement
    endless = block.kind == KIND.AlwaysBlock and not timed
    if endless or (block.kind == KIND.InitialBlock and timed):
        return False
    if said.count("@") > timed or _WRITES.search(said) or words(said) & routines:
        return False
    loops = [node for node in inside if isinstance(node, syntax.ForLoopStatementSyntax)]
    counted = [place(step) for loop in loops for step in _counts(loop)]
    changes = [node for node in inside if node.kind in CHANGES and place(node) not in counted]
    return not changes and all(node.kind in _IDLE for node in inside if isinstance(node, syntax.StatementSyntax))


def only_waits(node: object, routines: frozenset[str]) -> bool:
    """Whether `node` is a block that changes nothing and prints at most, and in whose loops time passes.

    Args:
        routines: functions and tasks that change something (`impure`).
    """
    if not isinstance(node, syntax.ProceduralBlockSyntax):
        return False
    inside, said, edges = list(nodes(node)), str(node), _at_edges(node)
    if not any(item.kind in _WAITING for item in inside if item is not edges):
        return False
    named = [str(item).strip() for item in inside if item.kind == KIND.SystemName]
    if _OUTWARD.search(said) or _WRITES.search(said) or words(said) & routines or _changes_outside(inside, ""):
        return False
    if not all(prints(name) or _SAYS.fullmatch(name) for name in named) or any(map(_does_more, inside)):
        return False
    bodies = [item.statement for item in inside if isinstance(item, LOOPS) and not _counted(item)]
    bodies += [node.statement] if node.kind == KIND.AlwaysBlock else []
    return all(map(_takes_time, bodies))


def _counted(loop: syntax.SyntaxNode) -> bool:
    return isinstance(loop, syntax.ForLoopStatementSyntax) and bool(_counts(loop))


def _at_edges(block: syntax.ProceduralBlockSyntax) -> syntax.SyntaxNode | None:
    """The statement of an `always @(...)`: there it waits as hardware does."""
    body, always = block.statement, block.kind == KIND.AlwaysBlock
    waits = isinstance(body, syntax.TimingControlStatementSyntax) and body.timingControl.kind != KIND.DelayControl
    return body if always and waits else None


def _does_more(node: syntax.SyntaxNode) -> bool:
    """Whether it ends a `force` or `assign`, or calls a method."""
    called = str(node.expr).partition("(")[0] if isinstance(node, syntax.ExpressionStatementSyntax) else ""
    return node.kind in _UNDOES or "." in called


def _takes_time(body: syntax.SyntaxNode) -> bool:
    """Whether time passes in a statement, whatever way is taken through it."""
    if isinstance(body, syntax.TimingControlStatementSyntax):
        return not re.fullmatch(r"#\s*\(?\s*0*(?:\.0*)?\s*\)?\s*", str(body.timingControl).strip())
    items = body.items if isinstance(body, syntax.BlockStatementSyntax) else ()
    return any(_takes_time(item) for item in items if isinstance(item, syntax.SyntaxNode))


def _counts(loop: syntax.ForLoopStatementSyntax) -> list[syntax.SyntaxNode]:
    """The steps of a loop that counts a variable of its own."""
    begun = [node for node in loop.initializers if isinstance(node, syntax.ForVariableDeclarationSyntax)]
    own = {node.declarator.name.valueText for node in begun}
    steps = [node for node in loop.steps if isinstance(node, syntax.SyntaxNode)]
    return [step for step in steps if step.kind in CHANGES and base(step) in own] if loop.stopExpr is not None else []


def blank(node: syntax.SyntaxNode) -> str:
    """What stands for a member that is taken out: an empty block where it is the only one of a generate branch."""
    parent = node.parent
    alone = parent is not None and parent.kind in (KIND.IfGenerate, KIND.ElseClause, KIND.StandardCaseItem,
                                                   KIND.DefaultCaseItem, KIND.LoopGenerate)  # fmt: skip
    return BLANKS[0] if alone else BLANKS[1]
