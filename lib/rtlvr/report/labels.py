"""Names beside points, placed so that they cover neither one another nor a point."""

from collections.abc import Sequence
from itertools import product
from typing import cast

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

ACROSS = (10.0, 18.0, 28.0, 42.0, 60.0)  # from point to label, in points
UP = (0.0, 7.0, 13.0, 20.0, 28.0, 38.0, 50.0)
MARKER = 5.0  # half a marker's size, in points
PADDING = 1.5  # pixels kept free around a label
EDGE = 8.0  # pixels kept free inside the axes: letters are a little wider at some resolutions
ADJACENT = 20.0  # a level label this near, in points, needs no line

Place = tuple[float, float]
Obstacles = tuple[list[Bbox], list[Bbox], list[Bbox], list[Path]]
# nearest first; height counts more, because a name at its point's height needs no line
PLACES: tuple[Place, ...] = tuple(
    sorted(
        {(side * x, sign * y) for x, y, side, sign in product(ACROSS, UP, (1, -1), (1, -1))},
        key=lambda place: (abs(place[0]) + 2 * abs(place[1]), -place[0], place[1]),
    )
)


def place_labels(
    axis: Axes, points: Sequence[tuple[float, float]], names: Sequence[str], bold: Sequence[bool] = ()
) -> list[Annotation]:
    """Write each name at the nearest free place beside its point, with a thin line where it is not level.

    The figure is laid out once to know sizes; labels keep out of later layouts. A name for which no place is
    free gets the first one.

    Args:
        axis: with final limits and scales.
        points: in data coordinates, as many as `names`; earlier ones choose first.
        bold: which names to stress; none by default.
    """
    _whole(axis).draw_without_rendering()
    markers = [_marker_box(axis, point) for point in points]
    taken: list[Bbox] = []
    lines: list[Path] = []
    labels = []
    for index, (point, name) in enumerate(zip(points, names, strict=True)):
        # a line may cross the markers that its own point's marker touches anyway
        others = [box for box in markers if not box.overlaps(markers[index])]
        weight = "bold" if index < len(bold) and bold[index] else "normal"
        place = _free_place(axis, point, name, weight, (markers, others, taken, lines))
        label = _annotate(axis, point, name, weight, place)
        taken.append(_box(label))
        lines += [_leader(axis, point, place)] if _has_line(place) else []
        labels.append(label)
    return labels


def _free_place(axis: Axes, point: tuple[float, float], name: str, weight: str, obstacles: Obstacles) -> Place:
    markers, others, taken, lines = obstacles  # markers that no name, and that no line, may cover; names; lines
    inside = axis.get_window_extent().padded(-EDGE)
    for place in PLACES:
        label = _annotate(axis, point, name, weight, place)
        box = _box(label)
        label.remove()
        leader = _leader(axis, point, place)
        free = not any(box.overlaps(other) for other in markers + taken)
        free = free and not any(line.intersects_bbox(box, filled=False) for line in lines)
        free = free and not (
            _has_line(place) and any(leader.intersects_bbox(other, filled=False) for other in others + taken)
        )
        if free and inside.x0 < box.x0 and box.x1 < inside.x1 and inside.y0 < box.y0 and box.y1 < inside.y1:
            return place
    return PLACES[0]


def _annotate(axis: Axes, point: tuple[float, float], name: str, weight: str, place: Place) -> Annotation:
    right = place[0] > 0
    relative = (0 if right else 1, 0.5)  # the line starts at the label's near end
    line = {"arrowstyle": "-", "color": "0.55", "linewidth": 0.6, "shrinkA": 0, "relpos": relative}
    label = axis.annotate(
        name, point, xytext=place, textcoords="offset points", ha="left" if right else "right", va="center",
        fontsize=7.5, fontweight=weight, arrowprops=line if _has_line(place) else None,
    )  # fmt: skip
    label.set_in_layout(False)
    return label


def _has_line(place: Place) -> bool:
    return place[1] != 0 or abs(place[0]) > ADJACENT


def _leader(axis: Axes, point: tuple[float, float], place: Place) -> Path:
    """The line from point to label, in pixels."""
    x, y = axis.transData.transform(point)
    scale = axis.figure.dpi / 72
    return Path([(x, y), (x + place[0] * scale, y + place[1] * scale)])


def _whole(axis: Axes) -> Figure:
    """The figure that an axis is drawn in: ours have no figures inside figures."""
    return cast(Figure, axis.figure)


def _box(label: Annotation) -> Bbox:
    renderer = cast(FigureCanvasAgg, _whole(cast(Axes, label.axes)).canvas).get_renderer()
    label.update_positions(renderer)
    return Text.get_window_extent(label, renderer).padded(PADDING)  # without its line


def _marker_box(axis: Axes, point: tuple[float, float]) -> Bbox:
    x, y = axis.transData.transform(point)
    half = MARKER * axis.figure.dpi / 72
    return Bbox.from_extents(x - half, y - half, x + half, y + half)
