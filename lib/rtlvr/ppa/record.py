"""What a netlist of library cells costs."""

from typing import Literal

from rtlvr.records import Record

Goal = Literal["area", "delay"]


class Ppa(Record):
    """A design mapped to the cells of a library.

    `area` is in gate equivalents: the area of all cells over that of the library's smallest two-input NAND. `cells` counts
    all of them, `flip_flops` and `latches` those that hold state. `depth` is the longest way between registers, inputs and
    outputs, in cells; `delay` the slowest, in ps, by ABC; `sta_delay` the same by OpenSTA, where that is installed. What a
    register itself costs in time is in neither. `area_units` is the area in the library's own unit.
    """

    area: float
    cells: int
    flip_flops: int
    latches: int
    depth: int
    delay: float
    area_units: float
    sta_delay: float | None = None


class CostRatio(Record):
    """Candidate over golden: below 1 is smaller or faster; None where the golden has none."""

    area: float | None
    depth: float | None
    delay: float | None


def ratio(candidate: Ppa, golden: Ppa) -> CostRatio:
    """The candidate's costs over the golden's."""
    parts = ((candidate.area, golden.area), (candidate.depth, golden.depth), (candidate.delay, golden.delay))
    area, depth, delay = (mine / theirs if theirs else None for mine, theirs in parts)
    return CostRatio(area=area, depth=depth, delay=delay)
