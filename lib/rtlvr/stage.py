"""A stage's folder under `outputs/<run>/`: identity, atomic results, resume, and the check of its predecessors.

A stage has a *key*: the digest of all that determines its results (`rtlvr.identity`): parameters, seed, inputs outside the
kit, code, and the keys of its predecessors. Results live in a folder of that key until the manifest, written last, says
that they are complete. When one of these changes, the old folder is set aside (and taken back when it changes back), and
what changed is said; nothing is deleted.
"""

import hashlib
import json
import os
import platform
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from rtlvr import lifeline
from rtlvr.errors import ParameterError, StageError
from rtlvr.extras import versions
from rtlvr.identity import declared, differences, facts, key_of
from rtlvr.paths import INSTALLED, ROOT, outputs
from rtlvr.pipeline import PLANS
from rtlvr.records import Measurement, RecordType, cached, read_json, read_jsonl, write_jsonl, write_text
from rtlvr.schema import Profile


def table_of(rows: Sequence[Measurement]) -> pd.DataFrame:
    """Measurements as a table, a row each; its columns are there without rows, too."""
    table = pd.DataFrame([row.model_dump() for row in rows], columns=list(Measurement.model_fields))
    return table.astype({"seed": "Int64"})  # whole numbers beside rows without one


@dataclass(frozen=True)
class Result:
    """What a stage has made: its measurements, and the files in its folder."""

    stage: str
    folder: Path
    measurements: tuple[Measurement, ...]

    @property
    def table(self) -> pd.DataFrame:
        """The measurements, a row each."""
        return table_of(self.measurements)

    @property
    def files(self) -> list[Path]:
        """All files of the stage."""
        return sorted(path for path in self.folder.rglob("*") if path.is_file())


class Stage:
    """One stage of one run. Make it with `open_stage`."""

    def __init__(self, name: str, params: Profile, before: Profile | None = None) -> None:
        self.name = name
        self.params = declared(name, params)
        self.facts = facts(name, params, before)
        self.key = key_of(self.facts)
        self._before = before or params
        self._began = time.monotonic()
        self.folder = outputs() / params.run / name

    @property
    def all_params(self) -> Profile:
        """The parameters of all stages of the run."""
        return self._before

    @property
    def done(self) -> bool:
        """Whether complete results of exactly these parameters are there."""
        return _manifest_key(self.folder) == self.key

    def path(self, name: str) -> Path:
        """A file in this stage's folder."""
        return self.folder / name

    def cached(
        self, name: str, kind: type[RecordType], compute: Callable[[], Sequence[RecordType]]
    ) -> list[RecordType]:
        """The rows of file `name`, computed and written (whole or not at all) if they are not there yet."""
        return cached(self.path(name), kind, compute)

    def upstream(self, name: str) -> Path:
        """The folder of a finished, fresh predecessor.

        Raises:
            StageError: it is missing or stale; names the notebook to run.
        """
        before = Stage(name, self._before)
        if before.done:
            return before.folder
        changed = "; ".join(before.why_stale())
        state = f"is stale ({changed})" if changed else "has not finished"
        raise StageError(
            f"stage {name} of run {self.params.run!r} {state}; run notebooks/{PLANS[name].notebook}.ipynb first, or "
            f"`rtlvr run {name} --profile {self.params.profile}`; with upstream=run it is run first by itself"
        )

    def why_stale(self) -> list[str]:
        """What has changed since the results in the stage's folder were begun, a line each; empty where nothing has."""
        path = self.path("facts.json")
        return differences(read_json(path), self.facts) if path.exists() else []

    def finish(self, rows: Sequence[Measurement]) -> Result:
        """Write the measurements, then the manifest; refresh the run's results.csv.

        Raises:
            StageError: two rows measure the same (`records.MEASUREMENT_KEY`).
        """
        self._refuse_repeated(rows)
        write_jsonl(self.path("measurements.jsonl"), rows)
        write_text(self.path("manifest.json"), json.dumps(self._manifest(), indent=1))
        refresh_results(self.params.run)
        return Result(self.name, self.folder, tuple(rows))

    def result(self) -> Result:
        """What a finished stage has made.

        Raises:
            StageError: it has not finished.
        """
        if not self.done:
            raise StageError(f"stage {self.name} of run {self.params.run!r} has not finished")
        return Result(self.name, self.folder, tuple(read_jsonl(self.path("measurements.jsonl"), Measurement)))

    def _refuse_repeated(self, rows: Sequence[Measurement]) -> None:
        counts = Counter(row.key for row in rows).items()
        repeated = [" ".join(str(part) for part in key[1:] if part not in ("", None)) for key, n in counts if n > 1]
        if repeated:
            raise StageError(
                f"stage {self.name} got several rows for each of: {', '.join(repeated)}; allowed: one row for a metric, variant, "
                "benchmark, seed and number; put rows together with rtlvr.records.put, which replaces earlier ones"
            )

    def _manifest(self) -> dict[str, object]:
        return {
            "stage": self.name,
            "key": self.key,
            "finished": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "seconds": self._seconds(),
            "seed": self.params.seed,
            "profile": self.params.profile,
            "facts": self.facts,
            "params": self._read_parameters(),
            "outputs": {p.name: _digest(p) for p in sorted(self.folder.iterdir()) if p.is_file()},
            "versions": versions(("rtlvr", "torch", "transformers", "trl", "pyosys")),
            "commit": commit(),
            "machine": {"python": platform.python_version(), "cores": os.cpu_count(), "system": platform.platform()},
            "command": sys.argv,
        }

    def _seconds(self) -> float:
        """How long the stage took; where it was only shown again, how long it took then."""
        path = self.path("manifest.json")
        earlier = read_json(path) if path.exists() else {}
        return float(earlier["seconds"] if "seconds" in earlier else round(time.monotonic() - self._began, 1))

    def _read_parameters(self) -> dict[str, object]:
        """All sections that the stage reads, those parameters included that change no result."""
        sections = dict.fromkeys(read.split(".")[0] for read in PLANS[self.name].reads)
        return {name: getattr(self.params, name).model_dump() for name in sections}


