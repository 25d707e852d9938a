"""Golden against candidate inside one process: `Judge` prepares a golden once and judges many candidates.

Evidence comes cheapest first (mode `hybrid`): a short simulation refutes most wrong candidates; a proof settles most right
ones; what stays open goes to the paper's testbench and to a deep search. Every counterexample is replayed in four-state
simulation before it counts. Use it through `rtlvr.verify`, which runs it in worker processes that may die; a Judge forks
and must be alone in its process.
"""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

import numpy as np

from rtlvr.errors import DesignError
from rtlvr.hdl.circuit import Circuit
from rtlvr.hdl.rewrite import resynthesise
from rtlvr.hdl.source import for_synthesis, module_names, normalised, plain, screen, strip_comments, unjudgeable
from rtlvr.verify.abc import Abc
from rtlvr.verify.compare import NEVER_KNOWN, Prepared
from rtlvr.verify.evidence import Case, undecided
from rtlvr.verify.interface import fit, header
from rtlvr.verify.miter import GoldenSide
from rtlvr.verify.simulate import SimulationFailed, preprocess, simulate
from rtlvr.verify.stimulus import build
from rtlvr.verify.structure import structure
from rtlvr.verify.verdict import Limits, Mode, Stimuli, Verdict

_KEPT_GOLDENS, _KEPT_BYTES = 4096, 64 << 20  # prepared goldens, and their traces and stimuli
_FIRST_LOOK = Stimuli(sequences=4, cycles=32, seed=1)


class Judge:
    """Judges candidates against goldens; keeps the goldens used last prepared, up to 4096 or 64 MiB."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._goldens: OrderedDict[tuple, Prepared] = OrderedDict()
        self._bytes = 0
        self._abc = Abc(self.limits.memory_mb)

    def prepare(self, golden: str, stimuli: Stimuli, top: str | None = None) -> Prepared:
        """Analyse and simulate a golden.

        Raises:
            DesignError: the golden cannot be judged: it does not compile, has no outputs, inout ports, or never ends.
        """
        key = (golden, top, stimuli)
        if key not in self._goldens:
            self._goldens[key] = self._prepare(golden, stimuli, top)
            self._bytes += self._goldens[key].size
            while len(self._goldens) > (1 if self._bytes > _KEPT_BYTES else _KEPT_GOLDENS):
                self._bytes -= self._goldens.popitem(last=False)[1].size
        self._goldens.move_to_end(key)
        return self._goldens[key]

    def judge(
        self,
        golden: str,
        candidate: str,
        stimuli: Stimuli,
        golden_top: str | None = None,
        candidate_top: str | None = None,
        mode: Mode = "hybrid",
    ) -> Verdict:
        """Judge one candidate. Raises DesignError where the golden itself cannot be judged."""
        began = time.perf_counter()
        quick = mode != "testbench" and not stimuli.strict_x
        prepared, case = self.prepare(golden, _FIRST_LOOK if quick else stimuli, golden_top), None
        try:
            if quick and normalised(candidate) == normalised(golden) and candidate_top in (None, golden_top):
                return _timed(_identical(prepared), began)
            text = self._read(candidate)
            top, sure = fit(prepared.circuit, prepared.header, text, candidate_top)
            case = Case(self.limits, prepared, text, top, self._abc, sure)
            verdict = case.by_simulation(stimuli.strict_x)
            if quick and verdict.status != "inequivalent":
                verdict = self._settle(case, verdict, mode, lambda: self._again(golden, stimuli, golden_top))
            case.check_interface()
        except SimulationFailed as error:
            late = case is not None and case.looked and error.timed_out
            verdict = undecided("the time of the check ran out") if late else _failed(error, case)
        except DesignError as error:
            verdict = _invalid(error)
        return _timed(verdict, began)

    def _settle(self, case: Case, first: Verdict, mode: Mode, fuller: Callable[[], Prepared | None]) -> Verdict:
        """What a first look left open."""
        verdict = case.by_proof(first)
        if verdict is None and mode == "formal":
            return undecided("neither a proof nor a confirmed counterexample within the limits")
        if verdict is None:
            return case.by_testbench(fuller)
        if verdict.method == "formal" and verdict.equivalent and case.simulates_otherwise and (full := fuller()):
            seen = case.by_simulation(prepared=full)
            return verdict if seen.equivalent else seen
        return verdict

    def _again(self, golden: str, stimuli: Stimuli, top: str | None) -> Prepared | None:
        try:
            return self.prepare(golden, stimuli, top)
        except DesignError:
            return None

    def _read(self, text: str) -> str:
        """The text as tools see it. Raises DesignError where it must not or cannot be judged."""
        if problem := screen(text):
            raise DesignError(problem)
        if not module_names(text):
            raise DesignError("there is no module in it")
        if "`" in strip_comments(text):
            text = preprocess(text, self.limits)
            if problem := screen(text):
                raise DesignError(problem)
        text = plain(text)
        if problem := unjudgeable(text):
            raise DesignError(problem)
        return text

    def _prepare(self, golden: str, stimuli: Stimuli, top: str | None) -> Prepared:
        try:
            text, circuit, for_miters = self._structure(golden, top)
            stimulus = build(circuit, stimuli)
            began = time.perf_counter()
            simulated, trace = text, self._simulate(text, circuit, stimulus)
            if trace is None:
                simulated = resynthesise(text, circuit.top, "raw netlist")
                trace = simulate(simulated, circuit.top, circuit, stimulus, self.limits)
            seconds = time.perf_counter() - began
        except (SimulationFailed, DesignError) as error:
            raise DesignError(f"the golden cannot be used: {error}") from error
        return Prepared(text, simulated, circuit, for_miters, header(text, circuit.top), stimulus, trace, seconds)

    def _simulate(self, text: str, circuit: Circuit, stimulus: np.ndarray) -> np.ndarray | None:
        """The golden's trace, or None where Icarus does not read what Yosys does read."""
        try:
            return simulate(text, circuit.top, circuit, stimulus, self.limits)
        except SimulationFailed as error:
            if not error.refused:
                raise
            return None

    def _structure(self, golden: str, top: str | None) -> tuple[str, Circuit, GoldenSide]:
        """A golden's text as tools see it, its structure, and what miters keep of it."""
        for (known, its_top, _), prepared in reversed(self._goldens.items()):
            if (known, its_top) == (golden, top):
                return prepared.text, prepared.circuit, prepared.miter
        text = self._read(golden)
        circuit = structure(text, top, self.limits)
        if any(port.direction == "inout" for port in circuit.ports):
            raise DesignError("it has an inout port; only inputs and outputs can be judged")
        if not circuit.outputs:
            raise DesignError("it has no output")
        return text, circuit, GoldenSide(for_synthesis(text), circuit, secrets.token_hex(6))


def _identical(prepared: Prepared) -> Verdict:
    if not prepared.known.any():
        return undecided(NEVER_KNOWN)
    reason = "it is the golden's own text"
    return Verdict(status="equivalent", method="identical", error_rate=0.0, reason=reason)


def _timed(verdict: Verdict, began: float) -> Verdict:
    return verdict.model_copy(update={"seconds": time.perf_counter() - began})


def _failed(error: SimulationFailed, case: Case | None) -> Verdict:
    """A candidate that could not be simulated: where its ports are to blame, they are what is said."""
    if case is not None and not case.fits:
        try:
            case.check_interface()
        except DesignError as reason:
            return _invalid(reason)
    return _invalid(error)


def _invalid(error: Exception) -> Verdict:
    return Verdict(status="invalid", method="screen", reason=str(error)[:500])
