"""Does a candidate have its golden's ports? From the text where that is enough, else from what Yosys sees."""

import re

from rtlvr.errors import DesignError
from rtlvr.hdl.circuit import Circuit, analyse
from rtlvr.hdl.reading import Reading
from rtlvr.hdl.source import strip_comments

Ports = dict[str, tuple[str, int]]  # direction and width by name
_SECONDS = 4  # of CPU time, to analyse a candidate


def ports_of(circuit: Circuit) -> Ports:
    """The ports of a circuit."""
    return {port.name: (port.direction, port.width) for port in circuit.ports}


def header(text: str, top: str) -> str:
    """The header of module `top`, its blanks folded; empty where there is none."""
    found = re.search(rf"\bmodule\s+{re.escape(top)}\b[^;]*;", strip_comments(text))
    return " ".join(found.group().split()) if found else ""


def known_to_fit(golden: Circuit, golden_header: str, candidate: Reading) -> bool:
    """Whether the candidate's header alone shows that it has the golden's ports: it is the same, and names no constants
    that stand elsewhere. Otherwise `check` tells."""
    head = header(candidate.text, candidate.top)
    return bool(head) and head == golden_header and "import" not in head and "::" not in head


def check(golden: Circuit, candidate: Reading) -> None:
    """Compare the ports, as Yosys sees them; where Yosys does not read the candidate, compiling the testbench must do.

    Raises:
        DesignError: it has other ports.
    """
    try:
        circuit, _, _ = analyse(candidate.text, candidate.top, candidate.slang, _SECONDS, candidate.ports)
    except DesignError:
        if set(candidate.ports) != {port.name for port in golden.ports}:
            raise
        return
    compare_ports(ports_of(golden), ports_of(circuit))


def check_names(golden: Circuit, candidate: Reading) -> None:
    """Raises DesignError where the names in the candidate's header are not those of the golden's ports."""
    wanted, got = [port.name for port in golden.ports], candidate.ports
    if set(wanted) != set(got):
        missing, extra = (", ".join(sorted(names)) for names in (set(wanted) - set(got), set(got) - set(wanted)))
        parts = [f"needs {missing}" if missing else "", f"has {extra} that the golden has not" if extra else ""]
        raise DesignError("its interface differs: " + "; ".join(part for part in parts if part), "interface")


def compare_ports(wanted: Ports, got: Ports) -> None:
    """Raises DesignError, naming what differs, unless the ports are the same."""

    def say(ports: Ports) -> str:
        return ", ".join(f"{direction} {name}[{width}]" for name, (direction, width) in sorted(ports.items()))

    if got == wanted:
        return
    missing = {n: v for n, v in wanted.items() if got.get(n) != v}
    extra = {n: v for n, v in got.items() if n not in wanted}
    parts = [f"needs {say(missing)}" if missing else "", f"has {say(extra)} that the golden has not" if extra else ""]
    raise DesignError("its interface differs: " + "; ".join(part for part in parts if part), "interface")
