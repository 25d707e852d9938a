"""What the short runs of notebook 05 say: ways to fill a step, filters of the RL set, and the simulator at the paper's scale."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rtlvr.report import style
from rtlvr.report.columns import NOT_RUN, error_bars, in_percent, measured, ours_label, require
from rtlvr.report.figures_rules import RULE_NAMES

STAGE = "05_rl"
_COSTS = {"speedup_tokens": "tokens", "speedup_rounds": "rounds", "speedup_wall": "wall-clock"}
_MAIN = ("fixed", "paper", "ours-tracking", "ours")  # rules that are named where none was run
_VERIFIERS = {"testbench": "the paper's testbench", "hybrid": "hybrid"}
_FILTERS = {"none": "none", "equivalence": "equivalence", "difficulty": "difficulty", "both": "both"}


@style.styled
def rules(results: pd.DataFrame | None, profile: str | None = None) -> tuple[Figure, pd.DataFrame]:
    """By draw rule: how many times cheaper than fixed draws at equal trained groups, and pass@1 of the same runs.

    Args:
        results: ours: stage 05_rl, metrics speedup_tokens, speedup_rounds, speedup_wall, study_rule and study_rule_seed (each
            with its seed); variants as in `RULE_NAMES`.
        profile: where ours come from; not needed where `results` has a `profile` column.

    Raises:
        TableError: a column or the profile is missing, or a share's unit is none.
    """
    gains = measured(results, STAGE, tuple(_COSTS), profile)
    shares = in_percent(measured(results, STAGE, ("study_rule", "study_rule_seed"), profile))
    run = set(gains["variant"]) | set(shares["variant"])
    shown = [rule for rule in RULE_NAMES if rule in (run or _MAIN)]
    figure = style.new_figure(9.4, 1.6 + 0.3 * max(4, len(shown)))
    *panels, last = figure.subplots(1, len(_COSTS) + 1, sharey=True, width_ratios=(1, 1, 1, 1.3))
    for axis, (metric, cost) in zip(panels, _COSTS.items(), strict=True):
        _by_rule(axis, gains[gains["metric"] == metric], shown, "{:.2f}×")
        axis.axvline(1, color="black", linewidth=1, linestyle="--")
        axis.set_title(cost)
        axis.set_xlabel("times cheaper")
    _accuracy(last, shares, shown)
    last.set_yticks(range(len(shown)), [RULE_NAMES[rule] for rule in shown])
    last.set_ylim(len(shown) - 0.4, -0.7)
    for axis, table in ((panels[0], gains), (last, shares)):
        if table.empty:
            style.empty(axis, NOT_RUN)
    told = "Whiskers: 95 % intervals over seeds. Circles: single runs. Dashed: fixed draws, at equal trained groups."
    style.note(figure, f"{ours_label(gains)}. {told}")
    return figure, pd.concat([gains, shares], ignore_index=True)


def _accuracy(axis: Axes, shares: pd.DataFrame, shown: list[str]) -> None:
    """pass@1 after training by rule, and that of each run."""
    means, seeds = shares[shares["seed"].isna()], shares[shares["seed"].notna()]
    _by_rule(axis, means, shown, "{:.1f}")
    places = [shown.index(rule) + 0.22 for rule in seeds["variant"]]
    axis.plot(seeds["value"], places, "o", color="black", mfc="white", markersize=3.5)
    for value in means["value"][means["variant"] == "fixed"]:
        axis.axvline(value, color="black", linewidth=1, linestyle="--")
    axis.set_title("accuracy of the same runs")
    axis.set_xlabel("held-out pass@1 (%)")


def _by_rule(axis: Axes, rows: pd.DataFrame, shown: list[str], form: str) -> None:
    """A point with its interval for every rule; the value stands above it."""
    look, rows = style.LOOKS["ours"], rows.reset_index(drop=True)
    if rows.empty:
        return
    places = [shown.index(rule) for rule in rows["variant"]]
    bars = error_bars(rows) if rows["low"].notna().any() else None
    axis.errorbar(
        rows["value"], places, xerr=bars, color=look.colour, marker=look.marker, linestyle="", capsize=3, markersize=5
    )
    for place, value in zip(places, rows["value"], strict=True):
        axis.annotate(
            form.format(value), (value, place), (0, 6), textcoords="offset points", ha="center", fontsize=7.5,
            bbox={"fc": "white", "ec": "none", "pad": 0.5},
        )  # fmt: skip


@style.styled
def filters(results: pd.DataFrame | None, profile: str | None = None) -> tuple[Figure, pd.DataFrame]:
    """Held-out pass@1 after RL on differently filtered sets, at equal numbers of generated tokens.

    Args:
        results: ours: stage 05_rl, metrics study_filter (variants none, equivalence, difficulty, both) and
            study_filter_seed (the same, each with its seed).
        profile: where ours come from; not needed where `results` has a `profile` column.

    Raises:
        TableError: a column or the profile is missing, or the unit is no share.
    """
    shares = in_percent(measured(results, STAGE, ("study_filter", "study_filter_seed"), profile))
    figure = style.new_figure(5.6, 3.2)
    axis = figure.subplots()
    _shares(axis, shares, _FILTERS)
    axis.set_xlabel("filters of the RL set")
    if shares.empty:
        style.empty(axis, NOT_RUN)
    means = shares[shares["metric"] == "study_filter"]
    style.note(figure, f"{ours_label(means)}. Whiskers: 95 % intervals over seeds. Dots: single runs.")
    return figure, shares


@style.styled
def rewards(results: pd.DataFrame | None, profile: str | None = None) -> tuple[Figure, pd.DataFrame]:
    """RL rewarded by the paper's testbench and by `hybrid`: rewarded answers that are wrong, and held-out pass@1.

    Args:
        results: ours: stage 05_rl, metrics reward_wrong and study_reward (variants `testbench`, `hybrid`),
            study_reward_seed (the same, each with its seed).
        profile: where ours come from; not needed where `results` has a `profile` column.

    Raises:
        TableError: a column or the profile is missing, or the unit is no share.
    """
    wrong = in_percent(measured(results, STAGE, ("reward_wrong",), profile)).reset_index(drop=True)
    shares = in_percent(measured(results, STAGE, ("study_reward", "study_reward_seed"), profile))
    figure = style.new_figure(8, 3.2)
    left, right = figure.subplots(1, 2)
    places = [float(list(_VERIFIERS).index(variant)) for variant in wrong["variant"]]
    _points(left, wrong, places, style.LOOKS["ours"], "", "{:.2f} %")
    left.set_xticks(range(len(_VERIFIERS)), list(_VERIFIERS.values()))
    left.set_xlim(-0.6, len(_VERIFIERS) - 0.4)
    left.set_ylim(bottom=-0.05 * left.get_ylim()[1])
    left.set_ylabel("rewarded answers that are wrong (%)")
    left.set_title("what the reward lets pass")
    _shares(right, shares, _VERIFIERS)
    right.set_title("accuracy of the same runs")
    for axis, table in ((left, wrong), (right, shares)):
        if table.empty:
            style.empty(axis, NOT_RUN)
    style.note(figure, f"{ours_label(wrong)}. Whiskers: 95 % intervals over seeds. Dots: single runs.")
    return figure, pd.concat([wrong, shares], ignore_index=True)


@style.styled
def sweep(table: pd.DataFrame, published: float) -> tuple[Figure, pd.DataFrame]:
    """Simulated speed-ups at the paper's scale: time of ours against time of the paper's rule, both against fixed draws.

    Args:
        table: `rtlvr.draws.bench.sweep`: columns rule, acceptance, spread, streams, rest, seed, time.
        published: the paper's speed-up.

    Raises:
        TableError: a column is missing.
    """
    keys = ["acceptance", "spread", "streams", "rest", "seed"]
    require(table, ("rule", *keys, "time"), "the simulated table")
    wide = table.pivot_table("time", keys, "rule").reset_index()
    figure = style.new_figure(5.6, 4.2)
    axis = figure.subplots()
    axis.axvspan(1.15, 1.35, color="0.92", zorder=0)
    for (level, part), look in zip(wide.groupby("acceptance"), style.SERIES, strict=False):
        label = f"acceptance {level:.1f}"
        axis.plot(part["paper"], part["ours"], look.marker, color=look.colour, label=label, markersize=4, linestyle="")
    top = max(wide["paper"].max(), 1.0) * 1.05
    axis.plot([1, top], [1, top], color="black", linewidth=1, linestyle="--")
    axis.axvline(published, color="black", linewidth=1, linestyle=":")
    axis.set_xlabel(f"the paper's rule, × (published: {published:.2f}, dotted)")
    axis.set_ylabel("ours, ×")
    axis.set_ylim(top=1.3 * max(wide["ours"].max(), 1.0))
    axis.legend(
        title="time of fixed draws / time", loc="upper left", ncols=2, frameon=True, framealpha=1, edgecolor="none"
    )
    style.note(
        figure, "Simulated: 128 groups of 16, 3100 prompts. Grey: about what was published. Dashed: no difference."
    )
    return figure, wide


def _points(axis: Axes, rows: pd.DataFrame, places: list[float], look: style.Look, label: str, form: str) -> None:
    if rows.empty:
        return
    bars = error_bars(rows) if rows["low"].notna().all() else None
    mark: dict[str, Any] = {"marker": look.marker, "color": look.colour, "linestyle": "", "capsize": 3, "markersize": 6}
    axis.errorbar(places, rows["value"], bars, label=label, **mark)
    for place, value in zip(places, rows["value"], strict=True):
        axis.annotate(form.format(value), (place, value), (7, 0), textcoords="offset points", va="center", fontsize=7.5)


def _shares(axis: Axes, rows: pd.DataFrame, names: dict[str, str]) -> None:
    known = rows[rows["variant"].isin(names)]
    seeds, means = known[known["seed"].notna()], known[known["seed"].isna()].reset_index(drop=True)
    places = [list(names).index(variant) for variant in means["variant"]]
    look = style.LOOKS["ours"]
    axis.bar(places, means["value"], 0.6, color=look.colour, hatch=look.hatch, edgecolor="white")
    if means["low"].notna().any():
        axis.errorbar(places, means["value"], error_bars(means), fmt="none", ecolor="black", capsize=3, lw=1)
    x = [list(names).index(variant) + 0.18 for variant in seeds["variant"]]
    axis.plot(x, seeds["value"], "o", color="black", mfc="white", markersize=4)
    for place, value in zip(places, means["value"], strict=True):
        axis.text(
            place - 0.28, 2, f"{value:.1f}", ha="left", fontsize=8, bbox={"fc": "white", "ec": "none", "pad": 1.5}
        )
    axis.set_xticks(range(len(names)), list(names.values()))
    axis.set_ylim(0, 1.15 * max([40.0, *rows["high"].dropna(), *rows["value"]]))
    axis.set_ylabel("held-out pass@1 (%)")
    axis.set_title("after RL, equal tokens")
    axis.grid(axis="x", visible=False)
