"""The stages: what each reads, what it builds on, which inputs outside the kit it has, and which notebook shows it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from rtlvr.digests import tree_digest, weights_digest
from rtlvr.params import value_of
from rtlvr.paths import from_profile, model_path
from rtlvr.schema import Profile

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


def _own(*keys: str) -> Inputs:
    """The folders of the user's own benchmarks that parameters name."""

    def inputs(params: Profile) -> dict[str, str]:
        names = [name for key in keys for name in cast(list[str], value_of(params, key)) if name.startswith("folder:")]
        return {name: tree_digest(Path(model_path(name.partition(":")[2]))) for name in names}

    return inputs


def _asked(key: str) -> Inputs:
    """What a parameter names to be asked: the public benchmarks' folder, and folders of the user's own."""

    def inputs(params: Profile) -> dict[str, str]:
        names = cast(list[str], value_of(params, key))
        public = any(not name.startswith("folder:") and name != "heldout" for name in names)
        return (_benchmarks(params) if public else {}) | _own(key)(params)

    return inputs


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
        digest = weights_digest(str(value_of(params, key)))
        return {key: digest} if digest else {}

    return inputs


_STAGE_OF = {"sft": ("04_sft",), "rl": ("05_rl",)}


def _models(params: Profile) -> dict[str, str]:
    """The models that notebook 06 measures, where they are files here."""
    found = {name: weights_digest(name) for name, _ in params.benchmarks.asked if name not in _STAGE_OF}
    return {f"benchmarks.models {name}": digest for name, digest in found.items() if digest}


_VERIFIER = ("testbench", "verifier")
_TRIED = (
    "evaluation",
    "generation",
    "data.validation",
    *(f"benchmarks.{name}" for name in ("root", "system", "header")),
)
_APART = ("data.decontaminate", "data.heldout", "data.apart")  # what training rows are kept apart from


def _before_rl(params: Profile) -> tuple[str, ...]:
    policy = ("04_sft",) if params.rl.model == "sft" else ()
    return policy if params.data.rl != "ours" else (*policy, "03_filtering")


def _measured(params: Profile) -> tuple[str, ...]:
    """The stages whose policies notebook 06 measures; an endpoint has models of its own."""
    if params.generation.backend == "endpoint":
        return ()
    return tuple(stage for name, _ in params.benchmarks.asked for stage in _STAGE_OF.get(name, ()))


def _all(*several: Inputs) -> Inputs:
    """The inputs of several functions."""
    return lambda params: {name: digest for one in several for name, digest in one(params).items()}


def _sets(*names: str) -> Inputs:
    """The published sets that a stage reads, where they are files here, and the benchmarks that they are kept apart from."""

    def inputs(params: Profile) -> dict[str, str]:
        specs = {f"data.{name}": str(getattr(params.data, name)) for name in names}
        paths = {key: spec.removeprefix("authors:") for key, spec in specs.items() if not spec.startswith("hub:")}
        # What follows `#` is a split of a folder, and no part of its path.
        found = {
            key: tree_digest(from_profile(path.partition("#")[0])) for key, path in paths.items() if path != "ours"
        }
        trained = [getattr(params.data, name) for name in names if name != "validation"]
        apart = params.data.decontaminate and any(spec != "ours" for spec in trained)
        return found | (_benchmarks(params) if apart else {})

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
            (*_VERIFIER, "filtering", "corpus", "roundtrip", "sft.max_length", "generation"),
            ("02_roundtrip",),
            _model("filtering.base_model"),
        ),
        StagePlan(
            "04_sft",
            "sft",
            (*_VERIFIER, *_TRIED, "sft", "data.sft", *_APART),
            ("03_filtering",),
            _all(_model("sft.model"), _sets("sft", "validation"), _asked("evaluation.on"), _own("data.apart")),
            needs=lambda params: ("03_filtering",) if params.data.sft == "ours" else (),
        ),
        StagePlan(
            "05_rl",
            "rl",
            (*_VERIFIER, *_TRIED, "filtering", "rl", "data.rl", *_APART),
            ("03_filtering", "04_sft"),
            _all(_model("rl.model"), _sets("rl", "validation"), _asked("evaluation.on"), _own("data.apart")),
            needs=_before_rl,
        ),
        StagePlan(
            "05_rl_study",
            "rl_study",
            (*_VERIFIER, *_TRIED, "filtering", "rl", "rl_study", "data.rl", *_APART),
            ("05_rl",),
            _all(_sets("rl", "validation"), _asked("evaluation.on"), _own("data.apart")),
            shown_in="05_rl",
        ),
        StagePlan(
            "06_benchmarks",
            "benchmarks",
            (*_VERIFIER, "evaluation", "generation", "benchmarks", "data.validation"),
            ("05_rl",),
            _all(_asked("benchmarks.names"), _models, _sets("validation")),
            needs=_measured,
        ),
        StagePlan(
            "07_test_time_scaling",
            "scaling",
            (*_VERIFIER, *_TRIED, "scaling"),
            ("05_rl",),
            _all(_model("scaling.policy"), _sets("validation"), _asked("scaling.on")),
            needs=lambda params: (
                _STAGE_OF.get(params.scaling.policy, ()) if params.generation.backend != "endpoint" else ()
            ),
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
