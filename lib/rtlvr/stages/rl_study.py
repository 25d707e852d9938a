"""Short RL runs beside that of stage 05: ways to fill a step, filters of the RL set, and the verifier that rewards.

They have a folder and an identity of their own: other studies never train stage 05 again. Notebook 05 shows them, and their
measurements are among those of `05_rl`.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rtlvr.data.filters import apply, equivalent, unsolved
from rtlvr.data.published import OURS
from rtlvr.draws.bench import sweep
from rtlvr.evaluate.heldout import problems_of, solved
from rtlvr.evaluate.suite import Tasks
from rtlvr.paths import REFERENCE
from rtlvr.records import Measurement, Problem, Sample, Triple, read_jsonl, write_text
from rtlvr.seeds import HeldOut
from rtlvr.stage import Result, table_of
from rtlvr.stages.context import Context
from rtlvr.stages.kept_apart import ROWS, own_rows_check
from rtlvr.stages.rl import ATTEMPTS, attempts, short_prompts, start_of
from rtlvr.stages.suites import heldout, suite
from rtlvr.train.short_runs import Arm, FinishedRun, Setting, run_arms
from rtlvr.train.study import (
    accuracies,
    filter_arms,
    held_against,
    reward_arms,
    reward_measurements,
    rule_arms,
    rule_speedups,
    rule_table,
    simulated_speedups,
)

_SIMULATED, _COMPARED = "simulated.csv", "compared.csv"
_RULES = "rules.csv"  # one row per finished run, written as they end
_BENCH = "draw_rules.csv"  # every rule at the paper's scale: `python -m rtlvr.draws.bench`
_ACCEPTANCES = (0.2, 0.4, 0.6, 0.8)


@dataclass(frozen=True)
class Studies:
    """What was measured, what was simulated, the simulator beside the real runs, and where all this comes from.

    `profile` labels it in figures; `told` says it in words.
    """

    measurements: tuple[Measurement, ...]
    simulated: pd.DataFrame
    compared: pd.DataFrame
    profile: str
    told: str

    @property
    def bench(self) -> pd.DataFrame:
        """Every rule at the paper's scale, simulated; it comes with the kit."""
        return pd.read_csv(REFERENCE / _BENCH)

    @property
    def table(self) -> pd.DataFrame:
        """The measurements as a table."""
        return table_of(self.measurements)


def runs(context: Context) -> list[FinishedRun]:
    """All short runs; those that are done are not run again. None where `rl_study.seeds` is 0.

    `rules.csv` in the stage's folder has a row for every finished run that compares rules, from the moment it ends.
    """
    settings = context.params.rl_study
    if not settings.seeds:
        return []
    setting = Setting(start_of(context), _tried_on(context), context.params, context.stimuli, context.path("runs"))

    def write(done: list[FinishedRun]) -> None:
        if len(table := rule_table(done)):
            write_text(context.path(_RULES), table.to_csv(index=False))

    return run_arms(_arms(context), setting, settings.jobs, write)


def simulated(context: Context) -> pd.DataFrame:
    """The rules at the paper's scale, simulated."""
    table = sweep(_ACCEPTANCES, steps=context.params.rl_study.simulated_steps)
    table.to_csv(context.path(_SIMULATED), index=False)
    return table


def _tried_on(context: Context) -> tuple[Problem, ...] | Tasks:
    """What `evaluation.on` names, at most `rl_study.problems` of it: what stage 05 is tried on, or fewer."""
    on, count = context.params.evaluation.on, context.params.rl_study.problems
    found = suite(context, HeldOut.FINAL, on, count, context.params.rl.answer)
    return found if isinstance(found, Tasks) else tuple(heldout(context, HeldOut.FINAL, count))


def _arms(context: Context) -> list[Arm]:
    settings, filtering = context.params.rl_study, context.params.filtering
    rules, filters, rewards = (kind in settings.compare for kind in ("rules", "filters", "rewards"))
    if context.params.data.rl != OURS:  # published rows have no round trip whose filters could be compared
        hard, filtered = _unsolved(context), list[Arm]()
    else:
        sound, unfiltered = (_own_rows(context, name) for name in ("rl", "unfiltered" if filters else "rl"))
        fails = unsolved(solved(_attempts(context, sound, unfiltered)), "the distilled policy fails")
        hard = problems_of([row for row in sound if fails.keep(row)])
        filtered = filter_arms(settings, unfiltered, equivalent(filtering.agree), fails) if filters else []
    return [
        *(rule_arms(settings, hard) if rules else ()),
        *filtered,
        *(reward_arms(settings, hard) if rewards else ()),
    ]


def _own_rows(context: Context, name: str) -> list[Triple]:
    """The rows of a set of stage 03 that stage 05 would train on: short ones, which copy nothing that a stage measures on."""
    rows = read_jsonl(context.upstream("03_filtering") / f"{name}.jsonl", Triple)
    short, _ = apply(rows, [short_prompts(context)])
    reasons = context.verifier.map(own_rows_check(context, short), short)
    return [row for row, reason in zip(short, reasons, strict=True) if reason is None]


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


def held_against_simulation(context: Context, outcomes: Sequence[FinishedRun]) -> pd.DataFrame:
    """The simulator beside the real runs, by rule; stage 05 knows what the policy solved before RL."""
    rows = read_jsonl(context.upstream("05_rl") / "measurements.jsonl", Measurement)
    before = next(row.value for row in rows if (row.metric, row.variant) == ("heldout_pass@1", "sft"))
    table = held_against(outcomes, context.params.rl_study, context.params.rl, before)
    table.to_csv(context.path(_COMPARED), index=False)
    return table


def run(context: Context) -> Result:
    """The whole stage: run and simulate what is not done yet."""
    outcomes = runs(context)
    held_against_simulation(context, outcomes)
    simulated(context)
    return context.finish(_measurements(outcomes))


def _measurements(outcomes: Sequence[FinishedRun]) -> list[Measurement]:
    real = [*rule_speedups(outcomes), *accuracies(outcomes), *reward_measurements(outcomes)]
    return [*real, *simulated_speedups(pd.read_csv(REFERENCE / _BENCH))]


def studies(context: Context, anew: bool = False) -> Studies:
    """The studies of this run; those of the kit's reference where this run has none and is not to make them.

    Args:
        anew: run what is not done yet.
    """
    if anew and not context.done:
        run(context)
    if context.done:
        return _read(context.folder, context.params.profile, "measured in this run", context.result().measurements)
    path = REFERENCE / "studies.csv"
    with path.open(newline="") as file:
        rows = [Measurement.model_validate_strings({k: v for k, v in r.items() if v}) for r in csv.DictReader(file)]
    told = "measured beforehand (profile cpu, outputs/reference); `make studies` runs them here"
    return _read(REFERENCE, "reference", told, rows)


def _read(folder: Path, profile: str, told: str, rows: Sequence[Measurement]) -> Studies:
    simulated, compared = (pd.read_csv(folder / name) for name in (_SIMULATED, _COMPARED))
    return Studies(tuple(rows), simulated, compared, profile, told)
