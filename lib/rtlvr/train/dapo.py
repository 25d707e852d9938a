"""Adaptive DAPO on TRL's GRPOTrainer (paper §3.3).

TRL has the objective (clip-higher, token-level loss, group-normalised advantages, no KL); what it lacks is dynamic
sampling. `AdaptiveDapoTrainer` replaces one method: the one that turns a batch of prompts into scored completions. In
training it ignores the loader's batch and asks a policy of `rtlvr.draws` which prompts to answer, how many answers each gets,
which groups to keep and when to stop, until the step has B groups of mixed rewards. Groups may be of unequal size: advantages
come from `rtlvr.draws.advantages`, and blank rows bring a batch to a number that its parts divide.

Several processes act as one: each writes and scores its share of every round, all exchange what was made, decide alike, and
train on equal parts of the same step. Answers are drawn from a random number of their own each, so that they depend
neither on the number of processes nor on what else is in the batch.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

import torch
from accelerate.utils import gather_object
from datasets import Dataset
from transformers import PreTrainedModel, PreTrainedTokenizerBase
from trl import GRPOConfig, GRPOTrainer

from rtlvr.draws.advantages import step_advantages
from rtlvr.draws.answering import Rounds, Tally, WrittenAnswer
from rtlvr.draws.batches import AnswerRow, filled_up, joined, length, split
from rtlvr.draws.sampling import Draft, Filled, Growing
from rtlvr.errors import ParameterError
from rtlvr.policy.generate import Completion, Sampling, in_batches, prompt_ids, stop_ids
from rtlvr.reward.equivalence import EquivalenceReward
from rtlvr.schema import Rl
from rtlvr.train.config import rewards
from rtlvr.train.filling import filler_of
from rtlvr.train.forward import Scores, bucketed
from rtlvr.train.rollout import RolloutModel
from rtlvr.train.steprecord import StepRecord

os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")  # rollout_func is; its signature is checked by our tests
_T = TypeVar("_T")


class AdaptiveDapoTrainer(GRPOTrainer):
    """GRPOTrainer whose steps are filled by a policy of `rtlvr.draws`.

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
        self.filler = filler_of(rl, len(self.train_dataset), self.args.seed, self)
        self.record = StepRecord()
        self._timed = {"generate": 0.0, "verify": 0.0}
        self._written: list[Draft] | None = None
        self._rows: Sequence[dict[str, Any]] = ()
        self._scores = torch.zeros(0)
        # Under ZeRO-3 no process has all weights to copy.
        self._rollout = RolloutModel(rl.bf16 and self.accelerator.device.type != "cpu" and not rl.deepspeed)

    @property
    def _longest(self) -> int:
        """Tokens of the longest completion."""
        return cast(int, self.args.max_completion_length)

    @property
    def _sampling(self) -> Sampling:
        return Sampling(self._longest, self.args.temperature, self.args.top_p)

    def _model(self) -> PreTrainedModel:
        """What answers are sampled from."""
        return self._rollout.current(self.accelerator.unwrap_model(self.model_wrapped), self.state.global_step)

    @property
    def _stops(self) -> set[int]:
        return stop_ids(self.accelerator.unwrap_model(self.model_wrapped), self.processing_class)

    def write(self, drafts: Sequence[Draft], tokens: int) -> list[Draft]:
        """Go on with answers, each process with its share. vLLM writes where TRL asks for it, while answers are scored."""
        if self._rl.vllm != "off":
            return [replace(draft, ended=True) for draft in drafts]
        return list(gather_object(self._continue(_share(drafts, *self._place), tokens)))

    @property
    def _place(self) -> tuple[int, int]:
        return self.accelerator.process_index, self.accelerator.num_processes

    def _continue(self, drafts: Sequence[Draft], tokens: int) -> list[Draft]:
        """Answers of a finished batch are verified while the next one is generated, where there are cores to spare."""
        began = time.perf_counter()
        rows = [self.train_dataset[d.prompt] for d in drafts]
        starts = prompt_ids(self.processing_class, [row["prompt"] for row in rows]) if rows else []
        model, stops, found = self._model(), self._stops, list[Draft]()
        ahead = _cores_to_spare(model)
        begun = [Completion(d.ids, d.logs) for d in drafts]
        keys = [d.key for d in drafts]
        for done in in_batches(model, starts, self._sampling, stops, keys, begun=begun, part=tokens):
            row, draft = rows[len(found)], drafts[len(found)]
            ended = done.ids[-1] in stops or len(done.ids) >= self._longest
            if ended and ahead:
                self._judge_ahead(row, done)
            found.append(replace(draft, ids=done.ids, logs=done.logprobs, ended=ended))
        self._timed["generate"] += time.perf_counter() - began
        return found

    def score(self, drafts: Sequence[Draft]) -> list[WrittenAnswer]:
        """Judge answers, each process its share; TRL's batch is a number of whole groups, so what is missing is made up."""
        whole = self.num_generations * self.accelerator.num_processes
        missing = -len(drafts) % whole
        # What is made up ends at once: it is wrong by its format, and nothing is verified for it.
        more = [replace(drafts[0], ids=[min(self._stops)], logs=[0.0])] * missing if drafts else []
        mine = _share([*drafts, *more], *self._place)
        found: list[WrittenAnswer] = gather_object(self._scored(mine) if mine else [])
        return found[: len(drafts)]

    def _scored(self, drafts: list[Draft]) -> list[WrittenAnswer]:
        self._written = drafts
        scored = super()._generate_and_score_completions([dict(self.train_dataset[d.prompt]) for d in drafts])
        self._written = None
        rows, scores = split(scored, len(drafts)), self._scores.tolist()
        judged = self._reward.last
        return [WrittenAnswer(j.reward, s, length(r), r) for j, s, r in zip(judged, scores, rows, strict=True)]

    def _roll_out(self, prompts: list[list[dict[str, str]]], trainer: GRPOTrainer) -> dict[str, Any]:
        """TRL asks for answers: those that were written, or, where TRL fills the step itself, new ones."""
        ids, drafts = prompt_ids(self.processing_class, prompts), self._written
        if drafts is None:
            drafts = self._plain_answers(ids)
        return {
            "prompt_ids": ids,
            "completion_ids": [d.ids for d in drafts],
            "logprobs": [d.logs for d in drafts],
        }

    def _plain_answers(self, ids: list[list[int]]) -> list[Draft]:
        began = time.perf_counter()
        model, found = self._model(), list[Draft]()
        ahead = bool(self._rows) and _cores_to_spare(model)
        for done in in_batches(model, ids, self._sampling, self._stops):
            if ahead:
                self._judge_ahead(self._rows[len(found)], done)
            found.append(Draft("", -1, done.ids, done.logprobs, True))
        self._timed["generate"] += time.perf_counter() - began
        return found

    def _judge_ahead(self, row: dict[str, Any], done: Completion) -> None:
        """Begin to verify an answer beside the generation of others."""
        text = self.processing_class.decode(done.ids, skip_special_tokens=True)
        self._reward.start(row["golden"], cast(str, text))

    def _calculate_rewards(self, *args: Any, **kwargs: Any) -> torch.Tensor:
        began = time.perf_counter()
        scored: torch.Tensor = super()._calculate_rewards(*args, **kwargs)
        self._timed["verify"] += time.perf_counter() - began
        weights = self.reward_weights.to(scored.device)
        place, count = self.accelerator.process_index, len(self._reward.last)
        self._scores = (scored * weights).nansum(1)[place * count : (place + 1) * count].cpu()
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
        self._written, self._rows = None, ()
        if not cast(torch.nn.Module, self.model).training:
            return super()._generate_and_score_completions(inputs)
        self.record, self._timed = StepRecord(step=self.state.global_step + 1), {"generate": 0.0, "verify": 0.0}
        if self._rl.draw_rule == "none":
            return self._plain(inputs)
        filled = self.filler.fill(self.record.step)
        self._note(filled, cast(Rounds, self.filler.answerer).tally(self.record.step))
        return self._batch(filled)

    def _plain(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        """TRL's own step: whatever the loader's prompts give."""
        self._rows = inputs
        scored, size = super()._generate_and_score_completions(inputs), self.num_generations
        given, lengths = [j.reward for j in self._reward.last], [float(n) for n in scored["completion_mask"].sum(1)]
        groups: list[Growing] = gather_object([
            Growing(-1, -1, self.record.step, rewards=given[i : i + size], lengths=lengths[i : i + size])
            for i in range(0, len(inputs), size)
        ])  # fmt: skip
        tokens = int(sum(sum(g.lengths) for g in groups))
        self._note(Filled([g for g in groups if g.mixed], 1, ended=groups), Tally(len(groups), tokens))
        return scored

    def _note(self, filled: Filled, tally: Tally) -> None:
        self.record.note(filled, tally, self._longest)
        self.record.seconds_generate, self.record.seconds_verify = self._timed["generate"], self._timed["verify"]

    def _batch(self, filled: Filled) -> dict[str, Any]:
        """What a step trains on; every process gets its part.

        Where mixed groups are short the batch is filled up with uniform ones, whose advantages are zero; where answers do
        not divide into equal parts, with blank rows. Where groups of earlier steps are among them, the ratio of the
        objective is to the probabilities under which they were sampled; TRL takes the current ones where none are given, as
        is right for fresh groups.
        """
        used = filled.used
        chosen = filled.trained(self.filler.policy.size.batch)
        advantages = step_advantages(chosen, self.filler.policy, self._rl.draw_correction)
        rows: list[AnswerRow] = [
            row | {"advantages": torch.tensor(advantage)}
            for group, values in zip(chosen, advantages, strict=True)
            for row, advantage in zip(group.content, values, strict=True)
        ]
        if not rows:
            raise ParameterError(
                f"got no finished group in {self._rl.max_draws} rounds; allow more of them (rl.max_draws), or another draw_rule"
            )
        rows = filled_up(rows, self.accelerator.num_processes * self._parts)
        device = self.accelerator.device
        merged = joined(_share(rows, *self._place), self._tokenizer.pad_token_id, device)
        continued = self.filler.policy.resume  # answers go on in later steps
        if continued or (self.record.staleness > 0 and "old_per_token_logps" not in merged):
            merged["old_per_token_logps"] = merged["sampling_per_token_logps"]
        tokens = sum(length(row) for group in used or chosen for row in group.content)
        merged["num_items_in_batch"] = torch.tensor(tokens, device=device)
        return merged

    @property
    def _parts(self) -> int:
        """Mini-batches, and the parts of each, into which TRL divides a process's rows."""
        return cast(int, self.args.steps_per_generation)


def _share(values: Sequence[_T], place: int, processes: int) -> list[_T]:
    """One process's part of what all have; parts differ in length by at most one."""
    ends = [len(values) * i // processes for i in (place, place + 1)]
    return list(values[ends[0] : ends[1]])


def _cores_to_spare(model: PreTrainedModel) -> bool:
    """Whether verification can run beside generation: torch's threads on a CPU wait for one another, and crawl if disturbed."""
    return model.device.type != "cpu" or torch.get_num_threads() < (os.cpu_count() or 1)
