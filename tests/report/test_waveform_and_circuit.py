"""Waveforms and block symbols."""

import pandas as pd
import pytest
from matplotlib.patches import Circle, Polygon, Rectangle
from pydantic import ValidationError
from synthetic_results import signals

from rtlvr.records import Pin
from rtlvr.report.columns import TableError
from rtlvr.report.figures_circuit import circuit
from rtlvr.report.figures_waveform import _label, waveform


def labels(axis: object) -> list[str]:
    return [text.get_text() for text in axis.texts]


def test_waveform_draws_levels_buses_and_the_mismatch() -> None:
    figure, table = waveform(signals(), highlight=7, title="counter")
    (axis,) = figure.axes
    assert [label.get_text() for label in axis.get_yticklabels()] == list(signals().columns)
    assert list(axis.lines[0].get_ydata()) == pytest.approx([0.36, 0.36, -0.36, -0.36])  # rst: 1, then 0
    assert {"mismatch", "dddddddd", "1x", "xx01", "f"} <= set(labels(axis))
    assert any(isinstance(patch, Rectangle) and patch.get_hatch() for patch in axis.patches)
    assert len(table) == 12


def test_long_waveforms_show_a_window_around_the_mismatch() -> None:
    figure, table = waveform(signals(400), highlight=300)
    assert 300 in table.index and len(table) <= 24
    assert f"{len(table)} of 400 steps" in figure.get_supxlabel()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("101", "101"),
        ("1010", "a"),
        ("111010", "3a"),
        ("1x10", "1x10"),
        ("1111xxxx0000", "fx0"),
        ("0" * 64, "0000…0000"),
    ],
)
def test_bus_labels(value: str, text: str) -> None:
    assert _label(value) == text


def test_waveform_refuses_what_it_cannot_draw() -> None:
    with pytest.raises(TableError, match="allowed: strings of 0, 1, x and z"):
        waveform(pd.DataFrame({"q": ["0", "2"]}))
    with pytest.raises(TableError, match="highlight=99"):
        waveform(signals(), highlight=99)
    with pytest.raises(TableError, match="no signal"):
        waveform(pd.DataFrame())


def test_circuit_draws_ports_clock_and_inversion() -> None:
    reset = Pin(name="rst_n", role="reset", remark="asynchronous, active low", inverted=True)
    inputs = [Pin(name="clk", role="clock"), reset, Pin(name="d", width=8)]
    figure, table = circuit("register", inputs, [Pin(name="q", width=8)], ["One note."])
    (axis,) = figure.axes
    assert {"register", "clk", "rst_n", "d", "q", "8", "asynchronous, active low"} <= set(labels(axis))
    assert sum(isinstance(patch, Circle) for patch in axis.patches) == 1
    assert sum(isinstance(patch, Polygon) for patch in axis.patches) == 1  # the clock's triangle
    assert table.to_dict("records")[-1] == {
        "direction": "output",
        "port": "q",
        "width": 8,
        "role": "data",
        "remark": "",
    }
    assert figure.get_supxlabel() == "One note."


def test_circuit_refuses_unknown_roles() -> None:
    with pytest.raises(ValidationError, match="'data', 'clock' or 'reset'"):
        Pin(name="a", role="power")
    with pytest.raises(TableError, match="no port"):
        circuit("nothing", [], [])
