"""Short RL runs beside that of stage 05: ways to fill a step, filters of the RL set, and the verifier that rewards.

They have a folder and an identity of their own: other studies never train stage 05 again. Notebook 05 shows them, and their
measurements are among those of `05_rl`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from rtlvr.data.filters import apply, equivalent, unsolved
from rtlvr.data.published import OURS
from rtlvr.draws.simulate import sweep
from rtlvr.evaluate.heldout import problems_of, solved
from rtlvr.records import Measurement, Problem, Sample, Triple, read_jsonl
from rtlvr.seeds import HeldOut
from rtlvr.stage import Result, table_of
from rtlvr.stages.context import Context
from rtlvr.stages.rl import ATTEMPTS, attempts, short_prompts, start_of
from rtlvr.stages.sft import ROWS
from rtlvr.train.short_runs import Arm, FinishedRun, Setting, run_arms
from rtlvr.train.study import (
    accuracies,
    filter_arms,
    held_against,
    reward_arms,
    reward_measurements,
    rule_arms,
    rule_speedups,
    simulated_speedups,
)

_ACCEPTANCES = (0.2, 0.4, 0.6, 0.8)


@dataclass(frozen=True)
class Studies:
    """The finished runs, and the simulated ones."""

    outcomes: list[FinishedRun]
    simulated: pd.DataFrame

    @property
    def measurements(self) -> list[Measurement]:
        """What they say, a row each."""
        real = [*rule_speedups(self.outcomes), *accuracies(self.outcomes), *reward_measurements(self.outcomes)]
        return [*real, *simulated_speedups(self.simulated)]

    @property
    def table(self) -> pd.DataFrame:
        """The measurements as a table."""
        return table_of(self.measurements)


def runs(context: Context) -> list[FinishedRun]:
    """All short runs; those that are done are not run again. None where `rl_study.seeds` is 0."""
    settings = context.params.rl_study
    if not settings.seeds:
        return []
    heldout = tuple(context.heldout(HeldOut.FINAL, settings.problems))
    setting = Setting(start_of(context), heldout, context.params, context.stimuli, context.path("runs"))
    return run_arms(_arms(context), setting, settings.jobs)


def simulated(context: Context) -> pd.DataFrame:
    """The rules at the paper's scale, simulated."""
    table = sweep(_ACCEPTANCES, steps=context.params.rl_study.simulated_steps)
    table.to_csv(context.path("simulated.csv"), index=False)
    return table


def _arms(context: Context) -> list[Arm]:
    settings, filtering = context.params.rl_study, context.params.filtering
    if context.params.data.rl != OURS:  # published rows have no round trip whose filters could be compared
        hard = _unsolved(context)
        return [*rule_arms(settings, hard), *reward_arms(settings, hard)]
    folder, short = context.upstream("03_filtering"), short_prompts(context)
    sound, unfiltered = (
        apply(read_jsonl(folder / f"{name}.jsonl", Triple), [short])[0] for name in ("rl", "unfiltered")
    )
    fails = unsolved(solved(_attempts(context, sound, unfiltered)), "the distilled policy fails")
    hard = problems_of([row for row in sound if fails.keep(row)])
    return [
        *rule_arms(settings, hard),
        *filter_arms(settings, unfiltered, equivalent(filtering.agree), fails),
        *reward_arms(settings, hard),
    ]


def _unsolved(context: Context) -> list[Problem]:
    """The published problems that stage 05 has trained on."""
    folder = context.upstream("05_rl")
    asked = context.params.filtering.rl_attempts
    counts = solved(read_jsonl(folder / ATTEMPTS, Sample)) if asked else {}
    return [problem for problem in read_jsonl(folder / ROWS, Problem) if not counts.get(problem.id)]


def _attempts(context: Context, sound: Sequence[Triple], unfiltered: Sequence[Triple]) -> list[Sample]:
    """What the distilled policy answers to all rows: stage 05 has asked it the sound ones, the others are asked here."""
    if not context.params.filtering.rl_attempts:
        return []
    asked = {row.id for row in sound}
    known = read_jsonl(context.upstream("05_rl") / ATTEMPTS, Sample)
    return known + attempts(context, problems_of([row for row in unfiltered if row.id not in asked]))


def held_against_simulation(context: Context, found: Studies, trained: Result) -> pd.DataFrame:
    """The simulator beside the real runs, by rule.

    Args:
        trained: of stage 05, which knows what the policy solved before RL.
    """
    before = next(row.value for row in trained.measurements if (row.metric, row.variant) == ("heldout_pass@1", "sft"))
    return held_against(found.outcomes, context.params.rl_study, context.params.rl, before)


def finish(context: Context, studies: Studies) -> Result:
    """Write the measurements."""
    return context.finish(studies.measurements)


def studies(context: Context) -> Studies:
    """Run and simulate what is not done yet."""
    return Studies(runs(context), simulated(context))


def run(context: Context) -> Result:
    """The whole stage."""
    return finish(context, studies(context))
