"""Which parameters a source text reads, section by section: `rl.steps` is another one than `sft.steps`.

A section is known by its name (`params.rl.steps`), by the annotation of an argument or a field (`rl: Rl`), or by the
name that it is given (`settings = context.params.filtering`).
"""

import ast
from collections.abc import Iterator

from rtlvr.schema import Profile, Section

_SECTIONS = {name: field.annotation for name, field in Profile.model_fields.items()}
CLASSES = {
    kind.__name__: name for name, kind in _SECTIONS.items() if isinstance(kind, type) and issubclass(kind, Section)
}
Scope = ast.FunctionDef | ast.ClassDef


def uses(text: str) -> set[str]:
    """The parameters that a text reads, as `rl.steps`."""
    tree = ast.parse(text)
    outer = _bound(ast.Module([node for node in tree.body if not isinstance(node, Scope)], []), {})
    return {found for scope, known in _scopes(tree, outer) for found in _read(scope, _bound(scope, known))}


def _scopes(tree: ast.AST, known: dict[str, str]) -> Iterator[tuple[Scope, dict[str, str]]]:
    """Functions and classes with the names of sections that are known around them."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Scope):
            yield node, known
            yield from _scopes(node, _bound(node, known))
        else:
            yield from _scopes(node, known)


def _bound(scope: ast.AST, known: dict[str, str]) -> dict[str, str]:
    """Names of sections in a scope: what is annotated, then what is assigned."""
    found = dict(known)
    for node in ast.walk(scope):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            words = {part.id for part in ast.walk(node.annotation) if isinstance(part, ast.Name)}
            name = node.arg if isinstance(node, ast.arg) else ast.unparse(node.target)
            for word in words & set(CLASSES):
                found[name] = CLASSES[word]
    given = [node for node in ast.walk(scope) if isinstance(node, ast.Assign)]
    for one in [*given, *given]:  # twice: a name may be passed on
        for target in one.targets:
            both = isinstance(target, ast.Tuple) and isinstance(one.value, ast.Tuple)
            pairs = zip(target.elts, one.value.elts, strict=False) if both else [(target, one.value)]
            for name, value in pairs:
                section = _section(value, found)
                called = getattr(name, "id", None) or getattr(name, "attr", None)  # a name, or self.name
                found |= {called: section} if section and called else {}
    return found


def _section(node: ast.AST, bound: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return bound.get(node.id)
    if isinstance(node, ast.Attribute):
        return node.attr if node.attr in CLASSES.values() else bound.get(node.attr)
    copied = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "model_copy"
    return _section(node.func.value, bound) if copied else None


def _read(scope: ast.AST, bound: dict[str, str]) -> Iterator[str]:
    for node in ast.walk(scope):
        if isinstance(node, ast.Attribute) and (section := _section(node.value, bound)):
            yield f"{section}.{node.attr}"
