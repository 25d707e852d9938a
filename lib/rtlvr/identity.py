"""What determines a stage's results: the parameters it reads, its inputs outside the kit, its code, and its predecessors.

Each of these is a fact with a short digest, so that a stage can say not only that it is stale, but why. Parameters that
change no result (`rtlvr.schema.ASIDE`) are left out. Code counts as the stage's module, and what this
imports, without comments, docstrings and what only draws or plumbs.
"""

import ast
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path

from rtlvr.errors import StageError
from rtlvr.params import Profile, allowed_keys, changes_results, value_of
from rtlvr.paths import PACKAGE, from_profile, model_path

VERSION = metadata.version("rtlvr")
_WHOLE = 16 << 20  # bytes of a file up to which its content counts; of larger ones (weights) size and time of change
_NO_RESULT = (
    "report",
    "cli",
    "command",
    "doctor",
    "identity",
    "notebook",
    "params",
    "paths",
    "reproduce",
    "schema",
    "stage",
    "stages.context",
    "stages.upstream",
)

Inputs = Callable[[Profile], dict[str, str]]


@dataclass(frozen=True)
class StagePlan:
    """What a stage reads: parameter sections or single parameters, its predecessors, and inputs outside the kit.

    Args:
        name: of the stage, and of its folder.
        module: in `rtlvr.stages`; its `run` computes the stage.
        upstream: its predecessors, unless `needs` says otherwise of some parameters.
        shown_in: the notebook that shows it; empty: the one of its name.
    """

    name: str
    module: str
    reads: tuple[str, ...]
    upstream: tuple[str, ...] = ()
    inputs: Inputs = field(default=lambda _: {})
    shown_in: str = ""
    needs: Callable[[Profile], tuple[str, ...]] | None = None

    def predecessors(self, params: Profile) -> tuple[str, ...]:
        """The stages that it builds on with these parameters: a model that is named needs nobody to make it."""
        return self.needs(params) if self.needs else self.upstream

    @property
    def notebook(self) -> str:
        """The notebook that shows the stage."""
        return self.shown_in or self.name


def _benchmarks(params: Profile) -> dict[str, str]:
    return {"benchmarks": tree_digest(from_profile(params.benchmarks.root))}


def _corpus(params: Profile) -> dict[str, str]:
    """Where goldens come from, what they are kept apart from, and what is replayed."""
    found = _benchmarks(params) if params.corpus.decontaminate else {}
    for spec in params.corpus.sources:
        kind, _, where = spec.partition(":")
        if where and kind != "hub":
            found[f"corpus.sources {spec}"] = tree_digest(from_profile(where))
    if params.roundtrip.teacher == "recorded" and params.roundtrip.transcript:
        found["roundtrip.transcript"] = tree_digest(from_profile(params.roundtrip.transcript))
    return found


def _model(key: str) -> Inputs:
    """The model that a parameter names, if it is a file or a folder here."""

    def inputs(params: Profile) -> dict[str, str]:
        named = str(value_of(params, key)).removeprefix("gguf:")
        path = Path(model_path(named))
        return {key: tree_digest(path)} if named and (path.is_absolute() or path.exists()) else {}

    return inputs


_VERIFIER = ("testbench", "verifier")
_STAGE_OF = {"sft": ("04_sft",), "rl": ("05_rl",)}


def _before_rl(params: Profile) -> tuple[str, ...]:
    policy = ("04_sft",) if params.rl.model == "sft" else ()
    return policy if params.data.rl != "ours" else (*policy, "03_filtering")


def _all(*several: Inputs) -> Inputs:
    """The inputs of several functions."""
    return lambda params: {name: digest for one in several for name, digest in one(params).items()}


def _sets(*names: str) -> Inputs:
    """The published sets that a stage reads, where they are files here."""

    def inputs(params: Profile) -> dict[str, str]:
        specs = {f"data.{name}": str(getattr(params.data, name)) for name in names}
        paths = {key: spec.removeprefix("authors:") for key, spec in specs.items() if not spec.startswith("hub:")}
        return {key: tree_digest(from_profile(path)) for key, path in paths.items() if path != "ours"}

    return inputs


