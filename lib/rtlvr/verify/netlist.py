"""A design in Yosys as proofs need it: flat, memories kept whole, nothing that could assume or assert.

Everything here runs inside the expendable child (`rtlvr.hdl.yosys`) and works on Yosys's own objects.
"""

import json
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from rtlvr.hdl.circuit import Circuit
from rtlvr.hdl.elaborate import Reader, load, passes
from rtlvr.verify.yosysjson import Bit, JsonCell, JsonModule

Model = Literal["cycle", "pulse", "event"]
MODELS: tuple[Model, ...] = ("cycle", "pulse", "event")  # from the smallest to the one that fits everything
_ASYNCHRONOUS = {"$adff": "ARST", "$adffe": "ARST", "$aldff": "ALOAD", "$aldffe": "ALOAD"}
# Pins whose change acts at once: what reaches them must not change together with data, or simulation would race.
_TIMED_PINS = {"CLK", "ARST", "ALOAD", "SET", "CLR", "EN", "RD_CLK", "WR_CLK"}
_PRODUCTS = ("$mul", "$div", "$mod", "$divfloor", "$modfloor", "$pow")
_SHIFTS = ("$shl", "$shr", "$sshl", "$sshr", "$shift", "$shiftx")
_WITHOUT_ENABLE = ("$dff", "$adff", "$aldff", "$dffsr")

# Names are counted anew, so that memories get their ports in the order of the text.
_WHOLE = "chformal -remove; rename -enumerate -pattern rtlvr_%; memory -nomap; opt_clean"

_saved: set[str] = set()
# Yosys maps carries to a parallel prefix network, which is fast in silicon and three times as large.
_RIPPLE = """(* techmap_celltype = "$lcu" *)
module ripple_lcu(P, G, CI, CO);
parameter WIDTH = 2;
input [WIDTH-1:0] P, G;
input CI;
output [WIDTH-1:0] CO;
assign CO = G | (P & {CO, CI});
endmodule
"""


def preload() -> None:
    """Read Yosys's mapping library once, so that every forked child has it at hand."""
    from pyosys import libyosys as ys

    design = ys.Design()
    with tempfile.NamedTemporaryFile("w", suffix=".v") as file:
        file.write(_RIPPLE)
        file.flush()
        library = (
            f"read_verilog -icells -noblackbox +/techmap.v; delete _90_lcu_brent_kung; read_verilog -icells {file.name}"
        )
        passes(ys, design, library, "design -save techmap")
    _saved.add("techmap")


def elaborate(ys: ModuleType, text: str, top: str, reader: Reader, path: Path) -> Any:
    """The design, flat; assumptions in a candidate would restrict a proof, so all formal cells go."""
    design = load(ys, text, top, reader, path)
    passes(
        ys,
        design,
        "delete t:$scopeinfo t:$print",
        "chformal -remove; rename -enumerate -pattern rtlvr_%; memory -nomap; opt_clean",
    )
    return design


def as_json(ys: ModuleType, design: Any, top: str, path: Path) -> JsonModule:
    """The top module as Yosys's JSON has it."""
    ys.run_pass(f"write_json {path}", design)
    modules: dict[str, JsonModule] = json.loads(path.read_text())["modules"]
    return modules[top]


def gates(module: JsonModule) -> int:
    """About how many AND gates a module of Yosys's JSON maps to, memories left out; right within a factor of three."""
    return sum(
        _gates(cell["type"], {p: len(b) for p, b in cell["connections"].items()}) for cell in module["cells"].values()
    )


def _gates(kind: str, widths: dict[str, int]) -> int:
    if kind in _PRODUCTS:
        return 8 * widths["A"] * widths["B"]
    if kind in _SHIFTS:
        return 3 * max(widths["A"], widths["Y"]) * min(widths["B"], 10)
    if kind == "$pmux":
        return 3 * widths["B"]
    each = 8 if kind in ("$add", "$sub", "$neg", "$alu") else 0 if kind.startswith("$mem") else 3
    return each * max(widths.get("A", 0), widths.get("Y", 0), widths.get("Q", 0))


def map_memories(ys: ModuleType, *designs: Any) -> None:
    """Memories become registers."""
    for design in designs:
        if design is not None:
            passes(ys, design, "memory_map; opt_expr; wreduce -keepdc; opt_clean")


def memory_bits(ys: ModuleType, design: Any) -> int:
    """Bits held in memories."""
    cells = [cell for cell in design.top_module().cells_.values() if cell.type.str().startswith("$mem")]
    sizes = ((cell.getParam(ys.IdString(f"\\{name}")).as_int() for name in ("SIZE", "WIDTH")) for cell in cells)
    return sum(words * width for words, width in sizes)


def ports(ys: ModuleType, design: Any) -> dict[str, tuple[str, int]]:
    """Direction and width of the top's ports, by name."""
    module, found = design.top_module(), {}
    for name in module.ports:
        wire = module.wire(name)
        kind = "inout" if wire.port_input and wire.port_output else "input" if wire.port_input else "output"
        found[name.str()[1:]] = (kind, wire.width)
    return found


