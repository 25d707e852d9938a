"""Two netlists cell by cell: are they the same but for names and order?

State cells of like kind are first taken for equal, and then told apart by what feeds them, until nothing changes. (Those of
one name are tried as pairs before: that is quicker, and mostly enough.) What is still alike then behaves alike for ever, if
it begins alike: a bisimulation. Registers without an initial value begin unknown. Each one of the golden is paired with one
of the candidate, and both begin with the same unknown value.

It costs milliseconds where a proof by ABC would cost half a minute, and it reads memories of any size.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from rtlvr.verify.state import initial_values
from rtlvr.verify.yosysjson import Bit, JsonCell, JsonModule

_NAMES = {"MEMID", "ID", "TRANSPARENCY_ID"}  # parameters that are only names
_Kind = tuple[str, tuple[tuple[str, str], ...], tuple[tuple[str, int], ...]]  # type, parameters, widths of pins
_Signature = tuple[object, ...]  # what tells classes apart
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

    @property
    def memory(self) -> bool:
        """Whether it is a memory."""
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
        side.cells.append(_Cell(_kind(cell), inputs, outputs, _holds_state(cell["type"]), number, begins, label=label))
    return side


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
            if "x" in cell.initial or cell.memory:
                groups[cell.mark][cell.side].append(cell)
        tied = next((group for group in groups.values() if len(group[0]) > 1), None)
        return tied and [sorted(cells, key=lambda cell: cell.label) for cells in tied]

    def _spread(self) -> None:
        """Classes of all bits, from those of inputs and state."""
        for number, side in enumerate(self._sides):
            known: dict[Bit, int] = {}
            for name, (direction, bits) in side.ports.items():
                if direction == "input":
                    known |= {bit: self._id(("port", name, at)) for at, bit in enumerate(bits)}
            self._of[number] = known
            for cell in side.cells:
                if cell.state and not cell.memory:
                    self._drive(number, cell, (cell.mark,))
            for cell in self._ordered[number] or ():
                if cell.state:
                    self._read_ports(number, cell)
                else:
                    self._drive(number, cell, self._feeds(cell))

    def _drive(self, number: int, cell: _Cell, cause: _Signature) -> None:
        for pin, bits in cell.outputs.items():
            for at, bit in enumerate(bits):
                self._of[number][bit] = self._id((cell.kind, cause, pin, at))

    def _read_ports(self, number: int, cell: _Cell) -> None:
        """A memory's reading ports one by one: their order in the cell is chance."""
        data, pins = cell.outputs.get("RD_DATA", []), sorted(p for p in cell.inputs if p.startswith("RD_"))
        ports = len(cell.inputs.get("RD_EN", [])) or 1
        width = len(data) // ports
        alike = all(
            _repeats(value, ports) for name, value in cell.kind[1] if name.startswith("RD_") and name != "RD_PORTS"
        )
        for port in range(ports):
            fed: list[object] = [None if alike else port]
            for pin in pins:
                share = len(cell.inputs[pin]) // ports
                bits = cell.inputs[pin][port * share : (port + 1) * share]
                fed.append((pin, tuple(self._bit(cell.side, bit) for bit in bits)))
            for at, bit in enumerate(data[port * width : (port + 1) * width]):
                self._of[number][bit] = self._id((cell.kind, cell.mark, tuple(fed), at))

    def _feeds(self, cell: _Cell) -> _Signature:
        """Classes of what a cell takes; of a memory, of what its contents depend on."""
        if cell.memory:
            pins = [(pin, bits) for pin, bits in sorted(cell.inputs.items()) if not pin.startswith("RD_")]
            return tuple((pin, tuple(self._bit(cell.side, bit) for bit in bits)) for pin, bits in pins)
        return tuple(
            (pin, tuple(self._bit(cell.side, bit) for bit in bits)) for pin, bits in sorted(cell.inputs.items())
        )

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


def _repeats(value: object, times: int) -> bool:
    """Whether a parameter says the same of each of so many ports."""
    if not isinstance(value, str) or len(value) % times:
        return False
    return value == value[: len(value) // times] * times


def _ordered(side: _Side) -> list[_Cell] | None:
    """Cells without state, and memories, whose outputs may follow their inputs at once, each after what feeds it; None
    where they form a loop."""
    waiting = [cell for cell in side.cells if not cell.state or cell.memory]
    driver = {bit: index for index, cell in enumerate(waiting) for bits in cell.outputs.values() for bit in bits}
    needs = [set(_drivers(cell, driver)) for cell in waiting]
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


def _drivers(cell: _Cell, driver: dict[Bit, int]) -> Iterator[int]:
    """Cells that must come before; a memory answers at once only to the addresses of its reading side."""
    memory = cell.memory
    for pin, bits in cell.inputs.items():
        if memory and not pin.startswith("RD_"):
            continue
        yield from (driver[bit] for bit in bits if bit in driver)
