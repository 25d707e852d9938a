"""What a run of the RL stage takes on a cluster, before it is begun: memory, tokens, hours, with the arithmetic.

    rtlvr plan --profile paper [--gpus 16] [--gpu a100-80g] [--mean-tokens 5000] [--acceptance 0.4]

Two numbers no profile can know: how long answers are on average, and what share of groups is mixed; both are arguments, and
the last line says which mean length would give the published 127 hours. Generation and training take turns on the same
GPUs. Efficiencies are assumptions of common size, not measurements.
"""

from dataclasses import dataclass

from rtlvr.errors import ParameterError
from rtlvr.params import Profile

PUBLISHED_HOURS = 127.0  # facts of the paper: 300 steps of a 7B policy on 16 x A100-80G


@dataclass(frozen=True)
class Gpu:
    """Memory in bytes, peak bfloat16 FLOP/s, memory bandwidth in bytes/s (vendors' data sheets)."""

    memory: float
    flops: float
    bandwidth: float


GPUS = {
    "a100-80g": Gpu(80e9, 312e12, 2.0e12),
    "h100-80g": Gpu(80e9, 989e12, 3.35e12),
    "h200-141g": Gpu(141e9, 989e12, 4.8e12),
    "rtx4090-24g": Gpu(24e9, 165e12, 1.0e12),
}


@dataclass(frozen=True)
class DecoderShape:
    """A decoder: parameters, layers, hidden size, key-value width (heads x head size). Default: Qwen2.5-7B."""

    parameters: float = 7.6e9
    layers: int = 28
    hidden: int = 3584
    key_values: int = 512


@dataclass(frozen=True)
class Assumptions:
    """What arithmetic needs and no parameter states."""

    mean_tokens: float = 5000.0
    prompt_tokens: float = 500.0
    acceptance: float = 0.4
    rounds: float = 2.0  # draws per step
    train_efficiency: float = 0.40  # of peak FLOP/s
    decode_efficiency: float = 0.5  # of the bandwidth bound
    concurrency: int = 128  # answers that a GPU decodes at once


@dataclass(frozen=True)
class Line:
    """One line of a plan: what, how it comes about, and its value with unit."""

    name: str
    arithmetic: str
    value: float
    unit: str


def memory(params: Profile, gpus: int, shape: DecoderShape) -> list[Line]:
    """Bytes per GPU under ZeRO-3 with Adam, gradient checkpointing and bfloat16, for training and for generation."""
    p, rl = shape.parameters, params.rl
    states = 16 * p / gpus
    tokens = rl.micro_batch * (rl.max_prompt + rl.max_response)
    saved = 2 * tokens * shape.hidden * shape.layers
    cache = 4 * shape.layers * shape.key_values
    return [
        Line("weights, gradients, Adam", f"16 B x {p:.3g} / {gpus} GPUs", states / 1e9, "GB"),
        Line("saved activations", f"2 B x {tokens} tokens x {shape.hidden} x {shape.layers} layers", saved / 1e9, "GB"),
        Line("training, in all", "the two above", (states + saved) / 1e9, "GB"),
        Line("generation: weights", f"2 B x {p:.3g}", 2 * p / 1e9, "GB"),
        Line("generation: cache per token", f"4 B x {shape.layers} layers x {shape.key_values}", cache / 1e3, "kB"),
    ]


def step(params: Profile, gpus: int, gpu: Gpu, shape: DecoderShape, given: Assumptions) -> list[Line]:
    """Tokens and seconds of one optimisation step."""
    rl, p = params.rl, shape.parameters
    trained = rl.prompts_per_step * rl.group_size
    drawn = trained / given.acceptance
    tokens = drawn * given.mean_tokens
    context = given.prompt_tokens + given.mean_tokens / 2
    per_token = (2 * p + given.concurrency * context * 4 * shape.layers * shape.key_values) / gpu.bandwidth
    per_token /= given.decode_efficiency
    speed = gpus * given.concurrency / per_token
    tail = given.rounds * rl.max_response * 2 * p / gpu.bandwidth / given.decode_efficiency
    passes = trained * (given.prompt_tokens + given.mean_tokens)
    train = 10 * p * passes / (gpus * gpu.flops * given.train_efficiency)
    return [
        Line("answers drawn", f"{trained} trained / acceptance {given.acceptance}", drawn, ""),
        Line("tokens generated", f"x {given.mean_tokens:.0f} tokens", tokens / 1e6, "M"),
        Line("decoding speed", f"{gpus} GPUs x {given.concurrency} / {1e3 * per_token:.1f} ms", speed, "tokens/s"),
        Line("generation", "tokens / speed", tokens / speed, "s"),
        Line("waiting for the longest", f"{given.rounds:g} draws x {rl.max_response} tokens, weights alone", tail, "s"),
        Line("training", f"10 x {p:.3g} x {passes / 1e6:.1f} M tokens (forward twice, again, backward)", train, "s"),
        Line("step", "the three above", tokens / speed + tail + train, "s"),
    ]


def hours(params: Profile, gpus: int, gpu: Gpu, shape: DecoderShape, given: Assumptions) -> float:
    """Hours of the whole run."""
    return step(params, gpus, gpu, shape, given)[-1].value * params.rl.steps / 3600


def mean_tokens_for(
    target: float, params: Profile, gpus: int, gpu: Gpu, shape: DecoderShape, given: Assumptions
) -> float:
    """The mean length of an answer at which the run takes `target` hours, by bisection up to the budget."""
    low, high = 1.0, float(params.rl.max_response)
    for _ in range(50):
        middle = (low + high) / 2
        longer = Assumptions(**{**given.__dict__, "mean_tokens": middle})
        low, high = (middle, high) if hours(params, gpus, gpu, shape, longer) < target else (low, middle)
    return low


def plan(
    params: Profile, gpus: int, gpu: str, shape: DecoderShape | None = None, given: Assumptions | None = None
) -> list[Line]:
    """The whole plan.

    Raises:
        ParameterError: an unknown GPU, or numbers without meaning.
    """
    if gpu not in GPUS:
        raise ParameterError(f"got GPU {gpu!r}; allowed: {', '.join(GPUS)}")
    shape, given = shape or DecoderShape(), given or Assumptions()
    if gpus < 1 or not 0 < given.acceptance <= 1 or not 0 < given.mean_tokens <= params.rl.max_response:
        raise ParameterError(
            f"got {gpus} GPUs, acceptance {given.acceptance}, {given.mean_tokens} tokens; needed: at least 1, "
            f"in (0, 1], in (0, {params.rl.max_response}]"
        )
    machine = (params, gpus, GPUS[gpu], shape, given)
    total, length = hours(*machine), mean_tokens_for(PUBLISHED_HOURS, *machine)
    return [
        *memory(params, gpus, shape),
        *step(*machine),
        Line("run", f"{params.rl.steps} steps", total, "h"),
        Line("published", "300 steps on 16 x A100-80G", PUBLISHED_HOURS, "h"),
        Line("mean length that gives the published", "by bisection", length, "tokens"),
    ]
