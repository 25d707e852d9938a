"""Golden against candidate inside one process: `Judge` prepares a golden once and judges many candidates.

Use it through `rtlvr.verify`, which runs it in worker processes that may die; a Judge forks and must be alone in its process.
"""

import re
import time
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from rtlvr.errors import DesignError
from rtlvr.hdl.circuit import Circuit, analyse
from rtlvr.hdl.source import module_names, screen, strip_comments
from rtlvr.verify.simulate import SimulationFailed, simulate
from rtlvr.verify.stimulus import build, columns
from rtlvr.verify.verdict import Counterexample, Limits, Stimuli, Verdict

_METHOD = "testbench"
_TRACE_ROWS = 24
_KEPT_GOLDENS = 64


@dataclass(frozen=True)
class Prepared:
    """A golden, ready to judge candidates: its structure, the stimulus and its own trace."""

    circuit: Circuit
    header: str
    stimulus: np.ndarray  # (steps, input bits)
    trace: np.ndarray  # (steps, output bits), characters 0 1 x z


class Judge:
    """Judges candidates against goldens by simulation; keeps the last 64 goldens prepared."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._goldens: OrderedDict[tuple, Prepared] = OrderedDict()

    def prepare(self, golden: str, stimuli: Stimuli, top: str | None = None) -> Prepared:
        """Analyse and simulate a golden.

        Raises:
            DesignError: the golden cannot be judged: it does not compile, has no outputs, inout ports, or never ends.
        """
        key = (golden, top, stimuli)
        if key not in self._goldens:
            self._goldens[key] = self._prepare(golden, stimuli, top)
            if len(self._goldens) > _KEPT_GOLDENS:
                self._goldens.popitem(last=False)
        self._goldens.move_to_end(key)
        return self._goldens[key]

    def judge(
        self,
        golden: str,
        candidate: str,
        stimuli: Stimuli,
        golden_top: str | None = None,
        candidate_top: str | None = None,
    ) -> Verdict:
        """Judge one candidate. Raises DesignError where the golden itself cannot be judged."""
        began = time.perf_counter()
        prepared = self.prepare(golden, stimuli, golden_top)
        verdict = self._judge(prepared, candidate, stimuli, candidate_top)
        return verdict.model_copy(update={"seconds": time.perf_counter() - began})

    def _prepare(self, golden: str, stimuli: Stimuli, top: str | None) -> Prepared:
        if problem := screen(golden):
            raise DesignError(f"the golden cannot be used: {problem}")
        circuit = analyse(golden, top)
        if any(port.direction == "inout" for port in circuit.ports):
            raise DesignError("the golden has an inout port; only inputs and outputs can be judged")
        if not circuit.outputs:
            raise DesignError("the golden has no output")
        stimulus = build(circuit, stimuli)
        try:
            trace = simulate(golden, circuit.top, circuit, stimulus, self.limits)
        except SimulationFailed as error:
            raise DesignError(f"the golden cannot be simulated: {error}") from error
        return Prepared(circuit, _header(golden, circuit.top), stimulus, trace)

    def _judge(self, prepared: Prepared, candidate: str, stimuli: Stimuli, top: str | None) -> Verdict:
        if problem := screen(candidate):
            return _invalid(f"{problem}")
        if not module_names(candidate):
            return _invalid("there is no module in it")
        try:
            top = self._fit(prepared, candidate, top)
            trace = simulate(candidate, top, prepared.circuit, prepared.stimulus, self.limits)
        except (SimulationFailed, DesignError) as error:
            return _invalid(str(error))
        if trace.shape != prepared.trace.shape:
            return _invalid("its trace does not have the testbench's shape")
        return compare(prepared, trace, stimuli.strict_x)

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
        circuit = analyse(candidate, preferred=top)
        wanted = {p.name: (p.direction, p.width) for p in golden.ports}
        got = {p.name: (p.direction, p.width) for p in circuit.ports}
        if got != wanted:
            raise DesignError(_interface(wanted, got))
        return circuit.top


def compare(prepared: Prepared, trace: np.ndarray, strict_x: bool = False) -> Verdict:
    """Compare a candidate's trace with the golden's: X in the golden is a don't-care unless `strict_x`."""
    golden = prepared.trace
    differs = golden != trace
    if not strict_x:
        known = golden != ord("x")
        if not known.any():
            return Verdict(status="undecided", method=_METHOD, reason="the golden's outputs never become known")
        differs &= known
    rows = differs.any(axis=1)
    rate = float(rows.mean())
    if not rows.any():
        return Verdict(
            status="equivalent", method=_METHOD, error_rate=0.0, reason=f"no difference in {len(rows)} samples"
        )
    first = int(rows.argmax())
    example = _counterexample(prepared, trace, first)
    names = [p.name for p, bits in _fields(prepared.circuit.outputs) if differs[first, bits].any()]
    reason = f"output {', '.join(names)} differs at step {first}; {int(rows.sum())} of {len(rows)} samples differ"
    return Verdict(status="inequivalent", method=_METHOD, error_rate=rate, counterexample=example, reason=reason)


def _invalid(reason: str) -> Verdict:
    return Verdict(status="invalid", method=_METHOD, reason=reason[:500])


def _fields(ports) -> list[tuple]:
    fields, start = [], 0
    for port in ports:
        fields.append((port, slice(start, start + port.width)))
        start += port.width
    return fields


def _counterexample(prepared: Prepared, trace: np.ndarray, step: int) -> Counterexample:
    circuit, window = prepared.circuit, range(max(0, step - _TRACE_ROWS + 1), step + 1)
    places = columns(circuit)
    outputs = _fields(circuit.outputs)
    rows = []
    for index in window:
        row = ["".join(map(str, prepared.stimulus[index, place])) for place in places.values()]
        for _, bits in outputs:
            row += [prepared.trace[index, bits].tobytes().decode(), trace[index, bits].tobytes().decode()]
        rows.append(tuple(row))
    names = [f"{side}.{port.name}" for port, _ in outputs for side in ("golden", "candidate")]
    return Counterexample(step=step, signals=(*places, *names), trace=tuple(rows))


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
