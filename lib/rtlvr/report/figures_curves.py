"""Two small working figures: the learning curve of SFT and the lengths of answers."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rtlvr.report import style
from rtlvr.report.columns import require

LOSSES = {"loss": "training", "eval_loss": "rows kept out of training"}
ACCURACY = "heldout_pass@1"


@style.styled
def learning_curve(log: pd.DataFrame, profile: str) -> tuple[Figure, pd.DataFrame]:
    """Loss by step (nats per token) of the rows trained on and of rows kept out, and held-out pass@1 where it was tried.

    Args:
        log: columns step, loss, eval_loss, and perhaps heldout_pass@1 (a share); NaN where a line lacks one.
        profile: where the run comes from.

    Raises:
        TableError: a column is missing.
    """
    require(log, ("step", *LOSSES), "the SFT log")
    tried = log.dropna(subset=[ACCURACY]) if ACCURACY in log else log.iloc[:0]
    figure = style.new_figure(9 if len(tried) else 6, 2.8)
    axis, *others = figure.subplots(1, 1 + bool(len(tried)), squeeze=False)[0]
    for (column, label), look in zip(LOSSES.items(), style.SERIES, strict=False):
        rows = log.dropna(subset=[column])
        axis.plot(
            rows["step"],
            rows[column],
            color=look.colour,
            linestyle=look.line,
            marker=look.marker,
            markersize=3,
            label=label,
        )
    axis.set(xlabel="step", ylabel="loss, nats per token", title=f"SFT, profile {profile}")
    axis.legend()
    for other in others:
        other.plot(tried["step"], 100 * tried[ACCURACY], "v-", color="black")
        other.set(xlabel="step", ylabel="held-out pass@1, %", title="generated and verified", ylim=(0, 100))
    return figure, log[["step", *LOSSES, *([ACCURACY] if len(tried) else [])]]


@style.styled
def length_histogram(answers: pd.DataFrame, profile: str) -> tuple[Figure, pd.DataFrame]:
    """How long right and wrong answers are: `answers` has `tokens` and `reward` (0 or 1), one row per answer.

    Raises:
        TableError: a column is missing.
    """
    require(answers, ("tokens", "reward"), "the answers")
    figure = style.new_figure(6, 2.8)
    axis = figure.subplots()
    edges = np.histogram_bin_edges(
        answers["tokens"].to_numpy(), 24
    )  # the same for both: only then are heights comparable
    for (reward, label), look in zip(((1, "right"), (0, "wrong")), style.SERIES, strict=False):
        tokens = answers.loc[answers["reward"] == reward, "tokens"]
        axis.hist(
            tokens,
            bins=edges.tolist(),
            histtype="step",
            color=look.colour,
            linestyle=look.line,
            linewidth=1.6,
            label=f"{label}, n = {len(tokens)}",
        )
    axis.set(xlabel="response length, tokens", ylabel="answers", title=f"Response length, profile {profile}")
    axis.yaxis.set_major_locator(MaxNLocator(integer=True))
    axis.legend()
    return figure, answers[["tokens", "reward"]]
