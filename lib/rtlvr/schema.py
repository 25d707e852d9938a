"""Every stage's parameters in one strict schema: what each is, its unit, its range, and whether it changes results.

A field is taken to change results. Those that do not (how many processes work, where a service is) are marked `ASIDE` and
stay out of a stage's identity (`rtlvr.stage`).
"""

import re
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

ASIDE = "changes no result"

Positive = Annotated[int, Field(gt=0)]
Whole = Annotated[int, Field(ge=0)]
Rate = Annotated[float, Field(ge=0.0, le=1.0)]
Real = Annotated[float, Field(ge=0.0)]


class Section(BaseModel):
    """A strict, immutable group of parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


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


class Data(Section):
    """Where training sets come from: `ours` is what notebooks 02 and 03 make; all else is read as it was published."""

    sft: str = Field(description="ours, authors:FILE (JSON lines), hub:NAME, or a file or folder with prompt, response")
    rl: str = Field(description="ours, authors:FILE (Parquet), hub:NAME, or a file or folder with prompt, golden")
    validation: str = Field(description="held-out problems: ours, or as for rl")
    decontaminate: bool = Field(
        description="leave out published rows that copy a problem of the benchmarks under benchmarks.root, or behave as one"
    )


class Sft(Section):
    """Supervised fine-tuning with TRL's SFTTrainer."""

    model: str = Field(description="the policy to start from: tiny, a folder, a hub name or gguf:PATH")
    epochs: Real = Field(description="passes over the training set")
    learning_rate: Real = Field(description="highest learning rate")
    scheduler: Literal["cosine", "linear", "constant"] = Field(description="how the learning rate falls")
    warmup_ratio: Rate = Field(description="share of the steps in which the learning rate rises")
    batch_size: Positive = Field(description="sequences per device and forward pass")
    accumulation: Positive = Field(description="forward passes per optimiser step")
    max_length: Positive = Field(description="longest sequence, in tokens; longer rows are left out")
    packing: bool = Field(description="several rows in one sequence")
    lora_rank: Whole = Field(description="train an adapter of this rank on all linear layers; 0: all weights")
    eval_problems: Whole = Field(
        description="held-out problems that are generated and verified while training; 0: none"
    )
    bf16: bool = Field(description="products in bfloat16 (autocast), weights in float32")
    attention: Literal["sdpa", "flash_attention_2", "eager"] = Field(description="implementation of attention")
    deepspeed: Annotated[str | None, ASIDE] = Field(description="file of a DeepSpeed configuration; null: none")