def bits(ys: ModuleType, design: Any) -> int:
    """Bits of state, in registers and latches."""
    cells = design.top_module().cells_.values()
    kinds = ("dff", "latch", "$ff", "$sr")
    return sum(c.getPort(ys.IdString("\\Q")).size() for c in cells if any(k in c.type.str() for k in kinds))


def fitting(ys: ModuleType, design: Any, circuit: Circuit) -> Model:
    """The smallest model that fits: `cycle` or `pulse` where every register loads on the one edge of the golden's clock."""
    if len(circuit.clocks) > 1 or any(len(clock.edges) > 1 for clock in circuit.clocks):
        return "event"
    wanted = {(clock.name, clock.edges[0] == "posedge") for clock in circuit.clocks}
    model: Model = "cycle"
    for cell in design.top_module().cells_.values():
        kind = cell.type.str()
        if "latch" in kind or kind in ("$sr", "$ff", "$dffsr", "$dffsre"):
            return "event"
        if "dff" in kind:
            if (_input(ys, cell, "CLK"), cell.getParam(ys.IdString("\\CLK_POLARITY")).as_bool()) not in wanted:
                return "event"
            if kind in _ASYNCHRONOUS:
                if _input(ys, cell, _ASYNCHRONOUS[kind]) is None:
                    return "event"
                model = "pulse"
    return model


def _input(ys: ModuleType, cell: Any, pin: str) -> str | None:
    """The input port that drives a one-bit pin, or None where something else does."""
    signal = cell.getPort(ys.IdString(f"\\{pin}"))
    if not signal.is_wire() or not signal.as_wire().port_input:
        return None
    return str(signal.as_wire().name.str()[1:])


def timed_inputs(module: JsonModule) -> set[str]:
    """Inputs that reach a clock, a latch's enable, an asynchronous reset or load, from the netlist in JSON."""
    port_of = {bit: n for n, p in module["ports"].items() if p["direction"] == "input" for bit in p["bits"]}
    driver: dict[Bit, JsonCell] = {}
    todo: list[int | str] = []
    for cell in module["cells"].values():
        state = any(part in cell["type"] for part in ("dff", "latch", "$sr", "$mem"))
        for pin, connected in cell["connections"].items():
            if cell["port_directions"].get(pin) == "output" and not state:
                driver |= dict.fromkeys(connected, cell)
            elif state and pin in _TIMED_PINS and (pin != "EN" or "latch" in cell["type"]):
                todo += connected
    seen, found = set(), set()
    while todo:
        here = todo.pop()
        if here in seen:
            continue
        seen.add(here)
        if here in port_of:
            found.add(port_of[here])
        elif here in driver:
            cell = driver[here]
            todo += [
                b for pin, bs in cell["connections"].items() if cell["port_directions"][pin] == "input" for b in bs
            ]
    return found


def add_tick(ys: ModuleType, design: Any, name: str) -> None:
    """Every register loads only where the new input `name` is 1."""
    module = design.top_module()
    tick = module.addWire(ys.IdString(f"\\{name}"), 1)
    tick.port_input = True
    module.fixup_ports()
    for cell in list(module.cells_.values()):
        kind = cell.type.str()
        if kind in _WITHOUT_ENABLE:
            cell.type = ys.IdString(f"{kind}e")
            cell.setPort(ys.IdString("\\EN"), ys.SigSpec(tick))
            cell.setParam(ys.IdString("\\EN_POLARITY"), ys.Const(1, 1))


def mapped(which: str) -> str:
    """The command that makes gates of the cells that are selected."""
    return f"techmap -map %techmap {which}" if "techmap" in _saved else f"techmap {which}"


def write_aiger(ys: ModuleType, design: Any, folder: Path, name: str, keep: str = "") -> None:
    """Map a flat joined design to an and-inverter graph: `folder`/`name`.aig and .map.

    `keep` is `-keepdc` where a register without an initial value may begin with any.
    """
    passes(
        ys,
        design,
        # What both sides have alike is mapped once, or vanishes.
        f"opt_expr -fine; wreduce {keep}; opt_clean; opt_expr; opt_merge {keep}; opt_clean; opt_expr; opt_clean",
        "simplemap; techmap -map %techmap; simplemap" if "techmap" in _saved else "techmap",
        "setundef -zero; opt_expr; aigmap",
        f"write_aiger -zinit -map {folder / name}.map {folder / name}.aig",
    )


def aiger_inputs(folder: Path, name: str, start: str = "") -> dict[int, tuple[str, int]]:
    """The (port, bit) of the inputs that `write_aiger` wrote, by their place, in order.

    What a register begins with, where it may be anything, is an input too: a bit of the port `start`, if one is named.
    """
    with (folder / f"{name}.aig").open("rb") as file:
        count = int(file.readline().split()[2])
    found = {place: (start, place) for place in range(count)} if start else {}
    for line in (folder / f"{name}.map").read_text().splitlines():
        kind, place, *named = line.split(maxsplit=3)
        if kind == "input":
            found[int(place)] = (named[1].lstrip("\\"), int(named[0]))
    return dict(sorted(found.items()))
