"""From folders of other people's HDL to units: each module with all that it needs, in one text.

What a module needs (modules, packages, interfaces, included files) is looked for in its own file, then in the nearest
file of the folder that defines it. A unit for which something is missing, ambiguous or too large carries a `problem`
in place of its text. Answers of models in JSON files are units as well, each from its own text alone.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rtlvr.evaluate.folder import File, Folder, folder_of, read, without_fences
from rtlvr.evaluate.lacks import Lack
from rtlvr.evaluate.parts import Definition, ParsedFile, ill_formed, parse
from rtlvr.evaluate.simulated import SIMULATED
from rtlvr.hdl.source import MAX_SOURCE_BYTES, module_names, normalised
from rtlvr.records import Record

# What puts a unit outside the kit's scope. `broken` ones do not parse, `ill-formed` ones break another rule of the language;
# `not for synthesis`: with the macro SYNTHESIS there is no such module, or it does not parse. For others see `simulated`.
OUTSIDE = (
    "inout", "interface", "analogue", "delays", "broken", "ill-formed", "not for synthesis", "test bench",
    "sampled values", "no outputs", "empty",
)  # fmt: skip
_PASSED_ON = {"delays", "analogue", *SIMULATED}  # a helper's flags that are its user's as well
_ANSWER_FIELDS = {"completion", "code", "response", "output", "answer", "solution", "canonical_solution", "verilog"}
_MAX_ANSWERS = 64 * 1024 * 1024
_ROOM = 1024  # bytes by which a candidate made from a unit may be longer
_DIRECTIVE = re.compile(r"^[ \t]*`(?:if|else|elsif|endif|define|undef)", re.MULTILINE)


class SweepUnit(Record):
    """A module with all that it needs; `flags` say what is special about it, `problem` why it is not self-contained."""

    source: str
    path: str
    name: str
    text: str
    flags: tuple[str, ...] = ()
    problem: Lack | None = None

    @property
    def id(self) -> str:
        """Source, file and module."""
        return f"{self.source}/{self.path}:{self.name}"

    @property
    def in_scope(self) -> bool:
        """Whether it is self-contained and nothing puts it outside the kit's scope."""
        return not self.problem and not any(flag in OUTSIDE for flag in self.flags)


def units_of(root: Path, source: str = "") -> list[SweepUnit]:
    """The units of a folder, those of equal text (but for comments and white space) once."""
    folder, source = folder_of(root), source or root.name
    found: dict[tuple[str, str], SweepUnit] = {}
    for unit, own in (*_units(folder, source), *_answers(root, source)):
        found.setdefault((unit.name, normalised(unit.text or own)), unit)
    return list(found.values())


def _units(folder: Folder, source: str) -> Iterator[tuple[SweepUnit, str]]:
    """The units of a folder, each with its module's own text."""
    for file in folder.files.values():
        for name, definition in file.definitions.items():
            if name and definition.kind == "module" and definition.ports and name not in file.borrowed:
                yield _unit(folder, source, file, definition), file.text[definition.start : definition.end]


def _as_synthesised(view: ParsedFile, top: str) -> set[str]:
    """The flags that a unit has for what it is with the macro SYNTHESIS."""
    if view.broken or top not in {definition.name for definition in view.definitions}:
        return {"not for synthesis"}
    return {flag for definition in view.definitions for flag in definition.flags} & SIMULATED


@dataclass
class _Closure:
    """All that a module reaches: the definitions to keep of each file, what its files need of each other, what lacks."""

    keep: dict[str, dict[str, Definition]] = field(default_factory=dict)
    uses: dict[str, list[str]] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)
    problem: Lack | None = None


def _unit(folder: Folder, source: str, file: File, top: Definition) -> SweepUnit:
    closure = _closure(folder, file.path, top)
    text = "" if closure.problem else _rendered(folder, closure, file.path)
    problem, flags = closure.problem, closure.flags | top.flags
    if not problem and len(text.encode()) > MAX_SOURCE_BYTES - _ROOM:
        problem = Lack(use="has a text", why="is too large")
    if not problem:
        whole = parse(text)
        unknown = None if whole.broken else _unknown_type(whole.definitions, whole.around)
        problem = whole.problem or top.problem or unknown
        if not problem and (whole.broken or ill_formed(text, top.name)):
            flags.add("broken" if whole.broken else "ill-formed")
        if whole.broken:
            flags -= {"no outputs", "empty"}
        if whole.synthesis:
            flags = (flags - SIMULATED) | _as_synthesised(whole.synthesis, top.name)
    return SweepUnit(
        source=source,
        path=file.path,
        name=top.name,
        text="" if problem else text,
        flags=tuple(sorted(flags)),
        problem=problem,
    )


