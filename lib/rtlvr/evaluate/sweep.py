"""The verifier tried on other people's Verilog: `rtlvr sweep DIR…`.

Each module that is self-contained is judged beside itself in another dress, its text rewrites, its resynthesis and a few
natural faults. The verdicts go, as JSON lines, to a folder of the user's; of the swept text only the faults that were
accepted are kept there, for study.
"""

import argparse
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rtlvr.errors import Cause, DesignError, InfrastructureError, ParameterError
from rtlvr.evaluate.faults import faults_of
from rtlvr.evaluate.sweeptable import (
    FAULTS,
    UNITS,
    VERDICTS,
    AcceptedFault,
    CandidateKind,
    FoundUnit,
    Trial,
    show,
)
from rtlvr.evaluate.units import SweepUnit, units_of
from rtlvr.hdl.rewrite import rewrites
from rtlvr.hdl.source import MAX_SOURCE_BYTES
from rtlvr.progress import counter, progress
from rtlvr.records import Record, read_whole_lines, write_jsonl
from rtlvr.verify import Stimuli, verify_many
from rtlvr.verify.pool import Pool, shared_pool
from rtlvr.verify.verdict import Verdict

_AT_ONCE = 8  # units per worker and round
_SPARE = "\n// beside itself\nmodule rtlvr_spare(input a, output b); assign b = a; endmodule\n"


class Candidate(Record):
    """Something to judge beside a unit; `why` and `cause` tell where there is no text. See `Trial` for the rest."""

    kind: CandidateKind
    text: str = ""
    detail: str = ""
    number: int = 0
    why: str = ""
    cause: Cause | None = None
    line: int = 0
    before: str = ""
    after: str = ""


def sources_of(folders: Sequence[Path], each: bool) -> dict[str, Path]:
    """The sources by name: the folders themselves, or their sub-folders.

    Raises:
        ParameterError: something is no folder, or two sources have one name.
    """
    if missing := [str(folder) for folder in folders if not folder.is_dir()]:
        raise ParameterError(f"got {', '.join(missing)}, which is no folder; give folders of HDL")
    paths = [path for folder in folders for path in (sorted(folder.iterdir()) if each else [folder]) if path.is_dir()]
    found = {path.resolve().name: path for path in paths}
    if len(found) < len(paths):
        raise ParameterError("got two folders of one name; rename one, so that sources can be told apart")
    return found


def chosen(units: Sequence[SweepUnit], limit: int, seed: int) -> list[SweepUnit]:
    """Up to `limit` (0: all) of the units in scope, evenly spread over their order."""
    fit = [unit for unit in units if unit.in_scope]
    if not limit or len(fit) <= limit:
        return fit
    start = random.Random(f"{seed}:{fit[0].source}").random()
    return [fit[int((number + start) * len(fit) / limit)] for number in range(limit)]


def sweep(sources: dict[str, Path], options: argparse.Namespace) -> None:
    """Find the units of all sources, and judge those that are to be judged and have not been."""
    found, wanted = [], []
    for name, path in progress(sources.items(), "reading", len(sources), unit="source"):
        units = units_of(path, name)
        here = chosen(units, options.limit, options.seed)
        taken = {unit.id for unit in here}
        common = ("source", "flags", "problem")
        found += [FoundUnit(id=u.id, chosen=u.id in taken, **{k: getattr(u, k) for k in common}) for u in units]
        wanted += here
    write_jsonl(options.out / UNITS, found)
    if not options.units:
        judge(wanted, options)


def judge(units: Sequence[SweepUnit], options: argparse.Namespace) -> None:
    """Judge each unit beside itself and, where that is accepted, its other candidates; what is done is not done again."""
    pool = shared_pool(options.jobs)
    said = read_whole_lines(options.out / VERDICTS, Trial)
    done = {trial.key: trial for trial in said if trial.status != "failed"}
    read_whole_lines(options.out / FAULTS, AcceptedFault)
    with counter("judging", total=len(units), unit="unit") as bar:
        for start in range(0, len(units), _AT_ONCE * pool.jobs):
            batch = units[start : start + _AT_ONCE * pool.jobs]
            own = [(unit, Candidate(kind="itself", text=unit.text + _SPARE)) for unit in batch]
            _round(own, done, options)
            accepted = [row[0] for row in own if done[_key(*row)].status == "equivalent"]
            left = [unit for unit in accepted if _key(unit, _finished(options)) not in done]
            _round(_candidates(left, pool, options), done, options)
            bar.update(len(batch))


def _finished(options: argparse.Namespace) -> Candidate:
    """The row that says that all candidates of a unit have been judged."""
    return Candidate(kind="finished", number=options.faults, detail=f"seed {options.seed}")


Rows = Sequence[tuple[SweepUnit, Candidate]]
Key = tuple[str, str, int, str]


def _key(unit: SweepUnit, candidate: Candidate) -> Key:
    """As `Trial.key`."""
    return unit.id, candidate.kind, candidate.number, candidate.detail


