"""Adaptive DAPO on TRL's GRPOTrainer (paper §3.3).

TRL has the objective (clip-higher, token-level loss, group-normalised advantages, no KL); what it lacks is dynamic
sampling. `AdaptiveDapoTrainer` replaces one method: the one that turns a batch of prompts into scored completions. In
training it ignores the loader's batch and lets `rtlvr.draws.step` fill the step with B groups of mixed rewards.

Several processes act as one: each rolls out its share of every draw, all exchange the mixed groups, decide alike, and
train on equal parts of the same B groups. Answers are drawn from a random number of their own each, so that they depend
neither on the number of processes nor on what else is in the batch.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from accelerate.utils import gather_object
from datasets import Dataset
from transformers import PreTrainedModel, PreTrainedTokenizerBase
from trl import GRPOConfig, GRPOTrainer

from rtlvr.draws.step import DynamicSampler, Group, Plan, Step
from rtlvr.params import Rl
from rtlvr.policy.generate import Completion, Sampling, in_batches, prompt_ids, stop_ids
from rtlvr.reward.equivalence import EquivalenceReward
from rtlvr.train.config import rewards
from rtlvr.train.forward import Scores, bucketed
from rtlvr.train.rollout import RolloutModel

os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")  # rollout_func is; its signature is checked by our tests
_TRIMMED = {"prompt_ids": "prompt_mask", "prompt_mask": "prompt_mask"}  # all others follow the completion's mask


@dataclass
class StepRecord:
    """One optimisation step's sampling: counts, means over all drawn completions, and seconds.

    `staleness` is the mean age, in steps, of the groups trained on; `seconds_verify` is what generation had to wait for.
    """

    step: int = 0
    reward: float | None = None
    acceptance: float | None = None
    draws: int = 0
    prompts_drawn: int = 0
    groups_used: int = 0
    groups_carried: int = 0
    groups_dropped: int = 0
    staleness: float = 0.0
    completion_tokens: float | None = None
    tokens_generated: int = 0
    tokens_trained: int = 0
    truncated: float | None = None
    seconds_generate: float = 0.0
    seconds_verify: float = 0.0


def plan_of(rl: Rl) -> Plan:
    """How a step is filled, by the stage's parameters."""
    rule = "fixed" if rl.draw_rule == "none" else rl.draw_rule
    return Plan(
        rule, rl.prompts_per_step, rl.group_size, rl.max_draws, rl.carry_steps, rl.prompt_history, rl.draw_margin
    )