def _closure(folder: Folder, path: str, top: Definition) -> _Closure:
    found, todo = _Closure(), [(path, top)]
    while todo and not found.problem:
        path, definition = todo.pop()
        kept = found.keep.setdefault(path, {})
        if definition.name in kept:
            continue
        if not kept:
            todo += [(path, folder.files[path].parsed.around)]
        if definition.name:
            kept[definition.name] = definition
            found.flags |= definition.flags & _PASSED_ON
        todo += _needed(folder, found, path, definition)
    return found


def _needed(folder: Folder, found: _Closure, path: str, user: Definition) -> Iterator[tuple[str, Definition]]:
    """What a definition needs, with its place; what lacks is told to `found`."""
    inner = user.declares | folder.files[path].parsed.around.declares
    for name in [*user.needs, *sorted(user.types - set(user.needs))]:
        home = folder.home(name, path)
        if home.file is not None:
            found.uses.setdefault(path, []).append(home.file)
            wanted = folder.files[home.file].definitions[name]
            if name in user.types and wanted.kind == "interface":
                user.flags.add("interface")
            if name in user.needs and "empty" in wanted.flags:
                found.problem = Lack(use=user.needs[name], name=name, why="is an empty stub")
                return
            yield home.file, wanted
        elif name in user.needs and name not in inner and name != "std":
            found.problem = Lack(use=user.needs[name], name=name, why=home.why)
            return


def _unknown_type(definitions: Iterable[Definition], around: Definition) -> Lack | None:
    parts = [*definitions, around]
    known = {name for part in parts for name in (part.name, *part.declares)}
    unknown = sorted({name for part in parts for name in part.types} - known - {"process", "mailbox", "semaphore"})
    return Lack(use="uses the type", name=unknown[0], why="is not found") if unknown else None


def _rendered(folder: Folder, closure: _Closure, path: str) -> str:
    """The text of a unit: its files in the order of dependence, cut to what is needed."""
    order: list[str] = []
    _sort(path, closure.uses, order, set())
    pieces, given = [], set()
    for place in order:
        file = folder.files[place]
        pieces.append(_cut(file, {name for name in closure.keep[place] if name not in given}))
        given |= set(closure.keep[place])
    nets = "`default_nettype wire\n" if any("`default_nettype" in piece for piece in pieces[:-1]) else ""
    return f"\n{nets}".join(pieces)


def _sort(path: str, uses: dict[str, list[str]], order: list[str], seen: set[str]) -> None:
    """Depth first: a file comes after those that it uses."""
    seen.add(path)
    for other in uses.get(path, ()):
        if other not in seen:
            _sort(other, uses, order, seen)
    order.append(path)


def _cut(file: File, keep: set[str]) -> str:
    """A file without the definitions that are not kept; their macro definitions and conditions stay."""
    text, given = file.text, set()
    spans = list(file.parsed.cut)
    for definition in file.parsed.definitions:
        if definition.name in keep and definition.name not in given:
            given.add(definition.name)
        else:
            spans.append((definition.start, definition.end))
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + _directives(text[start:end]) + text[end:]
    return text


def _directives(text: str) -> str:
    if not _DIRECTIVE.search(text):
        return ""
    lines = re.sub(r"\\\n", "\\\\\r", text).split("\n")
    return "\n" + "".join(line.replace("\r", "\n") + "\n" for line in lines if _DIRECTIVE.match(line))


def _answers(root: Path, source: str) -> Iterator[tuple[SweepUnit, str]]:
    """Units of JSON and JSON-lines files."""
    for path in sorted(root.rglob("*.json*")):
        if path.suffix.lower() in (".json", ".jsonl") and path.is_file():
            name = path.relative_to(root).as_posix()
            for number, text in enumerate(answer_texts(read(path, _MAX_ANSWERS)), 1):
                folder = Folder({f"{name}#{number}": text})
                yield from _units(folder, source)


def answer_texts(text: str) -> Iterator[str]:
    """The Verilog of every answer in the text of a JSON or JSON-lines file."""
    try:
        rows = [json.loads(text)]
    except ValueError:
        rows = [row for line in text.splitlines() if (row := _row(line)) is not None]
    for row in rows:
        for answer in _fields(row, ""):
            code = without_fences(answer)
            if module_names(code):
                yield code


def _row(line: str) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _fields(value: object, prompt: str) -> Iterator[str]:
    """Texts under the names that answers go by; a body without a header gets that of its prompt."""
    if isinstance(value, dict):
        asked = value.get("prompt")
        prompt = asked if isinstance(asked, str) else prompt
        for name, inner in value.items():
            if isinstance(inner, str) and name.lower() in _ANSWER_FIELDS:
                yield inner if module_names(inner) else f"{prompt}\n{inner}"
            elif isinstance(inner, list) and name.lower() in _ANSWER_FIELDS:
                yield from (text for text in inner if isinstance(text, str))
                yield from _fields([part for part in inner if not isinstance(part, str)], prompt)
            else:
                yield from _fields(inner, prompt)
    elif isinstance(value, list):
        for inner in value:
            yield from _fields(inner, prompt)
