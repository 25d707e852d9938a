"""Every stage's parameters in one strict schema: what each is, its unit, its range, and whether it changes results.

A field is taken to change results. Those that do not (how many processes work, where a service is) are marked `ASIDE` and
stay out of a stage's identity (`rtlvr.stage`).
"""

from typing import Annotated, Literal

from pydantic import Field

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
