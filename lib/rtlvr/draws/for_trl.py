"""TRL's GRPOTrainer with steps that are filled by any rule; `example_trl` uses it.

One process, and TRL generates: rounds wait for their longest answer, so rules that stop stragglers do not stop them here.
`rtlvr.train.dapo` is the same with several processes, answers that are stopped and go on, exact resume, and a record.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import torch
from datasets import Dataset
from transformers import PreTrainedTokenizerBase
from trl import GRPOConfig, GRPOTrainer

from .advantages import step_advantages
from .answering import Rounds, WrittenAnswer
from .batches import AnswerRow, filled_up, joined
from .sampling import Draft, Filled, Filler, Size
from .selectable import made


class Sampled(GRPOTrainer):
    """GRPOTrainer whose steps are filled by a rule of `selectable`.

    Args:
        rule: its name.
        batch: mixed groups per step; `num_generations` is what a whole group has.
    """

    args: GRPOConfig
    processing_class: PreTrainedTokenizerBase
    train_dataset: Dataset
    num_generations: int

    def __init__(self, *, rule: str, batch: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        size = Size(batch, self.num_generations, len(self.train_dataset))
        rounds = Rounds(self, cast(int, self.args.max_completion_length), self.args.seed, stops=False)
        self.filler = Filler(made(rule, size, self.args.seed), rounds)
        self._last = torch.zeros(0)

    def write(self, drafts: Sequence[Draft], tokens: int) -> list[Draft]:
        """TRL writes answers when it scores them."""
        return [replace(draft, ended=True) for draft in drafts]

    def score(self, drafts: Sequence[Draft]) -> list[WrittenAnswer]:
        """TRL's batches are whole groups; what is missing to the last is made up, and thrown away."""
        if not drafts:
            return []
        made_up = [*drafts, *[drafts[0]] * (-len(drafts) % self.num_generations)]
        scored = super()._generate_and_score_completions([dict(self.train_dataset[d.prompt]) for d in made_up])
        masks, rewards = scored["completion_mask"], self._last.tolist()
        scored["old_per_token_logps"] = self._written_by(scored)
        rows = [{k: v[i] for k, v in scored.items() if v.dim()} for i in range(len(drafts))]
        return [WrittenAnswer(r, r, int(m.sum()), row) for r, m, row in zip(rewards, masks, rows, strict=False)]

    def _written_by(self, scored: AnswerRow) -> torch.Tensor:
        """Groups of earlier steps are trained on by the ratio to the policy that wrote them."""
        whole = [torch.cat([scored[f"prompt_{k}"], scored[f"completion_{k}"]], 1) for k in ("ids", "mask")]
        width = scored["completion_ids"].shape[1]
        with torch.no_grad():
            logs: torch.Tensor = self._get_per_token_logps_and_entropies(self.model, *whole, width)[0]
        return logs

    def _calculate_rewards(self, *args: Any) -> torch.Tensor:
        rewards: torch.Tensor = super()._calculate_rewards(*args)
        self._last = rewards.sum(1)
        return rewards

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        if not cast(torch.nn.Module, self.model).training:
            return super()._generate_and_score_completions(inputs)
        return self._joined(self.filler.fill(self.state.global_step))

    def _joined(self, filled: Filled) -> AnswerRow:
        """The step as a batch, blank rows where its parts would not be equal."""
        groups = filled.trained(self.filler.policy.size.batch)
        counts = [a for values in step_advantages(groups, self.filler.policy) for a in values]
        answers = [c for g in groups for c in g.content]
        rows: list[AnswerRow] = [c | {"advantages": torch.tensor(a)} for c, a in zip(answers, counts, strict=True)]
        rows = filled_up(rows, cast(int, self.args.steps_per_generation))
        batch = joined(rows, cast(int, self.processing_class.pad_token_id), self.accelerator.device)
        return batch | {"num_items_in_batch": batch["completion_mask"].sum()}
