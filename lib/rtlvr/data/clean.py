"""From snippets to goldens: what is kept is self-contained, analysed, judged, unlike the others, and no benchmark's.

Work goes in chunks, each written whole: `goldens.jsonl` and `dropped.jsonl` grow, `progress.json` says how far both are
valid. A run that was killed goes on after its last whole chunk and ends with the same bytes. Memory holds a digest for
every design seen and a signature for every design kept, about 4 KB each, and one chunk.

Of designs that are alike the first that passes every step is kept, so a broken copy never pushes a sound one out.
"""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

from rtlvr.data.decontaminate import BenchmarkIndex
from rtlvr.data.near_duplicates import Index, signature, tokens
from rtlvr.data.prepare import PreparedSnippet, prepare
from rtlvr.data.sources import Snippet
from rtlvr.errors import DesignError, StageError
from rtlvr.lifeline import processes
from rtlvr.progress import counter
from rtlvr.records import Golden, Record, iter_jsonl, read_json, write_text
from rtlvr.schema import Corpus
from rtlvr.verify import Pool, Stimuli

STEPS = (
    "readable", "size", "licence", "allowed constructs", "not seen before", "no benchmark's text", "no near-duplicate",
    "analysed", "equal to itself", "no benchmark's function",
)  # fmt: skip
_CHUNK = 256
_Mapper = Callable[[Callable[[Snippet], list[PreparedSnippet]], tuple[Snippet, ...]], Iterable[list[PreparedSnippet]]]


class Dropped(Record):
    """A snippet or design that fell, at which of `STEPS`, and why."""

    source: str
    name: str
    top: str
    digest: str
    step: str
    reason: str


