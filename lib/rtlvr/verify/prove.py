"""ABC on a miter: a proof, a counterexample, or neither within the time given.

ABC's word is taken only as a positive token of its own (`Status = 1`), never from a return code; a counterexample is only
a suggestion that the caller replays. A bound reached or a time-out proves nothing.
"""

import re
from pathlib import Path
from typing import Literal

import numpy as np

from rtlvr.hdl.circuit import Circuit
from rtlvr.verify.abc import Abc
from rtlvr.verify.miter import Miter
from rtlvr.verify.stimulus import columns

Answer = Literal["proved", "refuted", "open"]
_READ = "read_aiger {folder}/miter.aig; strash"
_ENDS = "print_status; write_cex -n {folder}/cex.txt"
# What each question asks, until one is answered. Register correspondence settles most pairs and leaves many without a
# register, which `prove` settles; what it leaves is small enough for reachability, then for bounded search.
_COMBINATIONAL = (_READ, f"iprove; {_ENDS}"), ()
_SEQUENTIAL = (
    (f"{_READ}; scorr", f"prove; {_ENDS}"),
    (f"pdr -T {{seconds}}; {_ENDS}", f"bmc3 -T {{seconds}} -F 200; {_ENDS}"),
)


def prove(miter: Miter, folder: Path, abc: Abc, patience: float, seconds: int = 1) -> Answer:
    """What ABC says of `folder`/miter.aig; a counterexample goes to `folder`/cex.txt.

    Args:
        patience: seconds for all of it; an open question left then stays open.
        seconds: for each of reachability and bounded search.

    Raises:
        InfrastructureError: ABC cannot be started.
    """
    (folder / "cex.txt").unlink(missing_ok=True)
    for number, lines in enumerate(_SEQUENTIAL if miter.latches else _COMBINATIONAL):
        script = "\n".join(lines).format(folder=folder, seconds=seconds)
        output = abc.ask(script, patience, fresh=number == 0) if lines else ""
        if output is None:
            return "open"
        if "1" in re.findall(r"Status = +(-?\d)", output):
            return "proved"
        if (folder / "cex.txt").exists():
            return "refuted"
    return "open"


def replay_stimulus(miter: Miter, circuit: Circuit, folder: Path) -> np.ndarray:
    """ABC's counterexample as a stimulus of the testbench, `(steps, input bits)`; see `rtlvr.verify.stimulus`."""
    text = (folder / "cex.txt").read_text()
    events = [(int(i), int(frame), int(value)) for i, frame, value in re.findall(r"pi(\d+)@(\d+)=(\d)", text)]
    places, last = columns(circuit), max(frame for _, frame, _ in events)
    frames = np.zeros((1 + last, sum(p.width for p in circuit.inputs)), dtype=np.uint8)
    ticks = np.full(1 + last, miter.model == "cycle")
    for index, frame, value in events:
        port, bit = miter.inputs[index]
        if port == miter.tick:
            ticks[frame] = bool(value)
        else:
            frames[frame, places[port].stop - 1 - bit] = value
    return _events(frames, circuit) if miter.model == "event" else _cycles(frames, ticks, circuit)


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


def _events(frames: np.ndarray, circuit: Circuit) -> np.ndarray:
    """Each frame: clocks change first, then the rest, since a register samples what was there before the edge."""
    places = columns(circuit)
    clocks = [places[clock.name].start for clock in circuit.clocks]
    rows = np.repeat(frames, 2, axis=0)
    rows[2::2] = frames[:-1]
    rows[2::2, clocks] = frames[1:][:, clocks]
    return rows
