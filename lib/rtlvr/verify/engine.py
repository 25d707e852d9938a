"""Golden against candidate inside one process: `Judge` prepares a golden once and judges many candidates.

Evidence comes cheapest first (mode `hybrid`): a short simulation refutes most wrong candidates; a proof settles most right
ones; what stays open goes to the paper's testbench and to a deep search. Every counterexample is replayed in four-state
simulation before it counts. Use it through `rtlvr.verify`, which runs it in worker processes that may die; a Judge forks
and must be alone in its process.
"""

import re
import secrets
import time
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path

import numpy as np

from rtlvr.errors import DesignError
from rtlvr.hdl.circuit import analyse
from rtlvr.hdl.source import for_synthesis, module_names, normalised, plain, screen, strip_comments, unjudgeable
from rtlvr.verify.compare import Prepared, compare
from rtlvr.verify.miter import GoldenSide, Miter
from rtlvr.verify.miter import build as build_miter
from rtlvr.verify.prove import prove, replay_stimulus
from rtlvr.verify.sandbox import scratch
from rtlvr.verify.simulate import SimulationFailed, preprocess, simulate
from rtlvr.verify.stimulus import build, exhaustive, long_run
from rtlvr.verify.verdict import Limits, Mode, Stimuli, Verdict

_KEPT_GOLDENS, _KEPT_BYTES = 4096, 64 << 20  # prepared goldens, and their traces and stimuli
_LONG_CYCLES, _LONG_SECONDS = (200_000, 10_000), 2  # the shorter run where a design is too slow for the longer
_FIRST_LOOK = Stimuli(sequences=4, cycles=32, seed=1)


class Judge:
    """Judges candidates against goldens; keeps the goldens used last prepared, up to 4096 or 64 MiB."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._goldens: OrderedDict[tuple, Prepared] = OrderedDict()
        self._bytes = 0

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
        prepared = self.prepare(golden, _FIRST_LOOK if quick else stimuli, golden_top)
        try:
            if quick and normalised(candidate) == normalised(golden) and candidate_top in (None, golden_top):
                return _identical(began)
            text = self._read(candidate)
            top = self._fit(prepared, text, candidate_top)
            case = _Case(self, prepared, text, top)
            verdict = case.by_simulation(stimuli.strict_x)
            if quick and verdict.status != "inequivalent":
                verdict = case.by_proof(verdict)
                if verdict is None and mode == "formal":
                    verdict = _undecided("neither a proof nor a confirmed counterexample within the limits")
                elif verdict is None:
                    verdict = case.by_testbench(self._again(golden, stimuli, golden_top))
        except (SimulationFailed, DesignError) as error:
            verdict = Verdict(status="invalid", method="screen", reason=str(error)[:500])
        return verdict.model_copy(update={"seconds": time.perf_counter() - began})

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
            text = self._read(golden)
            circuit = analyse(for_synthesis(text), top)
            if any(port.direction == "inout" for port in circuit.ports):
                raise DesignError("it has an inout port; only inputs and outputs can be judged")
            if not circuit.outputs:
                raise DesignError("it has no output")
            stimulus = build(circuit, stimuli)
            trace = simulate(text, circuit.top, circuit, stimulus, self.limits)
        except (SimulationFailed, DesignError) as error:
            raise DesignError(f"the golden cannot be used: {error}") from error
        for_miters = GoldenSide(for_synthesis(text), circuit, secrets.token_hex(6))
        return Prepared(text, circuit, for_miters, _header(text, circuit.top), stimulus, trace)

    def _fit(self, prepared: Prepared, candidate: str, top: str | None) -> str:
        """The candidate's top module, its interface checked."""
        golden = prepared.circuit
        top = top or golden.top
        # A header equal to the golden's, without macros that could change its meaning, needs no analysis.
        if (
            "`" not in candidate
            and _header(candidate, top) == prepared.header
            and module_names(candidate).count(top) == 1
        ):
            return top
        circuit = analyse(for_synthesis(candidate), preferred=top)
        wanted = {p.name: (p.direction, p.width) for p in golden.ports}
        got = {p.name: (p.direction, p.width) for p in circuit.ports}
        if got != wanted:
            raise DesignError(_interface(wanted, got))
        return circuit.top