class Cleaner:
    """Cleans snippets into `folder`.

    Args:
        settings: limits and thresholds.
        benchmarks: makes the references to keep out, if there is anything to clean; None: decontamination is left out.
        jobs: processes that read and sign texts (0: one per core); verification has the pool's own.
        key: names the sources, so that a folder is not continued with others.
    """

    def __init__(
        self,
        folder: Path,
        settings: Corpus,
        pool: Pool,
        stimuli: Stimuli,
        benchmarks: Callable[[], BenchmarkIndex] | None = None,
        jobs: int = 0,
        key: str = "",
    ) -> None:
        self._folder, self._settings = folder, settings
        self._pool, self._stimuli, self._make_benchmarks = pool, stimuli, benchmarks
        self._benchmarks: BenchmarkIndex | None = None
        self._jobs = jobs or os.cpu_count() or 1
        self._key = hashlib.sha256(f"{key}{settings.model_dump_json()}{benchmarks is None}".encode()).hexdigest()[:12]
        self._seen: set[str] = set()
        self._kept = Index(settings.near_duplicate)

    def run(self, snippets: Iterable[Snippet], total: int | None = None) -> list[tuple[str, int]]:
        """Clean all snippets; returns the funnel.

        Raises:
            StageError: the folder holds the beginning of another run (other sources or settings).
        """
        progress = self._resume()
        rest = islice(snippets, progress["snippets"], None)
        chunks = iter(lambda: tuple(islice(rest, _CHUNK)), ())
        bar = counter("cleaning", total=total, initial=progress["snippets"], unit="file")
        with _mapper(self._jobs) as mapper, bar:
            for found in _ahead(mapper, partial(prepare, settings=self._settings), chunks):
                if self._make_benchmarks and self._benchmarks is None:
                    self._benchmarks = self._make_benchmarks()
                kept, dropped = self._chunk(found)
                progress = self._append(progress, len(found), kept, dropped)
                bar.update(len(found))
                bar.set_postfix(kept=len(self._kept))
        return funnel(self._folder)

    @property
    def goldens(self) -> Path:
        """What was kept, as rows of `Golden`."""
        return self._folder / "goldens.jsonl"

    @property
    def dropped(self) -> Path:
        """What fell, as rows of `Dropped`."""
        return self._folder / "dropped.jsonl"

    def _chunk(self, chunk: list[list[PreparedSnippet]]) -> tuple[list[Golden], list[Dropped]]:
        kept, dropped, waiting = [], [], []
        for item in chain.from_iterable(chunk):
            fell = self._fell_early(item)
            if fell:
                dropped.append(fell)
            else:
                waiting.append(item)
        while waiting:
            firsts, copies, later = self._round(waiting)
            dropped += copies
            for item, fell in zip(firsts, self._pool.map(self._judge, firsts), strict=True):
                if fell:
                    dropped.append(fell)
                else:
                    kept.append(_golden(item))
                    self._kept.add(kept[-1].id, item.signature)
            waiting = later
        return kept, dropped

    def _fell_early(self, item: PreparedSnippet) -> Dropped | None:
        """What texts alone can tell."""
        if item.problem:
            return _dropped(item, *item.problem)
        if item.digest in self._seen:
            return _dropped(item, "not seen before", "an equal design came before, but for names and layout")
        self._seen.add(item.digest)
        copied = self._benchmarks and self._benchmarks.text(item.digest, item.signature, item.snippet.description)
        return _dropped(item, "no benchmark's text", copied) if copied else None

    def _round(
        self, waiting: list[PreparedSnippet]
    ) -> tuple[list[PreparedSnippet], list[Dropped], list[PreparedSnippet]]:
        """Those unlike all kept and each other; those like a kept one; and those that wait for the first of their like."""
        firsts: list[PreparedSnippet] = []
        copies: list[Dropped] = []
        later: list[PreparedSnippet] = []
        now = Index(self._settings.near_duplicate)
        for item in waiting:
            if hit := self._kept.nearest(item.signature):
                copies.append(_dropped(item, "no near-duplicate", f"it is near {hit[0]} (similarity {hit[1]:.2f})"))
            elif now.nearest(item.signature):
                later.append(item)
            else:
                now.add(str(len(firsts)), item.signature)
                firsts.append(item)
        return firsts, copies, later

    def _judge(self, item: PreparedSnippet) -> Dropped | None:
        """What takes tools: structure, a check against itself and against its own netlist, and the benchmarks' functions."""
        try:
            circuit = self._pool.inspect(item.code, self._stimuli, item.top)
            if problem := against_itself(item.code, item.top, self._pool, self._stimuli):
                return _dropped(item, "equal to itself", problem)
        except DesignError as error:
            return _dropped(item, "analysed", str(error))
        copied = self._benchmarks and self._benchmarks.design(item.code, circuit)
        return _dropped(item, "no benchmark's function", copied) if copied else None

    def _append(
        self, progress: dict[str, Any], snippets: int, kept: list[Golden], dropped: list[Dropped]
    ) -> dict[str, Any]:
        counts: dict[str, Any] = {"key": self._key, "snippets": progress["snippets"] + snippets}
        for path, rows in ((self.goldens, kept), (self.dropped, dropped)):
            with path.open("a", encoding="utf-8") as file:
                file.write("".join(row.model_dump_json() + "\n" for row in rows))
                file.flush()
                os.fsync(file.fileno())
            counts[path.name] = path.stat().st_size
        write_text(self._folder / "progress.json", json.dumps(counts))
        return counts

    def _resume(self) -> dict[str, Any]:
        """How far an earlier run got; what it wrote beyond that is cut off."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / "progress.json"
        progress: dict[str, Any] = {"key": self._key, "snippets": 0, self.goldens.name: 0, self.dropped.name: 0}
        if path.exists():
            progress = read_json(path)
        if progress["key"] != self._key:
            raise StageError(
                f"{self._folder} holds a run over other sources or with other settings; give another folder"
            )
        for file in (self.goldens, self.dropped):
            file.touch()
            os.truncate(file, progress[file.name])
        for golden in iter_jsonl(self.goldens, Golden):
            self._seen.add(golden.digest)
            self._kept.add(golden.id, signature(tokens(golden.code)))
        self._seen |= {row.digest for row in iter_jsonl(self.dropped, Dropped) if row.digest}
        return progress


def unequal_to_itself(code: str, top: str, pool: Pool, stimuli: Stimuli) -> str | None:
    """Why a golden is no measure for anything, or None: some of its outputs tell nothing, or it is not even equal to itself.

    Raises:
        DesignError: it cannot be analysed.
    """
    if unknown := pool.unknown_outputs(code, stimuli, top):
        return f"it is not equal to itself: its {', '.join(unknown)} never becomes known, or only with one value"
    verdict = pool.verify(code, code, stimuli, top, top)
    return None if verdict.equivalent else f"it is not equal to itself: {verdict.reason}"


def against_itself(code: str, top: str, pool: Pool, stimuli: Stimuli) -> str | None:
    """Why a golden cannot serve as one, or None: it never leaves X, or simulation and synthesis see two designs in it.

    Raises:
        DesignError: it cannot be analysed.
    """
    if problem := unequal_to_itself(code, top, pool, stimuli):
        return problem
    try:
        netlist = pool.resynthesise(code, top)
    except DesignError:  # only simulation can judge it; that it equals itself is then all there is
        return None
    verdict = pool.verify(code, netlist, stimuli, top, top)
    return f"it is not equal to its own netlist: {verdict.reason}" if verdict.status == "inequivalent" else None


def funnel(folder: Path) -> list[tuple[str, int]]:
    """How many designs are left after each step, from a cleaned folder: [("found", n), (step, n), …]."""
    fell = Counter(row.step for row in iter_jsonl(folder / "dropped.jsonl", Dropped))
    left = sum(1 for _ in iter_jsonl(folder / "goldens.jsonl", Golden)) + sum(fell.values())
    rows = [("found", left)]
    for step in STEPS:
        left -= fell[step]
        rows.append((step, left))
    return rows


@contextmanager
def _mapper(jobs: int) -> Iterator[_Mapper]:
    """A `map` over `jobs` processes, or in this one."""
    if jobs == 1:
        yield map
        return
    with processes(jobs) as executor:
        yield partial(executor.map, chunksize=8)


def _ahead(
    mapper: _Mapper, work: Callable[[Snippet], list[PreparedSnippet]], chunks: Iterable[tuple[Snippet, ...]]
) -> Iterator[list[list[PreparedSnippet]]]:
    """The prepared chunks in order; the next is under way while one is judged."""
    before = None
    for chunk in chunks:
        begun = mapper(work, chunk)
        if before is not None:
            yield list(before)
        before = begun
    if before is not None:
        yield list(before)


def _dropped(item: PreparedSnippet, step: str, reason: str) -> Dropped:
    snippet = item.snippet
    return Dropped(
        source=snippet.source, name=snippet.name, top=item.top, digest=item.digest, step=step, reason=reason[:500]
    )


def _golden(item: PreparedSnippet) -> Golden:
    snippet, own = item.snippet, item.snippet.source == "seed"
    return Golden(
        id=snippet.name if own else f"{item.top}-{item.digest[:10]}",
        source=snippet.source,
        category=snippet.category or snippet.source,
        code=item.code,
        digest=item.digest,
        top=item.top,
        licence=item.licence,
        description=snippet.description,
    )
