"""Golden against candidate inside one process: `Judge` prepares a golden once and judges many candidates.

Evidence comes cheapest first (mode `hybrid`): a short simulation refutes most wrong candidates; a proof settles most right
ones; what stays open goes to millions of cycles of native simulation and to the paper's testbench.

What counts as known. An output bit of the golden is compared where its simulation *and* its netlist know it: simulation
alone claims too much, since `if` and `case` take their else branch on an unknown condition. Where the golden is known, the
candidate must be the same, whatever its own unknown state is (`rtlvr.verify.doubt`). A golden bit that is never known says
nothing of any candidate: then only a proof that both designs are the same from any common start state makes them
equivalent, and without one the pair is undecided.

Use it through `rtlvr.verify`, which runs it in worker processes that may die; a Judge forks and must be alone in its
process.
"""

import time
from collections import OrderedDict
from typing import Any

import numpy as np

from rtlvr.errors import DesignError
from rtlvr.hdl.reading import Reading, read
from rtlvr.verify import vhdl
from rtlvr.verify.abc_engine import Abc
from rtlvr.verify.beside import netlist_known
from rtlvr.verify.compare import Prepared, lacking
from rtlvr.verify.evidence import Case
from rtlvr.verify.interface import check_names, header, known_to_fit
from rtlvr.verify.miter import GoldenSide
from rtlvr.verify.outcome import CUT, Finding, failed, invalid, never_known, proved, timed, undecided, unsure_inside
from rtlvr.verify.simulate import SimulationFailed
from rtlvr.verify.stimulus import build
from rtlvr.verify.structure import Structure, as_netlist, structure, trace_of
from rtlvr.verify.verdict import Limits, Mode, Seen, Stimuli, Verdict

_KEPT_GOLDENS, _KEPT_BYTES = 4096, 64 << 20  # prepared goldens, and their traces and stimuli
_KEPT_VERDICTS = 20_000
_FIRST_LOOK = Stimuli(sequences=4, cycles=32, seed=1)
_Key = tuple[str, str | None, Stimuli, bool]  # of a prepared golden: text, top, stimulus, and whether that is restless
_Found = tuple[Reading, Structure, GoldenSide | None]


