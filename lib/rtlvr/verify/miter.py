"""Golden and candidate joined into one sequential circuit with one output: does the candidate differ where the golden is known?

Both designs are encoded on two rails (Yosys `xprop`): a value and whether it is unknown. Registers without an initial
value begin unknown, inputs are always known. The output `bad` is 1 when some golden output bit is known and the
candidate's is unknown or different; X in the golden is thus a don't-care and X in the candidate is not.

Three models of time, the smallest that fits both designs:

- `cycle`: one clock, one edge, nothing asynchronous: a step of the model is a clock cycle.
- `pulse`: as `cycle`, but with asynchronous resets or loads straight from inputs: a step is any change of inputs, with or
  without a clock edge after it, so that pulses between edges are seen at no more registers than the design has.
- `event`: everything else. Clocks are inputs like any other and a step is any change of inputs (Yosys `clk2fflogic`), so
  both edges, several clocks, latches and derived clocks are all seen.

Not modelled: what simulation does and synthesis does not (incomplete sensitivity lists, races, `if` on an unknown
condition). The caller replays every counterexample in four-state simulation for that reason.
"""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from rtlvr.hdl.circuit import Circuit
from rtlvr.hdl.yosys import in_child
from rtlvr.verify.interface import compare_ports, ports_of

Model = Literal["cycle", "pulse", "event"]
MODELS: tuple[Model, ...] = ("cycle", "pulse", "event")  # from the smallest to the one that fits everything
_ASYNCHRONOUS = {"$adff": "ARST", "$adffe": "ARST", "$aldff": "ALOAD", "$aldffe": "ALOAD"}
_MOST_MEMORY = 4096  # bits: each becomes two registers
_WITHOUT_ENABLE = ("$dff", "$adff", "$aldff", "$dffsr")


@dataclass(frozen=True)
class Miter:
    """An AIGER file in the scratch folder; `inputs[i]` is the (port, bit) of its i-th input; `latches` as written."""

    model: Model
    inputs: tuple[tuple[str, int], ...]
    latches: int
    tick: str  # the input of model `pulse` that says whether the clock ticks
    more_state: bool  # whether the candidate holds more bits than the golden


@dataclass
class GoldenSide:
    """A golden as miters need it; what a child has worked out is kept for the next candidate."""

    text: str
    circuit: Circuit
    nonce: str  # makes the names that we add impossible to guess
    model: Model | None = None  # the smallest that fits it
    bits: int = 0  # of state
    encoded: dict[str, str] = field(default_factory=dict)  # by model, in Yosys's RTLIL


def build(golden: GoldenSide, candidate: str, top: str, folder: Path, seconds: int) -> Miter | str:
    """Write `folder`/miter.aig in at most `seconds` of CPU time; returns the Miter, or why there is none.

    Call it only in a single-threaded process (it forks).

    Raises:
        DesignError: the candidate has other ports than the golden.
    """
    answer, said = in_child(_build_here, golden, candidate, top, folder, seconds=seconds)
    if answer is None:
        return f"Yosys: {said}" if said else "Yosys exceeds its limits of time and memory"
    if "ports" in answer:
        compare_ports(ports_of(golden.circuit), {name: tuple(port) for name, port in answer["ports"].items()})
    if "problem" in answer:
        return answer["problem"]
    golden.model, golden.bits = answer["alone"], answer["bits"][0]
    golden.encoded.setdefault(answer["model"], answer["golden"])
    inputs = tuple((name, bit) for name, bit in answer["inputs"])
    tick = f"tick_{golden.nonce}"
    if not set(inputs) <= {(tick, 0), *((p.name, bit) for p in golden.circuit.inputs for bit in range(p.width))}:
        return "the miter has inputs that the golden has not"
    return Miter(answer["model"], inputs, answer["latches"], tick, answer["bits"][0] < answer["bits"][1])


