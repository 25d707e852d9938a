"""Does a candidate have its golden's ports? From the text where that is enough, else from what Yosys sees."""

import re

from rtlvr.errors import DesignError
from rtlvr.hdl.circuit import Circuit, analyse
from rtlvr.hdl.source import for_synthesis, module_names, strip_comments

Ports = dict[str, tuple[str, int]]  # direction and width by name
_SECONDS = 4  # of CPU time, to analyse a candidate


def ports_of(circuit: Circuit) -> Ports:
    """The ports of a circuit."""
    return {port.name: (port.direction, port.width) for port in circuit.ports}


def header(text: str, top: str) -> str:
    """The header of module `top`, its blanks folded; empty where there is none."""
    found = re.search(rf"\bmodule\s+{re.escape(top)}\b[^;]*;", strip_comments(text))
    return " ".join(found.group().split()) if found else ""


def port_names(head: str) -> set[str] | None:
    """The names in a module's header, or None where it is not plain enough to tell."""
    found = re.fullmatch(r"module\s+\w+\s*\(([^()]*)\)\s*;", head)
    if found is None:
        return None
    pieces = [re.sub(r"\[[^\]]*\]|=.*", " ", piece).split() for piece in found[1].split(",")]
    return {words[-1] for words in pieces if words}


def fit(golden: Circuit, golden_header: str, candidate: str, top: str | None) -> tuple[str, bool]:
    """The candidate's top module, and whether its interface is known to be the golden's.

    It is where the header is the golden's own. Where the names of the ports are, simulation may go first, since widths
    and most directions are checked when the testbench is compiled.

    Raises:
        DesignError: it has no such module, no single top, or other ports.
    """
    top = top or golden.top
    if module_names(candidate).count(top) == 1:
        head = header(candidate, top)
        if head == golden_header:
            return top, True
        if port_names(head) == {port.name for port in golden.ports}:
            return top, False
    return check(golden, candidate, top), True


def check(golden: Circuit, candidate: str, top: str) -> str:
    """The candidate's top module, its interface checked by Yosys.

    Raises:
        DesignError: it has no such module, no single top, or other ports.
    """
    try:
        circuit = analyse(for_synthesis(candidate), preferred=top, seconds=_SECONDS)
    except DesignError:
        # Yosys reads less than Icarus does; whether the ports fit, Icarus says when it compiles the testbench.
        if top in module_names(candidate):
            return top
        raise
    compare_ports(ports_of(golden), ports_of(circuit))
    return circuit.top


def compare_ports(wanted: Ports, got: Ports) -> None:
    """Raises DesignError, naming what differs, unless the ports are the same."""

    def say(ports: Ports) -> str:
        return ", ".join(f"{direction} {name}[{width}]" for name, (direction, width) in sorted(ports.items()))

    if got == wanted:
        return
    missing = {n: v for n, v in wanted.items() if got.get(n) != v}
    extra = {n: v for n, v in got.items() if n not in wanted}
    parts = [f"needs {say(missing)}" if missing else "", f"has {say(extra)} that the golden has not" if extra else ""]
    raise DesignError("its interface differs: " + "; ".join(part for part in parts if part))