class Judge:
    """Judges candidates against goldens; keeps the goldens used last prepared, up to 4096 or 64 MiB."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._goldens: OrderedDict[_Key, Prepared] = OrderedDict()
        self._structures: OrderedDict[tuple[str, str | None], _Found] = OrderedDict()
        self._known: dict[_Key, np.ndarray | None] = {}
        self._verdicts: OrderedDict[tuple[object, ...], Verdict] = OrderedDict()  # of candidates with the same tokens
        self._bytes = 0
        self._abc = Abc(self.limits.memory_mb)

    def prepare(self, golden: str, stimuli: Stimuli, top: str | None = None, restless: bool = False) -> Prepared:
        """Analyse and simulate a golden.

        Raises:
            DesignError: the golden cannot be judged: it does not compile, has no outputs, inout ports, or never ends.
        """
        key = (golden, top, stimuli, restless)
        if key not in self._goldens:
            self._goldens[key] = self._prepare(golden, stimuli, top, restless)
            self._bytes += self._goldens[key].size
            while len(self._goldens) > (1 if self._bytes > _KEPT_BYTES else _KEPT_GOLDENS):
                gone, prepared = self._goldens.popitem(last=False)
                self._known.pop(gone, None)
                self._bytes -= prepared.size
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
        key = (golden, golden_top, _FIRST_LOOK, True) if quick else (golden, golden_top, stimuli, False)
        prepared = self.prepare(golden, key[2], golden_top, key[3])
        try:
            reading = self._candidate(candidate, prepared, candidate_top)
        except DesignError as error:
            return timed(invalid(error), prepared, "", began)
        same = (*key, stimuli, mode, reading.digest, reading.files, reading.top, reading.simulated)
        if same not in self._verdicts:
            self._verdicts[same] = self._fresh(prepared, reading, key, stimuli, mode if quick else "testbench")
            while len(self._verdicts) > _KEPT_VERDICTS:
                self._verdicts.popitem(last=False)
        return self._verdicts[same].model_copy(update={"seconds": time.perf_counter() - began})

    def _fresh(self, prepared: Prepared, reading: Reading, key: _Key, stimuli: Stimuli, mode: Mode) -> Verdict:
        began = time.perf_counter()
        case = Case(self.limits, prepared, reading, self._abc, known_to_fit(prepared.circuit, prepared.header, reading))
        verdict = self._judged(case, key, stimuli, mode)
        own = verdict.method == "identical" and reading.simulated == prepared.reading.simulated
        if mode != "testbench" and verdict.equivalent and reading.simulated is not None and not own:
            verdict = self._simulated_otherwise(verdict, key, reading.simulated, reading.top, stimuli, mode)
        return timed(verdict, prepared, case.reader, began)

    def _judged(self, case: Case, key: _Key, stimuli: Stimuli, mode: Mode) -> Verdict:
        golden, reading = self._goldens[key], case.reading
        quick = mode != "testbench"
        try:
            if quick and reading.digest == golden.reading.digest and reading.files == golden.reading.files:
                return proved("identical", "it is the golden's own text")
            known = (lambda: self._netlist_known(key)) if quick else None
            verdict = case.by_simulation(stimuli.strict_x, known=known)
            if quick and verdict.status != "inequivalent":
                verdict = self._settle(case, verdict, key, stimuli, mode)
                if case.unfinished and verdict.equivalent and not verdict.proved:
                    verdict = undecided("a proof or a long simulation was not finished in its time", "time")
            elif case.slow and verdict.equivalent:
                verdict = undecided("its simulation is too slow for the time of a check", "time")
            elif case.doubt and case.excusable:
                verdict = self._excused(case, verdict)
            if case.doubt and verdict.equivalent and not (verdict.proved and case.excusable):
                verdict = case.doubt
            if case.unseen and case.simulates_otherwise:
                verdict = undecided("its simulation is too slow, and may show something else than its netlist", "time")
            case.check_interface()
        except SimulationFailed as error:
            if error.timed_out or error.slow:
                return undecided("the time of the check ran out", "time")
            return failed(error, case)
        except DesignError as error:
            return invalid(error)
        return verdict

    def _settle(self, case: Case, first: Verdict, key: _Key, stimuli: Stimuli, mode: Mode) -> Verdict:
        """What a first look left open."""
        if not case.excusable:
            return self._simulated(case, Finding("open"), first, (key[0], key[1], stimuli, True))
        fuller = (key[0], key[1], stimuli, True)
        case.full = lambda: self._full(case, fuller)
        finding = case.by_proof(first)
        if finding.verdict is not None:
            return finding.verdict
        unknown = () if finding.from_any else self._never_known(key, fuller)
        if finding.outcome != "proved" or unknown:
            if case.by_cutting():
                finding = Finding("proved", reason=CUT, from_any=True)
            elif unknown:
                return never_known(unknown)
            elif finding.outcome == "unconfirmed":
                return undecided("a difference of the netlists was found that simulation does not show", "unproved")
        if finding.outcome == "proved":
            return self._confirmed(case, finding, first, fuller)
        if mode == "formal":
            return undecided("neither a proof nor a confirmed counterexample within the limits", "unproved")
        doubted, verdict = case.doubt is not None, self._simulated(case, finding, first, fuller)
        return self._excused(case, verdict) if case.doubt and case.excusable and not doubted else verdict

    def _full(self, case: Case, key: _Key) -> Verdict | None:
        full = self._again(key)
        return None if full is None else case.by_full(full, lambda: self._netlist_known(key))

    def _excused(self, case: Case, doubt: Verdict) -> Verdict:
        """What a proof says of a doubt that simulation has left."""
        finding = case.by_proof(doubt)
        return finding.verdict or (proved("formal", finding.reason) if finding.outcome == "proved" else doubt)

    def _confirmed(self, case: Case, finding: Finding, first: Verdict, fuller: _Key) -> Verdict:
        """A proof, where simulation does not say otherwise."""
        seen = Seen(steps=first.seen.steps, exhaustive=finding.seen == -1)
        method = "exhaustive" if finding.seen == -1 else "formal"
        shown = proved(method, finding.reason).model_copy(update={"seen": seen})
        if case.slow or not case.simulates_otherwise or (full := self._again(fuller)) is None:
            return shown
        verdict = case.by_simulation(prepared=full, known=lambda: self._netlist_known(fuller))
        return shown if verdict.status != "inequivalent" else verdict

    def _simulated(self, case: Case, finding: Finding, first: Verdict, fuller: _Key) -> Verdict:
        """No proof: equivalent as far as simulation sees, mostly of the netlists where the text is too slow for it."""
        if case.slow:
            if not finding.seen:
                return undecided("its simulation is too slow for the time of a check", "time")
            reason = f"no difference in {finding.seen} steps of native simulation of both netlists"
            return Verdict(status="equivalent", method="compiled", reason=reason, seen=Seen(steps=finding.seen))
        full = self._again(fuller)
        if full is None:
            return undecided("the golden exceeds its limits under the full testbench", "time")
        looked = finding.seen > 0 and not case.simulates_otherwise
        verdict = case.by_testbench(full, lambda: self._netlist_known(fuller), looked)
        if verdict.equivalent and (where := case.inside(full)):
            return unsure_inside(where)
        if verdict.equivalent and finding.seen:
            steps = verdict.seen.steps + finding.seen
            reason = f"{verdict.reason}, nor in {finding.seen} steps of native simulation of both netlists"
            return verdict.model_copy(update={"seen": Seen(steps=steps), "reason": reason})
        return verdict

    def _simulated_otherwise(
        self, verdict: Verdict, key: _Key, text: str, top: str, stimuli: Stimuli, mode: Mode
    ) -> Verdict:
        """A candidate that asks for SYNTHESIS must be right without that macro as well."""
        other = self.judge(key[0], text, stimuli, key[1], top, mode)
        if other.equivalent:
            return verdict.model_copy(update={"proved": verdict.proved and other.proved})
        if other.status == "inequivalent":
            return other
        return undecided(f"without the macro SYNTHESIS it cannot be judged: {other.reason}", other.cause)

    def _never_known(self, key: _Key, fuller: _Key) -> tuple[str, ...]:
        """Outputs of the golden of which some bit tells nothing under either stimulus.

        Without state, a bit is unknown only where the golden says so: then it is a don't-care, if others are known.
        """
        telling = self._telling(key)
        if not self._goldens[key].circuit.sequential and telling.any():
            return ()
        if not telling.all() and self._again(fuller) is not None:
            telling = telling | self._telling(fuller)
        return lacking(self._goldens[key].circuit, telling)

    def unknown_outputs(self, golden: str, stimuli: Stimuli, top: str | None = None) -> tuple[str, ...]:
        """Outputs of a golden of which some bit is never known under these stimuli: no candidate can be held against them."""
        self.prepare(golden, stimuli, top, True)
        return self._never_known((golden, top, stimuli, True), (golden, top, stimuli, True))

    def _telling(self, key: _Key) -> np.ndarray:
        """Which output bits of a golden tell candidates apart."""
        return self._goldens[key].telling(self._netlist_known(key))

    def _netlist_known(self, key: _Key) -> np.ndarray | None:
        if key not in self._known:
            self._known[key] = netlist_known(self._goldens[key], self.limits)
        return self._known[key]

    def _again(self, key: _Key) -> Prepared | None:
        try:
            return self.prepare(key[0], key[2], key[1], key[3])
        except DesignError:
            return None

    def asks_slang(self, golden: str, top: str | None = None) -> bool:
        """Whether slang reads a golden before Yosys's own reader, because Icarus refuses it."""
        self._again((golden, top, _FIRST_LOOK, True))
        found = self._structures.get((golden, top))
        return found is not None and found[0].slang

    def read(self, golden: str, top: str | None = None, **how: Any) -> Reading:
        """A golden as tools get it; a candidate with what `how` says of its golden.

        Raises:
            DesignError: it cannot be read.
        """
        return self._read(golden, top, **how)

    def read_beside(self, text: str, golden: str | None) -> Reading:
        """A design as tools get it; beside a `golden`, the module of it that would be judged. Raises as `read` does."""
        if golden is None or golden == text:
            return self.read(text)
        beside = self.read(golden)
        return self._read(text, None, preferred=beside.top, ports=beside.ports, chance=beside.chance)

    def _read(self, text: str, top: str | None, **how: Any) -> Reading:
        """A design as tools get it; `how` is for `read`. Raises DesignError where it must not or cannot be judged."""
        if vhdl.is_vhdl(text):
            text = vhdl.to_verilog(text, top, self.limits)
            if "ports" in how:
                text = vhdl.match_case(text, read(text, top, how["preferred"]).top, how["ports"])
        return read(text, top, **how)

    def _candidate(self, text: str, golden: Prepared, top: str | None) -> Reading:
        names = tuple(port.name for port in golden.circuit.ports)
        given = {"preferred": golden.circuit.top, "ports": names, "chance": golden.reading.chance}
        simulated = not golden.reading.macro
        try:
            reading = self._read(text, top, **given)
            simulated &= bool(reading.missing)
        except DesignError:
            if not simulated:
                raise
        # Without the macro SYNTHESIS alone only where the golden was, and nothing else is left.
        reading = self._read(text, top, **given, macro=False) if simulated else reading
        check_names(golden.circuit, reading)
        if extra := sorted(set(reading.files) - set(golden.reading.files)):
            raise DesignError(f"it loads memories from files, {', '.join(extra)}, that the golden does not read")
        return reading

    def _prepare(self, golden: str, stimuli: Stimuli, top: str | None, restless: bool) -> Prepared:
        try:
            reading, found, side = self._structure(golden, top)
            stimulus = build(found.circuit, stimuli, restless)
            began = time.perf_counter()
            shown = trace_of(reading, found, stimulus, self.limits)
            if shown is None:
                reading, found, side = self._structure(golden, top, slang=True)
                shown = as_netlist(found, stimulus, self.limits)
            simulated, trace = shown
            circuit = found.circuit
            seconds = time.perf_counter() - began
        except (SimulationFailed, DesignError) as error:
            raise DesignError(f"the golden cannot be used: {error}", "unread_golden") from error
        return Prepared(
            reading=reading,
            simulated=simulated,
            netlist=found.netlist,
            circuit=circuit,
            miter=side,
            header=header(reading.text, circuit.top),
            stimulus=stimulus,
            trace=trace,
            seconds=seconds,
            reader=found.reader,
        )

    def _either(self, golden: str, top: str | None) -> tuple[Reading, Structure]:
        """A golden as synthesis takes it; where that cannot be judged, as it is without the macro SYNTHESIS."""
        problems = []
        for macro in (True, False) if "SYNTHESIS" in golden else (True,):
            try:
                reading = self._read(golden, top, macro=macro)
                return reading, structure(reading, self.limits)
            except DesignError as error:
                problems.append(error)
        raise problems[0]

    def _structure(self, golden: str, top: str | None, slang: bool = False) -> _Found:
        """A golden's text as tools see it, its structure, and what miters keep of it.

        `slang`: Icarus refuses the text, and so slang is asked before Yosys's own reader, which misreads some of such texts.
        """
        key = (golden, top)
        if key not in self._structures or (slang and not self._structures[key][0].slang):
            reading, found = self._either(golden, top)
            if slang:
                reading = reading.model_copy(update={"slang": True})
                found = structure(reading, self.limits)
            if any(port.direction == "inout" for port in found.circuit.ports):
                raise DesignError("it has an inout port; only inputs and outputs can be judged")
            if not found.circuit.outputs:
                raise DesignError("it has no output")
            side = None if found.reader == "icarus" else GoldenSide(reading.text, found.circuit, found.reader)
            self._structures[key] = (reading, found, side)
            while len(self._structures) > _KEPT_GOLDENS:
                self._structures.popitem(last=False)
        return self._structures[key]
