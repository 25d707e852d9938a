"""Parameters of the verifier and of the data: notebooks 01 to 03."""

from typing import Annotated, Literal

from pydantic import Field

from rtlvr.schema.types import ASIDE, Positive, Rate, Real, Section, Whole


class Testbench(Section):
    """The generated testbench (paper §3.2): M sequences of N cycles."""

    __test__ = False  # not a test class, whatever pytest thinks of the name
    sequences: Positive = Field(description="M: sequences of each testbench")
    cycles: Positive = Field(description="N: clock cycles of each sequence")
    strict_x: bool = Field(
        description="compare with the paper's own ===; false: an unknown golden output is a don't-care"
    )
    workers: Annotated[Whole, ASIDE] = Field(description="verification processes; 0: one per core")


class VerifierSettings(Section):
    """The one verifier behind data, reward and evaluation."""

    mode: Literal["hybrid", "testbench", "formal"] = Field(
        description="evidence: hybrid: simulation and proof; testbench: the paper's alone; formal: proof alone"
    )


class Study(Section):
    """The fault-injection study of notebook 01."""

    goldens: Positive = Field(description="seed designs whose faults are counted")
    mutants: Positive = Field(description="injected faults per golden")
    budgets: list[list[Positive]] = Field(description="(M, N) pairs that are compared")
    benchmark_goldens: Positive = Field(description="references whose own testbenches are studied, where they are here")
    cost_goldens: Positive = Field(description="goldens on which the cost of a check is measured")


class Corpus(Section):
    """Goldens and their cleaning."""

    sources: list[str] = Field(description="seed, directory:PATH, archive:PATH, hub:NAME, authors:PATH")
    designs: Whole = Field(description="procedural goldens to draw besides")
    max_bytes: Positive = Field(description="of a file")
    max_tokens: Positive = Field(description="of a design, its helpers included")
    licences: list[str] = Field(description="allowed licences, as the texts name them; empty: any, also none")
    near_duplicate: Rate = Field(
        description="Jaccard similarity of 5-token shingles from which designs are near-duplicates"
    )
    decontaminate: bool = Field(description="keep out what the benchmarks under benchmarks.root hold")


class Roundtrip(Section):
    """Round-trip synthesis (paper §3.1). Procedural goldens always have the procedural teacher, who drew them."""

    teacher: Literal["procedural", "recorded", "endpoint"] = Field(description="of all goldens that are not procedural")
    misdescribe: Rate = Field(description="procedural teacher: share of descriptions that are wrong")
    misread: Rate = Field(description="procedural teacher: scales the rates of its misreadings; 0: never errs")
    follow: bool = Field(description="procedural teacher: solve wrong descriptions as they stand, not what was meant")
    replayed: Whole = Field(description="seed goldens to replay a recorded real model on, besides; 0: none")
    transcript: str = Field(description="file that replies are replayed from, and recorded to; empty: the stage's own")
    base_url: Annotated[str, ASIDE] = Field(description="endpoint teacher: an OpenAI-compatible URL")
    describe_model: str = Field(description="endpoint teacher: the model that describes code")
    solve_model: str = Field(description="endpoint teacher: the model that answers descriptions")
    api_key_env: Annotated[str, ASIDE] = Field(description="name of the environment variable with the key")
    answers: Positive = Field(description="answers asked for per description")
    turns: Positive = Field(
        description="how often an answer may be given: a wrong one is sent back with its compile error or counterexample"
    )
    describe_temperature: Real = Field(description="sampling temperature of descriptions")
    solve_temperature: Real = Field(description="sampling temperature of answers")
    describe_tokens: Positive = Field(description="longest description, in tokens")
    solve_tokens: Positive = Field(description="longest answer, in tokens")
    concurrency: Annotated[Positive, ASIDE] = Field(description="requests under way at once")
    request_seconds: Annotated[Positive, ASIDE] = Field(description="time-out of one request")
    max_total_tokens: Annotated[Whole, ASIDE] = Field(description="tokens that a run may buy; 0: no limit")
    max_cost: Annotated[Real, ASIDE] = Field(
        description="money that a run may spend, in the prices' currency; 0: no limit"
    )
    prompt_price: Annotated[Real, ASIDE] = Field(description="per million tokens")
    completion_price: Annotated[Real, ASIDE] = Field(description="per million tokens")
    push_to_hub: Annotated[str, ASIDE] = Field(description="dataset on the Hub to push to, as OWNER/NAME; empty: none")


class Filtering(Section):
    """Difficulty and equivalence filters (paper §3.1, steps 3 to 5)."""

    base_model: str = Field(description="the policy of filter 1: tiny, a folder, a hub name or gguf:PATH")
    sft_attempts: Whole = Field(
        description="drop from SFT what the base solves in any of so many attempts; 0: keep all"
    )
    rl_source: Literal["hard", "all"] = Field(
        description="hard: filter 2 sees what filter 1 kept, as in the paper; all: every sound triple"
    )
    rl_attempts: Whole = Field(description="drop from RL what the distilled model solves in any of so many attempts")
    agree: Positive = Field(
        description="answers to a description (of roundtrip.answers) that must be equivalent to keep it"
    )
    temperature: Real = Field(description="sampling temperature of the attempts")
    max_tokens: Positive = Field(description="longest attempt, in tokens")
    truth_designs: Positive = Field(description="designs on which the equivalence filter is held against known truth")
    truth_rates: list[Rate] = Field(description="error rates of the teacher there, in description and in code each")
