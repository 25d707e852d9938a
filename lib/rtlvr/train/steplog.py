"""The record of an RL run: one JSON line per optimiser update, and the sampler's state beside every checkpoint."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from rtlvr.draws.saving import restore, saved
from rtlvr.records import write_text
from rtlvr.train.dapo import AdaptiveDapoTrainer
from rtlvr.train.steprecord import StepRecord

STATE, _ANSWERS = "sampler.json", "answers.pt"  # a checkpoint with STATE was written to its end


class StepLog(TrainerCallback):
    """Writes one JSON line per update (sampling record, TRL's loss metrics, held-out accuracy) and saves the sampler.

    Args:
        evaluate: gives held-out pass@1; asked every `every` updates, on the main process.
        budget: generated tokens after which training stops; 0: none.
        seconds: time after which training stops, counted from this start; 0: none.
        watch: told after every line, to show it.
    """

    def __init__(
        self,
        trainer: AdaptiveDapoTrainer,
        path: Path,
        evaluate: Callable[[], float] | None,
        every: int,
        budget: int = 0,
        seconds: int = 0,
        watch: Callable[[], None] | None = None,
    ) -> None:
        self._trainer, self._path, self._evaluate, self._every = trainer, path, evaluate, every
        self._budget, self._watch = budget, watch
        self._began = time.perf_counter()
        self._ends = self._began + seconds if seconds else float("inf")

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **kwargs: Any,
    ) -> None:
        """Append the update's line."""
        if not logs or "loss" not in logs or self._trainer.record.step == 0 or not state.is_world_process_zero:
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
        if self._evaluate and state.global_step % self._every == 0:
            row["heldout_pass@1"] = self._evaluate()
        with self._path.open("a") as file:
            file.write(json.dumps(row) + "\n")
        print(_line(row, seconds), flush=True)
        self._trainer.record = StepRecord(step=record.step)  # a step's next update draws nothing
        if self._watch:
            self._watch()
        if 0 < self._budget <= self._spent() or time.perf_counter() > self._ends:
            control.should_training_stop = True
        self._began = time.perf_counter()

    def _spent(self) -> int:
        """Tokens generated so far, steps before a restart included."""
        return sum(json.loads(line)["tokens_generated"] for line in self._path.read_text().splitlines())

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Save the sampler's state into the checkpoint; what lacks it was cut off while it was written."""
        if not state.is_world_process_zero:
            return
        folder = Path(cast(str, args.output_dir)) / f"checkpoint-{state.global_step}"
        sampler, contents = saved(self._trainer.filler)
        torch.save(contents, folder / _ANSWERS)
        write_text(folder / STATE, json.dumps(sampler))


def _line(row: dict[str, Any], seconds: float) -> str:
    def shown(name: str, form: str) -> str:
        return "-" if row[name] is None else format(row[name], form)

    text = (
        f"step {row['step']:>4}  reward {shown('reward', '.3f')}  acceptance {shown('acceptance', '.2f')}  "
        f"draws {row['draws']}  drawn {row['prompts_drawn']:>3}  carried {row['groups_carried']:>2}  "
        f"tokens {shown('completion_tokens', '.0f')}  {seconds:.1f} s"
    )
    return text + (f"  held-out {row['heldout_pass@1']:.3f}" if row["heldout_pass@1"] is not None else "")


def restore_sampler(trainer: AdaptiveDapoTrainer, checkpoint: Path) -> None:
    """Bring the sampler back to where `checkpoint` was saved."""
    contents = torch.load(checkpoint / _ANSWERS, weights_only=True)
    restore(trainer.filler, json.loads((checkpoint / STATE).read_text()), contents)


def cut_log(path: Path, updates: int) -> None:
    """Drop the lines of updates after the checkpoint: they will be made again."""
    if path.exists():
        lines = path.read_text().splitlines(keepends=True)[:updates]
        write_text(path, "".join(lines))
