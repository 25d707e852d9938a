"""Reading a design: decode, preprocess, parse, keep what the top needs, take out what no output depends on, screen the rest.

The order matters. Nothing that is only white space, a comment, an encoding mark, inactive text or an unused module can
change what comes out, and the screen sees only what tools will see.

`SYNTHESIS` is defined: what is read is the design as synthesis takes it. Where a text asks for that macro, it is read a
second time without it (`Reading.simulated`), and whoever judges a candidate wants both to agree. A reading that failed stays
one: its text says why, and reading that text fails for the same reason.
"""

import hashlib
import re
from typing import get_args

from rtlvr.errors import Cause, DesignError, SourceError
from rtlvr.hdl import branches, declarations, effects, quiet, source, syntax
from rtlvr.hdl.declarations import Declaration
from rtlvr.hdl.yosys import YosysAnswer, in_child
from rtlvr.records import Record

_SECONDS = 5
_MACRO = "SYNTHESIS"
_FAILED = "// It cannot be read: "
_NOTHING = re.compile(
    r"`default_nettype none\s*`default_nettype wire\s*|`default_nettype wire\s*`default_nettype none\s*"
)


class Reading(Record):
    """A design as every tool gets it.

    `text` has no comments, directives, attributes, printing or assertions. `digest` is of its tokens: equal digests mean
    the same design. `slang`: Yosys's own reader is known not to read it; `misread`: Icarus is known to misread it.
    `files`: what its memories would be loaded from.
    `simulated`: the text without the macro SYNTHESIS, where that is another; `missing`: instances of unknown modules.
    `chance`: whether it asks for random values, which have become unknown ones.
    `macro`: whether SYNTHESIS was defined.
    """

    text: str
    top: str
    ports: tuple[str, ...]
    digest: str
    slang: bool = False
    misread: bool = False
    files: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    simulated: str | None = None
    chance: bool = False
    macro: bool = True


def read(
    text: str,
    top: str | None = None,
    preferred: str | None = None,
    ports: tuple[str, ...] | None = None,
    macro: bool = True,
    chance: bool | None = None,
) -> Reading:
    """Read `text` in an expendable child; the top is `top`, else `preferred` where there is one, else the only root.

    `ports` help to tell the top among several roots; without `macro` it is read without SYNTHESIS, and only so; `chance` says
    whether it may ask for random values: unless told, a candidate, which has `ports` to fit, may not. Call it only in a
    single-threaded process (it forks).

    Raises:
        SourceError: it has a syntax error.
        DesignError: it cannot be judged, with the reason.
    """
    _check_text(text)
    answer, _ = in_child(_read, text, top, preferred, ports, macro, chance, seconds=_SECONDS)
    if answer is None:
        raise DesignError("reading it exceeds the limits of time and memory", "time")
    if "error" in answer:
        raise (SourceError if answer["syntax"] else DesignError)(answer["error"], answer["cause"])
    return Reading.model_validate(answer)


def _read(
    text: str,
    top: str | None,
    preferred: str | None,
    ports: tuple[str, ...] | None,
    macro: bool,
    chance: bool | None,
) -> YosysAnswer:
    try:
        found = read_here(text, top, preferred, ports, macro, chance)
    except DesignError as error:
        return {"error": str(error), "syntax": isinstance(error, SourceError), "cause": error.cause}
    return found.model_dump()


def read_here(
    text: str,
    top: str | None = None,
    preferred: str | None = None,
    ports: tuple[str, ...] | None = None,
    macro: bool = True,
    chance: bool | None = None,
) -> Reading:
    """`read` in this process: only for text that is trusted."""
    _check_text(text)
    if text.startswith(_FAILED):
        raise _failed_before(text)
    found = _both(source.decoded(text), top, preferred, ports, macro)
    if found.chance and not (ports is None if chance is None else chance):
        raise DesignError("it asks for random values, which a candidate may do only where its golden does")
    return found


