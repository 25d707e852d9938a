"""What a design is: ports, clocks and resets, as Yosys sees them (paper §3.2, structure analysis).

The analysis runs in an expendable child (`rtlvr.hdl.yosys`).
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NotRequired, TypedDict

from rtlvr.errors import DesignError
from rtlvr.hdl.elaborate import WRITABLE, Reader, has_loop, load, passes, readers, said_of
from rtlvr.hdl.yosys import YosysAnswer, in_child
from rtlvr.records import Pin, Record
from rtlvr.scratch import scratch

RESET_NAME = re.compile(r"rst|reset|clr|clear|init", re.IGNORECASE)
Edge = Literal["posedge", "negedge"]
_KINDS = {"sync": "synchronous", "async": "asynchronous", "both": "synchronous and asynchronous"}
_EDGES = {"posedge": "rising edge", "negedge": "falling edge"}
_UNKNOWN = re.compile(r"unknown module '\\?([^']+)'|Module `(\S+)' referenced in module .* is not part of the design")
# What Verilog says of unknown conditions is a guess: a choice among several takes its default, a register with an enable
# holds, a memory is not written at an unknown address. Multiplexers give an unknown value. Large memories stay as they are.
_STRICT = "memory_collect; memory_map t:$mem_v2 r:SIZE<=16 %i; pmuxtree; dffunmap"
_CLOCK_NAME = re.compile(r"cl(oc)?k", re.IGNORECASE)


class Incomplete(DesignError):
    """A design needs a module whose contents nobody knows: no tool can judge it."""

    cause = "missing_module"


class Port(Record):
    """A port: `width` in bits."""

    name: str
    direction: Literal["input", "output", "inout"]
    width: int


class Clock(Record):
    """A clock input and the edges that registers use."""

    name: str
    edges: tuple[Edge, ...]


class Reset(Record):
    """A reset input: `level` is the asserted value (0 or 1), `kind` how it acts; `both` has registers of either kind."""

    name: str
    level: int
    kind: Literal["sync", "async", "both"]


class Circuit(Record):
    """Structure of a module after `proc; flatten`."""

    top: str
    ports: tuple[Port, ...]
    clocks: tuple[Clock, ...] = ()
    resets: tuple[Reset, ...] = ()
    registers: int = 0  # bits held in flip-flops
    latches: int = 0
    memories: int = 0
    cells: int = 0  # of any kind, words counted once
    loops: bool = False  # some gate may feed itself, with no state between
    derived_clocks: bool = False  # some clock is not an input: a divided or gated one
    gates: tuple[str, ...] = ()  # inputs, clocks apart, that open latches or reach clocks

    @property
    def sequential(self) -> bool:
        """Whether the module holds state."""
        return bool(self.registers or self.latches or self.memories)

    @property
    def inputs(self) -> tuple[Port, ...]:
        """Input ports in declaration order."""
        return tuple(p for p in self.ports if p.direction == "input")

    @property
    def outputs(self) -> tuple[Port, ...]:
        """Output ports in declaration order."""
        return tuple(p for p in self.ports if p.direction == "output")

    def symbol(self) -> tuple[list[Pin], list[Pin]]:
        """Inputs and outputs: what a drawing of the block needs."""
        pins = {p.name: Pin(name=p.name, width=p.width) for p in self.ports}
        for clock in self.clocks:
            edges = " and ".join(_EDGES[edge] for edge in clock.edges)
            told = {"role": "clock", "remark": edges, "inverted": "negedge" in clock.edges}
            pins[clock.name] = pins[clock.name].model_copy(update=told)
        for reset in self.resets:
            remark = f"{_KINDS[reset.kind]}, active {'high' if reset.level else 'low'}"
            told = {"role": "reset", "remark": remark, "inverted": not reset.level}
            pins[reset.name] = pins[reset.name].model_copy(update=told)
        return [pins[p.name] for p in self.inputs], [pins[p.name] for p in self.outputs]


def fields(ports: Sequence[Port]) -> list[tuple[Port, slice]]:
    """Each port with its place among the bits of all of them, side by side."""
    found, start = list[tuple[Port, slice]](), 0
    for port in ports:
        found.append((port, slice(start, start + port.width)))
        start += port.width
    return found


def analyse(
    text: str, top: str, slang: bool = False, seconds: int = 10, declared: Sequence[str] = ()
) -> tuple[Circuit, Reader, str]:
    """The structure of module `top` of a text that `rtlvr.hdl.reading` made, the reader that reads it, and its netlist.

    The netlist is Verilog again: what synthesis sees, without optimisation. It may take `seconds` of CPU time. Call it
    only in a single-threaded process (it forks).

    Args:
        declared: the ports in their order; Yosys's own order is, for some readers, that of what it has read before.

    Raises:
        Incomplete: it needs a module that the text does not declare, or declares without contents.
        DesignError: no reader takes the text, or analysis exceeds its limits.
    """
    problems = []
    for reader in readers(slang):
        # The folder is the parent's: a child that Yosys ends leaves no time to tidy up.
        with scratch() as folder:
            answer, said = in_child(_analyse_here, text, top, reader, folder, seconds=seconds)
        if answer is not None and answer["boxes"]:
            raise Incomplete(f"it instantiates {', '.join(answer['boxes'])}, whose contents are not in the text")
        if answer is not None:
            return _ordered(Circuit.model_validate(answer["circuit"]), declared), reader, answer["netlist"]
        problems.append(said)
    said = said_of(problems)
    if unknown := _UNKNOWN.search(said):
        raise Incomplete(f"it instantiates {_plain(unknown[1] or unknown[2])}, which the text does not declare")
    if not said:
        raise DesignError("Yosys gave no answer within its limits of time and memory", "time")
    raise DesignError(f"Yosys: {said}")


def _ordered(circuit: Circuit, declared: Sequence[str]) -> Circuit:
    """The circuit with its ports in the order of `declared`, what is not in it behind, by name; so its clocks and resets.

    Yosys orders by what it has read before; nothing that is drawn for an input may depend on that.
    """
    place = {name: number for number, name in enumerate(declared)}

    def order(one: Port | Clock | Reset) -> tuple[int, str]:
        return place.get(one.name, len(place)), one.name

    named = {name: tuple(sorted(getattr(circuit, name), key=order)) for name in ("ports", "clocks", "resets")}
    return circuit.model_copy(update=named)


def _analyse_here(text: str, top: str, reader: Reader, folder: Path) -> YosysAnswer:
    from pyosys import libyosys as ys

    netlist, result = folder / "netlist.json", folder / "netlist.v"
    design = load(ys, text, top, reader, folder / "design.v")
    # A word that several cells drive wakes, in simulation, all who read a part of it: deep designs would never come to rest.
    passes(ys, design, WRITABLE, "design -push-copy", _STRICT, "splitnets -driver; clean")
    passes(ys, design, f"write_verilog -noattr {result}", "design -pop; opt_expr; opt_dff -nodffe; opt_clean")
    ys.run_pass(f"write_json {netlist}", design)
    modules = json.loads(netlist.read_text())["modules"]
    boxes = {cell["type"] for cell in modules[top]["cells"].values()} & modules.keys()
    found = _circuit(top, modules[top]) | {"loops": has_loop(folder / "design.v")}
    return {"circuit": found, "netlist": result.read_text(), "boxes": sorted(set(map(_plain, boxes)))}


def _plain(name: str) -> str:
    """The name of a module as the text has it, of what Yosys calls it when its parameters are set."""
    return re.sub(r"^\\?\$paramod[^\\]*\\([^\\]+).*$", r"\1", name, flags=re.DOTALL).lstrip("\\")


class _Port(TypedDict):
    """A port of a module; a bit is a net's number, or a constant such as "0" or "x"."""

    direction: Literal["input", "output", "inout"]
    bits: list[int | str]


