"""Profiles: every stage's parameters in one strict schema.

A profile is a YAML file in `params/`, a delta over `base.yaml`. Unknown keys, wrong types and values out of range are
errors that say what was got and what is allowed. Numbers such as 1.0e-5 need the point: YAML 1.1 reads 1e-5 as text.
"""

from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from rtlvr.errors import ParameterError
from rtlvr.paths import PROFILES

PROFILE_NAMES = ("smoke", "cpu", "gpu", "paper")

Positive = Annotated[int, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]
Rate = Annotated[float, Field(ge=0.0, le=1.0)]
Real = Annotated[float, Field(ge=0.0)]


class Section(BaseModel):
    """A strict, immutable group of parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Testbench(Section):
    """The generated testbench (paper §3.2): M sequences of N cycles."""

    __test__ = False  # not a test class, whatever pytest thinks of the name
    sequences: Positive
    cycles: Positive
    strict_x: bool
    workers: Count = Field(description="verification processes; 0: one per core")


class Study(Section):
    """The fault-injection study of notebook 01."""

    goldens: Positive
    mutants: Positive = Field(description="injected faults per golden")
    budgets: list[list[Positive]] = Field(description="(M, N) pairs that are compared")
    benchmark_goldens: Positive = Field(description="references whose own testbenches are studied, where they are here")
    cost_goldens: Positive = Field(description="goldens on which the cost of a check is measured")


class Corpus(Section):
    """Goldens and their cleaning."""

    sources: list[str] = Field(description="seed, directory:PATH, archive:PATH, hub:NAME, authors:PATH")
    designs: Count = Field(description="procedural goldens to draw besides")
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
    replayed: Count = Field(description="seed goldens to replay a recorded real model on, besides; 0: none")
    transcript: str = Field(description="file that replies are replayed from, and recorded to; empty: the stage's own")
    base_url: str = Field(description="endpoint teacher: an OpenAI-compatible URL")
    describe_model: str
    solve_model: str
    api_key_env: str = Field(description="name of the environment variable with the key")
    answers: Positive = Field(description="answers asked for per description")
    describe_temperature: Real
    solve_temperature: Real
    describe_tokens: Positive
    solve_tokens: Positive
    concurrency: Positive = Field(description="requests under way at once")
    request_seconds: Positive = Field(description="time-out of one request")
    max_total_tokens: Count = Field(description="tokens that a run may buy; 0: no limit")
    max_cost: Real = Field(description="money that a run may spend, in the prices' currency; 0: no limit")
    prompt_price: Real = Field(description="per million tokens")
    completion_price: Real = Field(description="per million tokens")
    push_to_hub: str = Field(description="dataset on the Hub to push to, as OWNER/NAME; empty: none")


class Filtering(Section):
    """Difficulty and equivalence filters (paper §3.1, steps 3 to 5)."""

    base_model: str
    sft_attempts: Count = Field(
        description="drop from SFT what the base solves in any of so many attempts; 0: keep all"
    )
    rl_source: Literal["hard", "all"] = Field(
        description="hard: filter 2 sees what filter 1 kept, as in the paper; all: every sound triple"
    )
    rl_attempts: Count = Field(description="drop from RL what the distilled model solves in any of so many attempts")
    agree: Positive = Field(
        description="answers to a description (of roundtrip.answers) that must be equivalent to keep it"
    )
    temperature: Real
    max_tokens: Positive
    truth_designs: Positive = Field(description="designs on which the equivalence filter is held against known truth")
    truth_rates: list[Rate] = Field(description="error rates of the teacher there, in description and in code each")


class Sft(Section):
    """Supervised fine-tuning with TRL's SFTTrainer."""

    model: str
    epochs: Real
    learning_rate: Real
    scheduler: Literal["cosine", "linear", "constant"]
    warmup_ratio: Rate
    batch_size: Positive = Field(description="sequences per device and forward pass")
    accumulation: Positive
    max_length: Positive
    packing: bool
    lora_rank: Count = Field(description="train an adapter of this rank on all linear layers; 0: all weights")
    eval_problems: Count = Field(
        description="held-out problems that are generated and verified while training; 0: none"
    )
    bf16: bool
    attention: Literal["sdpa", "flash_attention_2", "eager"]
    deepspeed: str | None


