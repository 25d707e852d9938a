"""One candidate beside its prepared golden, cut apart at all that they hold: proofs by cutting, and a search with what is left.

Every difference that is found is repeated in four-state simulation of the texts before it counts.
"""

import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np

from rtlvr.hdl.elaborate import Reader
from rtlvr.hdl.reading import Reading
from rtlvr.hdl.source import simulates_otherwise, without_first_values
from rtlvr.scratch import scratch
from rtlvr.verify import deep, prove
from rtlvr.verify.abc_engine import Abc, OutOfTime
from rtlvr.verify.beside import Beside
from rtlvr.verify.compare import Prepared
from rtlvr.verify.compiled import Compiled
from rtlvr.verify.cutpoints import HUGE, Cut, cut
from rtlvr.verify.miter import MOST_MEMORY, Miter
from rtlvr.verify.outcome import Finding
from rtlvr.verify.simulate import SimulationFailed
from rtlvr.verify.verdict import Limits

_LEAST_TEXT = 1_000  # bytes that a cycle costs whatever the text
LOOK_EARLY = 5e8  # gate evaluations of a deep run before anything else is asked of a large design
_LOOK_HUGE = 3e9  # gate evaluations of two designs that run side by side because no miter is made of them
_MANY = 30_000  # gates that are not joined where no pairing was plausible and both ran side by side
_MOST_REPLAYED, _MUST_REPLAY = 2e9, 6e9  # steps that Icarus repeats, times bytes of text; and where nothing else counts


class Apart(Beside):
    """A candidate and its golden cut apart; `reader` is what read the candidate."""

    def __init__(self, limits: Limits, golden: Prepared, reading: Reading, abc: Abc, fits: bool = True) -> None:
        super().__init__(limits, golden, reading, fits)
        self._abc = abc
        self._cut: bool | None = None
        self._apart: Cut | None = None  # what cutting left
        self.unfinished = False  # whether a tool was ended by its last resort, a time
        self.reader: Reader | Literal["icarus"] = "icarus"

    def by_cutting(self) -> bool:
        """Whether both designs are equal register by register, from any common state; tried once."""
        if self._cut is None:
            self._cut = self._cut_apart()
        return self._cut

    def _cut_apart(self) -> bool:
        golden = self._golden.miter
        if golden is None or self.reader == "icarus" or not self._golden.circuit.sequential:
            return False
        with scratch() as folder:
            for operators, mapped in ((True, False), (False, False), (False, True)):
                if self._done_cutting(operators, mapped):
                    continue
                seconds, began = self._for_yosys(), time.monotonic()
                found = cut(golden, self.reading.text, self._top, self.reader, folder, seconds, operators, mapped)
                self.unfinished |= found is None and time.monotonic() - began >= seconds
                self._apart = found
                if found is None:
                    break
                if found.made and self._proves(folder, found.sequential):
                    return True
        return False

    def _done_cutting(self, operators: bool, mapped: bool) -> bool:
        """Whether this way to cut can be left out, after what the way before it has found."""
        before = self._apart
        if before is None or operators:
            return False
        if mapped:
            return before.running is not None or not 0 < before.memory <= MOST_MEMORY or before.gates > HUGE
        return not before.operators

    def _proves(self, folder: Path, sequential: bool) -> bool:
        return self._asked(lambda: prove.prove(folder, self._abc, sequential, "cut")) == "proved"

    def _asked(self, question: Callable[[], prove.ProofAnswer]) -> prove.ProofAnswer:
        """ABC's answer; an open one, that is remembered, where its last resort ended it."""
        try:
            return question()
        except OutOfTime:
            self.unfinished = True
            return "open"

    def _side_by_side(self) -> Finding | None:
        """What both designs do side by side where no miter is made yet: a confirmed difference, or None.

        Where they are too large for a miter, also how far that was looked for.
        """
        apart, seen = self._apart, 0
        if apart is None:
            return Finding("open", reason="Yosys exceeds its limits of time and memory") if self.unfinished else None
        huge = apart.gates > (HUGE if apart.made or apart.running is None else _MANY)
        if apart.running is not None:
            compiled = Compiled(apart.running.aig, apart.running.initial())
            try:
                found, seen = self._look(compiled, apart.running.miter, _LOOK_HUGE if huge else LOOK_EARLY)
            finally:
                compiled.close()
            shown = None if found is None else self._shown(found, apart.running.miter)
            if shown is not None:
                return shown
        return Finding("open", seen=seen) if huge else None

    def _look(self, compiled: Compiled, miter: Miter, work: float) -> tuple[deep.Deep | None, int]:
        return deep.look(compiled, miter, self._golden.circuit, self.reading.text, work)

    @cached_property
    def simulates_otherwise(self) -> bool:
        """Whether golden or candidate may simulate otherwise than they synthesise: a proof is then not enough."""
        return simulates_otherwise(self.reading.text) or simulates_otherwise(self._golden.text)

    @cached_property
    def _late_is_doubtful(self) -> bool:
        """Whether a difference of the netlists that is too late to be repeated may be none of the texts."""
        texts = (self.reading.text, self._golden.text)
        return any(simulates_otherwise(without_first_values(text)) for text in texts)

    @property
    def _cost(self) -> int:
        """What a step of simulation costs, in bytes of text."""
        return _LEAST_TEXT + max(len(self.reading.text), len(self._golden.text))

    def _shown(self, found: deep.Deep, miter: Miter) -> Finding | None:
        """A difference of the netlists that simulation of the texts shows as well; None where it does not."""
        for frames in found.frames:
            if self._short(frames):
                finding = self._confirm(miter, frames)
                if finding.outcome == "refuted":
                    return finding
        return None

    def _short(self, frames: np.ndarray) -> bool:
        """Whether simulation can repeat so many frames."""
        most = _MUST_REPLAY if self.simulates_otherwise else _MOST_REPLAYED
        return 3 * len(frames) * self._cost <= most

    def _repeated(self, found: deep.Deep) -> bool:
        """Whether simulation has repeated all that led to a difference of the netlists."""
        return any(len(frames) == found.total and self._short(frames) for frames in found.frames)

    def _confirm(self, miter: Miter, frames: np.ndarray) -> Finding:
        """A difference in the model, repeated in four-state simulation of the texts."""
        try:
            replayed = self._replayed(prove.replay_stimulus(miter, self._golden.circuit, frames), "formal")
        except SimulationFailed as error:
            if error.partial is None and not error.timed_out:
                raise
            replayed = None
        if replayed is not None and replayed.status == "inequivalent":
            return Finding("refuted", replayed)
        if replayed is not None and replayed.cause == "unknown_candidate" and miter.definite:
            said = f"{replayed.reason}; from some state of the candidate it is another value"
            update = {"status": "inequivalent", "cause": "counterexample", "reason": said}
            return Finding("refuted", replayed.model_copy(update=update))
        return Finding("unconfirmed", seen=len(frames))
