"""Reading Verilog text without trusting it: size and encoding, comments and strings, directives and system tasks.

`screen` is an allow-list over tokens, not a search for bad words: honest code that mentions `module` in a comment or
prints with `$display` passes, and whatever can reach a file, a program or the simulator's control does not.
"""

import re
from collections.abc import Callable

from rtlvr.errors import Cause

MAX_SOURCE_BYTES = 256 * 1024  # of what is left when comments and white space are gone
MAX_RAW_BYTES = 4 << 20  # of a text as it comes

ALLOWED_SYSTEM = frozenset(
    [
        "$clog2",
        "$signed",
        "$unsigned",
        "$bits",
        "$size",
        "$left",
        "$right",
        "$high",
        "$low",
        "$countones",
        "$onehot",
        "$onehot0",
        "$isunknown",
        "$countbits",
        "$increment",
        "$dimensions",
        "$unpacked_dimensions",
        "$pow",
        "$sqrt",
        "$ln",
        "$log10",
        "$exp",
        "$ceil",
        "$floor",
        "$sin",
        "$cos",
        "$rtoi",
        "$itor",
        "$display",
        "$write",
        "$strobe",
        "$monitor",
        "$error",
        "$warning",
        "$info",
        "$time",
        "$realtime",
        "$stime",
    ]
)
# An escaped identifier runs to the next blank, whatever is in it: `\a/*` opens no comment.
_SKIP = re.compile(r'\\[^ \t\r\n]+|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)
# Escaped identifiers that synthesis tools write, such as `\$auto$opt.cc:1 ` or `\u1.q `, or that could name no system task
# for the characters in them. Others that begin with `$` stay suspect: Icarus calls the system task where a statement says
# `\$finish ;`.
_HARMLESS_ESCAPED = re.compile(r"\\(?:[^ \t\r\n$]|\$\d|\$auto\$|\$[\w$]*[^\w$ \t\r\n])[^ \t\r\n]*")
_LAST = re.compile(r"(?<!\\)\$(?![\w$])")  # the end of a queue, which names no task
# What a tool may read otherwise than `_SKIP` does, so that code could hide in a comment or string of ours: a line that ends
# in a lone carriage return, other control characters, and marks inside an escaped identifier, which preprocessors obey.
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\r*(?:\n|\Z))")
_MARKS = re.compile(r"[\"`]|//|/\*|\*/")
_REFUSED_DIRECTIVES = ("`include", "`line", "`pragma", "`begin_keywords")
_REFUSED_WORDS = {
    "import": "import of foreign functions or packages",
    "export": "export",
    "bind": "bind",
    "force": "force",
    "release": "release",
    "defparam": "defparam",
    "config": "config",
}


def strip_comments(text: str) -> str:
    """`text` with comments and string contents replaced by spaces; line breaks are kept."""
    return _SKIP.sub(lambda m: m.group() if m.group()[0] == "\\" else re.sub(r"[^\n]", " ", m.group()), text)


def comments(text: str) -> list[str]:
    """The comments of `text`, their marks included."""
    return [m.group() for m in _SKIP.finditer(text) if m.group()[0] == "/"]


def edit_comments(text: str, edit: Callable[[str], str]) -> str:
    """`text` with every comment, its marks included, replaced by what `edit` makes of it."""
    return _SKIP.sub(lambda m: edit(m.group()) if m.group()[0] == "/" else m.group(), text)


def for_synthesis(text: str) -> str:
    """A text as read, for Yosys: `always_comb` that infers a latch is an error there and a latch in simulation."""
    for word, instead in (("always_comb", "always @*"), ("always_latch", "always @*"), ("always_ff", "always")):
        text = re.sub(rf"(?<![\w$\\]){word}(?![\w$])", instead, text)
    return text


