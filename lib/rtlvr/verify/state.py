"""What a netlist holds: its registers, memories and, where asked for, its wide operators, as the JSON of Yosys has them.

Each is a `Held`: what it gives comes out of it, what it takes goes into it. A proof by cutting (`rtlvr.verify.cutpoints`)
pairs those of two designs.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from rtlvr.verify.yosysjson import JsonCell, JsonModule

Kind = tuple[object, ...]  # the type of a cell, and what else two must have alike

# Names, and the initial contents, which are compared on their own.
_NOT_KIND = {"MEMID", "INIT"}
_OPERATORS = {"$mul", "$div", "$mod", "$divfloor", "$modfloor", "$pow"}
_WIDE = 4  # bits of each operand of an operator that is held apart


@dataclass(frozen=True)
class Held:
    """A cell that holds a value, or one reading port of a memory.

    `kind` tells which may be paired, `names` are those of its first bit. `begins` is its initial value, or x. `pins` and
    `outputs` are (pin, lowest bit, width). `swaps`: its first two pins are operands in any order. `memory`: the cell that
    a reading port reads.
    """

    cell: str
    kind: Kind
    names: tuple[tuple[str, int], ...]
    begins: str
    pins: tuple[tuple[str, int, int], ...]
    outputs: tuple[tuple[str, int, int], ...]
    swaps: bool = False
    memory: str = ""

    @property
    def loosens(self) -> bool:
        """Whether it is a plain register with an initial value, which can be followed without a partner."""
        return self.begins in "01" and str(self.kind[0]).startswith("$_DFF_P")

    @property
    def data(self) -> int:
        """The place of what a plain register loads among its pins."""
        return [pin for pin, _, _ in self.pins].index("D")

    def may_stay(self, value: int) -> bool:
        """Whether it is a plain register without an initial value that may hold `value` for ever, as its reset says."""
        return self.begins == "x" and self.kind[0] in ("$_DFF_P_", f"$_DFF_PP{value}_")

    @property
    def given(self) -> int:
        """Bits that come out of it."""
        return sum(width for _, _, width in self.outputs)

    @property
    def taken(self) -> int:
        """Bits that go into it."""
        return sum(width for _, _, width in self.pins)


def held_of(module: JsonModule, operators: frozenset[Kind] = frozenset()) -> list[Held]:
    """Registers and memories, and operators of these kinds, in the order of the netlist."""
    memories = [one for cell in module["cells"] for one in _memory(module, cell)]
    return [*_registers(module), *memories, *(one for one in wide_operators(module) if one.kind in operators)]


def wide_operators(module: JsonModule) -> Iterator[Held]:
    """Multipliers, dividers and powers of two operands that are not constants."""
    names = _names(module)
    for cell, item in module["cells"].items():
        pins = item["connections"]
        if item["type"] not in _OPERATORS or any(len(pins[pin]) < _WIDE or _constant(pins[pin]) for pin in "AB"):
            continue
        order = sorted("AB", key=lambda pin: (-len(pins[pin]), pin)) if item["type"] == "$mul" else ["A", "B"]
        operands = tuple((len(pins[pin]), int(item["parameters"][f"{pin}_SIGNED"], 2)) for pin in order)
        kind = (item["type"], operands, len(pins["Y"]))
        swaps = item["type"] == "$mul" and operands[0] == operands[1]
        inputs = tuple((pin, 0, len(pins[pin])) for pin in order)
        yield Held(cell, kind, tuple(names[pins["Y"][0]]), "x", inputs, (("Y", 0, len(pins["Y"])),), swaps)


def unknowns(module: JsonModule) -> bool:
    """Whether a netlist takes unknown values from anywhere but its registers."""
    return any("x" in bits for cell in module["cells"].values() for bits in cell["connections"].values()) or any(
        "x" in port["bits"] for port in module["ports"].values()
    )


def undriven_outputs(module: JsonModule) -> set[tuple[str, int]]:
    """(name, bit) of each output that nothing drives, no cell reads, and no other output shows."""
    cells, ports = module["cells"].values(), module["ports"].items()
    uses = Counter(bit for cell in cells for bits in cell["connections"].values() for bit in bits)
    uses.update(bit for _, port in ports for bit in port["bits"])
    outputs = ((name, at, bit) for name, port in ports if port["direction"] == "output"
               for at, bit in enumerate(port["bits"]))  # fmt: skip
    return {(name, at) for name, at, bit in outputs if not isinstance(bit, str) and uses[bit] == 1}


def floats(module: JsonModule) -> bool:
    """Whether a netlist drives high impedance anywhere: two-valued equality says nothing of that."""
    kinds = any(cell["type"] in ("$tribuf", "$_TBUF_") for cell in module["cells"].values())
    return kinds or any("z" in bits for cell in module["cells"].values() for bits in cell["connections"].values())


def _constant(bits: list[int | str]) -> bool:
    return all(isinstance(bit, str) for bit in bits)


def _is_register(kind: str) -> bool:
    return kind.startswith("$_") and any(part in kind for part in ("DFF", "LATCH", "_SR_", "_FF_", "ALDFF"))


def _whole(item: JsonCell) -> tuple[tuple[tuple[str, int, int], ...], tuple[tuple[str, int, int], ...]]:
    """Inputs and outputs of a cell, sorted."""
    pins = [(pin, 0, len(bits)) for pin, bits in sorted(item["connections"].items())]
    outputs = tuple(one for one in pins if item["port_directions"][one[0]] == "output")
    return tuple(one for one in pins if one not in outputs), outputs


def _names(module: JsonModule) -> dict[int | str, list[tuple[str, int]]]:
    """Names of each bit."""
    names: dict[int | str, list[tuple[str, int]]] = defaultdict(list)
    for name, net in module["netnames"].items():
        if not net.get("hide_name"):
            for at, bit in enumerate(net["bits"]):
                names[bit].append((name, at))
    return names


def initial_values(module: JsonModule) -> dict[int | str, str]:
    """The initial value of each bit that has a known one."""
    initial: dict[int | str, str] = {}
    for net in module["netnames"].values():
        values = net.get("attributes", {}).get("init", "")
        initial |= {bit: value for bit, value in zip(net["bits"], reversed(values), strict=False) if value != "x"}
    return initial


def _registers(module: JsonModule) -> Iterator[Held]:
    names, initial = _names(module), initial_values(module)
    for cell, item in module["cells"].items():
        if _is_register(item["type"]):
            bit = item["connections"]["Q"][0]
            yield Held(cell, (item["type"],), tuple(names[bit]), initial.get(bit, "x"), *_whole(item))


def _memory(module: JsonModule, cell: str) -> Iterator[Held]:
    """A memory's contents, which depend on all that is written, and its reading ports, whose order is chance."""
    item = module["cells"][cell]
    if not item["type"].startswith("$mem"):
        return
    parameters = {name: str(value) for name, value in item["parameters"].items()}
    apart = item["type"] == "$mem_v2" and "1" not in parameters["RD_WIDE_CONTINUATION"]
    kept = sorted((k, v) for k, v in parameters.items() if k not in _NOT_KIND and not (apart and k.startswith("RD_")))
    kind = (item["type"], *kept)
    begins = _begins(parameters.get("INIT", "x"))
    inputs, outputs = _whole(item)
    name = parameters.get("MEMID", cell).lstrip("\\")
    if not apart:
        yield Held(cell, kind, ((name, 0),), begins, inputs, outputs)
        return
    yield Held(cell, kind, ((name, 0),), begins, tuple(pin for pin in inputs if pin[0].startswith("WR_")), ())
    for port in range(int(parameters["RD_PORTS"], 2)):
        yield _port(cell, item, port, kind)


