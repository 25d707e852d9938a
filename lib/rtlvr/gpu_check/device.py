"""The device itself: its name and size, and the measured rates that the other sections compare with."""

import os
from functools import cache, partial
from statistics import median

import torch

from rtlvr.gpu_check.context import CheckContext, Row, guarded, timed

_REPEATS = 10


def run(context: CheckContext) -> list[Row]:
    """Rows (`what`, `value`, `unit`): facts of the device, copy bandwidth, rates of matrix products."""
    rows = [guarded(context, {"what": name}, partial(fn, context)) for name, fn in _FACTS.items()]
    rates = {"matmul bf16": torch.bfloat16, "matmul fp32, TF32 off": torch.float32}
    return rows + [
        guarded(
            context,
            {"what": name, "unit": "TFLOP/s"},
            partial(_matmul, context, dtype),
        )
        for name, dtype in rates.items()
    ]


@cache
def copy_bandwidth(device: torch.device, tiny: bool) -> float:
    """Bytes per second, read and written together, of a copy of 2 GB (tiny: 4 MB) within the device; median of 10."""
    size = 1 << 22 if tiny else 1 << 31
    source = torch.zeros(size, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    return 2 * size / median(timed(lambda: target.copy_(source), device, _REPEATS, warm_up=3))


@cache
def matmul_rate(device: torch.device, dtype: torch.dtype, tiny: bool) -> float:
    """FLOP/s of a product of two random 8192×8192 (tiny: 256×256) matrices; median of 10. torch leaves TF32 off."""
    size = 256 if tiny else 8192
    left, right = (torch.randn(size, size, device=device).to(dtype) for _ in range(2))
    return 2 * size**3 / median(timed(lambda: left @ right, device, _REPEATS, warm_up=3))


def name_of(device: torch.device) -> str:
    """The GPU's name, or `cpu`."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"


def _name(context: CheckContext) -> Row:
    return {"value": name_of(context.device)}


def _memory(context: CheckContext) -> Row:
    if not context.cuda:
        return {"value": None, "unit": "GB"}
    return {"value": torch.cuda.get_device_properties(context.device).total_memory / 1e9, "unit": "GB"}


def _capability(context: CheckContext) -> Row:
    if not context.cuda:
        return {"value": None}
    return {"value": ".".join(map(str, torch.cuda.get_device_capability(context.device)))}


def _cores(context: CheckContext) -> Row:
    return {"value": os.cpu_count()}


def _copy(context: CheckContext) -> Row:
    return {"value": copy_bandwidth(context.device, context.tiny) / 1e9, "unit": "GB/s"}


def _matmul(context: CheckContext, dtype: torch.dtype) -> Row:
    return {"value": matmul_rate(context.device, dtype, context.tiny) / 1e12}


_FACTS = {
    "name": _name,
    "memory": _memory,
    "compute capability": _capability,
    "CPU cores": _cores,
    "copy bandwidth": _copy,
}
