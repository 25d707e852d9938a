"""Equality by cutting at registers, memories and wide operators, where golden and candidate hold the same.

Each register of the candidate is paired with one of the golden (`rtlvr.verify.pairing`). What pairs hold is taken for equal and
free; then everything that the pairs load, and every output, must be equal for all values (two-valued, without time).
Registers without a partner may take any value, or, where they have an initial value, any that they could be made to load
from there. This is a proof by induction that holds from any state, so it needs no reset, covers outputs that never
become known, any clocks and asynchronous resets, and memories of any size, of which only the ports are compared. Wide
multipliers and dividers are paired as well: two of a kind that take the same give the same. What the candidate does not
know otherwise (`rtlvr.verify.unknowns`) must do whatever it is. Both designs begin
with the same, possibly unknown, state; a defined initial value must be the same on both sides, or undefined in the
golden. A wrong pairing proves nothing and does no harm.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from rtlvr.hdl.elaborate import Reader, passes
from rtlvr.hdl.yosys import YosysAnswer, end_child, in_child
from rtlvr.verify import netlist
from rtlvr.verify.aiger import read_aiger
from rtlvr.verify.aigwriter import Writer
from rtlvr.verify.miter import GoldenSide
from rtlvr.verify.opened import Claim, Opened, Pairing, Side, agree, claims, random_values, same_inputs
from rtlvr.verify.pairing import by_behaviour, by_name, completed
from rtlvr.verify.running import Running, read_running, write_running
from rtlvr.verify.state import Held, Kind, floats, held_of, undriven_outputs, unknowns, wide_operators
from rtlvr.verify.unknowns import guesses, state_unknowns
from rtlvr.verify.yosysjson import JsonModule

_ALIKE = "memory_narrow; opt -keepdc; wreduce -keepdc; opt -keepdc; opt_clean"
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
_ROLES = ("gold", "gate")
HUGE = 60_000  # gates of two designs cut open that are not joined any more


@dataclass(frozen=True)
class Cut:
    """Two designs cut alike in the scratch folder, if it was `made`: no pairing may have been plausible.

    `sequential`: registers without a partner are left in. `operators`: wide operators were to be paired. `gates`: of both
    designs together. `memory`: bits in memories of the larger. `running`: both side by side, where no pairing was plausible,
    or where they are so large that no miter is made should the pairing prove nothing.
    """

    made: bool
    sequential: bool
    operators: bool
    gates: int
    memory: int = 0
    running: Running | None = None


def cut(
    golden: GoldenSide,
    candidate: str,
    top: str,
    reader: Reader,
    folder: Path,
    seconds: int,
    operators: bool = True,
    mapped: bool = False,
) -> Cut | None:
    """Cut both designs; if that can be done, `folder`/cut.aig is 1 somewhere unless they are equal.

    `operators`: pair wide operators as well. `mapped`: memories become registers first.

    Call it only in a single-threaded process (it forks).
    """
    end_child()  # names that Yosys invents must not depend on what was read before
    answer, _ = in_child(_cut_here, golden, candidate, top, reader, folder, operators, mapped, seconds=seconds)
    if not answer:
        return None
    begins, inputs = answer.pop("begins", None), [tuple(one) for one in answer.pop("inputs", ())]
    return Cut(**answer, running=read_running(folder / "run.aig", inputs, begins) if begins else None)


def _cut_here(
    golden: GoldenSide, candidate: str, top: str, reader: Reader, folder: Path, operators: bool, mapped: bool = False
) -> YosysAnswer:
    from pyosys import libyosys as ys

    sides = ((golden.text, golden.circuit.top, golden.reader), (candidate, top, reader))
    designs, modules, memory = [], [], 0
    for role, (text, name, its_reader) in zip(_ROLES, sides, strict=True):
        design = netlist.elaborate(ys, text, name, its_reader, folder / f"{role}.v")
        memory = max(memory, netlist.memory_bits(ys, design))
        if mapped:
            netlist.map_memories(ys, design)
        passes(ys, design, _ALIKE, "dffunmap; opt_clean", _BITS, _POSITIVE, "opt_clean")
        designs.append(design)
        modules.append(netlist.as_json(ys, design, name, folder / f"{role}.json"))
    if any(floats(module) for module in modules) or netlist.ports(ys, designs[0]) != netlist.ports(ys, designs[1]):
        return {}
    _ground(ys, designs, modules)
    kinds = _common_operators(*modules) if operators else frozenset()
    cells = [held_of(module, kinds) for module in modules]
    guessed = [guesses(module, {one.cell for one in its}) for module, its in zip(modules, cells, strict=True)]
    unknown = unknowns(modules[0]) or guessed[0]
    for role, design, its, guess, (_, name, _) in zip(_ROLES, designs, cells, guessed, sides, strict=True):
        _open(ys, design, its, golden.nonce)
        if guess and role == "gate":
            state_unknowns(ys, design, folder)
        _finish(ys, design, name, role, golden, unknown, folder)
    opened = _joined(ys, golden, cells, unknown, folder)
    pairing, found = _chosen(opened, bool(kinds)), _found(opened, kinds, memory)
    made = pairing is not None
    sequential = pairing is not None and _write(opened, pairing, folder / "cut.aig")
    runs = not kinds and (not made or len(opened.aig.ands) > HUGE)
    return found | {"made": made, "sequential": sequential} | (_run_here(opened, folder) if runs else {})


def _found(opened: Opened, kinds: frozenset[Kind], memory: int) -> YosysAnswer:
    return {"operators": bool(kinds), "gates": len(opened.aig.ands), "memory": memory}


def _run_here(opened: Opened, folder: Path) -> YosysAnswer:
    """Both designs side by side, if that can be done, with the (port, bit) of each input."""
    held = {variable for side in opened.sides for its in side.held for variable in its}
    ports = {1 + at: port for at, port in netlist.aiger_inputs(folder, "open").items() if 1 + at not in held}
    begins = write_running(opened, list(ports), folder / "run.aig")
    return {} if begins is None else {"begins": begins, "inputs": list(ports.values())}


def _common_operators(gold: JsonModule, gate: JsonModule) -> frozenset[Kind]:
    """Kinds of wide operators of which both have the same number."""
    ours, theirs = (Counter(one.kind for one in wide_operators(module)) for module in (gold, gate))
    return frozenset(kind for kind, count in ours.items() if count == theirs[kind])


def _chosen(opened: Opened, operators: bool) -> Pairing | None:
    """The first pairing that random values do not refute; else one that a proof with registers may still save."""
    first = None
    for found in _suggested(opened, operators):
        if agree(opened, found):
            return found
        first = first or found
    return first if first and _alone(opened, first) else None


def _suggested(opened: Opened, operators: bool) -> Iterator[Pairing]:
    """Pairs by name, which are quickly found, and those by what they load, where names say little."""
    for find in (by_behaviour,) if operators else (by_name, by_behaviour):
        pairing = find(opened)
        yield pairing
        if any(len(pairing.held(number)) < len(side.cells) for number, side in enumerate(opened.sides)):
            yield from completed(opened, pairing)


def _alone(opened: Opened, pairing: Pairing) -> list[tuple[Side, int]]:
    """Registers without a partner that have an initial value."""
    held = pairing.held(0), pairing.held(1)
    return [
        (side, index)
        for its, side in zip(held, opened.sides, strict=True)
        for index, cell in enumerate(side.cells)
        if index not in its and cell.loosens
    ]


def _ground(ys: ModuleType, designs: list[Any], modules: list[JsonModule]) -> None:
    """Outputs that nothing drives or reads in either design are the same: both get 0."""
    for name, bit in sorted(set.intersection(*map(undriven_outputs, modules))):
        for design in designs:
            module = design.top_module()
            module.connect(ys.SigSpec(module.wire(ys.IdString(f"\\{name}")), bit, 1), ys.SigSpec(ys.Const(0, 1)))


def _open(ys: ModuleType, design: Any, cells: list[Held], nonce: str) -> None:
    """Take the cells out: what they give comes from a new input, what they take goes to a new output."""
    module = design.top_module()
    by_name = {_plain(cell.name.str()): cell for cell in module.cells_.values()}
    held: list[Any] = []
    loads: list[Any] = []
    for one in cells:
        cell = by_name[one.cell]
        for parts, signals in ((one.outputs, held), (one.pins, loads)):
            signals += [cell.getPort(ys.IdString(f"\\{pin}")).extract(low, width) for pin, low, width in parts]
    for name in dict.fromkeys(one.cell for one in cells):
        module.remove(by_name[name])
    for purpose, signals in (("held", held), ("loads", loads)):
        if signals:
            _connect(ys, module, f"\\{purpose}_{nonce}", signals, purpose == "held")
    module.fixup_ports()


def _plain(name: str) -> str:
    """A name as Yosys's JSON has it."""
    return name[1:] if name.startswith("\\") and not name.startswith("\\$") else name


