"""Equality by cutting at registers and memories, where golden and candidate hold the same state.

Each register of the candidate is paired with one of the golden: by the name of its wire, else by kind and order. What
pairs hold is taken for equal and free; then everything that the pairs load, and every output, must be equal for all
values (two-valued, without time). Registers without a partner may take any value, or, where they have an initial value,
any that they could be made to load from there. This is a proof by induction that holds from any state, so it needs no reset, covers
outputs that never become known, any clocks and asynchronous resets, and memories of any size, of which only the ports are
compared. Both designs begin with the same, possibly unknown, state; a defined initial value must be the same on both
sides, or undefined in the golden. A wrong pairing proves nothing and does no harm.
"""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from rtlvr.hdl.elaborate import Reader, passes
from rtlvr.hdl.yosys import in_child
from rtlvr.verify import netlist
from rtlvr.verify.miter import GoldenSide

_MEMORY_NAMES = {"MEMID"}
_ALIKE = "opt; wreduce; opt -full; opt_clean"
_BITS = "simplemap t:$*ff* t:$*dff* t:$*latch* t:$sr t:$ff"
# Registers of either polarity become positive ones with inverters, so that `posedge` of an inverted clock is a `negedge`.
_KINDS = (
    "DFF_P",
    "DFF_PP0",
    "DFF_PP1",
    "ALDFF_PP",
    "DFFSR_PPP",
    "DLATCH_P",
    "DLATCH_PP0",
    "DLATCH_PP1",
    "DLATCHSR_PPP",
    "SR_PP",
)
_POSITIVE = "dfflegalize " + " ".join(f"-cell $_{kind}_ 01" for kind in _KINDS)


@dataclass(frozen=True)
class Cut:
    """Two designs cut alike in the scratch folder; `sequential`: registers without a partner are left in."""

    sequential: bool


def cut(golden: GoldenSide, candidate: str, top: str, reader: Reader, folder: Path, seconds: int) -> Cut | None:
    """Cut both designs; if that can be done, `folder`/cut.aig is 1 somewhere unless they are equal.

    Call it only in a single-threaded process (it forks).
    """
    answer, _ = in_child(_cut_here, golden, candidate, top, reader, folder, seconds=seconds)
    return Cut(answer["sequential"]) if answer and answer["cut"] else None


def _cut_here(golden: GoldenSide, candidate: str, top: str, reader: Reader, folder: Path) -> dict[str, bool]:
    from pyosys import libyosys as ys

    sides = (("gold", golden.text, golden.circuit.top, golden.reader), ("gate", candidate, top, reader))
    designs, modules = [], []
    for role, text, name, its_reader in sides:
        design = netlist.elaborate(ys, text, name, its_reader, folder / f"{role}.v")
        passes(ys, design, _ALIKE, "dffunmap; opt_clean", _BITS, _POSITIVE, "opt_clean")
        designs.append(design)
        modules.append(netlist.as_json(ys, design, name, folder / f"{role}.json"))
    if any(_floats(module) for module in modules) or netlist.ports(ys, designs[0]) != netlist.ports(ys, designs[1]):
        return {"cut": False}
    pairs = _pairs(*modules)
    if pairs is None:
        return {"cut": False}
    widths, unknowns, sequential = [], _unknowns(modules[0]), False
    for side, (design, (role, _, name, _)) in enumerate(zip(designs, sides, strict=True)):
        paired = [pair[side] for pair in pairs]
        state, used = {**_registers(modules[side]), **_memories(modules[side])}, set(paired)
        alone = [cell for cell in state if cell not in used]
        begun = {cell for cell in alone if state[cell][2] in "01" and state[cell][0].startswith("$_DFF_P")}
        widths.append(_open(ys, design, paired, alone, begun, golden.nonce))
        sequential |= bool(begun)
        _finish(ys, design, name, role, golden, unknowns, folder)
    if widths[0][:2] != widths[1][:2]:
        return {"cut": False}
    (folder / "cut.v").write_text(_wrapper(golden, *widths[0][:2], [width[2] for width in widths], unknowns))
    joined = ys.Design()
    texts = "; ".join(f"read_rtlil {folder / role}.il" for role in ("gold", "gate"))
    passes(
        ys, joined, texts, f"read_verilog -sv {folder / 'cut.v'}", f"hierarchy -top cut_{golden.nonce}; proc; flatten"
    )
    netlist.write_aiger(ys, joined, folder, "cut")
    return {"cut": True, "sequential": sequential}


