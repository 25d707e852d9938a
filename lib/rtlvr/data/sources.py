"""Where goldens come from: one interface, a stream of `Snippet`s in an order that never changes.

A source is named by a short text: `seed` (the kit's corpus), `directory:PATH`, `archive:PATH` (zip or tar, compressed
or not), `hub:NAME` or `hub:NAME#COLUMN` (a dataset on the Hub, streamed), `authors:PATH` (the authors' RL parquet or SFT
JSON lines). The procedural families are no such source: they draw designs together with their descriptions.
"""

import hashlib
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rtlvr.data.authors import read_rl, read_sft
from rtlvr.data.corpus import seed_corpus
from rtlvr.data.modules import licence_of
from rtlvr.errors import ParameterError, StageError
from rtlvr.paths import from_profile, home
from rtlvr.policy.answer import last_block
from rtlvr.records import Record

_SUFFIXES = (".v", ".sv", ".vh")
_COLUMNS = ("text", "content", "code", "verilog", "module")
_LICENCE_FILES = ("license", "licence", "copying")
_MOST_BYTES = 16 << 20  # of one file; the limit that a profile sets is far below


class Snippet(Record):
    """A piece of Verilog as its source has it: `data` are the bytes of a file, `name` its place in the source."""

    source: str
    name: str
    data: bytes
    licence: str = ""
    category: str = ""
    description: str | None = None


def read_source(spec: str) -> Iterator[Snippet]:
    """The snippets of a source, always in the same order.

    Raises:
        ParameterError: no source has such a name.
        StageError: the source cannot be read.
    """
    kind, _, where = spec.partition(":")
    if kind not in SOURCES or bool(SOURCES[kind].place) != bool(where):
        forms = ", ".join(f"{name}:{one.place}" if one.place else name for name, one in SOURCES.items())
        raise ParameterError(f"got source {spec!r}; allowed: {forms}")
    yield from SOURCES[kind].read(where)


def _seed(_: str) -> Iterator[Snippet]:
    for golden in seed_corpus():
        yield Snippet(
            source="seed",
            name=golden.id,
            data=golden.code.encode(),
            licence="MIT",
            category=golden.category,
            description=golden.description,
        )


def _directory(where: str) -> Iterator[Snippet]:
    root = _existing(where)
    licence = next((licence_of("/*" + _text(p) + "*/") for p in sorted(root.iterdir()) if _is_licence(p.name)), "")
    for folder, folders, names in os.walk(root):
        folders.sort()  # walk goes down them in this order
        for name in sorted(names):
            path = Path(folder) / name
            if path.suffix in _SUFFIXES and path.is_file() and not path.is_symlink():
                place = path.relative_to(root).as_posix()
                yield Snippet(source=f"directory:{root.name}", name=place, data=_head(path), licence=licence)


def _archive(where: str) -> Iterator[Snippet]:
    path = _existing(where)
    members = _zip_members if zipfile.is_zipfile(path) else _tar_members
    try:
        for name, data in members(path):
            yield Snippet(source=f"archive:{path.name}", name=name, data=data)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
        raise StageError(
            f"{path} is no archive that can be read: {error}; allowed: zip, tar, tar.gz, .bz2, .xz"
        ) from error


def _zip_members(path: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.filename.endswith(_SUFFIXES):
                with archive.open(member) as file:
                    yield member.filename, file.read(_MOST_BYTES)


def _tar_members(path: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path, "r|*") as archive:  # a stream: never more than one member in memory
        for member in archive:
            file = archive.extractfile(member) if member.isfile() and member.name.endswith(_SUFFIXES) else None
            if file is not None:
                yield member.name, file.read(_MOST_BYTES)


def _hub(where: str) -> Iterator[Snippet]:
    from datasets import load_dataset

    name, _, column = where.partition("#")
    try:
        rows = load_dataset(name, split="train", streaming=True)
        for number, row in enumerate(rows):
            text = row.get(_column(name, row, column)) or ""
            yield Snippet(
                source=f"hub:{name}", name=str(number), data=text.encode(), licence=str(row.get("license", ""))
            )
    except (OSError, ValueError, RuntimeError) as error:
        raise StageError(f"the dataset {name!r} cannot be read: {error}; check its name and the network") from error


def _column(name: str, row: dict[str, object], wanted: str) -> str:
    found = wanted if wanted in row else next((c for c in _COLUMNS if not wanted and c in row), None)
    if found is None:
        raise ParameterError(f"got dataset {name!r} with columns {', '.join(row)}; say which: hub:{name}#COLUMN")
    return found


def _authors(where: str) -> Iterator[Snippet]:
    path = _existing(where)
    if path.suffix == ".parquet":
        for problem in read_rl(path):
            yield Snippet(
                source="authors-rl", name=problem.id, data=problem.golden.encode(), description=problem.prompt
            )
        return
    for number, row in enumerate(read_sft(path)):
        code = last_block(row.response) or ""
        yield Snippet(source="authors-sft", name=str(number), data=code.encode(), description=row.prompt)


@dataclass(frozen=True)
class SourceKind:
    """A kind of source: what reads it, and what follows its name and a colon (`PATH`: a file or folder here)."""

    read: Callable[[str], Iterator[Snippet]]
    place: str = ""


SOURCES = {
    "seed": SourceKind(_seed),
    "directory": SourceKind(_directory, "PATH"),
    "archive": SourceKind(_archive, "PATH"),
    "hub": SourceKind(_hub, "NAME"),
    "authors": SourceKind(_authors, "PATH"),
}


def source_digest(spec: str) -> str:
    """What a source is now, as far as that can be seen without reading it: names and sizes of its files."""
    kind, _, where = spec.partition(":")
    facts = [spec]
    if kind in SOURCES and SOURCES[kind].place == "PATH":
        path = _existing(where)
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        facts += [
            f"{p.relative_to(path.parent)}:{p.stat().st_size}" for p in files if p.suffix in _SUFFIXES or p == path
        ]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]


def _existing(where: str) -> Path:
    path = from_profile(where)
    if not path.exists():
        raise StageError(f"got no file or folder {path}; relative paths of sources start at {home()}")
    return path


def _is_licence(name: str) -> bool:
    return name.lower().startswith(_LICENCE_FILES)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MOST_BYTES)
