"""What the GPU check measured (`rtlvr gpu-check`): speed, training, precision, and learning."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter, NullLocator

from rtlvr.report import style

ENGINES = {
    "batches": style.Look(style.VERMILLION, "D", "-"),
    "generate": style.Look(style.BLUE, "^", "-."),
    "continuous": style.Look(style.GREEN, "s", ":"),
}
SAMPLERS = {
    "bf16": style.Look(style.VERMILLION, "D"),
    "fp16": style.Look(style.ORANGE, "h"),
    "fp32": style.Look(style.BLUE, "^"),
    "fp32 autocast": style.Look(style.GREEN, "s"),
}
POLICIES = {"small_policy": style.Look(style.BLUE, "o", "-"), "pretrained": style.Look(style.VERMILLION, "D", "-.")}
MASKS = (("-", "answers, ratio above 3"), ("--", "answers, outside [1/3, 3]"), (":", "tokens, outside [1/2, 2]"))
TRAINER = "bf16 autocast"  # how the kit trains
NOT_MEASURED = "not measured"


@style.styled
def gpu_check(record: dict[str, Any]) -> tuple[Figure, pd.DataFrame]:
    """Four panels: generation, training, what precision costs, and learning; a panel without rows says so.

    Args:
        record: the content of gpu_check.json.

    Returns:
        The figure, and all rows of all sections with their section, one table.
    """
    table = _table(record)
    figure = style.new_figure(11, 8)
    axes = figure.subplots(2, 2)
    _generation(axes[0, 0], _rows(table, "generation", kind="speed"))
    _training(axes[0, 1], _rows(table, "training"))
    _precision(axes[1, 0], table)
    _learning(axes[1, 1], table)
    style.note(figure, _remark(record))
    return figure, table


def _table(record: dict[str, Any]) -> pd.DataFrame:
    rows = [{"section": name, **row} for name, part in record["sections"].items() for row in part["rows"]]
    return pd.DataFrame(rows, columns=None if rows else ["section"])


def _rows(table: pd.DataFrame, section: str, needed: str = "tokens_per_s", **wanted: str) -> pd.DataFrame:
    """Rows of a section that have a number in `needed` and the wanted values."""
    if not {needed, *wanted} <= set(table.columns):
        return table.iloc[:0]
    chosen = (table["section"] == section) & table[needed].notna()
    for column, value in wanted.items():
        chosen &= table[column] == value
    return table[chosen]


def _generation(axis: Axes, rows: pd.DataFrame) -> None:
    axis.set_title("generation: tokens per second")
    if rows.empty:
        style.empty(axis, NOT_MEASURED)
        return
    lengths = sorted(rows["new_tokens"].astype(int).unique())
    for length in lengths:
        part, filled = rows[rows["new_tokens"] == length], length == lengths[0]
        for engine, look in ENGINES.items():
            line = part[part["engine"] == engine].sort_values("batch")
            if len(line):
                face = look.colour if filled else "white"
                label = f"{engine}, {length} tokens"
                axis.plot(
                    line["batch"], line["tokens_per_s"], look.marker, ls=look.line, c=look.colour, mfc=face, label=label
                )
        if filled:
            limit = part.drop_duplicates("batch").sort_values("batch")
            axis.plot(limit["batch"], limit["limit_tokens_per_s"], "--", c=style.BLACK, lw=1, label="bandwidth limit")
    axis.set_xscale("log", base=2)
    axis.set_yscale("log")
    _plain_ticks(axis, sorted(rows["batch"].astype(int).unique()))
    axis.set_xlabel("rows in the batch")
    axis.set_ylabel("tokens/s, prompts included")
    axis.legend(loc="best", fontsize=7)


def _training(axis: Axes, rows: pd.DataFrame) -> None:
    axis.set_title("training: tokens per second and memory")
    if rows.empty:
        style.empty(axis, NOT_MEASURED)
        return
    sizes = rows.drop_duplicates(["micro_batch", "length"])
    names = [(int(b), int(n)) for b, n in zip(sizes["micro_batch"], sizes["length"], strict=True)]
    looks = {True: style.LOOKS["ours"], False: style.LOOKS["published"]}
    memory = axis.twinx() if "peak_gb" in rows and rows["peak_gb"].notna().any() else None
    for on, look in looks.items():
        part = rows[rows["checkpointing"] == on]
        sized = [names.index((int(b), int(n))) for b, n in zip(part["micro_batch"], part["length"], strict=True)]
        places = [place + (-0.2 if on else 0.2) for place in sized]
        axis.bar(
            places, part["tokens_per_s"], 0.38, color=look.colour, hatch=look.hatch, edgecolor="white",
            label=f"tokens/s, checkpointing {'on' if on else 'off'}",
        )  # fmt: skip
        if memory is not None:
            memory.plot(places, part["peak_gb"], "o", c="black", mfc="white" if on else "black", ms=5)
    axis.plot([], [], "ko", mfc="white", ms=5, label="peak memory (no dot: out of memory)")
    axis.set_xticks(range(len(names)), [f"{batch} ×\n{length}" for batch, length in names])
    axis.set_xlabel("micro-batch × tokens")
    axis.set_ylabel("tokens/s")
    axis.set_ylim(0, 1.45 * rows["tokens_per_s"].max())
    axis.grid(axis="x", visible=False)
    axis.legend(loc="upper left", fontsize=7)
    if memory is not None:
        memory.set_ylabel("peak memory (GB, dots)")
        memory.set_ylim(0, 1.45 * rows["peak_gb"].max())
        memory.grid(visible=False)
        memory.spines["right"].set_visible(True)


def _precision(axis: Axes, table: pd.DataFrame) -> None:
    axis.set_title("precision: what a correction by importance would mask")
    gaps = _rows(table, "precision", "mean_abs_gap", kind="gap", trainer=TRAINER)
    lengths = _rows(table, "precision", "answer_tokens", kind="length", trainer=TRAINER)
    if gaps.empty or lengths.empty:
        style.empty(axis, NOT_MEASURED)
        return
    for sampler, look in SAMPLERS.items():
        gap, line = (
            gaps[gaps["sampler"] == sampler],
            lengths[lengths["sampler"] == sampler].sort_values("answer_tokens"),
        )
        if gap.empty:
            continue
        colour, x = look.colour, line["answer_tokens"]
        label = f"{sampler}: mean |gap| {gap['mean_abs_gap'].iloc[0]:.1e}"
        axis.plot(x, 100 * line["masked_cap3"].astype(float), "-", c=colour, label=label)
        axis.plot(x, 100 * line["outside_cap3"].astype(float), "--", c=colour, lw=1)
        axis.axhline(100 * gap["tokens_outside_2"].iloc[0], c=colour, lw=1, ls=":")
        for measured in (True, False):
            dots = line[line["measured"].astype(bool) == measured]
            face = colour if measured else "white"
            axis.plot(dots["answer_tokens"], 100 * dots["masked_cap3"].astype(float), look.marker, c=colour, mfc=face)
    axis.set_xscale("log", base=2)
    _plain_ticks(axis, [n for n in (16, 64, 256, 1024, 4096, 16384) if n >= lengths["answer_tokens"].min()])
    axis.set_yscale("symlog", linthresh=0.1)
    axis.set_ylim(-0.02, 8000)  # room for the legend
    axis.set_yticks([0, 0.1, 1, 10, 100], ["0", "0.1", "1", "10", "100"])
    axis.yaxis.set_minor_locator(NullLocator())
    axis.set_xlabel("tokens of the answer (filled: sampled, hollow: extrapolated)")
    axis.set_ylabel("masked (%)")
    for style_of_line, text in MASKS:
        axis.plot([], [], style_of_line, c=style.GREY, label=text)
    axis.legend(loc="upper left", fontsize=7, ncols=2)


def _learning(axis: Axes, table: pd.DataFrame) -> None:
    axis.set_title("learning: reward by step, pass@1 before and after RL")
    drawn = [_one_policy(axis, table, section, look) for section, look in POLICIES.items()]
    if not any(drawn):
        style.empty(axis, NOT_MEASURED)
        return
    axis.set_ylim(-3, 135)  # room for the legend
    axis.set_yticks(range(0, 101, 20))
    axis.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    axis.set_xlabel("RL step (squares: pass@1 with its interval)")
    axis.set_ylabel("%")
    axis.legend(loc="upper left", fontsize=7, ncols=2)


def _one_policy(axis: Axes, table: pd.DataFrame, section: str, look: style.Look) -> bool:
    """Draw one section's rows (`reward` a share, `pass1`, `low` and `high` in percent); whether there are any."""
    steps = _rows(table, section, "reward", phase="step")
    ends = pd.concat([_rows(table, section, "pass1", phase=phase) for phase in ("before", "after")])
    if len(steps):
        line = steps.sort_values("step")
        axis.plot(
            line["step"],
            100 * line["reward"].astype(float),
            ls=look.line,
            c=look.colour,
            lw=1.2,
            label=f"{section}: reward",
        )
    last = float(steps["step"].max()) if len(steps) else 1.0
    sets = ends["set"].fillna("").astype(str) if "set" in ends else pd.Series("", index=ends.index)
    for index, name in enumerate(dict.fromkeys(sets)):
        part = ends[sets == name]
        x = [(0.0 if phase == "before" else last) + 0.015 * last * index for phase in part["phase"]]
        face = look.colour if index == 0 else "white"
        axis.plot(x, part["pass1"], "s", c=look.colour, mfc=face, ms=6, label=f"{section}: pass@1 {name}".rstrip())
        _whiskers(axis, x, part, look.colour)
    return bool(len(steps) or len(ends))


def _whiskers(axis: Axes, x: list[float], part: pd.DataFrame, colour: str) -> None:
    if not {"low", "high"} <= set(part.columns):
        return
    for place, low, high in zip(x, part["low"], part["high"], strict=True):
        if pd.notna(low) and pd.notna(high):
            axis.plot([place, place], [low, high], "-", c=colour, lw=1)


def _plain_ticks(axis: Axes, places: list[int]) -> None:
    axis.set_xticks(places)
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.xaxis.set_minor_formatter(NullFormatter())


def _remark(record: dict[str, Any]) -> str:
    versions, parts = record.get("versions", {}), record["sections"]
    models = sorted({str(row["model"]) for part in parts.values() for row in part["rows"] if row.get("model")})
    failed = [name for name, part in parts.items() if part.get("error")]
    words = [
        f"Device: {record.get('device', {}).get('name', 'unknown')}; torch {versions.get('torch')}, "
        f"transformers {versions.get('transformers')}.",
        f"Model: {', '.join(models)}." if models else "",
        f"Failed or skipped: {', '.join(failed)}." if failed else "",
        f"Precision: the trainer has float32 weights with {TRAINER.replace('bf16', 'bfloat16')}.",
    ]
    return " ".join(word for word in words if word)
