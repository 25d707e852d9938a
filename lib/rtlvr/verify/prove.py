"""ABC on a miter: a proof, a counterexample, or neither.

ABC's word is taken only as a positive token of its own (`Status = 1`), never from a return code; a counterexample is only
a suggestion that the caller replays. A bound reached or a time-out proves nothing. What limits the search is the number of
conflicts and frames, so that a busy machine finds what a quiet one finds; seconds are only a last resort.
"""

import re
from pathlib import Path
from typing import Literal

import numpy as np

from rtlvr.hdl.circuit import Circuit
from rtlvr.verify.abc import Abc
from rtlvr.verify.miter import Miter, resting
from rtlvr.verify.stimulus import columns

Answer = Literal["proved", "refuted", "open"]
REDUCED = "reduced.aig"
_ENDS = "print_status; write_cex -n {folder}/cex.txt"
_READ = "read_aiger {folder}/{name}.aig; strash"
# Register correspondence settles most pairs and leaves many without a register, which `prove` settles.
_FIRST = {
    False: (_READ, f"iprove; {_ENDS}"),
    True: (f"{_READ}; scorr -C 1000", f"write_aiger {{folder}}/{REDUCED}", f"prove; {_ENDS}"),
}
# What that leaves may be small enough for all its states (counters of any kind), for invariants, or for bounded search.
_STATES = f"reach -F 30000 -B 100000; {_ENDS}"
_SECOND = (f"pdr -F 400; {_ENDS}", f"bmc3 -C 20000 -F 200; {_ENDS}")
_MOST_STATES = 64  # latches


def prove(folder: Path, abc: Abc, patience: float, sequential: bool, name: str = "miter") -> Answer:
    """What ABC says at once of `folder`/`name`.aig; a counterexample goes to `folder`/cex.txt.

    A sequential miter is left, with what is equal merged, in `folder`/reduced.aig for those who look further.

    Args:
        patience: seconds of CPU time for all of it; an open question left then stays open.

    Raises:
        InfrastructureError: ABC cannot be started.
    """
    return _ask(_FIRST[sequential], folder, abc, patience, name)


def search(folder: Path, abc: Abc, latches: int, seconds: float = 3.0) -> Answer:
    """Reachable states, invariants and bounded search on what `prove` left open, `seconds` of CPU time for each; else as
    `prove`. `latches` are those of reduced.aig."""
    for line in (_STATES, *_SECOND) if latches <= _MOST_STATES else _SECOND:
        answer = _ask((f"read_aiger {{folder}}/{REDUCED}; strash", line), folder, abc, seconds)
        if answer != "open":
            return answer
    return "open"


def _ask(lines: tuple[str, ...], folder: Path, abc: Abc, patience: float, name: str = "") -> Answer:
    (folder / "cex.txt").unlink(missing_ok=True)
    output = abc.ask("\n".join(lines).format(folder=folder, name=name), patience)
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
        else:
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
