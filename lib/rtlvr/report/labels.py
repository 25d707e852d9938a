"""Names beside points, placed so that they cover neither one another nor a point."""

from collections.abc import Iterator, Sequence

from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

GAPS = (7.0, 14.0, 22.0, 32.0, 44.0)  # points between marker and label, nearest first
DIRECTIONS = ((1, 0), (-1, 0), (1, 0.7), (1, -0.7), (-1, 0.7), (-1, -0.7), (0, 1), (0, -1))
ALIGN = {1: "left", 0: "center", -1: "right"}
MARKER = 5.0  # half a marker's size, in points
PADDING = 1.5  # pixels kept free around a label


def place_labels(
    axis: Axes, points: Sequence[tuple[float, float]], names: Sequence[str], bold: Sequence[bool] = ()
) -> list[Annotation]:
    """Write each name beside its point: the nearest free place of a fixed list, with a thin line when it is far.

    The figure is laid out once to know sizes; labels keep out of later layouts. A name for which no place is free gets
    the first one.

    Args:
        axis: with final limits and scales.
        points: in data coordinates, as many as `names`.
        bold: which names to stress; none by default.
    """
    axis.figure.draw_without_rendering()
    taken = [_marker_box(axis, point) for point in points]
    labels = []
    for index, (point, name) in enumerate(zip(points, names, strict=True)):
        weight = "bold" if index < len(bold) and bold[index] else "normal"
        label = _place(axis, point, name, weight, taken)
        taken.append(_box(label))
        labels.append(label)
    return labels


def _place(axis: Axes, point: tuple[float, float], name: str, weight: str, taken: list[Bbox]) -> Annotation:
    inside = axis.get_window_extent()
    first = None
    for offset, align, far in _places():
        label = _annotate(axis, point, name, weight, offset, align, far)
        box = _box(label)
        free = not any(box.overlaps(other) for other in taken)
        if free and inside.x0 <= box.x0 and box.x1 <= inside.x1 and inside.y0 <= box.y0 and box.y1 <= inside.y1:
            return label
        first = first or (offset, align, far)
        label.remove()
    assert first is not None
    return _annotate(axis, point, name, weight, *first)


def _places() -> Iterator[tuple[tuple[float, float], str, bool]]:
    for gap in GAPS:
        for across, up in DIRECTIONS:
            yield (across * gap, up * gap * 1.2), ALIGN[across], gap > GAPS[1]


def _annotate(
    axis: Axes,
    point: tuple[float, float],
    name: str,
    weight: str,
    offset: tuple[float, float],
    align: str,
    far: bool,
) -> Annotation:
    line = {"arrowstyle": "-", "color": "0.6", "linewidth": 0.6, "shrinkB": 4} if far else None
    label = axis.annotate(
        name, point, xytext=offset, textcoords="offset points", ha=align, va="center",
        fontsize=7.5, fontweight=weight, arrowprops=line,
    )
    label.set_in_layout(False)
    return label


def _box(label: Annotation) -> Bbox:
    renderer = label.axes.figure.canvas.get_renderer()
    label.update_positions(renderer)
    # the text alone: the leader line may pass under other labels
    return super(Annotation, label).get_window_extent(renderer).padded(PADDING)


def _marker_box(axis: Axes, point: tuple[float, float]) -> Bbox:
    x, y = axis.transData.transform(point)
    half = MARKER * axis.figure.dpi / 72
    return Bbox.from_extents(x - half, y - half, x + half, y + half)