class _Case:
    """One candidate, its interface checked, beside its golden."""

    def __init__(self, judge: Judge, prepared: Prepared, text: str, top: str) -> None:
        self._limits, self._golden, self._text, self._top = judge.limits, prepared, text, top

    def by_simulation(
        self,
        strict_x: bool = False,
        prepared: Prepared | None = None,
        method: str = "testbench",
        limits: Limits | None = None,
    ) -> Verdict:
        """Simulate under the golden's stimulus (or that of `prepared`) and compare.

        Raises:
            SimulationFailed: the candidate does not compile or exceeds its limits.
        """
        prepared = prepared or self._golden
        trace = simulate(self._text, self._top, prepared.circuit, prepared.stimulus, limits or self._limits)
        if trace.shape != prepared.trace.shape:
            raise SimulationFailed("its trace does not have the testbench's shape")
        return compare(prepared, trace, strict_x, method)

    def by_proof(self, first: Verdict) -> Verdict | None:
        """Settle by proof or confirmed counterexample what a first look left open; None where neither is had."""
        if self._all_seen(first):
            return first.model_copy(update={"method": "exhaustive", "reason": "no difference for any input"})
        with scratch() as folder:
            return self._ask(folder, first)

    def by_testbench(self, fuller: Prepared | None) -> Verdict:
        """The paper's testbench, and one long run for what happens late or seldom."""
        if fuller is None:
            return _undecided("the golden exceeds its limits under the full testbench")
        verdict = self.by_simulation(prepared=fuller)
        if verdict.status != "equivalent":
            return verdict
        for cycles in _LONG_CYCLES:
            late = self._late(long_run(self._golden.circuit, self._text, cycles))
            if late is not None:
                return late if late.status == "inequivalent" else verdict
        return verdict

    def _late(self, stimulus: np.ndarray) -> Verdict | None:
        """Both designs under a long stimulus; None where one of them is too slow for it, which is no fault."""
        brief = self._limits.model_copy(update={"cpu_seconds": _LONG_SECONDS})
        try:
            return self._replayed(stimulus, "testbench", brief)
        except SimulationFailed:
            return None

    def _all_seen(self, first: Verdict) -> bool:
        """Whether simulation saw every input of two designs without state."""
        if first.status != "equivalent" or not exhaustive(self._golden.circuit):
            return False
        try:
            return not analyse(for_synthesis(self._text), self._top).sequential
        except DesignError:
            return False

    def _ask(self, folder: Path, first: Verdict) -> Verdict | None:
        golden = self._golden
        miter = build_miter(golden.miter, for_synthesis(self._text), self._top, folder)
        if not isinstance(miter, Miter):
            return None
        answer = prove(miter, folder, self._limits)
        if answer == "proved" and first.status == "equivalent":
            reason = "proved for every input and every state that can be reached"
            return Verdict(status="equivalent", method="formal", error_rate=0.0, reason=reason)
        if answer == "refuted":
            replayed = self._replayed(replay_stimulus(miter, golden.circuit, folder), "formal")
            return replayed if replayed is not None and replayed.status == "inequivalent" else None
        return None

    def _replayed(self, stimulus: np.ndarray, method: str, limits: Limits | None = None) -> Verdict | None:
        """Both designs under another stimulus; None where the golden itself exceeds its limits."""
        golden, limits = self._golden, limits or self._limits
        try:
            trace = simulate(golden.text, golden.circuit.top, golden.circuit, stimulus, limits)
        except SimulationFailed:
            return None
        return self.by_simulation(False, replace(golden, stimulus=stimulus, trace=trace), method, limits)


def _identical(began: float) -> Verdict:
    seconds = time.perf_counter() - began
    return Verdict(status="equivalent", method="identical", reason="it is the golden's own text", seconds=seconds)


def _undecided(reason: str) -> Verdict:
    return Verdict(status="undecided", method="hybrid", reason=reason)


def _header(text: str, top: str) -> str:
    found = re.search(rf"\bmodule\s+{re.escape(top)}\b[^;]*;", strip_comments(text))
    return " ".join(found.group().split()) if found else ""


def _interface(wanted: dict, got: dict) -> str:
    def say(ports: dict) -> str:
        return ", ".join(f"{direction} {name}[{width}]" for name, (direction, width) in sorted(ports.items()))

    missing = {n: v for n, v in wanted.items() if got.get(n) != v}
    extra = {n: v for n, v in got.items() if n not in wanted}
    parts = [f"needs {say(missing)}" if missing else "", f"has {say(extra)} that the golden has not" if extra else ""]
    return "its interface differs: " + "; ".join(p for p in parts if p)
