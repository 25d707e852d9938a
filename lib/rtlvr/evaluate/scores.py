"""A benchmark's samples judged: by its own testbench, and beside it by the verifier against its reference.

The testbench decides the score, as in the paper. The verifier's verdict shows what the testbench did not look at: see
`rtlvr.evaluate.disagreements`.
"""

from collections import Counter
from collections.abc import Sequence
from typing import get_args

from rtlvr.errors import Cause
from rtlvr.evaluate.answers import BenchmarkAnswer, extract
from rtlvr.evaluate.official import OfficialOutcome, OutcomeKind, judge_all
from rtlvr.evaluate.passk import counted, interval, proportion
from rtlvr.evaluate.task import Task
from rtlvr.progress import progress
from rtlvr.records import Measurement, Record
from rtlvr.verify.protocol import Verifier, verdict_of
from rtlvr.verify.verdict import Verdict

KS = (1, 5, 10)  # the paper's k
KINDS = get_args(OutcomeKind)
SIMULATED = ("passed", "wrong", "endless", "undecided")


class Scored(Record):
    """A judged sample: the class its official testbench puts it in, and the verifier's status (empty: not asked)."""

    task_id: str
    response: str
    tokens: int
    truncated: bool
    kind: OutcomeKind
    reason: str
    verdict: str = ""
    verdict_method: str = ""
    verdict_reason: str = ""
    verdict_cause: Cause | None = None
    verdict_outputs: tuple[str, ...] = ()  # those that differ first
    turns: int = 1  # answers that it took, this one included

    @property
    def passed(self) -> bool:
        """Whether the official testbench passes it."""
        return self.kind == "passed"

    @property
    def compiles(self) -> bool:
        """Whether it compiles by itself."""
        return self.kind in (*SIMULATED, "interface")


def score(pairs: Sequence[tuple[Task, BenchmarkAnswer]], pool: Verifier | None = None) -> list[Scored]:
    """Every answer judged, in order; with `pool` those that came to a simulation by the verifier as well.

    Raises:
        InfrastructureError: our own tools failed.
    """
    coded = [(task, extract(task, answer.response, answer.truncated)) for task, answer in pairs]
    outcomes = judge_all(coded)
    verdicts = _verdicts(coded, outcomes, pool) if pool else [None] * len(coded)
    return [
        Scored(
            **answer.model_dump(exclude={"too_long"}),
            kind=outcome.kind,
            reason=answer.too_long or outcome.reason,
            verdict=verdict.status if verdict else "",
            verdict_method=verdict.method if verdict else "",
            verdict_reason=verdict.reason if verdict else "",
            verdict_cause=verdict.cause if verdict else None,
            verdict_outputs=verdict.outputs if verdict else (),
        )
        for (_, answer), outcome, verdict in zip(pairs, outcomes, verdicts, strict=True)
    ]


def _verdicts(
    coded: Sequence[tuple[Task, str]], outcomes: Sequence[OfficialOutcome], pool: Verifier
) -> list[Verdict | None]:
    def verdict(item: tuple[tuple[Task, str], OfficialOutcome]) -> Verdict | None:
        (task, code), outcome = item
        if outcome.kind not in SIMULATED:
            return None
        return verdict_of(pool, (task.reference, code, task.top, task.top))

    verdicts = pool.map(verdict, zip(coded, outcomes, strict=True))
    return list(progress(verdicts, "the verifier", len(coded), unit="answer"))


def pass_at(rows: Sequence[Scored]) -> dict[int, tuple[float, float, float]]:
    """Percent and 95 % interval over tasks of pass@k, for k = 1, 5, 10 as far as every task has k samples."""
    counts = counted((row.task_id, row.passed) for row in rows)
    most = min((samples for samples, _ in counts), default=0)
    found = {k: interval(counts, k) for k in KS if k <= most}
    return {k: (100 * mean, 100 * low, 100 * high) for k, (mean, low, high) in found.items()}


def by_turns(rows: Sequence[Scored]) -> dict[int, list[Scored]]:
    """The samples as they stood after 1, 2, … answers: one that took more did not compile before. Empty where none did."""
    most = max((row.turns for row in rows), default=1)
    return {
        turn: [row if row.turns <= turn else row.model_copy(update={"kind": "syntax"}) for row in rows]
        for turn in range(1, most + 1)
        if most > 1
    }


def classes(rows: Sequence[Scored]) -> dict[str, int]:
    """Samples by class, `passed` first, all classes named."""
    found = Counter(row.kind for row in rows)
    return {kind: found[kind] for kind in KINDS}


def measurements(rows: Sequence[Scored], stage: str, benchmark: str, model: str) -> list[Measurement]:
    """pass@k, the share of samples that compile by themselves (`syntax`), and that of each class, in percent.

    Where samples took several answers, also `turns_pass@k` and `turns_syntax` after each number of answers.
    """
    n = len(rows)
    shares = {f"class_{k}": count for k, count in classes(rows).items()}
    found = [
        *_of(rows, stage, benchmark, model, ""),
        *(proportion(stage, metric, model, count, n, benchmark) for metric, count in shares.items()),
    ]
    for turn, then in by_turns(rows).items():
        found += _of(then, stage, benchmark, f"{model}, {turn} answer{'s' if turn > 1 else ''}", "turns_")
    return found


def _of(rows: Sequence[Scored], stage: str, benchmark: str, variant: str, prefix: str) -> list[Measurement]:
    """pass@k and the share that compiles."""
    passes = [
        Measurement(
            stage=stage, metric=f"{prefix}pass@{k}", variant=variant, benchmark=benchmark, value=value, low=low,
            high=high, n=len(rows), unit="%",
        )
        for k, (value, low, high) in pass_at(rows).items()
    ]  # fmt: skip
    compiles = sum(row.compiles for row in rows)
    return [*passes, proportion(stage, f"{prefix}syntax", variant, compiles, len(rows), benchmark)]
