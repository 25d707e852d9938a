"""Digests of inputs outside the kit: files, folders, and the weights of models."""

import hashlib
import os
from collections.abc import Collection, Iterator
from pathlib import Path

from rtlvr.paths import model_path

CARD = "README.md"
_WHOLE = 16 << 20  # bytes of a file up to which its content counts; of larger ones (weights) size and time of change


def weights_digest(name: str) -> str:
    """The digest of a model's files, its card apart, which changes nothing that it answers; empty where it has none here."""
    named = name.removeprefix("gguf:")
    path = Path(model_path(named))
    return tree_digest(path, (CARD,)) if named and (path.is_absolute() or path.exists()) else ""


def tree_digest(path: Path, without: Collection[str] = ()) -> str:
    """A digest of a file, or of all files below a folder, hidden ones left out; `none` where there is nothing.

    Args:
        without: names of files in the folder itself that do not count.
    """
    if not path.exists():
        return "none"
    digest = hashlib.sha256()
    left_out = {path / name for name in without}
    for file in [path] if path.is_file() else sorted(set(_files(path)) - left_out):
        name = file.relative_to(path) if file != path else Path(file.name)
        digest.update(f"{name.as_posix()}\0{_content(file)}\0".encode())
    return digest.hexdigest()[:12]


def _files(folder: Path) -> Iterator[Path]:
    for where, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(where, name) for name in files if not name.startswith("."))


def _content(file: Path) -> str:
    status = file.stat()
    if status.st_size > _WHOLE:
        return f"{status.st_size} {status.st_mtime_ns}"
    return hashlib.sha256(file.read_bytes()).hexdigest()
