"""What the data steps kept: funnels of counts, and the quality of the filters (paper §3.1)."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rtlvr.report import style
from rtlvr.report.columns import NOT_RUN, error_bars, in_percent, measured, ours_label, require

QUALITIES = {"precision": style.SERIES[0], "recall": style.SERIES[1]}


@style.styled
def funnel(
    results: pd.DataFrame | None,
    stage: str,
    profile: str | None = None,
    published: pd.DataFrame | None = None,
) -> tuple[Figure, pd.DataFrame]:
    """How many examples were left after each step of a data stage, from top to bottom.

    Args:
        results: ours: metric `funnel` of `stage`, variant: the step's name, value: the count, in order.
        stage: 02_roundtrip or 03_filtering.
        profile: where ours come from; not needed where `results` has a `profile` column.
        published: `published.funnel()`: its counts of this stage are drawn beside ours.

    Raises:
        TableError: a column or the profile is missing.
    """
    rows = measured(results, stage, ("funnel",), profile)
    ours = rows.assign(source="ours", step=rows["variant"], count=rows["value"])
    theirs = pd.DataFrame()
    if published is not None:
        require(published, ("stage", "step", "count", "label"), "the published funnel")
        theirs = published[published["stage"] == stage].assign(source="published", profile="")
    columns = ["source", "profile", "stage", "step", "count"]
    table = pd.concat([part.reindex(columns=columns) for part in (theirs, ours)], ignore_index=True)
    figure = style.new_figure(8.4 if len(theirs) else 6, 1.3 + 0.36 * max(len(ours), len(theirs), 2))
    axes = figure.subplots(1, 2 if len(theirs) else 1, squeeze=False)[0]
    for axis in axes:
        axis.set_ylim(max(len(ours), len(theirs)) - 0.4, -0.6)
    _steps(axes[-1], ours, style.LOOKS["ours"])
    axes[-1].set_title(f"ours: profile {', '.join(dict.fromkeys(rows['profile']))}" if len(rows) else NOT_RUN)
    if len(theirs):
        _steps(axes[0], theirs, style.LOOKS["published"])
        axes[0].set_title("the paper (rounded)")
    return figure, table


@style.styled
def filter_quality(results: pd.DataFrame | None, profile: str | None = None) -> tuple[Figure, pd.DataFrame]:
    """Precision and recall (%) of each filter against the known truth; the paper has no such measurement.

    Args:
        results: ours: stage 03_filtering, metrics precision and recall, variant: the filter.
        profile: where ours come from; not needed where `results` has a `profile` column.

    Raises:
        TableError: a column or the profile is missing, or a unit is not a share.
    """
    table = in_percent(measured(results, "03_filtering", tuple(QUALITIES), profile))
    names = list(dict.fromkeys(table["variant"]))
    figure = style.new_figure(6.6, 1.5 + 0.5 * max(len(names), 1))
    axis = figure.subplots()
    for index, (metric, look) in enumerate(QUALITIES.items()):
        part = table[table["metric"] == metric]
        y = [names.index(name) + (index - 0.5) * 0.3 for name in part["variant"]]
        axis.errorbar(part["value"], y, xerr=error_bars(part), fmt=look.marker, color=look.colour, capsize=3)
        beside: dict[str, Any] = {"transform": axis.get_yaxis_transform(), "va": "center", "fontsize": 7.5}
        for place, value, count in zip(y, part["value"], part["n"], strict=True):
            axis.text(1.01, place, f"{value:.1f} (n = {count:.0f})", **beside)
    style.named_rows(axis, names)
    axis.set_xlim(-2, 102)
    axis.set_xlabel("%")
    if table.empty:
        style.empty(axis, NOT_RUN)
    handles = [style.dot_handle(look, metric) for metric, look in QUALITIES.items()]
    style.legend(figure, [*handles, style.text_handle(ours_label(table))])
    return figure, table


def _steps(axis: Axes, rows: pd.DataFrame, look: style.Look) -> None:
    """Bars as long as the counts; the share of the first step tells how hard a filter bites."""
    axis.set_xticks([])
    axis.grid(visible=False)
    axis.spines["bottom"].set_visible(False)
    axis.tick_params(axis="y", length=0)
    axis.set_yticks(range(len(rows)), list(rows["step"]) if len(rows) else [])
    if rows.empty:
        style.empty(axis, NOT_RUN)
        return
    first = max(float(rows["count"].iloc[0]), 1.0)
    axis.barh(range(len(rows)), rows["count"], 0.66, color=look.colour, hatch=look.hatch, edgecolor="white")
    for place, count in enumerate(rows["count"]):
        text = f"{count:,.0f} ({100 * count / first:.3g} %)"
        axis.annotate(text, (count, place), (4, 0), textcoords="offset points", va="center", fontsize=8)
    axis.set_xlim(0, 1.45 * max(float(rows["count"].max()), 1.0))
