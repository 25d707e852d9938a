"""Tokens and seconds of SFT and RL, from FLOPs and bytes. Every number that no parameter states is in `Assumptions`.

Training is bound by arithmetic, decoding by memory bandwidth: each step of decoding reads the weights once and the cache of
every answer under way. Answers are as long as the paper's figure of accuracy against budget says: see `LENGTHS`.
`docs/plan.md` says where each assumption comes from, and how much the hours hang on it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rtlvr.plan.hardware import Card
from rtlvr.plan.memory import Training
from rtlvr.plan.shapes import DecoderShape
from rtlvr.schema import Profile

# Share of the answers that are no longer than a share of the budget: accuracy of CodeV-R1-7B on RTLLM v1.1 at 4096, 8192 and
# 16384 tokens (7.1, 36.6 and 72.9 %), over that at 16384.
LENGTHS = ((0.0, 0.0), (0.25, 7.1 / 72.9), (0.5, 36.6 / 72.9), (1.0, 1.0))
PROBLEMS = {
    "verilog-eval-v1-human": 156, "verilog-eval-v1-machine": 143, "verilog-eval-v2-spec": 156,
    "verilog-eval-v2-complete": 156, "rtllm-v1.1": 29, "rtllm-v2.0": 50, "rtllm-v2.1": 50, "notsotiny": 1114,
}  # fmt: skip
_UNKNOWN = 100  # problems of a benchmark of the user's own
MEAN_SHARE = sum((b - a) * (y + x) / 2 for (x, a), (y, b) in pairwise(LENGTHS))
_SQUARE = sum((b - a) * (x * x + x * y + y * y) / 3 for (x, a), (y, b) in pairwise(LENGTHS)) / MEAN_SHARE**2


@dataclass(frozen=True)
class Assumptions:
    """What arithmetic needs and no parameter states; the same for SFT and RL.

    `mean_tokens` of an answer; 0: the published share of the budget. `rows` of the SFT set. `acceptance`: share of groups
    with mixed rewards; `draws` per step. `train_efficiency`: of the peak FLOP/s, recomputation counted. `decode_efficiency`:
    of the memory bandwidth. `cache_share`: of the memory, for weights and cache while answers are drawn. `verify_seconds`:
    of one core, per answer; `cores` per GPU. `host_link` and `host_memory`: bytes/s per GPU, and per machine of eight.
    """

    mean_tokens: float = 0.0
    prompt_tokens: float = 500.0
    rows: float = 87_000.0
    acceptance: float = 0.5
    draws: float = 2.0
    train_efficiency: float = 0.45
    decode_efficiency: float = 0.70
    cache_share: float = 0.60
    verify_seconds: float = 1.0
    cores: float = 8.0
    host_link: float = 25e9
    host_memory: float = 200e9

    def answer(self, budget: int) -> float:
        """Mean tokens of an answer within `budget`."""
        return self.mean_tokens or MEAN_SHARE * budget

    def square(self, budget: int) -> float:
        """Mean of the square of an answer's tokens."""
        return _SQUARE * self.answer(budget) ** 2


@dataclass(frozen=True)
class Line:
    """One line of a plan: what, how it comes about, and its value with unit."""

    name: str
    arithmetic: str
    value: float
    unit: str


def _flops(shape: DecoderShape, given: Assumptions, budget: int, passes: int) -> float:
    """FLOPs of a token in training: so many forward passes' worth, attention included."""
    row = given.prompt_tokens + given.answer(budget)
    squared = given.prompt_tokens**2 + 2 * given.prompt_tokens * given.answer(budget) + given.square(budget)
    attended = squared / (2 * row)  # tokens that a token looks back on, on average
    return passes * (2 * shape.multiplied + 4 * shape.layers * shape.queries * attended)


def sft(params: Profile, how: Training, card: Card, shape: DecoderShape, given: Assumptions) -> list[Line]:
    """Tokens and hours of SFT: all rows, every epoch, with recomputation (four forward passes' worth per token)."""
    stage, gpus = params.sft, how.devices
    row = given.prompt_tokens + given.answer(stage.max_length)
    tokens = given.rows * row * stage.epochs
    each = _flops(shape, given, stage.max_length, 4)
    compute = tokens * each / (gpus * card.flops * given.train_efficiency)
    # Without packing a sequence holds one row.
    held = tokens / (stage.max_length if stage.packing else row)
    updates = math.ceil(held / (stage.batch_size * stage.accumulation * gpus))
    moved = updates * _offloaded(shape, gpus, stage.accumulation, given) if how.offload else 0.0
    return [
        Line("tokens", f"{given.rows:.0f} rows x {row:.0f} tokens x {stage.epochs:g} epochs", tokens / 1e9, "G"),
        Line(
            "arithmetic", f"{each / 1e9:.0f} GFLOP a token, {given.train_efficiency:.0%} of peak", compute / 3600, "h"
        ),
        Line("offloading", f"{updates} updates", moved / 3600, "h"),
        Line("SFT, in all", "the two above", (compute + moved) / 3600, "h"),
    ]


