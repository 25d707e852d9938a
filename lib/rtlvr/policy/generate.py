"""Sampling completions with transformers, dropping finished rows from the batch as it goes.

`model.generate` keeps every row until the longest is done; with reasoning, lengths differ by several times, and on CPUs
cost follows rows. Here the cache is compacted whenever a quarter of the rows has finished.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import torch
from transformers import DynamicCache, PreTrainedModel, PreTrainedTokenizerBase

_COMPACT_BELOW = 0.75
_CPU_BATCH, _GPU_BATCH = 128, 2048
_CACHE_SHARE = 0.35  # of the free memory, for the cache of a batch: growing it needs as much again for a moment


@dataclass(frozen=True)
class Sampling:
    """How to sample: `temperature` 0 is greedy; `max_tokens` counts generated tokens, the stop token included."""

    max_tokens: int
    temperature: float = 1.0
    top_p: float = 1.0


@dataclass(frozen=True)
class Completion:
    """One sampled answer: token ids, and each one's log-probability under the tempered distribution (greedy: 0)."""

    ids: list[int]
    logprobs: list[float]


def complete(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    chats: Sequence[list[dict[str, str]]],
    sampling: Sampling,
) -> Iterator[list[int]]:
    """Completions of chats, in order, as token ids that end with the stop token unless they were cut off."""
    for completion in in_batches(model, prompt_ids(tokenizer, chats), sampling, stop_ids(model, tokenizer)):
        yield completion.ids


def prompt_ids(tokenizer: PreTrainedTokenizerBase, chats: Sequence[list[dict[str, str]]]) -> list[list[int]]:
    """Chats as token ids, up to where the answer begins."""
    rendered = tokenizer.apply_chat_template(list(chats), add_generation_prompt=True, return_dict=True)
    return cast("dict[str, list[list[int]]]", rendered)["input_ids"]


def in_batches(
    model: PreTrainedModel,
    prompts: Sequence[list[int]],
    sampling: Sampling,
    stops: set[int],
    keys: Sequence[str] | None = None,
    most: int | None = None,
    begun: Sequence[Completion] | None = None,
    part: int | None = None,
) -> Iterator[Completion]:
    """`sample_ids`, as many prompts at a time as suit the device, and at most `most`."""
    fitting = rows_at_once(model, max(map(len, prompts), default=0) + sampling.max_tokens)
    size = min(fitting, most or fitting)
    for start in range(0, len(prompts), size):
        now = slice(start, start + size)
        own, before = keys and keys[now], begun and begun[now]
        yield from sample_ids(model, prompts[now], sampling, stops, own, before, part)


def rows_at_once(model: PreTrainedModel, tokens: int) -> int:
    """How many rows of `tokens` tokens each, prompt included, to sample together.

    On a CPU a cache that outgrows the processor's own is slow; on a GPU the cache must fit into what memory is free.
    """
    if model.device.type == "cpu":
        return _CPU_BATCH
    row = tokens * cache_bytes_per_token(model)
    free, _ = torch.cuda.mem_get_info(model.device)
    unused = torch.cuda.memory_reserved(model.device) - torch.cuda.memory_allocated(model.device)
    return max(1, min(_GPU_BATCH, int(_CACHE_SHARE * (free + unused) / row)))


def cache_shape(model: PreTrainedModel) -> tuple[int, int, int]:
    """Layers, key heads, and numbers per head of the key cache."""
    config = model.config
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return config.num_hidden_layers, config.num_key_value_heads, size


def cache_bytes_per_token(model: PreTrainedModel) -> int:
    """Bytes that one token of one row takes in the cache, keys and values of all layers."""
    layers, heads, size = cache_shape(model)
    return 2 * layers * heads * size * model.dtype.itemsize


