"""Supervised fine-tuning with TRL's SFTTrainer (paper §3.1; the authors used LLaMA-Factory)."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset, load_dataset
from transformers import (
    PreTrainedTokenizerBase,
    PrinterCallback,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)
from trl import SFTConfig, SFTTrainer

from rtlvr.evaluate.heldout import Monitor
from rtlvr.paths import from_profile
from rtlvr.policy.generate import stop_ids
from rtlvr.policy.model import chat, check_template, load_policy, load_tokenizer
from rtlvr.records import Exchange, write_text
from rtlvr.schema import Sft
from rtlvr.train.adapter import adapter, save_policy
from rtlvr.train.checkpoints import last_whole


def sft_dataset(source: Path | Sequence[Exchange]) -> Dataset:
    """Exchanges as TRL wants them: `prompt` and `completion`, both lists of chat messages; the loss falls on completions only.

    Args:
        source: a file of `Exchange` (JSON lines), which stays on disk, or the rows.
    """
    if isinstance(source, Path):
        cache = str(source.parent / "cache")
        rows = load_dataset("json", data_files=str(source), split="train", cache_dir=cache)
    else:
        rows = Dataset.from_list([row.model_dump() for row in source])

    def messages(row: dict[str, str]) -> dict[str, list[dict[str, str]]]:
        asked = chat(row["prompt"], system=row["system"])
        return {"prompt": asked, "completion": [{"role": "assistant", "content": row["response"]}]}

    return rows.map(messages, remove_columns=rows.column_names)


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
    sft: Sft, train: Dataset, heldout: Dataset, folder: Path, seed: int, resume: bool = True,
    accuracy: Monitor | None = None,
) -> Path:  # fmt: skip
    """Fine-tune and save the policy into `folder`/policy; logs one JSON line per logging step into `folder`/sft.jsonl.

    Goes on from the last checkpoint where `resume` is true and there is one. An adapter (`lora_rank`) is saved into
    `folder`/adapter and merged into the weights that are saved.

    Args:
        accuracy: real pass@1 of the policy so far, generated and verified; asked whenever the held-out loss is.

    Raises:
        ParameterError: the chat template and the stop tokens do not go together.
    """
    tokenizer, model = load_tokenizer(sft.model), load_policy(sft.model, attention=sft.attention)
    check_template(tokenizer, stop_ids(model, tokenizer))
    trainer = SFTTrainer(
        model=model,
        peft_config=adapter(sft.lora_rank),
        processing_class=tokenizer,
        args=sft_config(sft, folder / "checkpoints", seed),
        train_dataset=train,
        eval_dataset=heldout,
        callbacks=[LineLog(folder / "sft.jsonl")],
    )
    trainer.remove_callback(PrinterCallback)  # our own lines say it shorter
    # Under DeepSpeed no process may have all weights, and the first alone cannot generate: try checkpoints afterwards.
    if accuracy and not sft.deepspeed:
        trainer.add_callback(Accuracy(trainer, tokenizer, accuracy, folder / "sft.jsonl"))
    checkpoint, made = last_whole(folder / "checkpoints", "trainer_state.json") if resume else (None, 0)
    if trainer.is_world_process_zero():
        _cut_log(folder / "sft.jsonl", made)
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    return save_policy(trainer, tokenizer, folder)


class LineLog(TrainerCallback):
    """Appends the trainer's logs as JSON lines and prints a short line of each."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **kwargs: Any,
    ) -> None:
        """Write and print one log."""
        # The closing summary says nothing new, and would be said again after a restart.
        if not state.is_world_process_zero or (logs and "train_runtime" in logs):
            return
        row = {"step": state.global_step, **{k: v for k, v in (logs or {}).items() if isinstance(v, int | float)}}
        with self._path.open("a") as file:
            file.write(json.dumps(row) + "\n")
        shown = [f"{k} {row[k]:.4g}" for k in ("loss", "eval_loss", "mean_token_accuracy") if k in row]
        if shown and (state.global_step % 50 == 0 or "eval_loss" in row):
            print(f"step {state.global_step}/{state.max_steps}  " + "  ".join(shown), flush=True)


def _cut_log(path: Path, steps: int) -> None:
    """Drop the lines after step `steps`: they will be made again."""
    if path.exists():
        lines = [line for line in path.read_text().splitlines() if json.loads(line)["step"] <= steps]
        write_text(path, "".join(f"{line}\n" for line in lines))


class Accuracy(TrainerCallback):
    """Tries held-out problems whenever the held-out loss is computed, and appends the share solved to the log."""

    def __init__(
        self,
        trainer: SFTTrainer,
        tokenizer: PreTrainedTokenizerBase,
        accuracy: Monitor,
        path: Path,
    ) -> None:
        self._trainer, self._tokenizer, self._accuracy, self._path = trainer, tokenizer, accuracy, path

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Generate, verify, and write one line; the first process does, and the others wait for it at their next step."""
        if not state.is_world_process_zero:
            return
        model = self._trainer.accelerator.unwrap_model(self._trainer.model)
        share = self._accuracy(model, self._tokenizer)
        with self._path.open("a") as file:
            file.write(json.dumps({"step": state.global_step, "heldout_pass@1": share}) + "\n")
        print(f"step {state.global_step}/{state.max_steps}  held-out pass@1 {share:.3f}", flush=True)


def _config(deepspeed: str | None) -> str | None:
    return str(from_profile(deepspeed)) if deepspeed else None
