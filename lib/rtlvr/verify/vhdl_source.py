"""Reading VHDL text without trusting it: whether it is VHDL, its tokens, and what may not be given to a tool.

GHDL never sees comments: they are blanked here, and so is what lies between `-- pragma translate_off` and
`translate_on`. What GHDL reads is therefore exactly what was screened.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rtlvr.hdl.source import MAX_SOURCE_BYTES, oversized

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
    std_logic_unsigned std_logic_signed std_logic_arith std_logic_misc fixed_float_types fixed_pkg fixed_generic_pkg float_pkg
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


def blank(text: str) -> str:
    """`text` as GHDL gets to see it: comments and code that is not for synthesis blanked, line breaks kept."""
    text = _TRANSLATE.sub(lambda found: _blanked(found.group()), text.removeprefix("\ufeff"))
    pieces, at = list[str](), 0
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
    pieces, at = list[str](), 0
    for start, end, instead in sorted(edits):
        pieces += code[at:start], instead
        at = end
    return "".join(pieces) + code[at:]


def screen_vhdl(text: str) -> str | None:
    """Why `text` must not be given to GHDL, or None when it may.

    Only the libraries std, work and ieee may be used, and of them only packages that cannot reach files or programs.
    """
    if problem := oversized(text, MAX_SOURCE_BYTES):
        return problem
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
