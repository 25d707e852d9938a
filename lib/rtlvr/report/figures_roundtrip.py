"""What a real model's round trip gave, how long its texts are, and which wrong pairs survive when the truth is known."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rtlvr.report import style
from rtlvr.report.columns import NOT_RUN, error_bars, in_percent, measured, ours_label, require

_LENGTHS = ("description", "thought", "code")
_TRUTH = {"truth_precision": "precision", "truth_recall": "recall"}
_WRONG = {"truth_survivors": "survivors", "truth_bound": "bound"}


@style.styled
def outcomes(results: pd.DataFrame | None, profile: str | None = None) -> tuple[Figure, pd.DataFrame]:
    """How a real model's answers ended (counts), and the share that came back equivalent by category (%, 95 % interval).

    Args:
        results: ours: stage 02_roundtrip, metric `real_outcome` (variant: how it ended, value: count) and `real_pass`
            (variant: the category).
        profile: where ours come from; not needed where `results` has a `profile` column.

    Raises:
        TableError: a column or the profile is missing, or a share's unit is none.
    """
    counts = measured(results, "02_roundtrip", ("real_outcome",), profile)
    shares = in_percent(measured(results, "02_roundtrip", ("real_pass",), profile))
    figure = style.new_figure(9.6, 1.4 + 0.24 * max(len(shares), 8))
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.2))
    _bars(left, counts)
    right.errorbar(shares["value"], range(len(shares)), xerr=error_bars(shares), fmt="o", capsize=2, ms=4)
    labels = [f"{row.variant} ({row.n:.0f})" for row in shares.itertuples()]
    right.set_yticks(range(len(shares)), labels)
    right.set_ylim(max(len(shares), 1) - 0.4, -0.6)
    right.set_xlim(-2, 102)
    right.set_xlabel("equivalent, %")
    right.set_title("by category (number of modules)")
    if shares.empty:
        style.empty(right, NOT_RUN)
    return figure, pd.concat([counts, shares], ignore_index=True)


@style.styled
def lengths(table: pd.DataFrame, title: str) -> tuple[Figure, pd.DataFrame]:
    """Histograms of text lengths.

    Args:
        table: columns `what` (description, thought, code) and `words` (tokens of text or of Verilog).
        title: whose texts they are.

    Raises:
        TableError: a column is missing.
    """
    require(table, ("what", "words"), "the table of lengths")
    figure = style.new_figure(9, 2.6)
    for axis, what, look in zip(figure.subplots(1, 3), _LENGTHS, style.SERIES, strict=False):
        part = table.loc[table["what"] == what, "words"]
        axis.hist(part, bins=24, color=look.colour, edgecolor="white")
        middle = f", median {part.median():.0f}" if len(part) else ""
        axis.set_title(f"{what}{middle}")
        axis.set_xlabel("words and symbols")
    figure.suptitle(title)
    return figure, table


@style.styled
def known_truth(results: pd.DataFrame | None, profile: str | None = None) -> tuple[Figure, pd.DataFrame]:
    """Precision and recall of the round trip against known truth (%), and wrong descriptions that survive it beside the bound.

    Args:
        results: ours: stage 03_filtering, metrics truth_precision, truth_recall, truth_survivors, truth_bound; variant: whether
            the teacher's mistakes are `independent` or `shared`; at: its error rate.
        profile: where ours come from; not needed where `results` has a `profile` column.

    Raises:
        TableError: a column or the profile is missing, or a unit is no share.
    """
    table = in_percent(measured(results, "03_filtering", (*_TRUTH, *_WRONG), profile))
    table = table.assign(rate=100 * table["at"], errors=table["variant"])
    figure = style.new_figure(9, 3.7)
    left, right = figure.subplots(1, 2)
    for axis, metrics in ((left, _TRUTH), (right, _WRONG)):
        _lines(axis, table, metrics)
        axis.set_xlabel("teacher's error rate, in descriptions and in codes each, %")
        if table.empty:
            style.empty(axis, NOT_RUN)
        else:
            axis.legend(fontsize=7.5, loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2)
    left.set_ylabel("%")
    left.set_title("pairs that pass")
    right.set_ylabel("% of wrong descriptions")
    right.set_title("wrong descriptions that survive")
    style.note(figure, ours_label(table))
    return figure, table


def _lines(axis: Axes, table: pd.DataFrame, metrics: dict[str, str]) -> None:
    rates = sorted(set(table["rate"]))
    apart = 0.012 * (max(rates, default=0) - min(rates, default=0)) or 1.0
    looks = enumerate(style.SERIES)
    for metric, title in metrics.items():
        for errors in ("independent", "shared"):
            place, look = next(looks)
            part = table[(table["metric"] == metric) & (table["errors"] == errors)]
            if len(part):
                # side by side: whiskers of one rate would cover one another
                at, name = part["rate"] + (place - 1.5) * apart, f"{title}, {errors} mistakes"
                line = "--" if metric == "truth_bound" else "-"
                axis.errorbar(at, part["value"], yerr=error_bars(part), fmt=look.marker, ls=line,
                              color=look.colour, capsize=3, label=name)  # fmt: skip
    axis.set_xticks(rates, [f"{rate:g}" for rate in rates])


def _bars(axis: Axes, counts: pd.DataFrame) -> None:
    axis.barh(range(len(counts)), counts["value"], 0.66, color=style.LOOKS["ours"].colour, edgecolor="white")
    for place, count in enumerate(counts["value"]):
        axis.annotate(f"{count:.0f}", (count, place), (4, 0), textcoords="offset points", va="center", fontsize=8)
    axis.set_yticks(range(len(counts)), list(counts["variant"]))
    axis.set_ylim(max(len(counts), 1) - 0.4, -0.6)
    axis.set_xlim(0, 1.2 * max([1.0, *counts["value"]]))
    axis.set_title(ours_label(counts))
    axis.grid(visible=False)
    if counts.empty:
        style.empty(axis, NOT_RUN)
