"""Does the Verilog that GHDL made do what the VHDL says? Both are simulated, the VHDL by GHDL itself, under one stimulus.

GHDL's synthesis has faults that its output does not show (2.0 loses bits of long constants, for one). Only a bit that is 0
on one side and 1 on the other counts: what is unknown on one side may be. Nothing counts before each reset was held at both
levels for some edges: states begin with a value in VHDL and unknown in Verilog, where `case` makes something known of that.
Sensitivity lists are taken to be complete, as synthesis takes them. Nothing is checked where the top's ports are of types
other than bits, vectors of bits, booleans and outgoing integers, or where GHDL cannot simulate the text.
"""

import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rtlvr.hdl.circuit import RESET_NAME, Circuit, Clock, Port
from rtlvr.verify.sandbox import run, scratch
from rtlvr.verify.simulate import SimulationFailed, simulate
from rtlvr.verify.verdict import Limits
from rtlvr.verify.vhdl_source import Token, edit, tokens
from rtlvr.verify.vhdl_units import units

_OPTIONS = ("--std=08", "-fsynopsys", "-frelaxed")
_STEPS, _MOST_BITS, _CPU = 150, 2048, 3.0  # steps of each of three phases
_HELD = 4  # cycles with a reset held before them
_SCALARS = frozenset(("std_logic", "std_ulogic", "bit", "boolean"))
_VECTORS = frozenset(
    ("std_logic_vector", "std_ulogic_vector", "unsigned", "signed", "u_unsigned", "u_signed", "bit_vector")
)
_INTEGERS = frozenset(("integer", "natural", "positive"))
_CLOCK = re.compile(r"cl(?:oc)?k", re.IGNORECASE)
_PORT = re.compile(r"(input|output|inout) +(?:\[(\d+):0\] )?(\w+)")


@dataclass(frozen=True)
class _Pin:
    """A port of the top: its place among the bits of its side, and its VHDL type."""

    port: Port
    type: str
    high: int

    @property
    def low(self) -> int:
        """Its lowest bit in the vector of all pins."""
        return self.high - self.port.width + 1

    def declaration(self) -> str:
        """Its signal in the testbench."""
        vector = self.type in _VECTORS
        return f"signal s_{self.port.name} : {self.type}{f'({self.port.width - 1} downto 0)' if vector else ''};"

    def drive(self) -> str:
        """The statement that gives it its part of the stimulus."""
        bits = f"stimulus({self.high} downto {self.low})" if self.type in _VECTORS else f"stimulus({self.high})"
        how = {"bit": "to_bit({})", "boolean": "{} = '1'", "bit_vector": "to_bitvector({})"}
        value = how.get(self.type, f"{self.type}({{}})" if self.type in _VECTORS else "{}").format(bits)
        return f"s_{self.port.name} <= {value};"

    def show(self) -> str:
        """The statement that prints it."""
        name = f"s_{self.port.name}"
        if self.type in _INTEGERS:
            return f"write(text_line, integer'image({name}));"
        if self.type == "boolean":
            return f'if {name} then write(text_line, string\'("1")); else write(text_line, string\'("0")); end if;'
        return f"write(text_line, to_string({name}));"


def difference(vhdl: str, entity: str, verilog: str, top: str, limits: Limits) -> str | None:
    """The output in which the two differ, or None: they agree, or cannot be compared."""
    limits = limits.model_copy(update={"cpu_seconds": min(_CPU, limits.cpu_seconds)})
    circuit = _circuit(verilog, top)
    pins = _pins(vhdl, entity, circuit) if circuit else None
    path = shutil.which("ghdl")
    if circuit is None or pins is None or path is None:
        return None
    stimulus = _stimulus(circuit)
    wanted = _simulated(path, vhdl, entity, pins, stimulus, limits)
    if not wanted:
        return None
    try:
        got = simulate(verilog, top, circuit, stimulus, limits)
    except SimulationFailed:
        return None
    outputs = [pin for pin in pins if pin.port.direction == "output"]
    width = got.shape[1]
    begun = len(stimulus) - 3 * _STEPS
    for line, row in zip(wanted[begun:], _rows(got)[begun:], strict=False):
        for pin, value in zip(outputs, line, strict=True):
            seen = row[width - 1 - pin.high : width - pin.low]
            if any(a != b and a in "01" and b in "01" for a, b in zip(_bits(value, pin), seen, strict=True)):
                return pin.port.name
    return None


