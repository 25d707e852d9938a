"""Train the kit's small base policy from nothing: `rtlvr train-base --out DIR`.

The paper starts from a pretrained base model, and so does the kit. This base has read worked textbook exercises drawn
from the procedural families: a specification answered with code alone (`direct`) or with notes before the code
(`notes`). At the end it practises the tags one at a time, as markup around a text that is given (`drill`), since a
pretrained base knows them as text. It has never seen them together, nor a held-out design or a held-out wording.

Muon for the hidden matrices, AdamW for embeddings and norms, warm-up, constant, linear decay to zero; fp32 on CPU.
Long by intention (about an hour on two cores) and resumable: state goes to DIR/state.pt, the log to DIR/log.csv.
"""

import argparse
import csv
import json
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import torch
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

from rtlvr.data.families import DrawnDesign, Split, draw
from rtlvr.train.muon import Muon
from rtlvr.train.tokenizer import TAGS, build_tokenizer

NOTES_REQUEST = "\nWith notes."
_NOTES_SHARE = 0.6
_BATCH = 8
Batch = dict[str, torch.Tensor]
_POOL = 48  # batches drawn together and sorted by length, so that padding is small
_MUON_RATE, _ADAM_RATE = 0.004, 3e-3
_WARMUP, _DECAY_SHARE = 100, 0.4
_DRILL_STEPS, _DRILL_SHARE, _DRILL_RATE = 400, 0.25, 0.25  # the last: of the learning rates


def exercise(design: DrawnDesign, notes: bool) -> tuple[str, str]:
    """The (prompt, response) of one textbook exercise."""
    prompt = f"{design.description}\n{design.header}"
    answer = f"```verilog\n{design.golden}```"
    return (prompt + NOTES_REQUEST, design.thought + answer) if notes else (prompt, answer)


def drill(design: DrawnDesign, think: bool) -> tuple[str, str]:
    """The (prompt, response) of a markup drill: put one pair of tags around the text of the request."""
    text = design.thought if think else f"```verilog\n{design.golden}```\n"
    opening, closing = ("<think>", "</think>") if think else ("<answer>", "</answer>")
    return f"{opening}\n{text}", f"{opening}\n{text}{closing}"


def new_model(vocabulary: int) -> Qwen3ForCausalLM:
    """A 1.7 M-parameter Qwen3 with fresh weights (normal, 0.05: small models learn faster than from 0.02)."""
    return Qwen3ForCausalLM(
        Qwen3Config(
            vocab_size=vocabulary,
            hidden_size=192,
            num_hidden_layers=4,
            num_attention_heads=6,
            num_key_value_heads=2,
            head_dim=32,
            intermediate_size=512,
            tie_word_embeddings=True,
            max_position_embeddings=2048,
            initializer_range=0.05,
            bos_token_id=None,
            pad_token_id=0,
            eos_token_id=3,
        )
    )


def batches(
    tokenizer: PreTrainedTokenizerFast, rng: random.Random, split: Split, drills: float = 0.0
) -> Iterator[Batch]:
    """Yield dicts of `input_ids`, `attention_mask`, `labels`, each `(batch, tokens)`, right-padded; labels on responses only.

    `drills` is the share of markup drills among the exercises.
    """
    while True:
        rows = []
        for _ in range(_BATCH * _POOL):
            work, yes = (drill, 0.5) if rng.random() < drills else (exercise, _NOTES_SHARE)
            prompt, response = work(draw(rng, split), rng.random() < yes)
            head = tokenizer(f"<|user|>{prompt}<|end|><|assistant|>")["input_ids"]
            tail = tokenizer(f"{response}<|end|>")["input_ids"]
            rows.append((head + tail, [-100] * len(head) + tail))
        rows.sort(key=lambda row: len(row[0]))
        pool = [rows[i : i + _BATCH] for i in range(0, len(rows), _BATCH)]
        rng.shuffle(pool)
        yield from map(_collate, pool)


def _collate(rows: list[tuple[list[int], list[int]]]) -> Batch:
    width = max(len(ids) for ids, _ in rows)
    ids = torch.tensor([i + [0] * (width - len(i)) for i, _ in rows])
    labels = torch.tensor([y + [-100] * (width - len(y)) for _, y in rows])
    mask = torch.tensor([[1] * len(i) + [0] * (width - len(i)) for i, _ in rows])
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def _optimizers(model: Qwen3ForCausalLM) -> list[torch.optim.Optimizer]:
    hidden = [p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n]
    rest = [p for n, p in model.named_parameters() if p.ndim != 2 or "embed" in n]
    return [
        Muon(hidden, lr=_MUON_RATE),
        torch.optim.AdamW(rest, lr=_ADAM_RATE, betas=(0.9, 0.95), weight_decay=0.0),
    ]


def _schedule(step: int, steps: int) -> float:
    left = (steps - step) / (steps * _DECAY_SHARE)
    return min(1.0, (step + 1) / _WARMUP, left)


@torch.no_grad()
def _heldout_loss(model: Qwen3ForCausalLM, examples: list[Batch]) -> float:
    return float(sum(model(**batch).loss.item() for batch in examples) / len(examples))


