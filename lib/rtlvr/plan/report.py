"""The plan of a profile on a machine, line by line: `rtlvr plan`.

    rtlvr plan --profile paper
    rtlvr plan --profile gpu --gpu 4090 --lora 16 --model Qwen/Qwen2.5-Coder-1.5B-Instruct
    rtlvr plan --profile paper --gpu h100 --gpus 8 --zero 3

Generation and training take turns on the same GPUs. A stage that does not fit is told with the first change that makes it fit.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from rtlvr.errors import ParameterError
from rtlvr.paths import from_profile
from rtlvr.plan.hardware import Card, card
from rtlvr.plan.hours import Assumptions, Line, evaluation, rl, room, sft
from rtlvr.plan.memory import RESERVE, Training, fits, host, largest, memory
from rtlvr.plan.shapes import DecoderShape, shape_of
from rtlvr.schema import Profile

PUBLISHED = {"SFT": (8, 78.0), "RL": (16, 127.0)}  # GPUs (A100-80G) and hours, as the paper says
_PARTS = {
    "weights": "weights",
    "gradients": "gradients",
    "optimizer": "optimiser",
    "casts": "weights in bfloat16 for the products",
    "activations": "what the backward pass needs",
    "logits": "logits and their gradients",
    "beside": "generation, meanwhile",
}
_COLOCATED = 0.3  # of the card, which vLLM holds in the trainer's process: TRL's default


@dataclass(frozen=True)
class Machine:
    """What a plan is for. None: as the profile says (`gpus`: one without DeepSpeed, else as many as the paper had).

    Args:
        gpus: how many; the same for both stages.
        model: the policy, by a name or folder that `rtlvr.plan.shapes` knows.
        zero: DeepSpeed's stage; lora: rank of an adapter.
        whole_logits: as a trainer makes them that has no tiles.
    """

    gpu: str = "a100-80g"
    gpus: int | None = None
    model: str | None = None
    zero: int | None = None
    lora: int | None = None
    whole_logits: bool = False


@dataclass(frozen=True)
class Forecast:
    """One stage's forecast: its setting, its lines, and what to do where it does not fit (empty: it does)."""

    stage: str
    setting: str
    lines: tuple[Line, ...]
    advice: str

    @property
    def hours(self) -> float:
        """Hours of the whole stage."""
        return self.lines[-1].value


def plan(params: Profile, machine: Machine | None = None, given: Assumptions | None = None) -> list[Forecast]:
    """The forecasts of SFT, RL and evaluation.

    Raises:
        ParameterError: an unknown GPU or model, or numbers without meaning.
    """
    machine, given = machine or Machine(), given or Assumptions()
    _check(params, machine, given)
    stages = [_stage(stage, params, machine, given) for stage in ("SFT", "RL")]
    return [*stages, _evaluation(params, machine, given)]


def _check(params: Profile, machine: Machine, given: Assumptions) -> None:
    longest = params.rl.max_response
    if (
        (machine.gpus is not None and machine.gpus < 1)
        or machine.zero not in (None, 0, 1, 2, 3)
        or (machine.lora or 0) < 0
    ):
        raise ParameterError(
            f"got {machine.gpus} GPUs, ZeRO stage {machine.zero}, LoRA rank {machine.lora}; needed: at least 1, 0 to 3, at least 0"
        )
    if not 0 < given.acceptance <= 1 or not 0 <= given.mean_tokens <= longest:
        raise ParameterError(
            f"got acceptance {given.acceptance}, {given.mean_tokens:g} tokens; needed: in (0, 1], and at most "
            f"rl.max_response = {longest} (0: the published share of it); set rl.max_response for longer answers"
        )