def _port(cell: str, item: JsonCell, port: int, kind: Kind) -> Held:
    """A reading port of a memory."""
    parameters, ports = item["parameters"], int(item["parameters"]["RD_PORTS"], 2)
    own = []
    for name in sorted(parameters):
        value = parameters[name]
        if name.startswith("RD_") and name != "RD_PORTS":
            width = len(value) // ports
            own.append((name, value[len(value) - (port + 1) * width : len(value) - port * width]))
    begins, clocked = _begins(dict(own)["RD_INIT_VALUE"]), dict(own)["RD_CLK_ENABLE"] != "0"
    widths = {pin: len(bits) // ports for pin, bits in sorted(item["connections"].items()) if pin.startswith("RD_")}
    # A port without a clock has no use for the other pins and settings, and they may be anything.
    used = [pin for pin in widths if pin != "RD_DATA" and (clocked or pin == "RD_ADDR")]
    settings = tuple(one for one in own if one[0] != "RD_INIT_VALUE" and clocked)
    pins = tuple((pin, port * widths[pin], widths[pin]) for pin in used)
    data = ("RD_DATA", port * widths["RD_DATA"], widths["RD_DATA"])
    return Held(cell, ("port", *settings, *kind), (), begins if clocked else "x", pins, (data,), memory=cell)


def _begins(value: str) -> str:
    return "x" if set(value) <= {"x"} else value