def _rows(trace: np.ndarray) -> list[str]:
    return [row.tobytes().decode("ascii") for row in trace]


def _bits(value: str, pin: _Pin) -> str:
    width = pin.port.width
    if pin.type in _INTEGERS:
        return format(int(value) % (1 << width), f"0{width}b")
    return value.translate(str.maketrans("LH", "01"))


def _circuit(verilog: str, top: str) -> Circuit | None:
    """The ports of the top, as far as simulation needs them; None where there is none to look at, or one of both ways."""
    found = re.search(rf"^module {re.escape(top)}\n(.*?)\);$", verilog, re.DOTALL | re.MULTILINE)
    ports = tuple(
        Port(name=name, direction=way, width=int(high or 0) + 1)
        for way, high, name in _PORT.findall(found[1] if found else "")
    )
    ways = {port.direction for port in ports}
    if "output" not in ways or "inout" in ways or sum(port.width for port in ports) > _MOST_BITS:
        return None
    edges = {name for name in re.findall(r"@\((?:pos|neg)edge (\w+)", verilog)}
    clocks = tuple(
        Clock(name=port.name, edges=("posedge",))
        for port in ports
        if port.direction == "input" and port.width == 1 and (port.name in edges or _CLOCK.search(port.name))
    )
    return Circuit(top=top, ports=ports, clocks=clocks)


def _pins(vhdl: str, entity: str, circuit: Circuit) -> list[_Pin] | None:
    """The ports with their VHDL types; None where they are not simple, or not those of the Verilog."""
    types = _types(vhdl, entity)
    if set(types) != {port.name.lower() for port in circuit.ports}:
        return None
    pins = []
    for ports in (circuit.inputs, circuit.outputs):
        high = sum(port.width for port in ports) - 1
        for port in ports:
            name = types[port.name.lower()]
            known = _SCALARS | _VECTORS | (_INTEGERS if port.direction == "output" else frozenset())
            if name not in known or (name in _SCALARS and port.width != 1):
                return None
            pins.append(_Pin(port, name, high))
            high -= port.width
    return pins


def _types(vhdl: str, entity: str) -> dict[str, str]:
    """The names of the types of an entity's ports."""
    parts = next((unit.tokens for unit in units(vhdl) if unit.kind == "entity" and unit.name == entity.lower()), ())
    start = next(
        (at + 2 for at in range(len(parts) - 1) if parts[at].name == "port" and parts[at + 1].text == "("), None
    )
    found: dict[str, str] = {}
    names: list[str] = []
    depth, at = 1, start or len(parts)
    while at < len(parts) and depth:
        part = parts[at]
        depth += {"(": 1, ")": -1}.get(part.text, 0)
        if depth == 1 and part.text == ":" and parts[at + 1].text != "=":
            at += 1 + (parts[at + 1].name in ("in", "out", "buffer", "inout"))
            found |= dict.fromkeys(names, parts[at].name)
            names = []
        elif depth == 1 and part.text == ";":
            names = []
        elif depth == 1 and part.kind == "word" and part.name != "signal":
            names.append(part.name)
        at += 1
    return found


def _stimulus(circuit: Circuit) -> np.ndarray:
    """Random inputs: data change while clocks rest, then one clock after the other.

    Resets are 1 for some edges first, and then 0. After that they change now and then, in a second phase they stay 0, in a
    third 1: in one of these the design runs undisturbed.
    """
    rng = np.random.default_rng(0)
    names = [port.name for port in circuit.inputs for _ in range(port.width)]
    clocks = np.flatnonzero([name in {clock.name for clock in circuit.clocks} for name in names])
    resets = np.array([bool(RESET_NAME.search(name)) for name in names], dtype=bool)
    row = rng.integers(0, 2, max(1, len(names)), dtype=np.uint8)
    row[clocks] = 0
    rows = list(_held(row, clocks, resets))
    for step in range(3 * _STEPS):
        if step % 2 and len(clocks):
            row[rng.choice(clocks)] ^= 1
        else:
            flips = rng.random(len(names)) < np.where(resets, 0.1, 0.5)
            flips[clocks] = False
            row[: len(names)] ^= flips
            if step >= _STEPS:
                row[: len(names)][resets] = step >= 2 * _STEPS
        rows.append(row.copy())
    return np.array(rows)[:, : len(names)]