def train(out: Path, steps: int, seed: int = 0) -> None:
    """Train for `steps` batches of 8 exercises, resuming from `out`/state.pt if it is there; save the policy into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    vocabulary_rng = random.Random(seed)
    designs = [draw(vocabulary_rng, "train") for _ in range(6000)]
    tokenizer = build_tokenizer("\n".join(exercise(d, True)) for d in designs)
    model = new_model(len(tokenizer))
    optimizers, start, state = _optimizers(model), 0, out / "state.pt"
    if state.exists():
        saved = torch.load(state)
        model.load_state_dict(saved["model"])
        for optimizer, values in zip(optimizers, saved["optimizers"], strict=True):
            optimizer.load_state_dict(values)
        start = saved["step"]
    heldout = [b for b, _ in zip(batches(tokenizer, random.Random(seed + 1), "heldout"), range(16), strict=False)]
    # A resumed run draws new exercises rather than repeating those of the first part.
    source = batches(tokenizer, random.Random(f"{seed}:{start}"), "train")
    _loop(model, optimizers, source, heldout, start, steps, out)
    place_format_tokens(model, tokenizer, [exercise(d, True) for d in designs[:2000]])
    practise_tags(model, batches(tokenizer, random.Random(seed + 2), "train", _DRILL_SHARE))
    cast(torch.nn.Module, model).to(torch.bfloat16)
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)
    (out / "recipe.json").write_text(
        json.dumps(
            {
                "steps": steps,
                "batch": _BATCH,
                "seed": seed,
                "notes_share": _NOTES_SHARE,
                "drill_steps": _DRILL_STEPS,
                "drill_share": _DRILL_SHARE,
            }
        )
    )
    state.unlink(missing_ok=True)


def practise_tags(model: Qwen3ForCausalLM, source: Iterator[Batch], steps: int = _DRILL_STEPS) -> None:
    """A short last phase on exercises mixed with drills, at a low rate that falls to zero."""
    optimizers = _optimizers(model)
    for step in range(steps):
        model(**next(source)).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer, rate in zip(optimizers, (_MUON_RATE, _ADAM_RATE), strict=True):
            optimizer.param_groups[0]["lr"] = rate * _DRILL_RATE * (1 - step / steps)
            optimizer.step()
            optimizer.zero_grad()


@torch.no_grad()
def place_format_tokens(
    model: Qwen3ForCausalLM, tokenizer: PreTrainedTokenizerFast, exercises: list[tuple[str, str]], seed: int = 0
) -> None:
    """Give the tags that the base has never seen embeddings drawn like those of the tokens that it has seen.

    Training only ever pushes an unseen token's logit down, so all of them end up in one direction (cosine 0.996), and
    fine-tuning cannot tell `<think>` from `</answer>` in a few hundred steps. transformers draws the embeddings of new
    tokens in the same way when a vocabulary grows.
    """
    table = cast(torch.nn.Embedding, model.get_input_embeddings()).weight
    seen = sorted({i for pair in exercises for text in pair for i in tokenizer(text)["input_ids"]})
    known = table[seen].float()
    covariance = torch.cov(known.T) + 1e-6 * torch.eye(known.shape[1])
    noise = torch.randn(len(TAGS), known.shape[1], generator=torch.Generator().manual_seed(seed))
    table[tokenizer.convert_tokens_to_ids(list(TAGS))] = known.mean(0) + noise @ torch.linalg.cholesky(covariance).T


def _loop(
    model: Qwen3ForCausalLM,
    optimizers: list[torch.optim.Optimizer],
    source: Iterator[Batch],
    heldout: list[Batch],
    start: int,
    steps: int,
    out: Path,
) -> None:
    rates = [
        group["lr"] if start == 0 else rate
        for o, rate in zip(optimizers, (_MUON_RATE, _ADAM_RATE), strict=True)
        for group in o.param_groups
    ]
    running, tokens, began = 0.0, 0, time.monotonic()
    for step in range(start, steps):
        batch = next(source)
        loss = model(**batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer, rate in zip(optimizers, rates, strict=True):
            optimizer.param_groups[0]["lr"] = rate * _schedule(step, steps)
            optimizer.step()
            optimizer.zero_grad()
        running = loss.item() if step == start else 0.98 * running + 0.02 * loss.item()
        tokens += int(batch["attention_mask"].sum())
        if (step + 1) % 100 == 0:
            _log(
                out,
                {
                    "step": step + 1,
                    "loss": running,
                    "heldout_loss": _heldout_loss(model, heldout),
                    "tokens": tokens,
                    "seconds": time.monotonic() - began,
                },
            )
        if (step + 1) % 500 == 0:
            partial = out / "state.pt.part"
            torch.save(
                {"model": model.state_dict(), "optimizers": [o.state_dict() for o in optimizers], "step": step + 1},
                partial,
            )
            partial.replace(out / "state.pt")


def _log(out: Path, row: dict[str, float]) -> None:
    path = out / "log.csv"
    new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        if new:
            writer.writeheader()
        writer.writerow({k: round(v, 5) for k, v in row.items()})
    print(" ".join(f"{k} {v:.4g}" for k, v in row.items()), flush=True)


def run(options: argparse.Namespace) -> int:
    """Train; 0."""
    train(options.out, options.steps, options.seed)
    return 0


if __name__ == "__main__":
    from rtlvr.cli import main

    sys.exit(main(["train-base", *sys.argv[1:]]))
