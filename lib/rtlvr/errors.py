"""The kit's exceptions, and the closed list of causes that verdicts share with them.

A wrong answer is data (a `Verdict`); exceptions are for everything else.
"""

from typing import Literal

# Why a verdict is not `equivalent`; docs/verifier.md says each in plain words.
Cause = Literal[
    "syntax",  # the text does not compile
    "interface",  # other ports than the golden
    "construct",  # something that is not allowed, or that no tool of ours can judge
    "missing_module",  # it needs a module whose contents are not in the text
    "no_top",  # no module in it, or not one that is clearly the top
    "too_large",  # more bytes than a text may have
    "format",  # there is no code where the answer or the row should have it
    "counterexample",  # a difference was seen, and its trace is there
    "late_difference",  # a difference was seen, too late for a trace
    "time",  # the time of a check ran out
    "memory",  # memory or disk of a check ran out
    "crash",  # its simulation ends before its time
    "unknown_candidate",  # the candidate is unknown where the golden is not, and nobody knows whether that matters
    "unknown_golden",  # outputs of the golden never become known
    "unread_golden",  # the golden itself cannot be judged
    "missing_tool",  # it is VHDL, and there is no GHDL here
    "unproved",  # neither a proof nor a difference that simulation confirms
]


class RtlvrError(Exception):
    """Base of all errors that the kit raises on purpose."""


class InfrastructureError(RtlvrError):
    """A tool of ours failed (missing, killed, out of resources): never scored as a wrong answer."""


class ParameterError(RtlvrError):
    """A parameter is unknown, of the wrong type or out of range; the message lists what is allowed."""


class ExtraError(RtlvrError):
    """What was asked for needs an extra of the package that is not installed; the message says how to install it."""


class StageError(RtlvrError):
    """A stage's input is missing or stale; the message names the notebook to run."""


class RowError(StageError):
    """A line of a file is not a row of the kind that was asked for; `place` is the file and the line's number."""

    def __init__(self, message: str, place: str) -> None:
        super().__init__(message)
        self.place = place

    def __reduce__(self) -> tuple[type["RowError"], tuple[str, str]]:
        return type(self), (str(self), self.place)


class DesignError(RtlvrError):
    """A design cannot be analysed or judged; the message says why, and `cause` says it in one word."""

    cause: Cause = "construct"

    def __init__(self, message: str, cause: Cause | None = None) -> None:
        super().__init__(message)
        self.cause = cause or self.cause


class SourceError(DesignError):
    """A text is no Verilog at all: it has a syntax error; the message says where."""

    cause = "syntax"


class BudgetError(RtlvrError):
    """A budget of tokens or money is spent; what was bought is kept, and a later run goes on from there."""
