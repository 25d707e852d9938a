"""The shape in which a rule fits TRL's asynchronous trainer: a worker that fills its buffer.

`AsyncGRPOTrainer` drains a queue of scored answers, whoever puts them there, and sends its weights to whoever takes them.
`Buffered` is both: it writes answers with a copy of the model in a thread of its own, fills steps by a rule, and puts the
answers of full steps into the queue with advantages, log-probabilities under the policy that wrote them, and the version of
that policy. Groups may be of unequal size, rounds may end early, and the trainer never waits for a straggler: it takes what
is there. Where a server generates, `write` and `send_weights` are what changes.

The trainer asks for a GPU in two places: its attention is a kernel for GPUs, and it looks up the card's speed for a figure of
its log. `on_cpu` stands in for these two, so that the rest is TRL's own there.
"""

import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel, PreTrainedTokenizerBase
from trl.experimental.async_grpo import async_grpo_trainer
from trl.experimental.async_grpo.async_rollout_worker import RolloutSample
from trl.experimental.async_grpo.packing import TREE_ATTENTION

from .advantages import step_advantages
from .answering import Rounds, WrittenAnswer
from .sampling import Draft, Filler, Growing, Size
from .selectable import made

_Score = Callable[[int, str], float]  # prompt's number, answer


class Buffered:
    """TRL's rollout worker and weight transfer in one; `start` is called by the trainer.

    Args:
        prompts: the training set as texts.
        score: 1 or 0 for an answer to a prompt.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        words: PreTrainedTokenizerBase,
        prompts: Sequence[str],
        score: _Score,
        rule: str,
        size: Size,
        longest: int,
        seed: int = 0,
    ) -> None:
        self.model, self.words, self.prompts, self.judge, self.longest = (
            deepcopy(model).eval(),
            words,
            prompts,
            score,
            longest,
        )
        self.filler = Filler(made(rule, size, seed), Rounds(self, longest, seed))
        self.rollout_buffer: queue.Queue[Any] = queue.Queue(maxsize=size.batch * size.group)
        self.metrics_queue: queue.Queue[Any] = queue.Queue()
        self.versions: list[int] = []  # of the policy, by step
        self._version, self._ended, self._weights = 0, threading.Event(), threading.Lock()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin to fill steps."""
        self._thread.start()

    def stop(self) -> None:
        """End after what is being written."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def update_model_version(self, model_version: int) -> None:
        """New steps are of this version."""
        self._version = model_version

    def check_health(self, stale_after_s: float) -> None:
        """Raise what the thread has raised.

        Raises:
            RuntimeError: the thread has ended by an error.
        """
        if self._error:
            raise RuntimeError("the worker that fills the buffer has failed; see the cause") from self._error

    def init_weight_transfer(self) -> None:
        """There is nothing to set up."""

    def pause(self) -> None:
        """Nobody writes while weights change."""
        self._weights.acquire()

    def send_weights(self, iterator: Iterable[tuple[str, torch.Tensor]]) -> None:
        """Take the trainer's weights."""
        mine = self.model.state_dict()
        with torch.no_grad():
            for name, value in iterator:
                mine[name].copy_(value)

    def resume(self) -> None:
        """Write on."""
        self._weights.release()

    def destroy(self) -> None:
        """There is nothing to release."""

    def _run(self) -> None:
        try:
            while not self._ended.is_set():
                self.versions.append(self._version)
                self._put(self.filler.fill(len(self.versions) - 1).used)
        except Exception as error:  # noqa: BLE001 (a thread's errors are raised in `check_health`)
            self._error = error

    def _put(self, groups: Sequence[Growing]) -> None:
        for group, counts in zip(groups, step_advantages(groups, self.filler.policy), strict=True):
            for draft, advantage, reward in zip(group.content, counts, group.rewards, strict=True):
                sample = self._sample(draft, advantage, reward, group)
                while not self._ended.is_set():
                    try:
                        self.rollout_buffer.put(sample, timeout=0.1)
                    except queue.Full:
                        continue
                    break

    def _sample(self, draft: Draft, advantage: float, reward: float, group: Growing) -> RolloutSample:
        prompt = self._ids(draft.prompt)
        none, whole = [0] * len(prompt), [*prompt, *draft.ids]
        return RolloutSample(
            prompt=[{"role": "user", "content": self.prompts[draft.prompt]}],
            completion=[{"role": "assistant", "content": self._text(draft)}],
            input_ids=np.array(whole),
            completion_mask=np.array(none + [1] * len(draft.ids)),
            old_log_probs=np.array([*map(float, none), *draft.logs], dtype=np.float32),
            advantage=advantage,
            model_version=self.versions[group.step],
            group_id=group.number,
            metrics={"reward": reward},
        )

    def _ids(self, prompt: int) -> list[int]:
        found: list[int] = self.words(self.prompts[prompt])["input_ids"]
        return found

    def _text(self, draft: Draft) -> str:
        return str(self.words.decode(draft.ids, skip_special_tokens=True))

    def score(self, drafts: Sequence[Draft]) -> list[WrittenAnswer]:
        """Judge answers; the draft itself is what is kept of one."""
        texts = [self._text(d) for d in drafts]
        rewards = [self.judge(d.prompt, text) for d, text in zip(drafts, texts, strict=True)]
        return [WrittenAnswer(r, r, len(d.ids), d) for d, r in zip(drafts, rewards, strict=True)]

    def write(self, drafts: Sequence[Draft], tokens: int) -> list[Draft]:
        """Go on with answers; what they were stopped at is read again."""
        room = [min(tokens, self.longest - len(d.ids)) for d in drafts]
        starts = [[*self._ids(d.prompt), *d.ids] for d in drafts]
        given = self.words.pad({"input_ids": starts}, padding_side="left", return_tensors="pt")
        with self._weights, torch.no_grad():
            out: Any = self.model.generate(
                **given,
                max_new_tokens=max(room),
                do_sample=True,
                top_k=0,
                output_scores=True,
                return_dict_in_generate=True,
            )
            logs = self.model.compute_transition_scores(out.sequences, out.scores, normalize_logits=True)
        new = out.sequences[:, given["input_ids"].shape[1] :].tolist()
        return [self._grown(*one) for one in zip(drafts, new, logs.tolist(), room, strict=True)]

    def _grown(self, draft: Draft, ids: list[int], logs: list[float], room: int) -> Draft:
        stop = self.words.eos_token_id
        count = min(room, ids.index(stop) + 1 if stop in ids else len(ids))
        found = [*draft.ids, *ids[:count]]
        ended = found[-1] == stop or len(found) >= self.longest
        return replace(draft, ids=found, logs=[*draft.logs, *logs[:count]], ended=ended)


