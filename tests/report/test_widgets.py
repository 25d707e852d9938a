"""The example browser."""

from pathlib import Path

import ipywidgets
import pytest
from matplotlib.figure import Figure
from synthetic_results import metrics

from rtlvr.report import widgets
from rtlvr.report.columns import TableError

ROWS = [{"golden": "assign y = a <b;", "candidate": "assign y = a;"}, {"golden": "second"}]


def test_slider_moves_the_view(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "a.ipynb")
    box = widgets.browse(ROWS, "pairs")
    slider, view = box.children
    assert isinstance(slider, ipywidgets.IntSlider) and slider.max == 2
    assert "a &lt;b;" in view.value and "1 of 2" in view.value
    slider.value = 2
    assert "second" in view.value and "2 of 2" in view.value


WIDGET = "application/vnd.jupyter.widget-view+json"


def test_headless_shows_the_first_row_and_no_widget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    shown = widgets.browse(ROWS, "pairs")._repr_mimebundle_()
    assert "a &lt;b;" in shown["text/html"] and WIDGET not in shown
    assert "VBox" not in shown["text/plain"]


def test_a_front_end_gets_the_widget_and_keeps_the_first_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "a.ipynb")
    shown = widgets.browse(ROWS, "pairs")._repr_mimebundle_()
    assert WIDGET in shown and "a &lt;b;" in shown["text/html"]


def test_code_is_highlighted_and_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "a.ipynb")
    _, view = widgets.browse([{"golden": "assign y = a; // <b>", "reason": "assign differs"}], "pairs").children
    golden, reason = view.value.split("<b>reason</b>")
    assert '<span style="color:#0072B2;font-weight:bold">assign</span>' in golden and "// &lt;b&gt;" in golden
    assert "assign differs</pre>" in reason, "words are no code"


def test_nothing_to_browse_is_an_error() -> None:
    with pytest.raises(TableError, match="no row to browse"):
        widgets.browse([], "pairs")


def test_the_live_curve_is_for_front_ends_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "steps.jsonl"
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    assert widgets.live_curve(path, "cpu") is None
    shown = []

    class Handle:
        """What IPython's `display` returns."""

        def update(self, figure: Figure) -> None:
            shown.append(figure)

    monkeypatch.setenv("JPY_SESSION_NAME", "a notebook")
    monkeypatch.setattr(widgets, "display", lambda _, display_id: Handle())
    update = widgets.live_curve(path, "cpu", seconds=1000)
    metrics(3).to_json(path, orient="records", lines=True)
    update()
    update()
    assert len(shown) == 1, "not more often than every so many seconds"
    assert len(shown[0].axes) == 8
