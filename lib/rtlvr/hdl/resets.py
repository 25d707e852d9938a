"""Asynchronous resets, put in words that synthesis takes.

`if (!rst_n || clear) A else B` under `@(posedge clk or negedge rst_n)` says the same as `if (!rst_n) A else if (clear) A
else B`. Simulators take both; synthesis tools take the second.

A bit that nothing but its reset assigns is no register to slang's synthesis, and unknown for ever: there may be no other
assignment, or none that can be reached. `q <= q` under the clock says the same and is read as it should be.
"""

import re
from collections.abc import Callable, Iterator

from pyslang import syntax

from rtlvr.hdl.syntax import KIND, edited, nodes, parse, place

_MAYBE = re.compile(r"always[^;]*?edge[^;]*?edge[^;]*?\bif\s*\([^;]*?\|", re.DOTALL)
_ROUNDS = 4  # terms of one condition
Edit = tuple[int, int, str]
_SEVERAL_EDGES = re.compile(r"always[^;]*?edge[^;]*?edge", re.DOTALL)
_ASSIGNMENTS = {KIND.NonblockingAssignmentExpression: "<=", KIND.AssignmentExpression: "="}
_NAME = re.compile(r"\\\S+|[\w$.]+")


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


def _edits(text: str, edit: Callable[[syntax.SyntaxNode, str], list[Edit]]) -> list[Edit]:
    """What `edit` says of each block under edges."""
    parsed = parse(text)  # must live as long as its nodes
    blocks = (node for node in nodes(parsed.tree.root) if node.kind in (KIND.AlwaysBlock, KIND.AlwaysFFBlock))
    return [one for block in blocks for one in edit(block, text)]


def _hold(block: syntax.SyntaxNode, text: str) -> list[Edit]:
    """Of a block whose first conditions are its resets, one for each edge but the clock's."""
    if len(_events(block)) < 2:
        return []
    last, resets = _first_if(block.statement.statement), []
    for number in range(len(_events(block)) - 1):
        if number and (last.elseClause is None or last.elseClause.clause.kind != KIND.ConditionalStatement):
            break
        last = last.elseClause.clause if number else last
        resets.append(last.statement)
    rest = last.elseClause.clause if last.elseClause else None
    own = {node.name.valueText for node in nodes(block) if node.kind == KIND.Declarator}
    if all(name in own for reset in resets for name, _ in _assigned(reset)):
        return []
    blocking = {name for name, operator in (_assigned(rest) if rest else ()) if operator == "="}
    kept = " ".join(_unchanged(reset, own, blocking, text) for reset in resets)
    if rest is None:
        return [(*[place(last)[1]] * 2, f" else begin {kept} end")]
    begin, end = place(rest)
    return [(begin, begin, f"begin {kept} "), (end, end, " end")]


def _unchanged(statement: syntax.SyntaxNode, own: set[str], blocking: set[str], text: str) -> str:
    """A statement that assigns to everything its own value, variables of the block apart, and calls nothing."""
    begin, edits = place(statement)[0], []
    for node in nodes(statement):
        if node.kind != KIND.ExpressionStatement:
            continue
        names = {name for name, _ in _assigned(node)}
        if node.expr.kind not in _ASSIGNMENTS:
            edits.append((*place(node), ";"))
        elif not own & names:
            left = _said(node.expr.left, text)
            edits.append((*place(node), f"{left} {'=' if blocking & names else '<='} {left} ;"))
    return edited(_said(statement, text), [(first - begin, last - begin, new) for first, last, new in edits])


def _assigned(statement: syntax.SyntaxNode) -> Iterator[tuple[str, str]]:
    """(name, operator) of what a statement assigns."""
    for node in nodes(statement):
        if node.kind == KIND.ExpressionStatement and node.expr.kind in _ASSIGNMENTS:
            left = node.expr.left
            for part in left.expressions if left.kind == KIND.ConcatenationExpression else [left]:
                if found := _NAME.match(str(part).strip()):
                    yield found[0], _ASSIGNMENTS[node.expr.kind]


def _events(block: syntax.SyntaxNode) -> list[syntax.SyntaxNode]:
    """The events of a block that is one `if` under several edges, else none."""
    timing = block.statement
    if timing.kind != KIND.TimingControlStatement or _first_if(timing.statement) is None:
        return []
    return [node for node in nodes(timing.timingControl) if node.kind == KIND.SignalEventExpression]


def _edit(block: syntax.SyntaxNode, text: str) -> list[Edit]:
    events = _events(block)
    if len(events) < 2 or (chosen := _first_if(block.statement.statement)).elseClause is None:
        return []
    condition = _bare(chosen.predicate.conditions[0].expr)
    if condition.kind not in (KIND.LogicalOrExpression, KIND.BinaryOrExpression):
        return []
    names = {str(event.expr).strip() for event in events}
    terms = [_said(side, text) for side in (condition.left, condition.right)]
    terms.sort(key=lambda term: not names & set(re.findall(r"[\w$]+", term)))
    body, begin = _said(chosen.statement, text), place(chosen)[0]
    end = place(chosen.statement)[1]
    return [(begin, end, f"if ({terms[0]}) begin {body} end else if ({terms[1]}) {body}")]


def _first_if(statement: syntax.SyntaxNode) -> syntax.SyntaxNode | None:
    """The `if` that is all of an always block."""
    while statement.kind == KIND.SequentialBlockStatement and len(statement.items) == 1:
        statement = statement.items[0]
    return statement if statement.kind == KIND.ConditionalStatement else None


def _bare(expression: syntax.SyntaxNode) -> syntax.SyntaxNode:
    while expression.kind == KIND.ParenthesizedExpression:
        expression = expression.expression
    return expression


def _said(node: syntax.SyntaxNode, text: str) -> str:
    begin, end = place(node)
    return text[begin:end]
