"""What a notebook shows in JupyterLab beyond figures: examples with a slider, and a curve that grows while training runs."""

import time
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path

import ipywidgets
import pandas as pd
from IPython.display import HTML, display

from rtlvr.progress import watched
from rtlvr.report.columns import TableError
from rtlvr.report.figures_training import training_curve
from rtlvr.report.verilog import TEXT, field

CELL = "flex:1 1 22em;min-width:0;margin:0 .6em .6em 0"


def browse(rows: Sequence[Mapping[str, str]], title: str) -> "Sliding":
    """Browse examples with a slider; see `sliding`. Verilog is highlighted, and all text is escaped.

    Args:
        rows: fields to show by row.
        title: what the rows are.

    Raises:
        TableError: there is no row.
    """
    if not rows:
        raise TableError(f"{title}: got no row to browse; needed: at least one")
    return sliding(lambda place: render(rows[place], title, place + 1, len(rows)), len(rows), "example")


class Sliding(ipywidgets.VBox):
    """A slider above what it changes, and a still picture of it for where no widget works.

    Args:
        slider, view: its children.
        still: what is shown instead, by MIME type.
    """

    def __init__(self, slider: ipywidgets.IntSlider, view: ipywidgets.Widget, still: Mapping[str, str]) -> None:
        super().__init__([slider, view])
        self._still = dict(still)

    def _repr_mimebundle_(self, **kwargs: object) -> dict[str, object]:
        """What a notebook keeps: the widget where somebody watches, and the still picture in any case."""
        widget = super()._repr_mimebundle_(**kwargs) if watched() else {}
        return {**widget, "text/plain": "an example browser: open this notebook in JupyterLab", **self._still}


def sliding(draw: Callable[[int], str], count: int, what: str) -> Sliding:
    """HTML that a slider changes; where no widget works, the first place alone is shown.

    Args:
        draw: the HTML of a place, from 0.
        count: how many places there are.
        what: is written beside the slider.

    Returns:
        The widget: in its children, `IntSlider` and `HTML`.
    """
    slider = ipywidgets.IntSlider(value=1, min=1, max=count, description=what, continuous_update=False)
    view = ipywidgets.HTML(draw(0))

    def show(change: Mapping[str, int]) -> None:
        view.value = draw(change["new"] - 1)

    slider.observe(show, names="value")
    return Sliding(slider, view, {"text/html": view.value})


def live_curve(path: Path, profile: str, seconds: float = 5.0) -> Callable[[], None] | None:
    """A function that draws the training curve of the step log at `path` again, under the running cell.

    None where no Jupyter front end is at work: the printed lines are the record there.

    Args:
        seconds: the least time between two drawings.
    """
    if not watched():
        return None
    shown, last = display(HTML("<i>the first step is under way</i>"), display_id=True), 0.0

    def update() -> None:
        nonlocal last
        if time.monotonic() - last >= seconds:
            figure, _ = training_curve(pd.read_json(path, lines=True), profile)
            shown.update(figure)
            last = time.monotonic()

    return update


def render(row: Mapping[str, str], title: str, number: int, count: int) -> str:
    """One row as HTML: its fields side by side, preformatted."""
    fields = "".join(
        f'<div style="{CELL}"><b>{escape(str(name))}</b><pre style="{TEXT}">{field(str(name), str(text))}</pre></div>'
        for name, text in row.items()
    )
    heading = f"<b>{escape(title)}</b>: {number} of {count}"
    return f'<div>{heading}</div><div style="display:flex;flex-wrap:wrap">{fields}</div>'
