"""Reading VHDL text without trusting it: tokens, what may not be given to a tool, design units and what a top reaches.

GHDL never sees comments: they are blanked here, and so is what lies between `-- pragma translate_off` and
`translate_on`. What GHDL reads is therefore exactly what was screened.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from rtlvr.errors import DesignError
from rtlvr.hdl.source import MAX_SOURCE_BYTES

_RESERVED = """
    abs access after alias all and architecture array assert assume assume_guarantee attribute begin block body buffer
    bus case component configuration constant context cover default disconnect downto else elsif end entity exit fairness
    file for force function generate generic group guarded if impure in inertial inout is label library linkage literal
    loop map mod nand new next nor not null of on open or others out package parameter port postponed procedure process
    property protected pure range record register reject release rem report restrict restrict_guarantee return rol ror
    select sequence severity shared signal sla sll sra srl strong subtype then to transport type unaffected units until
    use variable vmode vprop vunit wait when while with xnor xor
"""
RESERVED = frozenset(_RESERVED.split())
_IEEE_PACKAGES = """
    std_logic_1164 numeric_std numeric_bit numeric_std_unsigned numeric_bit_unsigned math_real math_complex
    std_logic_unsigned std_logic_signed std_logic_arith fixed_float_types fixed_pkg fixed_generic_pkg float_pkg
    float_generic_pkg ieee_std_context ieee_bit_context
"""
_IEEE = frozenset(_IEEE_PACKAGES.split())
_REFUSED = {
    "file": "files",
    "foreign": "foreign subprograms",
    "textio": "textio",
    "force": "force",
    "release": "release",
    **dict.fromkeys(("vunit", "vmode", "vprop"), "verification units"),
    **dict.fromkeys(("property", "sequence", "assume", "assume_guarantee", "cover", "fairness", "strong"), "PSL"),
    **dict.fromkeys(("restrict", "restrict_guarantee"), "PSL"),
}
_TOKEN = re.compile(
    r"""(?P<comment>--[^\n]*|/\*.*?\*/)|(?P<string>"[^"\n]*")|(?P<word>\\(?:[^\\\n]|\\\\)+\\|[A-Za-z]\w*)"""
    r"""|(?P<number>\d[\w.\#]*)|(?P<char>'[^\n]')|(?P<mark><<|>>|\S)""",
    re.DOTALL | re.ASCII,
)
_TRANSLATE = re.compile(
    r"--\s*(?:pragma|synthesis|synopsys|rtl_synthesis)\s+(?:translate_off|synthesis_off|off)\b.*?"
    r"(?:--\s*(?:pragma|synthesis|synopsys|rtl_synthesis)\s+(?:translate_on|synthesis_on|on)\b[^\n]*|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\r*(?:\n|\Z))")
_EITHER_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|--[^\n]*|//[^\n]*|/\*.*?\*/', re.DOTALL)
_NAME = r"(?:[a-z]\w*|\\[^\\\n]+\\)"
_UNIT = re.compile(rf"\bentity\s+{_NAME}\s+is\b|\barchitecture\s+{_NAME}\s+of\s+{_NAME}\s+is\b", re.IGNORECASE)
_MODULE = re.compile(r"\bmodule\s+(?:automatic\s+|static\s+)?[\w\\]")


def is_vhdl(text: str) -> bool:
    """Whether `text` is VHDL: an entity or architecture outside comments and strings, and no Verilog module there."""
    code = _EITHER_COMMENT.sub(" ", text)
    verilog = _MODULE.search(code) and re.search(r"\bendmodule\b", code)
    return bool(_UNIT.search(code)) and not verilog


@dataclass(frozen=True)
class Token:
    """A piece of VHDL: its kind (`word`, `string`, `number`, `char`, `mark`), spelling, place, and name to compare."""

    kind: str
    text: str
    start: int
    name: str  # lower case but for extended identifiers, which keep theirs

    @property
    def end(self) -> int:
        """Where the text after it begins."""
        return self.start + len(self.text)


@dataclass(frozen=True)
class Unit:
    """A design unit: its kind, its name, the entity it is `of`, its tokens from the context clause on, its words."""

    kind: str
    name: str
    of: str
    tokens: Sequence[Token]
    words: frozenset[str] = field(repr=False)


def blank(text: str) -> str:
    """`text` as GHDL gets to see it: comments and code that is not for synthesis blanked, line breaks kept."""
    text = _TRANSLATE.sub(lambda found: _blanked(found.group()), text.removeprefix("\ufeff"))
    pieces, at = [], 0
    for kind, start, end in _scan(text):
        if kind == "comment":
            pieces += text[at:start], _blanked(text[start:end])
            at = end
    return "".join(pieces) + text[at:]


