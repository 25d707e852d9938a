"""Which variables a block assigns, and by which kind of assignment.

Yosys-slang refuses a block that assigns one variable by `<=` in one branch and by `=`, `+=` or `++` in another. Simulators take it.
Where nothing reads or assigns the variable after its `<=`, a `=` there says the same to synthesis.
"""

import re
from collections.abc import Iterator

from pyslang import syntax

from rtlvr.hdl.effects import CHANGES, LOOPS
from rtlvr.hdl.syntax import KIND, Edit, edited, nodes, nodes_of, parse, place

_NAME = re.compile(r"\\\S+|[\w$.]+")
_BESIDES = re.compile(r"\+\+|--|(?<![<>=!])=(?!=)")  # a blocking assignment, or a comparison such as `<<=`
_ONE = syntax.PrefixUnaryExpressionSyntax | syntax.PostfixUnaryExpressionSyntax
_LOOPS = LOOPS | syntax.ForeachLoopStatementSyntax


def assigned(node: syntax.SyntaxNode) -> Iterator[tuple[str, bool]]:
    """(name, whether by `<=`) of each variable that something below `node` assigns; a part stands for its variable."""
    for change in nodes(node):
        if change.kind not in CHANGES:
            continue
        if isinstance(change, _ONE):
            yield from ((name, False) for name in _names(change.operand))
        elif isinstance(change, syntax.BinaryExpressionSyntax):
            later = change.kind == KIND.NonblockingAssignmentExpression
            yield from ((name, later) for name in _names(change.left))


def _names(target: syntax.SyntaxNode) -> Iterator[str]:
    if isinstance(target, syntax.ConcatenationExpressionSyntax):
        for part in target.expressions:
            yield from _names(part)
    elif found := _NAME.match(str(target).strip()):
        yield found[0].split(".")[0]


def of_one_kind(text: str) -> str:
    """`text`, as read, in which a block assigns a variable by `=` alone where it did by `<=` as well, if that is the same."""
    if "<=" not in text or not _BESIDES.search(text):
        return text
    parsed = parse(text)  # must live as long as its nodes
    blocks = nodes_of(parsed.tree.root, syntax.ProceduralBlockSyntax)
    return edited(text, [edit for block in blocks for edit in _edits(block, text)])


def _edits(block: syntax.ProceduralBlockSyntax, text: str) -> list[Edit]:
    """The `<=` to be replaced; none where one of them is not the same as `=`."""
    every = nodes_of(block, syntax.BinaryExpressionSyntax)
    later = [node for node in every if node.kind == KIND.NonblockingAssignmentExpression]
    blocking = {name for name, by_later in assigned(block) if not by_later}
    chosen: list[syntax.BinaryExpressionSyntax] = []
    while more := [node for node in later if node not in chosen and blocking & set(_names(node.left))]:
        chosen += more
        blocking |= {name for node in more for name in _names(node.left)}
    if not all(_is_last(node, block, text) for node in chosen):
        return []
    return [(at, at + 2, "=") for node in chosen for at in [node.operatorToken.location.offset]]


def _is_last(change: syntax.BinaryExpressionSyntax, block: syntax.SyntaxNode, text: str) -> bool:
    """Whether nothing that can run after an assignment, in this run of the block, mentions what it assigns."""
    here: syntax.SyntaxNode = change.parent
    if not isinstance(here, syntax.ExpressionStatementSyntax):
        return False
    after, (begin, end) = "", place(here)
    while here is not block:
        inner, here = here, here.parent
        if isinstance(here, syntax.BlockStatementSyntax):
            after += text[place(inner)[1] : place(here)[1]]
        elif isinstance(here, _LOOPS):
            first, last = place(here)
            after += text[first:begin] + str(change.right) + text[end:last]
    return not any(mentions(after, name) for name in _names(change.left))


def mentions(text: str, name: str) -> bool:
    """Whether `text` has a name as a word of its own."""
    return bool(re.search(rf"(?<![\w$\\]){re.escape(name)}(?![\w$])", text))