StageType = TypeVar("StageType", bound=Stage)
_PLAIN: Any = Stage  # a default of a generic type


def open_stage(name: str, params: Profile, before: Profile | None = None, kind: type[StageType] = _PLAIN) -> StageType:
    """The stage's folder, ready to work in: predecessors checked, results of other parameters set aside.

    Args:
        before: the parameters of its predecessors, where these are not its own.
        kind: the class of what is returned.

    Raises:
        StageError: a predecessor is missing or stale.
    """
    stage = kind(name, params, before)
    for other in PLANS[name].predecessors(params):
        stage.upstream(other)
    for line in stage.why_stale():
        print(f"{name} is computed anew: {line}", flush=True)
    _set_aside(stage)
    return stage


def status(params: Profile) -> list[tuple[str, str, list[str]]]:
    """Each stage of a run, its state (done, unfinished, stale or missing), and what has changed where it is stale."""
    found = []
    for name in PLANS:
        stage = Stage(name, params)
        changes, begun = stage.why_stale(), stage.path("key").exists()
        state = "done" if stage.done else "stale" if changes else "unfinished" if begun else "missing"
        found.append((name, state, changes))
    return found


def refresh_results(run: str) -> Path:
    """Gather the measurements of all finished stages into `outputs/<run>/results.csv`."""
    rows = list[Measurement]()
    for name in PLANS:
        folder = outputs() / run / name
        if _manifest_key(folder) is not None:
            rows += read_jsonl(folder / "measurements.jsonl", Measurement)
    path = outputs() / run / "results.csv"
    write_text(path, table_of(rows).to_csv(index=False))
    return path


def runs() -> list[str]:
    """The runs that have begun: folders of the outputs folder that have a stage's in them."""
    return sorted(path.name for path in outputs().glob("*") if any((path / name).is_dir() for name in PLANS))


def results(run: str) -> pd.DataFrame:
    """What a run has measured so far, a row per measurement; its results.csv is written anew.

    Raises:
        ParameterError: there is no such run; nothing is made.
        StageError: none of its stages has finished.
    """
    if run not in runs():
        there = ", ".join(runs()) or "none"
        raise ParameterError(f"got run {run!r}; runs in {outputs()}: {there}; `rtlvr reproduce` makes one")
    table = pd.read_csv(refresh_results(run))
    if table.empty:
        raise StageError(f"run {run!r} in {outputs()} has no finished stage yet; `rtlvr reproduce` goes on with it")
    return table


def commit() -> str:
    """The kit's git commit, with `+` when files differ from it; `unknown` outside a checkout."""
    if INSTALLED:  # a repository around it would be somebody else's
        return "unknown"
    told = lifeline.run(["git", "describe", "--always", "--dirty=+", "--abbrev=12", "--exclude=*"], cwd=ROOT)
    return told.stdout.strip() or "unknown"


def _set_aside(stage: Stage) -> None:
    marker = stage.path("key")
    if marker.exists() and _begun_key(marker) == stage.key:
        return
    set_aside_results(stage)
    kept = stage.folder.parent / ".earlier" / f"{stage.name}-{stage.key}"
    if kept.exists():
        kept.replace(stage.folder)
    stage.folder.mkdir(parents=True, exist_ok=True)
    write_text(stage.path("facts.json"), json.dumps(stage.facts, indent=1))
    write_text(marker, stage.key)


def set_aside_results(stage: Stage, for_good: bool = False) -> None:
    """Move a stage's present results, whatever their parameters, to `.earlier/` beside it.

    They are taken back when their parameters come again, unless `for_good`: then results of the stage's parameters, those
    that lie there already included, stay there under another name, and the stage begins anew.
    """
    marker, shelf = stage.path("key"), stage.folder.parent / ".earlier"
    if marker.exists():
        shelf.mkdir(exist_ok=True)
        stage.folder.replace(_free(shelf / f"{stage.name}-{_begun_key(marker)}"))
    kept = shelf / f"{stage.name}-{stage.key}"
    if for_good and kept.exists():
        kept.replace(_free(kept.with_name(f"{kept.name}-replaced")))


def _free(path: Path) -> Path:
    """`path`, or `path.N` when it is taken."""
    number, free = 0, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}.{number}")
    return free


def _manifest_key(folder: Path) -> str | None:
    """The key of complete results: the manifest's, where the measurements are there as well."""
    path = folder / "manifest.json"
    whole = path.exists() and (folder / "measurements.jsonl").exists()
    return str(read_json(path).get("key")) if whole else None


def _begun_key(marker: Path) -> str:
    """The key of what lies in a stage's folder; `unknown` where its file is damaged."""
    text = marker.read_bytes()
    return text.decode() if re.fullmatch(rb"[0-9a-f]+", text) else "unknown"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]
