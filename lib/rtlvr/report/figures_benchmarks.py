"""The public benchmarks themselves: what becomes of samples, and what the official testbenches do not look at."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rtlvr.report import style
from rtlvr.report.columns import NOT_RUN, count_text, in_percent, measured, records, require

STAGE = "06_benchmarks"
_BAR = ["benchmark", "variant", "profile"]  # what a bar stands for
CLASSES = {
    "class_passed": ("passes", style.LOOKS["ours"]),
    "class_wrong": ("wrong", style.Look(style.SKY, "s")),
    "class_undecided": ("undecided", style.Look(style.BLUE, "D", hatch="oo")),
    "class_endless": ("endless", style.Look(style.ORANGE, "h", hatch="++")),
    "class_interface": ("interface", style.Look(style.GREEN, "P", hatch="xxxx")),
    "class_syntax": ("syntax", style.Look(style.GREY, "o", hatch="....")),
    "class_refused": ("refused", style.Look(style.PURPLE, "X", hatch="\\\\\\\\")),
    "class_empty": ("no code", style.Look(style.PALE, "v")),
}
HOLES = {
    "with_blind_spots": ("pass some spoilt reference", style.SERIES[0]),
    "beyond_edge": ("not counting an inverted clock", style.SERIES[2]),
    "empty": ("an empty module", style.SERIES[1]),
}


@style.styled
def outcome_classes(results: pd.DataFrame | None, profile: str | None = None) -> tuple[Figure, pd.DataFrame]:
    """What became of every sample of the public benchmarks, in percent: a bar per benchmark and model.

    Args:
        results: ours: stage 06_benchmarks, metrics `class_…`, variant: the model, benchmark.
        profile: where ours come from; not needed where `results` has a `profile` column.

    Raises:
        TableError: a column or the profile is missing, or a unit is not a share.
    """
    table = in_percent(measured(results, STAGE, tuple(CLASSES), profile, one_profile=False))
    bars = list(dict.fromkeys(table[_BAR].itertuples(index=False, name=None)))
    figure = style.new_figure(8.4, 1.6 + 0.4 * max(len(bars), 2))
    axis = figure.subplots()
    lefts = dict.fromkeys(bars, 0.0)
    for metric, (_, look) in CLASSES.items():
        for row in records(table[table["metric"] == metric]):
            bar, value = (row["benchmark"], row["variant"], row["profile"]), row["value"]
            axis.barh(bars.index(bar), value, 0.68, lefts[bar], color=look.colour, hatch=look.hatch, edgecolor="white")
            lefts[bar] += value
    if table.empty:
        style.empty(axis, NOT_RUN)
    _percent_axis(axis, [_bar_name(table, bar) for bar in bars], "% of samples")
    style.legend(figure, [style.bar_handle(look, name) for name, look in CLASSES.values()])
    style.note(figure, "Syntax: does not compile by itself. Interface: it does, but not with the testbench.")
    return figure, table


@style.styled
def blind_spots(spots: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """Share of each benchmark's testbenches (%) that pass a reference spoilt in a known place, or nothing at all.

    Args:
        spots: `rtlvr.evaluate.probes.table` of all benchmarks: benchmark, tasks, task_id, beyond_edge, empty, passes.

    Raises:
        TableError: a column is missing.
    """
    require(spots, ("benchmark", "tasks", "task_id", "beyond_edge", "empty"), "the table of blind spots")
    table = spots.groupby("benchmark", sort=False).agg(
        tasks=("tasks", "first"),
        with_blind_spots=("task_id", "nunique"),
        beyond_edge=("beyond_edge", "sum"),
        empty=("empty", "sum"),
    )
    table = table.reset_index()
    figure = style.new_figure(7.4, 1.5 + 0.58 * len(table))
    axis = figure.subplots()
    for index, (column, (_, look)) in enumerate(HOLES.items()):
        y = [place + (index - 1) * 0.27 for place in range(len(table))]
        share = 100 * table[column] / table["tasks"]
        axis.barh(y, share, 0.25, color=look.colour, hatch=look.hatch, edgecolor="white")
        for place, value, count, tasks in zip(y, share, table[column], table["tasks"], strict=True):
            axis.text(value + 1, place, f"{count} of {tasks}", va="center", fontsize=7)
    _percent_axis(axis, list(table["benchmark"]), "% of the benchmark's testbenches")
    axis.set_xlim(0, 112)
    style.legend(figure, [style.bar_handle(look, name) for name, look in HOLES.values()])
    style.note(figure, "Spoilt: one input tied or inverted, or one output stuck or inverted; refuted by the verifier.")
    return figure, table


def _percent_axis(axis: Axes, names: list[str], label: str) -> None:
    style.named_rows(axis, names)
    axis.set_xlim(0, 100)
    axis.set_xlabel(label)
    axis.grid(axis="y", visible=False)


def _bar_name(table: pd.DataFrame, bar: tuple[str, str, str]) -> str:
    benchmark, model, profile = bar
    rows = table[(table[_BAR] == list(bar)).all(axis=1)]
    return f"{benchmark}\n{model} (profile {profile}, {count_text(rows)})"
