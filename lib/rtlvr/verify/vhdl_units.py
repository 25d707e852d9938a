"""The design units of VHDL text: which a top reaches, and what in them would not come through synthesis unharmed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rtlvr.errors import DesignError
from rtlvr.verify.vhdl_source import Token, blank, tokens


@dataclass(frozen=True)
class Unit:
    """A design unit: its kind, its name, the entity it is `of`, its tokens from the context clause on, its words."""

    kind: str
    name: str
    of: str
    tokens: Sequence[Token]
    words: frozenset[str] = field(repr=False)


def units(code: str) -> list[Unit]:
    """The design units of `code`, in order."""
    parts, found = tokens(code), []
    for at in range(len(parts)):
        if head := _head(parts, at):
            found.append((_context(parts, at), *head))
    ends = [start for start, *_ in found[1:]] + [len(parts)] * bool(found)
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
    found = [unit for unit in units(blank(text)) if unit.kind == "entity"]
    return [next(token.text for token in unit.tokens if token.name == unit.name) for unit in found]


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
        raise DesignError("there is no entity in it that nothing instantiates", "no_top")
    raise DesignError(f"several entities could be the top: {', '.join(tops)}; name one", "no_top")


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


def one_architecture(kept: Sequence[Unit]) -> list[Unit]:
    """These units with one architecture for each entity: the one that is named somewhere, else the last.

    Raises:
        DesignError: several are named.
    """
    named: dict[str, set[str]] = {}
    for unit in kept:
        for at in range(len(unit.tokens)):
            names = [token.name for token in unit.tokens[at : at + 6]]
            if names[:1] == ["entity"] and names[2:3] == ["."] and names[4:5] == ["("]:
                named.setdefault(names[3], set()).add(names[5])
            elif unit.kind == "configuration" and names[:2] == ["is", "for"]:
                named.setdefault(unit.of, set()).add(names[2])
    last = {unit.of: unit.name for unit in kept if unit.kind == "architecture"}
    if twice := [entity for entity, chosen in named.items() if len(chosen) > 1]:
        raise DesignError(f"the entity {twice[0]} is used with several architectures, which GHDL mixes up")
    chosen = {entity: next(iter(named.get(entity, {name}))) for entity, name in last.items()}
    return [unit for unit in kept if unit.kind != "architecture" or unit.name == chosen[unit.of]]


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
