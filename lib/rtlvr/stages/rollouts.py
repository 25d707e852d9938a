"""Groups of answers to one prompt, as RL sees them, with what tells each wrong one from the golden."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rtlvr.evaluate.heldout import cached_attempt
from rtlvr.evaluate.suite import Designs, Suite
from rtlvr.policy.answer import last_block, parse
from rtlvr.policy.generate import Sampling
from rtlvr.records import Sample
from rtlvr.seeds import Draw, HeldOut
from rtlvr.stages.context import Context
from rtlvr.stages.suites import suite
from rtlvr.verify.verdict import Counterexample

GROUPS = "shown/groups.jsonl"  # apart from what the stage itself makes
_PROMPTS = 6


@dataclass(frozen=True)
class Rollout:
    """A judged answer, taken apart; `counterexample` where inputs were found that tell its code from the golden."""

    sample: Sample
    thought: str
    code: str
    counterexample: Counterexample | None


@dataclass(frozen=True)
class RolloutGroup:
    """A prompt, and the answers to it."""

    prompt: str
    answers: tuple[Rollout, ...]

    @property
    def mixed(self) -> bool:
        """Whether some are right and some are not: what RL learns from."""
        return len({answer.sample.reward == 1 for answer in self.answers}) == 2


def groups(context: Context, policy: Path) -> list[RolloutGroup]:
    """Groups of a policy's answers to a few of the questions that policies are tried on, of the size of RL's; mixed ones first."""
    rl = context.params.rl
    asked = suite(context, HeldOut.FINAL, context.params.evaluation.on, _PROMPTS, rl.answer)
    sampling, seed = Sampling(context.params.evaluation.max_tokens, rl.temperature), context.seed(Draw.ATTEMPTS)
    with context.backend(policy) as backend:
        samples = cached_attempt(context.path(GROUPS), backend, asked, sampling, rl.group_size, seed, "group")
    found = [_group(context, asked, place, samples) for place in range(len(asked.questions))]
    return sorted(found, key=lambda group: not group.mixed)


def _group(context: Context, asked: Suite, place: int, samples: Sequence[Sample]) -> RolloutGroup:
    question = asked.questions[place]
    mine = [sample for sample in samples if sample.problem == question.id]
    return RolloutGroup(question.prompt, tuple(_rollout(context, asked, place, sample) for sample in mine))


def _rollout(context: Context, asked: Suite, place: int, sample: Sample) -> Rollout:
    response = parse(sample.response)
    code = response.code or last_block(sample.response) or ""
    told = None
    if isinstance(asked, Designs) and sample.status == "inequivalent" and code:
        told = context.verifier.verify(asked.problems[place].golden, code, context.stimuli).counterexample
    return Rollout(sample, response.thought, code, told)
