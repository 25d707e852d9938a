"""Digital waveforms: how golden and candidate respond, step by step, and where they part."""

from collections.abc import Iterator
from itertools import groupby

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle

from rtlvr.report import style
from rtlvr.report.columns import TableError

BITS = set("01xz")
UNKNOWN = set("xz")
MOST_STEPS = 24
MOST_WIDTH = 10.0  # of the drawn steps, in inches
NARROWEST = 0.42  # step, in inches
LETTER = 0.075  # inches per character of a bus label
LONGEST = 10  # characters of a bus label
HIGH, LOW = 0.36, -0.36
SLOPE = 0.08  # of a bus segment's ends, in steps
COLOURS = {"golden": style.BLUE, "candidate": style.VERMILLION}


@style.styled
def waveform(
    signals: pd.DataFrame, highlight: object | None = None, title: str = "", mark: str = "mismatch"
) -> tuple[Figure, pd.DataFrame]:
    """Digital waveforms, one line per column: bits as levels, buses as labelled segments, unknown hatched.

    Columns whose name starts with `golden` or `candidate` get their own colours. Of many steps, a window is
    drawn that holds the highlighted one.

    Args:
        signals: one row per step, the index naming it; values are strings of 0, 1, x or z, a character per
            bit.
        highlight: the index of the step to mark; None: none.
        title: drawn above.
        mark: what is written at the highlighted step.

    Returns:
        The figure, and the rows that are drawn.

    Raises:
        TableError: there is no signal or step, a value has other characters, or `highlight` is not a step.
    """
    _check(signals, highlight)
    waves = signals.astype(str).apply(lambda column: column.str.lower())
    step = max(NARROWEST, *(_needed(_runs(waves[name])) for name in waves))
    table = _window(waves, highlight, max(4, min(MOST_STEPS, int(MOST_WIDTH / step))))
    figure = style.new_figure(1.8 + step * len(table), 0.9 + 0.36 * table.shape[1])
    axis = figure.subplots()
    for row, name in enumerate(table.columns):
        draw = _level if waves[name].str.len().max() == 1 else _bus
        draw(axis, table[name], -row, _colour(name))
    _frame(axis, table, title)
    if highlight is not None:
        place = list(table.index).index(highlight)
        axis.axvspan(place, place + 1, color=style.YELLOW, alpha=0.45, zorder=0)
        axis.text(place + 0.5, 0.62, mark, ha="center", va="bottom", fontsize=7.5, fontweight="bold")
    if len(table) < len(waves):
        style.note(figure, f"{len(table)} of {len(waves)} steps.")
    return figure, table


def _check(signals: pd.DataFrame, highlight: object | None) -> None:
    if signals.empty:
        raise TableError("got no signal or no step; needed: a row per step, a column per signal")
    for name in signals.columns:
        wrong = [value for value in signals[name].astype(str) if not value or set(value.lower()) - BITS]
        if wrong:
            raise TableError(f"signal {name}: got {wrong[0]!r}; allowed: strings of 0, 1, x and z")
    if highlight is not None and highlight not in signals.index:
        steps = f"{signals.index[0]!r} to {signals.index[-1]!r}"
        raise TableError(f"got highlight={highlight!r}; allowed: a step, {steps}")


def _runs(values: pd.Series) -> Iterator[tuple[str, int, int]]:
    """Runs of equal values: (value, first step, step after the last)."""
    start = 0
    for value, run in groupby(values):
        end = start + len(list(run))
        yield value, start, end
        start = end


def _needed(runs: Iterator[tuple[str, int, int]]) -> float:
    """The width of a step, in inches, at which every label fits into its run."""
    return max((LETTER * len(_label(value)) + 0.14) / (end - start) for value, start, end in runs)


def _window(waves: pd.DataFrame, highlight: object | None, steps: int) -> pd.DataFrame:
    place = list(waves.index).index(highlight) if highlight is not None else 0
    # most of the window before the marked step: causes come first
    start = max(0, min(place - (3 * steps) // 4, len(waves) - steps))
    return waves.iloc[start : start + steps].copy()


def _colour(name: str) -> str:
    kinds = [colour for kind, colour in COLOURS.items() if str(name).lower().startswith(kind)]
    return kinds[0] if kinds else style.BLACK


def _level(axis: Axes, values: pd.Series, y: float, colour: str) -> None:
    """A 1-bit signal: a line that is high or low; an unknown is a hatched block."""
    xs: list[float] = []
    ys: list[float] = []
    for value, start, end in _runs(values):
        level = {"1": y + HIGH, "0": y + LOW}.get(value, float("nan"))  # NaN breaks the line
        xs, ys = [*xs, start, end], [*ys, level, level]
        if value in UNKNOWN:
            _block(axis, start, end, y, colour)
    axis.plot(xs, ys, color=colour, linewidth=1.5, solid_joinstyle="miter")


def _bus(axis: Axes, values: pd.Series, y: float, colour: str) -> None:
    """A bus: one labelled hexagon per run of equal values; hatched where all bits are unknown."""
    for value, start, end in _runs(values):
        if set(value) <= UNKNOWN:
            _block(axis, start, end, y, colour)
            continue
        left, right, top, bottom = start + SLOPE, end - SLOPE, y + HIGH, y + LOW
        corners = [(start, y), (left, top), (right, top), (end, y), (right, bottom), (left, bottom)]
        face = style.PALE if set(value) & UNKNOWN else "white"
        axis.add_patch(Polygon(corners, facecolor=face, edgecolor=colour, linewidth=1.2))
        middle = (start + end) / 2
        axis.text(middle, y - 0.02, _label(value), ha="center", va="center", fontsize=7, family="monospace")


def _block(axis: Axes, start: float, end: float, y: float, colour: str) -> None:
    corner, width, height = (start, y + LOW), end - start, HIGH - LOW
    axis.add_patch(Rectangle(corner, width, height, fc=style.PALE, ec=colour, hatch="xxxx", lw=0.8))


def _label(value: str) -> str:
    """Hexadecimal for four bits or more, binary below and where up to eight bits are partly unknown."""
    if len(value) < 4 or (len(value) <= 8 and set(value) & UNKNOWN):
        return value
    padded = "0" * (-len(value) % 4) + value
    digits = [padded[place : place + 4] for place in range(0, len(padded), 4)]
    text = "".join("x" if set(digit) & UNKNOWN else f"{int(digit, 2):x}" for digit in digits)
    half = (LONGEST - 1) // 2
    return text if len(text) <= LONGEST else f"{text[:half]}…{text[-half:]}"


def _frame(axis: Axes, table: pd.DataFrame, title: str) -> None:
    axis.set_yticks([-row for row in range(table.shape[1])], [str(name) for name in table.columns])
    axis.set_xticks([place + 0.5 for place in range(len(table))], [str(step) for step in table.index])
    for label, name in zip(axis.get_yticklabels(), table.columns, strict=True):
        label.set(color=_colour(name), family="monospace")
    axis.set_xlim(0, len(table))
    axis.set_ylim(-table.shape[1] + 0.4, 0.6)
    axis.tick_params(length=0)
    axis.grid(visible=False)
    for place in range(1, len(table)):
        axis.axvline(place, color=style.PALE, linewidth=0.6, zorder=0)
    axis.set_xlabel(str(table.index.name or "step"))
    axis.set_title(title, pad=16)
    axis.spines[["left", "bottom"]].set_visible(False)