def _held(row: np.ndarray, clocks: np.ndarray, resets: np.ndarray) -> Iterator[np.ndarray]:
    """Resets at 1 and then at 0, for some cycles of all clocks each; leaves `row` so."""
    for level in (1, 0):
        row[: len(resets)][resets] = level
        for _ in range(2 * _HELD):
            row[clocks] ^= 1
            yield row.copy()


def _simulated(
    path: str, vhdl: str, entity: str, pins: Sequence[_Pin], stimulus: np.ndarray, limits: Limits
) -> list[list[str]]:
    """The outputs' values at each step, as far as GHDL's simulation of the VHDL gets."""
    mark = f"t{secrets.token_hex(8)}"
    with scratch() as folder:
        (folder / "design.vhd").write_text(_complete(vhdl) + "\n", encoding="ascii")
        (folder / "bench.vhd").write_text(_bench(vhdl, entity, pins, stimulus, mark), encoding="ascii")
        command = [path, "-c", *_OPTIONS, "design.vhd", "bench.vhd", "-r", mark]
        run([*command, "--ieee-asserts=disable", "--assert-level=none"], folder, limits)
        said = (folder / ".log").read_text(encoding="latin-1")
    outputs = sum(pin.port.direction == "output" for pin in pins)
    lines = [line.split()[1:] for line in said.splitlines() if line.startswith(f"{mark} ")]
    return [line for line in lines if len(line) == outputs]


def _complete(vhdl: str) -> str:
    """`vhdl` with every sensitivity list complete."""
    parts = tokens(vhdl)
    edits = []
    for at, part in enumerate(parts[:-1]):
        if part.name == "process" and parts[at + 1].text == "(":
            end = _closing(parts, at + 1)
            edits.append((parts[at + 1].start, parts[end].end, "(all)"))
    return edit(vhdl, edits)


def _closing(parts: Sequence[Token], at: int) -> int:
    depth = 0
    for place in range(at, len(parts)):
        depth += {"(": 1, ")": -1}.get(parts[place].text, 0)
        if depth == 0:
            return place
    return len(parts) - 1


def _bench(vhdl: str, entity: str, pins: Sequence[_Pin], stimulus: np.ndarray, mark: str) -> str:
    """The VHDL testbench."""
    arith = "std_logic_arith" if "std_logic_arith" in vhdl.lower() else "numeric_std"
    arith = "numeric_bit" if "numeric_bit" in vhdl.lower() else arith
    rows = [row.tobytes().translate(bytes.maketrans(b"\x00\x01", b"01")).decode() for row in stimulus]
    width = max(1, stimulus.shape[1])
    values = ",\n".join(f'"{row or "0"}"' for row in rows)
    shows = "".join(f'write(text_line, string\'(" ")); {p.show()}\n' for p in pins if p.port.direction == "output")
    return f"""library ieee; use ieee.std_logic_1164.all; use ieee.{arith}.all; use std.textio.all;
entity {mark} is end;
architecture bench of {mark} is
type rows_type is array (0 to {len(rows) - 1}) of std_logic_vector({width - 1} downto 0);
constant rows : rows_type := ({values});
signal stimulus : std_logic_vector({width - 1} downto 0) := rows(0);
{chr(10).join(pin.declaration() for pin in pins)}
begin
{chr(10).join(pin.drive() for pin in pins if pin.port.direction == "input")}
dut : entity work.{entity} port map ({", ".join(f"{p.port.name} => s_{p.port.name}" for p in pins)});
process
variable text_line : line;
begin
for row in rows'range loop
stimulus <= rows(row);
wait for 10 ns;
write(text_line, string'("{mark}"));
{shows}writeline(output, text_line);
end loop;
wait;
end process;
end;
"""