class _Cell(TypedDict):
    """A cell with what its pins are connected to; parameters are numbers in binary, or texts."""

    type: str
    connections: dict[str, list[int | str]]
    parameters: dict[str, str]
    port_directions: NotRequired[dict[str, str]]


class _Module(TypedDict):
    """A module of a Yosys JSON netlist."""

    ports: dict[str, _Port]
    cells: dict[str, _Cell]


def _circuit(top: str, module: _Module) -> YosysAnswer:
    net = _Netlist(module)
    registers = sum(len(cell["connections"]["Q"]) for cell in net.of("ff"))
    clocks = net.clocks()
    return Circuit(
        top=top,
        ports=tuple(Port(name=n, direction=p["direction"], width=len(p["bits"])) for n, p in module["ports"].items()),
        clocks=clocks,
        resets=net.resets(),
        registers=registers,
        latches=sum(len(cell["connections"]["Q"]) for cell in net.of("latch")),
        memories=len(net.of("mem")),
        cells=len(net.cells),
        derived_clocks=net.derived,
        gates=tuple(sorted(net.gates() - {clock.name for clock in clocks})),
    ).model_dump()


_RESET_PINS: dict[str, Literal["sync", "async"]] = {
    "ARST": "async", "SRST": "sync", "CLR": "async", "SET": "async", "ALOAD": "async",
}  # fmt: skip


