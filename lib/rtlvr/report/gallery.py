"""What the figures notebook reads of a run: tables only."""

from pathlib import Path

import pandas as pd

from rtlvr.paths import REFERENCE
from rtlvr.records import Measurement

# What stage 05_rl_study measures.
STUDY_METRICS = (
    *(f"speedup_{cost}" for cost in ("tokens", "rounds", "wall", "simulated")),
    *(f"study_{study}{seed}" for study in ("rule", "tokens", "filter", "reward") for seed in ("", "_seed")),
    *("reward_wrong", "reward_seconds"),
)


def ours(run: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Results, scaling points and RL steps of a run's folder; an empty table for each that is not there."""
    results = table_of(run / "results.csv")
    if results.empty:
        results = pd.DataFrame(columns=list(Measurement.model_fields))
    steps = run / "05_rl" / "steps.jsonl"
    return (
        results,
        table_of(run / "07_test_time_scaling" / "scaling.csv"),
        pd.read_json(steps, lines=True) if steps.exists() else pd.DataFrame(),
    )


def with_reference(results: pd.DataFrame, profile: str) -> pd.DataFrame:
    """`results` of this run with a `profile` column, and after them the benchmarks measured beforehand.

    Those are `outputs/reference/benchmarks.csv`, a pretrained model's; their profile is `reference`.
    """
    kept = table_of(REFERENCE / "benchmarks.csv").assign(profile="reference")
    return pd.concat([part for part in (results.assign(profile=profile), kept) if len(part)], ignore_index=True)


def studies(run: Path, results: pd.DataFrame, profile: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Notebook 05's short runs: what was measured, with a `profile` column, and what was simulated.

    Where the run has not finished them, both are the kit's reference.
    """
    own = run / "05_rl_study"
    if (own / "manifest.json").exists():
        measured = results[results["metric"].isin(STUDY_METRICS)]
        return measured.assign(profile=profile), table_of(own / "simulated.csv")
    return table_of(REFERENCE / "studies.csv").assign(profile="reference"), table_of(REFERENCE / "simulated.csv")


def table_of(path: Path) -> pd.DataFrame:
    """A CSV file as a table; an empty one where there is no file."""
    return pd.read_csv(path) if path.exists() else pd.DataFrame()
