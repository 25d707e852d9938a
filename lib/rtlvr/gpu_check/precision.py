"""How far the sampler's log-probabilities are from the trainer's, and what that costs a correction by importance.

Answers are sampled by the kit's own loop from weights in bfloat16, float16 and float32, and from float32 weights under
autocast; the same tokens are scored with float32 weights, with bfloat16 autocast (how the kit trains) and without.
gap = log p(trainer) - log p(sampler), by token. TRL's `sequence_mask` throws away an answer whose exp(sum of gaps) is
above a cap (3 by default); a token mask throws away tokens whose exp(gap) is outside [1/2, 2].

Longer answers than were sampled are extrapolated: the sum of n gaps is taken as normal with n times the measured variance
v of one token's gap, as if tokens were independent, and with mean -n v / 2, since exp(gap) has mean 1 over what the sampler
draws. (The measured mean is far noisier: over 16384 tokens its error would outweigh everything.)
"""

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from statistics import NormalDist

import torch
from transformers import PreTrainedModel

from rtlvr.gpu_check.context import CheckContext, Row, free_memory, guarded
from rtlvr.gpu_check.models import model_of, random_prompts
from rtlvr.policy.generate import Sampling, prompt_ids, sample_ids, stop_ids
from rtlvr.train.rollout import copy_in