def stop_ids(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> set[int]:
    """Tokens that end a completion, as the model's generation config and its tokenizer have them."""
    configured = model.generation_config.eos_token_id
    ids = configured if isinstance(configured, list) else [configured]
    return {i for i in [*ids, tokenizer.eos_token_id] if i is not None}


@torch.no_grad()
def sample_ids(
    model: PreTrainedModel,
    prompts: Sequence[list[int]],
    sampling: Sampling,
    stops: set[int],
    keys: Sequence[str] | None = None,
    begun: Sequence[Completion] | None = None,
    part: int | None = None,
) -> list[Completion]:
    """Sample one completion per prompt (token ids).

    Args:
        keys: one per prompt, each the seed of that row's own random numbers: a completion then depends on its key alone
            and not on what else is in the batch. None: torch's global generator.
        begun: completions to go on with, each by the random numbers that come next under its key.
        part: stop after so many tokens more; `sampling.max_tokens` bounds a completion as a whole.
    """
    was_training = model.training
    model.eval()
    finished = [Completion([*c.ids], [*c.logprobs]) for c in begun or [Completion([], [])] * len(prompts)]
    room = [min(part or sampling.max_tokens, sampling.max_tokens - len(c.ids)) for c in finished]
    texts = [[*p, *c.ids] for p, c in zip(prompts, finished, strict=True)]
    width, device = max(map(len, texts)), model.device
    ids = torch.tensor([[0] * (width - len(p)) + p for p in texts], device=device)
    mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in texts], device=device)
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    cache, rows = DynamicCache(config=model.config), list(range(len(prompts)))
    luck = None if keys is None else [_luck(key, len(c.ids)) for key, c in zip(keys, finished, strict=True)]
    alive = torch.ones(len(rows), dtype=torch.bool)
    for count in range(1, max(room) + 1):
        output = model(
            input_ids=ids, attention_mask=mask, position_ids=positions, past_key_values=cache, logits_to_keep=1
        )
        chosen, logprobs = choose(
            output.logits[:, -1].float(), sampling, None if luck is None else [luck[row].random() for row in rows]
        )
        tokens, logs = chosen.tolist(), logprobs.tolist()
        for index in alive.nonzero().flatten().tolist():
            finished[rows[index]].ids.append(tokens[index])
            finished[rows[index]].logprobs.append(logs[index])
        alive &= torch.tensor(
            [token not in stops and count < room[row] for token, row in zip(tokens, rows, strict=True)]
        )
        if not alive.any():
            break
        mask = torch.cat([mask, mask.new_ones(len(mask), 1)], dim=1)
        ids, positions = chosen[:, None], positions[:, -1:] + 1
        if alive.float().mean() < _COMPACT_BELOW:
            keep = alive.nonzero().flatten()
            cache.batch_select_indices(keep.to(device))
            ids, mask, positions = ids[keep], mask[keep], positions[keep]
            rows, alive = [rows[i] for i in keep.tolist()], alive[keep]
    model.train(was_training)
    return finished


def _luck(key: str, used: int) -> random.Random:
    """A row's random numbers, those of the tokens that it has already left out."""
    luck = random.Random(key)
    for _ in range(used):
        luck.random()
    return luck


def choose(
    logits: torch.Tensor, sampling: Sampling, luck: Sequence[float] | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """The next token of every row and its log-probability, both `(rows,)`: greedy, or nucleus sampling.

    Args:
        logits: `(rows, vocabulary)`.
        luck: one uniform number in [0, 1) per row, which alone decides its token; None: torch's generator.
    """
    if sampling.temperature == 0:
        return logits.argmax(-1), logits.new_zeros(len(logits))
    whole = probabilities = torch.softmax(logits / sampling.temperature, -1)
    if sampling.top_p < 1:
        ordered, order = probabilities.sort(-1, descending=True)
        outside = ordered.cumsum(-1) - ordered >= sampling.top_p
        probabilities = torch.zeros_like(ordered).scatter(-1, order, ordered.masked_fill(outside, 0))
    if luck is None:
        chosen = torch.multinomial(probabilities, 1)
    else:
        steps = probabilities.cumsum(-1, dtype=torch.float64)
        places = torch.tensor(luck, dtype=torch.float64, device=logits.device)[:, None] * steps[:, -1:]
        chosen = torch.searchsorted(steps, places, right=True).clamp(max=logits.shape[-1] - 1)
    return chosen.squeeze(1), whole.gather(1, chosen).squeeze(1).log()


def decode(tokenizer: PreTrainedTokenizerBase, completions: Iterable[list[int]]) -> list[str]:
    """Completions as text, without the stop token."""
    return tokenizer.batch_decode(list(completions), skip_special_tokens=True)


def complete_texts(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    chats: Sequence[list[dict[str, str]]],
    sampling: Sampling,
    seed: int = 0,
) -> list[tuple[str, int, bool]]:
    """(text, generated tokens, whether the budget cut it) for every chat, in order.

    The draw has a random generator of its own, so that evaluating does not disturb a training's.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        ids = list(complete(model, tokenizer, chats, sampling))
    stops = stop_ids(model, tokenizer)
    return [(text, len(i), i[-1] not in stops) for text, i in zip(decode(tokenizer, ids), ids, strict=True)]