def _build_here(golden: GoldenSide, candidate: str, top: str, folder: Path) -> dict[str, object]:
    from pyosys import libyosys as ys

    circuit, nonce = golden.circuit, golden.nonce
    gate = _elaborate(ys, candidate, top, folder / "candidate.v")
    ports = _ports(ys, gate)
    if set(ports) != {port.name for port in circuit.ports}:
        return {"ports": ports, "problem": "the ports differ"}
    gold = _elaborate(ys, golden.text, circuit.top, folder / "golden.v") if golden.model is None else None
    if _memory_bits(ys, gate) > _MOST_MEMORY or (gold is not None and _memory_bits(ys, gold) > _MOST_MEMORY):
        return {"ports": ports, "problem": f"a memory of more than {_MOST_MEMORY} bits is too large for a proof"}
    _map_memories(ys, gate, gold)
    alone = golden.model or _fitting(ys, gold, circuit)
    bits = (golden.bits if gold is None else _bits(ys, gold)), _bits(ys, gate)
    model = max(alone, _fitting(ys, gate, circuit), key=MODELS.index)
    encoded = golden.encoded.get(model)
    if encoded is None:
        if gold is None:
            gold = _elaborate(ys, golden.text, circuit.top, folder / "golden.v")
            _map_memories(ys, gold)
        encoded = _encode(ys, gold, circuit.top, circuit, model, f"gold_{nonce}", folder)
    (folder / "gold.il").write_text(encoded)
    (folder / "gate.il").write_text(_encode(ys, gate, top, circuit, model, f"gate_{nonce}", folder))
    _write_aiger(ys, circuit, nonce, model, folder)
    found = {"inputs": _inputs(folder / "miter.map"), "latches": _latches(folder / "miter.aig")}
    return {"model": model, "alone": alone, "bits": bits, "ports": ports, "golden": encoded, **found}


def _write_aiger(ys, circuit: Circuit, nonce: str, model: Model, folder: Path) -> None:
    (folder / "join.v").write_text(_join(circuit, nonce, model))
    _passes(
        ys,
        ys.Design(),
        f"read_rtlil {folder / 'gold.il'}; read_rtlil {folder / 'gate.il'}; read_verilog -sv {folder / 'join.v'}",
        f"hierarchy -top join_{nonce}; proc; flatten; setundef -zero -undriven -init",
        # What both sides have alike is mapped once, or vanishes.
        "opt_expr -fine; wreduce; opt_clean; opt_expr; opt_merge; opt_clean; opt_expr; opt_clean",
        "simplemap; techmap -map %techmap; simplemap" if "techmap" in _saved else "techmap",
        "setundef -zero; opt_expr; aigmap",
        f"write_aiger -zinit -map {folder / 'miter.map'} {folder / 'miter.aig'}",
    )


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
        _passes(ys, design, library, "design -save techmap")
    _saved.add("techmap")


def _passes(ys, design, *commands: str) -> None:
    for command in "; ".join(commands).split("; "):
        ys.run_pass(command, design)


def _elaborate(ys, text: str, top: str, path: Path):
    path.write_text(text, encoding="utf-8")
    design = ys.Design()
    _passes(ys, design, f"read_verilog -sv {path}", f"hierarchy -check -top {top}", "proc; flatten; opt_clean")
    # Assumptions in a candidate would restrict the proof.
    _passes(ys, design, "chformal -remove; memory -nomap")
    return design


def _map_memories(ys, *designs) -> None:
    for design in designs:
        if design is not None:
            _passes(ys, design, "memory_map; opt_expr; wreduce; opt_clean")


def _memory_bits(ys, design) -> int:
    cells = [cell for cell in design.top_module().cells_.values() if cell.type.str().startswith("$mem")]
    sizes = ((cell.getParam(ys.IdString(f"\\{name}")).as_int() for name in ("SIZE", "WIDTH")) for cell in cells)
    return sum(words * width for words, width in sizes)


def _ports(ys, design) -> dict[str, tuple[str, int]]:
    """Direction and width of the top's ports, by name."""
    module, found = design.top_module(), {}
    for name in module.ports:
        wire = module.wire(name)
        kind = "inout" if wire.port_input and wire.port_output else "input" if wire.port_input else "output"
        found[name.str()[1:]] = (kind, wire.width)
    return found


