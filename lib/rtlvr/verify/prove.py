"""ABC on a miter: a proof, a counterexample, or neither within the time given.

ABC's word is taken only as a positive token of its own (`Status = 1`), never from a return code; a counterexample is only
a suggestion that the caller replays. A bound reached or a time-out proves nothing.
"""

import re
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

from rtlvr.errors import InfrastructureError
from rtlvr.hdl.circuit import Circuit
from rtlvr.verify.miter import Miter
from rtlvr.verify.sandbox import run
from rtlvr.verify.stimulus import columns
from rtlvr.verify.verdict import Limits

Answer = Literal["proved", "refuted", "open"]
_COMBINATIONAL = "iprove; print_status; write_cex -n cex.txt"
# Register correspondence settles most pairs; what it leaves is small enough for reachability, then bounded search.
_SEQUENTIAL = (
    "scorr; pdr -T {seconds}; print_status; write_cex -n cex.txt; prove; print_status; "
    "bmc3 -T {seconds} -F 200; print_status; write_cex -n cex.txt"
)


@cache
def abc() -> str:
    """The path of ABC, which comes with pyosys.

    Raises:
        InfrastructureError: it is not there.
    """
    import pyosys

    path = Path(pyosys.__file__).parent / "yosys-abc"
    if not path.exists():
        raise InfrastructureError(f"got no yosys-abc beside pyosys ({path}); reinstall pyosys")
    return str(path)


def prove(miter: Miter, folder: Path, limits: Limits, seconds: int = 1) -> Answer:
    """What ABC says of `folder`/miter.aig; a counterexample goes to `folder`/cex.txt."""
    script = (_SEQUENTIAL if miter.latches else _COMBINATIONAL).format(seconds=seconds)
    return _ask(f"read_aiger miter.aig; strash; {script}", folder, limits)


def _ask(script: str, folder: Path, limits: Limits) -> Answer:
    (folder / "cex.txt").unlink(missing_ok=True)
    finished = run([abc(), "-q", script], folder, limits)
    statuses = re.findall(r"^Status = +(-?\d)", finished.output, re.MULTILINE)
    if "1" in statuses:
        return "proved"
    return "refuted" if (folder / "cex.txt").exists() else "open"


def replay_stimulus(miter: Miter, circuit: Circuit, folder: Path) -> np.ndarray:
    """ABC's counterexample as a stimulus of the testbench, `(steps, input bits)`; see `rtlvr.verify.stimulus`."""
    text = (folder / "cex.txt").read_text()
    events = [(int(i), int(frame), int(value)) for i, frame, value in re.findall(r"pi(\d+)@(\d+)=(\d)", text)]
    places = columns(circuit)
    frames = np.zeros((1 + max(frame for _, frame, _ in events), sum(p.width for p in circuit.inputs)), dtype=np.uint8)
    for index, frame, value in events:
        port, bit = miter.inputs[index]
        frames[frame, places[port].stop - 1 - bit] = value
    return _cycles(frames, circuit) if miter.model == "cycle" else _events(frames, circuit)


def _cycles(frames: np.ndarray, circuit: Circuit) -> np.ndarray:
    """Each frame: inputs change at rest, the clock's edge, and back."""
    if not circuit.clocks:
        return frames
    clock = circuit.clocks[0]
    column, active = columns(circuit)[clock.name].start, int(clock.edges[0] == "posedge")
    rows = np.repeat(frames, 3, axis=0)
    rows[:, column] = 1 - active
    rows[1::3, column] = active
    return rows


def _events(frames: np.ndarray, circuit: Circuit) -> np.ndarray:
    """Each frame: clocks change first, then the rest, since a register samples what was there before the edge."""
    places = columns(circuit)
    clocks = [places[clock.name].start for clock in circuit.clocks]
    rows = np.repeat(frames, 2, axis=0)
    rows[2::2] = frames[:-1]
    rows[2::2, clocks] = frames[1:][:, clocks]
    return rows
