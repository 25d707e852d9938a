"""One candidate beside its prepared golden: the kinds of evidence that `Judge` asks for, cheapest first.

Every counterexample is replayed in four-state simulation before it counts, and a proof counts only where simulation sees
no difference either: synthesis and simulation do not always mean the same by one text.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from rtlvr.errors import DesignError
from rtlvr.hdl.circuit import analyse
from rtlvr.hdl.elaborate import Reader, readers
from rtlvr.hdl.reading import Reading
from rtlvr.scratch import scratch
from rtlvr.verify import deep, prove
from rtlvr.verify.abc_engine import Abc
from rtlvr.verify.aiger import Aig, read_aiger
from rtlvr.verify.apart import LOOK_EARLY, Apart
from rtlvr.verify.compare import Prepared
from rtlvr.verify.compiled import Compiled
from rtlvr.verify.long_runs import held_run, long_run
from rtlvr.verify.miter import Joined, Miter, join, size_of
from rtlvr.verify.outcome import CONGRUENT, CUT, Finding
from rtlvr.verify.simulate import SimulationFailed
from rtlvr.verify.stimulus import exhaustive
from rtlvr.verify.verdict import Limits, Seen, Verdict

_LONG_CYCLES, _LONG_WORK = (2_000, 10_000, 200_000), 8e8  # of one run: cycles times bytes of text
_HELD_CYCLES, _HELD_WORK = (40_000, 200_000), 4e8  # the same of runs whose inputs rest for long
_LOOK, _LOOK_FURTHER = 6e9, 1.5e10  # gate evaluations of a deep run, before and after bounded search
_LEAP = 1e10  # gate evaluations of a run in leaps
_LARGE = 10_000  # gates of a miter that ABC takes long for: it is looked at before
_BIG, _LOOK_BIG = 4_000, 5e9  # nodes of a miter that no longer fits the caches, and evaluations for it
_MOST_ALL_INPUTS, _MOST_EXHAUSTED = 26, 2e10  # inputs of a design of which all values are tried, and gate evaluations
_QUICKLY_EXHAUSTED = 1e8  # ... before anything else is asked
_DIFFERS = ("counterexample", "unknown_candidate")  # causes of a verdict that simulation has shown
_MANY_BITS = 64  # of state, from which on cutting is tried first


class Case(Apart):
    """A candidate beside its golden, and what proofs and long runs say of both."""

    def __init__(self, limits: Limits, golden: Prepared, reading: Reading, abc: Abc, fits: bool = True) -> None:
        super().__init__(limits, golden, reading, abc, fits)
        self._more_state = True  # whether the candidate may hold more state than the golden, and so count for long
        self._long_steps = 0  # of long runs that showed no difference
        self._rested = False  # whether a run was made whose inputs rest for long
        self._definite = False  # whether it is asked from any definite state, see `_ask`

    def by_proof(self, first: Verdict) -> Finding:
        """Look for a proof or a confirmed counterexample; `first` is what simulation said."""
        if self._golden.miter is None:
            return Finding("open", reason="Yosys does not read the golden")
        if not self.slow and self._all_seen(first):
            return Finding("proved", reason="no difference for any input", seen=-1)
        with scratch() as folder:
            return self._ask(folder)

    def by_testbench(self, prepared: Prepared, known: Callable[[], np.ndarray | None], looked: bool) -> Verdict:
        """The paper's testbench, and one long run for what happens late or seldom.

        `looked`: native simulation has looked for that already, and better, unless texts may simulate otherwise. Then a
        text that turns out to be too slow for this leaves nothing undone.
        """
        verdict = self.by_full(prepared, known)
        self.unfinished |= self.slow and not looked
        if verdict.status != "equivalent" or (self.slow and looked):
            return verdict
        for stimulus in self._long(looked):
            late = self._late(stimulus, looked)
            if late is None:
                break
            if late.cause in _DIFFERS:
                return late
        steps = verdict.seen.steps + self._long_steps
        return verdict.model_copy(update={"seen": Seen(steps=steps), "reason": f"no difference in {steps} samples"})

    def _long(self, looked: bool) -> Iterator[np.ndarray]:
        """Long stimuli, the shortest first, as far as texts of their length are simulated."""
        circuit, text = self._golden.circuit, self.reading.text
        if _LONG_CYCLES[0] * self._cost <= _LONG_WORK:
            yield long_run(circuit, text, _LONG_CYCLES[0])
        if looked:
            return
        yield from self._at_rest()
        for cycles in _LONG_CYCLES[1:] if self._more_state else ():
            if cycles * self._cost <= _LONG_WORK:
                yield long_run(circuit, text, cycles)

    def _at_rest(self) -> Iterator[np.ndarray]:
        """Stimuli whose inputs rest for long, once for a candidate."""
        circuit, most = self._golden.circuit, int(_HELD_WORK / self._cost)
        if circuit.sequential and not self._rested:
            self._rested = True
            for cycles in sorted({min(cycles, most) for cycles in _HELD_CYCLES}):
                yield held_run(circuit, self.reading.text, cycles)

    def _late(self, stimulus: np.ndarray, looked: bool) -> Verdict | None:
        """Both designs under a long stimulus; None where one of them does not finish it, or may not have."""
        try:
            late = self._replayed(stimulus, "testbench")
        except SimulationFailed:
            late = None
        self.unfinished |= (late is None or self.slow) and not looked
        self._long_steps += late.seen.steps if late else 0
        return late

    def _all_seen(self, first: Verdict) -> bool:
        """Whether simulation saw every input of two designs without state."""
        if first.status != "equivalent" or not exhaustive(self._golden.circuit):
            return False
        try:
            read, seconds = self.reading, self._for_yosys()
            circuit, self.reader, _ = analyse(read.text, self._top, self.refused, seconds, read.ports)
        except DesignError:
            return False
        return not circuit.sequential

    def _join(self, folder: Path, most: int | None) -> Joined:
        """Join with the first reader that takes the candidate; `reader` says which."""
        joined = Joined(problem="no reader takes it")
        for reader in readers(self.refused) if self.reader == "icarus" else (self.reader,):
            joined = self._join_by(reader, folder, most)
            if not joined.unread:
                self.reader = reader
                break
        return joined

    def _join_by(self, reader: Reader, folder: Path, most: int | None) -> Joined:
        golden, seconds, began = self._golden.miter, self._for_yosys(), time.monotonic()
        assert golden is not None, "`by_proof` asks for no proof of what Yosys does not read"
        definite = self._definite or self.doubt is not None
        joined = join(golden, self.reading.text, self._top, reader, folder, seconds, most, definite)
        self.unfinished |= joined.miter is None and time.monotonic() - began >= seconds
        return joined

    def _ask(self, folder: Path) -> Finding:
        joined = self._join(folder, _MANY_BITS)
        if joined.huge:
            self.fits, self._cut = True, False
            return Finding("open", reason="it is too large for a proof")
        self.fits |= joined.large
        if (joined.large or (joined.miter and joined.miter.definite)) and self.by_cutting():
            return Finding("proved", reason=CUT, from_any=True)
        if joined.large:
            found = self._early_testbench() or self._early_rest() or self._side_by_side()
            if found is not None:
                return found
            joined = self._join(folder, None)
        if joined.congruent:
            self.fits, self._more_state = True, False
            return Finding("proved", reason=CONGRUENT, from_any=True)
        if joined.miter is None:
            return Finding("open", reason=joined.problem)
        self.fits, self._more_state = True, joined.more_state
        finding = self._by_miter(joined.miter, folder)
        if finding.outcome != "unconfirmed" or joined.miter.definite:
            return finding
        # On two rails that the candidate is unknown differs as well: only from a definite state it is a difference.
        self._definite = True
        again = self._ask(folder)
        return finding if again.outcome == "open" and self.doubt is None and not finding.vague else again

    def _early_testbench(self) -> Finding | None:
        """The full testbench costs little beside all that may be asked of a large design: what it refutes, or None."""
        verdict = self.full() if self.full else None
        return Finding("refuted", verdict) if verdict and verdict.status == "inequivalent" else None

    def _early_rest(self) -> Finding | None:
        """Where the netlists do not run natively, both texts under inputs that rest for long: a difference, or None."""
        if self.slow or (self._apart and self._apart.running):
            return None
        for stimulus in self._at_rest():
            late = self._late(stimulus, looked=False)
            if late and late.status == "inequivalent":
                return Finding("refuted", late)
        return None

    def _by_miter(self, miter: Miter, folder: Path) -> Finding:
        """What native simulation and ABC say of a miter."""
        if not miter.latches and (found := self._exhausted(miter, folder, _QUICKLY_EXHAUSTED)) is not None:
            return found
        if miter.latches and size_of(folder / "miter.aig")[1] > _LARGE:
            early = self._early(miter, folder)
            if early is not None:
                return self._deep(early, miter)
        answer = self._asked(lambda: prove.prove(folder, self._abc, bool(miter.latches)))
        if answer == "open":
            return self._further(miter, folder)
        return self._answered(answer, miter, folder)

    def _answered(self, answer: str, miter: Miter, folder: Path) -> Finding:
        if answer == "proved":
            return Finding("proved", reason="proved for every input and every state that can be reached")
        frames = prove.counterexample(miter, folder)
        finding = self._confirm(miter, frames)
        if finding.outcome == "refuted" or miter.definite:
            return finding
        return replace(finding, vague=not deep.shows(read_aiger(folder / "miter.aig").last, frames))

    def _early(self, miter: Miter, folder: Path) -> deep.Deep | None:
        compiled = Compiled(read_aiger(folder / "miter.aig").last)
        try:
            return self._look(compiled, miter, LOOK_EARLY)[0]
        finally:
            compiled.close()

    def _further(self, miter: Miter, folder: Path) -> Finding:
        """What ABC leaves open at once: native simulation, leaps, reachability and bounded search, then more of the first."""
        if not miter.latches:
            return self._combinational(miter, folder)
        reduced = folder / prove.REDUCED
        whole = folder / "miter.aig"  # in which counters that share low bits are still apart
        aig = read_aiger(reduced if reduced.exists() else whole)
        compiled = Compiled(aig.last)
        try:
            big = compiled.nodes > _BIG
            found, seen = (None, 0) if big else self._look(compiled, miter, _LOOK)
            late = None if found is None else self._deep(found, miter)
            leapt = None if late or big else self._leapt(read_aiger(whole) if reduced.exists() else aig, miter)
            if leapt is not None and leapt.outcome == "refuted":
                return leapt
            # A late difference may be too long to be shown, a bounded one not.
            if late is None or late.outcome != "refuted":
                answer = self._asked(lambda: prove.search(folder, self._abc, aig.next_states.size))
                if answer != "open":
                    return self._answered(answer, miter, folder)
            if late is None:
                found, seen = self._look(compiled, miter, _LOOK_BIG if big else _LOOK_FURTHER)
        finally:
            compiled.close()
        if found is None:
            return leapt or Finding("open", seen=seen)
        return late or self._deep(found, miter)

    def _leapt(self, aig: Aig, miter: Miter) -> Finding | None:
        """What a run in leaps finds, or None. It shows no inputs, so it must also be one of a candidate that knows its state."""
        total = self._leap(aig, miter)
        if total is None:
            return None
        if not miter.definite:
            with scratch() as folder:
                before, self._definite = self._definite, True
                joined = self._join(folder, None)
                self._definite = before
                again = None if joined.miter is None else self._leap(read_aiger(folder / "miter.aig"), joined.miter)
            if joined.miter is None or again is None:
                return Finding("unconfirmed", seen=total)
            miter, total = joined.miter, again
        return self._deep(deep.Deep((), total), miter)

    def _leap(self, aig: Aig, miter: Miter) -> int | None:
        return deep.leap(aig.last, miter, self._golden.circuit, self.reading.text, _LEAP)

    def _combinational(self, miter: Miter, folder: Path) -> Finding:
        """What proofs leave open: all inputs, where that is no more than patience allows, else some million of them."""
        found = self._exhausted(miter, folder, _MOST_EXHAUSTED)
        if found is not None:
            return found
        compiled = Compiled(read_aiger(folder / "miter.aig").last)
        try:
            failing, seen = self._look(compiled, miter, _LOOK)
        finally:
            compiled.close()
        return Finding("open", seen=seen * 64) if failing is None else self._deep(failing, miter)

    def _exhausted(self, miter: Miter, folder: Path, work: float) -> Finding | None:
        """All inputs of a miter without state, if that is at most `work`; None where it is more."""
        inputs = len(miter.inputs)
        if inputs > _MOST_ALL_INPUTS or 2.0**inputs / 64 > work:
            return None
        compiled = Compiled(read_aiger(folder / "miter.aig"))
        try:
            if compiled.nodes * 2.0**inputs / 64 > work:
                return None
            failing, _ = compiled.exhaust()
        finally:
            compiled.close()
        if failing is None:
            return Finding("proved", reason=f"no difference for any of 2**{inputs} inputs", seen=-1)
        frames = np.array([[failing >> index & 1 for index in range(inputs)]], dtype=np.uint8)
        return self._confirm(miter, frames)

    def _deep(self, found: deep.Deep, miter: Miter) -> Finding:
        shown = self._shown(found, miter)
        if shown is not None:
            return shown
        if self._late_is_doubtful or (not miter.definite and self._repeated(found)):
            return Finding("unconfirmed", seen=found.total)
        reason = f"outputs differ after {found.total} steps, in native simulation of both netlists"
        seen = Seen(steps=found.total)
        verdict = Verdict(status="inequivalent", method="compiled", reason=reason, cause="late_difference", seen=seen)
        return Finding("refuted", verdict, seen=found.total)
