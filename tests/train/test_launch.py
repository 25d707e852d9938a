"""Configurations for machines that are not here, read by the parsers of the tools that they are for."""

import subprocess

import pytest
import torch
from accelerate.commands.config.config_args import load_config_from_file
from accelerate.utils.deepspeed import HfDeepSpeedConfig

from rtlvr.params import load
from rtlvr.paths import ROOT
from rtlvr.train.config import grpo_config

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