class _Netlist:
    """The few questions asked of a Yosys JSON netlist: which inputs drive clock and reset pins, with which polarity."""

    def __init__(self, module: _Module) -> None:
        self.cells = list(module["cells"].values())
        self.port_of = {bit: n for n, p in module["ports"].items() if p["direction"] == "input" for bit in p["bits"]}
        self.driver = {
            bit: cell
            for cell in self.cells
            for pin, bits in cell["connections"].items()
            if cell.get("port_directions", {}).get(pin) == "output"
            for bit in bits
        }
        self.derived = False

    def of(self, kind: str) -> list[_Cell]:
        """Cells that are flip-flops (`ff`), latches or memories."""

        def matches(cell: _Cell) -> bool:
            name = cell["type"].strip("$_")
            if kind == "mem":
                return name.startswith("mem")
            return ("latch" in name or name == "sr") if kind == "latch" else ("dff" in name or name in ("ff", "aldff"))

        return [cell for cell in self.cells if matches(cell)]

    def source(self, bit: int | str, flipped: bool = False) -> tuple[str | None, bool]:
        """The input port behind a net bit, through inverters, and whether it is inverted."""
        for _ in range(64):
            if bit in self.port_of:
                return self.port_of[bit], flipped
            cell = self.driver.get(bit)
            if cell is None or cell["type"] not in ("$not", "$logic_not", "$pos"):
                return None, flipped
            flipped ^= cell["type"] != "$pos"
            bit = cell["connections"]["A"][0]
        return None, flipped

    def cone(self, bit: int | str) -> set[str]:
        """Input ports in the combinational fan-in of a net bit."""
        seen, todo, found = set(), [bit], set()
        state = {id(cell) for kind in ("ff", "latch", "mem") for cell in self.of(kind)}
        while todo:
            here = todo.pop()
            if here in seen or isinstance(here, str):
                continue
            seen.add(here)
            if here in self.port_of:
                found.add(self.port_of[here])
            cell = self.driver.get(here)
            if cell is not None and id(cell) not in state:
                todo += [
                    b
                    for pin, bits in cell["connections"].items()
                    if cell["port_directions"][pin] == "input"
                    for b in bits
                ]
        return found

    def clocks(self) -> tuple[Clock, ...]:
        """The inputs that clock something, with their edges."""
        edges: dict[str, set[Edge]] = {}
        pins = [(c, "CLK", "CLK_POLARITY") for c in self.of("ff")]
        pins += [
            (c, pin, pol)
            for c in self.of("mem")
            for pin, pol in (("WR_CLK", "WR_CLK_POLARITY"), ("CLK", "CLK_POLARITY"))
        ]
        for cell, pin, polarity in pins:
            for index, bit in enumerate(cell["connections"].get(pin, [])):
                rising = _parameter_bit(cell, polarity, index)
                name, flipped = self.source(bit)
                if name is None:
                    self.derived |= not isinstance(bit, str)
                    for other in self.cone(bit):
                        if _CLOCK_NAME.search(other):
                            edges.setdefault(other, set()).add("posedge")
                    continue
                edges.setdefault(name, set()).add("posedge" if rising != flipped else "negedge")
        return tuple(Clock(name=n, edges=tuple(sorted(e, reverse=True))) for n, e in sorted(edges.items()))

    def gates(self) -> set[str]:
        """Inputs that reach a latch's enable, a load or set, or a clock or asynchronous reset that is not an input itself."""
        pins = [(cell, pin) for cell in self.of("latch") for pin in ("EN", "SET", "CLR")]
        pins += [(cell, pin) for cell in self.of("ff") for pin in ("ALOAD", "SET", "CLR")]
        bits = [bit for cell, pin in pins for bit in cell["connections"].get(pin, [])]
        derived = [b for cell in self.of("ff") for pin in ("CLK", "ARST") for b in cell["connections"].get(pin, [])]
        bits += [bit for bit in derived if self.source(bit)[0] is None]
        return set().union(*(self.cone(bit) for bit in bits))

    def resets(self) -> tuple[Reset, ...]:
        """The inputs that reset something, each with its active level and kind."""
        kinds: dict[tuple[str, int], set[Literal["sync", "async"]]] = {}
        total = sum(len(c["connections"]["Q"]) for c in self.of("ff"))
        reach: dict[tuple[str, int], int] = {}
        for cell in self.of("ff"):
            for pin, kind in _RESET_PINS.items():
                if pin not in cell["connections"]:
                    continue
                name, flipped = self.source(cell["connections"][pin][0])
                if name is None:
                    continue
                level = int(_parameter_bit(cell, f"{pin}_POLARITY", 0) != flipped)
                kinds.setdefault((name, level), set()).add(kind)
                reach[name, level] = reach.get((name, level), 0) + len(cell["connections"]["Q"])
        return tuple(
            Reset(name=n, level=level, kind="both" if len(k) == 2 else next(iter(k)))
            for (n, level), k in sorted(kinds.items())
            # A data input that happens to clear some register is not a reset.
            if "async" in k or RESET_NAME.search(n) or reach[n, level] == total
        )


def _parameter_bit(cell: _Cell, name: str, index: int) -> bool:
    value = cell["parameters"].get(name, "1")
    return value[-1 - index] == "1" if isinstance(value, str) and index < len(value) else bool(int(value, 2))
