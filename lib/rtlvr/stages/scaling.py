"""Stage 07: test-time scaling: accuracy against the response budget, and majority votes (paper §4.4)."""

from dataclasses import dataclass

import pandas as pd

from rtlvr.evaluate.heldout import cached_attempt
from rtlvr.evaluate.scaling import curve, measurements
from rtlvr.evaluate.suite import Suite
from rtlvr.evaluate.voting import ballots, by_votes, vote_measurements
from rtlvr.policy.generate import Sampling
from rtlvr.records import Sample
from rtlvr.seeds import Draw, HeldOut
from rtlvr.stage import Result
from rtlvr.stages.context import Context
from rtlvr.stages.kept_apart import refuse_trained_on
from rtlvr.stages.models import MeasuredModel, measured
from rtlvr.stages.suites import suite


@dataclass(frozen=True)
class Answered:
    """Answers at the largest budget to the questions of a suite, and the model that gave them."""

    suite: Suite
    samples: list[Sample]
    model: MeasuredModel

    @property
    def tokens(self) -> float:
        """Of an answer, on average."""
        return sum(sample.tokens for sample in self.samples) / max(1, len(self.samples))

    @property
    def truncated(self) -> float:
        """Share of the answers that the budget cut."""
        return sum(sample.truncated for sample in self.samples) / max(1, len(self.samples))

    @property
    def parameters(self) -> float:
        """Of the model; not a number where it is behind an endpoint."""
        return float("nan") if self.model.billions is None else 1e9 * self.model.billions


def answers(context: Context) -> Answered:
    """Let the model answer what `scaling.on` names at the largest budget.

    Raises:
        StageError: a policy of this run was trained on a task of a benchmark of the user's own.
    """
    settings = context.params.scaling
    return _answered(context, "samples", settings.problems, settings.samples, Draw.SCALING)


def budgets(context: Context, found: Answered) -> pd.DataFrame:
    """Accuracy at every budget: an answer counts where it ends within it."""
    settings, profile = context.params.scaling, context.params.profile
    points = curve(found.samples, settings.budgets, found.parameters, found.model.label, profile, "+".join(settings.on))
    points.to_csv(context.path("scaling.csv"), index=False)
    return points


def voters(context: Context) -> Answered:
    """Many answers to each of the first problems."""
    settings = context.params.scaling
    return _answered(context, "voters", settings.vote_problems, max(settings.votes), Draw.VOTES)


def votes(context: Context, cast: Answered) -> pd.DataFrame:
    """Accuracy of the majority, by number of votes; answers that behave alike vote together."""
    counted = ballots(cast.samples, cast.suite.code, context.verifier, context.stimuli)
    table = by_votes(counted, context.params.scaling.votes, cast.parameters)
    table = table.assign(profile=context.params.profile)
    table.to_csv(context.path("votes.csv"), index=False)
    return table


def finish(context: Context, points: pd.DataFrame, voted: pd.DataFrame) -> Result:
    """Write the measurements."""
    return context.finish(measurements(points, context.name) + vote_measurements(voted, context.name))


def _answered(context: Context, name: str, problems: int, count: int, draw: Draw) -> Answered:
    settings, evaluation = context.params.scaling, context.params.evaluation
    model = measured(context, settings.policy)
    if model.own:
        refuse_trained_on(context, model.name, settings.on)
    asked = suite(context, HeldOut.SCALING, settings.on, problems)
    sampling = Sampling(max(settings.budgets), evaluation.temperature, evaluation.top_p)
    with context.backend(model.where) as backend:
        path, seed = context.path(f"{name}.jsonl"), context.seed(draw)
        return Answered(asked, cached_attempt(path, backend, asked, sampling, count, seed), model)


def run(context: Context) -> Result:
    """The whole stage."""
    found = answers(context)
    return finish(context, budgets(context, found), votes(context, voters(context)))
