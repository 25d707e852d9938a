"""Templates of goldens with their right and wrong variants: one file each, read into `PairDesign`s.

A template is Verilog in sections. A section begins with a line `//# word rest`:

- `top NAME`, `inputs a:8 b`, `outputs y:9`: the interface; a port without a width has one bit.
- `params N=16 P=0 | N=868 P=1`: a design for each group; `${expression}` in any text is computed from the parameters.
- `golden`, `right KIND`: the text follows.
- `wrong KIND @BASE`: edits of the golden or of the right variant named; lines `-old` and the lines `+new` after them are
  one edit, and the old text must stand in the base exactly once.
- `stimulus`: what the witness does to tell the wrong variants apart, in Verilog (see `rtlvr.evaluate.pairs.bench`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rtlvr.errors import DesignError

PairPort = tuple[str, int]
Parameters = dict[str, int | str]
_SECTION = re.compile(r"^//# *(\w+) *(.*)$", re.MULTILINE)
_COMPUTED = re.compile(r"\$\{([^{}]*)\}")
_RESET = re.compile(r"a?rst(_n)?|reset(_n)?")


@dataclass(frozen=True)
class PairCandidate:
    """A candidate and what construction says of it."""

    kind: str
    right: bool
    code: str


@dataclass(frozen=True)
class PairDesign:
    """A golden with its candidates, its interface and the directed stimulus."""

    id: str
    top: str
    inputs: tuple[PairPort, ...]
    outputs: tuple[PairPort, ...]
    golden: str
    candidates: tuple[PairCandidate, ...]
    stimulus: str

    @property
    def clocked(self) -> bool:
        """Whether there is a clock; it is always called `clk`."""
        return any(name == "clk" for name, _ in self.inputs)

    @property
    def resets(self) -> tuple[tuple[str, int], ...]:
        """Name and active level of each reset."""
        return tuple((name, 0 if name.endswith("_n") else 1) for name, _ in self.inputs if _RESET.fullmatch(name))

    @property
    def data(self) -> tuple[PairPort, ...]:
        """The inputs that are neither clock nor reset."""
        special = {"clk", *(name for name, _ in self.resets)}
        return tuple(port for port in self.inputs if port[0] not in special)


@dataclass
class _Sections:
    """A template as it stands in its file."""

    top: str = ""
    inputs: str = ""
    outputs: str = ""
    params: str = ""
    golden: str = ""
    stimulus: str = ""
    right: dict[str, str] = field(default_factory=dict)
    wrong: list[tuple[str, str, str]] = field(default_factory=list)  # kind, base, edits


def designs(path: Path) -> Iterator[PairDesign]:
    """The designs of a template file.

    Raises:
        DesignError: the template is not as described above.
    """
    sections = _split(path.read_text(encoding="utf-8"))
    for group in sections.params.split("|"):
        parameters: Parameters = {}
        for name, value in (item.split("=") for item in group.split()):
            parameters[name] = int(value) if value.lstrip("-").isdigit() else value
        yield _expand(f"{path.parent.name}/{path.stem}", sections, parameters)


def _split(text: str) -> _Sections:
    found, marks = _Sections(), list(_SECTION.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for mark, end in zip(marks, ends, strict=True):
        word, rest, body = mark[1], mark[2].strip(), text[mark.end() + 1 : end].strip("\n")
        if word == "right":
            found.right[rest] = body
        elif word == "wrong":
            kind, _, base = rest.partition(" @")
            found.wrong.append((kind, base, body))
        else:
            setattr(found, word, body or rest)
    return found


def _expand(name: str, sections: _Sections, parameters: Parameters) -> PairDesign:
    def text(raw: str) -> str:
        return _COMPUTED.sub(lambda m: str(eval(m[1], {"__builtins__": {"min": min, "max": max}}, parameters)), raw)

    bases = {"golden": text(sections.golden)} | {kind: text(code) for kind, code in sections.right.items()}
    candidates = [PairCandidate(kind, True, code + "\n") for kind, code in list(bases.items())[1:]]
    for kind, base, edits in sections.wrong:
        if base not in bases:
            raise DesignError(f"{name}: got a fault in {base!r}; there are {', '.join(bases)}")
        code = _edited(bases[base], text(edits), f"{name}: {kind}")
        shown = kind if base == "golden" else f"{kind}, in {base}"
        candidates.append(PairCandidate(shown, False, code + "\n"))
    return PairDesign(
        id="/".join([name, *("_".join(f"{k.lower()}{v}" for k, v in parameters.items()),)]).rstrip("/"),
        top=sections.top,
        inputs=_ports(text(sections.inputs)),
        outputs=_ports(text(sections.outputs)),
        golden=bases["golden"] + "\n",
        candidates=tuple(candidates),
        stimulus=text(sections.stimulus),
    )


def _edited(text: str, edits: str, where: str) -> str:
    for edit in re.finditer(r"((?:^-.*\n)+)((?:^\+.*\n)*)", edits + "\n", re.MULTILINE):
        old, new = (re.sub(r"^.", "", part, flags=re.MULTILINE)[:-1] for part in edit.groups())
        if text.count(old) != 1:
            raise DesignError(f"{where}: the edit of {old!r} does not fit, {text.count(old)} places")
        text = text.replace(old, new)
    return text


def _ports(line: str) -> tuple[PairPort, ...]:
    pairs = [item.partition(":") for item in line.split()]
    return tuple((name, int(width or 1)) for name, _, width in pairs)
