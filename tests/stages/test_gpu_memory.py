"""What does not fit is said before anything is loaded."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from rtlvr.params import load
from rtlvr.stages.context import Context
from rtlvr.stages.memory import say_what_does_not_fit

SEVEN_B = "Qwen/Qwen2.5-Coder-7B-Instruct"


@pytest.mark.parametrize(("size", "said"), [(24e9, True), (4000e9, False)])
def test_a_model_that_is_too_large_for_the_gpu(
    size: float, said: bool, outputs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: SimpleNamespace(total_memory=int(size)))
    context = Context("04_sft", load("gpu", {"sft.model": SEVEN_B}))
    say_what_does_not_fit(context, "SFT")
    assert ("04_sft: by estimate (SFT, 1 GPUs of 24 GB) it does not fit" in capsys.readouterr().out) == said


def test_nothing_is_said_on_a_cpu(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    say_what_does_not_fit(Context("04_sft", load("gpu", {"sft.model": SEVEN_B})), "SFT")
    assert capsys.readouterr().out == ""
