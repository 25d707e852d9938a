"""VHDL as a front end: VHDL text becomes Verilog text through GHDL's synthesis, and is judged as Verilog from there on.

What the Verilog looks like: names of modules and ports keep the spelling of their declarations (`entity Cnt` is
`module Cnt`); names that are Verilog's keywords, and extended identifiers, come out as the same name, escaped where Verilog
needs that (`\\Foo\\` is `Foo`). Vectors, whatever their range, are `[n-1:0]`, their leftmost element first; vectors of one
element are single bits; record ports are one port for each field (`r.a` is `r_a`), arrays one vector; integers have as many
bits as their range needs, enumerations are counted from 0. Default values of the top's generics are used.

What the meaning is: hardware's, not that of VHDL's simulation. Sensitivity lists are ignored; a signal with an initial
value has it, one without is unknown at first, even of a type such as `boolean` or an enumeration, which VHDL begins with
its first value. Delays are refused, and so is what GHDL cannot synthesise.
"""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from rtlvr.errors import DesignError
from rtlvr.hdl.source import MAX_SOURCE_BYTES, cause_of_refusal, screen
from rtlvr.verify.sandbox import Finished, run, scratch
from rtlvr.verify.verdict import Limits
from rtlvr.verify.vhdl_check import difference
from rtlvr.verify.vhdl_mend import defaults_of, lacks_defaults, mend
from rtlvr.verify.vhdl_names import replacements, restore, spelled_in_verilog
from rtlvr.verify.vhdl_source import Token, blank, edit, is_vhdl, screen_vhdl, tokens
from rtlvr.verify.vhdl_units import (
    Unit,
    converted_ports,
    delay,
    entity_names,
    find_top,
    one_architecture,
    reached,
    units,
)

__all__ = ["available", "entity_names", "is_vhdl", "match_case", "screen_vhdl", "to_verilog"]

_OPTIONS = ("--synth", "--std=08", "--no-formal", "--latches", "-fsynopsys", "-frelaxed")
_MISSING = "VHDL needs GHDL with synthesis; install ghdl (Debian: ghdl-mcode)"
_PROBE = "entity probe is port (a : in bit; y : out bit); end;\narchitecture a of probe is begin y <= a; end;\n"


@dataclass
class _Prepared:
    """VHDL ready for GHDL, and what the names were that had to be replaced in it."""

    text: str
    unit: str  # what to synthesise: the entity, or a configuration of it
    top: str  # the entity
    names: dict[str, str] = field(default_factory=dict)  # by replacement


@cache
def available() -> bool:
    """Whether GHDL is installed and can synthesise."""
    if shutil.which("ghdl") is None:
        return False
    return "module probe" in _ghdl(_PROBE, "probe", Limits())[1]


def to_verilog(text: str, top: str | None, limits: Limits) -> str:
    """The Verilog of VHDL `text`, always the same for the same text.

    `top` is the entity, in any case; the module then has the name that was asked for. Without it, it is the entity that
    nothing instantiates. Only the units that it reaches are screened and read. Where the text has one configuration of
    it, that one is used.

    Raises:
        DesignError: GHDL is missing, or the text is refused, is not VHDL, or cannot be synthesised.
    """
    if not available():
        raise DesignError(_MISSING, "missing_tool")
    prepared = _prepare(text, top)
    finished, verilog = _ghdl(prepared.text, prepared.unit, limits)
    if finished.exhausted:
        raise DesignError("GHDL does not finish it within the limits of time and memory", finished.limit)
    if finished.code != 0 or "module " not in verilog:
        raise DesignError(_said(finished.output, prepared.names), "syntax")
    has_z = any(token.kind in ("char", "string") and "z" in token.text.lower() for token in tokens(prepared.text))
    defaults = {}
    if lacks_defaults(verilog):
        defaults = defaults_of(_ghdl(prepared.text, prepared.unit, limits, "vhdl")[1])
    verilog = mend(verilog, has_z, defaults)
    if wrong := difference(prepared.text, prepared.top, verilog, prepared.top, limits):
        name = prepared.names.get(wrong, wrong)
        raise DesignError(f"GHDL's synthesis of it does not do what the VHDL says, at least not in output {name}")
    verilog = restore(verilog, prepared.names)
    if len(verilog) > MAX_SOURCE_BYTES:
        made = f"GHDL makes {len(verilog)} bytes of Verilog of it; at most {MAX_SOURCE_BYTES} are allowed"
        raise DesignError(made, "too_large")
    if problem := screen(verilog):
        raise DesignError(problem)
    return _renamed(verilog, prepared.names.get(prepared.top, prepared.top), top) if top else verilog


def match_case(verilog: str, top: str, wanted: Sequence[str]) -> str:
    """`verilog` with the ports of module `top` spelled as in `wanted` where they differ in case only."""
    found = re.search(
        rf"^module {re.escape(spelled_in_verilog(top).rstrip())}\s.*?^endmodule", verilog, re.DOTALL | re.MULTILINE
    )
    if found is None:
        return verilog
    module = found.group()
    ports = [name.strip("\\ ") for name in re.findall(r"(?:input|output|inout) +(?:\[\d+:0\] )?(\w+|\\\S+)", module)]
    spelled: dict[str, list[str]] = {}
    for name in wanted:
        spelled.setdefault(name.lower(), []).append(name)
    names = {}
    for port in ports:
        others = [name for name in spelled.get(port.lower(), []) if name not in ports]
        if port not in wanted and len(others) == 1 and sum(one.lower() == port.lower() for one in ports) == 1:
            names[spelled_in_verilog(port).rstrip()] = others[0]
    return verilog[: found.start()] + restore(module, names) + verilog[found.end() :]