def _unknowns(module: dict) -> bool:
    """Whether a netlist takes unknown values from anywhere but its registers."""
    return any("x" in bits for cell in module["cells"].values() for bits in cell["connections"].values()) or any(
        "x" in port["bits"] for port in module["ports"].values()
    )


def _floats(module: dict) -> bool:
    """Whether a netlist drives high impedance anywhere: two-valued equality says nothing of that."""
    kinds = any(cell["type"] in ("$tribuf", "$_TBUF_") for cell in module["cells"].values())
    return kinds or any("z" in bits for cell in module["cells"].values() for bits in cell["connections"].values())


def _is_register(kind: str) -> bool:
    return kind.startswith("$_") and any(part in kind for part in ("DFF", "LATCH", "_SR_", "_FF_", "ALDFF"))


def _pairs(gold: dict, gate: dict) -> list[tuple[str, str]] | None:
    """Pairs of cells that hold state, names of the golden's and of the candidate's; None where some pair begins otherwise.

    What is left without a partner is not paired.
    """
    found: list[tuple[str, str]] = []
    for wanted in (_registers, _memories):
        ours, theirs = wanted(gold), wanted(gate)
        by_name = {(kind, name): cell for cell, (kind, names, _) in ours.items() for name in names}
        left, used = [], set()
        for cell, (kind, names, _) in theirs.items():
            partner = next(
                (by_name[kind, n] for n in names if by_name.get((kind, n), cell) not in used and (kind, n) in by_name),
                None,
            )
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
            if waiting[kind, begins]:
                found.append((waiting[kind, begins].pop(0), cell))
    begins = [{**_registers(module), **_memories(module)} for module in (gold, gate)]
    same = all(begins[0][ours][2] in ("x", begins[1][theirs][2]) for ours, theirs in found)
    return found if same else None


def _registers(module: dict) -> dict[str, tuple[str, list[tuple[str, int]], str]]:
    """{cell: (kind, names of its bit, initial value)}."""
    # A design in a wrapper has the same names behind that of an instance, so their ends count as well.
    names: dict[int | str, list[tuple[str, int]]] = defaultdict(list)
    initial: dict[int | str, str] = {}
    for name, net in module["netnames"].items():
        for at, bit in enumerate(net["bits"]):
            if not net.get("hide_name"):
                parts = name.split(".")
                names[bit] += [(".".join(parts[first:]), at) for first in range(len(parts))]
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
            found[cell] = (
                repr((item["type"], sorted(kept.items()))),
                [(item["parameters"].get("MEMID", cell), 0)],
                begins,
            )
    return found


def _open(ys, design, cells: list[str], alone: list[str], begun: set[str], nonce: str) -> tuple[int, int, int]:
    """Take the cells out: what they drive comes from a new input, what they take goes to a new output.

    What the cells `alone` drive comes from another input, and may be anything; those of them that are `begun`, which is to
    say registers with an initial value, stay, and load or do not load as that input says: more than any clock could do.
    Returns the widths of all three.
    """
    module = design.top_module()
    by_name = {cell.name.str().lstrip("\\"): cell for cell in module.cells_.values()}
    groups: dict[str, list] = {"held": [], "loads": [], "alone": []}
    for name in cells:
        cell = by_name[name]
        for pin, signal in sorted(cell.connections_.items(), key=lambda item: item[0].str()):
            groups["held" if cell.output(pin) else "loads"].append(signal)
        module.remove(cell)
    for name in alone:
        cell = by_name[name]
        if name in begun:
            groups["alone"] += _loosened(ys, module, cell, f"{nonce}_{len(groups['alone'])}")
            continue
        groups["alone"] += [signal for pin, signal in cell.connections_.items() if cell.output(pin)]
        module.remove(cell)
    for purpose, signals in groups.items():
        if signals:
            _connect(ys, module, f"\\{purpose}_{nonce}", signals, purpose != "loads")
    module.fixup_ports()
    return tuple(sum(signal.size() for signal in signals) for signals in groups.values())


