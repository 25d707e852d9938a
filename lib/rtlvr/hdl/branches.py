"""Branches of `generate` that no instance takes: nothing in them is part of the design."""

import pyslang
from pyslang import ast

from rtlvr.hdl.syntax import Parsed, place

_EMPTY = "begin end"


def compiled(parsed: Parsed, top: str) -> ast.Compilation:
    """The design below `top`, elaborated by slang."""
    options, bag = ast.CompilationOptions(), pyslang.Bag()
    options.topModules = {top}
    bag.compilationOptions = options
    compilation = ast.Compilation(bag)
    compilation.addSyntaxTree(parsed.tree)
    return compilation


def untaken(parsed: Parsed, top: str) -> list[tuple[int, int, str]]:
    """The edits that empty the branches which no instance takes, where the parameters have their default values.

    None where slang finds an error anywhere: a condition that it cannot evaluate looks as if no branch was taken.
    """
    compilation = compiled(parsed, top)
    if any(found.isError() for found in compilation.getAllDiagnostics()):
        return []
    places: dict[bool, set[tuple[int, int]]] = {True: set(), False: set()}

    def note(symbol: object) -> None:
        if isinstance(symbol, ast.GenerateBlockSymbol) and symbol.syntax is not None:
            places[symbol.isUninstantiated].add(place(symbol.syntax))

    compilation.getRoot().visit(note)
    return [(begin, end, _EMPTY) for begin, end in sorted(places[True] - places[False])]
