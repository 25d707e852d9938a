"""Tokens per second of generation, by engine, batch and length, against what memory bandwidth allows.

Engines: `batches` is the kit's own loop (`sample_ids`), `generate` is transformers' `model.generate`, `continuous` its
continuous batching (see `continuous`). All sample at
temperature 1 from bfloat16 weights, and no row ends before its length.

The limit: a decode step must read the weights once and the cache of every row once. At the measured copy bandwidth,
bytes read and written counted together, that takes (weight bytes + mean cache bytes) / bandwidth seconds. Attention's
copies, the growing of the cache and the choice of tokens come on top, so that a share of 1 is out of reach.
"""

import math
import time
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import torch
from transformers import GenerationConfig, PreTrainedModel

from rtlvr.gpu_check.context import CheckContext, Row, clocked, guarded, number, peak_gb, reset_peak, say
from rtlvr.gpu_check.continuous import continuous
from rtlvr.gpu_check.device import copy_bandwidth
from rtlvr.gpu_check.models import matmul_parameters, model_of, random_prompts
from rtlvr.gpu_check.sample_profile import profile
from rtlvr.policy.generate import Sampling, cache_bytes_per_token, sample_ids

_PROMPT, _TINY_PROMPT = 200, 12  # tokens, in the mean
_BUDGET = 60.0  # seconds for all rows of `kind` speed: a measurement that would go beyond is left out
# engine, rows, new tokens
_PLAN = (
    ("batches", 32, 128), ("batches", 128, 128), ("batches", 512, 128), ("batches", 1024, 128), ("batches", 512, 512),
    ("generate", 32, 128), ("generate", 128, 128), ("generate", 512, 128),
    ("continuous", 32, 128), ("continuous", 128, 128), ("continuous", 512, 128), ("continuous", 1024, 128),
    ("continuous", 512, 512),
)  # fmt: skip
_TINY_PLAN = (("batches", 4, 8), ("batches", 8, 8), ("generate", 4, 8), ("continuous", 4, 8))


def run(context: CheckContext) -> list[Row]:
    """Rows of `kind` speed (one per engine, batch and length) and sample_profile (milliseconds of a step's parts)."""
    bandwidth = copy_bandwidth(context.device, context.tiny)  # before the model fills the memory
    model = model_of(context, torch.bfloat16)
    rows: list[Row] = []
    prompt = _TINY_PROMPT if context.tiny else _PROMPT
    end = time.monotonic() + min(_BUDGET, context.seconds_left)
    for engine, batch, new in _TINY_PLAN if context.tiny else _PLAN:
        key: Row = {
            "kind": "speed", "model": context.model_name, "engine": engine, "batch": batch, "prompt_tokens": prompt,
            "new_tokens": new,
        }  # fmt: skip
        expected = _expected_seconds(rows, engine, batch, new)
        if time.monotonic() + expected > end:
            key["error"] = f"left out: it would take about {expected:.0f} s"
            say(key)
            rows.append(key)
            continue
        rows.append(guarded(context, key, partial(_speed, model, context, (engine, batch, prompt, new), bandwidth)))
    return rows + profile(model, context, prompt)


def limit_tokens_per_s(model: PreTrainedModel, batch: int, prompt: int, new: int, bandwidth: float) -> float:
    """Tokens per second of decoding `batch` rows if a step only read weights and cache once, at `bandwidth` bytes/s."""
    weights = matmul_parameters(model) * model.dtype.itemsize
    read = weights + batch * (prompt + new / 2) * cache_bytes_per_token(model)
    return batch * bandwidth / read


def _speed(model: PreTrainedModel, context: CheckContext, run: tuple[str, int, int, int], bandwidth: float) -> Row:
    """Seconds of the whole call, and of a decode step: the whole call less one that makes a single token.

    `run` is the engine's name, rows, and tokens of prompt and answer.
    """
    name, batch, prompt, new = run
    prompts, engine = random_prompts(model, batch, prompt), ENGINES[name]
    engine(model, prompts, 3)  # warm-up
    _, prefill = clocked(lambda: engine(model, prompts, 1), context.device)
    reset_peak(context.device)
    made, seconds = clocked(lambda: engine(model, prompts, new), context.device)
    if made != batch * new:
        raise RuntimeError(f"got {made} tokens from {batch} rows; expected {new} each")
    step = (seconds - prefill) / (new - 1)  # of no use where it is lost in the noise of a short call
    limit = limit_tokens_per_s(model, batch, prompt, new, bandwidth)
    return {
        "seconds": seconds,
        "tokens_per_s": made / seconds,
        "prefill_seconds": prefill,
        "ms_per_step": 1000 * step if step > 0 else None,
        "peak_gb": peak_gb(context.device),
        "limit_tokens_per_s": limit,
        "share_of_limit": batch / step / limit if step > 0 else None,
    }


def _expected_seconds(rows: list[Row], engine: str, batch: int, new: int) -> float:
    """By the engine's row of the nearest batch: steps get dearer with rows, packed ones faster, and with length."""
    known = [r for r in rows if r["engine"] == engine and r.get("ms_per_step") is not None]
    if not known:
        return 0.0
    near = min(known, key=lambda r: abs(math.log(batch / number(r, "batch"))))
    ratio = max(1.0, batch / number(near, "batch"))
    longer = max(1.0, (_PROMPT + new / 2) / (_PROMPT + number(near, "new_tokens") / 2))
    step = number(near, "ms_per_step") / 1000 * math.pow(ratio, 1.5 if engine == "continuous" else 0.7) * longer
    return 3 * number(near, "prefill_seconds") * ratio + step * new


def _batches(model: PreTrainedModel, prompts: list[list[int]], new: int) -> int:
    return sum(len(done.ids) for done in sample_ids(model, prompts, Sampling(new, temperature=1.0), set()))


def _generate(model: PreTrainedModel, prompts: list[list[int]], new: int) -> int:
    width = max(map(len, prompts))
    ids = torch.tensor([[0] * (width - len(p)) + p for p in prompts], device=model.device)
    mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in prompts], device=model.device)
    config = GenerationConfig(
        do_sample=True, temperature=1.0, top_k=0, top_p=1.0, min_new_tokens=new, max_new_tokens=new, pad_token_id=0
    )
    with torch.no_grad():
        whole: torch.Tensor = cast(Any, model).generate(input_ids=ids, attention_mask=mask, generation_config=config)
    return (whole.shape[1] - width) * len(prompts)


ENGINES: dict[str, Callable[[PreTrainedModel, list[list[int]], int], int]] = {
    "batches": _batches,
    "generate": _generate,
    "continuous": continuous,
}
