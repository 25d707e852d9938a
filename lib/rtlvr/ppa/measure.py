"""Area and delay of a design, and of a candidate beside its golden once they are known to be equal."""

from dataclasses import dataclass

from rtlvr.ppa.liberty import library, own
from rtlvr.ppa.mapping import mapped
from rtlvr.ppa.record import CostRatio, Goal, Ppa, ratio
from rtlvr.verify import Stimuli, Verdict
from rtlvr.verify.protocol import Bench


@dataclass(frozen=True)
class Comparison:
    """A candidate beside its golden. Costs are there only where the verdict is `equivalent`."""

    verdict: Verdict
    golden: Ppa | None = None
    candidate: Ppa | None = None
    ratio: CostRatio | None = None


def measure(bench: Bench, text: str, liberty: str | None = None, goal: Goal = "area", golden: str | None = None) -> Ppa:
    """What a design costs in cells of a library.

    Args:
        liberty: the text of a liberty file; None: the kit's own.
        goal: what mapping strives for.
        golden: what the design was judged beside: then the module is measured that was judged.

    Raises:
        DesignError: the design cannot be mapped.
        ParameterError: the library cannot be used.
    """
    text_of_library = own() if liberty is None else liberty
    library(text_of_library)  # refused here, before a worker meets it
    return Ppa.model_validate(bench.apply(mapped, text, text_of_library, goal, golden))


def compare(bench: Bench, golden: str, candidate: str, liberty: str | None = None, goal: Goal = "area") -> Comparison:
    """Judge first; where the candidate is right, measure both.

    Raises:
        DesignError: the golden cannot be judged, or one of two equal designs cannot be mapped.
        ParameterError: the library cannot be used.
    """
    verdict = bench.verify(golden, candidate, Stimuli())
    if not verdict.equivalent:
        return Comparison(verdict)
    first, second = (measure(bench, text, liberty, goal, golden) for text in (golden, candidate))
    return Comparison(verdict, first, second, ratio(second, first))
