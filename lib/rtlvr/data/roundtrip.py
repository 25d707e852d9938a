"""Round-trip synthesis: golden -> description -> thought + code -> equivalence check (paper §3.1).

With several turns a solver that is wrong is told what a model may know of its verdict (`rtlvr.environment`): what does not
compile, or inputs with expected and got outputs. Nothing else of the golden reaches it.

Guaranteed: every golden that goes in is one row; rows are appended whole and in order; a rerun goes on after the last
whole row, and tries those again whose teacher or tools failed.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from rtlvr.data.teacher import SolverAnswer, Teacher
from rtlvr.environment.answers import checked
from rtlvr.environment.words import in_words
from rtlvr.errors import InfrastructureError
from rtlvr.hdl.declarations import header
from rtlvr.progress import counter
from rtlvr.records import Attempt, Golden, Triple, Turn, read_jsonl, read_whole_lines, write_jsonl
from rtlvr.schema import Profile
from rtlvr.verify import Stimuli, Verdict, Verifier

_BATCH = 200
_NOTHING_TO_MEND = ("unknown_golden", "unread_golden")  # the golden is to blame, and no answer would be right


def run(
    goldens: Iterable[Golden],
    teacher: Teacher,
    pool: Verifier,
    stimuli: Stimuli,
    path: Path,
    answers: int = 1,
    concurrency: int = 0,
    turns: int = 1,
) -> list[Triple]:
    """Put goldens through the round trip; rows are appended to `path` and a rerun goes on after the last whole row.

    Args:
        answers: how many answers the teacher is asked for per description.
        turns: how often each of them may be given: a wrong one is sent back.
        concurrency: goldens under way at once; 0: enough to keep the verification workers busy.

    Raises:
        BudgetError: the teacher may buy no more; the rows that are done are in the file.
    """
    goldens = list(goldens)
    known = {row.id for row in _settled(path)}
    todo = [golden for golden in goldens if golden.id not in known]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file, counter("round trip", total=len(todo), unit="golden") as bar:
        counts: Counter[str] = Counter()
        batch = 8 * concurrency or _BATCH
        for start in range(0, len(todo), batch):
            chunk = todo[start : start + batch]
            for row in pool.map(lambda g: round_trip(g, teacher, pool, stimuli, answers, turns), chunk, concurrency):
                file.write(row.model_dump_json() + "\n")
                file.flush()
                counts[row.status] += 1
                bar.update()
            bar.set_postfix(counts)
    return _in_order(path, goldens)


def round_trip(
    golden: Golden, teacher: Teacher, pool: Verifier, stimuli: Stimuli, answers: int = 1, turns: int = 1
) -> Triple:
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
        attempts = [_attempt(golden, teacher, prompt, number, pool, stimuli, turns) for number in range(answers)]
    return Triple(**row, prompt=prompt, description_error=description.error, attempts=tuple(attempts))


def stimuli_of(params: Profile) -> Stimuli:
    """The testbench parameters of a profile as the verifier wants them."""
    bench = params.testbench
    return Stimuli(sequences=bench.sequences, cycles=bench.cycles, strict_x=bench.strict_x, seed=params.seed)


def _attempt(
    golden: Golden, teacher: Teacher, prompt: str, number: int, pool: Verifier, stimuli: Stimuli, turns: int
) -> Attempt:
    """An answer, given at most `turns` times: sent back while it is wrong and there is something to say."""
    earlier: tuple[Turn, ...] = ()
    while True:
        answer = SolverAnswer("", "")
        try:
            answer = _solved(golden, teacher, prompt, number, earlier)
            verdict = _verdict(golden, answer, pool, stimuli)
        except InfrastructureError as error:
            return _failed(error, answer, earlier)
        attempt = _judged(answer, verdict, earlier)
        feedback = in_words(checked(verdict, 0))
        if len(earlier) + 1 >= turns or not feedback or verdict.cause in _NOTHING_TO_MEND:
            return attempt
        earlier += (Turn(**attempt.model_dump(exclude={"turns"}), feedback=feedback),)


def _judged(answer: SolverAnswer, verdict: Verdict, earlier: tuple[Turn, ...]) -> Attempt:
    return Attempt(
        thought=answer.thought,
        code=answer.code,
        status=verdict.status,
        reason=verdict.reason,
        cause=verdict.cause,
        error=answer.error,
        turns=earlier,
    )


def _solved(golden: Golden, teacher: Teacher, prompt: str, number: int, earlier: tuple[Turn, ...]) -> SolverAnswer:
    """A teacher that is asked once needs to know of no turns."""
    return teacher.solve(golden, prompt, number, earlier) if earlier else teacher.solve(golden, prompt, number)


def _verdict(golden: Golden, answer: SolverAnswer, pool: Verifier, stimuli: Stimuli) -> Verdict:
    if answer.problem:
        return Verdict(status="invalid", method="screen", reason=answer.problem, cause="format")
    return pool.verify(golden.code, answer.code, stimuli, golden.top)


def _failed(error: InfrastructureError, answer: SolverAnswer | None = None, earlier: tuple[Turn, ...] = ()) -> Attempt:
    thought, code = (answer.thought, answer.code) if answer else ("", "")
    return Attempt(thought=thought, code=code, status="failed", reason=str(error), turns=earlier)


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