def _stage(stage: str, params: Profile, machine: Machine, given: Assumptions) -> Forecast:
    device, shape = card(machine.gpu), shape_of(_model(stage, params, machine))
    how = training(stage, params, machine, device.memory)
    given = replace(given, cache_share=_COLOCATED) if params.rl.vllm == "colocate" else given
    used = memory(shape, how)
    hours = (sft if stage == "SFT" else rl)(params, how, device, shape, given)
    lines = [
        *(Line(_PARTS[f.name], "", getattr(used, f.name) / 1e9, "GB") for f in fields(used)),
        Line(
            "memory of a GPU, in all",
            f"of {(1 - RESERVE) * device.memory / 1e9:.0f} GB to be used",
            used.total / 1e9,
            "GB",
        ),
        Line("memory of the hosts", "for what is offloaded", host(shape, how) / 1e9, "GB"),
        Line(
            "largest micro-batch that fits",
            f"sequences of {how.length} tokens; set: {how.micro}",
            largest(shape, how, device.memory, _most(stage, params, how.devices)),
            "",
        ),
        *hours,
    ]
    told = [] if fits(shape, how, device.memory) else [_advice(shape, how, device.memory)]
    if stage == "RL" and room(device, shape, given) <= 0:
        told.append(_generation(shape, device, given))
    return Forecast(stage, _setting(stage, params, machine, shape, how), tuple(lines), "; ".join(told))


def _evaluation(params: Profile, machine: Machine, given: Assumptions) -> Forecast:
    """With vLLM alone on the card; the models of notebook 06 come one after the other."""
    device, gpus = card(machine.gpu), machine.gpus or 1
    asked = [_asked(name, params, machine) for name, _ in params.benchmarks.asked]
    measured, given = [shape for _, shape in asked], replace(given, cache_share=1 - RESERVE)
    _, scaled = _asked(params.scaling.policy, params, machine)
    widest = max((*measured, scaled), key=lambda shape: shape.parameters)
    told = _generation(widest, device, given) if room(device, widest, given) <= 0 else ""
    sizes = ", ".join(f"{name} ({shape.parameters / 1e9:.2f} G weights)" for name, shape in asked)
    lines = evaluation(params, gpus, device, measured, scaled, given)
    return Forecast("evaluation", f"{sizes}, {gpus} x {machine.gpu}", tuple(lines), told)


def _asked(name: str, params: Profile, machine: Machine) -> tuple[str, DecoderShape]:
    """A model that is measured, and its shape; one whose shape is not known counts as the policy."""
    policy = _model("SFT" if name == "sft" else "RL", params, machine)
    if name in ("sft", "rl"):
        return f"{name}: {policy}", shape_of(policy)
    try:
        return name, shape_of(name)
    except ParameterError:
        return f"{name} as {policy}", shape_of(policy)


def _generation(shape: DecoderShape, device: Card, given: Assumptions) -> str:
    weights, share = 2 * shape.parameters / 1e9, given.cache_share * device.memory / 1e9
    return (
        f"cannot generate: {weights:.0f} GB of weights, {share:.0f} GB for them and the cache; take a smaller model, a larger "
        "card, or generate on others (rl.vllm: server)"
    )


def training(stage: str, params: Profile, machine: Machine, capacity: float) -> Training:
    """How `stage` (SFT or RL) trains by its parameters, on GPUs of `capacity` bytes."""
    own = params.sft if stage == "SFT" else params.rl
    zero, offload = _deepspeed(own.deepspeed)
    return Training(
        length=params.sft.max_length if stage == "SFT" else params.rl.max_prompt + params.rl.max_response,
        micro=params.sft.batch_size if stage == "SFT" else params.rl.micro_batch,
        devices=machine.gpus or (PUBLISHED[stage][0] if own.deepspeed else 1),
        zero=zero if machine.zero is None else machine.zero,
        offload=offload and machine.zero is None,
        lora_rank=own.lora_rank if machine.lora is None else machine.lora,
        beside=0.0 if stage == "SFT" else _beside(params, machine, capacity),
        checkpointing=stage == "SFT" or params.rl.gradient_checkpointing,
        autocast=own.bf16,
        tiled=not machine.whole_logits,
    )


def _beside(params: Profile, machine: Machine, capacity: float) -> float:
    """Bytes that generation holds while RL trains: vLLM's share, or a copy of the weights in bfloat16."""
    if params.rl.vllm == "colocate":
        return _COLOCATED * capacity
    alone = params.rl.vllm == "off" and params.rl.bf16 and not params.rl.deepspeed
    return 2.0 * shape_of(_model("RL", params, machine)).parameters if alone else 0.0


