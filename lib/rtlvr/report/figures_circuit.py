"""A module's block symbol: its ports as the testbench generator sees them (paper §3.2)."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Polygon, Rectangle

from rtlvr.records import Pin
from rtlvr.report import style
from rtlvr.report.columns import TableError

PITCH = 0.34  # between ports, in inches; all lengths here are inches
WIRE = 0.4
LETTER = 0.095


@style.styled
def circuit(
    name: str, inputs: Sequence[Pin], outputs: Sequence[Pin], notes: Sequence[str] = ()
) -> tuple[Figure, pd.DataFrame]:
    """A module's block symbol: inputs left, outputs right, clocks with a triangle, buses with their widths.

    Args:
        name: the module.
        inputs: its input ports, remarks written beside them.
        outputs: its output ports.
        notes: lines written below.

    Returns:
        The figure, and a table of the ports: direction, port, width, role, remark.

    Raises:
        TableError: there is no port.
    """
    table = _ports(inputs, outputs)
    height = PITCH * (max(len(inputs), len(outputs)) + 0.6)
    letters = sum(max((len(pin.name) for pin in side), default=0) for side in (inputs, outputs))
    width = max(1.5, LETTER * letters + 0.7, 0.11 * len(name) + 0.3)
    left = 0.6 + 0.075 * max((len(pin.remark) for pin in inputs), default=0)
    figure = style.new_figure(left + width + 0.7, height + 0.55 + 0.17 * len(notes))
    axis = figure.subplots()
    axis.set_axis_off()
    axis.set_aspect("equal")
    axis.add_patch(Rectangle((0, -height), width, height, facecolor="#F4F8FB", edgecolor="black", lw=1.4))
    axis.text(width / 2, 0.1, name, ha="center", va="bottom", fontweight="bold", family="monospace")
    for place, pin in enumerate(inputs):
        _input(axis, -PITCH * (place + 0.8), pin)
    for place, pin in enumerate(outputs):
        y = -PITCH * (place + 0.8)
        _wire(axis, width, width + WIRE, y, pin.width)
        axis.text(width - 0.08, y, pin.name, ha="right", va="center", family="monospace", fontsize=8.5)
    axis.set_xlim(-left, width + 0.7)
    axis.set_ylim(-height - 0.1, 0.4)
    if notes:
        style.note(figure, "\n".join(notes))
    return figure, table


def _ports(inputs: Sequence[Pin], outputs: Sequence[Pin]) -> pd.DataFrame:
    if not inputs and not outputs:
        raise TableError("got no port; needed: inputs or outputs")
    sides = (("input", inputs), ("output", outputs))
    rows = [(side, pin.name, pin.width, pin.role, pin.remark) for side, pins in sides for pin in pins]
    return pd.DataFrame(rows, columns=["direction", "port", "width", "role", "remark"])


def _input(axis: Axes, y: float, pin: Pin) -> None:
    _wire(axis, -WIRE, -0.12 if pin.inverted else 0, y, pin.width)
    if pin.inverted:
        axis.add_patch(Circle((-0.06, y), 0.06, facecolor="white", edgecolor="black", linewidth=1.2))
    clock = pin.role == "clock"
    if clock:
        corners = [(0, y + 0.09), (0.15, y), (0, y - 0.09)]
        axis.add_patch(Polygon(corners, closed=False, fill=False, linewidth=1.2))
    axis.text(0.2 if clock else 0.08, y, pin.name, va="center", family="monospace", fontsize=8.5)
    axis.text(-WIRE - 0.06, y, pin.remark, ha="right", va="center", fontsize=7.5, color=style.GREY)


def _wire(axis: Axes, start: float, end: float, y: float, bits: int) -> None:
    axis.plot([start, end], [y, y], color="black", lw=2.6 if bits > 1 else 1.2, solid_capstyle="butt")
    if bits > 1:
        middle = (start + end) / 2
        axis.plot([middle - 0.04, middle + 0.04], [y - 0.07, y + 0.07], color="black", linewidth=1)
        axis.text(middle, y + 0.08, str(bits), ha="center", va="bottom", fontsize=7)
