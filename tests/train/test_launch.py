"""Configurations for machines that are not here, read by the parsers of the tools that they are for."""

import subprocess

import pytest
import torch
from accelerate.commands.config.config_args import load_config_from_file
from accelerate.utils.deepspeed import HfDeepSpeedConfig

from rtlvr.params import load
from rtlvr.paths import ROOT
from rtlvr.train.config import grpo_config
from rtlvr.train.plan import PUBLISHED_HOURS, Assumptions, plan

FOLDER = ROOT / "params" / "launch"


def test_accelerate_reads_its_configuration() -> None:
    config = load_config_from_file(str(FOLDER / "zero3_2x8.yaml"))
    assert (config.num_machines, config.num_processes) == (2, 16)
    assert (ROOT / config.deepspeed_config["deepspeed_config_file"]).exists()


@pytest.mark.parametrize("name", ["zero3", "zero3_offload"])
def test_deepspeed_stage_three(name: str) -> None:
    config = HfDeepSpeedConfig(str(ROOT / "params" / "deepspeed" / f"{name}.json"))
    assert config.is_zero3()
    assert config.is_offload() == (name == "zero3_offload")


def test_the_slurm_example_is_bash() -> None:
    assert subprocess.run(["bash", "-n", str(FOLDER / "slurm_rl.sh")], check=False).returncode == 0


@pytest.mark.parametrize(("profile", "mode"), [("gpu", "colocate"), ("paper", "server")])
def test_trl_takes_the_vllm_settings(profile: str, mode: str, tmp_path) -> None:
    """TRL's own checks of the combination; DeepSpeed and bfloat16 need a GPU to be accepted and are left out."""
    rl = load(profile).rl.model_copy(
        update={"bf16": torch.cuda.is_available(), "deepspeed": None, "vllm_host": "node3"}
    )
    config = grpo_config(rl, tmp_path, 0)
    assert (config.use_vllm, config.vllm_mode, config.vllm_server_host) == (True, mode, "node3")


def test_the_plan_of_the_paper() -> None:
    """Within a factor of 1.5 of the published hours under ordinary assumptions; its arithmetic by hand."""
    lines = {line.name: line for line in plan(load("paper"), 16, "a100-80g")}
    assert PUBLISHED_HOURS / 1.5 < lines["run"].value < PUBLISHED_HOURS * 1.5
    assert lines["weights, gradients, Adam"].value == pytest.approx(7.6)
    assert lines["answers drawn"].value == pytest.approx(128 * 16 / 0.4)
    parts = [lines[name].value for name in ("generation", "waiting for the longest", "training")]
    assert lines["step"].value == pytest.approx(sum(parts))
    assert lines["run"].value == pytest.approx(300 * lines["step"].value / 3600)


def test_longer_answers_and_fewer_mixed_groups_take_longer() -> None:
    def hours(**given: float) -> float:
        return {line.name: line.value for line in plan(load("paper"), 16, "a100-80g", given=Assumptions(**given))}[
            "run"
        ]

    assert hours(mean_tokens=8000) > hours() > hours(acceptance=0.8)


def test_what_a_plan_cannot_be_made_of() -> None:
    from rtlvr.errors import ParameterError

    with pytest.raises(ParameterError, match="allowed: a100-80g"):
        plan(load("paper"), 16, "abacus")
    with pytest.raises(ParameterError, match="needed: at least 1"):
        plan(load("paper"), 0, "a100-80g")
