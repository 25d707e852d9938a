"""Golden and candidate joined into one sequential circuit with one output: does the candidate differ where the golden is known?

Both designs are encoded on two rails (Yosys `xprop`): a value and whether it is unknown. Registers without an initial
value begin unknown, inputs are always known. The output `bad` is 1 when some golden output bit is known and the
candidate's is unknown or different; X in the golden is thus a don't-care and X in the candidate is not.

Three models of time, the smallest that fits both designs:

- `cycle`: one clock, one edge, nothing asynchronous: a step of the model is a clock cycle.
- `pulse`: as `cycle`, but with asynchronous resets or loads straight from inputs: a step is any change of inputs, with or
  without a clock edge after it, so that pulses between edges are seen at no more registers than the design has.
- `event`: everything else. Clocks are inputs like any other and a step is a change of inputs (Yosys `clk2fflogic`), so
  both edges, several clocks, latches and derived clocks are all seen. Inputs that reach a clock, a latch's enable or an
  asynchronous reset change one at a time, and never together with data: simulation would race there.

`definite` joins ask less: the candidate is not on rails, but begins with any definite state, and every unknown constant of
it may be anything at any time. So it must be right whatever it does not know (`rtlvr.verify.doubt`).

Before all that the two netlists are held against each other cell by cell (`rtlvr.verify.congruence`).

The names that Yosys invents, and with them the order of cells and the file that is written, depend on what a process has
read before. So each question goes to a fresh child, and a golden is encoded in one of its own: a pair always makes the same
miter, whatever was judged before it.

Not modelled: what simulation does and synthesis does not (incomplete sensitivity lists, races, `if` on an unknown
condition). The caller replays every counterexample in four-state simulation for that reason.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from rtlvr.hdl.circuit import Circuit
from rtlvr.hdl.elaborate import Reader, passes
from rtlvr.hdl.yosys import YosysAnswer, end_child, in_child
from rtlvr.verify import netlist
from rtlvr.verify.congruence import census, congruent
from rtlvr.verify.interface import compare_ports, ports_of
from rtlvr.verify.netlist import MODELS, Model
from rtlvr.verify.unknowns import free_unknowns
from rtlvr.verify.wrapper import Groups, Wrapper

_MOST_GATES = 100_000  # about so many gates of a design: Yosys takes minutes for more
MOST_MEMORY = 2048  # bits that may become registers, in a miter two each


@dataclass(frozen=True)
class Miter:
    """An AIGER file in the scratch folder; `inputs[i]` is the (port, bit) of its i-th input; `latches` as written."""

    model: Model
    inputs: tuple[tuple[str, int], ...]
    latches: int
    tick: str  # the input of model `pulse` that says whether the clock ticks
    turn: str  # the input of model `event` that says which group of inputs changes
    groups: tuple[tuple[str, ...], ...]  # ports that change together, in model `event`
    definite: bool = False  # a difference is one of a candidate that knows all its state


@dataclass(frozen=True)
class Joined:
    """What came of joining two designs: `miter`, or why there is none; or that they are the same cell by cell.

    `more_state`: whether the candidate may hold more bits than the golden, and so count for longer. `large`: they hold
    so much state that a miter was not tried; `huge`: they have so many gates that nothing but simulation is.
    `unread`: Yosys says that this reader does not take one of them.
    """

    miter: Miter | None = None
    congruent: bool = False
    problem: str = ""
    more_state: bool = True
    large: bool = False
    huge: bool = False
    unread: bool = False


@dataclass
class GoldenSide:
    """A golden as miters need it; what a child has worked out is kept for the next candidate."""

    text: str
    circuit: Circuit
    reader: Reader
    model: Model | None = None  # the smallest that fits it
    bits: int = 0  # of state
    memory: int = 0  # bits held in memories
    census: dict[str, int] = field(default_factory=dict)  # of its cells
    timed: tuple[str, ...] = ()  # inputs that act at once
    encoded: dict[str, str] = field(default_factory=dict)  # by model, in Yosys's RTLIL

    @cached_property
    def nonce(self) -> str:
        """Keeps the names that we add apart from those of the designs; the same pair always makes the same miter."""
        return hashlib.blake2b(self.text.encode(), digest_size=6).hexdigest()


def join(
    golden: GoldenSide,
    candidate: str,
    top: str,
    reader: Reader,
    folder: Path,
    seconds: int,
    most: int | None = None,
    definite: bool = False,
) -> Joined:
    """Compare the netlists, and write `folder`/miter.aig where they differ, in at most `seconds` of CPU time.

    `most`: bits of state from which on no miter is tried. `definite`: the candidate begins with any definite state.

    Call it only in a single-threaded process (it forks).

    Raises:
        DesignError: the candidate has other ports than the golden.
    """
    failed = None if golden.model else _describe(golden, folder, seconds)
    if failed:
        return failed
    question = (_join_here, golden, candidate, top, reader, folder, most, definite)
    answer, failed = _ask(*question, seconds=seconds)
    if answer and "needs" in answer:
        encoded, failed = _ask(_encode_here, golden, answer["needs"], folder, seconds=seconds)
        if encoded:
            golden.encoded |= encoded
            answer, failed = _ask(*question, seconds=seconds)
    if answer is None or failed:
        return failed or Joined()
    compare_ports(ports_of(golden.circuit), {name: tuple(port) for name, port in answer["ports"].items()})
    more = "bits" not in answer or golden.bits < answer["bits"]
    if "miter" not in answer:
        state, large, huge = (answer.get(name, False) for name in ("congruent", "large", "huge"))
        return Joined(None, state, answer.get("problem", ""), more and not state, large, huge)
    miter = _miter(golden, answer, definite)
    if miter is None:
        return Joined(problem="the miter has inputs that the golden has not", more_state=more)
    return Joined(miter, more_state=more)


def _ask(
    work: Callable[..., YosysAnswer], *arguments: object, seconds: int
) -> tuple[YosysAnswer | None, Joined | None]:
    """The answer of a fresh child, or None and what is wrong, as a failure to join."""
    end_child()
    answer, said = in_child(work, *arguments, seconds=seconds)
    if answer is not None:
        return answer, None
    problem = f"Yosys: {said}" if said else "Yosys exceeds its limits of time and memory"
    return None, Joined(problem=problem, unread=bool(said))


def _describe(golden: GoldenSide, folder: Path, seconds: int) -> Joined | None:
    """Note down what is to be known of a golden; returns what is wrong, if it cannot be."""
    answer, failed = _ask(_describe_here, golden, folder, seconds=seconds)
    if answer:
        golden.model, golden.bits, golden.memory = answer["model"], answer["bits"], answer["memory"]
        golden.census, golden.timed = answer["census"], tuple(answer["timed"])
    return failed


def _miter(golden: GoldenSide, answer: YosysAnswer, definite: bool) -> Miter | None:
    inputs = tuple((name, bit) for name, bit in answer["miter"]["inputs"])
    tick, turn = f"tick_{golden.nonce}", f"turn_{golden.nonce}"
    known = {(p.name, bit) for p in golden.circuit.inputs for bit in range(p.width)}
    own = (tick, turn, *(_unknowns(golden.nonce) if definite else ()))
    if not all(one in known or one[0] in own for one in inputs):
        return None
    groups = tuple(tuple(group) for group in answer["miter"]["groups"])
    return Miter(answer["model"], inputs, answer["miter"]["latches"], tick, turn, groups, definite)


def _unknowns(nonce: str) -> tuple[str, str]:
    """The inputs of a definite join for unknown constants, and for what registers begin with."""
    return f"free_{nonce}", f"start_{nonce}"


def _elaborated(ys: ModuleType, golden: GoldenSide, folder: Path) -> Any:
    return netlist.elaborate(ys, golden.text, golden.circuit.top, golden.reader, folder / "golden.v")


def _describe_here(golden: GoldenSide, folder: Path) -> YosysAnswer:
    from pyosys import libyosys as ys

    gold = _elaborated(ys, golden, folder)
    own = netlist.as_json(ys, gold, golden.circuit.top, folder / "gold.json")
    found = {"bits": netlist.bits(ys, gold), "memory": netlist.memory_bits(ys, gold), "census": census(own)}
    return found | {"model": netlist.fitting(ys, gold, golden.circuit), "timed": sorted(netlist.timed_inputs(own))}


def _encode_here(golden: GoldenSide, model: Model, folder: Path) -> dict[str, str]:
    from pyosys import libyosys as ys

    gold = _elaborated(ys, golden, folder)
    netlist.map_memories(ys, gold)
    circuit = golden.circuit
    return {model: _encode(ys, gold, circuit.top, circuit, model, f"gold_{golden.nonce}", folder)}


def _join_here(
    golden: GoldenSide,
    candidate: str,
    top: str,
    reader: Reader,
    folder: Path,
    most: int | None,
    definite: bool,
) -> dict[str, object]:
    from pyosys import libyosys as ys

    circuit = golden.circuit
    gate = netlist.elaborate(ys, candidate, top, reader, folder / "candidate.v")
    found: dict[str, object] = {"ports": netlist.ports(ys, gate)}
    if found["ports"] != {port.name: (port.direction, port.width) for port in circuit.ports}:
        return found
    other = netlist.as_json(ys, gate, top, folder / "gate.json")
    bits = found["bits"] = netlist.bits(ys, gate)
    if golden.census == census(other):
        gold = _elaborated(ys, golden, folder)
        if congruent(netlist.as_json(ys, gold, circuit.top, folder / "gold.json"), other):
            return found | {"congruent": True}
    if netlist.gates(other) > _MOST_GATES:
        return found | {"huge": True}
    memory = netlist.memory_bits(ys, gate)
    if most is not None and (max(bits, golden.bits) > most or memory):
        return found | {"large": True}
    memory = max(memory, golden.memory)
    if memory > MOST_MEMORY:
        return found | {"problem": f"a memory of {memory} bits is too large for a proof"}
    model = max(golden.model, netlist.fitting(ys, gate, circuit), key=MODELS.index)
    if model not in golden.encoded:
        return found | {"needs": model}
    timed = sorted({*golden.timed, *netlist.timed_inputs(other)})
    groups = _groups(circuit, timed) if model == "event" else []
    join_them = _joined_definite if definite else _joined
    return found | {"model": model, "miter": join_them(ys, golden, gate, top, folder, model, groups)}


def _joined(
    ys: ModuleType, golden: GoldenSide, gate: Any, top: str, folder: Path, model: Model, groups: Groups
) -> dict[str, object]:
    """Both designs on two rails, joined and written."""
    netlist.map_memories(ys, gate)
    encoded = _encode(ys, gate, top, golden.circuit, model, f"gate_{golden.nonce}", folder)
    design = _both(ys, golden, encoded, folder, Wrapper(golden.circuit, golden.nonce, model, groups))
    passes(ys, design, "flatten; setundef -zero -undriven -init")
    netlist.write_aiger(ys, design, folder, "miter")
    return _written(golden, folder, groups)


def _joined_definite(
    ys: ModuleType, golden: GoldenSide, gate: Any, top: str, folder: Path, model: Model, groups: Groups
) -> dict[str, object]:
    """The golden on two rails, the candidate as it is, joined and written."""
    netlist.map_memories(ys, gate)
    encoded, free = _encode_definite(ys, gate, top, golden, model, folder)
    nonce = golden.nonce
    wrapper = Wrapper(golden.circuit, nonce, model, groups, (_unknowns(nonce)[0], free))
    design = _both(ys, golden, encoded, folder, wrapper)
    passes(ys, design, f"setundef -zero -undriven -init gold_{nonce} join_{nonce}; flatten")
    netlist.write_aiger(ys, design, folder, "miter", "-keepdc")
    return _written(golden, folder, groups)


def _both(ys: ModuleType, golden: GoldenSide, gate: str, folder: Path, wrapper: Wrapper) -> Any:
    """A design of the golden, the encoded candidate and the module that joins them."""
    (folder / "gold.il").write_text(golden.encoded[wrapper.model])
    (folder / "gate.il").write_text(gate)
    (folder / "join.v").write_text(wrapper.text())
    design = ys.Design()
    passes(
        ys,
        design,
        f"read_rtlil {folder / 'gold.il'}; read_rtlil {folder / 'gate.il'}; read_verilog -sv {folder / 'join.v'}",
        f"hierarchy -top join_{golden.nonce}; proc",
    )
    return design


def _written(golden: GoldenSide, folder: Path, groups: Groups) -> dict[str, object]:
    """What is in the file that was written."""
    inputs = netlist.aiger_inputs(folder, "miter", _unknowns(golden.nonce)[1])
    return {"inputs": list(inputs.values()), "latches": size_of(folder / "miter.aig")[0], "groups": groups}


def _groups(circuit: Circuit, timed: list[str]) -> Groups:
    """Inputs that may change together: each that acts at once alone, clocks first, and the rest."""
    clocks = [clock.name for clock in circuit.clocks]
    alone = [*clocks, *(name for name in timed if name not in clocks)]
    rest = [port.name for port in circuit.inputs if port.name not in alone]
    return [[name] for name in alone] + ([rest] if rest else [])


def _encode(ys: ModuleType, design: Any, top: str, circuit: Circuit, model: Model, name: str, folder: Path) -> str:
    """The design on two rails, as module `name`, in RTLIL."""
    nonce = name.split("_")[1]
    # What nothing drives is unknown; whatever folds unknown conditions before they are on two rails would choose a branch.
    _clocked(ys, design, model, nonce)
    passes(ys, design, "setundef -undriven -undef; opt_expr -keepdc; opt_clean", f"cd {top}")
    # Outputs get names of our own: `q` splits into `q_d` and `q_x`, which the design may have as well.
    for index, port in enumerate(circuit.outputs):
        ys.run_pass(f"rename {port.name} y{index}_{nonce}", design)
    passes(ys, design, "cd ..", "xprop -split-outputs -assume-def-inputs -required", "chformal -remove")
    passes(ys, design, "opt_expr; opt_clean", f"rename {top} {name}", f"write_rtlil {folder / 'encoded.il'}")
    return (folder / "encoded.il").read_text()


def _encode_definite(
    ys: ModuleType, design: Any, top: str, golden: GoldenSide, model: Model, folder: Path
) -> tuple[str, int]:
    """A candidate of which all that is unknown is an input, in RTLIL, and the width of that input."""
    nonce = golden.nonce
    _clocked(ys, design, model, nonce)
    free = free_unknowns(ys, design, _unknowns(nonce)[0], folder)
    ys.run_pass(f"cd {top}", design)
    for index, port in enumerate(golden.circuit.outputs):
        ys.run_pass(f"rename {port.name} y{index}_{nonce}_d", design)
    passes(ys, design, "cd ..", f"rename {top} gate_{nonce}", f"write_rtlil {folder / 'encoded.il'}")
    return (folder / "encoded.il").read_text(), free


def _clocked(ys: ModuleType, design: Any, model: Model, nonce: str) -> None:
    """Registers as the model of time has them."""
    if model == "pulse":
        passes(ys, design, "dffunmap")
        netlist.add_tick(ys, design, f"tick_{nonce}")
    passes(ys, design, "clk2fflogic" if model == "event" else "async2sync; dffunmap")


def size_of(path: Path) -> tuple[int, int]:
    """How many latches and gates an AIGER file has."""
    with path.open("rb") as file:
        header = file.readline().split()
    return int(header[3]), int(header[5])
