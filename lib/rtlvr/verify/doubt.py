"""A candidate that simulation calls unknown where the golden is known: does any definite state of it show another value?

Simulation may be unsure where hardware is not. The case of a netlist takes its default on an unknown state, although every
state gives the same. So an unknown value of a candidate is a doubt. It is a difference where the candidate's netlist,
started from some definite state, shows another value; only a proof says that no state does. Unknown constants and what
nothing drives count as state here.

Where a text is unknown and its own netlist is not, the unknown value does not come from the state (a block that never ran,
say). Then a proof about netlists says nothing of it.
"""

from dataclasses import dataclass
from pathlib import Path

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
    for fill in ("", *(f"setundef -undriven -init {how}; " for how in _FILLS)):
        passes(ys, design, f"design -push-copy; {fill}write_verilog -noattr {result}; design -pop")
        written.append(result.read_text())
    return {"netlist": written[0], "definite": written[1:]}
