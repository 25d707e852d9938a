"""Equality by cutting at registers and memories, where golden and candidate hold the same state.

Each register of the candidate is paired with one of the golden: by the name of its wire, else by kind and order. What
pairs hold is taken for equal and free; then everything that the pairs load, and every output, must be equal for all
values (two-valued, without time). This is a proof by induction that holds from any state, so it needs no reset, covers
outputs that never become known, any clocks and asynchronous resets, and memories of any size, of which only the ports are
compared. Both designs begin with the same, possibly unknown, state; a defined initial value must be the same on both
sides, or undefined in the golden. A wrong pairing proves nothing and does no harm.
"""

from collections import defaultdict
from pathlib import Path

from rtlvr.hdl.elaborate import Reader, passes
from rtlvr.hdl.yosys import in_child
from rtlvr.verify import netlist
from rtlvr.verify.miter import GoldenSide

_MEMORY_NAMES = {"MEMID"}


def cut(golden: GoldenSide, candidate: str, top: str, reader: Reader, folder: Path, seconds: int) -> bool:
    """Whether the designs can be cut alike; then `folder`/cut.aig is 1 somewhere unless they are equal.

    Call it only in a single-threaded process (it forks).
    """
    answer, _ = in_child(_cut_here, golden, candidate, top, reader, folder, seconds=seconds)
    return bool(answer and answer["cut"])


def _cut_here(golden: GoldenSide, candidate: str, top: str, reader: Reader, folder: Path) -> dict[str, bool]:
    from pyosys import libyosys as ys

    sides = (("gold", golden.text, golden.circuit.top, golden.reader), ("gate", candidate, top, reader))
    designs, modules = [], []
    for role, text, name, its_reader in sides:
        design = netlist.elaborate(ys, text, name, its_reader, folder / f"{role}.v")
        passes(ys, design, "dffunmap; opt_clean", "simplemap t:$*ff t:$*dff* t:$*latch* t:$sr t:$ff")
        designs.append(design)
        modules.append(netlist.as_json(ys, design, name, folder / f"{role}.json"))
    if any(_floats(module) for module in modules) or netlist.ports(ys, designs[0]) != netlist.ports(ys, designs[1]):
        return {"cut": False}
    pairs = _pairs(*modules)
    if pairs is None:
        return {"cut": False}
    widths = [
        _open(ys, design, name, [pair[side] for pair in pairs], folder / f"{role}.il", role, golden.nonce)
        for side, (design, (role, _, name, _)) in enumerate(zip(designs, sides, strict=True))
    ]
    if widths[0] != widths[1]:
        return {"cut": False}
    (folder / "cut.v").write_text(_wrapper(golden, *widths[0]))
    joined = ys.Design()
    texts = "; ".join(f"read_rtlil {folder / role}.il" for role in ("gold", "gate"))
    passes(ys, joined, texts, f"read_verilog -sv {folder / 'cut.v'}", f"hierarchy -top cut_{golden.nonce}; proc; flatten")
    netlist.write_aiger(ys, joined, folder, "cut")
    return {"cut": True}


def _floats(module: dict) -> bool:
    """Whether a netlist drives high impedance anywhere: two-valued equality says nothing of that."""
    kinds = any(cell["type"] in ("$tribuf", "$_TBUF_") for cell in module["cells"].values())
    return kinds or any("z" in bits for cell in module["cells"].values() for bits in cell["connections"].values())


def _is_register(kind: str) -> bool:
    return kind.startswith("$_") and any(part in kind for part in ("DFF", "LATCH", "_SR_", "_FF_", "ALDFF"))


def _pairs(gold: dict, gate: dict) -> list[tuple[str, str]] | None:
    """Pairs of cells that hold state, names of the golden's and of the candidate's; None where one has no partner."""
    found: list[tuple[str, str]] = []
    for wanted in (_registers, _memories):
        ours, theirs = wanted(gold), wanted(gate)
        by_name = {(kind, name): cell for cell, (kind, names, _) in ours.items() for name in names}
        left, used = [], set()
        for cell, (kind, names, _) in theirs.items():
            partner = next((by_name[kind, n] for n in names if by_name.get((kind, n), cell) not in used and (kind, n) in by_name), None)
            if partner is None:
                left.append(cell)
            else:
                used.add(partner)
                found.append((partner, cell))
        waiting: dict[tuple, list[str]] = defaultdict(list)
        for cell, (kind, _, begins) in ours.items():
            if cell not in used:
                waiting[kind, begins].append(cell)
        for cell in left:
            kind, _, begins = theirs[cell]
            if not waiting[kind, begins]:
                return None
            found.append((waiting[kind, begins].pop(0), cell))
        if len(ours) != len(theirs):
            return None
    begins = [({**_registers(m), **_memories(m)}) for m in (gold, gate)]
    same = all(begins[0][ours][2] in ("x", begins[1][theirs][2]) for ours, theirs in found)
    return found if same else None