class Rl(Section):
    """Adaptive DAPO on TRL's GRPOTrainer (paper §3.3)."""

    model: str = Field(description="'sft': the policy of stage 04; or a folder or hub name")
    seed: Whole = Field(description="of RL alone: a second seed needs no second upstream")
    steps: Positive = Field(description="optimisation steps")
    token_budget: Whole = Field(description="stop after the step in which so many tokens have been generated; 0: never")
    seconds: Whole = Field(description="stop after the step in which so many seconds have passed; 0: never")
    answer: Literal["tags", "code"] = Field(description="what is rewarded: the paper's tags with the code inside, or "
                                            "any answer with a block of Verilog")  # fmt: skip
    learning_rate: Real = Field(description="highest learning rate")
    warmup_steps: Whole = Field(description="steps in which the learning rate rises")
    weight_decay: Real = Field(description="of the optimiser")
    max_grad_norm: Real = Field(description="gradients are scaled down to this norm")
    prompts_per_step: Positive = Field(description="B_train: groups with mixed rewards per optimisation step")
    mini_batch_prompts: Positive = Field(description="groups per optimiser update")
    group_size: Positive = Field(description="responses per prompt")
    temperature: Real = Field(description="sampling temperature of responses")
    max_prompt: Positive = Field(description="longest prompt, in tokens; longer ones are left out")
    max_response: Positive = Field(description="longest response, in tokens")
    clip_low: Real = Field(description="epsilon_low: how far a probability ratio may fall before it is clipped")
    clip_high: Real = Field(description="epsilon_high: how far a probability ratio may rise before it is clipped")
    overlong_buffer: Whole = Field(
        description="tokens before the budget's end in which the penalty grows; 0: no penalty"
    )
    overlong_penalty: Real = Field(description="reward taken from a response that fills its budget")
    draw_rule: Literal["none", "fixed", "paper", "tracking"] = Field(
        description="none: TRL's own step, uniform groups and all; tracking: ours"
    )
    max_draws: Positive = Field(description="draws after which a step trains on what it has")
    carry_steps: Whole = Field(description="steps for which a surplus mixed group may wait; 0: discarded, as released")
    prompt_history: bool = Field(description="draw prompts less often whose answers were all alike (tracking only)")
    draw_margin: Real = Field(description="standard deviations that the tracking rule draws above its expectation")
    prompts: Whole = Field(description="size of the RL set, drawn at random from what the filters leave; 0: all of it")
    micro_batch: Positive = Field(description="responses per forward pass and device")
    lora_rank: Whole = Field(description="train an adapter of this rank on all linear layers; 0: all weights")
    save_steps: Annotated[Positive, ASIDE] = Field(description="steps between checkpoints")
    eval_steps: Positive = Field(description="steps between looks at held-out problems")
    eval_problems: Whole = Field(description="held-out problems that are tried while training; 0: none")
    bf16: bool = Field(description="products in bfloat16 (autocast), weights in float32; on a GPU answers are sampled "
                       "from a bfloat16 copy")  # fmt: skip
    gradient_checkpointing: bool = Field(description="compute activations twice to save memory")
    report_to: Annotated[Literal["none", "tensorboard", "trackio"], ASIDE] = Field(
        description="where training curves go besides the kit's own"
    )
    verify_on: Annotated[Literal["local", "ray"], ASIDE] = Field(
        description="where rewards are verified: here, or on a Ray cluster"
    )
    accept_unproved: bool = Field(
        description="reward what no simulation tells from the golden though nothing proved it; false: judged by hybrid"
    )
    vllm: Literal["off", "colocate", "server"] = Field(
        description="generate with vLLM: not, in this process, or on a server"
    )
    vllm_host: Annotated[str, ASIDE] = Field(description="where `trl vllm-serve` runs (vllm: server)")
    deepspeed: Annotated[str | None, ASIDE] = Field(description="file of a DeepSpeed configuration; null: none")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """Parameters that would do nothing beside this draw_rule are refused."""
        idle = []
        if self.draw_rule != "tracking":
            idle += [f"rl.{name}={off}" for name, off in (("prompt_history", "false"), ("draw_margin", "0.0"))
                     if getattr(self, name)]  # fmt: skip
        if self.draw_rule == "none" and self.carry_steps:
            idle.append("rl.carry_steps=0")
        if idle:
            raise ValueError(f"it does nothing with draw_rule={self.draw_rule}; set {', '.join(idle)} as well")
        return self


class RlStudy(Section):
    """Short runs beside the main one: ways to fill a step, and filters of the RL set (paper §3.1, §3.3)."""

    seeds: Whole = Field(description="of every run; 0: no studies")
    rule_steps: Positive = Field(description="steps of the runs that compare ways to fill a step")
    rule_prompts: Whole = Field(description="their RL set's size; 0: all. The paper's 3.1 K are drawn some 25 times")
    filter_tokens: Positive = Field(description="tokens that each of the runs that compare filters may generate")
    prompts_per_step: Positive = Field(description="groups with mixed rewards per step of these runs")
    problems: Positive = Field(description="held-out problems that each run is judged on")
    simulated_steps: Positive = Field(description="steps of each simulated run at the paper's scale")
    jobs: Annotated[Whole, ASIDE] = Field(
        description="runs at once; 0: one per core, or one in all where there is a GPU"
    )