def on_cpu() -> None:
    """Stand in for what the trainer needs a GPU for; called before it is made."""

    def register() -> None:
        AttentionInterface.register(TREE_ATTENTION, _attention)
        AttentionMaskInterface.register(TREE_ATTENTION, lambda **_: None)

    patched: Any = async_grpo_trainer
    patched.register_tree_attention = register
    patched.get_peak_flops_per_device = lambda *_: 1.0


def _attention(
    module: torch.nn.Module, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: Any, *,
    tree_kv_index: torch.Tensor, tree_cu_seqlens_q: torch.Tensor, tree_cu_seqlens_k: torch.Tensor, scaling: float, **_: Any,
) -> tuple[torch.Tensor, None]:  # fmt: skip
    """Each part of the packed row attends to the tokens on its own way, the last of its queries to all of them."""
    parts = []
    ends = zip(*(torch.stack([c[:-1], c[1:]], 1).tolist() for c in (tree_cu_seqlens_q, tree_cu_seqlens_k)), strict=True)
    for (q0, q1), (k0, k1) in ends:
        way = tree_kv_index[k0:k1]
        seen = torch.ones(q1 - q0, k1 - k0, dtype=torch.bool).tril(k1 - k0 - (q1 - q0))
        here = query[:, :, q0:q1], key[:, :, way], value[:, :, way]
        parts.append(
            torch.nn.functional.scaled_dot_product_attention(*here, attn_mask=seen, scale=scaling, enable_gqa=True)
        )
    return torch.cat(parts, 2).transpose(1, 2), None
