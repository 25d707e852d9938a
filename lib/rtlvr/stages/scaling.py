"""Stage 07: test-time scaling: accuracy against the response budget, and majority votes (paper §4.4)."""

from dataclasses import dataclass

import pandas as pd

from rtlvr.evaluate.heldout import cached_attempt
from rtlvr.evaluate.scaling import curve, measurements
from rtlvr.evaluate.voting import ballots, by_votes, vote_measurements
from rtlvr.policy.generate import Sampling
from rtlvr.policy.model import load_policy, load_tokenizer
from rtlvr.records import Problem, Sample
from rtlvr.seeds import Draw, HeldOut
from rtlvr.stage import Result
from rtlvr.stages.context import Context

_STAGES = {"sft": "04_sft", "rl": "05_rl"}


@dataclass(frozen=True)
class Answered:
    """Answers at the largest budget, to the problems in order, and the policy's size in parameters."""

    problems: list[Problem]
    samples: list[Sample]
    parameters: int

    @property
    def tokens(self) -> float:
        """Of an answer, on average."""
        return sum(sample.tokens for sample in self.samples) / max(1, len(self.samples))

    @property
    def truncated(self) -> float:
        """Share of the answers that the budget cut."""
        return sum(sample.truncated for sample in self.samples) / max(1, len(self.samples))


def policy_of(context: Context) -> str:
    """The policy that is measured: that of a stage, or one that is named."""
    named = context.params.scaling.policy
    return str(context.upstream(_STAGES[named]) / "policy") if named in _STAGES else named


def answers(context: Context) -> Answered:
    """Let the policy answer held-out problems at the largest budget."""
    settings = context.params.scaling
    problems = context.heldout(HeldOut.SCALING)[: settings.problems]
    samples, parameters = _sampled(context, "samples", problems, settings.samples, Draw.SCALING)
    return Answered(problems, samples, parameters)


def budgets(context: Context, found: Answered) -> pd.DataFrame:
    """Accuracy at every budget: an answer counts where it ends within it."""
    settings, profile = context.params.scaling, context.params.profile
    small = profile in ("smoke", "cpu") and settings.policy in _STAGES
    name = f"small policy ({settings.policy})" if small else settings.policy
    points = curve(found.samples, settings.budgets, found.parameters, name, profile)
    points.to_csv(context.path("scaling.csv"), index=False)
    return points


def voters(context: Context, found: Answered) -> Answered:
    """Many answers to each of the first problems."""
    settings = context.params.scaling
    asked = found.problems[: settings.vote_problems]
    samples, parameters = _sampled(context, "voters", asked, max(settings.votes), Draw.VOTES)
    return Answered(asked, samples, parameters)


def votes(context: Context, cast: Answered) -> pd.DataFrame:
    """Accuracy of the majority, by number of votes; answers that behave alike vote together."""
    counted = ballots(cast.samples, context.verifier, context.stimuli)
    table = by_votes(counted, context.params.scaling.votes, cast.parameters)
    table = table.assign(profile=context.params.profile)
    table.to_csv(context.path("votes.csv"), index=False)
    return table


def finish(context: Context, points: pd.DataFrame, voted: pd.DataFrame) -> Result:
    """Write the measurements."""
    return context.finish(measurements(points, context.name) + vote_measurements(voted, context.name))


def _sampled(context: Context, name: str, problems: list[Problem], count: int, draw: Draw) -> tuple[list[Sample], int]:
    folder, evaluation = policy_of(context), context.params.evaluation
    policy = load_policy(folder)
    sampling = Sampling(max(context.params.scaling.budgets), evaluation.temperature, evaluation.top_p)
    samples = cached_attempt(
        context.path(f"{name}.jsonl"), policy, load_tokenizer(folder), problems, sampling, context.verifier,
        context.stimuli, samples=count, seed=context.seed(draw),
    )  # fmt: skip
    return samples, sum(weights.numel() for weights in policy.parameters())


def run(context: Context) -> Result:
    """The whole stage."""
    found = answers(context)
    return finish(context, budgets(context, found), votes(context, voters(context, found)))