def _ghdl(text: str, unit: str, limits: Limits, language: str = "verilog") -> tuple[Finished, str]:
    """Run GHDL on `text`; returns how it ended and what it wrote, empty where there is none or far too much."""
    path = shutil.which("ghdl")
    if path is None:
        raise DesignError(_MISSING, "missing_tool")
    with scratch() as folder:
        (folder / "design.vhd").write_text(text + "\n", encoding="ascii")
        finished = run([path, *_OPTIONS, f"--out={language}", "design.vhd", "-e", unit], folder, limits)
        written = _printed(folder / ".log")
        return finished, _last_modules(written) if language == "verilog" else written


def _printed(log: Path) -> str:
    """All that a tool printed, of which `Finished` keeps the ends only."""
    return log.read_text(encoding="latin-1") if log.stat().st_size <= 64 * MAX_SOURCE_BYTES else ""


def _last_modules(text: str) -> str:
    """The modules in `text`, the last of each name: GHDL prints messages first, and a design may print some itself."""
    pieces = [piece.partition("\nendmodule\n") for piece in re.split(r"^(?=module )", text, flags=re.MULTILINE)[1:]]
    last = {head.split()[1]: head + end for head, end, _ in pieces if end}
    return "\n".join(last.values())


def _prepare(text: str, top: str | None) -> _Prepared:
    """Check `text`, leave out what `top` does not reach, and replace names and phrases that GHDL cannot take."""
    if len(text) > MAX_SOURCE_BYTES or "\0" in text:
        raise DesignError(str(screen_vhdl(text)), cause_of_refusal(text, MAX_SOURCE_BYTES))
    code = blank(text)
    found = units(code)
    name = _choose(found, top)
    kept = one_architecture(reached(found, name))
    code = _without(code, found, kept)
    if problem := screen_vhdl(code) or delay(kept) or converted_ports(kept):
        raise DesignError(problem)
    configurations = [unit.name for unit in kept if unit.kind == "configuration" and unit.of == name]
    unit = configurations[0] if len(configurations) == 1 else name
    parts = tokens(code)
    names = replacements(parts)
    code = edit(
        code, [*_phrases(parts), *((part.start, part.end, names[part.name]) for part in parts if part.name in names)]
    )
    back = {new: old.strip("\\").replace("\\\\", "\\") for old, new in names.items()}
    spelled = {part.name: part.text for part in reversed(parts)}
    back |= {new: spelled[old] for old, new in names.items() if old[0] != "\\"}
    return _Prepared(code, names.get(unit, unit), names.get(name, spelled.get(name, name)), back)


def _choose(found: Sequence[Unit], top: str | None) -> str:
    entities = [unit.name for unit in found if unit.kind == "entity"]
    if not entities:
        raise DesignError("there is no entity in it", "no_top")
    if top is None:
        return find_top(found)
    for name in entities:
        if name in (top.lower(), top, f"\\{top}\\"):
            return name
    raise DesignError(f"there is no entity {top} in it, but {', '.join(entities)}", "no_top")


def _without(code: str, found: Sequence[Unit], kept: Sequence[Unit]) -> str:
    """`code` with the units that are not kept blanked."""
    places = {unit.tokens[0].start for unit in kept}
    edits = []
    for unit in found:
        start, end = unit.tokens[0].start, unit.tokens[-1].end
        if start not in places:
            edits.append((start, end, re.sub(r"[^\n]", " ", code[start:end])))
    return edit(code, edits)


def _phrases(parts: Sequence[Token]) -> list[tuple[int, int, str]]:
    """Clock edges written in ways on which GHDL fails: `wait until clk = '1'` and `clk'last_value = '0'`."""
    edits = []
    for at, part in enumerate(parts):
        names = [token.name for token in parts[at : at + 6]]
        if names[:2] == ["wait", "until"] and names[3:4] == ["="] and names[4:] in (["'1'", ";"], ["'0'", ";"]):
            edits.append((parts[at + 2].start, parts[at + 2].start, f"{parts[at + 2].text}'event and "))
        if names[:1] == ["and"] and names[2:5] == ["'", "last_value", "="] and names[5:] in (["'0'"], ["'1'"]):
            edits.append((part.start, parts[at + 5].end, ""))
    return edits


def _said(output: str, names: dict[str, str]) -> str:
    """GHDL's first complaint as a sentence."""
    lines = [line for line in output.splitlines() if not re.search(r":(?:warning|note|info):", line)]
    for line in lines:
        if found := re.search(r"design\.vhd:(\d+):\d+:\s*(?:error:\s*)?(.*)", line):
            said = re.sub(r"\bvx\d*n\d+\b", lambda name: names.get(name.group(), name.group()), found[2])
            return f"GHDL does not synthesise it: line {found[1]}: {said[:300]}"
    if "GHDL Bug occurred" in output:
        return "GHDL does not synthesise it: it fails with an internal error"
    return f"GHDL does not synthesise it: {next((line[:300] for line in lines if line.strip()), 'no message')}"


def _renamed(verilog: str, old: str, new: str) -> str:
    """`verilog` with its top module called as was asked for, where that differs in case only."""
    return restore(verilog, {old: new}) if old != new and old.lower() == new.lower() else verilog