class Rl(Section):
    """Adaptive DAPO on TRL's GRPOTrainer (paper §3.3)."""

    model: str = Field(description="'sft': the policy of stage 04; or a folder or hub name")
    seed: Count = Field(description="of RL alone: a second seed needs no second upstream")
    steps: Positive
    token_budget: Count = Field(description="stop after the step in which so many tokens have been generated; 0: never")
    seconds: Count = Field(description="stop after the step in which so many seconds have passed; 0: never")
    answer: Literal["tags", "code"] = Field(description="what is rewarded: the paper's tags with the code inside, or "
                                            "any answer with a block of Verilog")  # fmt: skip
    learning_rate: Real
    warmup_steps: Count
    weight_decay: Real
    max_grad_norm: Real
    prompts_per_step: Positive = Field(description="B_train: groups with mixed rewards per optimisation step")
    mini_batch_prompts: Positive = Field(description="groups per optimiser update")
    group_size: Positive = Field(description="responses per prompt")
    temperature: Real
    max_prompt: Positive
    max_response: Positive
    clip_low: Real
    clip_high: Real
    overlong_buffer: Count = Field(
        description="tokens before the budget's end in which the penalty grows; 0: no penalty"
    )
    overlong_penalty: Real
    draw_rule: Literal["none", "fixed", "paper", "tracking"] = Field(
        description="none: TRL's own step, uniform groups and all; tracking: ours"
    )
    max_draws: Positive = Field(description="draws after which a step trains on what it has")
    carry_steps: Count = Field(description="steps for which a surplus mixed group may wait; 0: discarded, as released")
    prompt_history: bool = Field(description="draw prompts less often whose answers were all alike (tracking only)")
    draw_margin: Real = Field(description="standard deviations that the tracking rule draws above its expectation")
    prompts: Count = Field(description="size of the RL set, drawn at random from what the filters leave; 0: all of it")
    micro_batch: Positive = Field(description="responses per forward pass and device")
    lora_rank: Count = Field(description="train an adapter of this rank on all linear layers; 0: all weights")
    save_steps: Positive
    eval_steps: Positive
    eval_problems: Count = Field(description="held-out problems that are tried while training; 0: none")
    bf16: bool = Field(description="products in bfloat16 (autocast), weights in float32; on a GPU answers are sampled "
                       "from a bfloat16 copy")  # fmt: skip
    gradient_checkpointing: bool
    report_to: Literal["none", "tensorboard", "trackio"]
    verify_on: Literal["local", "ray"] = Field(description="where rewards are verified: here, or on a Ray cluster")
    accept_unproved: bool = Field(
        description="reward what no simulation tells from the golden though nothing proved it; false: judged by hybrid"
    )
    vllm: Literal["off", "colocate", "server"]
    vllm_host: str = Field(description="where `trl vllm-serve` runs (vllm: server)")
    deepspeed: str | None


class RlStudy(Section):
    """Short runs beside the main one: ways to fill a step, and filters of the RL set (paper §3.1, §3.3)."""

    seeds: Count = Field(description="of every run; 0: no studies")
    rule_steps: Positive = Field(description="steps of the runs that compare ways to fill a step")
    rule_prompts: Count = Field(description="their RL set's size; 0: all. The paper's 3.1 K are drawn some 25 times")
    filter_tokens: Positive = Field(description="tokens that each of the runs that compare filters may generate")
    prompts_per_step: Positive
    problems: Positive = Field(description="held-out problems that each run is judged on")
    simulated_steps: Positive = Field(description="steps of each simulated run at the paper's scale")
    jobs: Count = Field(description="runs at once; 0: one per core, or one in all where there is a GPU")


class Evaluation(Section):
    """The kit's own held-out problems."""

    problems: Positive
    samples: Positive
    temperature: Real
    top_p: Rate
    max_tokens: Positive


