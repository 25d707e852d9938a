"""What looking for a proof may give, and the verdicts that need no more than a reason."""

import time
from dataclasses import dataclass
from typing import Literal

from rtlvr.errors import Cause, DesignError
from rtlvr.verify.beside import Beside
from rtlvr.verify.compare import Prepared
from rtlvr.verify.simulate import SimulationFailed
from rtlvr.verify.verdict import Verdict

CONGRUENT = "both are the same netlist, cell by cell"
CUT = "equal register by register, from any common state"

Outcome = Literal["proved", "refuted", "unconfirmed", "open"]


@dataclass(frozen=True)
class Finding:
    """What looking for a proof gave: `refuted` has the verdict; `seen` counts frames of native simulation."""

    outcome: Outcome
    verdict: Verdict | None = None
    reason: str = ""
    seen: int = 0
    vague: bool = False  # unconfirmed, and the candidate's netlist is only unknown there
    from_any: bool = False  # proved from any common state, so that nothing of the golden need be known


def undecided(reason: str, cause: Cause | None, outputs: tuple[str, ...] = ()) -> Verdict:
    """Nothing can be said; `outputs` of the golden are to blame."""
    return Verdict(status="undecided", method="hybrid", reason=reason, cause=cause, outputs=outputs)


def never_known(outputs: tuple[str, ...]) -> Verdict:
    """Nothing can be said where these outputs of the golden tell nothing."""
    said = f"the golden's {', '.join(outputs)} never becomes known, or only with one value"
    return undecided(said, "unknown_golden", outputs)


def unsure_inside(where: str) -> Verdict:
    """Golden and candidate hold different values inside, which no output has shown; see `rtlvr.verify.inside`."""
    said = f"its signal {where} is not the golden's of the same name, and no proof says whether an output can show that"
    return undecided(said, "unproved")


def proved(method: str, reason: str) -> Verdict:
    """Equivalent, for every input."""
    return Verdict(status="equivalent", method=method, proved=True, error_rate=0.0, reason=reason)


def invalid(error: DesignError | SimulationFailed) -> Verdict:
    """The candidate cannot be judged, as the error says."""
    return Verdict(status="invalid", method="screen", reason=str(error)[:500], cause=error.cause)


def failed(error: SimulationFailed, case: Beside) -> Verdict:
    """A candidate that could not be simulated: where its ports are to blame, they are what is said."""
    try:
        case.check_interface()
    except DesignError as reason:
        return invalid(reason)
    missing = case.reading.missing
    if missing and error.cause == "missing_module":
        said = f"it instantiates {', '.join(missing)}, which the text does not declare"
        return invalid(DesignError(said, error.cause))
    return invalid(error)


def timed(verdict: Verdict, golden: Prepared, reader: str, began: float) -> Verdict:
    """The verdict with its seconds since `began`, and what read golden and candidate."""
    readers = (golden.reader, reader)
    return verdict.model_copy(update={"seconds": time.perf_counter() - began, "readers": readers})