def _registers(module: dict) -> dict[str, tuple[str, list[tuple[str, int]], str]]:
    """{cell: (kind, names of its bit, initial value)}."""
    names: dict[int | str, list[tuple[str, int]]] = defaultdict(list)
    initial: dict[int | str, str] = {}
    for name, net in module["netnames"].items():
        for at, bit in enumerate(net["bits"]):
            if not net.get("hide_name"):
                names[bit].append((name, at))
        values = net.get("attributes", {}).get("init", "")
        initial |= {bit: value for bit, value in zip(net["bits"], reversed(values), strict=False) if value != "x"}
    return {
        cell: (item["type"], names[item["connections"]["Q"][0]], initial.get(item["connections"]["Q"][0], "x"))
        for cell, item in module["cells"].items()
        if _is_register(item["type"])
    }


def _memories(module: dict) -> dict[str, tuple[str, list[tuple[str, int]], str]]:
    """The same for memories, whose kind is their type with all parameters but the initial contents."""
    found = {}
    for cell, item in module["cells"].items():
        if item["type"].startswith("$mem"):
            kept = {k: v for k, v in item["parameters"].items() if k not in (*_MEMORY_NAMES, "INIT")}
            contents = item["parameters"].get("INIT", "x")
            begins = "x" if set(contents) <= {"x"} else contents
            found[cell] = (repr((item["type"], sorted(kept.items()))), [(item["parameters"].get("MEMID", cell), 0)], begins)
    return found


def _open(ys, design, top: str, cells: list[str], path: Path, role: str, nonce: str) -> tuple[int, int]:
    """Take the cells out: what they drive comes from a new input, what they take goes to a new output; returns the widths."""
    module = design.top_module()
    driven, taken = [], []
    by_name = {cell.name.str().lstrip("\\"): cell for cell in module.cells_.values()}
    for name in cells:
        cell = by_name[name]
        for pin, signal in sorted(cell.connections_.items(), key=lambda item: item[0].str()):
            (driven if cell.output(pin) else taken).append(signal)
        module.remove(cell)
    sizes = tuple(sum(signal.size() for signal in group) for group in (driven, taken))
    for purpose, group, size in (("held", driven, sizes[0]), ("loads", taken, sizes[1])):
        if size:
            wire = module.addWire(ys.IdString(f"\\{purpose}_{nonce}"), size)
            wire.port_input, wire.port_output = purpose == "held", purpose == "loads"
            at = 0
            for signal in group:
                part = ys.SigSpec(wire, at, signal.size())
                module.connect(*((signal, part) if purpose == "held" else (part, signal)))
                at += signal.size()
    module.fixup_ports()
    # An unknown of the golden may be anything, so it is 0; one of the candidate must do whatever it is.
    fill = "setundef -undriven -zero" if role == "gold" else "setundef -undriven -anyseq"
    passes(ys, design, "clean", fill, f"rename {top} {role}_{nonce}", f"write_rtlil {path}")
    return sizes


def _wrapper(golden: GoldenSide, held: int, loads: int) -> str:
    circuit, nonce = golden.circuit, golden.nonce
    names = [(p.name, p.width) for p in circuit.inputs] + ([(f"held_{nonce}", held)] if held else [])
    declared = [f"input [{width - 1}:0] \\{name} " for name, width in names]
    outputs = [(p.name, p.width) for p in circuit.outputs] + ([(f"loads_{nonce}", loads)] if loads else [])
    lines = [f"module cut_{nonce}({', '.join([*declared, f'output bad_{nonce}'])});"]
    for role in ("gold", "gate"):
        lines += [f"wire [{width - 1}:0] {role}_{index}_{nonce};" for index, (_, width) in enumerate(outputs)]
        pins = [f".\\{name} (\\{name} )" for name, _ in names]
        pins += [f".\\{name} ({role}_{index}_{nonce})" for index, (name, _) in enumerate(outputs)]
        lines.append(f"{role}_{nonce} {role}_i({', '.join(pins)});")
    terms = [f"(gold_{index}_{nonce} != gate_{index}_{nonce})" for index in range(len(outputs))]
    return "\n".join([*lines, f"assign bad_{nonce} = {' || '.join(terms)};", "endmodule\n"])
