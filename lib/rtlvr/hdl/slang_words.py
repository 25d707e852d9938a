"""What Yosys-slang does not take, put in words that it takes.

- `repeat (n) S` and `do S while (c);` are written as `for` loops.
- `while (c) begin ...; i++; end` as well: of a `for` loop the step is known to be done, whatever `break` or `return` is before it.
- `8'({<<{a}})`: the number of bits is written as a type.
- A variable that a block assigns by `<=` and by `=` (`rtlvr.hdl.assignments`).
"""

import re
from collections.abc import Iterator

from pyslang import syntax

from rtlvr.hdl.assignments import assigned, mentions, of_one_kind
from rtlvr.hdl.syntax import KIND, Edit, edited, nodes, nodes_of, parse, place, text_at

_Loop = syntax.LoopStatementSyntax | syntax.DoWhileStatementSyntax
_MAYBE = re.compile(r"(?<![\w$\\.])(?:repeat|while)(?![\w$])|'\s*\(\s*\{\s*(?:<<|>>)")
_TAKEN = re.compile(r"\brtlvr_loop_(\d+)")
_STEP = re.compile(r"(?<![\w$.\]\\])([A-Za-z_]\w*)\s*(\+\+|--)")
_CALL = re.compile(r"(?<![$\w])[A-Za-z_]\w*\s*\(")
_SIZES = (syntax.LiteralExpressionSyntax, syntax.ParenthesizedExpressionSyntax)


def for_slang(text: str) -> str:
    """A text as read, in words that slang's synthesis takes."""
    text = of_one_kind(text)
    return edited(text, list(_edits(text))) if _MAYBE.search(text) else text


def _edits(text: str) -> Iterator[Edit]:
    parsed = parse(text)  # must live as long as its nodes
    number = max((int(found) for found in _TAKEN.findall(text)), default=-1)
    for node in nodes(parsed.tree.root):
        if isinstance(node, _Loop):
            number += 1
            yield from _loop(node, f"rtlvr_loop_{number}", text)
        elif isinstance(node, syntax.CastExpressionSyntax):
            yield from _cast(node, text)


def _loop(node: _Loop, name: str, text: str) -> list[Edit]:
    begin, end = place(node)
    body, last = place(node.statement)
    condition, found = text_at(node.expr, text), _step(node, text)
    step, edits = (found[0], [found[1]]) if found else ("", [])
    if isinstance(node, syntax.DoWhileStatementSyntax):
        if any(assigned(node.expr)) or _CALL.search(condition):  # `||` does not keep slang from it
            return []
        steps = ", ".join([f"{name} = 0", *([step] if step else [])])
        head = f"for (bit {name} = 1; {name} || ({condition}); {steps}) "
        return [(begin, body, head), *edits, (last, end, "")]
    if node.repeatOrWhile.rawText == "repeat":
        return [(begin, body, f"for (int {name} = 0; {name} < ({condition}); {name} = {name} + 1) ")]
    return [(begin, body, f"for (; {condition}; {step}) "), *edits] if found else []


def _step(loop: _Loop, text: str) -> tuple[str, Edit] | None:
    """What a loop always does last, if it moves a variable of its condition, and the edit that takes it out."""
    block = loop.statement
    if not isinstance(block, syntax.BlockStatementSyntax) or not len(block.items) or "continue" in str(block):
        return None
    last = block.items[-1]
    if not isinstance(last, syntax.ExpressionStatementSyntax):
        return None
    begin, end = place(last)
    said, condition = text[begin:end], text_at(loop.expr, text)
    names = {name for name, _ in assigned(last)}
    if len(names) == 1 and mentions(condition, *names):
        return said.rstrip("; \n"), (begin, end, ";")
    found = _STEP.findall(said)
    if len(found) == 1 and mentions(condition, found[0][0]) and len(re.findall(rf"\b{found[0][0]}\b", said)) == 1:
        return "".join(found[0]), (begin, end, _STEP.sub(r"\1", said))
    return None


def _cast(node: syntax.CastExpressionSyntax, text: str) -> list[Edit]:
    """A stream cast to a number of bits."""
    inner = list(nodes_of(node.right, syntax.ExpressionSyntax))
    if not isinstance(node.left, _SIZES) or len(inner) < 2 or inner[1].kind != KIND.StreamingConcatenationExpression:
        return []
    begin, end = place(node.left)
    return [(begin, end, f"type(logic [({text[begin:end]})-1:0])")]
