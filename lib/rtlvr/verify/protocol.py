"""What whoever asks for verdicts may count on, wherever the workers are."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

from rtlvr.errors import DesignError
from rtlvr.verify.verdict import Limits, Mode, Stimuli, Verdict, of_unread_golden

Item = TypeVar("Item")
Result = TypeVar("Result")
VerdictRow = tuple[str, str, str | None, str | None]  # golden, candidate, golden_top, candidate_top


class Verifier(Protocol):
    """Workers that judge candidates: the local `Pool`, or `RayPool` on a cluster.

    It is safe to use from several threads. A golden that cannot be judged raises DesignError, tools that fail raise
    InfrastructureError; neither is ever a verdict on a candidate.
    """

    mode: Mode
    """What evidence is sought unless told otherwise."""
    jobs: int
    """How many workers there are."""
    limits: Limits
    """What one check may use."""

    def verify(
        self,
        golden: str,
        candidate: str,
        stimuli: Stimuli,
        golden_top: str | None = None,
        candidate_top: str | None = None,
        mode: Mode | None = None,
    ) -> Verdict:
        """Judge one candidate; see `rtlvr.verify`."""
        ...

    def verify_many(self, pairs: Iterable[Sequence[str]], stimuli: Stimuli) -> Iterator[Verdict]:
        """Verdicts of (golden, candidate) pairs in order, as they come."""
        ...

    def begin(self, golden: str, candidate: str, stimuli: Stimuli) -> None:
        """Start a check that `verify_many` will ask for."""
        ...

    def map(self, work: Callable[[Item], Result], items: Iterable[Item], threads: int = 0) -> Iterator[Result]:
        """Apply `work` (which may call `verify`) to items; results in order. `threads` at once; 0: enough for all workers."""
        ...

    def close(self) -> None:
        """Stop all workers."""
        ...


class Bench(Verifier, Protocol):
    """Workers that judge and that work on a text alone: `rtlvr.verify.Pool`."""

    def apply(self, work: Callable[..., dict[str, Any]], text: str, *arguments: Any) -> dict[str, Any]:
        """What `work(judge, text, *arguments)` gives in a worker: a function of a module, JSON in and out.

        Raises:
            DesignError: the work says so of the text.
        """
        ...


def verdict_of(verifier: Verifier, row: VerdictRow, mode: Mode = "hybrid", stimuli: Stimuli | None = None) -> Verdict:
    """The verdict on a (golden, candidate, golden_top, candidate_top) row; `undecided` where the golden cannot be judged.

    Raises:
        InfrastructureError: our tools failed.
    """
    golden, candidate, golden_top, candidate_top = row
    try:
        return verifier.verify(golden, candidate, stimuli or Stimuli(), golden_top, candidate_top, mode)
    except DesignError as error:
        return of_unread_golden(error)