def _round(rows: Rows, done: dict[Key, Trial], options: argparse.Namespace) -> None:
    """Judge the rows that are not done, and write their verdicts as they come."""
    left = [row for row in rows if _key(*row) not in done]
    with (options.out / VERDICTS).open("a", encoding="utf-8") as file:
        for (unit, candidate), verdict in zip(left, _verdicts(left, options.jobs), strict=True):
            trial = _trial(unit, candidate, verdict)
            if candidate.kind == "fault" and trial.status == "equivalent":
                _keep(unit, candidate, trial, options.out)
            file.write(trial.model_dump_json() + "\n")
            file.flush()
            done[trial.key] = trial


def _verdicts(rows: Rows, jobs: int) -> Iterator[Verdict | None]:
    """Verdicts in order; None where there is nothing to judge, and a failure of the tools is told as one."""
    while rows:
        pairs = [(unit.text, c.text, unit.name, unit.name) for unit, c in rows if c.text]
        judged, at = verify_many(pairs, jobs, progress=False), 0
        try:
            for at, (_, candidate) in enumerate(rows):  # noqa: B007
                yield next(judged) if candidate.text else None
            return
        except InfrastructureError as error:
            yield Verdict.model_construct(status="failed", method="", reason=str(error), seconds=0.0)
            rows = rows[at + 1 :]


def _trial(unit: SweepUnit, candidate: Candidate, verdict: Verdict | None) -> Trial:
    what = Trial(
        unit=unit.id,
        source=unit.source,
        kind=candidate.kind,
        detail=candidate.detail,
        number=candidate.number,
        status="none",
        reason=candidate.why,
        cause=candidate.cause,
    )
    return what if verdict is None else what.model_copy(update=_told(verdict))


def _told(verdict: Verdict) -> dict[str, object]:
    """What a trial keeps of a verdict."""
    kept = ("status", "method", "proved", "cause", "seconds")
    return {**{name: getattr(verdict, name) for name in kept}, "reason": verdict.reason[:500]}


def _keep(unit: SweepUnit, candidate: Candidate, trial: Trial, out: Path) -> None:
    edit = {name: getattr(candidate, name) for name in ("detail", "number", "line", "before", "after", "text")}
    with (out / FAULTS).open("a", encoding="utf-8") as file:
        kept = AcceptedFault(unit=unit.id, name=unit.name, golden=unit.text, proved=trial.proved, **edit)
        file.write(kept.model_dump_json() + "\n")


def _candidates(
    units: Sequence[SweepUnit], pool: Pool, options: argparse.Namespace
) -> list[tuple[SweepUnit, Candidate]]:
    makers: tuple[Callable[[SweepUnit], list[Candidate]], ...] = (
        lambda unit: _rewritten(unit, pool),
        lambda unit: _resynthesised(unit, pool),
        lambda unit: _faulty(unit, options.faults, options.seed),
    )
    made = pool.map(lambda unit: [c for maker in makers for c in maker(unit)], units)
    last = _finished(options)
    return [(unit, candidate) for unit, some in zip(units, made, strict=True) for candidate in (*some, last)]


def _rewritten(unit: SweepUnit, pool: Pool) -> list[Candidate]:
    try:
        circuit = pool.inspect(unit.text, Stimuli(), unit.name)
    except (DesignError, InfrastructureError):
        return []
    plain = unit.text + ("\n`default_nettype wire\n" if "`default_nettype" in unit.text else "")
    made = [(name, code) for name, code in rewrites(plain, circuit) if len(code.encode()) <= MAX_SOURCE_BYTES]
    return [Candidate(kind="rewrite", detail=name, text=code) for name, code in made]


def _resynthesised(unit: SweepUnit, pool: Pool) -> list[Candidate]:
    try:
        text = pool.resynthesise(unit.text, unit.name)
    except DesignError as error:
        return [Candidate(kind="resynthesis", why=str(error)[:500], cause=error.cause)]
    except InfrastructureError as error:
        return [Candidate(kind="resynthesis", why=str(error)[:500])]
    if len(text.encode()) > MAX_SOURCE_BYTES:
        why = "the netlist is larger than a source may be"
        return [Candidate(kind="resynthesis", why=why, cause="too_large")]
    return [Candidate(kind="resynthesis", text=text)]


def _faulty(unit: SweepUnit, count: int, seed: int) -> list[Candidate]:
    return [
        Candidate(kind="fault", detail=m.kind, number=n, text=m.code, line=m.line, before=m.before, after=m.after)
        for n, m in enumerate(faults_of(unit.text, unit.name, count, f"{seed}:{unit.id}"), 1)
    ]


def run(options: argparse.Namespace) -> int:
    """What the command line asks for; returns the exit status.

    Raises:
        ParameterError: no folders, something that is no folder, or nothing to show.
    """
    if options.summary or options.list_accepted_faults:
        if not (options.out / UNITS).exists():
            raise ParameterError(f"got --out {options.out}, where no sweep has begun; give the --out of a sweep")
    elif not options.folders:
        raise ParameterError("got no folder; give folders of HDL, or --summary")
    else:
        sources = sources_of(options.folders, options.each)
        options.out.mkdir(parents=True, exist_ok=True)
        sweep(sources, options)
    print(show(options.out, faults=options.list_accepted_faults))
    return 0


if __name__ == "__main__":
    from rtlvr.cli import main

    sys.exit(main(["sweep", *sys.argv[1:]]))