# A divisor that is a number other than 0: its quotient is never unknown.
_DIVIDES = r"\s*(?:\d*\s*'[sS]?[bodhBODH]\s*[0_]*[1-9a-fA-F][\w?]*+(?!\s*\*\*)|[0_]*[1-9][\d_]*+(?!\s*(?:'|\*\*)))"
_OTHERWISE = re.compile(
    rf"[/%](?!{_DIVIDES})|"
    r"[=!]==|\bcase[xz]\b|'[sS]?[bodhBODH]\s*\w*[xXzZ?]|\b(?:initial|function|task|real|tri|inout)\b"
    r"|\b(?:(?:strong|pull|weak|highz)[01]|supply[01]|pullup|pulldown|trireg)\b"
    r"|@\s*\((?!\s*\*)(?![^)]*\b(?:pos|neg)edge\b)"
)
_CLOCKED = re.compile(
    r"\balways(?:_ff)?\s*@\s*\([^)]*edge\b[^)]*\)(.*?)(?=\balways|\bassign\b|\bendmodule\b|\Z)", re.DOTALL
)
_BLOCKING = re.compile(r"(?<![<>=!])=(?!=)")


def simulates_otherwise(text: str) -> bool:
    """Whether a text as read holds what simulation and synthesis may see differently; at worst it says so for nothing.

    Strengths of drivers, explicit level-sensitive event lists, blocking assignments under a clock, unknown values written out,
    division by what may be 0, `initial`, and whatever copies values at call time.
    """
    code = strip_comments(text)
    if _OTHERWISE.search(code):
        return True
    return any(_BLOCKING.search(re.sub(r"\bfor\s*\([^)]*\)", " ", m[1])) for m in _CLOCKED.finditer(code))


_INITIAL = re.compile(r"\binitial\s+(?:begin\b([^()$?@#]{0,1000}?)\bend\b|([^()$?@#;]{0,1000};))")
_GIVES = re.compile(r"\s*[\w.]+(?:\s*\[[\d:\s]+\])*\s*<?=([\s\w'{},~-]+)")
_LITERAL = re.compile(r"\d[\d_]*|\d*'[sS]?[bodhBODH]?[\da-fA-F_]+")


def without_first_values(text: str) -> str:
    """A text as read without `initial` blocks that only give constants: they mean what a declaration with a value does."""
    return _INITIAL.sub(lambda found: " " if _only_constants(found[1] or found[2] or "") else found[0], text)


def _only_constants(statements: str) -> bool:
    given = [_GIVES.fullmatch(one) for one in statements.split(";") if one.strip()]
    return all(one and all(map(_LITERAL.fullmatch, re.findall(r"[\w']+", one[1]))) for one in given)


def oversized(text: str, most: int) -> str | None:
    """Why `text` is no Unicode text of at most `most` bytes, or None where it is."""
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError:
        return "the source is not valid Unicode text"
    return f"the source has {size} bytes; at most {most} are allowed" if size > most else None


def cause_of_refusal(text: str, most: int) -> Cause:
    """Why a text is refused that may have `most` bytes: for its size, or for what is in it."""
    return "too_large" if len(text.encode("utf-8", "surrogatepass")) > most else "construct"


def undecodable(text: str) -> str | None:
    """Why `text` cannot be read at all, or None: its encoding, its size, or control characters in it."""
    return oversized(text, MAX_RAW_BYTES) or _controlled(text.replace("\f", " ").replace("\v", " "))


def _controlled(text: str) -> str | None:
    if "\0" in text:
        return "the source contains a NUL byte"
    found = _CONTROL.search(text)
    return f"the source contains the control character {found.group()!r}" if found else None


# A `?` is a digit of a hexadecimal, octal or binary number, but not of a decimal one that has begun with another digit:
# `q == 4'd9?a:b` is a choice. Icarus reads it so; slang and Yosys take the mark for a wrong digit.
_CHOICE = re.compile(rf"{_SKIP.pattern}|(?P<number>'[sS]?[dD][ \t]*[0-9][0-9_]*)(?=\?)", re.DOTALL)


