"""Cards and what they can do, from the vendors' public data sheets (named beside each)."""

from dataclasses import dataclass

from rtlvr.errors import ParameterError


@dataclass(frozen=True)
class Card:
    """A GPU: memory in bytes, dense bfloat16 FLOP/s, memory bandwidth in bytes/s, and the data sheet that says so."""

    memory: float
    flops: float
    bandwidth: float
    source: str


CARDS = {
    "a100-40g": Card(40e9, 312e12, 1.555e12, "NVIDIA A100 Tensor Core GPU data sheet (SXM, 40 GB)"),
    "a100-80g": Card(80e9, 312e12, 2.039e12, "NVIDIA A100 Tensor Core GPU data sheet (SXM, 80 GB)"),
    "h100": Card(80e9, 989e12, 3.35e12, "NVIDIA H100 Tensor Core GPU data sheet (SXM)"),
    "h200": Card(141e9, 989e12, 4.8e12, "NVIDIA H200 Tensor Core GPU data sheet (SXM)"),
    "h20": Card(96e9, 148e12, 4.0e12, "NVIDIA H20 data sheet"),
    "b200": Card(180e9, 2250e12, 8.0e12, "NVIDIA DGX B200 data sheet, an eighth of it"),
    "l40s": Card(48e9, 362e12, 0.864e12, "NVIDIA L40S data sheet"),
    "l4": Card(24e9, 121e12, 0.300e12, "NVIDIA L4 data sheet"),
    "a6000": Card(48e9, 155e12, 0.768e12, "NVIDIA RTX A6000 data sheet"),
    "4090": Card(24e9, 165e12, 1.008e12, "NVIDIA Ada GPU architecture whitepaper (RTX 4090, float32 accumulation)"),
    "3090": Card(24e9, 71e12, 0.936e12, "NVIDIA GA102 whitepaper (RTX 3090, float32 accumulation)"),
    "mi300x": Card(192e9, 1307e12, 5.3e12, "AMD Instinct MI300X data sheet"),
}


def card(name: str) -> Card:
    """The card of that name.

    Raises:
        ParameterError: it is not in the table.
    """
    if name not in CARDS:
        raise ParameterError(
            f"got GPU {name!r}; allowed: {', '.join(CARDS)}; another is a line in rtlvr/plan/hardware.py"
        )
    return CARDS[name]
