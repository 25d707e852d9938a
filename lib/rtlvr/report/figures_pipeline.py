"""The pipeline at a glance: boxes and arrows, with the paper's figures and this run's counts."""

from dataclasses import dataclass
from itertools import pairwise
from textwrap import wrap
from typing import Any, Literal

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from rtlvr.records import RoundtripStep
from rtlvr.report import style
from rtlvr.report.columns import NOT_RUN, measured, records

# lengths are in inches
WIDTH, STEP = 1.62, 1.98  # of a box, from box to box
HEAD, LINE, GAP = 0.5, 0.15, 0.5  # a box's heading, a line, between the rows of boxes
LETTERS = 27  # per line
ARROW = {"arrowstyle": "-|>", "color": "black", "linewidth": 1.2, "shrinkA": 1, "shrinkB": 1}


@dataclass(frozen=True)
class Box:
    """A step of the pipeline: where it stands, and which measurements it shows.

    `pick`: the first or last row of `metric`, all rows, only their number, or that of the variant `named`.
    """

    title: str
    text: str
    column: int
    row: int
    stage: str
    metric: str
    pick: Literal["first", "last", "all", "number", "named"]
    named: RoundtripStep | Literal["", "sft", "rl"] = ""
    paper: str = ""


ROUNDTRIP, FILTERS, RL = "02_roundtrip", "03_filtering", "05_rl"
BOXES = (
    Box("corpus", "golden designs", 0, 0, ROUNDTRIP, "funnel", "first"),
    Box("describe", "code → text", 1, 0, ROUNDTRIP, "funnel", "named", "described", "paper: ~150,000"),
    Box("solve", "text → thought, code", 2, 0, ROUNDTRIP, "funnel", "named", "solved, code compiles"),
    Box("equivalence check", "golden = code?", 3, 0, ROUNDTRIP, "funnel", "last"),
    Box("filters", "difficulty, agreement", 4, 0, FILTERS, "funnel", "all", "", "paper: ~87,000 / ~3,100"),
    Box("SFT", "distilled model", 0, 1, RL, "heldout_pass@1", "named", "sft", "paper: 6 epochs, 7B"),
    Box("adaptive DAPO", "reward = verifier", 1, 1, RL, "heldout_pass@1", "named", "rl", "paper: 300 steps"),
    Box(
        "benchmarks", "VerilogEval, RTLLM", 2, 1, "06_benchmarks", "pass@1", "number",
        paper="paper: 72.9 % RTLLM-v1.1",
    ),
    Box(
        "scaling", "budget, FLOPs", 3, 1, "07_test_time_scaling", "", "number",
        paper="paper: 4k to 16k tokens",
    ),
)  # fmt: skip


@style.styled
def pipeline_overview(results: pd.DataFrame | None, profile: str | None = None) -> tuple[Figure, pd.DataFrame]:
    """Corpus → describe → solve → equivalence check → filters → SFT → adaptive DAPO → benchmarks → scaling.

    Args:
        results: this run's measurements; funnels, held-out pass@1 and numbers of measurements are shown.
        profile: where they come from; not needed where `results` has a `profile` column.

    Returns:
        The figure, and a table with columns box, source, text: every line that a box shows.

    Raises:
        TableError: a column or the profile is missing.
    """
    lines = [_lines(results, box, profile) for box in BOXES]
    height = HEAD + LINE * max(map(len, lines))
    span = 4 * STEP + WIDTH
    figure = style.new_figure(span + 0.2, 2 * height + GAP + 0.5)
    axis = figure.subplots()
    axis.set_axis_off()
    axis.set_aspect("equal")
    axis.set_xlim(-0.03, span + 0.03)
    axis.set_ylim(-height - GAP - 0.03, height + 0.03)
    for box, shown in zip(BOXES, lines, strict=True):
        _draw(axis, box, shown, height)
    _arrows(axis, height)
    style.note(figure, f"{_origin(results, profile)} Grey: the paper's, rounded.")
    rows = [(box.title, *line) for box, shown in zip(BOXES, lines, strict=True) for line in shown]
    return figure, pd.DataFrame(rows, columns=["box", "source", "text"])


def _lines(results: pd.DataFrame | None, box: Box, profile: str | None) -> list[tuple[str, str]]:
    """What a box shows: (published or ours, text), wrapped."""
    metrics = (box.metric,) if box.metric or results is None else tuple(results["metric"].unique())
    rows = measured(results, box.stage, metrics, profile)
    if box.pick == "number":
        ours = [f"{len(rows)} measurements"] if len(rows) else []
    else:
        picked = {"first": rows.iloc[:1], "last": rows.iloc[-1:], "all": rows}.get(box.pick)
        picked = rows[(rows["variant"] == box.named) & rows["seed"].isna()] if picked is None else picked
        ours = [_text(row["variant"], row["value"], row["unit"], row["n"], box.metric) for row in records(picked)]
    published = [("published", box.paper)] if box.paper else []
    return published + [("ours", part) for line in ours for part in wrap(line, LETTERS)]


def _text(variant: str, value: float, unit: str, count: int, metric: str) -> str:
    if metric == "funnel":
        return f"{variant}: {value:,.0f}"
    percent = value if unit in ("percent", "%") else 100 * value
    return f"{percent:.1f} % (n = {count})"


def _origin(results: pd.DataFrame | None, profile: str | None) -> str:
    if results is None or results.empty:
        return f"{NOT_RUN.capitalize()}."
    return f"Bold: ours, profile {profile or ', '.join(results['profile'].unique())}."


def _draw(axis: Axes, box: Box, lines: list[tuple[str, str]], height: float) -> None:
    x, top = box.column * STEP, height - box.row * (height + GAP)
    face = "#EAF3FA" if box.row == 0 else "#FBEFE6"
    outline = "round,pad=0,rounding_size=0.08"
    axis.add_patch(FancyBboxPatch((x, top - height), WIDTH, height, outline, facecolor=face, linewidth=1.1))
    middle: dict[str, Any] = {"x": x + WIDTH / 2, "ha": "center", "va": "center"}
    axis.text(y=top - 0.16, s=box.title, fontweight="bold", fontsize=9, **middle)
    axis.text(y=top - 0.33, s=box.text, fontsize=7.5, **middle)
    for index, (source, line) in enumerate(lines):
        look: dict[str, Any] = {"color": style.GREY} if source == "published" else {"fontweight": "bold"}
        axis.text(y=top - HEAD - LINE * index, s=line, fontsize=7, **look, **middle)


def _arrows(axis: Axes, height: float) -> None:
    down = height + GAP
    for before, after in pairwise(BOXES):
        if before.row == after.row:
            y = height / 2 - before.row * down
            axis.annotate("", (after.column * STEP, y), (before.column * STEP + WIDTH, y), arrowprops=ARROW)
            continue
        right, left = before.column * STEP + WIDTH / 2, after.column * STEP + WIDTH / 2
        axis.plot([right, right, left], [0, -GAP / 2, -GAP / 2], color="black", linewidth=1.2)
        axis.annotate("", (left, -GAP), (left, -GAP / 2), arrowprops=ARROW | {"shrinkA": 0})