def _both(text: str, top: str | None, preferred: str | None, ports: tuple[str, ...] | None, macro: bool) -> Reading:
    """A text with the macro SYNTHESIS, and, where it asks for that, without it as well."""
    found = _one(text, (_MACRO,) if macro else (), top, preferred, ports)
    if not macro:
        return found.model_copy(update={"macro": False})
    if _MACRO not in text:
        return found
    try:
        other = _one(text, (), top, preferred, ports)
    except DesignError as error:
        said = f"{_FAILED}{error.cause}: {' '.join(str(error).split())}"
        return found.model_copy(update={"simulated": said})
    simulated = None if other.digest == found.digest else other.text
    return found.model_copy(update={"simulated": simulated, "chance": found.chance or other.chance})


def _one(
    text: str, macros: tuple[str, ...], top: str | None, preferred: str | None, ports: tuple[str, ...] | None
) -> Reading:
    parsed, old = syntax.parse(text, macros), False
    if problem := parsed.problem():
        again = syntax.parse(text, macros, old=True)
        if again.problem():
            raise SourceError("it has a Markdown fence (```) in it: give the code alone") if "```" in text else problem
        parsed, old = again, True
    clean = syntax.parse(_ascii(syntax.expanded(parsed, old)))
    found = declarations.declarations(clean)
    chosen = declarations.top_of(found, top, preferred, ports)
    try:
        return _kept(clean, found, chosen)
    except DesignError:
        # What is refused may stand in a branch that is not taken.
        without = syntax.edited(clean.text, branches.untaken(clean, chosen.name))
        if without == clean.text:
            raise
    clean = syntax.parse(without)
    found = declarations.declarations(clean)
    return _kept(clean, found, declarations.top_of(found, chosen.name, None, ports))


def _kept(clean: syntax.Parsed, found: list[Declaration], chosen: Declaration) -> Reading:
    """What the top needs, without what no output depends on."""
    kept = declarations.needed(found, chosen)
    changes = quiet.quiet(clean, kept)
    if changes.checks and (said := quiet.failing_check(clean, chosen.name)):
        raise DesignError(f"a check at elaboration fails: {said}", "syntax")
    dropped = [(*syntax.place(one.node), "") for one in found if one not in kept]
    text = syntax.edited(clean.text, changes.edits + dropped)
    text = syntax.edited(text, effects.idle(syntax.parse(text)))
    result = _tidy(_plain_keywords(text))
    if refused := source.refused(result):
        raise DesignError(refused, source.cause_of_refusal(result, source.MAX_SOURCE_BYTES))
    tokens = "\n".join(syntax.tokens(result))
    return Reading(
        text=result,
        top=chosen.name,
        ports=chosen.ports,
        digest=hashlib.blake2b(tokens.encode(), digest_size=16).hexdigest(),
        slang=changes.slang,
        misread=changes.misread,
        files=tuple(sorted(changes.files)),
        missing=tuple(declarations.missing(kept)),
        chance=changes.chance,
    )


def _check_text(text: str) -> None:
    if problem := source.undecodable(text):
        raise DesignError(problem, source.cause_of_refusal(text, source.MAX_RAW_BYTES))


def _failed_before(text: str) -> DesignError:
    """The error that a reading which failed holds: its cause, and what was said."""
    cause, _, said = text.removeprefix(_FAILED).strip().partition(": ")
    known: dict[str, Cause] = {name: name for name in get_args(Cause)}
    return DesignError(said[:300], known.get(cause))


def _ascii(text: str) -> str:
    """Letters beyond ASCII are left only in strings, where no tool of ours needs them."""
    return text if text.isascii() else text.encode("ascii", "replace").decode()


def _plain_keywords(text: str) -> str:
    return re.sub(r"(?<![\w$\\])macromodule(?![\w$])", "module", text)


def _tidy(text: str) -> str:
    """Without blank lines, blanks at the ends of lines, and directives between which nothing is left."""
    text = _NOTHING.sub("", _NOTHING.sub("", text))
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n"
