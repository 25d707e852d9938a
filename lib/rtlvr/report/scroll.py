"""A waveform that a slider moves through time."""

from base64 import b64encode

import ipywidgets
import pandas as pd

from rtlvr.report import style
from rtlvr.report.figures_waveform import waveform
from rtlvr.report.widgets import Sliding


def scroll_waveform(
    signals: pd.DataFrame, highlight: object | None = None, title: str = "", mark: str = "mismatch"
) -> Sliding:
    """A waveform with a slider for the first step that is drawn; of many steps as many are drawn as can be read.

    It begins where the highlighted step is seen; where no widget works, that picture alone is shown.

    Args:
        signals, highlight, title, mark: see `waveform`.

    Returns:
        The widget: in its children, `IntSlider` and `Image`.

    Raises:
        TableError: see `waveform`.
    """
    figure, drawn = waveform(signals, highlight, title, mark)
    still = style.png(figure)
    width, first = len(drawn), list(signals.index).index(drawn.index[0])
    last = len(signals) - width
    slider = ipywidgets.IntSlider(
        value=first, min=0, max=max(1, last), description="first step", continuous_update=False
    )
    slider.layout.display = None if last else "none"
    picture = ipywidgets.Image(value=still, format="png", layout={"max_width": "100%"})

    def move(change: dict[str, int]) -> None:
        window = signals.iloc[min(change["new"], last) : min(change["new"], last) + width]
        here = highlight if highlight in window.index else None
        picture.value = style.png(waveform(window, here, title, mark)[0])

    slider.observe(move, names="value")
    return Sliding(slider, picture, {"image/png": b64encode(still).decode()})
