"""Parameters of the verifier and of the data: notebooks 01 to 03."""

from typing import Annotated, Literal

from pydantic import Field

from rtlvr.schema.types import ASIDE, Positive, Rate, Real, Section, Whole


class Testbench(Section):
    """The generated testbench (paper §3.2): M sequences of N cycles."""

    __test__ = False  # not a test class, whatever pytest thinks of the name
    sequences: Positive = Field(description="M: number of sequences of each testbench")
    cycles: Positive = Field(description="N: number of clock cycles of each sequence")
    strict_x: bool = Field(
        description="true: compare with the paper's own ===; false: any value is right if the golden's output is "
        "unknown"
    )
    workers: Annotated[Whole, ASIDE] = Field(description="number of verification processes; 0: one per core")


class VerifierSettings(Section):
    """The one verifier behind data, reward and evaluation."""

    mode: Literal["hybrid", "testbench", "formal"] = Field(
        description="evidence of a verdict; hybrid: simulation and proof; testbench: the paper's testbench; formal: "
        "proof alone"
    )


class Study(Section):
    """The fault-injection study of notebook 01."""

    goldens: Positive = Field(description="number of seed designs into which faults are injected")
    mutants: Positive = Field(description="number of injected faults per golden")
    budgets: list[list[Positive]] = Field(description="pairs (M, N) of testbench sizes that are compared")
    benchmark_goldens: Positive = Field(
        description="number of benchmark references whose own testbenches are studied, if the benchmarks were fetched"
    )
    cost_goldens: Positive = Field(description="number of goldens on which the cost of a check is measured")


class Corpus(Section):
    """Goldens and their cleaning."""

    sources: list[str] = Field(
        description="places that goldens come from: seed, directory:PATH, archive:PATH, hub:NAME, authors:PATH"
    )
    designs: Whole = Field(description="number of procedural goldens that are drawn in addition")
    max_bytes: Positive = Field(description="largest size of a file, in bytes")
    max_tokens: Positive = Field(description="largest size of a design with its helpers, in tokens")
    licences: list[str] = Field(description="allowed licences, as the texts name them; empty: any licence, or none")
    near_duplicate: Rate = Field(
        description="Jaccard similarity of 5-token shingles; designs that are at least so similar count as "
        "near-duplicates"
    )
    decontaminate: bool = Field(description="true: leave out designs that the benchmarks under benchmarks.root hold")


class Roundtrip(Section):
    """Round-trip synthesis (paper §3.1). Procedural goldens always have the procedural teacher, who drew them."""

    teacher: Literal["procedural", "recorded", "endpoint"] = Field(
        description="teacher of all goldens that are not procedural"
    )
    misdescribe: Rate = Field(description="procedural teacher: share of descriptions that are wrong")
    misread: Rate = Field(description="procedural teacher: factor on the rates of its misreadings; 0: it never errs")
    follow: bool = Field(
        description="procedural teacher; true: it solves a wrong description as it stands; false: it solves the golden "
        "itself"
    )
    replayed: Whole = Field(
        description="number of seed goldens on which a recorded real model is replayed in addition; 0: none"
    )
    transcript: str = Field(description="file that replies are replayed from and recorded to; empty: the stage's own")
    base_url: Annotated[str, ASIDE] = Field(description="endpoint teacher: URL of an OpenAI-compatible service")
    describe_model: str = Field(description="endpoint teacher: name of the model that describes code")
    solve_model: str = Field(description="endpoint teacher: name of the model that answers descriptions")
    api_key_env: Annotated[str, ASIDE] = Field(description="name of the environment variable that holds the key")
    answers: Positive = Field(description="number of answers to each description")
    turns: Positive = Field(
        description="number of turns of an answer; above 1: a wrong answer is sent back with its compile error or "
        "counterexample"
    )
    describe_temperature: Real = Field(description="sampling temperature of descriptions")
    solve_temperature: Real = Field(description="sampling temperature of answers")
    describe_tokens: Positive = Field(description="longest description, in tokens")
    solve_tokens: Positive = Field(description="longest answer, in tokens")
    concurrency: Annotated[Positive, ASIDE] = Field(description="number of requests under way at once")
    request_seconds: Annotated[Positive, ASIDE] = Field(description="time limit of one request, in seconds")
    max_total_tokens: Annotated[Whole, ASIDE] = Field(description="number of tokens that a run may buy; 0: no limit")
    max_cost: Annotated[Real, ASIDE] = Field(
        description="money that a run may spend, in the currency of the prices; 0: no limit"
    )
    prompt_price: Annotated[Real, ASIDE] = Field(description="price of a million prompt tokens")
    completion_price: Annotated[Real, ASIDE] = Field(description="price of a million answer tokens")
    push_to_hub: Annotated[str, ASIDE] = Field(
        description="name of the dataset on the Hub that is pushed to, as OWNER/NAME; empty: none"
    )


class Filtering(Section):
    """Difficulty and equivalence filters (paper §3.1, steps 3 to 5)."""

    base_model: str = Field(description="policy of the difficulty filter: tiny, a folder, a hub name or gguf:PATH")
    sft_attempts: Whole = Field(
        description="number of attempts of the base model; rows that it solves in any are left out of SFT; 0: all rows "
        "are kept"
    )
    rl_source: Literal["hard", "all"] = Field(
        description="rows that the equivalence filter sees; hard: those that the base model fails, as in the paper; all: "
        "every sound triple"
    )
    rl_attempts: Whole = Field(
        description="number of attempts of the distilled model; rows that it solves in any are left out of RL"
    )
    agree: Positive = Field(
        description="number of answers to a description (of roundtrip.answers) that must be equivalent to keep it"
    )
    temperature: Real = Field(description="sampling temperature of the attempts")
    max_tokens: Positive = Field(description="longest attempt, in tokens")
    truth_designs: Positive = Field(
        description="number of designs with known truth on which the equivalence filter is measured"
    )
    truth_rates: list[Rate] = Field(
        description="error rates of the teacher on these designs, for description and code each"
    )
