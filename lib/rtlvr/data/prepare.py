"""The first steps of cleaning, which look at one snippet alone and need no tool; they run in many processes."""

from dataclasses import dataclass, field

import numpy as np

from rtlvr.data.modules import ModuleUnit, Unusable, decode, licence_of, units
from rtlvr.data.near_duplicates import digest, signature, tokens
from rtlvr.data.sources import Snippet
from rtlvr.errors import DesignError, SourceError
from rtlvr.hdl.reading import read
from rtlvr.schema import Corpus


@dataclass(frozen=True)
class PreparedSnippet:
    """A design of a snippet, or the snippet itself where `problem` (step, reason) came first.

    `digest` is of its tokens with names numbered: equal for copies with other names.
    """

    snippet: Snippet
    top: str = ""
    code: str = ""
    digest: str = ""
    licence: str = ""
    problem: tuple[str, str] | None = None
    signature: np.ndarray = field(default_factory=lambda: np.empty(0, np.uint32), repr=False, compare=False)


def prepare(snippet: Snippet, settings: Corpus) -> list[PreparedSnippet]:
    """The designs of a snippet; what is wrong with one is data, never an exception."""
    if len(snippet.data) > settings.max_bytes:
        problem = f"it has {len(snippet.data)} bytes; at most {settings.max_bytes} are allowed"
        return [PreparedSnippet(_light(snippet), problem=("size", problem))]
    try:
        text = decode(snippet.data)
        found = units(text)
    except Unusable as error:
        return [PreparedSnippet(_light(snippet), problem=("readable", str(error)))]
    return [_prepared(snippet, unit, licence_of(text) or snippet.licence, settings) for unit in found]


def _prepared(snippet: Snippet, unit: ModuleUnit, licence: str, settings: Corpus) -> PreparedSnippet:
    words = tokens(unit.code)
    problem = None
    if len(words) > settings.max_tokens:
        problem = ("size", f"it has {len(words)} tokens; at most {settings.max_tokens} are allowed")
    elif settings.licences and licence not in settings.licences:
        problem = ("licence", f"its licence is {licence or 'unknown'}; allowed: {', '.join(settings.licences)}")
    elif refused := _refused(unit):
        problem = ("allowed constructs", refused)
    return PreparedSnippet(
        snippet=_light(snippet),
        top=unit.top,
        code=unit.code,
        digest=digest(words),
        licence=licence,
        problem=problem,
        signature=np.empty(0, np.uint32) if problem else signature(words),
    )


def _refused(unit: ModuleUnit) -> str | None:
    """What the verifier does not allow in a design, or None."""
    try:
        read(unit.code, unit.top)
    except SourceError:
        return None  # analysis will say so
    except DesignError as error:
        return str(error)
    return None


def _light(snippet: Snippet) -> Snippet:
    """The snippet without its bytes: it goes from process to process."""
    return snippet.model_copy(update={"data": b""})
