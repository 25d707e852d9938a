"""Pass rates of many models: the paper's main tables as dots, and pass rate against model size."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rtlvr.report import style
from rtlvr.report.columns import NOT_RUN, count_text, error_bars, measured, ours_label, require
from rtlvr.report.labels import place_labels
from rtlvr.report.tables import BENCHMARKS, GROUPS, STAGE, BenchmarkSet, benchmark_rows, models_table

SIZE_BENCHMARK = "RTLLM-v1.1"


@style.styled
def main_table(
    benchmarks: BenchmarkSet,
    published: pd.DataFrame,
    results: pd.DataFrame | None,
    profile: str | None = None,
) -> tuple[Figure, pd.DataFrame]:
    """Pass@1 and pass@5 by model, one panel per benchmark: the paper's main table, ours below it.

    Args:
        benchmarks: `v1` (VerilogEval-v1, RTLLM-v1.1) or `v2` (VerilogEval-v2, RTLLM-v2.0).
        published: `published.results()`.
        results: ours: stage 06_benchmarks, metrics pass@1 and pass@5, variant: the model, benchmark; None:
            not run.
        profile: where ours come from; not needed where `results` has a `profile` column.

    Raises:
        TableError: a column or the profile is missing, or the set is unknown.
    """
    table = models_table(benchmarks, published, results, profile)
    lines = _lines(table)
    figure = style.new_figure(10, 1.4 + 0.21 * len(lines))
    axes = figure.subplots(1, 3, sharey=True)
    for axis, benchmark in zip(axes, BENCHMARKS[benchmarks], strict=True):
        _model_panel(axis, table[table["benchmark"] == benchmark], lines)
        axis.set_title(benchmark, pad=14)
    _name_lines(axes[0], lines)
    ours = table[table["source"] == "ours"]
    groups = [name for name in GROUPS if name in set(table["group"])]
    handles = [style.dot_handle(style.LOOKS[name], _group_label(name, ours)) for name in groups]
    handles += [] if len(ours) else [style.text_handle(NOT_RUN)]
    style.legend(figure, handles)
    style.note(figure, "Filled: pass@1, also as numbers. Open: pass@5. Published numbers as printed in the paper.")
    return figure, table


@style.styled
def pass_rate_against_size(
    published: pd.DataFrame, results: pd.DataFrame | None, profile: str | None = None
) -> tuple[Figure, pd.DataFrame]:
    """Pass@1 on RTLLM-v1.1 against the number of parameters (logarithmic), one dot per model.

    Args:
        published: `published.results()`; models of unknown size are left out.
        results: ours: as in `main_table`, with the size as metric `params_b` (billions), variant: the model.
        profile: where ours come from.

    Raises:
        TableError: a column or the profile is missing.
    """
    require(published, ("model", "group", "benchmark", "params_b", "pass@1"), "the published table")
    theirs = published[published["benchmark"] == SIZE_BENCHMARK].assign(source="published", profile="")
    ours = _sized(results, profile)
    columns = ["source", "group", "model", "profile", "params_b", "pass@1", "low", "high", "n"]
    parts = [part.reindex(columns=columns) for part in (theirs, ours) if len(part)]
    complete = pd.concat(parts, ignore_index=True)
    table = complete.dropna(subset=["params_b", "pass@1"]).reset_index(drop=True)
    figure = style.new_figure(7.6, 5.2)
    axis = figure.subplots()
    _size_panel(axis, table)
    groups = [name for name in GROUPS if name in set(table["group"])]
    drawn = table[table["source"] == "ours"]
    handles = [style.dot_handle(style.LOOKS[name], _group_label(name, drawn)) for name in groups]
    style.legend(figure, handles + ([] if len(drawn) else [style.text_handle(NOT_RUN)]))
    style.note(figure, _left_out(complete))
    _name_points(axis, table)
    return figure, table


def _lines(table: pd.DataFrame) -> list[tuple[str, str | None]]:
    """From top to bottom: (group, None) for a heading, (group, model) for a row."""
    lines: list[tuple[str, str | None]] = []
    for group in GROUPS:
        models = dict.fromkeys(table.loc[table["group"] == group, "model"])
        lines += [(group, None), *((group, name) for name in models)] if models else []
    return lines


def _model_panel(axis: Axes, rows: pd.DataFrame, lines: list[tuple[str, str | None]]) -> None:
    places = {line: -index for index, line in enumerate(lines)}
    rows = rows.assign(y=[places[line] for line in zip(rows["group"], rows["model"], strict=True)])
    for group, part in rows.groupby("group", sort=False):
        look = style.LOOKS[str(group)]
        axis.hlines(part["y"], part["pass@1"], part["pass@5"], color=look.colour, alpha=0.5, linewidth=1)
        axis.plot(part["pass@5"], part["y"], look.marker, color=look.colour, mfc="white", alpha=0.8, ms=5)
        axis.plot(part["pass@1"], part["y"], look.marker, color=look.colour, markersize=5.5, label=group)
        known = part.dropna(subset=["low", "high", "pass@1"])
        if len(known):
            bars = error_bars(known, "pass@1")
            axis.errorbar(known["pass@1"], known["y"], xerr=bars, fmt="none", ecolor="black", capsize=2, lw=1)
    _values_column(axis, rows)
    axis.set_xlim(-3, 100)
    axis.set_xlabel("pass rate (%)")
    axis.set_yticks(list(places.values()))
    axis.tick_params(axis="y", length=0)


def _values_column(axis: Axes, rows: pd.DataFrame) -> None:
    """Pass@1 as numbers at the right of the panel: dots show the order, numbers can be quoted."""
    across = axis.get_yaxis_transform()
    axis.text(1.13, 0.9, "pass@1", transform=across, ha="right", va="center", fontsize=7.5, color=style.GREY)
    for y, value, group in zip(rows["y"], rows["pass@1"], rows["group"], strict=True):
        weight = "bold" if group in ("codev-r1", "ours") else "normal"
        text = "–" if np.isnan(value) else f"{value:.1f}"
        axis.text(1.13, y, text, transform=across, ha="right", va="center", fontsize=7.5, fontweight=weight)


def _name_lines(axis: Axes, lines: list[tuple[str, str | None]]) -> None:
    names = [model or GROUPS[group] for group, model in lines]
    axis.set_yticks([-index for index in range(len(lines))], names)
    axis.set_ylim(-len(lines) + 0.3, 0.6)
    for label, (_, model) in zip(axis.get_yticklabels(), lines, strict=True):
        label.set_fontweight("normal" if model else "bold")


def _group_label(group: str, ours: pd.DataFrame) -> str:
    return ours_label(ours) if group == "ours" else GROUPS[group]


def _sized(results: pd.DataFrame | None, profile: str | None) -> pd.DataFrame:
    ours = benchmark_rows(results, profile)
    sizes = measured(results, STAGE, ("params_b",), profile, one_profile=False)
    ours = ours[ours["benchmark"] == SIZE_BENCHMARK]
    known = dict(zip(zip(sizes["profile"], sizes["variant"], strict=True), sizes["value"], strict=True))
    models = zip(ours["profile"], ours["model"], strict=True)
    return ours.assign(params_b=[known.get(model, np.nan) for model in models])


def _size_panel(axis: Axes, table: pd.DataFrame) -> None:
    for group, part in table.groupby("group", sort=False):
        look = style.LOOKS[str(group)]
        size = 10 if group in ("codev-r1", "ours") else 6.5
        edge: dict[str, Any] = {"mec": "black", "mew": 0.5}
        axis.plot(part["params_b"], part["pass@1"], look.marker, color=look.colour, ms=size, **edge)
        if group == "ours":
            bars = error_bars(part, "pass@1")
            axis.errorbar(part["params_b"], part["pass@1"], yerr=bars, fmt="none", ecolor="black", capsize=3)
    smallest, largest = table["params_b"].min(), table["params_b"].max()
    axis.set_xscale("log")
    axis.set_xlim(min(smallest, 5) / 2.5, largest * 3)
    axis.set_ylim(-6, 90)
    axis.set_xlabel("parameters (billions, logarithmic)")
    axis.set_ylabel(f"pass@1 on {SIZE_BENCHMARK} (%)")


def _name_points(axis: Axes, table: pd.DataFrame) -> None:
    # the most important names choose their places first
    order = table.iloc[np.argsort(~table["group"].isin(("codev-r1", "ours")), kind="stable")]
    names = []
    for _, row in order.iterrows():
        suffix = f"\n(ours, {row['profile']}, {count_text(order[order.index == row.name])})"
        names.append(row["model"] + (suffix if row["source"] == "ours" else ""))
    points = list(zip(order["params_b"], order["pass@1"], strict=True))
    place_labels(axis, points, names, list(order["group"].isin(("codev-r1", "ours"))))


def _left_out(complete: pd.DataFrame) -> str:
    unsized = complete[complete["params_b"].isna() & complete["pass@1"].notna()]
    unrated = complete[complete["pass@1"].isna()]
    texts = [f"size unknown: {', '.join(unsized['model'])}"] if len(unsized) else []
    texts += [f"no pass@1: {', '.join(unrated['model'])}"] if len(unrated) else []
    return f"Not drawn: {'; '.join(texts)}." if texts else "All models are drawn."
