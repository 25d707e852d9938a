"""All figures of a run by name: one table of them, for whoever shows or writes them.

A new figure is a function in a `figures_*.py` beside this file and a line in `FIGURES`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from rtlvr.paths import REFERENCE
from rtlvr.records import HELDOUT
from rtlvr.report import (
    figures_benchmarks,
    figures_data,
    figures_models,
    figures_pipeline,
    figures_roundtrip,
    figures_rules,
    figures_scaling,
    figures_study,
    figures_testbench,
    figures_training,
    gallery,
    published,
)

Drawn = tuple[Figure, pd.DataFrame]


@dataclass(frozen=True)
class RunTables:
    """What figures are drawn from; a table that the run has not made is empty.

    `benchmarks`: with the reference's rows. `studies`: the short runs of notebook 05, of the reference where this run has none.
    """

    profile: str
    results: pd.DataFrame
    benchmarks: pd.DataFrame
    scaling: pd.DataFrame
    votes: pd.DataFrame
    steps: pd.DataFrame
    simulated: pd.DataFrame
    studies: pd.DataFrame
    bench: pd.DataFrame
    blind_spots: pd.DataFrame


def tables_of(run: Path, profile: str) -> RunTables:
    """The tables of a run's folder, such as `outputs/cpu`."""
    results, scaling, steps = gallery.ours(run)
    studies, simulated = gallery.studies(run, results, profile)
    own = results[results["benchmark"] != HELDOUT] if "benchmark" in results else results
    return RunTables(
        profile=profile,
        results=results,
        benchmarks=gallery.with_reference(own, profile),
        scaling=scaling,
        votes=gallery.table_of(run / "07_test_time_scaling" / "votes.csv"),
        steps=steps,
        simulated=simulated,
        studies=studies,
        bench=gallery.table_of(REFERENCE / "draw_rules.csv"),
        blind_spots=gallery.table_of(REFERENCE / "blind_spots.csv"),
    )


# What measures ours on the paper's own benchmark, for the figures that have published points. docs/paper.md has the hours.
_BENCH = "papermill notebooks/06_benchmarks.ipynb out.ipynb -p profile gpu -p model NAME"
_SCALE = "papermill notebooks/07_test_time_scaling.ipynb out.ipynb -p profile gpu -p model NAME"
COMMANDS = {
    "models_v1": _BENCH,
    "models_v2": _BENCH,
    "pass_rate_against_size": _BENCH,
    "gain": "papermill notebooks/05_rl.ipynb out.ipynb -p profile gpu",
    "scaling_budget": _SCALE,
    "scaling_flops": _SCALE,
}


def beside_the_papers(table: pd.DataFrame) -> bool:
    """Whether a figure's table has points of ours on a benchmark that it has published points of."""
    if "benchmark" not in table:
        return "pass@1" in table and bool((table["source"] == "ours").any())
    ours = (table["source"] == "ours") & (table.get("profile") != "reference")
    return bool(set(table["benchmark"][ours]) & set(table["benchmark"][table["source"] == "published"]))


# By the name of its files. None: the run has nothing to draw it from.
FIGURES: dict[str, Callable[[RunTables], Drawn | None]] = {
    "pipeline": lambda run: figures_pipeline.pipeline_overview(run.results, run.profile),
    "models_v1": lambda run: figures_models.main_table("v1", published.results(), run.benchmarks),
    "models_v2": lambda run: figures_models.main_table("v2", published.results(), run.benchmarks),
    "pass_rate_against_size": lambda run: figures_models.pass_rate_against_size(published.results(), run.benchmarks),
    "outcome_classes": lambda run: figures_benchmarks.outcome_classes(run.benchmarks),
    "blind_spots": lambda run: figures_benchmarks.blind_spots(run.blind_spots),
    "testbench_quality": lambda run: figures_testbench.testbench_quality(
        published.testbench(), run.results, run.profile
    ),
    "funnel_roundtrip": lambda run: figures_data.funnel(run.results, "02_roundtrip", run.profile, published.funnel()),
    "funnel_filters": lambda run: figures_data.funnel(run.results, "03_filtering", run.profile, published.funnel()),
    "filter_quality": lambda run: figures_data.filter_quality(run.results, run.profile),
    "known_truth": lambda run: figures_roundtrip.known_truth(run.results, run.profile),
    "real_model": lambda run: figures_roundtrip.outcomes(run.results, run.profile),
    "gain": lambda run: figures_training.gain(published.results(), run.results, run.profile),
    "training_curve": lambda run: figures_training.training_curve(run.steps, run.profile) if len(run.steps) else None,
    "speedup": lambda run: figures_training.speedup(published.speedup(), run.studies),
    "study_rules": lambda run: figures_study.rules(run.studies),
    "rule_costs": lambda run: figures_rules.costs(run.bench, run.studies, 1.25),
    "study_filters": lambda run: figures_study.filters(run.studies),
    "study_rewards": lambda run: figures_study.rewards(run.studies),
    "simulated_speedups": lambda run: figures_study.sweep(run.simulated, 1.25) if len(run.simulated) else None,
    "scaling_budget": lambda run: figures_scaling.scaling_budget(published.scaling(), run.scaling),
    "scaling_flops": lambda run: figures_scaling.scaling_flops(published.scaling(), run.scaling),
    "votes": lambda run: figures_scaling.votes_and_thoughts(run.votes, run.scaling),
}
