"""Test-time scaling: accuracy against the response budget and estimated FLOPs (paper §4.4)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, NullLocator

from rtlvr.report import style
from rtlvr.report.columns import NOT_RUN, TableError, error_bars, ours_label, require
from rtlvr.report.tables import PAPER_NAMES

PUBLISHED_COLUMNS = ("model", "benchmark", "budget_tokens", "pass@1", "flops_read_off_figure")
SCALING_COLUMNS = (
    "model",
    "benchmark",
    "budget_tokens",
    "value",
    "low",
    "high",
    "n",
    "mean_tokens",
    "flops",
    "profile",
)
VOTES_COLUMNS = ("votes", "value", "low", "high", "pass_at_k", "n", "flops", "profile")
COLUMNS = (
    "source",
    "profile",
    "model",
    "benchmark",
    "budget_tokens",
    "flops",
    "value",
    "low",
    "high",
    "n",
    "mean_tokens",
)
HELDOUT_NAME = "held-out designs"
FLOPS_NOTE = (
    "FLOPs ≈ 2 × active parameters × generated tokens, per response. Published values read off a figure (±5 %)."
)


@style.styled
def scaling_budget(published: pd.DataFrame, scaling: pd.DataFrame | None) -> tuple[Figure, pd.DataFrame]:
    """Accuracy (%) against the response budget (tokens): the paper, and ours on the same axes where it was asked the same.

    Ours on other tasks stands in a panel of its own.

    Args:
        published: `published.scaling()`.
        scaling: ours, with `SCALING_COLUMNS`; value, low and high in percent; None or empty: not run.

    Raises:
        TableError: a column is missing.
    """
    figure, table = _two_panels(published, scaling, "budget_tokens", "response budget (tokens)")
    return figure, table


@style.styled
def scaling_flops(published: pd.DataFrame, scaling: pd.DataFrame | None) -> tuple[Figure, pd.DataFrame]:
    """Accuracy (%) against estimated FLOPs per response (logarithmic).

    Args and errors: as in `scaling_budget`.
    """
    figure, table = _two_panels(published, scaling, "flops", "estimated inference FLOPs per response")
    style.note(figure, FLOPS_NOTE)
    return figure, table


@style.styled
def votes_and_thoughts(votes: pd.DataFrame | None, scaling: pd.DataFrame | None) -> tuple[Figure, pd.DataFrame]:
    """Left: majority voting by behaviour against the number of votes, with pass@k; right: votes and budgets at equal FLOPs.

    Args:
        votes: columns votes, value, low, high, pass_at_k (percent), n (problems), flops, profile; None or empty: not run.
        scaling: ours, with `SCALING_COLUMNS`: one answer under a budget.

    Raises:
        TableError: a column is missing.
    """
    votes = pd.DataFrame(columns=list(VOTES_COLUMNS)) if votes is None or votes.empty else votes
    scaling = pd.DataFrame(columns=list(SCALING_COLUMNS)) if scaling is None or scaling.empty else scaling
    require(votes, VOTES_COLUMNS, "the table of votes")
    require(scaling, SCALING_COLUMNS, "the scaling table")
    figure = style.new_figure(9, 3.4)
    left, right = figure.subplots(1, 2, sharey=True)
    _line(left, votes, "votes", style.SERIES[0], "majority")
    left.plot(votes["votes"], votes["pass_at_k"], ":", color="black", label="pass@k (ceiling)")
    _line(right, votes, "flops", style.SERIES[0], "more votes, whole answers")
    _line(right, scaling, "flops", style.SERIES[1], "one answer, longer budget")
    for axis, label, rows in ((left, "answers per problem", votes), (right, "estimated FLOPs per problem", votes)):
        axis.set_xlabel(label)
        if rows.empty:
            style.empty(axis, NOT_RUN)
            continue
        axis.set_xscale("log", base=2 if axis is left else 10)
        axis.legend(loc="best")
    if len(votes):
        left.set_xticks(votes["votes"], [f"{count:.0f}" for count in votes["votes"]])
        left.xaxis.set_minor_locator(NullLocator())
    left.set_ylabel("solved (%)")
    left.set_ylim(-4, 100)
    left.set_title(ours_label(votes))
    style.note(figure, "Whiskers: 95 % intervals over problems. FLOPs ≈ 2 × parameters × generated tokens.")
    return figure, pd.concat([votes.assign(what="votes"), scaling.assign(what="budget")], ignore_index=True)


def _line(axis: Axes, rows: pd.DataFrame, x: str, look: style.Look, label: str) -> None:
    if rows.empty:
        return
    drawing: dict[str, Any] = {"color": look.colour, "marker": look.marker, "linestyle": look.line, "capsize": 3}
    axis.errorbar(rows[x], rows["value"], error_bars(rows), label=label, **drawing)


def _two_panels(
    published: pd.DataFrame, scaling: pd.DataFrame | None, x: str, x_text: str
) -> tuple[style.Drawing, pd.DataFrame]:
    table = _tidy(published, scaling)
    benchmark = ", ".join(dict.fromkeys(published["benchmark"]))
    same = table["benchmark"] == benchmark
    beside, apart = table[same], table[~same]
    figure = style.new_figure(7.6, 3.4)
    ours = beside[beside["source"] == "ours"]
    left, *right = figure.subplots(1, 1 if len(ours) and apart.empty else 2, sharey=True, squeeze=False)[0]
    looks = (style.LOOKS["codev-r1"], style.LOOKS["foundation"], *style.SERIES)
    _panel(left, beside, x, looks, f"{benchmark}: the paper" + (f", {ours_label(ours)}" if len(ours) else ""))
    for axis in right:
        _panel(axis, apart, x, style.SERIES, ours_label(apart) + _other_task(apart))
        if apart.empty:
            style.empty(axis, NOT_RUN)
    for axis in (left, *right):
        axis.set_xlabel(x_text)
    left.set_ylabel("pass@1 (%)")
    left.set_ylim(-4, 100)
    return figure, table


def _other_task(rows: pd.DataFrame) -> str:
    """What ours was asked, where it is not what the paper asked."""
    asked = ", ".join(dict.fromkeys(rows["benchmark"]))
    return f"\nother tasks: {HELDOUT_NAME if asked == 'heldout' else asked}" if asked else ""


def _tidy(published: pd.DataFrame, scaling: pd.DataFrame | None) -> pd.DataFrame:
    require(published, PUBLISHED_COLUMNS, "the published scaling table")
    renamed = published.rename(columns={"pass@1": "value", "flops_read_off_figure": "flops"})
    parts = [renamed.assign(source="published", profile="").reindex(columns=list(COLUMNS))]
    if scaling is not None and len(scaling):
        require(scaling, SCALING_COLUMNS, "the scaling table")
        if not scaling["value"].dropna().between(0, 100).all():
            raise TableError("the scaling table: got a value outside 0 to 100; needed: percent")
        named = scaling["benchmark"].map(lambda name: PAPER_NAMES.get(name, name))
        parts.append(scaling.assign(source="ours", benchmark=named).reindex(columns=list(COLUMNS)))
    return pd.concat(parts, ignore_index=True)


def _panel(axis: Axes, rows: pd.DataFrame, x: str, looks: Sequence[style.Look], title: str) -> None:
    axis.set_title(title)
    rows = rows.dropna(subset=[x])
    for index, (model, part) in enumerate(rows.groupby("model", sort=False)):
        look = looks[index % len(looks)]
        part = part.sort_values(x)
        axis.plot(
            part[x],
            part["value"],
            color=look.colour,
            marker=look.marker,
            linestyle=look.line,
            label=str(model),
        )
        if part["low"].notna().any():
            axis.errorbar(part[x], part["value"], error_bars(part), fmt="none", ecolor=look.colour, capsize=3, lw=1)
    if rows.empty:
        return
    axis.set_xscale("log")
    axis.margins(x=0.12)
    axis.xaxis.set_minor_formatter(NullFormatter())
    if x == "flops":  # whole decades, so that at least two ticks are labelled
        low, high = np.log10(rows[x].min() / 1.2), np.log10(rows[x].max() * 1.2)
        axis.set_xlim(10 ** np.floor(low), 10 ** np.ceil(high))
    else:
        budgets = sorted(rows[x].unique())
        axis.set_xticks(budgets, [f"{budget:.0f}" for budget in budgets])
        axis.xaxis.set_minor_locator(NullLocator())
    axis.legend(loc="upper left")