class Generation(Section):
    """Who writes answers outside a training step: in notebooks 03 to 07."""

    backend: Literal["transformers", "vllm", "endpoint"] = Field(
        description="transformers or vLLM in this process, or an OpenAI-compatible service at generation.base_url"
    )
    base_url: Annotated[str, ASIDE] = Field(description="of the endpoint, which is the backend wherever this is given")
    api_key_env: Annotated[str, ASIDE] = Field(description="environment variable that holds the endpoint's key")
    concurrency: Annotated[Positive, ASIDE] = Field(description="requests that the endpoint gets at once")
    dtype: Literal["auto", "float32", "bfloat16"] = Field(
        description="type of the weights; auto: bfloat16 on a GPU, float32 on a CPU"
    )
    vllm_memory: Annotated[Rate, ASIDE] = Field(description="share of the GPU's memory that vLLM takes")
    vllm_length: Whole = Field(description="longest sequence under vLLM, in tokens; 0: the model's own")
    vllm_tensor_parallel: Annotated[Positive, ASIDE] = Field(description="GPUs that share a model under vLLM")
    vllm_eager: Annotated[bool, ASIDE] = Field(description="vLLM without CUDA graphs: starts sooner, generates slower")

    @model_validator(mode="before")
    @classmethod
    def _url_means_endpoint(cls, given: dict[str, object]) -> dict[str, object]:
        return given | {"backend": "endpoint"} if given.get("base_url") else given


class Evaluation(Section):
    """What policies are tried on while they are trained, before and after it, and in notebook 07."""

    on: list[str] = Field(
        description="heldout: the problems of data.validation; or names of public benchmarks, judged by their testbenches"
    )
    problems: Positive = Field(description="problems that are tried, at most")
    samples: Positive = Field(description="answers per problem")
    temperature: Real = Field(description="sampling temperature")
    top_p: Rate = Field(description="share of the probability that is sampled from")
    max_tokens: Positive = Field(description="longest answer, in tokens")


class Benchmarks(Section):
    """The public benchmarks, read from an upstream checkout under `root`."""

    root: Annotated[str, ASIDE] = Field(description="folder of the upstream checkouts")
    names: list[str] = Field(description="benchmarks to measure; folder:PATH is one of your own")
    models: list[str] = Field(
        description="what is measured: sft, rl (the policies of 04 and 05), folders, hub names, gguf:PATH or names that the "
        "endpoint knows; NAME@0.6 is sampled at temperature 0.6"
    )
    problems: Whole = Field(description="problems per benchmark; 0: all")
    heldout_problems: Whole = Field(description="held-out designs for pass@k of the run's own policies; 0: none")
    samples: Positive = Field(description="answers per problem")
    temperature: Real = Field(description="sampling temperature of models that state none")
    top_p: Rate = Field(description="share of the probability that is sampled from")
    max_tokens: Positive = Field(description="longest answer, in tokens")

    @field_validator("models")
    @classmethod
    def _each_once(cls, models: list[str]) -> list[str]:
        if not models or len(set(models)) < len(models) or not all(_named(one)[0] for one in models):
            raise ValueError("needed: at least one model, each once")
        return models

    @property
    def asked(self) -> list[tuple[str, float]]:
        """Names of the models, with the temperature that each is sampled at."""
        named = (_named(spec) for spec in self.models)
        return [(name, self.temperature if own is None else own) for name, own in named]


def _named(spec: str) -> tuple[str, float | None]:
    """`NAME@0.6` as a name and a temperature; None where it states none."""
    name, _, number = spec.rpartition("@")
    return (name, float(number)) if re.fullmatch(r"\d+(\.\d+)?", number) and name else (spec, None)


class Scaling(Section):
    """Test-time scaling: accuracy against the response budget (paper §4.4)."""

    policy: str = Field(
        description="rl: the policy of notebook 05; sft: that of 04; or a folder, a hub name or gguf:PATH"
    )
    on: list[str] = Field(description="as evaluation.on")
    budgets: list[Positive] = Field(description="longest answer of each measurement, in tokens")
    problems: Positive = Field(description="problems that are tried, at most")
    samples: Positive = Field(description="answers per problem and budget")
    vote_problems: Positive = Field(description="held-out problems for majority voting")
    votes: list[Positive] = Field(description="numbers of answers that vote; the largest is generated per problem")


class Profile(Section):
    """All parameters of a run."""

    profile: Annotated[str, ASIDE] = Field(description="name of a profile, or a file of your own (*.yaml)")
    run: Annotated[str, ASIDE] = Field(description="name of the run: its folder below outputs/")
    seed: Whole = Field(description="of everything random")
    resume: Annotated[bool, ASIDE] = Field(description="go on from the last checkpoint of an interrupted run")
    upstream: Annotated[Literal["run", "check"], ASIDE] = Field(
        description="a stage's predecessor that is missing or stale: run it first, or stop and name it"
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