_PROMPTS, _TOKENS, _PROMPT = 64, 256, 200
_TINY_PROMPTS, _TINY_TOKENS, _TINY_PROMPT = 4, 16, 12
_LENGTHS, _BEYOND = (64, 128, 256), (1024, 4096, 16384)
_CAPS = (2.0, 3.0)
_CHUNK = 8  # rows scored together
SAMPLERS = {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": torch.float32, "fp32 autocast": torch.float32}
TRAINERS = ("bf16 autocast", "fp32")


@dataclass(frozen=True)
class SampledAnswers:
    """Sampled answers: token ids of prompts and completions, and the sampler's log-probability of each sampled token."""

    prompts: list[list[int]]
    completions: list[list[int]]
    logprobs: list[list[float]]


def run(context: CheckContext) -> list[Row]:
    """Rows of `kind` gap, one per sampler and trainer, and of `kind` length, with the masked shares by answer length."""
    trainer = model_of(context, torch.float32)
    prompts, stops = _prompts(context, trainer)
    rows: list[Row] = []
    for sampler in SAMPLERS:
        answers: list[SampledAnswers] = []
        base: Row = {"model": context.model_name, "sampler": sampler}
        sampled = guarded(
            context,
            {"kind": "sampled", **base},
            partial(_sampled, context, trainer, sampler, prompts, stops, answers),
        )
        rows.append(sampled)
        for name in TRAINERS if answers else ():
            found: list[list[torch.Tensor]] = []
            key: Row = {"kind": "gap", **base, "trainer": name}
            rows.append(guarded(context, key, partial(_gap, context, trainer, name, answers[0], found)))
            for row in length_rows(found[0]) if found else ():
                rows.append({"kind": "length", **base, "trainer": name, **row})  # too many to print
    return rows


def gap_row(gaps: list[torch.Tensor]) -> Row:
    """Statistics of the gaps, one tensor `(tokens,)` per answer."""
    tokens = torch.cat(gaps)
    size = tokens.abs()
    sums = torch.stack([g.sum() for g in gaps])
    return {
        "tokens": len(tokens),
        "mean_abs_gap": size.mean().item(),
        "p99_abs_gap": size.quantile(0.99).item(),
        "max_abs_gap": size.max().item(),
        "kl": -tokens.mean().item(),
        "variance": tokens.var().item(),
        # the same from whole answers: larger where the gaps of an answer go together
        "variance_by_answer": (sums.var() / (len(tokens) / len(gaps))).item() if len(gaps) > 1 else None,
        "tokens_outside_2": (size > math.log(2)).double().mean().item(),
        **masked(sums),
    }


def length_rows(gaps: list[torch.Tensor]) -> list[Row]:
    """Shares of answers masked at their first 64, 128 and 256 tokens (as measured), and at lengths beyond (extrapolated).

    An answer that is shorter counts with all its tokens.
    """
    variance, longest = torch.cat(gaps).var().item(), max(map(len, gaps))
    rows: list[Row] = []
    for length in sorted({min(n, longest) for n in _LENGTHS}):
        sums = torch.stack([g[:length].sum() for g in gaps])
        rows.append({"answer_tokens": length, "measured": True, **masked(sums)})
    for length in _BEYOND:
        normal = NormalDist(-length * variance / 2, max(math.sqrt(length * variance), 1e-12))
        row: Row = {"answer_tokens": length, "measured": False}
        for cap in _CAPS:
            above = 1 - normal.cdf(math.log(cap))
            row[f"masked_cap{cap:.0f}"] = above
            row[f"outside_cap{cap:.0f}"] = above + normal.cdf(-math.log(cap))
        rows.append(row)
    return rows


def masked(sums: torch.Tensor) -> Row:
    """Shares of answers whose ratio exp(sum) is above each cap (what TRL masks), and outside [1/cap, cap]; sums `(answers,)`."""
    row: Row = {}
    for cap in _CAPS:
        row[f"masked_cap{cap:.0f}"] = (sums > math.log(cap)).double().mean().item()
        row[f"outside_cap{cap:.0f}"] = (sums.abs() > math.log(cap)).double().mean().item()
    return row


@torch.no_grad()
def score(
    model: PreTrainedModel, answers: SampledAnswers, autocast: Callable[[], AbstractContextManager[object]]
) -> list[torch.Tensor]:
    """The trainer's log-probability of every sampled token: one float64 tensor `(tokens,)` per answer, on the CPU."""
    scored = []
    for start in range(0, len(answers.prompts), _CHUNK):
        part = list(
            zip(answers.prompts[start : start + _CHUNK], answers.completions[start : start + _CHUNK], strict=True)
        )
        left, right = max(len(p) for p, _ in part), max(len(c) for _, c in part)
        before = [left - len(p) for p, _ in part]
        after = [right - len(c) for _, c in part]
        ids = [[0] * b + p + c + [0] * a for (p, c), b, a in zip(part, before, after, strict=True)]
        used = [[0] * b + [1] * (len(p) + len(c)) + [0] * a for (p, c), b, a in zip(part, before, after, strict=True)]
        tokens, mask = torch.tensor(ids, device=model.device), torch.tensor(used, device=model.device)
        positions = (mask.cumsum(1) - 1).clamp(min=0)
        with autocast():
            logits = model(
                input_ids=tokens, attention_mask=mask, position_ids=positions, use_cache=False,
                logits_to_keep=right + 1,
            ).logits  # fmt: skip
        logs = torch.log_softmax(logits[:, :-1].float(), -1).gather(2, tokens[:, left:, None]).squeeze(2)
        scored += [row[: len(c)].double().cpu() for row, (_, c) in zip(logs, part, strict=True)]
    return scored


def _gap(
    context: CheckContext, trainer: PreTrainedModel, name: str, answers: SampledAnswers, found: list[list[torch.Tensor]]
) -> Row:
    scored = score(trainer, answers, _autocast(context) if name == "bf16 autocast" else nullcontext)
    gaps = [s - torch.tensor(logs, dtype=torch.float64) for s, logs in zip(scored, answers.logprobs, strict=True)]
    found.append(gaps)
    return gap_row(gaps)


def _sampled(
    context: CheckContext,
    trainer: PreTrainedModel,
    sampler: str,
    prompts: list[list[int]],
    stops: set[int],
    answers: list[SampledAnswers],
) -> Row:
    """Sample with weights of the sampler's type, which are given back, and leave the answers in `answers`.

    SampledAnswers are drawn by keys, as in training; torch's own generator would stop a GPU for good at a NaN (float16 overflows).

    Raises:
        FloatingPointError: a log-probability is not finite.
    """
    model = trainer if SAMPLERS[sampler] is torch.float32 else copy_in(trainer, SAMPLERS[sampler])
    sampling = Sampling(_TINY_TOKENS if context.tiny else _TOKENS, temperature=1.0)
    with (_autocast(context) if "autocast" in sampler else nullcontext)():
        done = sample_ids(model, prompts, sampling, stops, [f"precision/{i}" for i in range(len(prompts))])
    del model
    free_memory()
    if not all(math.isfinite(log) for d in done for log in d.logprobs):
        raise FloatingPointError(f"the {sampler} sampler gave log-probabilities that are not finite")
    answers.append(SampledAnswers(prompts, [d.ids for d in done], [d.logprobs for d in done]))
    return {"answers": len(done), "tokens": sum(len(d.ids) for d in done)}


def _autocast(context: CheckContext) -> Callable[[], AbstractContextManager[object]]:
    return lambda: torch.autocast(context.device.type, dtype=torch.bfloat16)


def _prompts(context: CheckContext, model: PreTrainedModel) -> tuple[list[list[int]], set[int]]:
    """Prompts and the tokens that end an answer: held-out problems for a named policy, else random tokens and none."""
    count, mean = (_TINY_PROMPTS, _TINY_PROMPT) if context.tiny else (_PROMPTS, _PROMPT)
    if context.weights is None:
        return random_prompts(model, count, mean), set()
    from rtlvr.data.corpus import heldout_problems
    from rtlvr.policy.model import chat, load_tokenizer

    tokenizer = load_tokenizer(context.weights)
    chats = [chat(problem.prompt) for problem in heldout_problems(count, seed=1)]
    return prompt_ids(tokenizer, chats), stop_ids(model, tokenizer)
