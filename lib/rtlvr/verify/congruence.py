"""Two netlists cell by cell: are they the same but for names and order?

State cells of like kind are first taken for equal, and then told apart by what feeds them, until nothing changes. (Those of
one name are tried as pairs before: that is quicker, and mostly enough.) What is still alike then behaves alike for ever, if
it begins alike: a bisimulation. Registers without an initial value begin unknown. Each one of the golden is paired with one
of the candidate, and both begin with the same unknown value.

A reading port of a memory is a cell of its own, because the order of ports is chance. One with a clock holds state.

It costs milliseconds where a proof by ABC would cost half a minute, and it reads memories of any size.
"""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TypeVar

from rtlvr.verify.state import initial_values
from rtlvr.verify.yosysjson import Bit, JsonCell, JsonModule

_NAMES = {"MEMID", "ID", "TRANSPARENCY_ID"}  # parameters that are only names
_Kind = tuple[str, tuple[tuple[str, str], ...], tuple[tuple[str, int], ...]]  # type, parameters, widths of pins
_Signature = tuple[object, ...]  # what tells classes apart
_Part = TypeVar("_Part", str, list[Bit])
_ROUNDS, _MOST_WORK = 200, 400_000  # rounds of refinement, and cells looked at in all of them


@dataclass
class _Cell:
    kind: _Kind
    inputs: dict[str, list[Bit]]
    outputs: dict[str, list[Bit]]
    state: bool
    side: int
    initial: str = ""
    mark: int = 0  # its class, where it holds state
    label: str = ""  # a name of what it drives
    reads: "_Cell | None" = None  # the memory of a reading port

    @property
    def memory(self) -> bool:
        """Whether it is what a memory holds."""
        return self.kind[0].startswith("$mem")


@dataclass
class _Side:
    """One netlist: its cells, ports, and what its bits begin with."""

    cells: list[_Cell] = field(default_factory=list)
    ports: dict[str, tuple[str, list[Bit]]] = field(default_factory=dict)


def census(module: JsonModule) -> dict[str, int]:
    """How many cells of each kind a netlist has: netlists with another census are not the same."""
    return dict(Counter(repr(_kind(cell)) for cell in module["cells"].values()))


def congruent(golden: JsonModule, candidate: JsonModule) -> bool:
    """Whether two flat netlists (modules of Yosys's JSON) are the same but for names and order; False if in doubt."""
    sides = [_side(module, number) for number, module in enumerate((golden, candidate))]
    if any(sides[0].ports[name][0] != sides[1].ports.get(name, ("",))[0] for name in sides[0].ports):
        return False
    for named in (True, False):
        classes = _Classes(sides)
        if classes.settle(named) and classes.outputs_agree():
            return True
    return False


def _kind(cell: JsonCell) -> _Kind:
    parameters = sorted((k, v) for k, v in cell["parameters"].items() if k not in _NAMES)
    widths = sorted((pin, len(bits)) for pin, bits in cell["connections"].items())
    return cell["type"], tuple(parameters), tuple(widths)


def _holds_state(kind: str) -> bool:
    name = kind.strip("$_").lower()
    return (
        "dff" in name
        or "latch" in name
        or name in ("ff", "sr", "anyconst", "anyseq")
        or name.startswith(("mem", "ff_", "sr_"))
    )


def _side(module: JsonModule, number: int) -> _Side:
    initial = initial_values(module)
    labels: dict[Bit, str] = {}
    for name, net in sorted(module["netnames"].items()):
        if not net.get("hide_name") and net["bits"]:
            labels.setdefault(net["bits"][0], name)
    side = _Side(ports={name: (port["direction"], port["bits"]) for name, port in module["ports"].items()})
    for cell in module["cells"].values():
        directions = cell.get("port_directions", {})
        pins = cell["connections"].items()
        outputs = {pin: bits for pin, bits in pins if directions.get(pin) == "output"}
        begins = "".join(initial.get(bit, "x") for bits in outputs.values() for bit in bits)
        inputs = {pin: bits for pin, bits in pins if pin not in outputs}
        drives = next(iter(outputs.values()), [""])
        label = cell["parameters"].get("MEMID", "") or labels.get(drives[0], "")
        found = _Cell(_kind(cell), inputs, outputs, _holds_state(cell["type"]), number, begins, label=label)
        side.cells += _opened(found, labels) if found.memory else [found]
    return side


def _opened(memory: _Cell, labels: dict[Bit, str]) -> list[_Cell]:
    """What a memory holds, and its reading ports, each with its share of what the memory says of all."""
    parameters = {name: str(value) for name, value in memory.kind[1] if name.startswith("RD_") and name != "RD_PORTS"}
    pins = {pin: bits for pin, bits in (memory.inputs | memory.outputs).items() if pin.startswith("RD_")}
    held = {pin: bits for pin, bits in memory.inputs.items() if pin not in pins}
    contents = dict(memory.kind[1]).get("INIT", "x")  # where all of it is known, all memories of a kind begin alike
    whole = replace(memory, inputs=held, outputs={}, initial="x" if "x" in str(contents) else "")
    wide = "1" in parameters.get("RD_WIDE_CONTINUATION", "1")
    count = 1 if wide else len(pins["RD_EN"])
    ports = []
    for port in range(count):
        own = {name: _share(value[::-1], port, count) for name, value in parameters.items()}
        mine = {pin: _share(bits, port, count) for pin, bits in pins.items()}
        data = mine.pop("RD_DATA", [])
        kind = ("port", tuple(sorted(own.items())), tuple(sorted((pin, len(bits)) for pin, bits in mine.items())))
        state, label = "0" not in own.get("RD_CLK_ENABLE", "0"), labels.get(data[0], "") if data else ""
        begins = own.get("RD_INIT_VALUE", "x")
        ports.append(_Cell(kind, mine, {"RD_DATA": data}, state, memory.side, begins, label=label, reads=whole))
    return [whole, *ports]


