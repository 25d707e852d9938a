"""Attention for decoding on CPUs: the query heads that share a key head become the rows of one small product.

transformers copies every cached key and value once per query head whenever there is a padding mask; with one new token
per row, as in decoding, a view does the same. Longer inputs, and so all training, go to its own SDPA.
"""

from typing import Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

GROUPED = "grouped_sdpa"


def grouped_attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    **rest: Any,
) -> tuple[torch.Tensor, None]:
    """As transformers' SDPA: query `(batch, heads, new, size)`, key and value `(batch, key heads, all, size)`.

    Returns:
        Attention output `(batch, new, heads, size)`, and None for the weights.
    """
    batch, heads, new, size = query.shape
    if new != 1 or dropout:
        return sdpa_attention_forward(module, query, key, value, attention_mask, dropout, scaling, **rest)
    rows = query.view(batch, key.shape[1], heads // key.shape[1], size)
    product = torch.nn.functional.scaled_dot_product_attention(rows, key, value, attention_mask, scale=scaling)
    return product.reshape(batch, 1, heads, size), None


def steady_attention() -> None:
    """Keep torch from cuDNN's attention on a GPU, for the whole process.

    cuDNN builds a plan for every new shape. Decoding makes a new shape at every step, and padded batches differ too, so
    that building plans took more than half of the time on an H200 (`rtlvr.gpu_check`, part `forward, cuDNN`).
    """
    if torch.cuda.is_available():
        torch.backends.cuda.enable_cudnn_sdp(False)


AttentionInterface.register(GROUPED, grouped_attention)
AttentionMaskInterface.register(GROUPED, sdpa_mask)
