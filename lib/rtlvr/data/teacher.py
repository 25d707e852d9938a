"""What a teacher is: it describes code and solves descriptions (paper §3.1).

`data/procedural.py` has the offline one, which knows the truth and errs on purpose; `data/model_teacher.py` the one that is a
language model, asked at an endpoint or replayed from a transcript (`llm/transcript.py`).
"""

from dataclasses import dataclass
from typing import Protocol

from rtlvr.records import Golden, Turn


@dataclass(frozen=True)
class SolverAnswer:
    """A solver's answer.

    `error` names the misreading behind it where the teacher knows (else None); `problem` says what its format lacks.
    """

    thought: str
    code: str
    error: str | None = None
    problem: str | None = None


@dataclass(frozen=True)
class Description:
    """A description of code; `error` names what is wrong with it where the teacher knows, `problem` why it is none."""

    text: str
    error: str | None = None
    problem: str | None = None


class Teacher(Protocol):
    """Describes goldens and solves descriptions; safe to use from several threads."""

    def describe(self, golden: Golden) -> Description:
        """A specification of the golden in English, without its header.

        Raises:
            InfrastructureError: the teacher could not be asked.
            BudgetError: no more may be bought.
        """
        ...

    def solve(self, golden: Golden, prompt: str, attempt: int = 0, turns: tuple[Turn, ...] = ()) -> SolverAnswer:
        """Thought and code for a prompt: answer number `attempt` of several, after `turns` that were sent back.

        `golden` is the item's identity; only the procedural teacher may look at its code. Raises as `describe` does.
        """
        ...