def _connect(ys: ModuleType, module: Any, name: str, signals: list[Any], driving: bool) -> None:
    """A new port `name` that drives the signals, or takes them."""
    wire = module.addWire(ys.IdString(name), sum(signal.size() for signal in signals))
    wire.port_input, wire.port_output, at = driving, not driving, 0
    for signal in signals:
        part = ys.SigSpec(wire, at, signal.size())
        module.connect(*((signal, part) if driving else (part, signal)))
        at += signal.size()


def _finish(ys: ModuleType, design: Any, top: str, role: str, golden: GoldenSide, unknown: bool, folder: Path) -> None:
    """Write an opened design. An unknown of the golden may be anything; one of the candidate must do whatever it is."""
    nonce = golden.nonce
    if role == "gold" and unknown:
        passes(ys, design, f"clean; cd {top}")
        for index, name in enumerate(_outputs(golden)):
            if design.top_module().wire(ys.IdString(f"\\{name}")) is not None:
                ys.run_pass(f"rename {name} y{index}_{nonce}", design)
        passes(ys, design, "cd ..", "xprop -split-outputs -assume-def-inputs -required", "chformal -remove")
    fill = "setundef -undriven -zero" if role == "gold" else "setundef -undriven -anyseq"
    passes(ys, design, "clean", fill, f"rename {top} {role}_{nonce}", f"write_rtlil {folder / role}.il")


