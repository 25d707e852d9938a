"""Round-trip synthesis: golden -> description -> thought + code -> equivalence check (paper §3.1)."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tqdm import tqdm

from rtlvr.data.corpus import procedural, seed_corpus
from rtlvr.data.families import Design
from rtlvr.data.teacher import EndpointTeacher, ProceduralTeacher, Teacher
from rtlvr.errors import DesignError
from rtlvr.params import Profile, Roundtrip
from rtlvr.records import Golden, Triple, read_jsonl
from rtlvr.verify import Pool, Stimuli

_BATCH = 200


def gather(roundtrip: Roundtrip, seed: int) -> tuple[list[Golden], dict[str, Design]]:
    """The goldens of a run: the seed corpus (where asked for) and the procedural designs, with the designs by golden id."""
    drawn = list(procedural(roundtrip.designs, seed))
    goldens = [*(seed_corpus() if roundtrip.corpus else ()), *(golden for golden, _ in drawn)]
    return goldens, {golden.id: design for golden, design in drawn}


def make_teacher(roundtrip: Roundtrip, designs: dict[str, Design], seed: int) -> Teacher:
    """The teacher that the profile names."""
    if roundtrip.teacher == "procedural":
        return ProceduralTeacher(designs, roundtrip.misdescribe, roundtrip.misread, seed)
    return EndpointTeacher(roundtrip.base_url, roundtrip.describe_model, roundtrip.solve_model, roundtrip.api_key_env)


def self_check(goldens: Sequence[Golden], pool: Pool, stimuli: Stimuli) -> dict[str, str]:
    """Check every golden against itself; returns {id: reason} of those that cannot be used."""

    def check(golden: Golden) -> str | None:
        try:
            verdict = pool.verify(golden.code, golden.code, stimuli, golden.top, golden.top)
        except DesignError as error:
            return str(error)
        return None if verdict.equivalent else f"not equivalent to itself: {verdict.reason}"

    reasons = pool.map(check, goldens)
    return {golden.id: reason for golden, reason in zip(goldens, reasons, strict=True) if reason}


def run(goldens: Iterable[Golden], teacher: Teacher, pool: Pool, stimuli: Stimuli, path: Path) -> list[Triple]:
    """Put goldens through the round trip; rows are appended to `path` and a rerun goes on after the last whole row."""
    known = {row.id for row in _rows(path)}
    todo = [golden for golden in goldens if golden.id not in known]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file, tqdm(total=len(todo), desc="round trip", mininterval=5) as bar:
        for start in range(0, len(todo), _BATCH):
            chunk = todo[start : start + _BATCH]
            for row in pool.map(lambda golden: round_trip(golden, teacher, pool, stimuli), chunk):
                file.write(row.model_dump_json() + "\n")
            file.flush()
            bar.update(len(chunk))
    return read_jsonl(path, Triple)


def round_trip(golden: Golden, teacher: Teacher, pool: Pool, stimuli: Stimuli) -> Triple:
    """One golden's round trip.

    Raises:
        DesignError: the golden cannot be judged (`self_check` comes first).
    """
    description = teacher.describe(golden)
    prompt = f"{description.text}\n{header(golden)}"
    answer = teacher.solve(golden, prompt)
    verdict = pool.verify(golden.code, answer.code, stimuli, golden.top)
    return Triple(
        id=golden.id,
        golden=golden.code,
        category=golden.category,
        source=golden.source,
        prompt=prompt,
        thought=answer.thought,
        code=answer.code,
        status=verdict.status,
        reason=verdict.reason,
        description_error=description.error,
        code_error=answer.error,
    )


def header(golden: Golden) -> str:
    """The golden's module header, which every prompt ends with so that names and widths are given."""
    start = golden.code.index(f"module {golden.top}")
    return golden.code[start : golden.code.index(";", start) + 1]


def stimuli_of(params: Profile) -> Stimuli:
    """The testbench parameters of a profile as the verifier wants them."""
    bench = params.testbench
    return Stimuli(sequences=bench.sequences, cycles=bench.cycles, strict_x=bench.strict_x, seed=params.seed)


def _rows(path: Path) -> list[Triple]:
    """Whole rows already written; a torn last line (the process was killed) is cut off."""
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole, encoding="utf-8")
    return read_jsonl(path, Triple)
