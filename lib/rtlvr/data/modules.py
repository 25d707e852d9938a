"""From the bytes of a file to self-contained designs: encoding, licence, and each top module with its helpers.

Not guaranteed: helpers are looked for in the same file alone; a design that instantiates what its file lacks is refused
later, by analysis, with the missing module's name.
"""

import re
from dataclasses import dataclass

from rtlvr.hdl.source import comments, edit_comments, strip_comments

_MODULE = re.compile(r"(?<![\w$`\\])(?:module|macromodule)\s+(?:automatic\s+|static\s+)?([A-Za-z_][\w$]*)")
_END = re.compile(r"(?<![\w$`\\])endmodule(?![\w$])(?:\s*:\s*\w+)?")
_WORD = re.compile(r"(?<![\w$.`'\\])[A-Za-z_][\w$]*")
_LEGAL = re.compile(r"copyright|licen[cs]e|SPDX|all rights reserved|\(c\)|confidential", re.IGNORECASE)
# Of what stands between modules, only directives can matter to them; these two only to simulators and to file systems.
_USELESS = re.compile(r"`(?:timescale|default_nettype\s+wire|include|resetall|celldefine|endcelldefine)\b")
_SPDX = re.compile(r"SPDX-License-Identifier:\s*([\w.+\- ()]+?)\s*(?:\*/|\n|$)")
_LICENCES: tuple[tuple[str, str], ...] = (
    ("CERN-OHL", r"CERN[ -]?(?:Open Hardware|OHL)"),
    ("AGPL", r"Affero General Public"),
    ("LGPL", r"(?:Lesser|Library) General Public"),
    ("GPL", r"GNU General Public|\bGPL\b"),
    ("Apache-2.0", r"Apache License,? *(?:Version)? *2"),
    ("MIT", r"\bMIT Licen[cs]e|Permission is hereby granted, free of charge"),
    ("BSD", r"\bBSD\b|Redistribution and use in source and binary forms"),
    ("MPL", r"Mozilla Public"),
    ("proprietary", r"proprietary|confidential"),
    ("all rights reserved", r"all rights reserved"),
)


class Unusable(Exception):
    """A file or design that is of no use; the message says why."""


@dataclass(frozen=True)
class ModuleUnit:
    """One top module with the helpers that it needs, in the file's order."""

    top: str
    code: str


def decode(data: bytes) -> str:
    """The text of a file, with line ends of one kind.

    UTF-8, UTF-16 with a mark, and Windows' western code page (comments in old files) are read.

    Raises:
        Unusable: it is none of these.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16",)
    elif b"\0" in data:
        raise Unusable("it holds NUL bytes: no text")
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if re.search(r"[\x00-\x08\x0e-\x1f]", text):
            raise Unusable("it holds control characters: no text")
        return text.replace("\r\n", "\n").replace("\r", "\n")
    raise Unusable("its encoding is neither UTF-8, UTF-16 nor Windows-1252")


def licence_of(text: str) -> str:
    """The licence that the comments of `text` name (SPDX where they do), or nothing."""
    said = "\n".join(comments(text))
    if spdx := _SPDX.search(said):
        return spdx[1].strip()
    return next((name for name, words in _LICENCES if re.search(words, said, re.IGNORECASE)), "")


def units(text: str) -> list[ModuleUnit]:
    """The designs in a file: every module that no other instantiates, each with its helpers.

    What stands before, between and after modules goes, licence headers included, save directives that modules need.

    Raises:
        Unusable: no module, one defined twice, or code outside modules.
    """
    pieces = _pieces(text)
    bodies = {name: body for name, body in pieces if name}
    if not bodies:
        raise Unusable("it holds no module")
    if len(bodies) != sum(bool(name) for name, _ in pieces):
        raise Unusable("it defines a module twice")
    uses = {name: _used(body, bodies, name) for name, body in bodies.items()}
    tops = [name for name in bodies if not any(name in used for used in uses.values())]
    return [ModuleUnit(top, _joined(pieces, _reach(top, uses))) for top in tops]


def _pieces(text: str) -> list[tuple[str, str]]:
    """The file in order: (module name, its text), and ("", directives) for what stands around."""
    masked, at, pieces = strip_comments(text), 0, []
    while start := _MODULE.search(masked, at):
        end = _END.search(masked, start.end())
        if end is None:
            raise Unusable(f"module {start[1]} has no end")
        pieces.append(("", _directives(masked[at : start.start()])))
        pieces.append((start[1], _without_notices(text[start.start() : end.end()])))
        at = end.end()
    return [*pieces, ("", _directives(masked[at:]))]


def _directives(outside: str) -> str:
    kept = []
    for line in re.sub(r"\\\n", "\\\\\r", outside).splitlines():
        if not line.strip() or _USELESS.match(line.strip()):
            continue
        if not line.strip().startswith("`"):
            raise Unusable(f"there is code outside modules: {line.strip()[:60]!r}")
        kept.append(line.replace("\r", "\n") + "\n")
    return "".join(kept)


def _without_notices(body: str) -> str:
    """A module without comments that speak of owners and licences, and without blanks at line ends."""

    def edit(comment: str) -> str:
        if not _LEGAL.search(comment):
            return comment
        return "" if comment.startswith("//") else "\n"

    kept = edit_comments(body, edit)
    return re.sub(r"[ \t]+\n", "\n", kept) + "\n"


def _used(body: str, bodies: dict[str, str], own: str) -> set[str]:
    return (set(_WORD.findall(strip_comments(body))) & set(bodies)) - {own}


def _reach(top: str, uses: dict[str, set[str]]) -> set[str]:
    found, todo = set(), [top]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += uses[name]
    return found


def _joined(pieces: list[tuple[str, str]], wanted: set[str]) -> str:
    return "\n".join(body for name, body in pieces if name in wanted or (body and not name))
