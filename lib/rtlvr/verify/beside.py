"""One candidate beside its prepared golden, in simulation: under the golden's stimulus, or any other."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property

import numpy as np

from rtlvr.errors import DesignError
from rtlvr.hdl.circuit import analyse
from rtlvr.hdl.reading import Reading
from rtlvr.verify.compare import UNKNOWN, Prepared, compare
from rtlvr.verify.doubt import Starts, starts
from rtlvr.verify.inside import differs_inside
from rtlvr.verify.interface import check
from rtlvr.verify.simulate import SimulationFailed, simulate
from rtlvr.verify.verdict import Limits, Verdict

_MOST_NETLIST = 3_000_000  # bytes
_YOSYS_SECONDS = 50  # a last resort: counted limits of the size keep most questions below two
_LEAST_SECONDS, _TIMES_GOLDEN = 2.0, 20  # CPU time of a candidate's simulation, see `Limits`
_LAST_RESORT = 6  # times `cpu_seconds`, for a simulation of which the steps are counted: some ten times what it needs
_LEAST_STEPS = 8  # of a simulation that was too slow to be finished


class Beside:
    """A candidate beside its golden; the check ends `limits.wall_seconds` from now.

    `fits` says whether its interface is known to be the golden's; looking for a proof finds out.
    """

    def __init__(self, limits: Limits, golden: Prepared, reading: Reading, fits: bool = True) -> None:
        self.fits, self._simulated, self.reading = fits, reading.text, reading
        self._limits, self._golden, self._top = limits, golden, reading.top
        self._ends = time.monotonic() + limits.wall_seconds
        self.slow = False  # whether the simulation of its text is too slow to be finished
        self.unseen = False  # whether its netlist was simulated in its place, because the text hardly begins
        self.refused = reading.slang  # whether slang is asked before Yosys's own reader, or Icarus has refused the text
        self.doubt: Verdict | None = None  # where it was unknown and the golden was not, and no definite state differed
        self.full: Callable[[], Verdict | None] | None = None  # the full testbench, for who wants it early
        self._full: Verdict | None = None  # what it said
        self.excusable = True  # whether its netlist was unknown there as well

    def check_interface(self) -> None:
        """Raises DesignError where the candidate turns out to have other ports than the golden."""
        if not self.fits:
            check(self._golden.circuit, self.reading)
            self.fits = True

    def by_simulation(
        self,
        strict_x: bool = False,
        prepared: Prepared | None = None,
        method: str = "testbench",
        cpu_seconds: float | None = None,
        known: Callable[[], np.ndarray | None] | None = None,
    ) -> Verdict:
        """Simulate under the golden's stimulus (or that of `prepared`) and compare.

        `known` is asked only where a difference is seen: where the golden's netlist is known under this stimulus. What is
        left may be a doubt (`rtlvr.verify.doubt`), which is then remembered.

        Raises:
            SimulationFailed: the candidate does not compile or exceeds its limits.
        """
        prepared = prepared or self._golden
        fair = _LEAST_SECONDS + _TIMES_GOLDEN * prepared.seconds
        try:
            trace = self._simulate(prepared, self._remaining(cpu_seconds or min(fair, self._limits.cpu_seconds)))
        except SimulationFailed as error:
            if error.partial is None or error.timed_out or len(error.partial) < _LEAST_STEPS:
                raise
            trace, self.slow = error.partial, True
            prepared = replace(prepared, stimulus=prepared.stimulus[: len(trace)], trace=prepared.trace[: len(trace)])
        if trace.shape != prepared.trace.shape:
            raise SimulationFailed("its trace does not have the testbench's shape", "crash")
        verdict, mask = compare(prepared, trace, strict_x, method), None
        if verdict.cause in ("counterexample", "unknown_candidate") and known is not None:
            mask = known()
            mask = None if mask is None else mask[: len(trace)]
            verdict = compare(prepared, trace, strict_x, method, mask)
        return verdict if verdict.cause != "unknown_candidate" else self._doubted(prepared, trace, mask, verdict)

    def by_full(self, prepared: Prepared, known: Callable[[], np.ndarray | None]) -> Verdict:
        """Simulate under the full testbench, once. Raises as `by_simulation` does."""
        self._full = self._full or self.by_simulation(prepared=prepared, known=known)
        return self._full

    def inside(self, prepared: Prepared) -> str:
        """A signal inside of which golden and candidate, if one is made from the other, hold different values; or nothing."""
        golden, own = (prepared.simulated, prepared.circuit.top), (self._simulated, self._top)
        limits = self._remaining(_LAST_RESORT * self._limits.cpu_seconds)
        return differs_inside(golden, own, prepared.circuit, prepared.stimulus, limits)

    def _doubted(self, prepared: Prepared, trace: np.ndarray, mask: np.ndarray | None, doubt: Verdict) -> Verdict:
        """A doubt, or the refutation that it is where a definite state of the candidate shows another value."""
        unknown, known = trace == UNKNOWN, prepared.known if mask is None else prepared.known & mask
        others = (np.where(unknown, other, trace) for other in self._from_definite(prepared))
        differ = (compare(prepared, other, also_known=mask).status == "inequivalent" for other in others)
        if self._starts.fight or any(differ):
            return compare(prepared, trace, False, doubt.method, mask, doubts=False)
        own = self._netlist_trace(prepared, self._starts.netlist)
        self.excusable &= own is not None and bool((own[unknown & known] == UNKNOWN).all())
        self.doubt = self.doubt or doubt
        return doubt

    @cached_property
    def _starts(self) -> Starts:
        return starts(self.reading.text, self._top, self.refused, self._for_yosys())

    def _from_definite(self, prepared: Prepared) -> Iterator[np.ndarray]:
        """Traces of the candidate's netlist from definite states."""
        for text in self._starts.definite:
            trace = self._netlist_trace(prepared, text)
            if trace is not None:
                yield trace

    def _netlist_trace(self, prepared: Prepared, text: str) -> np.ndarray | None:
        """A trace of the candidate's netlist, or None where it cannot be had."""
        if not text or len(text) > _MOST_NETLIST or self.slow:
            return None
        limits = self._remaining(_LAST_RESORT * self._limits.cpu_seconds)
        try:
            return simulate(text, self._top, prepared.circuit, prepared.stimulus, limits)
        except SimulationFailed:
            return None

    def _simulate(self, prepared: Prepared, limits: Limits) -> np.ndarray:
        try:
            if self.reading.misread and self._simulated == self.reading.text:
                raise SimulationFailed("no simulator here reads it as it is meant", "construct", refused=True)
            return simulate(self._simulated, self._top, prepared.circuit, prepared.stimulus, limits)
        except SimulationFailed as error:
            if self._simulated != self.reading.text or not (error.refused or self._stuck(error)):
                raise
            self.slow = self.unseen = error.overran
            self.refused |= error.refused
            netlist = self._as_netlist(error.overran or prepared.simulated != prepared.text)
            if netlist is None:
                self.slow = self.unseen = False
                raise
        self._simulated = netlist
        return self._simulate(prepared, limits)

    @staticmethod
    def _stuck(error: SimulationFailed) -> bool:
        """Whether it used up its time on the first few steps: a text may do so that is but slow, or that never ends.

        One that never ends has a netlist with a loop, or none.
        """
        return error.overran and (error.partial is None or len(error.partial) < _LEAST_STEPS)

    def _as_netlist(self, lenient: bool) -> str | None:
        """What to simulate where Icarus refuses the text, or is slow: slang's netlist, which keeps to the language; `lenient`:
        or that of Yosys's own reader, where the golden needed it as well, or Icarus reads the text."""
        try:
            circuit, reader, netlist = analyse(
                self.reading.text, self._top, self.refused, self._for_yosys(), self.reading.ports
            )
        except DesignError:
            return None
        if (reader != "slang" and not lenient) or (self.unseen and circuit.loops):
            return None
        return netlist if {p.name for p in circuit.ports} == {p.name for p in self._golden.circuit.ports} else None

    def _left(self) -> float:
        """Seconds until the check must have ended."""
        return max(0.0, self._ends - time.monotonic())

    def _remaining(self, cpu_seconds: float) -> Limits:
        """The limits of a tool run that begins now."""
        return self._limits.model_copy(update={"cpu_seconds": cpu_seconds, "wall_seconds": self._left()})

    def _for_yosys(self) -> int:
        """Seconds of CPU time for a Yosys child: no more than the check has left."""
        return max(1, min(_YOSYS_SECONDS, int(self._left())))

    def _replayed(self, stimulus: np.ndarray, method: str) -> Verdict | None:
        """Both designs under another stimulus, which is no longer than counted limits allow; None where the golden does not
        finish it."""
        golden, cpu_seconds = self._golden, _LAST_RESORT * self._limits.cpu_seconds
        limits = self._remaining(cpu_seconds)
        try:
            trace = simulate(golden.simulated, golden.circuit.top, golden.circuit, stimulus, limits)
        except SimulationFailed:
            return None
        prepared = replace(golden, stimulus=stimulus, trace=trace)
        return self.by_simulation(False, prepared, method, cpu_seconds, lambda: netlist_known(prepared, limits))


def netlist_known(prepared: Prepared, limits: Limits) -> np.ndarray | None:
    """Where the golden's netlist knows its outputs and agrees with its text, `(steps, output bits)`.

    None where there is no netlist, or it does not simulate, or is so large that Icarus takes long to read it.

    Raises:
        SimulationFailed: its simulation takes too long.
    """
    if prepared.netlist is None:
        return None
    if prepared.netlist == prepared.simulated:
        return prepared.known
    if len(prepared.netlist) > _MOST_NETLIST:
        return None
    try:
        trace = simulate(prepared.netlist, prepared.circuit.top, prepared.circuit, prepared.stimulus, limits)
    except SimulationFailed as error:
        if error.timed_out or error.slow:
            raise
        return None
    known: np.ndarray = (trace != ord("x")) & (trace == prepared.trace)
    return known
