"""Scored answers one by one, and joined again to the batch that a step trains on."""

from collections.abc import Mapping, Sequence

import torch

_MASKS = {"prompt_ids": "prompt_mask", "prompt_mask": "prompt_mask"}  # all others follow the completion's mask
_WHOLE = "num_items_in_batch"
AnswerRow = dict[str, torch.Tensor]


def split(scored: Mapping[str, torch.Tensor], count: int) -> list[AnswerRow]:
    """The first `count` rows of a scored batch, on the CPU, without padding."""
    rows = {name: values.cpu() for name, values in scored.items() if name != _WHOLE}
    used = {name: rows[name].bool() for name in ("prompt_mask", "completion_mask")}
    return [{name: _row(name, values, used, i) for name, values in rows.items()} for i in range(count)]


def _row(name: str, values: torch.Tensor, used: Mapping[str, torch.Tensor], i: int) -> torch.Tensor:
    mask = used[_MASKS.get(name, "completion_mask")]
    if values.dim() < 2 or values.shape != mask.shape:  # one number per answer, as vLLM's correction by sequence
        return values[i].clone()
    return values[i, mask[i]].clone()


def joined(rows: Sequence[AnswerRow], pad: int, device: torch.device) -> AnswerRow:
    """Rows as a batch, padded to common widths: prompts to the left with `pad`, completions to the right."""
    merged = {}
    for name in rows[0]:
        parts = [row[name] for row in rows]
        if parts[0].dim():
            width, left = max(len(p) for p in parts), name.startswith("prompt")
            parts = [_padded(p, width, left, pad if name.endswith("_ids") else 0) for p in parts]
        merged[name] = torch.stack(parts).to(device)
    return merged


def _padded(row: torch.Tensor, width: int, left: bool, fill: int) -> torch.Tensor:
    extra = width - len(row)
    return torch.nn.functional.pad(row, (extra, 0) if left else (0, extra), value=fill)


def filled_up(rows: Sequence[AnswerRow], parts: int) -> list[AnswerRow]:
    """Rows, and as many that count nothing as make equal parts of them; groups may be of unequal size."""
    blank = rows[0] | {name: torch.zeros_like(rows[0][name]) for name in ("completion_mask", "advantages")}
    return [*rows, *[blank] * (-len(rows) % parts)]


def length(row: AnswerRow) -> int:
    """Tokens of a row's answer."""
    return int(row["completion_mask"].sum())
