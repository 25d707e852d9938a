"""A folder of other people's HDL: its files with what they include, and where each name is defined.

Encodings are taken as they come (UTF-8, else Latin-1), and a file that cannot be read is left out.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path, PurePosixPath

from rtlvr.evaluate.lacks import Why
from rtlvr.evaluate.parts import Definition, ParsedFile, parse
from rtlvr.hdl.source import module_names, normalised, strip_comments

MAX_FILE = 2 * 1024 * 1024
HDL = {".v", ".sv", ".vh", ".svh"}
_FENCE = re.compile(r"^[ \t]*```[^\n`]*\n(.*?)(?:^[ \t]*```|\Z)", re.DOTALL | re.MULTILINE)
_INCLUDE = re.compile(r"`include\b")
_NAMED = re.compile(r'`include\s*(?:"([^"\n]+)"|<([^>\n]+)>)')


def decode(data: bytes) -> str:
    """The text of a file in UTF-8 or, failing that, Latin-1; UTF-16 where a mark says so; line ends of one kind."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", " ")


@dataclass
class File:
    """A file with its included files put in: the text, its parts, and the names whose home is another file."""

    path: str
    text: str
    parsed: ParsedFile
    borrowed: set[str] = field(default_factory=set)  # definitions that came from included files

    @property
    def definitions(self) -> dict[str, Definition]:
        """The first definition of each name."""
        found: dict[str, Definition] = {}
        for definition in self.parsed.definitions:
            found.setdefault(definition.name, definition)
        return found


@dataclass(frozen=True)
class Home:
    """The file that defines a name; where there is none, why."""

    file: str | None
    why: Why = "is not found"


class Folder:
    """Files by path, and definitions by name. `texts` gives the text of HDL files, `load` that of any other file."""

    def __init__(self, texts: dict[str, str], others: dict[str, Callable[[], str]] | None = None) -> None:
        self._texts, self._others = texts, others or {}
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for path in sorted({*texts, *self._others}):
            self._by_name[PurePosixPath(path).name].append(path)
        self.files = {path: self._file(path) for path in sorted(texts)}
        self._homes: dict[str, list[str]] = defaultdict(list)
        for path, file in self.files.items():
            for name in file.definitions:
                if name not in file.borrowed:
                    self._homes[name].append(path)

    def home(self, name: str, path: str) -> Home:
        """The file that defines a name for a user in file `path`, or why there is none; stubs only for want of better."""
        if name in self.files[path].definitions:
            return Home(path)
        homes = self._homes.get(name, [])
        homes = [home for home in homes if "empty" not in self.files[home].definitions[name].flags] or homes
        if not homes:
            return Home(None, "is not found")
        steps = {home: _steps(path, home) for home in homes}
        nearest = [home for home in homes if steps[home] == min(steps.values())]
        if len({self._own_text(home, name) for home in nearest}) > 1:
            return Home(None, "is defined in several places")
        return Home(nearest[0])

    def _own_text(self, path: str, name: str) -> str:
        file = self.files[path]
        definition = file.definitions[name]
        return normalised(file.text[definition.start : definition.end])

    def _file(self, path: str) -> File:
        text, inner = self._flat(path, (path,))
        parsed = parse(text)
        borrowed = {d.name for d in parsed.definitions if any(start <= d.start < end for start, end in inner)}
        return File(path, text, parsed, borrowed)

    def _flat(self, path: str, above: tuple[str, ...]) -> tuple[str, list[tuple[int, int]]]:
        """The text of a file with included files put in, and where they were put."""
        text = self._read(path)
        pieces, inner, at, size = [], [], 0, 0
        for mark in _INCLUDE.finditer(strip_comments(text)):
            named = _NAMED.match(text, mark.start())
            target = self._included(named[1] or named[2], path) if named else None
            if not named or not target:
                continue
            body = "" if target in above or len(above) > 20 else self._flat(target, (*above, target))[0]
            if size + len(body) > MAX_FILE:
                body = ""
            before = text[at : mark.start()]
            pieces += [before, body]
            inner.append((size + len(before), size + len(before) + len(body)))
            size, at = size + len(before) + len(body), named.end()
        return "".join([*pieces, text[at:]]), inner

    @cache  # noqa: B019  (a folder lives as long as its texts are wanted)
    def _read(self, path: str) -> str:
        return self._texts[path] if path in self._texts else self._others[path]()

    def _included(self, name: str, path: str) -> str | None:
        """The file that an include in `path` means: beside it, else the nearest with that name."""
        beside = _joined(str(PurePosixPath(path).parent), name)
        wanted = PurePosixPath(name.replace("\\", "/"))
        found = self._by_name.get(wanted.name, [])
        if beside in found:
            return beside
        tail = "/".join(part for part in wanted.parts if part not in ("..", ".", "/"))
        better = [other for other in found if f"/{other}".endswith(f"/{tail}")]
        return min(better or found, key=lambda other: (_steps(path, other), other), default=None)


def _joined(folder: str, name: str) -> str:
    parts: list[str] = []
    for part in (*PurePosixPath(folder).parts, *PurePosixPath(name).parts):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("..", "."):
            parts.append(part)
    return "/".join(parts)


def _steps(one: str, other: str) -> int:
    """How many folders lie between two files."""
    a, b = PurePosixPath(one).parent.parts, PurePosixPath(other).parent.parts
    common = 0
    for left, right in zip(a, b, strict=False):
        if left != right:
            break
        common += 1
    return len(a) + len(b) - 2 * common


def folder_of(root: Path) -> Folder:
    """The folder below `root`."""
    texts: dict[str, str] = {}
    others: dict[str, Callable[[], str]] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if ".git" in path.parts or not path.is_file():
            continue
        if path.suffix.lower() in HDL:
            if text := without_fences(read(path)):
                texts[name] = text
        else:
            others[name] = partial(read, path)
    return Folder(texts, others)


def without_fences(text: str) -> str:
    """What stands in a text's ```` ``` ```` blocks that hold modules; the text itself where there are none."""
    return "\n".join(block for block in _FENCE.findall(text) if module_names(block)) or text


def read(path: Path, most: int = MAX_FILE) -> str:
    """The text of a file; nothing where it has more than `most` bytes or cannot be read."""
    try:
        return decode(path.read_bytes()) if path.stat().st_size <= most else ""
    except OSError:
        return ""
