"""The outcome of a check: a statement about the candidate, never about our tools."""

from typing import Literal

from pydantic import Field

from rtlvr.errors import Cause, DesignError
from rtlvr.records import Record

Status = Literal["equivalent", "inequivalent", "invalid", "undecided"]
Mode = Literal["hybrid", "testbench", "formal"]


class Limits(Record):
    """What one check may use.

    A candidate's simulation gets less CPU time than `cpu_seconds` where its golden needs next to none: two seconds
    and twenty times what the golden took. A long simulation, of which the steps are counted, gets six times `cpu_seconds`.
    Where a tool is ended by its time, the verdict is at most `undecided`, unless a difference was seen.
    """

    cpu_seconds: float = 10.0  # per tool run
    wall_seconds: float = 180.0  # per check, its golden's preparation apart: generous, for busy machines
    memory_mb: int = 1024
    file_mb: int = 64


class Stimuli(Record):
    """Size and meaning of the testbench (paper §3.2): M sequences of N cycles, all drawn from `seed`."""

    sequences: int = 8
    cycles: int = 64
    strict_x: bool = False
    seed: int = 0


class Counterexample(Record):
    """The end of an input trace that tells candidate from golden.

    `signals` names the columns; each row of `trace` is one step's values as bit strings, inputs first, then golden and
    candidate outputs (`golden.q`, `candidate.q`). The last row is the first mismatch, at step `step` of the stimulus.
    """

    step: int
    signals: tuple[str, ...]
    trace: tuple[tuple[str, ...], ...]


class Seen(Record):
    """How much simulation a verdict rests on: `steps` compared, and whether they were every input of a design without state."""

    steps: int = 0
    exhaustive: bool = False


class OutputVerdict(Record):
    """What the evidence says of one output alone; fields mean what they mean in `Verdict`."""

    name: str
    status: Literal["equivalent", "inequivalent", "undecided"]
    method: str
    proved: bool = False
    cause: Cause | None = None
    seen: Seen = Seen()
    error_rate: float | None = None


class Verdict(Record):
    """What the evidence says of a candidate.

    `equivalent`: no difference found by the method named, and every output bit of the golden was compared; `inequivalent`:
    a difference was seen; `invalid`: it does not compile, has another interface or uses a forbidden construct;
    `undecided`: nothing can be said. A time-out or a crash of a tool never makes one of the first three.

    `cause`: why it is not `equivalent`, in one word of a closed list (`rtlvr.errors.Cause`); `reason` says it in a sentence.
    `outputs`: those that differ first, or those of the golden that are never known.
    `proved`: `equivalent` for every input and state, not only for what was simulated. `seen`: how much was simulated.
    `error_rate` is the share of samples that differ (ε of the paper). `readers`: what read golden and candidate:
    `verilog` (Yosys's own reader), `slang`, `icarus` (simulation alone), with `ghdl` before it where it was VHDL.
    `by_output`: each output of the golden, where that was asked for (`rtlvr.verify.outputs`); left out of rows when empty.
    """

    status: Status
    method: str
    reason: str
    cause: Cause | None = None
    outputs: tuple[str, ...] = ()
    proved: bool = False
    seen: Seen = Seen()
    error_rate: float | None = None
    counterexample: Counterexample | None = None
    readers: tuple[str, ...] = ()
    seconds: float = 0.0
    by_output: tuple[OutputVerdict, ...] = Field(default=(), exclude_if=lambda parts: not parts)

    @property
    def equivalent(self) -> bool:
        """Whether the status is `equivalent`."""
        return self.status == "equivalent"


def of_unread_golden(error: DesignError) -> Verdict:
    """`undecided`: the golden cannot be judged, as the error says."""
    return Verdict(status="undecided", method="screen", reason=str(error)[:500], cause=error.cause)
