"""ABC on a miter: a proof, a counterexample, or neither.

ABC's word is taken only as a positive token of its own (`Status = 1`), never from a return code; a counterexample is only
a suggestion that the caller replays. A bound reached proves nothing. What limits the search is counted (conflicts, frames,
cubes, calls of the SAT solver), so that a busy machine finds what a quiet one finds.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from rtlvr.hdl.circuit import Circuit
from rtlvr.verify.abc_engine import Abc, Count
from rtlvr.verify.miter import Miter, size_of
from rtlvr.verify.stimulus import columns
from rtlvr.verify.wrapper import resting

ProofAnswer = Literal["proved", "refuted", "open"]
REDUCED = "reduced.aig"
_ENDS = "print_status; write_cex -n {folder}/cex.txt"
_READ_ALL = "read_aiger {folder}/{name}.aig; strash"
_READ = f"{_READ_ALL}; orpos"  # a second output is 1 only where the first one is
_REREAD = _READ.replace("{name}.aig", REDUCED)


@dataclass(frozen=True)
class _Question:
    """Lines for ABC, and how much work they may be. All counts are sized for about four seconds of CPU time."""

    lines: tuple[str, ...]
    count: Count | None = None


# Register correspondence settles most pairs and leaves many without a register, which `iprove` settles. It counts calls of
# the SAT solver, one that gives up (at 100 conflicts) as a hundred; each takes longer in a large circuit.
_CORRESPOND = (f"{_READ_ALL}; scorr -v -C 100", f"write_aiger {{folder}}/{REDUCED}")
_MOST_CALLS, _LARGE = 150_000, 40_000  # calls in a small circuit; gates from which on they are fewer
_COMBINATIONAL = f"iprove -N 3 -C 5000 -M 50000; {_ENDS}"
# What that leaves may be small enough for all its states (counters of any kind), for invariants, or for bounded search.
_STATES = _Question((_REREAD, f"reach -F 30000 -B 100000 -v; {_ENDS}"), Count(r"^Frame.* BDD = +(\d+)\.", 2_000_000))
_INVARIANTS = _Question(
    (_REREAD, f"pdr -F 400 -C 10000 -w; {_ENDS}"), Count(r"^(?:Trying to justify|Adding) cube", 4_000)
)
_BOUNDED = _Question((_REREAD, f"bmc3 -C 20000 -F 200 -v; {_ENDS}"), Count(r"Conf = +(\d+)\.", 60_000, running=True))
_MOST_STATES = 64  # latches


def prove(folder: Path, abc: Abc, sequential: bool, name: str = "miter") -> ProofAnswer:
    """What ABC says at once of `folder`/`name`.aig; a counterexample goes to `folder`/cex.txt.

    A sequential miter is left, with what is equal merged, in `folder`/reduced.aig for those who look further, unless that
    is too much work.

    Raises:
        OutOfTime: its last resort ended it.
        InfrastructureError: ABC cannot be started.
    """
    if not sequential:
        return _ask(_Question((_READ, _COMBINATIONAL)), folder, abc, name)
    (folder / REDUCED).unlink(missing_ok=True)
    most = int(_MOST_CALLS / (1 + size_of(folder / f"{name}.aig")[1] / _LARGE))
    _ask(_Question(_CORRESPOND, Count(r"LR = +(\d+)\..* F = +(\d+)\.", most, (1, 100))), folder, abc, name)
    if not (folder / REDUCED).exists() or size_of(folder / REDUCED)[0]:
        return "open"
    return _ask(_Question((_REREAD, _COMBINATIONAL)), folder, abc)


def search(folder: Path, abc: Abc, latches: int) -> ProofAnswer:
    """Reachable states, invariants and bounded search on what `prove` left open; else as `prove`.

    `latches` are those of reduced.aig; without that file the answer is open.
    """
    if not (folder / REDUCED).exists():
        return "open"
    for question in (_STATES, _INVARIANTS, _BOUNDED) if latches <= _MOST_STATES else (_INVARIANTS, _BOUNDED):
        answer = _ask(question, folder, abc)
        if answer != "open":
            return answer
    return "open"


def _ask(question: _Question, folder: Path, abc: Abc, name: str = "") -> ProofAnswer:
    (folder / "cex.txt").unlink(missing_ok=True)
    output = abc.ask("\n".join(question.lines).format(folder=folder, name=name), question.count)
    if output is None:
        return "open"
    if "1" in re.findall(r"Status = +(-?\d)", output):
        return "proved"
    return "refuted" if (folder / "cex.txt").exists() else "open"


def counterexample(miter: Miter, folder: Path) -> np.ndarray:
    """ABC's counterexample frame by frame, `(frames, inputs of the miter)`."""
    text = (folder / "cex.txt").read_text()
    events = [(int(i), int(frame), int(value)) for i, frame, value in re.findall(r"pi(\d+)@(\d+)=(\d)", text)]
    frames = np.zeros((1 + max((frame for _, frame, _ in events), default=0), len(miter.inputs)), dtype=np.uint8)
    for index, frame, value in events:
        frames[frame, index] = value
    return frames


def replay_stimulus(miter: Miter, circuit: Circuit, frames: np.ndarray) -> np.ndarray:
    """Frames of the miter's inputs as a stimulus of the testbench, `(steps, input bits)`; see `rtlvr.verify.stimulus`."""
    places = columns(circuit)
    rows = np.zeros((len(frames), sum(p.width for p in circuit.inputs)), dtype=np.uint8)
    ticks = np.full(len(frames), miter.model == "cycle")
    turns = np.zeros(len(frames), dtype=np.int64)
    for index, (port, bit) in enumerate(miter.inputs):
        if port == miter.tick:
            ticks = frames[:, index].astype(bool)
        elif port == miter.turn:
            turns += frames[:, index].astype(np.int64) << bit
        elif port in places:  # others say what a definite candidate begins with, which simulation cannot be told
            rows[:, places[port].stop - 1 - bit] = frames[:, index]
    return _events(rows, turns, miter, circuit) if miter.model == "event" else _cycles(rows, ticks, circuit)


def _cycles(frames: np.ndarray, ticks: np.ndarray, circuit: Circuit) -> np.ndarray:
    """Each frame: inputs change at rest and, where the clock ticks, its edge, and back."""
    if not circuit.clocks:
        return frames
    clock = circuit.clocks[0]
    column, active = columns(circuit)[clock.name].start, int(clock.edges[0] == "posedge")
    rows = np.repeat(frames, 3, axis=0)
    rows[:, column] = 1 - active
    rows[1::3, column] = np.where(ticks, active, 1 - active)
    return rows


def _events(frames: np.ndarray, turns: np.ndarray, miter: Miter, circuit: Circuit) -> np.ndarray:
    """Inputs at rest, then each frame: the inputs whose turn it is change."""
    places = columns(circuit)
    rows = np.zeros((len(frames) + 1, frames.shape[1]), dtype=np.uint8)
    for port in circuit.inputs:
        rows[0, places[port.name]] = resting(circuit, port.name)
    for number, group in enumerate(miter.groups):
        for name in group:
            place = places[name]
            moved = turns == number
            source = np.maximum.accumulate(np.where(moved, np.arange(1, len(frames) + 1), 0))
            stacked = np.concatenate([rows[:1, place], frames[:, place]])
            rows[1:, place] = stacked[source]
    return rows
