"""What the tools answer: records that a model may see whole.

Nothing in them is of the golden, but its ports and the values of its outputs in a counterexample. They are made from a
verdict's fields. Its sentence is passed on only where it is about the candidate's own text (`invalid`).
"""

import json

from rtlvr.errors import Cause
from rtlvr.records import Record
from rtlvr.verify import Counterexample, Verdict
from rtlvr.verify.verdict import Status

_SHOWN = 8  # steps of a counterexample: its end
_UNDECIDED = {
    "time": "the check took too long to be finished",
    "unknown_golden": "some outputs are never specified, so that nothing can be said of this design",
    "unproved": "neither a proof nor a difference was found",
}
_CANNOT_SAY = "nothing can be said of this design"


class Answer(Record):
    """What every tool says: whether it went well, and if not, what the problem is, in a sentence and in one word."""

    ok: bool
    problem: str | None = None
    cause: Cause | None = None

    def text(self) -> str:
        """The answer as JSON, without what is empty; any text passes, whatever is wrong with its Unicode."""
        return json.dumps(self.model_dump(mode="json", exclude_none=True))


class CompileAnswer(Answer):
    """A design's own top module: its ports with their widths in bits, the inputs that clock it, and its bits of state."""

    module: str | None = None
    inputs: dict[str, int] | None = None
    outputs: dict[str, int] | None = None
    clocks: tuple[str, ...] | None = None
    registers: int | None = None


class SimulateAnswer(Answer):
    """The values of a design's own outputs after each step, as bits."""

    steps: tuple[dict[str, str], ...] | None = None


class Shown(Record):
    """One step of a counterexample, as bits: what went in, what should have come out, what the candidate gave."""

    inputs: dict[str, str]
    expected: dict[str, str]
    got: dict[str, str]


class CheckAnswer(Answer):
    """A verdict as a model may see it; `ok` only where the design is right.

    `outputs` differ first, at step `step` of the check; `counterexample` has the steps up to there, at most eight.
    """

    status: Status | None = None
    proved: bool | None = None
    outputs: tuple[str, ...] | None = None
    step: int | None = None
    counterexample: tuple[Shown, ...] | None = None
    checks_left: int = 0


def checked(verdict: Verdict, checks_left: int) -> CheckAnswer:
    """A verdict without anything of its golden but its ports and the values of its outputs."""
    seen = verdict.counterexample
    return CheckAnswer(
        ok=verdict.equivalent,
        status=verdict.status,
        proved=verdict.proved if verdict.equivalent else None,
        problem=_problem(verdict),
        cause=verdict.cause,
        outputs=verdict.outputs or None,
        step=seen.step if seen else None,
        counterexample=_shown(seen) if seen else None,
        checks_left=checks_left,
    )


def _problem(verdict: Verdict) -> str | None:
    if verdict.status == "equivalent":
        return None
    if verdict.status == "inequivalent":
        return f"it behaves otherwise at {', '.join(verdict.outputs) or 'its outputs'}"
    return verdict.reason if verdict.status == "invalid" else _UNDECIDED.get(verdict.cause or "", _CANNOT_SAY)


def _shown(example: Counterexample) -> tuple[Shown, ...]:
    """The end of the trace by step; columns are inputs, then golden and candidate of each output."""
    sides = {"golden": "expected", "candidate": "got"}
    steps = []
    for row in example.trace[-_SHOWN:]:
        step: dict[str, dict[str, str]] = {"inputs": {}, "expected": {}, "got": {}}
        for place, (name, value) in enumerate(zip(example.signals, row, strict=True)):
            side, dot, port = name.partition(".")
            output = place >= len(row) - 2 * _outputs(example) and dot
            step[sides[side] if output else "inputs"][port if output else name] = value
        steps.append(Shown.model_validate(step))
    return tuple(steps)


def _outputs(example: Counterexample) -> int:
    """How many outputs there are: the columns end with two of each, golden's and candidate's."""
    names, count = example.signals, 0
    while 2 * count + 2 <= len(names):
        golden, candidate = names[-2 * count - 2], names[-2 * count - 1]
        if not (golden.startswith("golden.") and candidate == f"candidate.{golden.removeprefix('golden.')}"):
            break
        count += 1
    return count
