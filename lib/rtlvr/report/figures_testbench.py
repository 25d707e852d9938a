"""How often the checker is wrong: correct code rejected, wrong code accepted (paper §3.2)."""

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from rtlvr.report import style
from rtlvr.report.columns import NOT_RUN, error_bars, in_percent, measured, ours_label, records, require

STAGE = "01_testbench"
TITLES = {"false_reject": "correct code rejected", "false_accept": "wrong code accepted"}
COLUMNS = ["source", "profile", "checker", "metric", "value", "low", "high", "n", "label"]


@style.styled
def testbench_quality(
    published: pd.DataFrame, results: pd.DataFrame | None, profile: str | None = None
) -> tuple[Figure, pd.DataFrame]:
    """False rejects and false accepts (%) by checker, the published ones first.

    Args:
        published: `published.testbench()`.
        results: ours: stage 01_testbench, metrics false_reject and false_accept, variant: the checker's name.
        profile: where ours come from; not needed where `results` has a `profile` column.

    Raises:
        TableError: a column or the profile is missing, or a unit is not a share.
    """
    require(published, ("checker", "metric", "value", "label"), "the published testbench table")
    rows = in_percent(measured(results, STAGE, tuple(TITLES), profile)).rename(columns={"variant": "checker"})
    theirs = published[published["metric"].isin(TITLES)].assign(source="published", profile="")
    parts = [part.reindex(columns=COLUMNS) for part in (theirs, rows.assign(source="ours")) if len(part)]
    table = pd.concat(parts, ignore_index=True)
    checkers = list(dict.fromkeys(table["checker"]))
    figure = style.new_figure(7.6, 1.6 + 0.32 * len(checkers))
    axes = figure.subplots(1, 2, sharey=True)
    for axis, (metric, title) in zip(axes, TITLES.items(), strict=True):
        _panel(axis, table[table["metric"] == metric], checkers)
        axis.set_title(title)
    axes[0].set_yticks(range(len(checkers)), checkers)
    axes[0].set_ylim(len(checkers) - 0.4, -0.6)
    style.legend(figure, _handles(theirs, rows))
    style.note(figure, _remark(published))
    return figure, table


def _panel(axis: Axes, rows: pd.DataFrame, checkers: list[str]) -> None:
    top = np.nanmax([*rows["value"], *rows["high"].dropna(), 1.0])
    for source, part in rows.groupby("source", sort=False):
        look = style.LOOKS[str(source)]
        y = [checkers.index(name) for name in part["checker"]]
        axis.barh(y, part["value"], height=0.62, color=look.colour, hatch=look.hatch, edgecolor="white")
        if part["low"].notna().any():
            axis.errorbar(part["value"], y, xerr=error_bars(part), fmt="none", ecolor="black", capsize=2.5, lw=1)
        for place, value, high in zip(y, part["value"], part["high"], strict=True):
            axis.text(np.nanmax([value, high]) + 0.025 * top, place, f"{value:.3g}", va="center", fontsize=8)
    for place in sorted(set(range(len(checkers))) - {checkers.index(name) for name in rows["checker"]}):
        axis.text(0.01 * top, place, "not published", va="center", fontsize=7.5, color=style.GREY)
    axis.set_xlim(0, 1.18 * top)
    axis.set_xlabel("% of cases")
    axis.tick_params(axis="y", length=0)
    axis.grid(axis="y", visible=False)


def _handles(theirs: pd.DataFrame, ours: pd.DataFrame) -> list[Artist]:
    quoted = ", ".join(dict.fromkeys(theirs["label"]))
    handles: list[Artist] = [style.bar_handle(style.LOOKS["published"], f"the paper, {quoted}")]
    return [
        *handles,
        style.bar_handle(style.LOOKS["ours"], ours_label(ours)) if len(ours) else style.text_handle(NOT_RUN),
    ]


def _remark(published: pd.DataFrame) -> str:
    relative = published[~published["metric"].isin(TITLES)]
    texts = [f"{row['value']:g} % {row['metric'].replace('_', ' ')}" for row in records(relative)]
    if not texts:
        return "Bars: share of cases judged wrongly; whiskers: 95 % intervals."
    what = f"{relative['checker'].iloc[0]}, {relative['label'].iloc[0]}"
    return f"Published only as ratios ({what}): {'; '.join(texts)}."


@style.styled
def verifier_cost(costs: pd.DataFrame, profile: str) -> tuple[Figure, pd.DataFrame]:
    """What a check costs on one core (ms) against the design's size and against the number of rollouts per golden.

    Args:
        costs: columns checker, by (`cells` or `group`), size, ms: see `rtlvr.evaluate.throughput.costs`.
        profile: where they come from.

    Raises:
        TableError: a column is missing.
    """
    require(costs, ("checker", "by", "size", "ms"), "the table of costs")
    figure = style.new_figure(7.2, 3.0)
    axes = figure.subplots(1, 2, sharey=True)
    checkers = list(dict.fromkeys(costs["checker"]))
    for look, checker in zip(style.SERIES, checkers, strict=False):
        for axis, by, line in zip(axes, ("cells", "group"), ("none", look.line), strict=True):
            rows = costs[(costs["checker"] == checker) & (costs["by"] == by)].sort_values("size")
            axis.plot(rows["size"], rows["ms"], color=look.colour, marker=look.marker, linestyle=line, label=checker)
    for axis, label in zip(axes, ("Yosys cells of the golden", "rollouts per golden"), strict=True):
        axis.set_xscale("log", base=2)
        axis.set_yscale("log")
        axis.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axis.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axis.set_xlabel(label)
    axes[0].set_ylabel("ms per check")
    axes[0].set_title("by design")
    axes[1].set_title("by group size (mean)")
    style.legend(figure, axes[0].get_legend_handles_labels()[0])
    style.note(figure, f"Ours: profile {profile}, one worker on one core; a group is a mix of right, wrong and broken.")
    return figure, costs
