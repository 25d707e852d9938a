"""Muon in single precision for CPUs.

`torch.optim.Muon` orthogonalises in bfloat16, which a processor without bfloat16 units emulates many times slower than
float32. This one works in float32 and treats all matrices of one shape in one batched product. Same algorithm (momentum,
Newton-Schulz of order five, Nesterov) and the same learning-rate scaling as torch's `match_rms_adamw`.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import cast

import torch

_A, _B, _C = 3.4445, -4.7750, 2.0315  # Newton-Schulz coefficients of the Muon reference (K. Jordan, 2024)
_ITERATIONS = 5


class Muon(torch.optim.Optimizer):
    """Orthogonalised momentum for two-dimensional parameters; learning rates are on AdamW's scale."""

    def __init__(
        self, params: Iterable[torch.Tensor], lr: float, momentum: float = 0.95, weight_decay: float = 0.01
    ) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]  # there is no closure to call
        """Update every parameter that has a gradient."""
        for group in self.param_groups:
            shapes = defaultdict(list)
            for p in group["params"]:
                if p.grad is not None:
                    shapes[p.shape].append(p)
            for same in shapes.values():
                self._update(same, group)

    def _update(self, params: list[torch.Tensor], group: dict[str, float]) -> None:
        steps = []
        for p in params:
            buffer, gradient = self.state[p].setdefault("momentum", torch.zeros_like(p)), cast(torch.Tensor, p.grad)
            buffer.lerp_(gradient, 1 - group["momentum"])
            steps.append(gradient.lerp(buffer, group["momentum"]))
        rows, columns = params[0].shape
        scale = group["lr"] * 0.2 * max(rows, columns) ** 0.5
        for p, direction in zip(params, orthogonalise(torch.stack(steps)), strict=True):
            p.mul_(1 - group["lr"] * group["weight_decay"]).sub_(direction, alpha=scale)


def orthogonalise(matrices: torch.Tensor) -> torch.Tensor:
    """Approximate the nearest semi-orthogonal matrices of a stack `(n, rows, columns)`."""
    tall = matrices.shape[1] > matrices.shape[2]
    x: torch.Tensor = matrices.mT if tall else matrices
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(_ITERATIONS):
        gram = x @ x.mT
        x = _A * x + (_B * gram + _C * gram @ gram) @ x
    return x.mT if tall else x
