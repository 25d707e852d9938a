"""A candidate that simulation calls unknown where the golden is known: does any definite state of it show another value?

Simulation may be unsure where hardware is not. The case of a netlist takes its default on an unknown state, although every
state gives the same. So an unknown value of a candidate is a doubt. It is a difference where the candidate's netlist,
started from some definite state, shows another value; only a proof says that no state does. Unknown constants and what
nothing drives count as state here.

Where a text is unknown and its own netlist is not, the unknown value does not come from the state (a block that never ran,
say). Then a proof about netlists says nothing of it.
"""

import random
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from rtlvr.hdl.elaborate import FIGHT, WRITABLE, Reader, load, passes, readers, said_of
from rtlvr.hdl.yosys import YosysAnswer, in_child
from rtlvr.scratch import scratch

_FILLS = ("-zero", "-one", "-random 1", "-random 2")


@dataclass(frozen=True)
class Starts:
    """A candidate's netlist as Verilog, and again from several definite states; none of them where Yosys does not read it.

    `fight`: because two drivers fight for a bit. No state ends that.
    """

    netlist: str = ""
    definite: tuple[str, ...] = ()
    fight: bool = False


def starts(text: str, top: str, slang: bool, seconds: int) -> Starts:
    """The netlists of a candidate. Call it only in a single-threaded process (it forks)."""
    problems = []
    for reader in readers(slang):
        with scratch() as folder:
            answer, said = in_child(_starts_here, text, top, reader, folder, seconds=seconds)
        if answer is not None:
            return Starts(answer["netlist"], tuple(answer["definite"]))
        problems.append(said)
    return Starts(fight=FIGHT in said_of(problems))


def _starts_here(text: str, top: str, reader: Reader, folder: Path) -> YosysAnswer:
    from pyosys import libyosys as ys

    result, written = folder / "netlist.v", []
    design = load(ys, text, top, reader, folder / "design.v")
    passes(ys, design, WRITABLE)
    passes(ys, design, f"write_verilog -noattr {result}")
    netlist = result.read_text()
    for fill in _FILLS:
        passes(ys, design, "design -push-copy; memory_collect")
        _fill_memories(ys, design.top_module(), fill)
        passes(ys, design, f"setundef -undriven -init {fill}; write_verilog -noattr {result}; design -pop")
        written.append(result.read_text())
    return {"netlist": netlist, "definite": written}


def _fill_memories(ys: ModuleType, module: Any, fill: str) -> None:
    """Words of memories that begin unknown begin with something; `setundef` fills registers only."""
    chosen = random.Random(fill)
    for cell in module.cells_.values():
        if cell.type.str() == "$mem_v2":
            size, width = (cell.getParam(ys.IdString(f"\\{name}")).as_int() for name in ("SIZE", "WIDTH"))
            begins = cell.getParam(ys.IdString("\\INIT")).as_string().rjust(size * width, "x")
            known = {"-zero": "0", "-one": "1"}.get(fill, "01")
            bits = "".join(chosen.choice(known) if bit == "x" else bit for bit in begins[-size * width :])
            cell.setParam(ys.IdString("\\INIT"), ys.Const.from_string(bits))
