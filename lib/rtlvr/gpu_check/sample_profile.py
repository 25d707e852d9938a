"""Where a decode step of the kit's own loop spends its time: each part alone, the device idle before and after it."""

import random
from collections.abc import Callable
from functools import partial
from statistics import mean

import torch
from transformers import DynamicCache, PreTrainedModel

from rtlvr.gpu_check.context import CheckContext, Row, clocked, guarded
from rtlvr.gpu_check.models import random_prompts
from rtlvr.policy.attention import GROUPED
from rtlvr.policy.generate import Sampling, cache_shape, choose

_BATCH, _TINY_BATCH = 512, 4
_STEPS, _TINY_STEPS = 20, 3


def profile(model: PreTrainedModel, context: CheckContext, prompt: int) -> list[Row]:
    """Rows of `kind` sample_profile: `part`, and its mean milliseconds per step at batch 512.

    Parts: `forward`, the model with its cache growing; `forward, cuDNN`, the same with cuDNN's attention, which the kit
    turns off; `forward, grouped`, with the kit's attention for CPUs; `choose`, a token per row from torch's generator;
    `choose by keys`, the same from each row's own random numbers; `to host`, tokens and log-probabilities as lists;
    `cache grows`, alone what is a part of `forward`: one more token behind every layer's keys and values; `cache
    compacted`, once in a while: a quarter of the rows leaves.
    """
    batch, steps = (_TINY_BATCH, _TINY_STEPS) if context.tiny else (_BATCH, _STEPS)
    parts: dict[str, Callable[[], float]] = {
        "forward": lambda: _forward(model, context, batch, prompt, steps),
        "forward, cuDNN": lambda: _with_cudnn(lambda: _forward(model, context, batch, prompt + 1, max(2, steps // 2))),
        "forward, grouped": lambda: _grouped(model, lambda: _forward(model, context, batch, prompt, steps)),
        "choose": lambda: _choosing(model, context, batch, steps, keyed=False),
        "choose by keys": lambda: _choosing(model, context, batch, steps, keyed=True),
        "to host": lambda: _to_host(model, context, batch, steps),
        "cache grows": lambda: _growing(model, context, batch, prompt, steps),
        "cache compacted": lambda: _compacting(model, context, batch, prompt),
    }
    rows = []
    for part, measure in parts.items():
        key: Row = {"kind": "sample_profile", "model": context.model_name, "batch": batch, "part": part}
        rows.append(guarded(context, key, partial(_milliseconds, measure)))
    return rows


def _milliseconds(measure: Callable[[], float]) -> Row:
    return {"ms_per_step": 1000 * measure()}


def _with_cudnn(measure: Callable[[], float]) -> float:
    """`measure` on shapes that are new to cuDNN, with its attention allowed."""
    torch.backends.cuda.enable_cudnn_sdp(True)
    try:
        return measure()
    finally:
        torch.backends.cuda.enable_cudnn_sdp(False)


def _grouped(model: PreTrainedModel, measure: Callable[[], float]) -> float:
    """`measure` with the query heads of a key head as rows of one product; the model gets its attention back."""
    before = model.config._attn_implementation
    model.set_attn_implementation(GROUPED)
    try:
        return measure()
    finally:
        model.set_attn_implementation(before)


@torch.no_grad()
def _forward(model: PreTrainedModel, context: CheckContext, batch: int, prompt: int, steps: int) -> float:
    prompts = random_prompts(model, batch, prompt)
    width, cache = max(map(len, prompts)), DynamicCache(config=model.config)
    ids = torch.tensor([[0] * (width - len(p)) + p for p in prompts], device=context.device)
    mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in prompts], device=context.device)
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    times = []
    for _ in range(steps + 3):  # the prompts and two warm-up steps are not counted
        step = partial(
            model, input_ids=ids, attention_mask=mask, position_ids=positions, past_key_values=cache, logits_to_keep=1
        )
        output, seconds = clocked(step, context.device)
        times.append(seconds)
        ids, positions = output.logits[:, -1].argmax(-1)[:, None], positions[:, -1:] + 1
        mask = torch.cat([mask, mask.new_ones(len(mask), 1)], dim=1)
    return mean(times[3:])


def _choosing(model: PreTrainedModel, context: CheckContext, batch: int, steps: int, keyed: bool) -> float:
    logits = torch.randn(batch, model.config.vocab_size, device=context.device)
    own = [random.Random(str(row)) for row in range(batch)]

    def once() -> object:
        return choose(logits, Sampling(1, temperature=1.0), [r.random() for r in own] if keyed else None)

    return _mean_seconds(once, context, steps)


def _to_host(model: PreTrainedModel, context: CheckContext, batch: int, steps: int) -> float:
    tokens = torch.zeros(batch, dtype=torch.long, device=context.device)
    logs = torch.zeros(batch, device=context.device)
    return _mean_seconds(lambda: (tokens.tolist(), logs.tolist()), context, steps)


@torch.no_grad()
def _growing(model: PreTrainedModel, context: CheckContext, batch: int, prompt: int, steps: int) -> float:
    layers, heads, size = cache_shape(model)
    keys = torch.zeros(batch, heads, prompt, size, dtype=model.dtype, device=context.device)
    new = keys[:, :, :1].clone()

    def once() -> None:
        for _ in range(2 * layers):
            torch.cat([keys, new], dim=-2)

    return _mean_seconds(once, context, steps)


@torch.no_grad()
def _compacting(model: PreTrainedModel, context: CheckContext, batch: int, prompt: int) -> float:
    layers, heads, size = cache_shape(model)
    keys = torch.zeros(batch, heads, prompt, size, dtype=model.dtype, device=context.device)
    kept = torch.arange(batch - batch // 4, device=context.device)

    def once() -> None:
        for _ in range(2 * layers):
            keys[kept, ...]

    return _mean_seconds(once, context, 3)


def _mean_seconds(once: Callable[[], object], context: CheckContext, steps: int) -> float:
    for _ in range(2):
        once()
    return mean(clocked(once, context.device)[1] for _ in range(steps))
