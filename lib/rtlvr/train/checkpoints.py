"""Checkpoints that were written to their end: a kill may leave one that was not."""

from pathlib import Path


def last_whole(folder: Path, written_last: str) -> tuple[Path | None, int]:
    """The newest `checkpoint-N` in `folder` that holds the file `written_last`, and its N; (None, 0) where there is none."""
    steps = {_step(path.parent): path.parent for path in folder.glob(f"checkpoint-*/{written_last}")}
    newest = max(steps, default=0)
    return steps.get(newest), newest


def _step(checkpoint: Path) -> int:
    return int(checkpoint.name.partition("-")[2])
