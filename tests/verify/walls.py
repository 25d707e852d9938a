"""What the attacks on the kernel's walls share: designs, tools that obey whatever they are given, the walls up and down."""

from pathlib import Path

import numpy as np
import pytest

from rtlvr import confine, scratch
from rtlvr.errors import InfrastructureError
from rtlvr.hdl.circuit import Circuit, Port
from rtlvr.hdl.yosys import end_child, in_child
from rtlvr.verify import Limits, sandbox
from rtlvr.verify.simulate import SimulationFailed, simulate
from rtlvr.verify.stimulus import build
from rtlvr.verify.verdict import Stimuli

LIMITS = Limits(cpu_seconds=5, wall_seconds=20, memory_mb=1024, file_mb=16)
GOOD = "module g(input [1:0] d, output reg [7:0] q);\nalways @* q = d;\nendmodule\n"
HOSTILE = "module g(input [1:0] d, output reg [7:0] q);\n{}\nendmodule\n"
CIRCUIT = Circuit(
    top="g",
    ports=(Port(name="d", direction="input", width=2), Port(name="q", direction="output", width=8)),
)
SECRET = "5a a5 c3 3c"
NO_WALLS = confine.Walls(0, seccomp=False)
walled = pytest.mark.skipif(
    confine.walls().landlock == 0 or not confine.walls().seccomp, reason=f"this system has {confine.walls()} only"
)


def up(down: pytest.MonkeyPatch) -> None:
    """Put the walls up again."""
    down.undo()
    end_child()


def shell(script: str, program: str = "/bin/sh") -> sandbox.Finished:
    """Run a script as if a tool had been talked into it."""
    with scratch.scratch() as folder:
        return sandbox.run([program, "-c", script], folder, LIMITS)


def trace(text: str) -> str:
    """What module `g` of `text` puts out in simulation, or why it does not; the screen is not asked."""
    stimulus = build(CIRCUIT, Stimuli(sequences=1, cycles=16))
    try:
        found = simulate(text, "g", CIRCUIT, stimulus, LIMITS)
    except (SimulationFailed, InfrastructureError) as error:
        return str(error)
    return "\n".join(bytes(row).decode() for row in np.asarray(found))


def yosys_says(text: str, *commands: str) -> tuple[dict | None, str]:
    """What Yosys makes of a text in its child."""
    with scratch.scratch() as folder:
        (folder / "design.sv").write_text(text)
        return in_child(_passes, folder, commands)


def _passes(folder: Path, commands: tuple[str, ...]) -> dict:
    from pyosys import libyosys as ys

    design = ys.Design()
    for command in commands:
        ys.run_pass(command.format(folder=folder), design)
    written = folder / "out.il"
    return {"text": written.read_text() if written.exists() else ""}