class Benchmarks(Section):
    """The public benchmarks, read from an upstream checkout under `root`."""

    root: str
    names: list[str]
    backend: Literal["transformers", "vllm", "endpoint"]
    model: str = Field(description="a folder, a hub's name, gguf:PATH, or the endpoint's name; empty: the policy of 05")
    base_url: str = Field(description="of the endpoint")
    api_key_env: str = Field(description="environment variable that holds the endpoint's key")
    problems: Count = Field(description="problems per benchmark; 0: all")
    heldout_problems: Positive = Field(description="held-out designs for pass@k")
    samples: Positive
    temperature: Real
    top_p: Rate
    max_tokens: Positive


class Scaling(Section):
    """Test-time scaling: accuracy against the response budget (paper §4.4)."""

    policy: Literal["rl", "sft"]
    budgets: list[Positive]
    problems: Positive
    samples: Positive
    vote_problems: Positive = Field(description="held-out problems for majority voting")
    votes: list[Positive] = Field(description="numbers of answers that vote; the largest is generated per problem")


class Profile(Section):
    """All parameters of a run."""

    profile: str
    run: str
    seed: Count
    resume: bool
    testbench: Testbench
    study: Study
    corpus: Corpus
    roundtrip: Roundtrip
    filtering: Filtering
    sft: Sft
    rl: Rl
    rl_study: RlStudy
    evaluation: Evaluation
    benchmarks: Benchmarks
    scaling: Scaling


def load(profile: str = "cpu", overrides: dict[str, Any] | None = None) -> Profile:
    """Load a profile and apply `overrides` (dotted keys such as `rl.steps`; a value of None keeps the profile's).

    Text values are converted where the parameter's type allows it ('300', 'false', 'a,b' for a list), because papermill's
    `-p` passes some values as text.

    Raises:
        ParameterError: unknown profile or key, wrong type, value out of range.
    """
    if profile not in PROFILE_NAMES:
        raise ParameterError(f"got profile={profile!r}; allowed: {', '.join(PROFILE_NAMES)}")
    tree = _merge(_read("base"), _read(profile))
    tree = {"profile": profile, "run": profile, **tree}
    for key, value in (overrides or {}).items():
        if value is not None:
            _set(tree, key, value)
    try:
        return Profile.model_validate(tree)
    except ValidationError as error:
        raise ParameterError(_explain(error)) from error


def allowed_keys() -> list[str]:
    """All dotted parameter names."""
    keys = []
    for name, field in Profile.model_fields.items():
        section = field.annotation
        nested = isinstance(section, type) and issubclass(section, Section)
        keys += [f"{name}.{inner}" for inner in section.model_fields] if nested else [name]
    return keys


def _read(name: str) -> dict[str, Any]:
    return yaml.safe_load((PROFILES / f"{name}.yaml").read_text(encoding="utf-8")) or {}


def _merge(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged


def _set(tree: dict[str, Any], key: str, value: object) -> None:
    if key not in allowed_keys():
        raise ParameterError(f"got parameter {key!r}; allowed: {', '.join(allowed_keys())}")
    *sections, leaf = key.split(".")
    model: type[BaseModel] = Profile
    for name in sections:
        tree = tree[name]
        model = model.model_fields[name].annotation
    field = model.model_fields[leaf]
    kind = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    if isinstance(value, bool) and field.annotation is not bool:
        raise ParameterError(f"got {key}={value!r}; allowed: {_type_name(field.annotation)}")
    if isinstance(value, str) and field.annotation == list[str]:
        value = [item.strip() for item in value.split(",") if item.strip()]
    try:
        tree[leaf] = TypeAdapter(kind).validate_python(value, strict=not isinstance(value, str))
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        raise ParameterError(f"got {key}={value!r}; allowed: {_type_name(field.annotation)} ({reason})") from error


def _type_name(kind: object) -> str:
    return getattr(kind, "__name__", str(kind))


def _explain(error: ValidationError) -> str:
    lines = []
    for item in error.errors():
        key = ".".join(str(part) for part in item["loc"])
        section = item["loc"][0] if item["loc"] else ""
        near = [k for k in allowed_keys() if k.startswith(f"{section}.")] or allowed_keys()
        hint = f"; allowed: {', '.join(near)}" if item["type"] == "extra_forbidden" else ""
        lines.append(f"{key}: got {item['input']!r}: {item['msg']}{hint}")
    return "\n".join(lines)
