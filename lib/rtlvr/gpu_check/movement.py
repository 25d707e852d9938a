"""Do weights move as far as AdamW means them to? A learning rate of RL is far below what bfloat16 can add to a weight.

50 steps at rate 1e-6 on one 1024×1024 matrix drawn at standard deviation 0.02, the same gradients for every storage: a
constant direction plus noise of the same size. The intended way is AdamW in float64.

A trainer with float32 parameters under autocast multiplies with the same bfloat16 values as one that keeps bfloat16
weights beside a float32 master copy, so the row `bf16 with fp32 master` also says what autocast multiplies with.
"""

from collections.abc import Callable
from functools import partial

import torch

from rtlvr.gpu_check.context import CheckContext, Row, guarded

_SIZE, _TINY_SIZE, _STEPS, _RATE, _DEVIATION = 1024, 256, 50, 1e-6, 0.02


def run(context: CheckContext) -> list[Row]:
    """One row per storage: mean way in the weights that the sampler reads, and how much of the intended way it is."""
    size = _TINY_SIZE if context.tiny else _SIZE
    start = torch.randn(size, size, generator=torch.Generator().manual_seed(0)) * _DEVIATION
    start = start.to(context.device)
    intended = _moved(start.double(), torch.float64, lambda weights: weights)
    rows = []
    for name, (kept, seen) in STORAGES.items():
        key: Row = {"storage": name, "steps": _STEPS, "rate": _RATE}
        rows.append(guarded(context, key, partial(_measure, start, intended, kept, seen)))
    return rows


# name: what the optimiser keeps, and what the sampler reads
STORAGES: dict[str, tuple[torch.dtype, torch.dtype]] = {
    "fp32": (torch.float32, torch.float32),
    "bf16": (torch.bfloat16, torch.bfloat16),
    "bf16 with fp32 master": (torch.float32, torch.bfloat16),
}


def _measure(start: torch.Tensor, intended: torch.Tensor, kept: torch.dtype, seen: torch.dtype) -> Row:
    moved = _moved(start, kept, lambda weights: weights.to(seen))
    way, wanted = moved.abs().mean().item(), intended.abs().mean().item()
    return {
        "intended_mean_way": wanted,
        "measured_mean_way": way,
        "ratio": way / wanted,
        "ratio_in_direction": ((moved * intended).sum() / (intended * intended).sum()).item(),
        "share_changed": (moved != 0).double().mean().item(),
    }


def _moved(start: torch.Tensor, kept: torch.dtype, seen: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
    """What the optimiser's steps add to the weights `(size, size)` as `seen`, in float64."""
    weights = torch.nn.Parameter(start.detach().to(kept).clone())
    before = seen(weights.detach()).double().clone()
    optimizer = torch.optim.AdamW([weights], lr=_RATE, weight_decay=0.0)
    generator = torch.Generator().manual_seed(1)
    direction = torch.randn(start.shape, generator=generator).to(start.device)
    for _ in range(_STEPS):
        noise = torch.randn(start.shape, generator=generator).to(start.device)
        weights.grad = (1e-3 * (direction + noise)).to(kept)
        optimizer.step()
    return seen(weights.detach()).double() - before
