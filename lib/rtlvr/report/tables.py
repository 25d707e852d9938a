"""The paper's tables with our rows beside them, and the closing table of each notebook."""

from collections.abc import Callable, Iterable
from typing import Literal

import numpy as np
import pandas as pd

from rtlvr.records import Measurement
from rtlvr.report.columns import TableError, in_percent, measured, require

BenchmarkSet = Literal["v1", "v2"]
STAGE = "06_benchmarks"
# the paper's names and ours
BENCHMARKS: dict[str, dict[str, str]] = {
    "v1": {
        "VerilogEval-v1-Machine": "verilog-eval-v1-machine",
        "VerilogEval-v1-Human": "verilog-eval-v1-human",
        "RTLLM-v1.1": "rtllm-v1.1",
    },
    "v2": {
        "VerilogEval-v2-SR": "verilog-eval-v2-spec",
        "VerilogEval-v2-CC": "verilog-eval-v2-complete",
        "RTLLM-v2.0": "rtllm-v2.0",
    },
}
PAPER_NAMES = {ours: paper for names in BENCHMARKS.values() for paper, ours in names.items()}
GROUPS = {
    "foundation": "General models",
    "domain": "Verilog models",
    "codev-r1": "CodeV-R1 (the paper)",
    "ours": "Ours",
}
METRICS = ("pass@1", "pass@5")
MODEL_COLUMNS = ("source", "group", "model", "profile", "benchmark", *METRICS, "low", "high", "n")
ComparisonRow = tuple[str, object, object, object, object, object, str]


def models_table(
    benchmarks: BenchmarkSet,
    published: pd.DataFrame,
    results: pd.DataFrame | None,
    profile: str | None = None,
) -> pd.DataFrame:
    """One row per model and benchmark (percent), published first; `low` and `high` bound our pass@1.

    Raises:
        TableError: a column or the profile is missing, a row names no benchmark, or the set is unknown.
    """
    if benchmarks not in BENCHMARKS:
        raise TableError(f"got benchmarks={benchmarks!r}; allowed: {', '.join(BENCHMARKS)}")
    names = BENCHMARKS[benchmarks]
    require(published, ("model", "group", "benchmark", *METRICS), "the published table")
    theirs = published[published["benchmark"].isin(names)].assign(source="published", profile="")
    order = theirs["group"].map(list(GROUPS).index)
    theirs = theirs.iloc[np.argsort(order.to_numpy(), kind="stable")]
    ours = benchmark_rows(results, profile)
    ours = ours[ours["benchmark"].isin(names)]
    if ours["profile"].nunique() > 1:
        ours = ours.assign(model=ours["model"] + " (" + ours["profile"] + ")")
    columns = list(MODEL_COLUMNS)
    parts = [part.reindex(columns=columns) for part in (theirs, ours) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def benchmark_rows(results: pd.DataFrame | None, profile: str | None = None) -> pd.DataFrame:
    """Our pass rates under the paper's benchmark names, as rows of `models_table`.

    Raises:
        TableError: see `models_table`.
    """
    rows = in_percent(measured(results, STAGE, METRICS, profile, one_profile=False))
    wrong = rows.loc[rows["benchmark"] == "", "variant"]
    if len(wrong):
        raise TableError(
            f"got {wrong.iloc[0]!r} in stage {STAGE} without a benchmark; needed: one in the column `benchmark`; rows of an "
            f"earlier version are measured anew by `rtlvr run {STAGE}`"
        )
    rows["benchmark"] = rows["benchmark"].map(lambda name: PAPER_NAMES.get(name, name))
    rows["model"] = rows["variant"]
    merged = []
    for (profile_name, model, benchmark), part in rows.groupby(["profile", "model", "benchmark"], sort=False):
        values = dict(zip(part["metric"], part["value"], strict=True))
        first = part.sort_values("metric").iloc[0]
        bounds = {"low": first["low"], "high": first["high"]} if "pass@1" in values else {}
        names = {"model": model, "profile": profile_name, "benchmark": benchmark}
        merged.append(names | values | bounds | {"n": first["n"]})
    return pd.DataFrame(merged).assign(source="ours", group="ours").reindex(columns=list(MODEL_COLUMNS))


def comparison(rows: Iterable[ComparisonRow]) -> pd.DataFrame:
    """Ours beside the paper, as text for display.

    Args:
        rows: (quantity, published value or text, our value, low, high, n, profile); None or NaN where there
            is none.

    Raises:
        TableError: a row does not have seven entries.
    """
    lines = []
    for row in rows:
        if len(row) != 7:
            raise TableError(f"got {row!r}; needed: quantity, published, ours, low, high, n, profile")
        quantity, published, ours, low, high, count, profile = row
        interval = "–" if _missing(low) or _missing(high) else f"{_number(low)} to {_number(high)}"
        value = "not run" if _missing(ours) else _number(ours)
        lines.append((quantity, _number(published), value, interval, _number(count), profile or "–"))
    return pd.DataFrame(lines, columns=["quantity", "paper", "ours", "95 % interval", "n", "profile"])


def _missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value))


def _number(value: object) -> str:
    """Numbers to three or four figures, text as it is, a dash for nothing."""
    if _missing(value):
        return "–"
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, int | np.integer):
        return f"{value:,}"
    if isinstance(value, float | np.floating):
        value = float(value)
        digits = ",.0f" if abs(value) >= 1000 else ".1f" if abs(value) >= 10 else ".3g"
        return format(value, digits)
    return str(value)


def values_of(rows: Iterable[Measurement], profile: str) -> Callable[[str, str], tuple[object, ...]]:
    """A function from metric and variant to what the closing table shows of it: value, interval, observations, profile.

    What was not measured is None.
    """
    by = {(row.metric, row.variant): row.interval for row in rows}
    return lambda metric, variant: (*by.get((metric, variant), (None,) * 4), profile)
