"""One candidate beside its prepared golden: the kinds of evidence that `Judge` asks for, cheapest first.

Every counterexample is replayed in four-state simulation before it counts, and a proof counts only where simulation sees
no difference either: synthesis and simulation do not always mean the same by one text.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np

from rtlvr.errors import DesignError
from rtlvr.hdl.circuit import analyse
from rtlvr.hdl.rewrite import resynthesise
from rtlvr.hdl.source import for_synthesis, simulates_otherwise
from rtlvr.verify.abc import Abc
from rtlvr.verify.compare import Prepared, compare
from rtlvr.verify.interface import check
from rtlvr.verify.miter import Miter
from rtlvr.verify.miter import build as build_miter
from rtlvr.verify.prove import prove, replay_stimulus
from rtlvr.verify.sandbox import scratch
from rtlvr.verify.simulate import SimulationFailed, simulate
from rtlvr.verify.stimulus import exhaustive, long_run
from rtlvr.verify.verdict import Limits, Verdict

_LONG_CYCLES, _LONG_SECONDS = (2_000, 10_000, 200_000), 2  # until one design is too slow
_YOSYS_SECONDS, _ABC_SECONDS = 15, 8
_LEAST_SECONDS, _TIMES_GOLDEN = 0.5, 20  # CPU time of a candidate's simulation, see `Limits`


class Case:
    """One candidate beside its golden; the check ends `limits.wall_seconds` from now.

    `fits` says whether its interface is known to be the golden's; looking for a proof finds out.
    """

    def __init__(self, limits: Limits, golden: Prepared, text: str, top: str, abc: Abc, fits: bool = True) -> None:
        self.fits, self._simulated = fits, text
        self._limits, self._golden, self._text, self._top, self._abc = limits, golden, text, top, abc
        self._ends = time.monotonic() + limits.wall_seconds
        self._more_state = True  # whether the candidate may hold more state than the golden, and so count for long
        self.looked = False  # whether the candidate has been simulated to the end once

    def check_interface(self) -> None:
        """Raises DesignError where the candidate turns out to have other ports than the golden."""
        if not self.fits:
            check(self._golden.circuit, self._text, self._top)
            self.fits = True

    def by_simulation(
        self,
        strict_x: bool = False,
        prepared: Prepared | None = None,
        method: str = "testbench",
        cpu_seconds: float | None = None,
    ) -> Verdict:
        """Simulate under the golden's stimulus (or that of `prepared`) and compare.

        Raises:
            SimulationFailed: the candidate does not compile or exceeds its limits.
        """
        prepared = prepared or self._golden
        fair = _LEAST_SECONDS + _TIMES_GOLDEN * prepared.seconds
        trace = self._simulate(prepared, self._remaining(cpu_seconds or fair))
        if trace.shape != prepared.trace.shape:
            raise SimulationFailed("its trace does not have the testbench's shape")
        self.looked = True
        return compare(prepared, trace, strict_x, method)

    def _simulate(self, prepared: Prepared, limits: Limits) -> np.ndarray:
        try:
            return simulate(self._simulated, self._top, prepared.circuit, prepared.stimulus, limits)
        except SimulationFailed as error:
            if not (error.refused and prepared.simulated != prepared.text and self._simulated == self._text):
                raise
        try:  # where the golden needed Yosys to be simulated, the candidate may as well
            self._simulated = resynthesise(self._text, self._top, "raw netlist")
        except DesignError as error:
            raise SimulationFailed(str(error)) from error
        return self._simulate(prepared, limits)

    def by_proof(self, first: Verdict) -> Verdict | None:
        """Settle by proof or confirmed counterexample what a first look left open; None where neither is had."""
        if self._all_seen(first):
            return first.model_copy(update={"method": "exhaustive", "reason": "no difference for any input"})
        with scratch() as folder:
            return self._ask(folder, first)

    def by_testbench(self, fuller: Callable[[], Prepared | None]) -> Verdict:
        """The paper's testbench, and one long run for what happens late or seldom."""
        prepared = fuller()
        if prepared is None:
            return undecided("the golden exceeds its limits under the full testbench")
        verdict = self.by_simulation(prepared=prepared)
        if verdict.status != "equivalent":
            return verdict
        for cycles in _LONG_CYCLES if self._more_state else _LONG_CYCLES[:1]:
            late = self._late(long_run(self._golden.circuit, self._text, cycles))
            if late is None or late.status == "inequivalent":
                return late or verdict
        return verdict

    @cached_property
    def simulates_otherwise(self) -> bool:
        """Whether golden or candidate may simulate otherwise than they synthesise: a proof is then not enough."""
        return simulates_otherwise(self._text) or simulates_otherwise(self._golden.text)

    def _left(self) -> float:
        """Seconds until the check must have ended."""
        return max(0.0, self._ends - time.monotonic())

    def _remaining(self, cpu_seconds: float) -> Limits:
        """The limits of a tool run that begins now."""
        cpu_seconds = min(cpu_seconds, self._limits.cpu_seconds)
        return self._limits.model_copy(update={"cpu_seconds": cpu_seconds, "wall_seconds": self._left()})

    def _for_yosys(self) -> int:
        """Seconds of CPU time for a Yosys child: no more than the check has left."""
        return max(1, min(_YOSYS_SECONDS, int(self._left())))

    def _late(self, stimulus: np.ndarray) -> Verdict | None:
        """Both designs under a long stimulus; None where one of them is too slow for it, which is no fault."""
        try:
            return self._replayed(stimulus, "testbench", _LONG_SECONDS)
        except SimulationFailed:
            return None

    def _all_seen(self, first: Verdict) -> bool:
        """Whether simulation saw every input of two designs without state."""
        if first.status != "equivalent" or not exhaustive(self._golden.circuit):
            return False
        try:
            return not analyse(for_synthesis(self._text), self._top, seconds=self._for_yosys()).sequential
        except DesignError:
            return False

    def _ask(self, folder: Path, first: Verdict) -> Verdict | None:
        golden = self._golden
        miter = build_miter(golden.miter, for_synthesis(self._text), self._top, folder, self._for_yosys())
        if not isinstance(miter, Miter):
            return None
        self.fits, self._more_state = True, miter.more_state
        answer = prove(miter, folder, self._abc, min(_ABC_SECONDS, self._left()))
        if answer == "proved" and first.status == "equivalent":
            reason = "proved for every input and every state that can be reached"
            return Verdict(status="equivalent", method="formal", error_rate=0.0, reason=reason)
        if answer == "refuted":
            stimulus = replay_stimulus(miter, golden.circuit, folder)
            replayed = self._replayed(stimulus, "formal", self._limits.cpu_seconds)
            return replayed if replayed is not None and replayed.status == "inequivalent" else None
        return None

    def _replayed(self, stimulus: np.ndarray, method: str, cpu_seconds: float) -> Verdict | None:
        """Both designs under another stimulus; None where the golden itself exceeds its limits."""
        golden = self._golden
        try:
            trace = simulate(
                golden.simulated, golden.circuit.top, golden.circuit, stimulus, self._remaining(cpu_seconds)
            )
        except SimulationFailed:
            return None
        return self.by_simulation(False, replace(golden, stimulus=stimulus, trace=trace), method, cpu_seconds)


def undecided(reason: str) -> Verdict:
    """A verdict that says that nothing can be said."""
    return Verdict(status="undecided", method="hybrid", reason=reason)
