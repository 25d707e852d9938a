"""What clients send: JSON objects of these fields and no others."""

from pydantic import Field, field_validator

from rtlvr.records import Record
from rtlvr.verify import Stimuli
from rtlvr.verify.protocol import VerdictRow
from rtlvr.verify.verdict import Mode

MOST_ROWS = 10_000
_MOST_CYCLES = 1_000_000  # of a testbench, all of its sequences together


class PairBody(Record):
    """A golden and a candidate; fields mean what they mean for `rtlvr.verify`."""

    golden: str
    candidate: str
    golden_top: str | None = None
    candidate_top: str | None = None

    @property
    def row(self) -> VerdictRow:
        """As `verdict_of` takes it."""
        return self.golden, self.candidate, self.golden_top, self.candidate_top


class How(Record):
    """How a check is done; `deadline`: seconds until an answer must be there, at most the server's own."""

    mode: Mode = "hybrid"
    stimuli: Stimuli = Stimuli()
    deadline: float | None = Field(default=None, gt=0)

    @field_validator("stimuli")
    @classmethod
    def _in_bounds(cls, asked: Stimuli) -> Stimuli:
        small = asked.sequences > 0 and asked.cycles > 0 and asked.sequences * asked.cycles <= _MOST_CYCLES
        if not small or not 0 <= asked.seed < 2**63:
            raise ValueError(f"needed: sequences and cycles of at most {_MOST_CYCLES} together, and a seed from 0 on")
        return asked


class CheckRequest(PairBody, How):
    """The body of `/check`."""


class VerdictWanted(How):
    """How a check is done whose whole verdict is given; `per_output`: each output is judged alone as well."""

    per_output: bool = Field(default=False, strict=True)


class VerifyRequest(PairBody, VerdictWanted):
    """The body of `/verify`."""


class ManyRequest(VerdictWanted):
    """The body of `/verify_many`; `deadline` is of each pair."""

    pairs: list[PairBody] = Field(min_length=1, max_length=MOST_ROWS)
