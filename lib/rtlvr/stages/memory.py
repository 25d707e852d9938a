"""Whether training fits the GPUs of this machine, said before anything is loaded."""

import os
from typing import Literal

import torch

from rtlvr.errors import ParameterError
from rtlvr.plan.report import advice
from rtlvr.stages.context import Context, main_process


def say_what_does_not_fit(context: Context, stage: Literal["SFT", "RL"]) -> None:
    """Print what to change where `rtlvr plan` says that a stage needs more memory than a GPU here has.

    It is an estimate, so nothing is refused. On a CPU, and for models of unknown shape, nothing is said.
    """
    if not torch.cuda.is_available() or not main_process():
        return
    capacity, gpus = torch.cuda.get_device_properties(0).total_memory, int(os.environ.get("WORLD_SIZE", "1"))
    try:
        words = advice(stage, context.all_params, gpus, capacity)
    except ParameterError:
        return
    if words:
        print(f"{context.name}: by estimate ({stage}, {gpus} GPUs of {capacity / 1e9:.0f} GB) it {words}", flush=True)
