"""TRL's configuration of the RL stage's parameters (paper §3.3, hyperparameters)."""

from collections.abc import Callable
from pathlib import Path

import torch
from accelerate import PartialState
from trl import GRPOConfig
from trl.rewards import get_soft_overlong_punishment

from rtlvr.paths import from_profile
from rtlvr.schema import Rl


def grpo_config(rl: Rl, folder: Path, seed: int) -> GRPOConfig:
    """TRL's configuration of the DAPO settings.

    One generation feeds prompts_per_step / mini_batch_prompts optimiser updates, as in the paper (128 in mini-batches of
    64). Batch sizes are of all processes together.
    """
    world = PartialState(cpu=not torch.cuda.is_available()).num_processes
    completions = rl.prompts_per_step * rl.group_size
    per_update = rl.mini_batch_prompts * rl.group_size // world
    micro = min(rl.micro_batch, per_update)
    updates = rl.prompts_per_step // rl.mini_batch_prompts
    return GRPOConfig(
        output_dir=str(folder),
        seed=seed,
        max_steps=rl.steps * updates,
        learning_rate=rl.learning_rate,
        lr_scheduler_type="constant_with_warmup",
        warmup_steps=rl.warmup_steps,
        weight_decay=rl.weight_decay,
        max_grad_norm=rl.max_grad_norm,
        per_device_train_batch_size=micro,
        gradient_accumulation_steps=per_update // micro,
        generation_batch_size=completions,
        num_generations=rl.group_size,
        max_completion_length=rl.max_response,
        temperature=rl.temperature,
        epsilon=rl.clip_low,
        epsilon_high=rl.clip_high,
        loss_type="dapo",
        beta=0.0,
        scale_rewards="group",
        reward_weights=[1.0, rl.overlong_penalty] if _penalised(rl) else [1.0],
        bf16=rl.bf16,
        use_vllm=rl.vllm != "off",
        vllm_mode=rl.vllm if rl.vllm != "off" else "colocate",
        vllm_server_host=rl.vllm_host,
        deepspeed=str(from_profile(rl.deepspeed)) if rl.deepspeed else None,
        save_strategy="steps",
        save_steps=rl.save_steps * updates,
        save_total_limit=2,
        logging_steps=1,
        report_to=rl.report_to,
        disable_tqdm=True,
        gradient_checkpointing=rl.gradient_checkpointing,
        remove_unused_columns=False,
        log_completions=False,
        use_cpu=not torch.cuda.is_available(),
        dataloader_pin_memory=torch.cuda.is_available(),
    )


def rewards(rl: Rl, reward: Callable[..., list[float]]) -> list[Callable[..., list[float]]]:
    """The reward functions: equivalence, and where it is asked for the soft overlong penalty (DAPO, eq. 13)."""
    return [reward, get_soft_overlong_punishment(rl.max_response, rl.overlong_buffer)] if _penalised(rl) else [reward]


def _penalised(rl: Rl) -> bool:
    return rl.overlong_buffer > 0 and rl.overlong_penalty > 0
