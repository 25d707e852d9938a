"""One optimisation step's sampling, as the record of a run has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

from rtlvr.draws.answering import Tally
from rtlvr.draws.sampling import Filled


@dataclass
class StepRecord:
    """One optimisation step's sampling: counts, means over the answers of all groups that ended in it, and seconds.

    `staleness` is the mean age, in steps, of the groups trained on; `seconds_verify` is what generation had to wait for;
    `tokens_lost` were written in answers that were stopped and thrown away.
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
    tokens_lost: int = 0
    answers_trained: int = 0
    truncated: float | None = None
    seconds_generate: float = 0.0
    seconds_verify: float = 0.0

    def note(self, filled: Filled, tally: Tally, longest: int) -> None:
        """Take in a filled step; `longest` is the budget of an answer in tokens."""
        used = filled.used
        self.draws, self.prompts_drawn = filled.rounds, tally.begun
        self.tokens_generated, self.tokens_lost = tally.tokens, tally.lost
        self.groups_used, self.groups_carried, self.groups_dropped = len(used), filled.carried, filled.dropped
        self.staleness = mean(self.step - g.step for g in used) if used else 0.0
        self.tokens_trained = int(sum(sum(g.lengths) for g in used))
        self.answers_trained = sum(len(g.rewards) for g in used)
        if filled.ended:
            self.acceptance = mean(g.mixed for g in filled.ended)
            self._means(
                [r for g in filled.ended for r in g.rewards], [n for g in filled.ended for n in g.lengths], longest
            )

    def _means(self, rewards: Sequence[float], lengths: Sequence[float], longest: int) -> None:
        self.reward, self.completion_tokens = mean(rewards), mean(lengths)
        self.truncated = mean(length >= longest for length in lengths)
