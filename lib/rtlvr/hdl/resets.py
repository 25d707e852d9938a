"""A register whose reset is asynchronous and synchronous at once, put in words that synthesis takes.

`if (!rst_n || clear) A else B` under `@(posedge clk or negedge rst_n)` says the same as `if (!rst_n) A else if (clear) A
else B`. Simulators take both; synthesis tools take the second.
"""

import re

from pyslang import syntax

from rtlvr.hdl.syntax import KIND, edited, nodes, parse, place

_MAYBE = re.compile(r"always[^;]*?edge[^;]*?edge[^;]*?\bif\s*\([^;]*?\|", re.DOTALL)
_ROUNDS = 4  # terms of one condition


def split_resets(text: str) -> str:
    """`text`, as read, with such conditions taken apart, the term that names the reset first."""
    for _ in range(_ROUNDS):
        if not _MAYBE.search(text):
            return text
        root = parse(text).tree.root
        edits = [
            edit
            for node in nodes(root)
            if node.kind in (KIND.AlwaysBlock, KIND.AlwaysFFBlock)
            for edit in _edit(node, text)
        ]
        if not edits:
            return text
        text = edited(text, edits)
    return text


def _edit(block: syntax.SyntaxNode, text: str) -> list[tuple[int, int, str]]:
    timing = block.statement
    if timing.kind != KIND.TimingControlStatement:
        return []
    events = [node for node in nodes(timing.timingControl) if node.kind == KIND.SignalEventExpression]
    chosen = _first_if(timing.statement)
    if len(events) < 2 or chosen is None or chosen.elseClause is None:
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