def advice(stage: str, params: Profile, gpus: int, capacity: float, model: str | None = None) -> str:
    """What to change for `stage` (SFT or RL) to fit into GPUs of `capacity` bytes; empty where it does.

    For a stage to say before it loads anything.

    Raises:
        ParameterError: the shape of the model is not known.
    """
    machine = Machine(gpus=gpus, model=model)
    shape, how = shape_of(_model(stage, params, machine)), training(stage, params, machine, capacity)
    return "" if fits(shape, how, capacity) else _advice(shape, how, capacity)


def _deepspeed(file: str | None) -> tuple[int, bool]:
    """ZeRO stage of a DeepSpeed configuration, and whether it offloads."""
    if not file:
        return 0, False
    zero = json.loads(from_profile(file).read_text(encoding="utf-8")).get("zero_optimization", {})
    return int(zero.get("stage", 0)), "offload_optimizer" in zero


def _model(stage: str, params: Profile, machine: Machine) -> str:
    own = params.sft.model if stage == "SFT" or params.rl.model == "sft" else params.rl.model
    return machine.model or own


def _most(stage: str, params: Profile, devices: int) -> int:
    """Sequences of one update on one device: no micro-batch is larger."""
    if stage == "SFT":
        return params.sft.batch_size * params.sft.accumulation
    return max(1, params.rl.mini_batch_prompts * params.rl.group_size // devices)


def _advice(shape: DecoderShape, how: Training, capacity: float) -> str:
    """The first change, of those that cost least, that makes the stage fit."""
    for words, changed in _changes(how):
        if fits(shape, changed, capacity):
            return f"does not fit; with {words} it does ({memory(shape, changed).total / 1e9:.0f} GB)"
    need = memory(shape, replace(how, micro=1)).total / 1e9
    return (
        f"does not fit, also with one sequence, LoRA or ZeRO ({need:.0f} GB); take shorter answers, a smaller model or a "
        "larger card"
    )


def _changes(how: Training) -> Iterator[tuple[str, Training]]:
    """Ways to need less, what costs least first."""
    one = replace(how, micro=1)
    yield "a micro-batch of 1", one
    yield "gradient checkpointing", replace(one, checkpointing=True)
    for stage in range(how.zero + 1, 4 if how.devices > 1 else 1):
        yield f"ZeRO stage {stage} (--zero {stage})", replace(one, checkpointing=True, zero=stage)
    yield "a LoRA adapter of rank 16 (lora_rank: 16)", replace(one, checkpointing=True, lora_rank=16)
    for count in (2, 4, 8, 16, 32, 64):
        if count > how.devices:
            yield f"ZeRO stage 3 on {count} GPUs", replace(one, checkpointing=True, zero=3, devices=count)
    yield (
        "DeepSpeed's offloading (params/deepspeed/zero3_offload.json)",
        replace(one, checkpointing=True, zero=3, offload=True),
    )


def _setting(stage: str, params: Profile, machine: Machine, shape: DecoderShape, how: Training) -> str:
    trained = f"LoRA of rank {how.lora_rank}" if how.lora_rank else "all weights"
    spread = f"ZeRO stage {how.zero}{', offloaded' if how.offload else ''}" if how.zero else "no ZeRO"
    return (
        f"{_model(stage, params, machine)} ({shape.parameters / 1e9:.2f} G weights), {how.devices} x {machine.gpu}, "
        f"{trained}, {spread}, {how.length} tokens"
    )


def text(plans: list[Forecast]) -> str:
    """The plans as `rtlvr plan` prints them."""
    rows = []
    for one in plans:
        rows.append(f"{one.stage}: {one.setting}")
        rows += [
            f"  {line.name:38s} {_value(line):>12s} {line.unit:9s} {line.arithmetic}".rstrip() for line in one.lines
        ]
        if one.stage in PUBLISHED:
            gpus, hours = PUBLISHED[one.stage]
            rows.append(f"  {'published':38s} {hours:>12,.1f} {'h':9s} the paper's own run on {gpus} x A100-80G")
        rows += [f"  {one.stage} {one.advice}"] if one.advice else []
    return "\n".join(rows)


def _value(line: Line) -> str:
    """A count without a unit is a whole number; the rest has one decimal."""
    return f"{line.value:,.1f}" if line.unit else f"{int(line.value):,}"