def _loosened(ys, module, cell, name: str) -> list:
    """A register that may load, be reset or stay at every step, as the signals returned choose."""
    kind, pins = cell.type.str(), {pin.str(): signal for pin, signal in cell.connections_.items()}
    choices, loaded = [], pins["\\D"]
    resets = [ys.SigSpec(ys.Const(int(kind.endswith("1_")), 1))] if kind.startswith("$_DFF_PP") else []
    for number, (otherwise, value) in enumerate([(pins["\\Q"], loaded), *((None, reset) for reset in resets)]):
        choose, result = (ys.SigSpec(module.addWire(ys.IdString(f"\\{what}{number}_{name}"), 1)) for what in ("c", "r"))
        mux = module.addCell(ys.IdString(f"\\m{number}_{name}"), ys.IdString("$_MUX_"))
        for pin, signal in (("A", otherwise or loaded), ("B", value), ("S", choose), ("Y", result)):
            mux.setPort(ys.IdString(f"\\{pin}"), signal)
        choices.append(choose)
        loaded = result
    for pin in pins:
        if pin not in ("\\D", "\\Q"):
            cell.unsetPort(ys.IdString(pin))
    cell.type = ys.IdString("$_FF_")
    cell.setPort(ys.IdString("\\D"), loaded)
    return choices


def _connect(ys, module, name: str, signals: list, driving: bool) -> None:
    """A new port `name` that drives the signals, or takes them."""
    wire = module.addWire(ys.IdString(name), sum(signal.size() for signal in signals))
    wire.port_input, wire.port_output, at = driving, not driving, 0
    for signal in signals:
        part = ys.SigSpec(wire, at, signal.size())
        module.connect(*((signal, part) if driving else (part, signal)))
        at += signal.size()


def _finish(ys, design, top: str, role: str, golden: GoldenSide, unknowns: bool, folder: Path) -> None:
    """Write an opened design. An unknown of the golden may be anything; one of the candidate must do whatever it is."""
    nonce = golden.nonce
    if role == "gold" and unknowns:
        passes(ys, design, f"clean; cd {top}")
        for index, name in enumerate(_outputs(golden)):
            if design.top_module().wire(ys.IdString(f"\\{name}")) is not None:
                ys.run_pass(f"rename {name} y{index}_{nonce}", design)
        passes(ys, design, "cd ..", "xprop -split-outputs -assume-def-inputs -required", "chformal -remove")
    fill = "setundef -undriven -zero" if role == "gold" else "setundef -undriven -anyseq"
    passes(ys, design, "clean", fill, f"rename {top} {role}_{nonce}", f"write_rtlil {folder / role}.il")


def _outputs(golden: GoldenSide) -> list[str]:
    return [*(port.name for port in golden.circuit.outputs), f"loads_{golden.nonce}"]


def _wrapper(golden: GoldenSide, held: int, loads: int, alone: list[int], unknowns: bool) -> str:
    circuit, nonce = golden.circuit, golden.nonce
    shared = [(p.name, p.width) for p in circuit.inputs] + ([(f"held_{nonce}", held)] if held else [])
    own = [(f"alone_{role}_{nonce}", width) for role, width in zip(("gold", "gate"), alone, strict=True) if width]
    declared = [f"input [{width - 1}:0] \\{name} " for name, width in (*shared, *own)]
    widths = [port.width for port in circuit.outputs] + ([loads] if loads else [])
    outputs = list(zip(_outputs(golden), widths, strict=False))
    lines, terms = [f"module cut_{nonce}({', '.join([*declared, f'output bad_{nonce}'])});"], []
    for role, width in zip(("gold", "gate"), alone, strict=True):
        pins = [f".\\{name} (\\{name} )" for name, _ in shared]
        pins += [f".alone_{nonce}(alone_{role}_{nonce})"] if width else []
        split = role == "gold" and unknowns
        for index, (name, bits) in enumerate(outputs):
            for rail in "dx" if split else "d":
                pins.append(_pin(name, index, role, rail, nonce, split))
                lines.append(f"wire [{bits - 1}:0] {role}_{index}_{rail}_{nonce};")
        lines.append(f"{role}_{nonce} {role}_i({', '.join(pins)});")
    for index in range(len(outputs)):
        gold, gate, free = f"gold_{index}_d_{nonce}", f"gate_{index}_d_{nonce}", f"gold_{index}_x_{nonce}"
        terms.append(f"(({gold} | {free}) != ({gate} | {free}))" if unknowns else f"({gold} != {gate})")
    return "\n".join([*lines, f"assign bad_{nonce} = {' || '.join(terms)};", "endmodule\n"])


def _pin(name: str, index: int, role: str, rail: str, nonce: str, split: bool) -> str:
    inner = f"y{index}_{nonce}_{rail}" if split else f"\\{name} "
    return f".{inner}({role}_{index}_{rail}_{nonce})"