def _blanked(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _scan(text: str) -> Iterable[tuple[str, int, int]]:
    """The tokens of `text`, comments among them. After a name or a bracket `'` is a tick and begins no character."""
    at, after_name = 0, False
    while found := _TOKEN.search(text, at):
        kind, start, end = found.lastgroup or "", found.start(), found.end()
        if kind == "char" and after_name:
            kind, end = "mark", start + 1
        yield kind, start, end
        at = end
        if kind != "comment":
            spelling = text[start:end]
            after_name = (kind == "word" and spelling.lower() not in RESERVED - {"all"}) or spelling in (")", "]")


@lru_cache(maxsize=4)
def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of `text` without its comments."""
    made = []
    for kind, start, end in _scan(text):
        if kind != "comment":
            piece = text[start:end]
            made.append(Token(kind, piece, start, piece if piece[0] in "\\'\"" else piece.lower()))
    return tuple(made)


def edit(code: str, edits: Sequence[tuple[int, int, str]]) -> str:
    """`code` with pieces replaced: start, end, what comes instead."""
    pieces, at = [], 0
    for start, end, instead in sorted(edits):
        pieces += code[at:start], instead
        at = end
    return "".join(pieces) + code[at:]


def screen_vhdl(text: str) -> str | None:
    """Why `text` must not be given to GHDL, or None when it may.

    Only the libraries std, work and ieee may be used, and of them only packages that cannot reach files or programs.
    """
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError:
        return "the source is not valid Unicode text"
    if size > MAX_SOURCE_BYTES:
        return f"the source has {size} bytes; at most {MAX_SOURCE_BYTES} are allowed"
    if found := _CONTROL.search(text):
        return f"the source contains the control character {found.group()!r}"
    code = blank(text)
    if not code.isascii():
        return "characters outside ASCII are allowed in comments only"
    # `'"'` and `'\'` are where another reader could see strings and names begin elsewhere than we do
    words = re.findall(r"[a-z]\w*", code.lower()) if re.search(r"'[\"\\]'", code) else []
    parts = tokens(code)
    words += [part.name for part in parts if part.kind == "word"]
    if refused := sorted(set(words) & set(_REFUSED)):
        return f"VHDL with {_REFUSED[refused[0]]} (`{refused[0]}`) is not allowed"
    for part in parts:
        if part.kind == "mark" and part.text in ("`", "%", "<<", '"', "\\"):
            return f"the mark {part.text} is not allowed in VHDL"
    return _libraries(parts)


def _libraries(parts: Sequence[Token]) -> str | None:
    """What is wrong with the libraries and packages that are named."""
    at = 0
    while at < len(parts):
        name = parts[at].name
        if name == "library":
            end = next((i for i in range(at, len(parts)) if parts[i].text == ";"), len(parts))
            for part in parts[at + 1 : end]:
                if part.text != "," and part.name not in ("ieee", "std", "work"):
                    return f"the library {part.text} is not allowed; ieee, std and work are"
            at = end
        elif name in ("ieee", "std"):
            package = parts[at + 2].name if at + 2 < len(parts) and parts[at + 1].text == "." else ""
            if package not in (_IEEE if name == "ieee" else ("standard",)):
                return f"the package {name}.{package} is not allowed" if package else f"the name {name} is not allowed"
        at += 1
    return None


def units(code: str) -> list[Unit]:
    """The design units of `code`, in order."""
    parts, found = tokens(code), []
    for at in range(len(parts)):
        if head := _head(parts, at):
            found.append((_context(parts, at), *head))
    ends = [start for start, *_ in found[1:]] + [len(parts)]
    return [
        Unit(kind, name, of, part := parts[start:end], frozenset(token.name for token in part if token.kind == "word"))
        for (start, kind, name, of), end in zip(found, ends, strict=True)
    ]


def _head(parts: Sequence[Token], at: int) -> tuple[str, str, str] | None:
    """Kind, name and `of` of the unit whose first word is at `at`."""
    kind, *rest = [part.name for part in parts[at : at + 5]]
    if at and parts[at - 1].text != ";":
        return None
    if kind == "entity" and rest[1:2] == ["is"]:
        return kind, rest[0], rest[0]
    if kind in ("architecture", "configuration") and rest[1:2] == ["of"] and rest[3:4] == ["is"]:
        return kind, rest[0], rest[2]
    if kind == "package" and rest[:1] == ["body"] and rest[2:3] == ["is"]:
        return "body", rest[1], rest[1]
    if kind == "package" and rest[1:2] == ["is"]:
        return kind, rest[0], rest[0]
    return None


def _context(parts: Sequence[Token], at: int) -> int:
    """Where the library and use clauses in front of a unit begin."""
    while at:
        back = at - 1
        while back and parts[back - 1].text != ";":
            back -= 1
        if parts[back].name not in ("library", "use", "context"):
            break
        at = back
    return at


def instances(unit: Unit) -> set[str]:
    """Names of the entities, components and configurations that a unit instantiates or binds."""
    found, parts = set(), unit.tokens
    for at, part in enumerate(parts):
        rest = [token.name for token in parts[at + 1 : at + 5]]
        if part.name in ("entity", "configuration") and rest[1:2] == ["."]:
            found.add(rest[2])
        elif part.text == ":":
            rest = rest[1:] if rest[:1] == ["component"] else rest
            if rest[1:2] and rest[1] in ("port", "generic", ";"):
                found.add(rest[0])
        elif part.name == "for" and rest[1:2] == [":"]:  # for all : name use …
            found.update(rest[2:3])
    return found


def entity_names(text: str) -> list[str]:
    """Names of the entities of `text`, as they are spelled there, in order."""
    spelled = {token.name: token.text for token in reversed(tokens(blank(text)))}
    return [spelled[unit.name] for unit in units(blank(text)) if unit.kind == "entity"]


def find_top(found: Sequence[Unit]) -> str:
    """The entity that nothing instantiates; entities without ports are testbenches where others have ports.

    Raises:
        DesignError: there is none, or more than one.
    """
    entities = [unit for unit in found if unit.kind == "entity"]
    ported = {unit.name for unit in entities if "port" in unit.words} or {unit.name for unit in entities}
    used: set[str] = set()
    for unit in found:
        if unit.kind == "architecture" and unit.of in ported:
            used |= instances(unit) - {unit.of}
    used |= {unit.of for unit in found if unit.kind == "configuration" and unit.name in used}
    tops = [unit.name for unit in entities if unit.name in ported - used]
    if len(tops) == 1:
        return tops[0]
    if not tops:
        raise DesignError("there is no entity in it that nothing instantiates")
    raise DesignError(f"several entities could be the top: {', '.join(tops)}; name one")


def reached(found: Sequence[Unit], top: str) -> list[Unit]:
    """The units that `top` needs: entities, architectures and configurations instantiated, packages named."""
    kept: dict[int, Unit] = {}
    names, words = {top}, {top}
    while True:
        more = [
            (place, unit)
            for place, unit in enumerate(found)
            if place not in kept and (unit.of in names or (unit.kind in ("package", "body") and unit.name in words))
        ]
        if not more:
            return [kept[place] for place in sorted(kept)]
        for place, unit in more:
            kept[place] = unit
            words |= unit.words
            names |= instances(unit)
        names |= {unit.of for unit in found if unit.kind == "configuration" and unit.name in names}


def delay(kept: Sequence[Unit]) -> str | None:
    """What in these units makes time pass, in words, or None: GHDL's synthesis would ignore it."""
    for unit in kept:
        waits = False
        for at, part in enumerate(unit.tokens):
            following = [token.name for token in unit.tokens[at + 1 : at + 4]]
            waits = part.text != ";" and (waits or part.name == "wait")
            if part.name == "after" and (
                following[:1] != ["0"] or following[2:] not in ([";"], [","], ["when"], ["else"])
            ):
                return "delays (`after`) cannot be judged"
            if waits and part.name == "for":
                return "`wait for` cannot be judged"
    return None


def converted_ports(kept: Sequence[Unit]) -> str | None:
    """Where a port map calls a function of the text on a port's value, in words, or None: GHDL would leave the call out."""
    functions = {
        name.name
        for unit in kept
        for part, name in pairwise(unit.tokens)
        if part.name == "function" and name.kind == "word"
    }
    for unit in kept:
        for at, part in enumerate(unit.tokens):
            if part.name == "map" and unit.tokens[at - 1].name == "port":
                for name in _called(unit.tokens[at + 1 :]):
                    if name in functions:
                        return f"calls of functions such as {name} in a port map are not supported; use a signal"
    return None


def _called(parts: Sequence[Token]) -> Iterable[str]:
    """The names of calls with one argument that make up a whole element of the list in brackets at the front."""
    element: list[Token] = []
    depth = 0
    for part in parts:
        depth += {"(": 1, ")": -1}.get(part.text, 0)
        ends = (depth == 1 and part.text == ",") or depth == 0
        if not ends:
            element.append(part)
            continue
        texts = [one.text for one in element]
        names = [one.name for one in element if one.text not in "()"]
        if ">" in texts:
            names = [one.name for one in element[texts.index(">") + 1 :] if one.text not in "()"]
            yield from (one.name for one in element[: texts.index(">")])
        if names and "," not in texts and element[-1].text == ")":
            yield names[0]
        element = []
        if depth == 0:
            return
