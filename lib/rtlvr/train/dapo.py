"""Adaptive DAPO on TRL's GRPOTrainer (paper §3.3).

TRL has the objective (clip-higher, token-level loss, group-normalised advantages, no KL); what it lacks is dynamic
sampling. `AdaptiveDapoTrainer` replaces one method: the one that turns a batch of prompts into scored completions. In
training it ignores the loader's batch and draws prompts by a rule of `rtlvr.train.sampler` until it has B groups with
mixed rewards on every process.
"""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from transformers import TrainerCallback
from trl import GRPOConfig, GRPOTrainer
from trl.rewards import get_soft_overlong_punishment

from rtlvr.evaluate.generate import Sampling, in_batches, stop_ids
from rtlvr.params import Rl
from rtlvr.paths import ROOT
from rtlvr.records import write_text
from rtlvr.train.reward import EquivalenceReward
from rtlvr.train.sampler import Acceptance, PromptStream, draw_size

_CAP = 4  # a draw is at most so many times the batch of a step


@dataclass
class StepRecord:
    """One optimisation step's sampling: counts, means over all drawn completions, and seconds."""

    step: int = 0
    reward: float = 0.0
    acceptance: float = 0.0
    draws: int = 0
    prompts_drawn: int = 0
    groups_used: int = 0
    completion_tokens: float = 0.0
    tokens_generated: int = 0
    truncated: float = 0.0
    seconds_generate: float = 0.0
    seconds_verify: float = 0.0