def _outputs(golden: GoldenSide) -> list[str]:
    return [*(port.name for port in golden.circuit.outputs), f"loads_{golden.nonce}"]


def _joined(ys: ModuleType, golden: GoldenSide, cells: list[list[Held]], unknown: bool, folder: Path) -> Opened:
    """Both opened designs as one circuit of AND gates."""
    totals = [(sum(cell.given for cell in its), sum(cell.taken for cell in its)) for its in cells]
    (folder / "open.v").write_text(_wrapper(golden, totals, unknown))
    design = ys.Design()
    texts = "; ".join(f"read_rtlil {folder / role}.il" for role in _ROLES)
    top = f"open_{golden.nonce}"
    passes(ys, design, texts, f"read_verilog -sv {folder / 'open.v'}", f"hierarchy -top {top}; proc; flatten")
    netlist.write_aiger(ys, design, folder, "open")
    aig = read_aiger(folder / "open.aig")
    if len(aig.next_states):
        raise ValueError("a kind of register was not cut")
    places = netlist.aiger_inputs(folder, "open")
    widths_of = _segments(golden, totals, unknown)
    parts = dict(zip(widths_of, _split(aig.outputs.tolist(), list(widths_of.values())), strict=True))
    sides = []
    for role, its in zip(_ROLES, cells, strict=True):
        own = sorted((bit, at) for at, (name, bit) in places.items() if name == f"held_{role}_{golden.nonce}")
        held = _split([1 + at for _, at in own], [cell.given for cell in its])
        taken = {rail: _split(parts[role, rail, "loads"], [c.taken for c in its]) for rail in _rails(role, unknown)}
        ports = {rail: parts[role, rail, "ports"] for rail in taken}
        sides.append(Side(its, held, taken["d"], ports["d"], taken.get("x"), ports.get("x")))
    return Opened(aig, *sides)


def _rails(role: str, unknown: bool) -> str:
    """The golden has a second rail, which says where it is unknown, if it can be so."""
    return "dx" if role == "gold" and unknown else "d"


