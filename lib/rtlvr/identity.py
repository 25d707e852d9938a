"""What determines a stage's results: the parameters it reads, its inputs outside the kit, its code, and its predecessors.

Each of these is a fact with a short digest, so that a stage can say not only that it is stale, but why. Parameters that
change no result (`rtlvr.schema.ASIDE`) are left out. Code counts as the stage's module, and what this
imports, without comments, docstrings and what only draws or plumbs.
"""

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

from rtlvr.errors import StageError
from rtlvr.params import allowed_keys, changes_results, value_of
from rtlvr.paths import PACKAGE
from rtlvr.pipeline import PLANS, StagePlan
from rtlvr.schema import Profile

VERSION = metadata.version("rtlvr")
_NO_RESULT = (
    "report",
    "cli",
    "command",
    "doctor",
    "failures",
    "identity",
    "notebook",
    "params",
    "paths",
    "pipeline",
    "progress",
    "reproduce",
    "schema",
    "stage",
    "stages.cards",
    "stages.context",
    "stages.upstream",
)


def facts(name: str, params: Profile, before: Profile | None = None) -> dict[str, object]:
    """Everything that determines a stage's results, by its name: values of parameters, digests of all else.

    `before`: the parameters of its predecessors, where these are not its own.
    """
    plan = PLANS[name]
    found: dict[str, object] = {"version": VERSION, "seed": params.seed, "code": code_digest(name)}
    found |= {key: value_of(params, key) for key in _parameters(plan)}
    found |= {f"input {what}": digest for what, digest in plan.inputs(params).items()}
    return found | {f"stage {other}": key_of(facts(other, before or params)) for other in plan.predecessors(params)}


def key_of(found: dict[str, object]) -> str:
    """A short digest of facts."""
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()[:12]


def differences(before: dict[str, object], now: dict[str, object]) -> list[str]:
    """What changed, a line each: `rl.steps: 26, now 300`."""
    names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    return [f"{name}: {_said(before, name)}, now {_said(now, name)}" for name in names]


def _said(found: dict[str, object], name: str) -> str:
    return json.dumps(found[name]) if name in found else "none"


def _parameters(plan: StagePlan) -> Iterator[str]:
    """The dotted names of what a stage reads and what can change its results."""
    for name in plan.reads:
        section, _, single = name.partition(".")
        keys = [name] if single else [key for key in allowed_keys() if key.startswith(f"{section}.")]
        yield from (key for key in keys if changes_results(key))


class Declared(Profile):
    """A profile of which a stage sees what its plan declares. The rest raises StageError."""

    def __getattr__(self, name: str) -> object:
        """Called for what is not there."""
        if name in Profile.model_fields:
            raise StageError(f"this stage reads section {name!r}, which its plan in rtlvr/pipeline.py does not declare")
        raise AttributeError(name)


def declared(name: str, params: Profile) -> Profile:
    """The part of `params` that stage `name` has declared that it reads."""
    sections = {read.split(".")[0] for read in PLANS[name].reads}
    own = {key for key in Profile.model_fields if key in ("profile", "run", "seed", "resume", "upstream")}
    return Declared.model_construct(**{key: getattr(params, key) for key in own | sections})


@cache
def code_digest(name: str) -> str:
    """A digest of the code that computes a stage: its module in `rtlvr.stages`, and all modules of ours that it needs."""
    todo, seen = {f"rtlvr.stages.{PLANS[name].module}"}, set[str]()
    while todo:
        module = todo.pop()
        if module not in seen:
            seen.add(module)
            todo |= _module(module)[1] - seen
    return hashlib.sha256("\0".join(_module(module)[0] for module in sorted(seen)).encode()).hexdigest()[:12]


def _file(module: str) -> Path | None:
    base = PACKAGE.parent / module.replace(".", "/")
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)


@cache
def _module(module: str) -> tuple[str, set[str]]:
    """A digest of a module without its docstrings, and the modules that it imports."""
    path = _file(module)
    if path is None:
        raise StageError(f"there is no module {module}; a stage's plan in rtlvr/pipeline.py names it")
    digest, named = _parsed(path.read_text(encoding="utf-8"))
    return digest, _ours(named)


@cache
def _parsed(text: str) -> tuple[str, frozenset[str]]:
    """A digest of a module's text without its docstrings, and all that it imports, wherever in the text it does."""
    tree, named = ast.parse(text), set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node, clean=False):
            node.body = node.body[1:]
        elif isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest(), frozenset(named)


def _ours(named: Iterable[str]) -> set[str]:
    """The modules of ours among what is imported, with the packages that they lie in."""
    ours = {name for name in named if name.split(".")[0] == "rtlvr"}
    around = {name[:at] for name in ours for at, letter in enumerate(name) if letter == "."}
    return {name for name in ours | around if _file(name) and not _plumbs(name)}


def _plumbs(module: str) -> bool:
    return any(module == f"rtlvr.{name}" or module.startswith(f"rtlvr.{name}.") for name in _NO_RESULT)
