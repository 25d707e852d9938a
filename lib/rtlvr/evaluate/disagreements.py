"""Where an official testbench and the verifier say otherwise of one sample, and why.

The verifier compares with the reference, the testbench with what its author thought of. Where the testbench passes what a
counterexample refutes, it is probed (`rtlvr.evaluate.probes`) for what it does not look at. Where it fails what the verifier
accepts, either the difference lies deeper than the verifier looked, or the two read the language otherwise.

Ports that are not the reference's are a disagreement as well. Refused is not refuted: where the verifier cannot judge a sample
(delays, say), there is none. A cause names what the testbench is known to be blind to, spots that concern the outputs that
differ first; it need not be the whole story.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from rtlvr.errors import Cause
from rtlvr.evaluate.probes import EMPTY, blind_spots
from rtlvr.evaluate.scores import Scored
from rtlvr.evaluate.task import Task
from rtlvr.records import Record
from rtlvr.verify import Pool

_SHOWN = 4  # blind spots in a cause
WrongSide = Literal["testbench", "verifier"]


class Disagreement(Record):
    """Both verdicts on one sample (`samples`: on so many alike), the cause, and whose fault it is.

    `side` is `testbench` (a hole in it, or stricter than its reference) or `verifier` (it looked less deep, or reads
    the language otherwise).
    """

    task_id: str
    official: str
    official_reason: str
    verifier: str
    verifier_reason: str
    side: WrongSide
    cause: str
    samples: int = 1
    verifier_cause: Cause | None = None


def disagreements(tasks: Sequence[Task], rows: Sequence[Scored], pool: Pool) -> list[Disagreement]:
    """All disagreements on `rows`, alike ones counted, in order of appearance.

    Raises:
        InfrastructureError: our own tools failed.
    """
    odd = [row for row in rows if _differ(row)]
    holes = {row.task_id for row in odd if row.passed}
    spots = blind_spots([task for task in tasks if task.id in holes], pool)
    alike = Counter(_explained(row, spots.get(row.task_id, ())) for row in odd)
    return [one.model_copy(update={"samples": count}) for one, count in alike.items()]


def _differ(row: Scored) -> bool:
    if not row.passed:
        return row.verdict == "equivalent"
    return row.verdict == "inequivalent" or _other_ports(row)


def _other_ports(row: Scored) -> bool:
    return row.verdict == "invalid" and row.verdict_cause == "interface"


def _explained(row: Scored, spots: tuple[str, ...]) -> Disagreement:
    side, cause = _hole(row, spots) if row.passed else _stricter(row)
    return Disagreement(
        task_id=row.task_id,
        official=row.kind,
        official_reason=row.reason,
        verifier=row.verdict,
        verifier_reason=row.verdict_reason,
        verifier_cause=row.verdict_cause,
        side=side,
        cause=cause,
    )


def _hole(row: Scored, spots: tuple[str, ...]) -> tuple[WrongSide, str]:
    if _other_ports(row):
        return "testbench", "its ports are not the reference's, and the testbench connects what it knows of"
    if EMPTY in spots:
        return "testbench", "it passes an empty module: it never looks"
    if spots:
        near = tuple(f"with output {name} " for name in row.verdict_outputs)
        spots = tuple(sorted(spots, key=lambda spot: not spot.startswith(near)))
        more = f", and in {len(spots) - _SHOWN} more ways" if len(spots) > _SHOWN else ""
        return "testbench", f"it passes the reference {', '.join(spots[:_SHOWN])}{more}"
    return "testbench", "its stimulus never brings about the difference that the counterexample shows"


def _stricter(row: Scored) -> tuple[WrongSide, str]:
    if row.verdict_method != "testbench":
        return "verifier", (
            "proved equal as synthesis reads it; the simulator runs it otherwise, or the testbench compares where "
            "the reference is unknown"
        )
    return "verifier", "no difference in what it simulated, and no proof: the testbench runs longer or differently"
