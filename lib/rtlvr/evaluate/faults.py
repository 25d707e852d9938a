"""Natural faults in anybody's Verilog: a few single edits of a module, of mixed kinds, the same for the same seed.

Faults lie in the top module and the modules that it reaches, in code that is elaborated. A fault may still change
nothing that an output shows; what it is, verification says.
"""

import random
from collections.abc import Iterator
from itertools import islice
from typing import Any, cast

from pyslang import ast, syntax
from pyslang.syntax import SyntaxKind, SyntaxTree

from rtlvr.evaluate.faultsites import Site, sites_of
from rtlvr.evaluate.parts import compiled, span, tree_of
from rtlvr.hdl.mutate import Mutant

_INSTANCES = 2000  # as many are looked at in a design


def faults_of(text: str, top: str, count: int, seed: str = "0") -> list[Mutant]:
    """Up to `count` faults of the module `top` of `text`, kinds mixed evenly."""
    rng = random.Random(f"{seed}:{top}")
    return list(islice(_faults(text, top, rng), count))


def _faults(text: str, top: str, rng: random.Random) -> Iterator[Mutant]:
    by_kind: dict[str, list[Site]] = {}
    for site in sorted(_sites(text, top), key=lambda site: (site.kind, site.start, site.after)):
        by_kind.setdefault(site.kind, []).append(site)
    for found in by_kind.values():
        rng.shuffle(found)
    errors, left, seen = _errors(text), sorted(by_kind), {text}
    while any(by_kind.values()):
        left = [kind for kind in left if by_kind[kind]] or [kind for kind in sorted(by_kind) if by_kind[kind]]
        kind = left.pop(rng.randrange(len(left)))
        site = by_kind[kind].pop()
        code = text[: site.start] + site.after + text[site.end :]
        if code not in seen and _errors(code) <= errors:
            seen.add(code)
            line = text[: site.start].count("\n") + 1
            yield Mutant(kind, line, text[site.start : site.end], site.after, code)


def _sites(text: str, top: str) -> Iterator[Site]:
    tree = tree_of(text)
    live, dead, names = _alive(tree, top)
    for member in cast(syntax.CompilationUnitSyntax, tree.root).members:
        if member.kind == SyntaxKind.ModuleDeclaration and member.header.name.valueText in names:
            yield from sites_of(member, tree, text, lambda place: place in live or place not in dead)


def _errors(text: str) -> int:
    tree = tree_of(text)
    return sum(said.isError() for said in tree.diagnostics)


def _alive(tree: SyntaxTree, top: str) -> tuple[set[int], set[int], set[str]]:
    """Where generate blocks begin that are elaborated, and that are not, and the modules that `top` reaches."""
    live: set[int] = set()
    dead: set[int] = set()
    names, compilation = {top}, compiled(tree, top)
    todo: list[Any] = [instance.body for instance in compilation.getRoot().topInstances]
    for _ in range(_INSTANCES):
        if not todo:
            break
        for member in todo.pop():
            if member.kind == ast.SymbolKind.Instance:
                names.add(member.definition.name)
                todo.append(member.body)
            elif member.kind in (ast.SymbolKind.GenerateBlock, ast.SymbolKind.GenerateBlockArray):
                _enter(member, tree, live, dead, todo)
            elif member.kind == ast.SymbolKind.InstanceArray:
                todo.append(member)
    return live, dead, names


def _enter(block: ast.Symbol, tree: SyntaxTree, live: set[int], dead: set[int], todo: list[Any]) -> None:
    if isinstance(block, ast.GenerateBlockArraySymbol):
        todo.append(block.entries)
        return
    place = span(block.syntax, tree)[0] if block.syntax is not None else -1
    if cast(ast.GenerateBlockSymbol, block).isUninstantiated:
        dead.add(place)
    else:
        live.add(place)
        todo.append(block)
