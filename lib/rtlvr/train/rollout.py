"""The policy as answers are sampled from it while it is trained.

Training keeps float32 weights, sampling is fastest in bfloat16 and without an adapter's extra products. So under `bf16`
a copy in bfloat16 follows the trained weights; it takes two bytes per weight beside the sixteen of AdamW.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import cast

import torch
from peft import PeftModel
from peft.tuners.lora import Linear, LoraLayer
from transformers import PreTrainedModel


class RolloutModel:
    """Gives the model to sample from.

    Args:
        copied: keep a copy in bfloat16; else sampling uses the trained model itself.
    """

    def __init__(self, copied: bool) -> None:
        self._copied = copied
        self._copy: PreTrainedModel | None = None
        self._step: int | None = None

    def current(self, trained: torch.nn.Module, step: int) -> PreTrainedModel:
        """The model with the weights of `step`; they are copied once per step."""
        if not self._copied:
            return cast(PreTrainedModel, trained)
        if self._copy is None:
            self._copy = copy_in(trained, torch.bfloat16)
        elif self._step != step:
            _copy_weights(trained, self._copy)
        self._step = step
        return self._copy


def copy_in(trained: torch.nn.Module, dtype: torch.dtype) -> PreTrainedModel:
    """The model in another type of weights, an adapter merged, for sampling only.

    It is made anew: casting a model would round its rotary frequencies as well.
    """
    copy = _empty_copy(trained, dtype)
    _copy_weights(trained, copy)
    return copy


def _empty_copy(trained: torch.nn.Module, dtype: torch.dtype) -> PreTrainedModel:
    """The same architecture, without an adapter, its weights still to be set."""
    base = cast(PreTrainedModel, trained.get_base_model() if isinstance(trained, PeftModel) else trained)
    config = deepcopy(base.config)
    with torch.device(base.device):
        copy: PreTrainedModel = type(base)._from_config(config, dtype=dtype)
    copy.generation_config = deepcopy(base.generation_config)
    cast(torch.nn.Module, copy).to(base.device)
    copy.eval()
    return copy.requires_grad_(False)


@torch.no_grad()
def _copy_weights(trained: torch.nn.Module, copy: PreTrainedModel) -> None:
    wanted = dict(copy.named_parameters(remove_duplicate=False)) | dict(copy.named_buffers())
    for name, value in merged_weights(trained):
        wanted[name].copy_(value)


def merged_weights(trained: torch.nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    """Names and values of all weights and buffers; an adapter's product is added to the weights that it changes."""
    if not isinstance(trained, PeftModel):
        yield from trained.named_parameters()
        yield from trained.named_buffers()
        return
    base = trained.get_base_model()
    adapted = {name: module for name, module in base.named_modules() if isinstance(module, LoraLayer)}
    layers = cast("dict[str, Linear]", adapted)  # their kinds have the same methods
    for name, value in [*base.named_parameters(), *base.named_buffers()]:
        owner, _, last = name.rpartition(".base_layer.")
        if owner in layers and last == "weight":
            yield f"{owner}.weight", value + sum(map(layers[owner].get_delta_weight, layers[owner].active_adapters))
        elif ".lora_" not in name:
            yield name.replace(".base_layer.", "."), value
