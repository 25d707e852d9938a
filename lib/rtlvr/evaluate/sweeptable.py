"""What a sweep has found, as tables: a row per source, refusals by cause, and the faults that were accepted."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from rtlvr.errors import Cause
from rtlvr.evaluate.lacks import Lack
from rtlvr.evaluate.units import OUTSIDE
from rtlvr.records import Record, read_jsonl, read_whole_lines

UNITS, VERDICTS, FAULTS = "units.jsonl", "verdicts.jsonl", "accepted_faults.jsonl"


class FoundUnit(Record):
    """A unit without its text; `chosen` says whether the sweep judges it."""

    id: str
    source: str
    flags: tuple[str, ...]
    problem: Lack | None
    chosen: bool


# What a unit is judged beside; `finished` says that all candidates of a unit have been judged.
CandidateKind = Literal["itself", "rewrite", "resynthesis", "fault", "finished"]


class Trial(Record):
    """A verdict on one candidate of a unit; `none` where none could be made, `failed` where the tools failed.

    `detail` names the rewrite or the kind of fault, `number` tells faults of one kind apart; `cause` is also that of a
    candidate that could not be made.
    """

    unit: str
    source: str
    kind: CandidateKind
    detail: str = ""
    number: int = 0
    status: str
    method: str = ""
    proved: bool | None = None
    reason: str = ""
    cause: Cause | None = None
    seconds: float = 0.0

    @property
    def key(self) -> tuple[str, str, int, str]:
        """What tells it from every other trial of a sweep."""
        return self.unit, self.kind, self.number, self.detail


class AcceptedFault(Record):
    """A fault that was called equivalent, with both texts; `detail` is its kind."""

    unit: str
    name: str
    detail: str
    number: int
    line: int
    before: str
    after: str
    proved: bool | None
    golden: str
    text: str


def show(out: Path, faults: bool = False) -> str:
    """The tables of a sweep's folder, or the list of its accepted faults."""
    if faults:
        return _fault_list(read_whole_lines(out / FAULTS, AcceptedFault))
    units = read_jsonl(out / UNITS, FoundUnit)
    known = {unit.id for unit in units if unit.chosen}
    last = {trial.key: trial for trial in read_whole_lines(out / VERDICTS, Trial)}
    trials = [trial for trial in last.values() if trial.unit in known]
    trials, unknown = [t for t in trials if not _unknown(t)], [t for t in trials if _unknown(t)]
    tables = {
        "By source": by_source(units, trials, unknown),
        "Not self-contained, by cause": _counted(
            [((unit.problem.cause,), unit.id, "") for unit in units if unit.problem], ("cause",)
        ),
        "Outside the scope, by flag": _counted(
            [((f,), u.id, "") for u in units if not u.problem for f in u.flags], ("flag",)
        ),
        "Goldens with outputs that are never known": never_known(unknown),
        "Refused as goldens, by cause": refusals(trials, "itself"),
        "Not resynthesised, by cause": refusals([t for t in trials if t.status == "none"], "resynthesis"),
        "Rewrites and resyntheses not called equal": _wrongly_refused(trials),
        "Faults by kind": _by_kind(trials),
    }
    with pd.option_context("display.max_colwidth", 110, "display.width", 400):
        return "\n\n".join(f"{title}\n{table.to_string(index=False)}" for title, table in tables.items() if len(table))


def by_source(units: Sequence[FoundUnit], trials: Sequence[Trial], unknown: Sequence[Trial] = ()) -> pd.DataFrame:
    """A row per source and one for all: counts, shares with their n, and seconds per check.

    `unknown` are trials of which nothing can be said because outputs of the golden are never known. No share counts them.
    """
    names = list(dict.fromkeys(unit.source for unit in units))
    rows = []
    for name in names:
        own = [[one for one in some if one.source == name] for some in (trials, unknown)]
        rows.append(_row(name, [u for u in units if u.source == name], *own))
    return pd.DataFrame([*rows, _row("all", units, trials, unknown)])


def _unknown(trial: Trial) -> bool:
    return trial.cause == "unknown_golden"


def never_known(unknown: Sequence[Trial]) -> pd.DataFrame:
    """The goldens whose outputs are never known: how many candidates of each that leaves undecided."""
    rows = {trial.unit: trial for trial in reversed(unknown)}
    counted = [(sum(trial.unit == unit for trial in unknown), unit, rows[unit].reason[:110]) for unit in sorted(rows)]
    return pd.DataFrame(counted, columns=["n", "unit", "reason"])