PLANS: dict[str, StagePlan] = {
    plan.name: plan
    for plan in (
        StagePlan("00_start_here", "start_here", _VERIFIER),
        StagePlan("01_testbench", "testbench", (*_VERIFIER, "study", "benchmarks.root"), (), _benchmarks),
        StagePlan("02_roundtrip", "roundtrip", (*_VERIFIER, "corpus", "roundtrip", "benchmarks.root"), (), _corpus),
        StagePlan(
            "03_filtering",
            "filtering",
            (*_VERIFIER, "filtering", "corpus", "roundtrip", "sft.max_length"),
            ("02_roundtrip",),
            _model("filtering.base_model"),
        ),
        StagePlan(
            "04_sft",
            "sft",
            (*_VERIFIER, "sft", "evaluation", "data.sft", "data.validation"),
            ("03_filtering",),
            _all(_model("sft.model"), _sets("sft", "validation")),
            needs=lambda params: ("03_filtering",) if params.data.sft == "ours" else (),
        ),
        StagePlan(
            "05_rl",
            "rl",
            (*_VERIFIER, "filtering", "rl", "evaluation", "data.rl", "data.validation"),
            ("03_filtering", "04_sft"),
            _all(_model("rl.model"), _sets("rl", "validation")),
            needs=_before_rl,
        ),
        StagePlan(
            "05_rl_study",
            "rl_study",
            (*_VERIFIER, "filtering", "rl", "rl_study", "data.rl", "data.validation"),
            ("05_rl",),
            _sets("rl", "validation"),
            shown_in="05_rl",
        ),
        StagePlan(
            "06_benchmarks",
            "benchmarks",
            (*_VERIFIER, "evaluation", "benchmarks", "data.validation"),
            ("05_rl",),
            _all(_benchmarks, _model("benchmarks.model"), _sets("validation")),
            needs=lambda params: () if params.benchmarks.model else ("05_rl",),
        ),
        StagePlan(
            "07_test_time_scaling",
            "scaling",
            (*_VERIFIER, "evaluation", "scaling", "data.validation"),
            ("05_rl",),
            _all(_model("scaling.policy"), _sets("validation")),
            needs=lambda params: _STAGE_OF.get(params.scaling.policy, ()),
        ),
        StagePlan("08_paper_figures", "figures", ()),
    )
}


def notebooks() -> list[str]:
    """The notebooks, in order."""
    return list(dict.fromkeys(plan.notebook for plan in PLANS.values()))


def shown_in(notebook: str) -> list[str]:
    """The stages that a notebook shows, in order."""
    return [name for name, plan in PLANS.items() if plan.notebook == notebook]


def before(name: str, params: Profile) -> list[str]:
    """All stages that a stage builds on with these parameters, the first first."""
    wanted = set(PLANS[name].predecessors(params))
    for other in reversed(PLANS):
        wanted |= set(PLANS[other].predecessors(params)) if other in wanted else set()
    return [other for other in PLANS if other in wanted]


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
            raise StageError(f"this stage reads section {name!r}, which its plan in rtlvr/identity.py does not declare")
        raise AttributeError(name)


def declared(name: str, params: Profile) -> Profile:
    """The part of `params` that stage `name` has declared that it reads."""
    sections = {read.split(".")[0] for read in PLANS[name].reads}
    own = {key for key in Profile.model_fields if key in ("profile", "run", "seed", "resume", "upstream")}
    return Declared.model_construct(**{key: getattr(params, key) for key in own | sections})


def tree_digest(path: Path) -> str:
    """A digest of a file, or of all files below a folder, hidden ones left out; `none` where there is nothing."""
    if not path.exists():
        return "none"
    digest = hashlib.sha256()
    for file in [path] if path.is_file() else sorted(_files(path)):
        name = file.relative_to(path) if file != path else Path(file.name)
        digest.update(f"{name.as_posix()}\0{_content(file)}\0".encode())
    return digest.hexdigest()[:12]


def _files(folder: Path) -> Iterator[Path]:
    for where, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(where, name) for name in files if not name.startswith("."))


def _content(file: Path) -> str:
    status = file.stat()
    if status.st_size > _WHOLE:
        return f"{status.st_size} {status.st_mtime_ns}"
    return hashlib.sha256(file.read_bytes()).hexdigest()


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
        raise StageError(f"there is no module {module}; a stage's plan in rtlvr/identity.py names it")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node, clean=False):
            node.body = node.body[1:]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest(), _imports(tree)


def _imports(tree: ast.Module) -> set[str]:
    """Modules of ours that a text imports, wherever it does, with the packages that they lie in."""
    named: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    ours = {name for name in named if name.split(".")[0] == "rtlvr"}
    around = {name[:at] for name in ours for at, letter in enumerate(name) if letter == "."}
    return {name for name in ours | around if _file(name) and not _plumbs(name)}


def _plumbs(module: str) -> bool:
    return any(module == f"rtlvr.{name}" or module.startswith(f"rtlvr.{name}.") for name in _NO_RESULT)
