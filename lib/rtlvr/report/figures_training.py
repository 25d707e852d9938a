"""What training did: curves by step, the gain of RL over SFT, the speed-up of adaptive draws (paper §3.3)."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rtlvr.report import style
from rtlvr.report.columns import NOT_RUN, TableError, error_bars, in_percent, measured, ours_label, records, require
from rtlvr.report.tables import PAPER_NAMES

STAGE = "05_rl"
_OURS = " (ours)"
HELDOUT = "heldout_pass@1"
SECONDS = {"seconds_generate": "generate", "seconds_verify": "verify", "seconds_train": "train"}
# panel title, columns, axis text; the first column of each panel is drawn strongest
PANELS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("reward, held-out pass@1", ("reward", HELDOUT), "share"),
    ("acceptance", ("acceptance",), "kept / drawn groups"),
    ("draws", ("draws",), "draws per step"),
    ("prompts drawn", ("prompts_drawn",), "prompts per step"),
    ("length", ("completion_tokens",), "tokens per response"),
    ("cut by the budget", ("truncated",), "share of responses"),
    ("entropy", ("entropy",), "nats per token"),
    ("time", tuple(SECONDS), "seconds per step"),
)
FULL_SCALE = ("reward", "acceptance", HELDOUT)  # shares drawn from 0 to 1
FEW_STEPS = 12  # up to so many, steps are marked
CURVE_COLUMNS = ("step", *(name for _, names, _ in PANELS for name in names))
BEFORE_AFTER = {"sft": "before RL (distilled)", "rl": "after RL"}
DECODING = {HELDOUT: "sampled, T = 1", "heldout_greedy": "greedy"}
RULES = {
    "paper": "paper's rule against fixed draws",
    "ours-tracking": "ours-tracking against fixed draws",
    "ours": "our rule against fixed draws",
}
SPEEDUPS = {
    "speedup_tokens": "in generated tokens",
    "speedup_rounds": "in rounds of generation",
    "speedup_wall": "in wall-clock time",
    "speedup_simulated": "in simulated time at the paper's scale",
}


@style.styled
def training_curve(metrics: pd.DataFrame, profile: str) -> tuple[Figure, pd.DataFrame]:
    """Reward, acceptance, draws, prompts, length, truncation, entropy and time by optimisation step.

    Thin: each step; thick: running mean, where there are more than 20 steps. Dots: held-out pass@1 at
    evaluation steps.

    Args:
        metrics: one row per step with `CURVE_COLUMNS`; shares 0 to 1; held-out pass@1 is NaN between
            evaluations.
        profile: where the run comes from.

    Raises:
        TableError: a column is missing, or there is no row.
    """
    require(metrics, CURVE_COLUMNS, "the training metrics")
    if metrics.empty:
        raise TableError("the training metrics have no row; needed: one per step")
    table = metrics.loc[:, list(CURVE_COLUMNS)].sort_values("step").reset_index(drop=True)
    figure = style.new_figure(10, 4.8)
    axes = figure.subplots(2, 4, sharex=True)
    for axis, (title, names, text) in zip(axes.flat, PANELS, strict=True):
        _curves(axis, table, names)
        axis.set_title(title)
        axis.set_ylabel(text)
    for axis in axes[1]:
        axis.set_xlabel("step")
    steps = table["step"].nunique()
    smooth = f" Thick: running mean of {_window(steps)} steps." if _window(steps) > 1 else ""
    style.note(figure, f"Ours: profile {profile}, n = {steps} steps.{smooth}")
    return figure, table


@style.styled
def gain(
    published: pd.DataFrame, results: pd.DataFrame | None, profile: str | None = None
) -> tuple[Figure, pd.DataFrame]:
    """Pass@1 before and after RL: the paper's two models on its benchmarks, ours beside them where it was tried on these.

    Ours on held-out designs stands in a panel of its own.

    Args:
        published: `published.results()`.
        results: ours: stage 05_rl, metrics heldout_pass@1 and heldout_greedy, variants `sft` and `rl`;
            rows with a seed are further runs, drawn as dots; or metric pass@1 of the same variants, with a benchmark.
        profile: where ours come from; not needed where `results` has a `profile` column.

    Raises:
        TableError: a column or the profile is missing, or a unit is not a share.
    """
    require(published, ("model", "group", "benchmark", "pass@1"), "the published table")
    beside, theirs = _public_gain(results, profile), _published_gain(published)
    ours = _gain_rows(results, profile) if beside.empty else beside[:0]
    columns = ["source", "profile", "where", "benchmark", "model", "seed", "value", "low", "high", "n"]
    table = pd.concat([p.reindex(columns=columns) for p in (theirs, beside, ours) if len(p)], ignore_index=True)
    figure = style.new_figure(9, 3.8)
    left, *right = figure.subplots(1, 2 if beside.empty else 1, sharey=True, squeeze=False, **_widths(beside))[0]
    both = table[table["benchmark"] != ""]
    places = list(dict.fromkeys(both.sort_values(["benchmark", "source"], ascending=[True, False])["where"]))
    _pairs(left, theirs, ("#9CC9E8", style.BLUE), ("", ""), places)
    _pairs(left, beside, ("#F2B38C", style.VERMILLION), ("////", "xxxx"), places)
    left.set_title("the paper: CodeV-R1-7B-Distill → CodeV-R1-7B" + ("" if beside.empty else f"; {ours_label(beside)}"))
    for axis in right:
        _pairs(axis, ours, ("#F2B38C", style.VERMILLION), ("////", "xxxx"), list(dict.fromkeys(ours["where"])))
        if ours.empty:
            style.empty(axis, NOT_RUN)
        axis.set_title(ours_label(ours) + ("\nother tasks: held-out designs" if len(ours) else ""))
    left.set_ylabel("pass@1 (%)")
    left.set_ylim(0, 112)
    left.set_yticks(range(0, 101, 20))
    remark = " Dots: further seeds." if len(ours) and ours["seed"].notna().any() else ""
    looks = f"Light: {BEFORE_AFTER['sft']}. Dark: {BEFORE_AFTER['rl']}."
    style.note(figure, f"{looks} Whiskers: 95 % intervals.{remark}")
    return figure, table


@style.styled
def speedup(
    published: pd.DataFrame, results: pd.DataFrame | None, profile: str | None = None
) -> tuple[Figure, pd.DataFrame]:
    """How many times cheaper one rule of drawing prompts is than another; published first.

    Args:
        published: `published.speedup()`.
        results: ours: stage 05_rl, metrics of `SPEEDUPS`, variants of `RULES`: the rule that is compared to fixed draws.
        profile: where ours come from; not needed where `results` has a `profile` column.

    Raises:
        TableError: a column or the profile is missing.
    """
    require(published, ("comparison", "speedup", "label"), "the published speed-up table")
    rows = measured(results, STAGE, tuple(SPEEDUPS), profile)
    rows = rows[rows["variant"].isin(RULES)]
    ours = rows.assign(source="ours", label=rows["variant"].map(RULES.get) + ", " + rows["metric"].map(SPEEDUPS))
    theirs = published.assign(source="published", profile="", value=published["speedup"])
    theirs["label"] = theirs["comparison"] + ", " + theirs["label"]
    columns = ["source", "profile", "label", "value", "low", "high", "n"]
    table = pd.concat([p.reindex(columns=columns) for p in (theirs, ours) if len(p)], ignore_index=True)
    figure = style.new_figure(7.2, 1.4 + 0.36 * len(table))
    _factors(figure.subplots(), table)
    ours_handle = style.bar_handle(style.LOOKS["ours"], ours_label(rows))
    handles = [style.bar_handle(style.LOOKS["published"], "the paper")]
    style.legend(figure, [*handles, ours_handle if len(rows) else style.text_handle(NOT_RUN)])
    return figure, table


def _curves(axis: Axes, table: pd.DataFrame, names: tuple[str, ...]) -> None:
    window = _window(len(table))
    for index, name in enumerate(names):
        look = style.SERIES[index]
        known = table.dropna(subset=[name])
        if name == HELDOUT:
            if len(known):
                axis.plot(known["step"], known[name], "v:", color="black", label="held-out", ms=5, lw=1)
            continue
        if window > 1:
            axis.plot(known["step"], known[name], color=look.colour, linewidth=0.6, alpha=0.4)
        mean = known[name].rolling(window, min_periods=1, center=True).mean()
        label = SECONDS.get(name, name)
        line: dict[str, Any] = {"color": look.colour, "linestyle": look.line if index else "-"}
        axis.plot(known["step"], mean, label=label, marker="." if len(known) <= FEW_STEPS else "", **line)
    if len(names) > 1:
        axis.legend(loc="best")
    highest = np.nanmax([*table[list(names)].to_numpy(dtype=float).ravel(), 0.0])
    room = 1.5 if len(names) > 1 else 1.15  # for the legend
    top = 1.02 if set(names) <= set(FULL_SCALE) else highest * room or 1
    axis.set_ylim(-0.03 * top, top)  # a line at 0 stays visible
    axis.xaxis.set_major_locator(MaxNLocator(4, integer=True))


def _window(steps: int) -> int:
    return max(1, steps // 20)


def _gain_rows(results: pd.DataFrame | None, profile: str | None) -> pd.DataFrame:
    rows = in_percent(measured(results, STAGE, tuple(DECODING), profile))
    rows = rows[rows["variant"].isin(BEFORE_AFTER)]
    return rows.assign(source="ours", where=rows["metric"].map(DECODING), benchmark="", model=rows["variant"])


def _public_gain(results: pd.DataFrame | None, profile: str | None) -> pd.DataFrame:
    """Ours on the benchmarks that the paper measures."""
    rows = in_percent(measured(results, STAGE, ("pass@1",), profile))
    rows = rows[rows["benchmark"].isin(PAPER_NAMES) & rows["variant"].isin(BEFORE_AFTER)]
    named = rows["benchmark"].map(PAPER_NAMES)
    return rows.assign(source="ours", where=named + _OURS, benchmark=named, model=rows["variant"])


def _widths(beside: pd.DataFrame) -> dict[str, Any]:
    return {"width_ratios": (3, 1.6)} if beside.empty else {}


def _published_gain(published: pd.DataFrame) -> pd.DataFrame:
    models = {"CodeV-R1-7B-Distill": "sft", "CodeV-R1-7B": "rl"}
    rows = published[published["model"].isin(models)]
    rows = rows.assign(source="published", profile="", where=rows["benchmark"], value=rows["pass@1"])
    return rows.assign(model=rows["model"].map(models), seed=np.nan, low=np.nan, high=np.nan, n=np.nan)


def _pairs(
    axis: Axes, rows: pd.DataFrame, colours: tuple[str, str], hatches: tuple[str, str], places: list[str]
) -> None:
    for index, model in enumerate(BEFORE_AFTER):
        part = rows[(rows["model"] == model) & rows["seed"].isna()]
        x = [places.index(name) + (index - 0.5) * 0.4 for name in part["where"]]
        bars = axis.bar(x, part["value"], 0.38, color=colours[index], hatch=hatches[index], edgecolor="white")
        if part["low"].notna().any():
            axis.errorbar(x, part["value"], error_bars(part), fmt="none", ecolor="black", capsize=2.5, lw=1)
        _write_values(axis, bars, part)
        seeds = rows[(rows["model"] == model) & rows["seed"].notna()]
        x = [places.index(name) + (index - 0.5) * 0.4 for name in seeds["where"]]
        axis.plot(x, seeds["value"], "o", color="black", mfc="white", markersize=4)
    broken = pd.Series(places, dtype=str).str.replace(r"(?<=Eval)-|(?<=RTLLM)-|(?<=,) | (?=\(ours)", "\n", regex=True)
    axis.set_xticks(range(len(places)), list(broken))
    axis.tick_params(axis="x", length=0)
    axis.grid(axis="x", visible=False)


def _write_values(axis: Axes, bars: BarContainer, part: pd.DataFrame) -> None:
    for bar, value, high in zip(bars, part["value"], part["high"], strict=True):
        top = np.nanmax([value, high])
        axis.text(bar.get_x() + bar.get_width() / 2, top + 1.5, f"{value:.1f}", ha="center", fontsize=7)


def _factors(axis: Axes, table: pd.DataFrame) -> None:
    top = np.nanmax([*table["value"], *table["high"].dropna().astype(float)])
    for place, row in enumerate(records(table)):
        look, value = style.LOOKS[row["source"]], row["value"]
        axis.barh(place, value, 0.62, color=look.colour, hatch=look.hatch, edgecolor="white")
        end = np.nanmax([value, row["high"]])
        start = max(end, 1.0) if end > 0.85 else end  # the line at 1 must not cross a number
        axis.text(start + 0.02 * top, place, f"{value:.2f}×", va="center", fontsize=8)
    bounded = table[table["low"].notna()]
    bars = error_bars(bounded)
    axis.errorbar(bounded["value"], bounded.index, xerr=bars, fmt="none", ecolor="black", capsize=3, lw=1)
    axis.axvline(1, color="black", linewidth=1, linestyle="--")
    style.named_rows(axis, list(table["label"]))
    axis.set_xlim(0, 1.15 * max(top, 1.0))
    axis.set_xlabel("speed-up (×); 1: no gain")
    axis.grid(axis="y", visible=False)