class AdaptiveDapoTrainer(GRPOTrainer):
    """GRPOTrainer with per-group dynamic sampling and an adaptive draw size.

    Args:
        rl: the parameters of the stage.
        reward: the equivalence reward; mixed groups are told by it alone, never by the length penalty.
    """

    def __init__(self, *args: Any, rl: Rl, reward: EquivalenceReward, **kwargs: Any) -> None:
        rollout = None if rl.vllm != "off" else self._roll_out
        super().__init__(*args, reward_funcs=_rewards(rl, reward), rollout_func=rollout, **kwargs)
        self._rl, self._reward = rl, reward
        self.acceptance = Acceptance()
        self.stream = PromptStream(len(self.train_dataset), self.args.seed + self.accelerator.process_index)
        self.record = StepRecord()
        self._timed = {"generate": 0.0, "verify": 0.0}

    def _roll_out(self, prompts: list, trainer: GRPOTrainer) -> dict[str, Any]:
        began = time.perf_counter()
        ids = self.processing_class.apply_chat_template(prompts, add_generation_prompt=True, return_dict=True)[
            "input_ids"
        ]
        model = self.accelerator.unwrap_model(self.model_wrapped)
        sampling = Sampling(self.args.max_completion_length, self.args.temperature, self.args.top_p)
        completions = list(in_batches(model, ids, sampling, stop_ids(model, self.processing_class)))
        self._timed["generate"] += time.perf_counter() - began
        return {"prompt_ids": ids, "completion_ids": completions, "logprobs": None}

    def _calculate_rewards(self, *args: Any, **kwargs: Any) -> torch.Tensor:
        began = time.perf_counter()
        rewards = super()._calculate_rewards(*args, **kwargs)
        self._timed["verify"] += time.perf_counter() - began
        return rewards

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        if not self.model.training or self._rl.draw_rule == "none":
            return super()._generate_and_score_completions(inputs)
        return self._collect()

    def _collect(self) -> dict[str, Any]:
        """Draw until B mixed groups are there (per process), or `max_draws` is reached; see `sampler` for the sizes."""
        batch = self._rl.prompts_per_step // self.accelerator.num_processes
        self.record = StepRecord(step=self.state.global_step + 1)
        self.acceptance.begin_step()
        self._timed = {"generate": 0.0, "verify": 0.0}
        mixed: list[dict[str, torch.Tensor]] = []
        spare: list[dict[str, torch.Tensor]] = []
        while self.record.draws < self._rl.max_draws:
            size = draw_size(self._rl.draw_rule, batch, len(mixed), self.acceptance, _CAP * batch)
            size = self._widest(size)  # all processes draw alike: rewards are gathered across them
            if size == 0:
                break
            kept, rest = self._draw(size)
            mixed += kept
            spare += rest
        self.acceptance.end_step()
        self.record.acceptance = self.acceptance.step_kept / self.acceptance.step_drawn
        self.record.groups_used = min(batch, len(mixed))
        self.record.seconds_generate, self.record.seconds_verify = self._timed["generate"], self._timed["verify"]
        # Where mixed groups are short the batch keeps its shape with groups whose advantages are all zero.
        return self._merge((mixed + spare)[:batch], self.record.groups_used)

    def _draw(self, size: int) -> tuple[list[dict], list[dict]]:
        """One draw of `size` prompts; returns its mixed and its uniform groups."""
        group = self.num_generations
        rows = [self.train_dataset[i] for i in self.stream.take(size)]
        scored = super()._generate_and_score_completions([dict(row) for row in rows for _ in range(group)])
        rewards = torch.tensor([j.reward for j in self._reward.last]).view(size, group)
        is_mixed = (rewards.min(1).values != rewards.max(1).values).tolist()
        self._count(size, rewards, scored["completion_mask"], sum(is_mixed))
        groups = [
            {k: v[i * group : (i + 1) * group] for k, v in scored.items() if k != "num_items_in_batch"}
            for i in range(size)
        ]
        return [g for g, m in zip(groups, is_mixed, strict=True) if m], [
            g for g, m in zip(groups, is_mixed, strict=True) if not m
        ]

    def _count(self, size: int, rewards: torch.Tensor, mask: torch.Tensor, kept: int) -> None:
        self.acceptance.record(size, kept)
        record, lengths = self.record, mask.sum(1)
        before, now = record.prompts_drawn, size

        def mean(old: float, new: torch.Tensor) -> float:
            return (old * before + float(new.float().mean()) * now) / (before + now)

        record.reward = mean(record.reward, rewards)
        record.completion_tokens = mean(record.completion_tokens, lengths)
        record.truncated = mean(record.truncated, lengths >= self.args.max_completion_length)
        record.tokens_generated += int(lengths.sum())
        record.prompts_drawn += size
        record.draws += 1

    def _merge(self, groups: list[dict[str, torch.Tensor]], mixed: int) -> dict[str, torch.Tensor]:
        """Concatenate groups, trimmed and padded to common widths: prompts to the left, completions to the right."""
        merged = {}
        for key in groups[0]:
            parts = [g[key] for g in groups]
            if parts[0].dim() == 2:
                width = max(p.shape[1] for p in parts)
                left, fill = key.startswith("prompt"), self._tokenizer.pad_token_id if key.endswith("_ids") else 0
                parts = [_padded(p, width, left, fill) for p in parts]
            merged[key] = torch.cat(parts)
        tokens = sum(g["completion_mask"].sum() for g in groups[:mixed]) if mixed else merged["completion_mask"].sum()
        merged["num_items_in_batch"] = self.accelerator.gather(tokens).sum()
        return merged

    def _widest(self, size: int) -> int:
        sizes = self.accelerator.gather(torch.tensor([size], device=self.accelerator.device))
        return int(sizes.max())


def _padded(rows: torch.Tensor, width: int, left: bool, fill: int) -> torch.Tensor:
    extra = width - rows.shape[1]
    return torch.nn.functional.pad(rows, (extra, 0) if left else (0, extra), value=fill)


def _rewards(rl: Rl, reward: EquivalenceReward) -> list:
    if rl.overlong_buffer == 0 or rl.overlong_penalty == 0:
        return [reward]
    return [reward, get_soft_overlong_punishment(rl.max_response, rl.overlong_buffer)]