def _segments(golden: GoldenSide, totals: list[tuple[int, int]], unknown: bool) -> dict[tuple[str, str, str], int]:
    """The parts of the only output, from its low end, and their widths."""
    ports, parts = sum(port.width for port in golden.circuit.outputs), dict[tuple[str, str, str], int]()
    for role, (_, loads) in zip(_ROLES, totals, strict=True):
        for rail in _rails(role, unknown):
            parts |= {(role, rail, "ports"): ports, (role, rail, "loads"): loads}
    return parts


def _split(whole: list[int], widths: list[int]) -> list[list[int]]:
    parts, at = [], 0
    for width in widths:
        parts.append(whole[at : at + width])
        at += width
    return parts


def _wrapper(golden: GoldenSide, totals: list[tuple[int, int]], unknown: bool) -> str:
    """Both designs on the same inputs, each with what it holds of its own; one output has all that they give."""
    circuit, nonce = golden.circuit, golden.nonce
    shared, widths = [(p.name, p.width) for p in circuit.inputs], [port.width for port in circuit.outputs]
    declared, lines, given = [f"input [{width - 1}:0] \\{name} " for name, width in shared], [], []
    for role, (held, loads) in zip(_ROLES, totals, strict=True):
        pins = [f".\\{name} (\\{name} )" for name, _ in shared]
        if held:
            declared.append(f"input [{held - 1}:0] held_{role}_{nonce}")
            pins.append(f".held_{nonce}(held_{role}_{nonce})")
        rails = _rails(role, unknown)
        for rail in rails:
            wires = [f"{role}_{index}_{rail}_{nonce}" for index in range(len(widths) + bool(loads))]
            for index, (wire, width) in enumerate(zip(wires, [*widths, loads], strict=False)):
                lines.append(f"wire [{width - 1}:0] {wire};")
                pins.append(_pin(_outputs(golden)[index], index, wire, rail, nonce, len(rails) > 1))
            given += [f"{{{', '.join(wires[: len(widths)])}}}", *wires[len(widths) :]]
        lines.append(f"{role}_{nonce} {role}_i({', '.join(pins)});")
    total = sum(_segments(golden, totals, unknown).values())
    declared.append(f"output [{total - 1}:0] all_{nonce}")
    lines.append(f"assign all_{nonce} = {{{', '.join(reversed(given))}}};")
    return "\n".join([f"module open_{nonce}({', '.join(declared)});", *lines, "endmodule\n"])


def _pin(name: str, index: int, wire: str, rail: str, nonce: str, split: bool) -> str:
    inner = f"y{index}_{nonce}_{rail}" if split else f"\\{name} "
    return f".{inner}({wire})"


def _write(opened: Opened, pairing: Pairing, path: Path) -> bool:
    """The circuit whose output is 1 where the designs differ; True if it holds registers."""
    alone = _alone(opened, pairing)
    writer = Writer(opened.aig, 2 * len(alone), len(alone))
    for one, other in same_inputs(opened, pairing):
        writer.stands_for(one, other)
    for number, (side, index) in enumerate(alone):
        writer.stands_for(side.held[index][0], writer.latch(number))
    writer.copy()
    for number, (side, index) in enumerate(alone):
        _loosen(writer, number, side, index)
    claimed = claims(opened, pairing, random_values(opened, pairing))
    writer.write(path, writer.any([_failure(writer, claim) for claim in claimed]))
    return bool(alone)


def _failure(writer: Writer, claim: Claim) -> int:
    """A literal that is 1 where a claim is wrong."""
    differs = writer.xor(writer.new(claim.one), writer.new(claim.other))
    return writer.both(writer.either(differs, writer.new(claim.forbidden)), writer.new(claim.excused) ^ 1)


def _loosen(writer: Writer, number: int, side: Side, index: int) -> None:
    """A register that may load, be reset or stay at every step, as new inputs choose: more than any clock could do."""
    cell, loads, choose = side.cells[index], side.loads[index], [writer.extra(2 * number + n) for n in (0, 1)]
    value = writer.new(loads[cell.data])
    if len(loads) > 2:
        value = writer.choice(choose[0], int(str(cell.kind[0]).endswith("1_")), value)
    own = writer.latch(number)
    writer.follows(number, writer.choice(choose[1], value, own), int(cell.begins))