def decoded(text: str) -> str:
    """`text` without a byte order mark, with line feeds for line ends, blanks for form feeds and one before `?` of a choice."""
    text = text.removeprefix("\ufeff").replace("\f", " ").replace("\v", " ")
    text = re.sub(r"\r+(?=\n|\Z)", "", text)
    return _CHOICE.sub(lambda found: found.group() + " " if found["number"] else found.group(), text)


def refused(text: str) -> str | None:
    """Why what `rtlvr.hdl.reading` made of a text must not be given to any tool, or None when it may."""
    if len(text) > MAX_SOURCE_BYTES:
        return f"without comments the source has {len(text)} bytes; at most {MAX_SOURCE_BYTES} are allowed"
    code = strip_comments(text)
    plain = _HARMLESS_ESCAPED.sub(" ", code)
    if problem := _foreign_task(_LAST.sub(" ", plain)):
        return problem
    if found := sorted(set(re.findall(r"\$(?:real|s)?time(?![\w$])", plain))):
        return f"behaviour that depends on {found[0]} cannot be judged"
    if directives := set(re.findall(r"`\w*", code)) - {"`default_nettype"}:
        return f"the compiler directive {min(directives)} is not allowed"
    return _marked(text)


def screen(text: str) -> str | None:
    """Why `text` must not be given to any tool, or None when it may."""
    if problem := oversized(text, MAX_SOURCE_BYTES) or _controlled(text):
        return problem
    code = strip_comments(text)
    if "``" in code:
        return "macro token pasting is not allowed"
    if problem := _foreign_task(_HARMLESS_ESCAPED.sub(" ", code)):
        return problem
    for directive in _REFUSED_DIRECTIVES:
        if re.search(rf"{directive}\b", code):
            return f"the compiler directive {directive} is not allowed"
    words = set(re.findall(r"(?<![\w$\\])[a-z]+(?![\w$])", code, re.ASCII))
    refused = sorted(words & set(_REFUSED_WORDS))
    return f"the construct {_REFUSED_WORDS[refused[0]]} is not allowed" if refused else _marked(text)


def _foreign_task(plain: str) -> str | None:
    for name in re.findall(r"\$[A-Za-z0-9_$]*", plain):
        if name not in ALLOWED_SYSTEM and not _inside_identifier(plain, name):
            return f"the system task or function {name} is not allowed"
    return None


def _marked(text: str) -> str | None:
    marked = any(token[0] == "\\" and _MARKS.search(token) for token in _SKIP.findall(text))
    return "quotes, backticks and comment marks in escaped identifiers are not allowed" if marked else None


def _inside_identifier(code: str, name: str) -> bool:
    """Whether every occurrence of `$…` continues an identifier such as `a$b`."""
    found = re.finditer(re.escape(name) + r"(?![\w$])", code, re.ASCII)
    return all(re.match(r"[A-Za-z_]", code[m.start() - 1 : m.start()]) for m in found)


def module_names(text: str) -> list[str]:
    """Names of the modules defined in `text`, in order."""
    return re.findall(r"\bmodule\s+(?:automatic\s+|static\s+)?([A-Za-z_][\w$]*)", strip_comments(text))


_EMPTY = re.compile(
    r"\bmodule\s+(?:automatic\s+|static\s+)?([A-Za-z_][\w$]*)[^;]*;"
    r"(?:\s*(?:input|output|inout|parameter|localparam)\b[^;]*;)*\s*endmodule\b"
)


def empty_modules(text: str) -> list[str]:
    """Names of the modules of a text as read that have ports and parameters and nothing else."""
    return _EMPTY.findall(text)


_BLANKS = re.compile(r"[ \t\r\n\f]+")  # what Verilog takes for white space, and nothing else


def normalised(text: str) -> str:
    """`text` without comments and with white space folded outside strings: equal texts are the same candidate."""
    pieces, at = [], 0
    for match in _SKIP.finditer(text):
        pieces += _BLANKS.split(text[at : match.start()])
        if match.group()[0] in '"\\':
            pieces.append(match.group())
        at = match.end()
    return " ".join(piece for piece in (*pieces, *_BLANKS.split(text[at:])) if piece)
