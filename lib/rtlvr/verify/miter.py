"""Golden and candidate joined into one sequential circuit with one output: does the candidate differ where the golden is known?

Both designs are encoded on two rails (Yosys `xprop`): a value and whether it is unknown. Registers without an initial
value begin unknown, inputs are always known. The output `bad` is 1 when some golden output bit is known and the
candidate's is unknown or different; X in the golden is thus a don't-care and X in the candidate is not.

Two models of time:

- `cycle`: one clock, one edge, nothing asynchronous: a step of the model is a clock cycle.
- `event`: everything else. Clocks are inputs like any other and a step is any change of inputs (Yosys `clk2fflogic`), so
  both edges, several clocks, latches and pulses of asynchronous resets between edges are all seen.

Not modelled: what simulation does and synthesis does not (incomplete sensitivity lists, races, `if` on an unknown
condition). The caller replays every counterexample in four-state simulation for that reason.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from rtlvr.hdl.circuit import Circuit
from rtlvr.hdl.yosys import in_child

Model = Literal["cycle", "event"]
_ASYNCHRONOUS = ("$ad", "$ald", "$dffsr", "$dl", "$sr", "$adl")


@dataclass(frozen=True)
class Miter:
    """An AIGER file in the scratch folder; `inputs[i]` is the (port, bit) of its i-th input; `latches` as written."""

    model: Model
    inputs: tuple[tuple[str, int], ...]
    latches: int


@dataclass
class GoldenSide:
    """A golden as miters need it; what a child has worked out is kept for the next candidate."""

    text: str
    circuit: Circuit
    nonce: str  # makes the names that we add impossible to guess
    synchronous: bool | None = None
    encoded: dict[str, str] = field(default_factory=dict)  # by model, in Yosys's RTLIL


def build(golden: GoldenSide, candidate: str, top: str, folder: Path, seconds: int) -> Miter | str:
    """Write `folder`/miter.aig in at most `seconds` of CPU time; returns the Miter, or why there is none.

    Call it only in a single-threaded process (it forks).
    """
    answer, said = in_child(lambda: _build_here(golden, candidate, top, folder), seconds)
    if answer is None:
        return f"Yosys: {said}" if said else "Yosys exceeds its limits of time and memory"
    golden.synchronous = answer["synchronous"]
    golden.encoded.setdefault(answer["model"], answer["golden"])
    inputs = tuple((name, bit) for name, bit in answer["inputs"])
    if not set(inputs) <= {(p.name, bit) for p in golden.circuit.inputs for bit in range(p.width)}:
        return "the miter has inputs that the golden has not"
    return Miter(answer["model"], inputs, answer["latches"])


def _build_here(golden: GoldenSide, candidate: str, top: str, folder: Path) -> dict[str, object]:
    from pyosys import libyosys as ys

    circuit, nonce = golden.circuit, golden.nonce
    gate = _elaborate(ys, candidate, top, folder / "candidate.v")
    gold = _elaborate(ys, golden.text, circuit.top, folder / "golden.v") if not golden.encoded else None
    synchronous = golden.synchronous if gold is None else _synchronous(ys, gold, circuit)
    model: Model = "cycle" if synchronous and _synchronous(ys, gate, circuit) else "event"
    encoded = golden.encoded.get(model)
    if encoded is None:
        gold = gold or _elaborate(ys, golden.text, circuit.top, folder / "golden.v")
        encoded = _encode(ys, gold, circuit.top, circuit, model, f"gold_{nonce}", folder)
    (folder / "gold.il").write_text(encoded)
    (folder / "gate.il").write_text(_encode(ys, gate, top, circuit, model, f"gate_{nonce}", folder))
    _write_aiger(ys, circuit, nonce, folder)
    found = {"inputs": _inputs(folder / "miter.map"), "latches": _latches(folder / "miter.aig")}
    return {"model": model, "synchronous": synchronous, "golden": encoded, **found}


def _write_aiger(ys, circuit: Circuit, nonce: str, folder: Path) -> None:
    (folder / "join.v").write_text(_join(circuit, nonce))
    _passes(
        ys,
        ys.Design(),
        f"read_rtlil {folder / 'gold.il'}; read_rtlil {folder / 'gate.il'}; read_verilog -sv {folder / 'join.v'}",
        f"hierarchy -check -top join_{nonce}",
        "proc; flatten; opt_clean; opt_expr; opt_merge",  # arithmetic that both sides have is mapped once
        "simplemap; techmap -map %techmap; simplemap" if "techmap" in _saved else "techmap",
        "setundef -zero -undriven -init; dffunmap; opt_expr; opt_clean; aigmap; opt_clean",
        f"write_aiger -zinit -map {folder / 'miter.map'} {folder / 'miter.aig'}",
    )


_saved: set[str] = set()


def preload() -> None:
    """Read Yosys's mapping library once, so that every forked child has it at hand."""
    from pyosys import libyosys as ys

    design = ys.Design()
    _passes(ys, design, "read_verilog -icells -noblackbox +/techmap.v", "design -save techmap")
    _saved.add("techmap")