def grpo_config(rl: Rl, folder: Path, seed: int) -> GRPOConfig:
    """TRL's configuration of the DAPO settings.

    One generation feeds prompts_per_step / mini_batch_prompts optimiser updates, as in the paper (128 in mini-batches of 64).
    """
    completions = rl.prompts_per_step * rl.group_size
    per_update = rl.mini_batch_prompts * rl.group_size
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
        reward_weights=[1.0] if rl.overlong_buffer == 0 or rl.overlong_penalty == 0 else [1.0, rl.overlong_penalty],
        bf16=rl.bf16,
        use_vllm=rl.vllm != "off",
        vllm_mode=rl.vllm if rl.vllm != "off" else "colocate",
        deepspeed=str(ROOT / rl.deepspeed) if rl.deepspeed else None,
        save_strategy="steps",
        save_steps=rl.save_steps * updates,
        save_total_limit=2,
        logging_steps=1,
        report_to="none",
        disable_tqdm=True,
        gradient_checkpointing=False,
        remove_unused_columns=False,
        log_completions=False,
        use_cpu=not torch.cuda.is_available(),
        dataloader_pin_memory=torch.cuda.is_available(),
    )


class StepLog(TrainerCallback):
    """Writes one JSON line per step (sampling record, TRL's loss metrics, held-out accuracy) and saves the sampler's state."""

    def __init__(self, trainer: AdaptiveDapoTrainer, path: Path, evaluate, every: int) -> None:
        self._trainer, self._path, self._evaluate, self._every = trainer, path, evaluate, every
        self._began = time.perf_counter()

    def on_log(self, args, state, control, logs=None, **kwargs) -> None:
        """Append the step's line."""
        if not logs or "loss" not in logs or self._trainer.record.step == 0:
            return
        record = self._trainer.record
        seconds = time.perf_counter() - self._began
        row = {
            **asdict(record),
            "entropy": logs.get("entropy"),
            "loss": logs["loss"],
            "grad_norm": logs.get("grad_norm"),
            "clip_low": logs.get("clip_ratio/low_mean"),
            "clip_high": logs.get("clip_ratio/high_mean"),
            "learning_rate": logs.get("learning_rate"),
            "heldout_pass@1": None,
            "seconds_train": seconds - record.seconds_generate - record.seconds_verify,
        }
        if state.global_step % self._every == 0:
            row["heldout_pass@1"] = self._evaluate()
        with self._path.open("a") as file:
            file.write(json.dumps(row) + "\n")
        print(
            f"step {record.step:>4}  reward {record.reward:.3f}  acceptance {record.acceptance:.2f}  draws {record.draws}  "
            f"drawn {record.prompts_drawn:>3}  tokens {record.completion_tokens:.0f}  {seconds:.1f} s"
            + (f"  held-out {row['heldout_pass@1']:.3f}" if row["heldout_pass@1"] is not None else ""),
            flush=True,
        )
        self._began = time.perf_counter()

    def on_save(self, args, state, control, **kwargs) -> None:
        """Save the sampler's state beside the checkpoint."""
        folder = Path(args.output_dir) / f"checkpoint-{state.global_step}"
        values = {"stream": self._trainer.stream.state(), "acceptance": asdict(self._trainer.acceptance)}
        write_text(folder / "sampler.json", json.dumps(values))


def restore_sampler(trainer: AdaptiveDapoTrainer, checkpoint: Path) -> None:
    """Bring the prompt stream and the acceptance record back to where `checkpoint` was saved."""
    values = json.loads((checkpoint / "sampler.json").read_text())
    trainer.stream.restore(values["stream"])
    trainer.acceptance = Acceptance(**values["acceptance"])


def rl_dataset(prompts: list[list[dict[str, str]]], goldens: list[str]) -> Dataset:
    """The RL rows as TRL wants them: `prompt` (chat messages) and `golden`."""
    return Dataset.from_dict({"prompt": prompts, "golden": goldens})