class AdaptiveDapoTrainer(GRPOTrainer):
    """GRPOTrainer with per-group dynamic sampling, adaptive draw sizes, and surplus groups that are not wasted.

    Args:
        rl: the parameters of the stage; with `draw_rule: none` it is TRL's own trainer.
        reward: the equivalence reward; mixed groups are told by it alone, never by the length penalty.
    """

    args: GRPOConfig
    processing_class: PreTrainedTokenizerBase
    train_dataset: Dataset
    num_generations: int

    def __init__(self, *, rl: Rl, reward: EquivalenceReward, **kwargs: Any) -> None:
        rollout = None if rl.vllm != "off" else self._roll_out
        # TRL has narrower types for both than it takes.
        super().__init__(reward_funcs=cast(Any, rewards(rl, reward)), rollout_func=cast(Any, rollout), **kwargs)
        self._rl, self._reward = rl, reward
        world = self.accelerator.num_processes
        self.sampler = DynamicSampler(plan_of(rl), len(self.train_dataset), self.args.seed, world)
        self.record = StepRecord()
        self._timed = {"generate": 0.0, "verify": 0.0}
        self._rows: Sequence[dict[str, Any]] = ()
        self._keys: list[str] | None = None
        # Under ZeRO-3 no process has all weights to copy.
        self._rollout = RolloutModel(rl.bf16 and self.accelerator.device.type != "cpu" and not rl.deepspeed)

    @property
    def _longest(self) -> int:
        """Tokens of the longest completion."""
        return cast(int, self.args.max_completion_length)

    def _roll_out(self, prompts: list[list[dict[str, str]]], trainer: GRPOTrainer) -> dict[str, Any]:
        """Answer prompts; answers of a finished batch are verified while the next one is generated."""
        began = time.perf_counter()
        ids = prompt_ids(self.processing_class, prompts)
        model = self._rollout.current(self.accelerator.unwrap_model(self.model_wrapped), self.state.global_step)
        sampling = Sampling(self._longest, self.args.temperature, self.args.top_p)
        completions: list[Completion] = []
        for done in in_batches(model, ids, sampling, stop_ids(model, self.processing_class), self._keys):
            if self._rows and _cores_to_spare(model):
                text = self.processing_class.decode(done.ids, skip_special_tokens=True)
                self._reward.start(self._rows[len(completions)]["golden"], cast(str, text))
            completions.append(done)
        self._timed["generate"] += time.perf_counter() - began
        tokens, logs = [c.ids for c in completions], [c.logprobs for c in completions]
        return {"prompt_ids": ids, "completion_ids": tokens, "logprobs": logs}

    def _calculate_rewards(self, *args: Any, **kwargs: Any) -> torch.Tensor:
        began = time.perf_counter()
        scored: torch.Tensor = super()._calculate_rewards(*args, **kwargs)
        self._timed["verify"] += time.perf_counter() - began
        return scored

    def _get_per_token_logps_and_entropies(
        self,
        model: torch.nn.Module,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        logits_to_keep: int,
        *args: Any,
        **kwargs: Any,
    ) -> Scores:
        whole: Callable[..., Scores] = super()._get_per_token_logps_and_entropies
        if self.accelerator.num_processes > 1 or input_ids.device.type != "cpu":
            return whole(model, input_ids, attention_mask, logits_to_keep, *args, **kwargs)
        return bucketed(whole, model, input_ids, attention_mask, logits_to_keep, *args, **kwargs)

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        self._rows, self._keys = (), None
        if not cast(torch.nn.Module, self.model).training:
            return super()._generate_and_score_completions(inputs)
        self.record, self._timed = StepRecord(step=self.state.global_step + 1), {"generate": 0.0, "verify": 0.0}
        if self._rl.draw_rule == "none":
            return self._plain(inputs)
        return self._collect()

    def _plain(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        """TRL's own step: whatever the loader's prompts give."""
        self._rows = inputs
        scored = super()._generate_and_score_completions(inputs)
        count = len(inputs) // self.num_generations
        groups = gather_object(self._split(scored, [(-1, i) for i in range(count)]))
        used = [g for g in groups if g.mixed]
        self._note(Step(used=used, drawn=groups, draws=1))
        return scored

    def _collect(self) -> dict[str, Any]:
        """Fill the step; every process returns its part of the same groups."""
        filled = self.sampler.collect(self.record.step, self._answer)
        self._note(filled)
        # Where mixed groups are short the batch keeps its shape with groups whose advantages are all zero.
        chosen = (filled.used + filled.uniform)[: self.sampler.plan.batch]
        share = len(chosen) // self.accelerator.num_processes
        mine = chosen[self.accelerator.process_index * share :][:share]
        tokens = [int(g.content["completion_mask"].sum()) for g in filled.used or chosen]
        merged = self._merge([g.content for g in mine], stale=self.record.staleness > 0)
        merged["num_items_in_batch"] = torch.tensor(sum(tokens), device=self.accelerator.device)
        return merged

    def _answer(self, prompts: list[int]) -> list[Group]:
        """Roll out and score prompts, shared among the processes; the groups of all of them, in order."""
        share = len(prompts) // self.accelerator.num_processes
        first = self.accelerator.process_index * share
        named = [(prompts[i], self.record.prompts_drawn + i) for i in range(first, first + share)]
        self._rows = [dict(self.train_dataset[p]) for p, _ in named for _ in range(self.num_generations)]
        step, seed = self.record.step, self.args.seed
        self._keys = [f"{seed}/{step}/{place}/{k}" for _, place in named for k in range(self.num_generations)]
        scored = super()._generate_and_score_completions(list(self._rows))
        self.record.prompts_drawn += len(prompts)
        groups: list[Group] = gather_object(self._split(scored, named))
        return groups

    def _split(self, scored: dict[str, Any], named: list[tuple[int, int]]) -> list[Group]:
        """A scored batch as groups on the CPU, without the padding that is in every row of a group."""
        size, found = self.num_generations, []
        for i, (prompt, _) in enumerate(named):
            rows = {k: v[i * size : (i + 1) * size].cpu() for k, v in scored.items() if k != "num_items_in_batch"}
            given = tuple(j.reward for j in self._reward.last[i * size : (i + 1) * size])
            content = {key: _trimmed(key, rows) for key in rows}
            found.append(Group(prompt, self.record.step, given, content))
        return found

    def _note(self, filled: Step) -> None:
        record = self.record
        masks = [g.content["completion_mask"] for g in filled.drawn]
        lengths = torch.cat([m.sum(1) for m in masks]).float() if masks else None
        record.draws, record.prompts_drawn, record.acceptance = filled.draws, len(filled.drawn), filled.acceptance
        record.groups_used, record.groups_carried = len(filled.used), filled.carried_in
        record.groups_dropped = filled.dropped
        record.staleness = sum(record.step - g.step for g in filled.used) / max(1, len(filled.used))
        record.tokens_trained = sum(int(g.content["completion_mask"].sum()) for g in filled.used)
        record.seconds_generate, record.seconds_verify = self._timed["generate"], self._timed["verify"]
        if lengths is not None:
            given = [r for g in filled.drawn for r in g.rewards]
            record.reward = sum(given) / len(given)
            record.completion_tokens, record.tokens_generated = float(lengths.mean()), int(lengths.sum())
            record.truncated = float((lengths >= self._longest).float().mean())

    def _merge(self, groups: list[dict[str, torch.Tensor]], stale: bool) -> dict[str, torch.Tensor]:
        """Concatenate groups, padded to common widths: prompts to the left, completions to the right.

        Where groups of earlier steps are among them, the ratio of the objective is to the probabilities under which they
        were sampled; TRL takes the current ones where none are given, as is right for fresh groups.
        """
        merged = {}
        for key in groups[0]:
            parts = [g[key] for g in groups]
            if parts[0].dim() == 2:
                width = max(p.shape[1] for p in parts)
                left, fill = key.startswith("prompt"), self._tokenizer.pad_token_id if key.endswith("_ids") else 0
                parts = [_padded(p, width, left, fill) for p in parts]
            merged[key] = torch.cat(parts).to(self.accelerator.device)
        if stale and "old_per_token_logps" not in merged:
            merged["old_per_token_logps"] = merged["sampling_per_token_logps"]
        return merged


def _cores_to_spare(model: PreTrainedModel) -> bool:
    """Whether verification can run beside generation: torch's threads on a CPU wait for one another, and crawl if disturbed."""
    return model.device.type != "cpu" or torch.get_num_threads() < (os.cpu_count() or 1)


def _trimmed(key: str, rows: dict[str, torch.Tensor]) -> torch.Tensor:
    values = rows[key]
    if values.dim() < 2:
        return values.clone()
    used = rows[_TRIMMED.get(key, "completion_mask")].bool().any(0)
    if values.shape[1] != len(used):  # one number per answer, as vLLM's correction by sequence
        return values.clone()
    return values[:, used].clone()


def _padded(rows: torch.Tensor, width: int, left: bool, fill: int) -> torch.Tensor:
    extra = width - rows.shape[1]
    return torch.nn.functional.pad(rows, (extra, 0) if left else (0, extra), value=fill)
