"""Arrows point one way, files stay small, functions stay short."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median, quantiles

import pytest

from rtlvr.paths import PACKAGE

# What belongs to no floor: any file may import it.
FOUNDATION = {
    "command",
    "confine",
    "digests",
    "errors",
    "extras",
    "failures",
    "identity",
    "lifeline",
    "memo",
    "params",
    "paths",
    "pipeline",
    "progress",
    "records",
    "schema",
    "scratch",
    "seeds",
    "stage",
}
# The floors of the house, the lowest first: a file imports from its own floor and from those below it.
FLOORS = (
    "plan",
    "hdl",
    "verify",
    "llm",
    "policy",
    "draws",
    "ppa",
    "reward",
    "environment",
    "data",
    "evaluate",
    "serve",
    "train",
    "stages",
)
# Beside the floors: figures and tables are made from records alone.
APART = {"report": set[str]()}
# What single files may import besides: figures are a stage, and predecessors run as `reproduce` runs them.
BESIDES = {"stages/figures.py": {"report"}, "stages/upstream.py": {"reproduce"}}
FILES = sorted(PACKAGE.rglob("*.py"))


@cache
def parsed(path: Path) -> ast.Module:
    """A file's syntax tree, read once: tests only look."""
    return ast.parse(path.read_text())


def starts_alone(node: ast.stmt) -> bool:
    """Whether it is what only `python -m FILE` runs."""
    return isinstance(node, ast.If) and "__main__" in ast.unparse(node.test)


@cache
def imports(path: Path) -> set[str]:
    """The kit's packages and modules that a file imports, those apart that only `python -m FILE` needs."""
    names = set()
    for node in (inner for outer in parsed(path).body if not starts_alone(outer) for inner in ast.walk(outer)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("rtlvr"):
            names.add(node.module.split(".")[1] if "." in node.module else node.names[0].name)
        elif isinstance(node, ast.Import):
            names |= {a.name.split(".")[1] for a in node.names if a.name.startswith("rtlvr.")}
    return names


def allowed(package: str) -> set[str]:
    """The packages that a package may import, itself and the foundation included."""
    below = APART[package] if package in APART else set(FLOORS[: FLOORS.index(package)])
    return below | {package} | FOUNDATION


@pytest.mark.parametrize("package", [*FLOORS, *APART])
def test_arrows_point_down(package: str) -> None:
    for path in (PACKAGE / package).rglob("*.py"):
        outside = imports(path) - allowed(package) - BESIDES.get(path.relative_to(PACKAGE).as_posix(), set())
        assert not outside, f"{path.relative_to(PACKAGE)} imports {outside}"


def test_every_package_has_a_floor() -> None:
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")} - FOUNDATION
    assert packages == {*FLOORS, *APART, "gpu_check", "cli"}, "gpu_check and cli see all floors from above"


def test_the_foundation_stands_alone() -> None:
    for name in FOUNDATION:
        for path in [PACKAGE / f"{name}.py"] if (PACKAGE / f"{name}.py").exists() else (PACKAGE / name).glob("*.py"):
            assert not imports(path) - FOUNDATION, f"{path.name} imports {imports(path) - FOUNDATION}"


LIGHT = ("rtlvr.verify", "rtlvr.verify.worker", "rtlvr.cli", "rtlvr.report.gallery")
BROUGHT = """
import sys
from importlib import import_module
for module in sys.argv[1:]:
    import_module(module)
    print(module, *sorted({"torch", "transformers", "trl"} & set(sys.modules)))
"""


@pytest.mark.tools
def test_no_model_library_behind_help_verifier_and_report() -> None:
    """One after the other in one process: what any of them brought would stand beside it and all that follow."""
    command = [sys.executable, "-c", BROUGHT, *LIGHT]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == list(LIGHT)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_size_and_docstrings(path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 350
    tree = parsed(path)
    assert not text.strip() or ast.get_docstring(tree), "a module says what it is for"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno + 1 <= 60, f"{node.name} is too long"


def test_functions_are_short_as_a_rule() -> None:
    functions = [n for path in FILES for n in ast.walk(parsed(path)) if isinstance(n, ast.FunctionDef)]
    lengths = [node.end_lineno - node.lineno + 1 for node in functions]
    assert median(lengths) <= 10 and quantiles(lengths, n=10)[-1] <= 25


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def definitions(body: list[ast.stmt], owner: str = "") -> Iterator[tuple[Definition, str]]:
    """Functions, classes and methods of a file with their class's name; what is local to a function is left out."""
    for node in body:
        if isinstance(node, ast.If | ast.Try):
            yield from definitions(node.body, owner)
        elif isinstance(node, Definition):
            yield node, owner
            if isinstance(node, ast.ClassDef):
                yield from definitions(node.body, node.name)


def lacks(node: Definition, owner: str) -> list[str]:
    """What a definition lacks: a docstring (the arguments of `__init__` are in its class's) or types."""
    found = [] if ast.get_docstring(node) or node.name.startswith("_") else ["a docstring"]
    if isinstance(node, ast.ClassDef) or (node.name.startswith("_") and node.name != "__init__"):
        return found
    given = node.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
    plain = any(ast.unparse(mark) == "staticmethod" for mark in node.decorator_list)
    untyped = [one.arg for one in named[bool(owner) and not plain :] if one.annotation is None]
    return found + [f"a type of {name}" for name in untyped] + (["a return type"] if node.returns is None else [])


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_public_names_are_typed_and_described(path: Path) -> None:
    found = definitions(parsed(path).body)
    missing = {f"{owner}.{node.name}".strip("."): lacks(node, owner) for node, owner in found}
    assert not {name: what for name, what in missing.items() if what}


@pytest.mark.tools
def test_threads_of_pytorch_sleep_while_they_wait() -> None:
    code = "import os, rtlvr; print(os.environ['OMP_WAIT_POLICY'])"
    environment = {key: value for key, value in os.environ.items() if key != "OMP_WAIT_POLICY"}
    said = [
        subprocess.run([sys.executable, "-c", code], env=given, capture_output=True, text=True, check=True).stdout
        for given in (environment, {**environment, "OMP_WAIT_POLICY": "ACTIVE"})
    ]
    assert said == ["PASSIVE\n", "ACTIVE\n"]


def public_types(path: Path) -> Iterator[str]:
    """Names of a file's public classes and type aliases; type variables are nobody else's affair."""
    for node in parsed(path).body:
        if isinstance(node, ast.ClassDef):
            name = node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(
            node.value, ast.Subscript | ast.BinOp | ast.Name
        ):
            name = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
        else:
            continue
        if re.fullmatch(r"[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*", name):
            yield name


def test_no_two_public_types_of_one_name() -> None:
    found: dict[str, list[str]] = {}
    for path in FILES:
        for name in public_types(path):
            found.setdefault(name, []).append(path.relative_to(PACKAGE).as_posix())
    assert {name: files for name, files in found.items() if len(files) > 1} == {}
