"""Supervised fine-tuning with TRL's SFTTrainer (paper §3.1; the authors used LLaMA-Factory)."""

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from datasets import Dataset
from transformers import TrainerCallback
from transformers.trainer_utils import get_last_checkpoint
from trl import SFTConfig, SFTTrainer

from rtlvr.params import Sft
from rtlvr.paths import ROOT
from rtlvr.records import Triple
from rtlvr.train.policy import chat, load_policy, load_tokenizer


def sft_dataset(rows: Sequence[Triple]) -> Dataset:
    """Rows as TRL wants them: `prompt` and `completion`, both lists of chat messages; the loss falls on completions only."""
    return Dataset.from_dict(
        {
            "prompt": [chat(row.prompt) for row in rows],
            "completion": [[{"role": "assistant", "content": row.response}] for row in rows],
        }
    )


def sft_config(sft: Sft, folder: Path, seed: int) -> SFTConfig:
    """TRL's configuration of the stage's parameters."""
    return SFTConfig(
        output_dir=str(folder),
        seed=seed,
        num_train_epochs=sft.epochs,
        learning_rate=sft.learning_rate,
        lr_scheduler_type=sft.scheduler,
        warmup_steps=sft.warmup_ratio,  # below 1 it is a share of all steps
        per_device_train_batch_size=sft.batch_size,
        gradient_accumulation_steps=sft.accumulation,
        max_length=sft.max_length,
        packing=sft.packing,
        bf16=sft.bf16,
        completion_only_loss=True,
        deepspeed=_config(sft.deepspeed),
        gradient_checkpointing=torch.cuda.is_available(),
        logging_steps=10,
        logging_first_step=True,
        save_strategy="steps",
        save_steps=200,
        save_total_limit=2,
        eval_strategy="epoch",
        per_device_eval_batch_size=2 * sft.batch_size,
        report_to="none",
        disable_tqdm=True,
        use_cpu=not torch.cuda.is_available(),
        dataloader_pin_memory=torch.cuda.is_available(),
    )


def fine_tune(
    sft: Sft, train: Sequence[Triple], heldout: Sequence[Triple], folder: Path, seed: int, resume: bool = True
) -> Path:
    """Fine-tune and save the policy into `folder`/policy; logs one JSON line per logging step into `folder`/sft.jsonl.

    Goes on from the last checkpoint where `resume` is true and there is one.
    """
    tokenizer = load_tokenizer(sft.model)
    trainer = SFTTrainer(
        model=load_policy(sft.model, sft.bf16, sft.attention),
        processing_class=tokenizer,
        args=sft_config(sft, folder / "checkpoints", seed),
        train_dataset=sft_dataset(train),
        eval_dataset=sft_dataset(heldout),
        callbacks=[LineLog(folder / "sft.jsonl")],
    )
    checkpoint = (
        get_last_checkpoint(str(folder / "checkpoints")) if resume and (folder / "checkpoints").exists() else None
    )
    trainer.train(resume_from_checkpoint=checkpoint)
    trainer.save_model(str(folder / "policy"))
    tokenizer.save_pretrained(folder / "policy")
    return folder / "policy"


class LineLog(TrainerCallback):
    """Appends the trainer's logs as JSON lines and prints a short line of each."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def on_log(self, args, state, control, logs=None, **kwargs) -> None:
        """Write and print one log."""
        row = {"step": state.global_step, **{k: v for k, v in (logs or {}).items() if isinstance(v, int | float)}}
        with self._path.open("a") as file:
            file.write(json.dumps(row) + "\n")
        shown = [f"{k} {row[k]:.4g}" for k in ("loss", "eval_loss", "mean_token_accuracy") if k in row]
        if shown and (state.global_step % 50 == 0 or "eval_loss" in row):
            print(f"step {state.global_step}/{state.max_steps}  " + "  ".join(shown), flush=True)


def _config(deepspeed: str | None) -> str | None:
    return str(ROOT / deepspeed) if deepspeed else None
