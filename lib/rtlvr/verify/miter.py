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

from dataclasses import dataclass
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


def build(golden: str, candidate: str, circuit: Circuit, candidate_top: str, folder: Path, nonce: str) -> Miter | str:
    """Write `folder`/miter.aig; returns the Miter, or why there is none.

    Call it only in a single-threaded process (it forks). `nonce` makes the names that we add impossible to guess.
    """
    answer, said = in_child(lambda: _build_here(golden, candidate, circuit, candidate_top, folder, nonce))
    if answer is None:
        return f"Yosys: {said}" if said else "Yosys exceeds its limits of time and memory"
    wanted = [(p.name, bit) for p in circuit.inputs for bit in range(p.width)]
    inputs = tuple((name, bit) for name, bit in answer["inputs"])
    if not set(inputs) <= set(wanted):
        return "the miter has inputs that the golden has not"
    return Miter(answer["model"], inputs, answer["latches"])


def _build_here(
    golden: str, candidate: str, circuit: Circuit, candidate_top: str, folder: Path, nonce: str
) -> dict[str, object]:
    from pyosys import libyosys as ys

    gold = _elaborate(ys, golden, circuit.top, folder / "golden.v")
    gate = _elaborate(ys, candidate, candidate_top, folder / "candidate.v")
    model: Model = "cycle" if _synchronous(ys, gold, circuit) and _synchronous(ys, gate, circuit) else "event"
    parts = []
    for design, top, role in ((gold, circuit.top, "gold"), (gate, candidate_top, "gate")):
        _encode(ys, design, top, circuit, model, f"{role}_{nonce}", nonce)
        part = folder / f"{role}.il"
        ys.run_pass(f"write_rtlil {part}", design)
        parts.append(part)
    joined = ys.Design()
    (folder / "join.v").write_text(_join(circuit, nonce))
    _passes(
        ys,
        joined,
        *(f"read_rtlil {part}" for part in parts),
        f"read_verilog -sv {folder / 'join.v'}",
        f"hierarchy -check -top join_{nonce}",
        "proc; flatten; opt_clean; opt_expr",
        "simplemap; techmap -map %techmap; simplemap" if "techmap" in _saved else "techmap",
        "setundef -zero -undriven -init; dffunmap; opt_expr; opt_clean; aigmap; opt_clean",
        f"write_aiger -zinit -map {folder / 'miter.map'} {folder / 'miter.aig'}",
    )
    return {"model": model, "inputs": _inputs(folder / "miter.map", circuit), "latches": _latches(folder / "miter.aig")}


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


def _encode(ys, design, top: str, circuit: Circuit, model: Model, name: str, nonce: str) -> None:
    clocking = "clk2fflogic" if model == "event" else "async2sync; dffunmap"
    _passes(ys, design, clocking, "opt_expr; opt_clean", f"cd {top}")
    # Outputs get names of our own: `q` splits into `q_d` and `q_x`, which the design may have as well.
    for index, port in enumerate(circuit.outputs):
        ys.run_pass(f"rename {port.name} y{index}_{nonce}", design)
    _passes(ys, design, "cd ..", "xprop -split-outputs -assume-def-inputs -required", "chformal -remove")
    _passes(ys, design, "opt_expr; opt_clean", f"rename {top} {name}")


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


def _inputs(path: Path, circuit: Circuit) -> list[tuple[str, int]]:
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
