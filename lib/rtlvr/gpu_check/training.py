"""Optimiser steps as the kit trains: float32 weights, bfloat16 autocast, AdamW, with and without gradient checkpointing.

Random tokens, every one a label, so that nothing is padding. Speed and peak memory by micro-batch and length.
"""

from functools import partial
from statistics import median

import torch
from transformers import PreTrainedModel

from rtlvr.gpu_check.context import CheckContext, Row, clocked, guarded, peak_gb, reset_peak
from rtlvr.gpu_check.device import matmul_rate
from rtlvr.gpu_check.models import matmul_parameters, model_of
from rtlvr.policy.generate import cache_shape

_SIZES = ((1, 4096), (8, 1024), (16, 512), (32, 512), (64, 512), (8, 4096))  # rows, tokens of each
_TINY_SIZES = ((1, 32), (2, 16))
_TIMED_STEPS = 2


def run(context: CheckContext) -> list[Row]:
    """Rows by `checkpointing`, `micro_batch` and `length`: tokens per second, share of peak FLOP/s, peak memory in GB."""
    peak = matmul_rate(context.device, torch.bfloat16, context.tiny)  # before the model fills the memory
    model = model_of(context, torch.float32).train()
    fused = True if context.cuda else None
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-6, weight_decay=0.0, fused=fused)
    _step(model, optimizer, context, 1, 16)  # the optimiser's state comes now, not in the middle of a row that fails
    rows = []
    for checkpointing in (True, False):
        _set_checkpointing(model, checkpointing)
        for batch, length in _TINY_SIZES if context.tiny else _SIZES:
            key: Row = {
                "model": context.model_name, "checkpointing": checkpointing, "micro_batch": batch, "length": length,
            }  # fmt: skip
            measure = partial(_measure, model, optimizer, context, batch, length, peak)
            rows.append(guarded(context, key, measure))
            optimizer.zero_grad(set_to_none=True)
    return rows


def flops_of_step(model: PreTrainedModel, batch: int, length: int) -> float:
    """FLOPs of one step without what checkpointing repeats: 6 per parameter and token, and causal attention's."""
    layers, _, size = cache_shape(model)
    attention = 6 * layers * model.config.num_attention_heads * size * length  # per token: half of the square is masked
    return float((6 * matmul_parameters(model) + attention) * batch * length)


def _measure(
    model: PreTrainedModel,
    optimizer: torch.optim.Optimizer,
    context: CheckContext,
    batch: int,
    length: int,
    peak: float,
) -> Row:
    reset_peak(context.device)
    _step(model, optimizer, context, batch, length)
    seconds = median(
        clocked(lambda: _step(model, optimizer, context, batch, length), context.device)[1] for _ in range(_TIMED_STEPS)
    )
    return {
        "seconds": seconds,
        "tokens_per_s": batch * length / seconds,
        "share_of_peak_flops": flops_of_step(model, batch, length) / seconds / peak,
        "peak_gb": peak_gb(context.device),
    }


def _step(
    model: PreTrainedModel, optimizer: torch.optim.Optimizer, context: CheckContext, batch: int, length: int
) -> float:
    """One optimiser step on `(batch, length)` random tokens; its loss, which waits for the device."""
    ids = torch.randint(10, model.config.vocab_size, (batch, length), device=context.device)
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast(context.device.type, dtype=torch.bfloat16):
        loss = model(input_ids=ids, labels=ids, use_cache=False).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return float(loss.item())


def _set_checkpointing(model: PreTrainedModel, on: bool) -> None:
    if on:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    else:
        model.gradient_checkpointing_disable()
