"""A golden's structure: from Yosys, or, where Yosys does not read the golden, from Icarus and the text.

The second way knows ports for certain (Icarus writes them into what it compiles) and takes clocks and resets from event
lists and names. It serves goldens that simulate but do not synthesise; nothing can be proved of them.
"""

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rtlvr.errors import DesignError
from rtlvr.hdl.circuit import RESET_NAME, Circuit, Clock, Edge, Incomplete, Port, Reset, analyse
from rtlvr.hdl.elaborate import Reader
from rtlvr.hdl.reading import Reading
from rtlvr.verify.sandbox import run, scratch, tool
from rtlvr.verify.simulate import SimulationFailed, simulate
from rtlvr.verify.verdict import Limits

_PORT = re.compile(r'\.port_info \d+ /(INPUT|OUTPUT|INOUT) (\d+) "([^"]+)"')
_EVENTS = re.compile(r"@\s*\(([^()]*edge\b[^()]*)\)")


@dataclass(frozen=True)
class Structure:
    """A circuit, what read it (`icarus`: nothing of Yosys did), and its netlist as Verilog, where there is one."""

    circuit: Circuit
    reader: Reader | Literal["icarus"]
    netlist: str | None


def structure(reading: Reading, limits: Limits) -> Structure:
    """Ports, clocks and resets of a golden.

    Raises:
        DesignError: neither Yosys nor Icarus can tell.
    """
    try:
        return Structure(*analyse(reading.text, reading.top, reading.slang, declared=reading.ports))
    except Incomplete:
        raise
    except DesignError:
        found = _as_simulated(reading, limits)
        if found is None:
            raise
        return Structure(found, "icarus", None)


def _as_simulated(reading: Reading, limits: Limits) -> Circuit | None:
    ports = _ports(reading.text, reading.top, limits)
    if not ports:
        return None
    inputs = {port.name for port in ports if port.direction == "input" and port.width == 1}
    edges: dict[str, set[Edge]] = {}
    for events in _EVENTS.findall(reading.text):
        for edge, name in re.findall(r"(?:(posedge|negedge)\s+)?\b(?!or\b|posedge\b|negedge\b)([A-Za-z_]\w*)", events):
            if name in inputs:
                edges.setdefault(name, set()).add(edge or "posedge")
    resets = {name: found for name, found in edges.items() if RESET_NAME.search(name)}
    clocks = [(name, tuple(sorted(e, reverse=True))) for name, e in sorted(edges.items()) if name not in resets]
    return Circuit(
        top=reading.top,
        ports=ports,
        clocks=tuple(Clock(name=name, edges=found) for name, found in clocks),
        resets=tuple(Reset(name=n, level=int("posedge" in e), kind="async") for n, e in sorted(resets.items())),
        # How many is not known. Without an edge a block may still be a latch.
        registers=len(re.findall(r"<=" if edges else r"\b(?:always|primitive)", reading.text)),
    )


def _ports(text: str, top: str, limits: Limits) -> tuple[Port, ...]:
    with scratch() as folder:
        (folder / "design.v").write_text(text + "\n", encoding="utf-8")
        run([tool("iverilog"), "-g2012", "-s", top, "-o", "sim", "design.v"], folder, limits)
        compiled = folder / "sim"
        listing = compiled.read_text(encoding="utf-8", errors="replace") if compiled.exists() else ""
    _, found, scope = listing.partition(f'.scope module, "{top}" "{top}"')
    scope = scope.partition(".scope ")[0] if found else ""
    return tuple(
        Port(name=name, direction=direction.lower(), width=int(width))
        for direction, width, name in _PORT.findall(scope)
    )


def trace_of(reading: Reading, found: Structure, stimulus: np.ndarray, limits: Limits) -> tuple[str, np.ndarray] | None:
    """What is simulated of a golden, its text or the netlist of a text that is too slow, and the trace.

    None where Icarus does not read, or misreads, what Yosys does read.

    Raises:
        SimulationFailed: it cannot be simulated.
    """
    if reading.misread and found.netlist is not None:
        return None
    try:
        return reading.text, simulate(reading.text, found.circuit.top, found.circuit, stimulus, limits)
    except SimulationFailed as error:
        slow = error.overran and not found.circuit.loops
        if found.netlist is None or not (error.refused or slow):
            raise
        return as_netlist(found, stimulus, limits) if slow else None


def as_netlist(found: Structure, stimulus: np.ndarray, limits: Limits) -> tuple[str, np.ndarray]:
    """A golden's netlist and its trace.

    Raises:
        SimulationFailed: it cannot be simulated.
    """
    text = found.netlist or ""
    return text, simulate(text, found.circuit.top, found.circuit, stimulus, limits)
