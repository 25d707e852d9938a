"""What a notebook shows in JupyterLab beyond figures: a browser for examples, and a curve that grows while training runs."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path

import ipywidgets
import pandas as pd
from IPython.display import HTML, display

from rtlvr.report.columns import TableError
from rtlvr.report.figures_training import training_curve

CELL = "flex:1 1 22em;min-width:0;margin:0 .6em .6em 0"
TEXT = (
    "white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere;max-height:32em;overflow:auto;"
    "border:1px solid #bbb;padding:.5em;margin:.2em 0"
)


def browse(rows: Sequence[Mapping[str, str]], title: str) -> ipywidgets.VBox:
    """Browse examples with a slider.

    Where no Jupyter front end is at work (`JPY_SESSION_NAME` is not set, as under papermill), a static
    rendering of the first row is displayed as well, so that the executed notebook shows something.

    Args:
        rows: fields to show by row; all text is escaped.
        title: what the rows are.

    Returns:
        The widget: in its children, `IntSlider` and `HTML`.

    Raises:
        TableError: there is no row.
    """
    if not rows:
        raise TableError(f"{title}: got no row to browse; needed: at least one")
    slider = ipywidgets.IntSlider(value=1, min=1, max=len(rows), description="example", continuous_update=False)
    view = ipywidgets.HTML(render(rows[0], title, 1, len(rows)))

    def show(change: Mapping[str, int]) -> None:
        view.value = render(rows[change["new"] - 1], title, change["new"], len(rows))

    slider.observe(show, names="value")
    if "JPY_SESSION_NAME" not in os.environ:
        display(HTML(view.value))
    return ipywidgets.VBox([slider, view])


def live_curve(path: Path, profile: str, seconds: float = 5.0) -> Callable[[], None] | None:
    """A function that draws the training curve of the step log at `path` again, under the running cell.

    None where no Jupyter front end is at work: the printed lines are the record there.

    Args:
        seconds: the least time between two drawings.
    """
    if "JPY_SESSION_NAME" not in os.environ:
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
        f'<div style="{CELL}"><b>{escape(str(name))}</b><pre style="{TEXT}">{escape(str(text))}</pre></div>'
        for name, text in row.items()
    )
    heading = f"<b>{escape(title)}</b>: {number} of {count}"
    return f'<div>{heading}</div><div style="display:flex;flex-wrap:wrap">{fields}</div>'
