"""Round-trip synthesis: golden -> description -> thought + code -> equivalence check (paper §3.1).

Guaranteed: every golden that goes in is one row; rows are appended whole and in order; a rerun goes on after the last
whole row, and tries those again whose teacher or tools failed.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from tqdm import tqdm

from rtlvr.data.teacher import SolverAnswer, Teacher
from rtlvr.errors import InfrastructureError
from rtlvr.hdl.declarations import header
from rtlvr.params import Profile
from rtlvr.records import Attempt, Golden, Triple, read_jsonl, read_whole_lines, write_jsonl
from rtlvr.verify import Stimuli, Verifier

_BATCH = 200


def run(
    goldens: Iterable[Golden],
    teacher: Teacher,
    pool: Verifier,
    stimuli: Stimuli,
    path: Path,
    answers: int = 1,
    concurrency: int = 0,
) -> list[Triple]:
    """Put goldens through the round trip; rows are appended to `path` and a rerun goes on after the last whole row.

    Args:
        answers: how many answers the teacher is asked for per description.
        concurrency: goldens under way at once; 0: enough to keep the verification workers busy.

    Raises:
        BudgetError: the teacher may buy no more; the rows that are done are in the file.
    """
    goldens = list(goldens)
    known = {row.id for row in _settled(path)}
    todo = [golden for golden in goldens if golden.id not in known]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file, tqdm(total=len(todo), desc="round trip", mininterval=5) as bar:
        counts: Counter[str] = Counter()
        batch = 8 * concurrency or _BATCH
        for start in range(0, len(todo), batch):
            chunk = todo[start : start + batch]
            for row in pool.map(lambda g: round_trip(g, teacher, pool, stimuli, answers), chunk, concurrency):
                file.write(row.model_dump_json() + "\n")
                file.flush()
                counts[row.status] += 1
                bar.update()
            bar.set_postfix(counts)
    return _in_order(path, goldens)


def round_trip(golden: Golden, teacher: Teacher, pool: Verifier, stimuli: Stimuli, answers: int = 1) -> Triple:
    """One golden's round trip.

    Raises:
        DesignError: the golden cannot be judged (cleaning comes first).
    """
    row = {"id": golden.id, "golden": golden.code, "top": golden.top, "category": golden.category}
    row |= {"source": golden.source, "licence": golden.licence, "digest": golden.digest}
    try:
        description = teacher.describe(golden)
    except InfrastructureError as error:
        return Triple(**row, prompt="", attempts=(_failed(error),))
    prompt = f"{description.text}\n{header(golden.code, golden.top)}"
    if description.problem:
        attempts = [Attempt(thought="", code="", status="invalid", reason=description.problem, cause="format")]
    else:
        attempts = [_attempt(golden, teacher, prompt, number, pool, stimuli) for number in range(answers)]
    return Triple(**row, prompt=prompt, description_error=description.error, attempts=tuple(attempts))


def stimuli_of(params: Profile) -> Stimuli:
    """The testbench parameters of a profile as the verifier wants them."""
    bench = params.testbench
    return Stimuli(sequences=bench.sequences, cycles=bench.cycles, strict_x=bench.strict_x, seed=params.seed)


def _attempt(golden: Golden, teacher: Teacher, prompt: str, number: int, pool: Verifier, stimuli: Stimuli) -> Attempt:
    answer = SolverAnswer("", "")
    try:
        answer = teacher.solve(golden, prompt, number)
        if answer.problem:
            given = {"thought": answer.thought, "code": answer.code}
            return Attempt(**given, status="invalid", reason=answer.problem, cause="format")
        verdict = pool.verify(golden.code, answer.code, stimuli, golden.top)
    except InfrastructureError as error:
        return _failed(error, answer)
    return Attempt(
        thought=answer.thought,
        code=answer.code,
        status=verdict.status,
        reason=verdict.reason,
        cause=verdict.cause,
        error=answer.error,
    )


def _failed(error: InfrastructureError, answer: SolverAnswer | None = None) -> Attempt:
    thought, code = (answer.thought, answer.code) if answer else ("", "")
    return Attempt(thought=thought, code=code, status="failed", reason=str(error))


def _settled(path: Path) -> list[Triple]:
    """The rows in the file, less those with a failure of ours, which are taken out so that they are tried again."""
    rows = read_whole_lines(path, Triple)
    settled = [row for row in rows if all(attempt.status != "failed" for attempt in row.attempts)]
    if len(settled) != len(rows):
        write_jsonl(path, settled)
    return settled


def _in_order(path: Path, goldens: Sequence[Golden]) -> list[Triple]:
    """All rows in the goldens' order, whatever order they were settled in."""
    place = {golden.id: number for number, golden in enumerate(goldens)}
    rows = read_jsonl(path, Triple)
    ordered = sorted(rows, key=lambda row: place.get(row.id, len(place)))
    if ordered != rows:
        write_jsonl(path, ordered)
    return ordered


OUTCOMES = (
    "equivalent",
    "other behaviour",
    "does not compile",
    "other interface or construct",
    "no code",
    "not decided",
)


def outcome(row: Triple) -> str:
    """How a round trip ended, as one of `OUTCOMES`; rows recorded before there were causes cannot be told to not compile."""
    if row.status in ("equivalent", "undecided", "failed"):
        return "equivalent" if row.status == "equivalent" else "not decided"
    if row.status == "inequivalent":
        return "other behaviour"
    if not row.code:
        return "no code"
    return "does not compile" if row.cause == "syntax" else "other interface or construct"
