"""A forward pass that does not compute padding: rows of like length together, columns that are padding in all left out.

TRL pads a whole batch to its longest answer. With reasoning, lengths differ by several times, and on CPUs cost follows
columns. The values are the same to floating-point tolerance.
"""

from collections.abc import Callable
from typing import Any

import torch

_CHUNK = 16  # rows
Scores = tuple[torch.Tensor, torch.Tensor | None, torch.Tensor | None]  # log-probabilities, entropies, unused


def bucketed(
    whole: Callable[..., Scores],
    model: torch.nn.Module,
    input_ids: torch.Tensor,
    attention_mask: torch.Tensor,
    logits_to_keep: int,
    *args: Any,
    **kwargs: Any,
) -> Scores:
    """`whole` (TRL's pass) on chunks of rows sorted by length, put together again.

    Args:
        input_ids: `(rows, tokens)`, prompts padded to the left, completions to the right; `attention_mask` alike.
        logits_to_keep: columns of the completion.

    Returns:
        Log-probabilities and entropies `(rows, logits_to_keep)`, zero where there is padding; entropies may be None.
    """
    prompt = input_ids.shape[1] - logits_to_keep
    order = attention_mask.sum(1).argsort(stable=True)
    logps: list[torch.Tensor] = []
    entropies: list[torch.Tensor] = []
    for rows in order.split(_CHUNK):
        used = attention_mask[rows].bool().any(0)
        keep = max(1, int(used[prompt:].sum()))
        used[prompt] = True  # at least one column to score
        one, entropy, _ = whole(model, input_ids[rows][:, used], attention_mask[rows][:, used], keep, *args, **kwargs)
        logps.append(torch.nn.functional.pad(one, (0, logits_to_keep - keep)))
        if entropy is not None:
            entropies.append(torch.nn.functional.pad(entropy, (0, logits_to_keep - keep)))
    back = order.argsort()
    joined = torch.cat(entropies)[back] if entropies else None
    return torch.cat(logps)[back], joined, None
