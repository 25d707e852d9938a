"""One look for all figures, and how a figure is saved with the table behind it.

Colours are Okabe and Ito's, told apart by colour-blind readers; every series also differs in marker, line or
hatch, so that a grey print stays readable. Figures are made without pyplot: no global state, no display
needed, and Jupyter shows them.
"""

import io
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from textwrap import wrap
from typing import Any, ParamSpec, TypeVar, cast

import pandas as pd
from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from rtlvr.records import write_text

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY, PALE = "#6E6E6E", "#E4E4E4"
SAVE_DPI, SCREEN_DPI = 150, 110
NOTE_SIZE = 7.5

SETTINGS: dict[Any, Any] = {
    "font.family": "DejaVu Sans",  # ships with matplotlib: the same figure on every machine
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": PALE,
    "grid.linewidth": 0.7,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "legend.handlelength": 2.4,
    "lines.linewidth": 1.6,
    "lines.markersize": 6,
    "hatch.linewidth": 0.7,
    "pdf.fonttype": 42,  # editable text in the PDF
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}


@dataclass(frozen=True)
class Look:
    """How a series is drawn, told apart without colour."""

    colour: str
    marker: str
    line: str | tuple[int, tuple[int, ...]] = "-"
    hatch: str = ""


LOOKS = {
    "foundation": Look(GREY, "o", ":"),
    "domain": Look(SKY, "s", "--"),
    "codev-r1": Look(BLUE, "^", "-"),
    "published": Look(BLUE, "^", "-"),
    "ours": Look(VERMILLION, "D", "-.", "////"),
}
# several series of ours in one panel
SERIES = (
    LOOKS["ours"],
    Look(BLACK, "v", ":", "...."),
    Look(GREEN, "P", "--", "xxxx"),
    Look(PURPLE, "X", "-", "\\\\\\\\"),
    Look(ORANGE, "h", (0, (5, 1, 1, 1, 1, 1)), "++"),
)

P = ParamSpec("P")
R = TypeVar("R")


class Drawing(Figure):
    """A figure outside pyplot that Jupyter displays by itself."""

    def _repr_png_(self) -> bytes:
        return png(self)


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Run a figure function under the kit's settings and leave the caller's as they were."""

    @wraps(draw)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        with rc_context(SETTINGS):
            return draw(*args, **kwargs)

    return inner


def new_figure(width: float, height: float) -> Drawing:
    """An empty figure of `width` × `height` inches, laid out so that labels do not overlap."""
    figure = Drawing(figsize=(width, height), layout="constrained")
    cast(ConstrainedLayoutEngine, figure.get_layout_engine()).set(w_pad=0.07, h_pad=0.05)
    FigureCanvasAgg(figure)
    return figure


def save(figure: Figure, table: pd.DataFrame, folder: Path, name: str) -> list[Path]:
    """Write `name.pdf`, `name.png` (150 dpi) and `name.csv`, the drawn table; equal input, equal bytes.

    Each file appears whole or not at all.

    Returns:
        The three paths.
    """
    paths = [folder / f"{name}.{kind}" for kind in ("pdf", "png", "csv")]
    for path, kind in zip(paths[:2], ("pdf", "png"), strict=True):
        _write_bytes(path, _rendered(figure, kind, SAVE_DPI))
    write_text(paths[2], table.to_csv(index=False))
    return paths


def png(figure: Figure) -> bytes:
    """A figure as PNG, as Jupyter shows it."""
    return _rendered(figure, "png", SCREEN_DPI)


def note(figure: Figure, text: str) -> None:
    """Small print under the figure, inside its layout."""
    letters = int(figure.get_figwidth() * 72 / (0.52 * NOTE_SIZE))  # 0.52: mean width of a letter to its size
    lines = [wrapped for line in text.split("\n") for wrapped in wrap(line, letters)]
    figure.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=NOTE_SIZE, color=GREY)


def legend(figure: Figure, handles: Sequence[Artist]) -> None:
    """One legend for all panels, above them."""
    figure.legend(handles=list(handles), loc="outside upper left", ncols=len(handles))


def dot_handle(look: Look, text: str) -> Line2D:
    """A legend entry for a series of dots."""
    return Line2D([], [], color=look.colour, marker=look.marker, linestyle="", label=text)


def bar_handle(look: Look, text: str) -> Patch:
    """A legend entry for a series of bars."""
    return Patch(facecolor=look.colour, hatch=look.hatch, edgecolor="white", label=text)


def text_handle(text: str) -> Line2D:
    """A legend entry that is only a remark, such as that ours were not run."""
    return Line2D([], [], linestyle="", label=text)


def named_rows(axis: Axes, names: Sequence[str]) -> None:
    """Rows from top to bottom at 0, 1, 2, … with names instead of ticks."""
    axis.set_yticks(range(len(names)), names)
    axis.set_ylim(max(len(names), 1) - 0.4, -0.6)
    axis.tick_params(axis="y", length=0)


def empty(axis: Axes, text: str) -> None:
    """Make a panel without data say so."""
    axis.text(0.5, 0.5, text, transform=axis.transAxes, ha="center", va="center", color=GREY)
    axis.tick_params(axis="x", bottom=False, labelbottom=False)
    axis.grid(visible=False)


def _rendered(figure: Figure, kind: str, dpi: int) -> bytes:
    # no dates or version strings: files of equal content must be equal
    metadata = {
        "png": {"Software": None},
        "pdf": {"Creator": "rtlvr", "Producer": None, "CreationDate": None},
    }
    buffer = io.BytesIO()
    with rc_context(SETTINGS):
        figure.savefig(buffer, format=kind, dpi=dpi, metadata=metadata[kind])
    return buffer.getvalue()


def _write_bytes(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    partial.write_bytes(content)
    partial.replace(path)
