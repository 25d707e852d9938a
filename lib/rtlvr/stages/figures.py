"""Stage 08: the paper's figures, ours beside the published ones, from results alone.

`FIGURES` is the list: a new figure takes a function in `rtlvr.report` and a line here.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from rtlvr.paths import REFERENCE
from rtlvr.records import Measurement
from rtlvr.report import published
from rtlvr.report.figures_benchmarks import blind_spots, outcome_classes
from rtlvr.report.figures_data import filter_quality, funnel
from rtlvr.report.figures_models import main_table, pass_rate_against_size
from rtlvr.report.figures_pipeline import pipeline_overview
from rtlvr.report.figures_roundtrip import known_truth, outcomes
from rtlvr.report.figures_scaling import scaling_budget, scaling_flops, votes_and_thoughts
from rtlvr.report.figures_study import filters, rewards, rules, sweep
from rtlvr.report.figures_testbench import testbench_quality
from rtlvr.report.figures_training import gain, speedup, training_curve
from rtlvr.report.gallery import ours, table_of, with_reference
from rtlvr.report.style import save
from rtlvr.stage import Result
from rtlvr.stages.context import Context

Drawn = tuple[Figure, pd.DataFrame]
_PUBLISHED_SPEEDUP = 1.25


@dataclass(frozen=True)
class Measured:
    """What the run's other stages have measured; empty tables where they have not run."""

    profile: str
    results: pd.DataFrame
    scaling: pd.DataFrame
    steps: pd.DataFrame
    simulated: pd.DataFrame
    votes: pd.DataFrame

    @property
    def benchmarks(self) -> pd.DataFrame:
        """Public benchmarks: this run's, and the pretrained model's that the kit has measured beforehand."""
        heldout = self.results["variant"].astype(str).str.startswith("held-out")
        return with_reference(self.results[~heldout], self.profile)


FIGURES: dict[str, Callable[[Measured], Drawn | None]] = {
    "pipeline": lambda m: pipeline_overview(m.results, m.profile),
    "models_v1": lambda m: main_table("v1", published.results(), m.benchmarks),
    "models_v2": lambda m: main_table("v2", published.results(), m.benchmarks),
    "pass_rate_against_size": lambda m: pass_rate_against_size(published.results(), m.benchmarks),
    "outcome_classes": lambda m: outcome_classes(m.benchmarks),
    "blind_spots": lambda _: blind_spots(table_of(REFERENCE / "blind_spots.csv")),
    "testbench_quality": lambda m: testbench_quality(published.testbench(), m.results, m.profile),
    "funnel_roundtrip": lambda m: funnel(m.results, "02_roundtrip", m.profile, published.funnel()),
    "funnel_filters": lambda m: funnel(m.results, "03_filtering", m.profile, published.funnel()),
    "filter_quality": lambda m: filter_quality(m.results, m.profile),
    "known_truth": lambda m: known_truth(m.results, m.profile),
    "real_model": lambda m: outcomes(m.results, m.profile),
    "gain": lambda m: gain(published.results(), m.results, m.profile),
    "training_curve": lambda m: training_curve(m.steps, m.profile) if len(m.steps) else None,
    "speedup": lambda m: speedup(published.speedup(), m.results, m.profile),
    "study_rules": lambda m: rules(m.results, m.profile),
    "study_filters": lambda m: filters(m.results, m.profile),
    "study_rewards": lambda m: rewards(m.results, m.profile),
    "simulated_speedups": lambda m: sweep(m.simulated, _PUBLISHED_SPEEDUP) if len(m.simulated) else None,
    "scaling_budget": lambda m: scaling_budget(published.scaling(), m.scaling),
    "scaling_flops": lambda m: scaling_flops(published.scaling(), m.scaling),
    "votes": lambda m: votes_and_thoughts(m.votes, m.scaling),
}


def measured(context: Context) -> Measured:
    """Gather what the run has measured so far."""
    run = context.folder.parent
    tables = ours(run)
    simulated, votes = (
        table_of(run / stage / file)
        for stage, file in (("05_rl_study", "simulated.csv"), ("07_test_time_scaling", "votes.csv"))
    )
    return Measured(context.params.profile, *tables, simulated, votes)


def draw(context: Context, found: Measured, name: str) -> Figure | None:
    """Draw a figure and save it as PNG, PDF and CSV; None, with a line that says so, where its stage has not run."""
    drawn = FIGURES[name](found)
    if drawn is None:
        print(f"{name}: its notebook has not run")
        return None
    save(*drawn, context.folder, name)
    return drawn[0]


def finish(context: Context) -> Result:
    """Count the figures that are there."""
    count = len(list(context.folder.glob("*.png")))
    return context.finish([Measurement(stage=context.name, metric="figures", value=count, n=count)])


def run(context: Context) -> Result:
    """Draw all figures."""
    found = measured(context)
    for name in FIGURES:
        draw(context, found, name)
    return finish(context)
