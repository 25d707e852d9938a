"""Area and delay of a right design: cells of a library by Yosys and ABC, beside those of its golden."""

from rtlvr.ppa.measure import Comparison, compare, measure
from rtlvr.ppa.record import CostRatio, Goal, Ppa

__all__ = ["Comparison", "CostRatio", "Goal", "Ppa", "compare", "measure"]