def _bits(ys, design) -> int:
    """Bits of state, in registers and latches."""
    cells = design.top_module().cells_.values()
    kinds = ("dff", "latch", "$ff", "$sr")
    return sum(c.getPort(ys.IdString("\\Q")).size() for c in cells if any(k in c.type.str() for k in kinds))


def _fitting(ys, design, circuit: Circuit) -> Model:
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


def _input(ys, cell, pin: str) -> str | None:
    """The input port that drives a one-bit pin, or None where something else does."""
    signal = cell.getPort(ys.IdString(f"\\{pin}"))
    if not signal.is_wire() or not signal.as_wire().port_input:
        return None
    return signal.as_wire().name.str()[1:]


def _add_tick(ys, design, name: str) -> None:
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


def _encode(ys, design, top: str, circuit: Circuit, model: Model, name: str, folder: Path) -> str:
    """The design on two rails, as module `name`, in RTLIL."""
    if model == "pulse":
        _passes(ys, design, "dffunmap")
        _add_tick(ys, design, f"tick_{name.split('_')[1]}")
    _passes(
        ys, design, "clk2fflogic" if model == "event" else "async2sync; dffunmap", "opt_expr; opt_clean", f"cd {top}"
    )
    # Outputs get names of our own: `q` splits into `q_d` and `q_x`, which the design may have as well.
    for index, port in enumerate(circuit.outputs):
        ys.run_pass(f"rename {port.name} y{index}_{name.split('_')[1]}", design)
    _passes(ys, design, "cd ..", "xprop -split-outputs -assume-def-inputs -required", "chformal -remove")
    _passes(ys, design, "opt_expr; opt_clean", f"rename {top} {name}", f"write_rtlil {folder / 'encoded.il'}")
    return (folder / "encoded.il").read_text()


def _join(circuit: Circuit, nonce: str, model: Model) -> str:
    """The wrapper: both designs on the same inputs, and `bad`."""
    names = [(p.name, p.width) for p in circuit.inputs] + ([(f"tick_{nonce}", 1)] if model == "pulse" else [])
    ports = [f"input [{width - 1}:0] \\{name} " for name, width in names]
    lines, terms = [f"module join_{nonce}({', '.join([*ports, f'output bad_{nonce}'])});"], []
    pins = [f".\\{name} (\\{name} )" for name, _ in names]
    for role in ("gold", "gate"):
        outs = []
        for index, port in enumerate(circuit.outputs):
            for rail in "dx":
                lines.append(f"wire [{port.width - 1}:0] {role}_{index}_{rail}_{nonce};")
                outs.append(f".y{index}_{nonce}_{rail}({role}_{index}_{rail}_{nonce})")
        lines.append(f"{role}_{nonce} {role}_i({', '.join(pins + outs)});")
    for index in range(len(circuit.outputs)):
        gold, gate = (tuple(f"{role}_{index}_{rail}_{nonce}" for rail in "dx") for role in ("gold", "gate"))
        # Written with comparisons, because Yosys folds one whose sides have turned out to be the same.
        terms.append(f"(({gold[0]} | {gold[1]}) != ({gate[0]} | {gold[1]}))")
        terms.append(f"(({gate[1]} != {gold[1]}) && |({gate[1]} & ~{gold[1]}))")
    return "\n".join([*lines, f"assign bad_{nonce} = {' || '.join(terms)};", "endmodule\n"])


def _inputs(path: Path) -> list[tuple[str, int]]:
    """The (port, bit) of every AIGER input, in order."""
    found: dict[int, tuple[str, int]] = {}
    for line in path.read_text().splitlines():
        kind, *rest = line.split(maxsplit=3)
        if kind == "input":
            found[int(rest[0])] = (rest[2].lstrip("\\"), int(rest[1]))
    return [found[index] for index in sorted(found)]


def _latches(path: Path) -> int:
    with path.open("rb") as file:
        return int(file.readline().split()[3])
