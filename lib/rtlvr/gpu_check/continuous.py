"""Transformers' continuous batching as an engine, with an end to its patience.

What `model.generate_batch` does, which would wait for ever on a manager that no longer makes progress. Attention is
`paged|sdpa`: left to itself the manager looks for flash attention, a package more. It attends to the tokens of all rows
under one mask, so that a step's cost grows with the square of the batch; without flash attention it takes no CUDA graphs.
"""

import math
import time
from typing import Any, cast

from transformers import GenerationConfig, GenerationMixin, PreTrainedModel

_BLOCK = 32  # tokens of the cache handed out at a time
_PATIENCE = 75.0  # seconds


def continuous(model: PreTrainedModel, prompts: list[list[int]], new: int, patience: float = _PATIENCE) -> int:
    """Sample `new` tokens per prompt and return how many were made; the model gets its attention back.

    Raises:
        RuntimeError: a request failed.
        TimeoutError: not all were answered within `patience` seconds.
    """
    config = GenerationConfig(
        do_sample=True, temperature=1.0, top_k=0, top_p=1.0, max_new_tokens=new, eos_token_id=-1, pad_token_id=0
    )
    before = model.config._attn_implementation
    model.set_attn_implementation("paged|sdpa")
    try:
        with cast(GenerationMixin, model).continuous_batching_context_manager(
            generation_config=config, continuous_batching_config=_settings(prompts, new), block=True, timeout=10
        ) as manager:
            return _collect(manager, prompts, new, time.monotonic() + patience)
    finally:
        model.set_attn_implementation(before)


def _settings(prompts: list[list[int]], new: int) -> Any:
    from transformers.generation import ContinuousBatchingConfig  # an API that has moved before

    blocks = len(prompts) * (math.ceil((max(map(len, prompts)) + new) / _BLOCK) + 1)
    return ContinuousBatchingConfig(
        block_size=_BLOCK,
        num_blocks=blocks + blocks // 4,  # below a margin of free blocks it would take no new requests
        max_batch_tokens=max(2048, len(prompts)),
        max_requests_per_batch=len(prompts),
        allow_block_sharing=False,
        use_cuda_graph=False,
    )


def _collect(manager: Any, prompts: list[list[int]], new: int, end: float) -> int:
    manager.add_requests(inputs=prompts, max_new_tokens=new)
    made = finished = 0
    while finished < len(prompts):
        result = manager.get_result(timeout=1)
        if result is not None and result.error is not None:
            raise RuntimeError(f"a request failed: {result.error}")
        if result is not None and result.is_finished():
            finished, made = finished + 1, made + len(result.generated_tokens)
        elif result is None and not manager.is_running():
            raise RuntimeError(f"the manager stopped after {finished} of {len(prompts)} requests")
        if time.monotonic() > end and finished < len(prompts):
            manager.stop(block=True, timeout=10, hard_stop=True)
            raise TimeoutError(f"{finished} of {len(prompts)} requests were done when the time was up")
    return made