def _in_order(name: str) -> list[tuple[int, str]]:
    """A name with its numbers as numbers: names that tools count go on in the same order from 99 to 100."""
    return [(int(part or 0), "") if at % 2 else (0, part) for at, part in enumerate(re.split(r"(\d+)", name))]


def _share(whole: _Part, number: int, count: int) -> _Part:
    """One of so many equal parts, the lowest first."""
    width = len(whole) // count
    return whole[number * width : (number + 1) * width]


class _Classes:
    """Classes of bits of both netlists, refined until they are stable."""

    def __init__(self, sides: list[_Side]) -> None:
        self._sides = sides
        self._state = [cell for side in sides for cell in side.cells if cell.state]
        self._ordered = [_ordered(side) for side in sides]
        self._of: list[dict[Bit, int]] = [{}, {}]
        self._ids: dict[_Signature, int] = {}
        self._work = 0

    def settle(self, named: bool) -> bool:
        """Refine; False where the netlists turn out to differ, hold loops without state, or take too long.

        `named`: state cells of different names are told apart from the beginning.
        """
        if any(order is None for order in self._ordered):
            return False
        self._name([(cell.kind, cell.initial, cell.label if named else "") for cell in self._state])
        if not self._refine():
            return False
        while tied := self._tied():
            for number, pair in enumerate(zip(*tied, strict=True)):
                for cell in pair:
                    cell.mark = self._id(("pair", cell.mark, number))
            if not self._refine():
                return False
        return True

    def outputs_agree(self) -> bool:
        """Whether each output is in the same class on both sides."""
        first, second = self._sides
        return all(
            [self._bit(0, bit) for bit in bits] == [self._bit(1, bit) for bit in second.ports[name][1]]
            for name, (direction, bits) in first.ports.items()
            if direction == "output"
        )

    def _refine(self) -> bool:
        for _ in range(_ROUNDS):
            self._work += sum(len(side.cells) for side in self._sides)
            if self._work > _MOST_WORK:
                return False
            self._spread()
            before = len({cell.mark for cell in self._state})
            self._name([(cell.mark, *self._feeds(cell)) for cell in self._state])
            members = Counter((cell.side, cell.mark) for cell in self._state)
            if any(members[0, mark] != members[1, mark] for _, mark in members):
                return False
            if len({cell.mark for cell in self._state}) == before:
                return True
        return False

    def _tied(self) -> list[list[_Cell]] | None:
        """Cells of a class that may begin with different values, a list for each side, by name: a prefix changes no order."""
        groups: dict[int, list[list[_Cell]]] = defaultdict(lambda: [[], []])
        for cell in self._state:
            if "x" in cell.initial:
                groups[cell.mark][cell.side].append(cell)
        tied = next((group for group in groups.values() if len(group[0]) > 1), None)
        return tied and [sorted(cells, key=lambda cell: _in_order(cell.label)) for cells in tied]

    def _spread(self) -> None:
        """Classes of all bits, from those of inputs and state."""
        for number, side in enumerate(self._sides):
            known: dict[Bit, int] = {}
            for name, (direction, bits) in side.ports.items():
                if direction == "input":
                    known |= {bit: self._id(("port", name, at)) for at, bit in enumerate(bits)}
            self._of[number] = known
            for cell in side.cells:
                if cell.state:
                    self._drive(number, cell, (cell.mark,))
            for cell in self._ordered[number] or ():
                self._drive(number, cell, self._feeds(cell))

    def _drive(self, number: int, cell: _Cell, cause: _Signature) -> None:
        for pin, bits in cell.outputs.items():
            for at, bit in enumerate(bits):
                self._of[number][bit] = self._id((cell.kind, cause, pin, at))

    def _feeds(self, cell: _Cell) -> _Signature:
        """Classes of what a cell takes, and of the memory that it reads."""
        pins = tuple((p, tuple(self._bit(cell.side, bit) for bit in bits)) for p, bits in sorted(cell.inputs.items()))
        return (cell.reads.mark, *pins) if cell.reads else pins

    def _bit(self, number: int, bit: Bit) -> int:
        if isinstance(bit, str):
            return self._id(("constant", bit))
        known = self._of[number]
        return known[bit] if bit in known else self._id(("constant", "x"))

    def _name(self, signatures: list[_Signature]) -> None:
        for cell, signature in zip(self._state, signatures, strict=True):
            cell.mark = self._id(("state", signature))

    def _id(self, what: _Signature) -> int:
        return self._ids.setdefault(what, len(self._ids))


def _ordered(side: _Side) -> list[_Cell] | None:
    """Cells without state, each after what feeds it; None where they form a loop."""
    waiting = [cell for cell in side.cells if not cell.state]
    driver = {bit: index for index, cell in enumerate(waiting) for bits in cell.outputs.values() for bit in bits}
    needs = [{driver[bit] for bits in cell.inputs.values() for bit in bits if bit in driver} for cell in waiting]
    users: dict[int, list[int]] = defaultdict(list)
    for index, causes in enumerate(needs):
        for cause in causes:
            users[cause].append(index)
    ready, ordered, left = [i for i, causes in enumerate(needs) if not causes], [], [len(causes) for causes in needs]
    while ready:
        here = ready.pop()
        ordered.append(waiting[here])
        for user in users[here]:
            left[user] -= 1
            if not left[user]:
                ready.append(user)
    return ordered if len(ordered) == len(waiting) else None
