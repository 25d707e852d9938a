"""Asynchronous resets, put in words that synthesis takes.

`if (!rst_n || clear) A else B` under `@(posedge clk or negedge rst_n)` says the same as `if (!rst_n) A else if (clear) A
else B`. Simulators take both; synthesis tools take the second.

A bit that nothing but its reset assigns is no register to slang's synthesis, and unknown for ever: there may be no other
assignment, or none that can be reached. `q <= q` under the clock says the same and is read as it should be.
"""

import re
from collections.abc import Callable

from pyslang import syntax

from rtlvr.hdl.assignments import assigned
from rtlvr.hdl.syntax import KIND, Edit, edited, nodes_of, parse, place, text_at

_MAYBE = re.compile(r"always[^;]*?edge[^;]*?edge[^;]*?\bif\s*\([^;]*?\|", re.DOTALL)
_ROUNDS = 4  # terms of one condition
_SEVERAL_EDGES = re.compile(r"always[^;]*?edge[^;]*?edge", re.DOTALL)
_ASSIGNMENTS = (KIND.NonblockingAssignmentExpression, KIND.AssignmentExpression)


def split_resets(text: str) -> str:
    """`text`, as read, with such conditions taken apart, the term that names the reset first."""
    for _ in range(_ROUNDS):
        if not _MAYBE.search(text):
            return text
        edits = _edits(text, _edit)
        if not edits:
            return text
        text = edited(text, edits)
    return text


def held_resets(text: str) -> str:
    """`text`, as read, in which what a reset assigns is said to stay as it is under the clock, before all else there."""
    if not _SEVERAL_EDGES.search(text):
        return text
    return edited(text, _edits(text, _hold))


def _edits(text: str, edit: Callable[[syntax.ProceduralBlockSyntax, str], list[Edit]]) -> list[Edit]:
    """What `edit` says of each block under edges."""
    parsed = parse(text)  # must live as long as its nodes
    blocks = nodes_of(parsed.tree.root, syntax.ProceduralBlockSyntax)
    clocked = (block for block in blocks if block.kind in (KIND.AlwaysBlock, KIND.AlwaysFFBlock))
    return [one for block in clocked for one in edit(block, text)]


def _hold(block: syntax.ProceduralBlockSyntax, text: str) -> list[Edit]:
    """Of a block whose first conditions are its resets, one for each edge but the clock's."""
    last, events = _clocked_if(block)
    if last is None or len(events) < 2:
        return []
    resets = [last.statement]
    while len(resets) < len(events) - 1:
        below = last.elseClause.clause if last.elseClause is not None else None
        if not isinstance(below, syntax.ConditionalStatementSyntax):
            break
        last = below
        resets.append(last.statement)
    rest = last.elseClause.clause if last.elseClause else None
    own = {node.name.valueText for node in nodes_of(block, syntax.DeclaratorSyntax)}
    if all(name in own for reset in resets for name, _ in assigned(reset)):
        return []
    blocking = {name for name, later in (assigned(rest) if rest else ()) if not later}
    kept = " ".join(_unchanged(reset, own, blocking, text) for reset in resets)
    if rest is None:
        end = place(last)[1]
        return [(end, end, f" else begin {kept} end")]
    begin, end = place(rest)
    return [(begin, begin, f"begin {kept} "), (end, end, " end")]


def _unchanged(statement: syntax.SyntaxNode, own: set[str], blocking: set[str], text: str) -> str:
    """A statement that assigns to everything its own value, variables of the block apart, and calls nothing."""
    begin, edits = place(statement)[0], []
    for node in nodes_of(statement, syntax.ExpressionStatementSyntax):
        names, change = {name for name, _ in assigned(node)}, _assignment(node)
        if change is None:
            edits.append((*place(node), ";"))
        elif not own & names:
            left = text_at(change.left, text)
            edits.append((*place(node), f"{left} {'=' if blocking & names else '<='} {left} ;"))
    return edited(text_at(statement, text), [(first - begin, last - begin, new) for first, last, new in edits])


def _assignment(statement: syntax.ExpressionStatementSyntax) -> syntax.BinaryExpressionSyntax | None:
    """The plain assignment that a statement is, if it is one."""
    change = statement.expr
    return change if isinstance(change, syntax.BinaryExpressionSyntax) and change.kind in _ASSIGNMENTS else None


def _clocked_if(
    block: syntax.ProceduralBlockSyntax,
) -> tuple[syntax.ConditionalStatementSyntax | None, list[syntax.SignalEventExpressionSyntax]]:
    """Of a block that is one `if` under events, that `if` and the events; of any other, None and none."""
    timing = block.statement
    if not isinstance(timing, syntax.TimingControlStatementSyntax) or (chosen := _first_if(timing.statement)) is None:
        return None, []
    return chosen, list(nodes_of(timing.timingControl, syntax.SignalEventExpressionSyntax))


def _edit(block: syntax.ProceduralBlockSyntax, text: str) -> list[Edit]:
    chosen, events = _clocked_if(block)
    if chosen is None or len(events) < 2 or chosen.elseClause is None:
        return []
    condition = _bare(chosen.predicate.conditions[0].expr)
    either = (KIND.LogicalOrExpression, KIND.BinaryOrExpression)
    if not isinstance(condition, syntax.BinaryExpressionSyntax) or condition.kind not in either:
        return []
    names = {str(event.expr).strip() for event in events}
    terms = [text_at(side, text) for side in (condition.left, condition.right)]
    terms.sort(key=lambda term: not names & set(re.findall(r"[\w$]+", term)))
    body, begin = text_at(chosen.statement, text), place(chosen)[0]
    end = place(chosen.statement)[1]
    return [(begin, end, f"if ({terms[0]}) begin {body} end else if ({terms[1]}) {body}")]


def _first_if(statement: syntax.SyntaxNode) -> syntax.ConditionalStatementSyntax | None:
    """The `if` that is all of an always block."""
    while isinstance(statement, syntax.BlockStatementSyntax):
        if statement.kind != KIND.SequentialBlockStatement or len(statement.items) != 1:
            break
        statement = statement.items[0]
    return statement if isinstance(statement, syntax.ConditionalStatementSyntax) else None


def _bare(expression: syntax.SyntaxNode) -> syntax.SyntaxNode:
    while isinstance(expression, syntax.ParenthesizedExpressionSyntax):
        expression = expression.expression
    return expression