def _offloaded(shape: DecoderShape, gpus: int, accumulation: int, given: Assumptions) -> float:
    """Seconds of an update: weights up three times and gradients down per micro-batch; then AdamW reads and writes 28 B."""
    link = accumulation * 4 * 2 * shape.parameters / gpus / given.host_link
    return link + 28 * shape.parameters / (given.host_memory * math.ceil(gpus / 8))


def rl(params: Profile, how: Training, card: Card, shape: DecoderShape, given: Assumptions) -> list[Line]:
    """Tokens and seconds of one step of RL, and hours of all."""
    stage, gpus = params.rl, how.devices
    trained = stage.prompts_per_step * stage.group_size
    drawn = trained / given.acceptance
    mean = given.answer(stage.max_response)
    draw, at_once = _draw(drawn / given.draws / gpus, stage.max_response, card, shape, given)
    generation = given.draws * draw
    judged = drawn * given.verify_seconds / (given.cores * gpus)
    waiting = max(0.0, judged - generation)
    passes = 5 if how.checkpointing else 4  # old probabilities, forward, perhaps again, backward
    each, tokens = _flops(shape, given, stage.max_response, passes), trained * (given.prompt_tokens + mean)
    train = tokens * each / (gpus * card.flops * given.train_efficiency)
    step = generation + waiting + train
    return [
        Line("answers drawn in a step", f"{trained} trained / acceptance {given.acceptance:g}", drawn, ""),
        Line("tokens generated in a step", f"x {mean:.0f} tokens", drawn * mean / 1e6, "M"),
        Line("answers under way on a GPU", "at most: what the cache holds", at_once, ""),
        Line(
            "decoding speed",
            f"of all {gpus} GPUs, the wait for the longest counted",
            drawn * mean / generation,
            "tokens/s",
        ),
        Line("generation", f"{given.draws:g} draws, {given.decode_efficiency:.0%} of bandwidth", generation, "s"),
        Line("verification not hidden", f"{judged:.0f} s beside generation", waiting, "s"),
        Line("training", f"{each / 1e9:.0f} GFLOP a token, {given.train_efficiency:.0%} of peak", train, "s"),
        Line("step", "the three above", step, "s"),
        Line("RL, in all", f"{stage.steps} steps", step * stage.steps / 3600, "h"),
    ]


def evaluation(
    params: Profile, gpus: int, card: Card, measured: Sequence[DecoderShape], scaled: DecoderShape, given: Assumptions
) -> list[Line]:
    """Hours of generating for notebooks 06 and 07: each benchmark, each budget, is asked on all GPUs at once.

    Args:
        measured: the models of notebook 06, one after the other.
        scaled: the model of notebook 07.
    """
    marks, scaling = params.benchmarks, params.scaling
    sizes = [min(PROBLEMS.get(name, _UNKNOWN), marks.problems or math.inf) for name in marks.names]
    asked = [(size * marks.samples, marks.max_tokens) for size in sizes]
    again = [(float(scaling.problems * scaling.samples), budget) for budget in scaling.budgets]

    def hours(shape: DecoderShape, rows: list[tuple[float, int]]) -> float:
        return sum(_draw(answers / gpus, budget, card, shape, given)[0] for answers, budget in rows) / 3600

    first, second = sum(hours(shape, asked) for shape in measured), hours(scaled, again)
    total, models = sum(answers for answers, _ in asked), len(measured)
    each = f"{models} model{'s' if models > 1 else ''} x {total:.0f} answers of at most {marks.max_tokens} tokens"
    return [
        Line("benchmarks (06)", each, first, "h"),
        Line("test-time scaling (07)", f"{sum(n for n, _ in again):.0f} answers, {len(again)} budgets", second, "h"),
        Line("evaluation, in all", "the two above", first + second, "h"),
    ]


def _draw(answers: float, longest: int, card: Card, shape: DecoderShape, given: Assumptions) -> tuple[float, float]:
    """Seconds of a draw of `answers` on one GPU, and how many of them are under way at once.

    The cache is read once per token and answer: prompt x length + length^2 / 2 tokens for each answer. The weights are
    read at every step: as many as the longest answer has, and more where not all answers fit at once.
    """
    token = 2 * 2 * shape.layers * shape.key_values  # bytes of the cache
    mean = given.answer(longest)
    read = given.prompt_tokens * mean + given.square(longest) / 2
    at_once = max(1.0, min(answers, room(card, shape, given) / (token * read / mean)))
    steps = longest + max(0.0, answers - at_once) * mean / at_once
    read_bytes = steps * 2 * shape.parameters + answers * read * token
    return read_bytes / (card.bandwidth * given.decode_efficiency), at_once


def room(card: Card, shape: DecoderShape, given: Assumptions) -> float:
    """Bytes for the cache of answers under way, beside the weights in bfloat16; below 0 where not even these fit."""
    return given.cache_share * card.memory - 2 * shape.parameters
