"""Reading tables strictly: which columns a figure needs, which rows are ours, and what unit they are in.

A *results* table has the columns of `rtlvr.records.Measurement`; it may carry a `profile` column, otherwise
the caller names the profile, because no measurement is drawn without saying where it comes from.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from rtlvr.errors import RtlvrError
from rtlvr.records import MEASUREMENT_KEY, Measurement

LATER_COLUMNS = ("benchmark", "seed", "at")  # a table that was written before there were these is read as well
RESULT_COLUMNS = tuple(name for name in Measurement.model_fields if name not in LATER_COLUMNS)
NOT_RUN = "ours: not run"
UNIT_FACTORS = {"percent": 1.0, "%": 1.0, "fraction": 100.0, "share": 100.0, "rate": 100.0, "ratio": 100.0}


class TableError(RtlvrError):
    """A table lacks columns or holds values that cannot be drawn; says what was got and what is needed."""


def require(table: pd.DataFrame, columns: Iterable[str], what: str) -> None:
    """Check that `table` has `columns`; `what` names the table in the error.

    Raises:
        TableError: columns are missing.
    """
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise TableError(
            f"{what} lacks column {', '.join(missing)}; got: {', '.join(map(str, table.columns)) or 'none'}; "
            f"needed: {', '.join(columns)}"
        )


def measured(
    results: pd.DataFrame | None,
    stage: str,
    metrics: Sequence[str],
    profile: str | None = None,
    one_profile: bool = True,
) -> pd.DataFrame:
    """Our rows of `stage` and `metrics`, in order, with a `profile` column; empty where none were run.

    Raises:
        TableError: a column is missing, there are rows but no profile to label them with, or a measurement
            appears twice (per profile, unless `one_profile`).
    """
    if results is None:
        results = pd.DataFrame(columns=[*RESULT_COLUMNS, "profile"])
    require(results, RESULT_COLUMNS, "the results table")
    rows = results[(results["stage"] == stage) & results["metric"].isin(metrics)].reset_index(drop=True)
    rows = rows.reindex(columns=list(dict.fromkeys([*rows.columns, *LATER_COLUMNS])))
    names = ["variant", "benchmark"]
    rows[names] = rows[names].astype(object).fillna("").astype(str)
    numbers = ["value", "low", "high", "seed", "at"]
    rows[numbers] = rows[numbers].astype(float)
    if profile is not None:
        rows["profile"] = profile
    if len(rows) and "profile" not in rows:
        raise TableError("got measurements without a profile; pass profile=… or add a `profile` column")
    repeated = rows[rows.duplicated([*MEASUREMENT_KEY, *([] if one_profile else ["profile"])])]
    if len(repeated):
        name = f"{repeated['metric'].iloc[0]} {repeated['variant'].iloc[0]!r}"
        raise TableError(f"stage {stage}: got {name} twice; needed: each once, of a single profile")
    return rows


def in_percent(rows: pd.DataFrame) -> pd.DataFrame:
    """`rows` with value, low and high in percent, whatever share-like unit they came in.

    Raises:
        TableError: a unit is not a share (`UNIT_FACTORS` lists those that are).
    """
    unknown = sorted(set(rows["unit"].fillna("").astype(str)) - set(UNIT_FACTORS))
    if unknown:
        metrics = ", ".join(sorted(set(rows["metric"])))
        raise TableError(f"{metrics}: got unit {unknown}; allowed: {', '.join(UNIT_FACTORS)}")
    factors = rows["unit"].map(UNIT_FACTORS).astype(float)
    scaled = {name: rows[name].astype(float) * factors for name in ("value", "low", "high")}
    return rows.assign(**scaled, unit="percent")


def count_text(rows: pd.DataFrame) -> str:
    """The number of observations behind `rows`, e.g. `n = 40` or `n = 29–156`."""
    counts = rows["n"].dropna().astype(int)
    if counts.empty:
        return "n unknown"
    low, high = counts.min(), counts.max()
    return f"n = {low}" if low == high else f"n = {low}–{high}"


def ours_label(rows: pd.DataFrame) -> str:
    """How legends name our measurements: profile and number of observations, or that there are none."""
    if rows.empty:
        return NOT_RUN
    return f"ours: profile {', '.join(dict.fromkeys(rows['profile']))}, {count_text(rows)}"


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as dicts by column name, their numbers as Python's own."""
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def error_bars(rows: pd.DataFrame, value: str = "value") -> np.ndarray:
    """Distances from value to low and high, shape (2, rows), for matplotlib's error bars; 0 where unknown."""
    below = (rows[value] - rows["low"]).astype(float)
    above = (rows["high"] - rows[value]).astype(float)
    return np.asarray(np.nan_to_num(np.array([below, above])).clip(min=0.0))
