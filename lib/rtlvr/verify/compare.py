"""Two traces compared: a verdict with the first difference, or without one."""

from dataclasses import dataclass

import numpy as np

from rtlvr.hdl.circuit import Circuit, fields
from rtlvr.hdl.reading import Reading
from rtlvr.verify.miter import GoldenSide
from rtlvr.verify.stimulus import columns
from rtlvr.verify.verdict import Counterexample, Seen, Verdict

NEVER_KNOWN = "the golden's outputs never become known"
UNKNOWN = ord("x")
_TRACE_ROWS = 24


@dataclass(frozen=True)
class Prepared:
    """A golden, ready to judge candidates: its text as tools see it, its structure, a stimulus and its own trace."""

    reading: Reading
    simulated: str  # what Icarus gets: the text as read, or what Yosys makes of it where Icarus does not read that
    netlist: str | None  # what synthesis sees, as Verilog
    circuit: Circuit
    miter: GoldenSide | None  # None where Yosys does not read it: nothing can be proved of it then
    header: str
    stimulus: np.ndarray  # (steps, input bits)
    trace: np.ndarray  # (steps, output bits), characters 0 1 x z
    seconds: float = 0.0  # that simulation took, compilation included

    reader: str = ""

    @property
    def text(self) -> str:
        """The text as read."""
        return self.reading.text

    @property
    def known(self) -> np.ndarray:
        """Which output bits simulation knows, `(steps, output bits)`: a golden without any is no measure for anything."""
        known: np.ndarray = self.trace != UNKNOWN
        return known

    def telling(self, also: np.ndarray | None) -> np.ndarray:
        """Which output bits tell candidates apart: known at some step, and not merely now and then with one value only.

        `also` says where the netlist knows them.
        """
        known = self.known if also is None else self.known & also
        values = [(known & (self.trace == ord(value))).any(axis=0) for value in "01z"]
        since = np.maximum.accumulate(known, axis=0)
        lost = (since & ~known).any(axis=0)
        telling: np.ndarray = known.any(axis=0) & ((np.sum(values, axis=0) > 1) | ~lost)
        return telling

    @property
    def size(self) -> int:
        """Bytes of both arrays and, about, of the text and what is derived from it."""
        return self.stimulus.nbytes + self.trace.nbytes + 6 * len(self.text) + 4096


def compare(
    prepared: Prepared,
    trace: np.ndarray,
    strict_x: bool = False,
    method: str = "testbench",
    also_known: np.ndarray | None = None,
    doubts: bool = True,
) -> Verdict:
    """Compare a candidate's trace with the golden's: X in the golden is a don't-care unless `strict_x`.

    `also_known`, `(steps, output bits)`: where the golden's netlist is known as well; elsewhere nothing is compared. Where
    the only difference is that the candidate is unknown, the verdict is a doubt (`rtlvr.verify.doubt`), unless `doubts` is
    False: then that is a difference.
    """
    golden = prepared.trace
    differs = golden != trace
    if not strict_x:
        known = prepared.known if also_known is None else prepared.known & also_known
        if not known.any():
            names = tuple(port.name for port in prepared.circuit.outputs)
            return Verdict(status="undecided", method=method, reason=NEVER_KNOWN, cause="unknown_golden", outputs=names)
        differs &= known
        if doubts and differs.any() and (trace[differs] == UNKNOWN).all():
            return _doubt(prepared, trace, method, differs)
    rows = differs.any(axis=1)
    rate = float(rows.mean())
    if not rows.any():
        return Verdict(
            status="equivalent",
            method=method,
            error_rate=0.0,
            seen=Seen(steps=len(rows)),
            reason=f"no difference in {len(rows)} samples",
        )
    first, differing = _first(prepared, differs)
    reason = f"output {', '.join(differing)} differs at step {first}; {int(rows.sum())} of {len(rows)} samples differ"
    return Verdict(
        status="inequivalent",
        method=method,
        error_rate=rate,
        counterexample=_counterexample(prepared, trace, first),
        seen=Seen(steps=len(rows)),
        reason=reason,
        cause="counterexample",
        outputs=differing,
    )


def _first(prepared: Prepared, differs: np.ndarray) -> tuple[int, tuple[str, ...]]:
    """The first step with a difference, and the outputs that differ there."""
    first = int(differs.any(axis=1).argmax())
    return first, tuple(p.name for p, bits in fields(prepared.circuit.outputs) if differs[first, bits].any())


def _doubt(prepared: Prepared, trace: np.ndarray, method: str, differs: np.ndarray) -> Verdict:
    first, names = _first(prepared, differs)
    return Verdict(
        status="undecided",
        method=method,
        error_rate=float(differs.any(axis=1).mean()),
        counterexample=_counterexample(prepared, trace, first),
        seen=Seen(steps=len(differs)),
        reason=f"output {', '.join(names)} of the candidate is unknown at step {first}, and the golden's is not",
        cause="unknown_candidate",
        outputs=names,
    )


def lacking(circuit: Circuit, bits: np.ndarray) -> tuple[str, ...]:
    """Names of outputs of which not every bit is set in `bits`, `(output bits,)`."""
    return tuple(port.name for port, place in fields(circuit.outputs) if not bits[place].all())


def _counterexample(prepared: Prepared, trace: np.ndarray, step: int) -> Counterexample:
    circuit, window = prepared.circuit, range(max(0, step - _TRACE_ROWS + 1), step + 1)
    places = columns(circuit)
    outputs = fields(circuit.outputs)
    rows = []
    for index in window:
        row = ["".join(map(str, prepared.stimulus[index, place])) for place in places.values()]
        for _, bits in outputs:
            row += [prepared.trace[index, bits].tobytes().decode(), trace[index, bits].tobytes().decode()]
        rows.append(tuple(row))
    names = [f"{side}.{port.name}" for port, _ in outputs for side in ("golden", "candidate")]
    return Counterexample(step=step, signals=(*places, *names), trace=tuple(rows))
