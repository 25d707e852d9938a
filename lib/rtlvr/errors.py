"""The kit's exceptions. A wrong answer is data (a `Verdict`); these are for everything else."""


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


class DesignError(RtlvrError):
    """A golden design cannot be analysed or judged; the message says why."""


class SourceError(DesignError):
    """A text is no Verilog at all: it has a syntax error; the message says where."""


class BudgetError(RtlvrError):
    """A budget of tokens or money is spent; what was bought is kept, and a later run goes on from there."""