def _row(name: str, units: Sequence[FoundUnit], trials: Sequence[Trial], unknown: Sequence[Trial]) -> dict[str, object]:
    own = [trial for trial in trials if trial.kind == "itself"]
    rewritten = [trial for trial in trials if trial.kind == "rewrite"]
    again = [trial for trial in trials if trial.kind == "resynthesis" and trial.status != "none"]
    faults = [trial for trial in trials if trial.kind == "fault"]
    equal = [trial for trial in (*own, *rewritten, *again) if trial.status == "equivalent"]
    accepted = [trial for trial in faults if trial.status == "equivalent"]
    seconds = pd.Series([trial.seconds for trial in (*trials, *unknown) if trial.status != "none"], dtype=float)
    whole = [unit for unit in units if not unit.problem]
    return {
        "source": name,
        "modules": len(units),
        "self-contained": len(whole),
        "in scope": sum(not any(flag in OUTSIDE for flag in unit.flags) for unit in whole),
        "accepted": _share(own, _equivalent),
        "never known": len({trial.unit for trial in unknown}),
        "= rewrites": _share(rewritten, _equivalent),
        "= resynthesis": _share(again, _equivalent),
        "by proof": _share(equal, _proved),
        "refuted": _share(faults, lambda trial: trial.status in ("inequivalent", "invalid")),
        "silent by proof": sum(_proved(trial) for trial in accepted),
        "silent else": sum(not _proved(trial) for trial in accepted),
        "p50": round(seconds.quantile(0.5), 2),
        "p90": round(seconds.quantile(0.9), 2),
        "max": round(seconds.max(), 2),
    }


def _equivalent(trial: Trial) -> bool:
    return trial.status == "equivalent"


def _proved(trial: Trial) -> bool:
    return bool(trial.proved)


def _share(trials: Sequence[Trial], holds: Callable[[Trial], bool]) -> str:
    hits = sum(map(holds, trials))
    return f"{hits}/{len(trials)} {100 * hits / len(trials):.1f}%" if trials else "-"


def refusals(trials: Sequence[Trial], kind: CandidateKind) -> pd.DataFrame:
    """Why candidates of a kind were not called equivalent: counts by status, cause and method, with an example of each."""
    said = [t for t in trials if t.kind == kind and t.status != "equivalent"]
    rows = [((t.status, t.cause or "", t.method), t.unit, t.reason) for t in said]
    return _counted(rows, ("status", "cause", "method"))


def _counted(said: Sequence[tuple[tuple[str, ...], str, str]], names: tuple[str, ...]) -> pd.DataFrame:
    """How often each (key, unit, reason) has which key, the most frequent first, with the first unit and its reason."""
    rows = [(*key, unit, reason.partition("\n")[0][:110]) for key, unit, reason in said]
    columns = [*names, "for example", "its reason"]
    table = pd.DataFrame(rows, columns=columns)
    groups = table.groupby(list(names), sort=False)
    counted = groups.first().assign(n=groups.size()).reset_index()
    counted = counted.sort_values(["n", *names], ascending=[False, *[True] * len(names)])
    return counted[["n", *columns]] if any(reason for _, _, reason in said) else counted[["n", *columns[:-1]]]


def _wrongly_refused(trials: Sequence[Trial]) -> pd.DataFrame:
    odd = [t for t in trials if t.kind in ("rewrite", "resynthesis") and t.status not in ("equivalent", "none")]
    rows = [(t.unit, t.kind, t.detail, t.status, t.cause or "", t.reason[:110]) for t in odd]
    return pd.DataFrame(rows, columns=["unit", "kind", "detail", "status", "cause", "reason"])


def _by_kind(trials: Sequence[Trial]) -> pd.DataFrame:
    faults = [trial for trial in trials if trial.kind == "fault"]
    kinds = sorted({fault.detail for fault in faults})
    return pd.DataFrame([_kind_row(kind, [fault for fault in faults if fault.detail == kind]) for kind in kinds])


def _kind_row(kind: str, faults: Sequence[Trial]) -> dict[str, object]:
    row: dict[str, object] = {"fault": kind, "n": len(faults)}
    for status in ("inequivalent", "invalid", "undecided", "failed"):
        row[status] = sum(fault.status == status for fault in faults)
    row["equivalent by proof"] = sum(_equivalent(fault) and _proved(fault) for fault in faults)
    row["equivalent else"] = sum(_equivalent(fault) and not _proved(fault) for fault in faults)
    return row


def _fault_list(faults: Sequence[AcceptedFault]) -> str:
    lines = [
        f"{fault.unit} fault {fault.number}: {fault.detail}{' (proved)' if fault.proved else ''}\n"
        f"  line {fault.line}: {fault.before!r} -> {fault.after!r}"
        for fault in faults
    ]
    return "\n".join(lines) or "no fault was accepted"
