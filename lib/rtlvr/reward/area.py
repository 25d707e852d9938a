"""A bonus for small designs on top of proven equivalence (`rl.area_weight`).

Both designs are mapped to the kit's own cells (`rtlvr.ppa`). At no area the bonus is the whole weight, at the golden's
area one half of it, from twice the golden's on nothing; linear between. Where one of both cannot be mapped, or the golden
has no area, there is no bonus.
"""

from rtlvr.errors import DesignError
from rtlvr.memo import Once
from rtlvr.ppa import measure
from rtlvr.verify.protocol import Bench

_KEPT = 20_000  # texts whose area is remembered


class AreaBonus:
    """What a right answer earns for its area, from 0 to `weight`. Only who knows that it is proved may ask."""

    def __init__(self, bench: Bench, weight: float) -> None:
        self._bench, self._weight = bench, weight
        self._areas: Once[tuple[str, str], float | None] = Once(most=_KEPT)

    def earned(self, golden: str, code: str) -> float:
        """The bonus of a design that is proved to be equivalent to its golden.

        Raises:
            InfrastructureError: our tools failed.
        """
        theirs, mine = self._area(golden, golden), self._area(golden, code)
        return 0.0 if not theirs or mine is None else self._weight * share(mine / theirs)

    def _area(self, golden: str, text: str) -> float | None:
        return self._areas.ask((golden, text), lambda: self._measured(golden, text))

    def _measured(self, golden: str, text: str) -> float | None:
        try:
            return measure(self._bench, text, golden=golden).area
        except DesignError:
            return None


def share(ratio: float) -> float:
    """What part of the bonus an area of `ratio` times the golden's earns."""
    return min(1.0, max(0.0, 1.0 - ratio / 2))
