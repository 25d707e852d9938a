"""What a trained group costs by the rule that fills a step: measured runs and simulated ones, side by side and told apart."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rtlvr.report import style
from rtlvr.report.columns import NOT_RUN, measured, ours_label, require

STAGE = "05_rl"
# By the name in `rl.draw_rule`: what the bench and the figure call a rule.
RULE_NAMES = {
    "fixed": "fixed",
    "paper": "paper",
    "greso": "GRESO",
    "dps": "DPS",
    "reinforce-ada": "Reinforce-Ada",
    "knapsack-rl": "Knapsack RL",
    "dots-replay": "DOTS + replay",
    "rollpacker": "RollPacker",
    "april": "APRIL",
    "prime-rl-pools": "prime-rl pools",
    "ours-tracking": "ours-tracking",
    "ours": "ours",
    "ours-narrow": "ours, narrow",
}
_PANELS = {"tokens": ("tokens", "speedup_tokens"), "time": ("time", "speedup_wall")}


@style.styled
def costs(
    bench: pd.DataFrame, results: pd.DataFrame | None, published: float, profile: str | None = None
) -> tuple[Figure, pd.DataFrame]:
    """Cost of a trained group in percent of fixed draws', in tokens and in time.

    Args:
        bench: the table of `rtlvr.draws.bench`: columns setting, rule, tokens, time (fixed draws / the rule's).
        results: ours: stage 05_rl, metrics speedup_tokens and speedup_wall, variants as in `RULE_NAMES`.
        published: the paper's speed-up in time.
        profile: where ours come from; not needed where `results` has a `profile` column.

    Raises:
        TableError: a column or the profile is missing.
    """
    require(bench, ("setting", "rule", "tokens", "time"), "the bench's table")
    real = measured(results, STAGE, tuple(metric for _, metric in _PANELS.values()), profile)
    parts = [_simulated(bench, column) for column in _PANELS] + [_real(real, column) for column in _PANELS]
    table = pd.concat([part for part in parts if len(part)], ignore_index=True)
    figure = style.new_figure(9.4, 4.6)
    for axis, column in zip(figure.subplots(1, 2, sharey=True), _PANELS, strict=True):
        _panel(axis, table[table["cost"] == column])
        axis.set_title(f"{_PANELS[column][0]} per trained group")
        axis.set_xlabel("% of fixed draws' (log scale)")
        if column == "time":
            axis.axvline(100 / published, color="black", linewidth=1, linestyle=":")
    style.legend(figure, _handles(real))
    told = "Simulated: mean and range over 8 settings at the paper's scale. Real: 95 % intervals over seeds. "
    style.note(figure, f"{told}Dashed: fixed draws; dotted: the paper's {published:.2f} × in time.")
    return figure, table


def _simulated(bench: pd.DataFrame, column: str) -> pd.DataFrame:
    """Over the settings that differ in acceptance and lengths: geometric mean and range."""
    main = bench[bench["setting"].str.startswith("acceptance")]
    rows = []
    for rule, name in RULE_NAMES.items():
        found = 100 / main[column][main["rule"] == name]
        if len(found):
            middle = float(np.exp(np.log(found).mean()))
            rows.append((rule, column, "simulated", middle, found.min(), found.max()))
    return _rows(rows)


def _real(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    part = rows[(rows["metric"] == _PANELS[column][1]) & rows["variant"].isin(RULE_NAMES)]
    return _rows([
        (r["variant"], column, "measured", 100 / r["value"], 100 / r["high"], 100 / r["low"])
        for r in part.to_dict("records")
    ])  # fmt: skip


def _rows(rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["rule", "cost", "source", "value", "low", "high"])


_LOOKS = {"simulated": (0.14, style.LOOKS["published"], "white"), "measured": (-0.14, style.LOOKS["ours"], None)}


def _panel(axis: Axes, table: pd.DataFrame) -> None:
    names = [rule for rule in RULE_NAMES if rule != "fixed"]
    for source, (offset, look, fill) in _LOOKS.items():
        part = table[(table["source"] == source) & (table["rule"] != "fixed")]
        places = [names.index(rule) + offset for rule in part["rule"]]
        bars = [part["value"] - part["low"].fillna(part["value"]), part["high"].fillna(part["value"]) - part["value"]]
        axis.errorbar(
            part["value"], places, xerr=np.array(bars).clip(min=0), marker="D" if fill else look.marker, linestyle="",
            color=look.colour, markerfacecolor=fill or look.colour, capsize=2, markersize=5,
        )  # fmt: skip
    axis.axvline(100, color="black", linewidth=1, linestyle="--")
    axis.set_xscale("log")
    ticks = [25, 50, 100, 200]
    axis.set_xticks(ticks, [str(tick) for tick in ticks])
    axis.minorticks_off()
    axis.set_yticks(range(len(names)), [RULE_NAMES[name] for name in names])
    axis.set_ylim(len(names) - 0.5, -0.5)


def _handles(real: pd.DataFrame) -> list[Artist]:
    simulated = style.dot_handle(_LOOKS["simulated"][1], "simulated")
    simulated.set(marker="D", markerfacecolor="white")
    return [
        simulated,
        style.dot_handle(style.LOOKS["ours"], f"real runs, {ours_label(real)}" if len(real) else NOT_RUN),
    ]