def _passes(ys, design, *commands: str) -> None:
    for command in "; ".join(commands).split("; "):
        ys.run_pass(command, design)


def _elaborate(ys, text: str, top: str, path: Path):
    path.write_text(text, encoding="utf-8")
    design = ys.Design()
    _passes(ys, design, f"read_verilog -sv {path}", f"hierarchy -check -top {top}", "proc; flatten; opt_clean")
    # Assumptions in a candidate would restrict the proof.
    _passes(ys, design, "chformal -remove", "memory -nomap; memory_map; opt_expr; opt_clean")
    return design


def _synchronous(ys, design, circuit: Circuit) -> bool:
    """Whether every register loads on the one edge of the golden's one clock, and nothing is asynchronous."""
    if len(circuit.clocks) > 1 or any(len(clock.edges) > 1 for clock in circuit.clocks):
        return False
    wanted = {(clock.name, clock.edges[0] == "posedge") for clock in circuit.clocks}
    for cell in design.top_module().cells_.values():
        kind = cell.type.str()
        if kind.startswith(_ASYNCHRONOUS):
            return False
        if "dff" in kind:
            pin = cell.getPort(ys.IdString("\\CLK"))
            name = pin.as_wire().name.str()[1:] if pin.is_wire() else ""
            if (name, cell.getParam(ys.IdString("\\CLK_POLARITY")).as_bool()) not in wanted:
                return False
    return True


def _encode(ys, design, top: str, circuit: Circuit, model: Model, name: str, folder: Path) -> str:
    """The design on two rails, as module `name`, in RTLIL."""
    clocking = "clk2fflogic" if model == "event" else "async2sync; dffunmap"
    _passes(ys, design, clocking, "opt_expr; opt_clean", f"cd {top}")
    # Outputs get names of our own: `q` splits into `q_d` and `q_x`, which the design may have as well.
    for index, port in enumerate(circuit.outputs):
        ys.run_pass(f"rename {port.name} y{index}_{name.split('_')[1]}", design)
    _passes(ys, design, "cd ..", "xprop -split-outputs -assume-def-inputs -required", "chformal -remove")
    _passes(ys, design, "opt_expr; opt_clean", f"rename {top} {name}", f"write_rtlil {folder / 'encoded.il'}")
    return (folder / "encoded.il").read_text()


def _join(circuit: Circuit, nonce: str) -> str:
    """The wrapper: both designs on the same inputs, and `bad`."""
    ports = [f"input [{p.width - 1}:0] \\{p.name} " for p in circuit.inputs]
    lines, terms = [f"module join_{nonce}({', '.join([*ports, f'output bad_{nonce}'])});"], []
    pins = [f".\\{p.name} (\\{p.name} )" for p in circuit.inputs]
    for role in ("gold", "gate"):
        outs = []
        for index, port in enumerate(circuit.outputs):
            for rail in "dx":
                lines.append(f"wire [{port.width - 1}:0] {role}_{index}_{rail}_{nonce};")
                outs.append(f".y{index}_{nonce}_{rail}({role}_{index}_{rail}_{nonce})")
        lines.append(f"{role}_{nonce} {role}_i({', '.join(pins + outs)});")
    for index in range(len(circuit.outputs)):
        known, unknown = f"~gold_{index}_x_{nonce}", f"gate_{index}_x_{nonce}"
        terms.append(f"|({known} & ({unknown} | (gold_{index}_d_{nonce} ^ gate_{index}_d_{nonce})))")
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
