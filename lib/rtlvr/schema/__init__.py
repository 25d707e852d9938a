"""Every stage's parameters in one strict schema: what each is, its unit, its range, and whether it changes results.

A field is taken to change results. Those that do not (how many processes work, where a service is) are marked `ASIDE` and
stay out of a stage's identity (`rtlvr.stage`).
"""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rtlvr.schema.data import Corpus, Filtering, Roundtrip, Study, Testbench, VerifierSettings
from rtlvr.schema.evaluation import Benchmarks, Evaluation, Generation, Scaling
from rtlvr.schema.training import Data, Rl, RlStudy, Sft
from rtlvr.schema.types import ASIDE, Positive, Rate, Real, Section, Whole

__all__ = [
    "ASIDE",
    "Benchmarks",
    "Corpus",
    "Data",
    "Evaluation",
    "Filtering",
    "Generation",
    "Positive",
    "Profile",
    "Rate",
    "Real",
    "Rl",
    "RlStudy",
    "Roundtrip",
    "Scaling",
    "Section",
    "Sft",
    "Study",
    "Testbench",
    "VerifierSettings",
    "Whole",
]


class Profile(Section):
    """All parameters of a run."""

    profile: Annotated[str, ASIDE] = Field(description="name of a profile, or a file of your own (*.yaml)")
    run: Annotated[str, ASIDE] = Field(description="name of the run: its folder below outputs/")
    seed: Whole = Field(description="seed of everything random")
    resume: Annotated[bool, ASIDE] = Field(description="true: go on from the last checkpoint of an interrupted run")
    upstream: Annotated[Literal["run", "check"], ASIDE] = Field(
        description="what happens if an earlier stage is missing or stale; run: it is run first; check: an error names "
        "it"
    )
    testbench: Testbench
    verifier: VerifierSettings
    study: Study
    corpus: Corpus
    roundtrip: Roundtrip
    filtering: Filtering
    data: Data
    sft: Sft
    rl: Rl
    rl_study: RlStudy
    generation: Generation
    evaluation: Evaluation
    benchmarks: Benchmarks
    scaling: Scaling

    @model_validator(mode="after")
    def _tried_on_no_more_than_is_kept_apart(self) -> Self:
        """Where rows from outside are trained on, no stage is tried on held-out designs that these were not held against."""
        data = self.data
        outside = data.sft != "ours" or data.rl != "ours" or any(source != "seed" for source in self.corpus.sources)
        most = data.heldout if outside and data.validation == "ours" else None
        for key, count in self._heldout_designs():
            if most is not None and count > most:
                raise ValueError(
                    f"got {key}={count} with data.heldout={most}; training rows from outside the kit are kept apart from "
                    f"{most} held-out designs of each set; give data.heldout={count}, or a smaller {key}"
                )
        return self

    def _heldout_designs(self) -> Iterator[tuple[str, int]]:
        """How many held-out designs each stage is tried on, by the parameter that says so."""
        evaluation, scaling = self.evaluation, self.scaling
        if "heldout" in evaluation.on:
            yield "evaluation.problems", evaluation.problems
            yield "sft.eval_problems", self.sft.eval_problems
            yield "rl.eval_problems", self.rl.eval_problems
            yield "rl_study.problems", self.rl_study.problems if self.rl_study.seeds else 0
        yield "benchmarks.heldout_problems", self.benchmarks.heldout_problems
        if "heldout" in scaling.on:
            yield "scaling.problems", scaling.problems
            yield "scaling.vote_problems", scaling.vote_problems
