"""A design mapped to library cells, in a worker: Yosys makes gates and registers, ABC maps what lies between registers.

Both run as the verifier runs them: Yosys in an expendable child, ABC confined, which sees AND gates without names. Initial
values are left out, as an ASIC has none. Memories become registers, tristates logic.
"""

import re
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

from rtlvr.errors import DesignError
from rtlvr.hdl.elaborate import Reader, load, passes, readers, said_of
from rtlvr.hdl.reading import Reading
from rtlvr.hdl.yosys import YosysAnswer, in_child
from rtlvr.ppa.liberty import Library, library
from rtlvr.ppa.record import Goal, Ppa
from rtlvr.ppa.sta import CELLS, MAPPED, sta_delay
from rtlvr.scratch import scratch
from rtlvr.verify.abc_engine import Abc, OutOfTime
from rtlvr.verify.engine import Judge

LOGIC = "logic.aig"
_SECONDS = 60  # of CPU time, for Yosys
_GATES = (
    "setattr -unset init; memory -nomap; opt; wreduce; peepopt; alumacc; opt; memory_map; opt -full; tribuf -logic; "
    "techmap; opt; simplemap; opt -full"
)
_AFTER = "techmap; simplemap; setundef -zero; opt -full; clean -purge"
_RECIPES: dict[Goal, str] = {"area": "dch -f; map -a", "delay": "dch -f; map"}
_CLEAN = "strash; &get -n; &fraig -x; &put; dc2; dc2"
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_GATE = re.compile(r"^(\S+)\s+Fanin =\s*\d+\s+Instance =\s*(\d+)\s+Area =\s*([\d.]+)\s.*?\s(\S+)$", re.MULTILINE)
_WIRE = re.compile(r"\(?\w+\)?")  # the function of a buffer: ABC puts one where an output is an input; or a constant


def mapped(judge: Judge, text: str, liberty: str, goal: Goal, golden: str | None = None) -> dict[str, Any]:
    """The fields of `Ppa`; beside a `golden`, of that module of the text which is judged.

    Raises:
        DesignError: it cannot be read, or is too large.
    """
    reading, cells, problems = judge.read_beside(text, golden), library(liberty), []
    for reader in readers(reading.slang):
        with scratch() as folder:
            (folder / CELLS).write_text(liberty, encoding="utf-8")
            asked = (reading.text, reading.top, reader, folder, cells.flip_flops | cells.latches)
            answer, said = in_child(_gates, *asked, seconds=_SECONDS)
            if answer is not None:
                return _ppa(Abc(judge.limits.memory_mb), folder, answer["cells"], cells, goal).model_dump()
        problems.append(said)
    raise _unread(reading, said_of(problems))


def _unread(reading: Reading, said: str) -> DesignError:
    missing = f": it needs {', '.join(reading.missing)}" if reading.missing else ""
    return DesignError(f"Yosys cannot map it{missing}; {said or 'its limits of time and memory were used up'}")


def _gates(text: str, top: str, reader: Reader, folder: Path, outputs: dict[str, list[str]]) -> YosysAnswer:
    """In the child: registers as library cells, by name with their number, and the rest as AND gates in `logic.aig`."""
    from pyosys import libyosys as ys

    design = load(ys, text, top, reader, folder / "design.v")
    passes(ys, design, _GATES, f"dfflibmap -liberty {folder / CELLS}", _AFTER)
    module = design.top_module()
    registers = [cell for cell in module.cells_.values() if cell.type.str().lstrip("\\") in outputs]
    kinds = Counter(cell.type.str().lstrip("\\") for cell in registers)
    for number, cell in enumerate(registers):
        _cut(ys, module, cell, number, outputs[cell.type.str().lstrip("\\")])
    module.fixup_ports()
    passes(ys, design, "aigmap; clean -purge")
    if left := sorted({cell.type.str() for cell in module.cells_.values()} - {"$_AND_", "$_NOT_"}):
        ys.log_error(f"the library has no cell for {', '.join(left)}\n")
    passes(ys, design, f"write_aiger {folder / LOGIC}")
    return {"cells": kinds}


def _cut(ys: ModuleType, module: Any, cell: Any, number: int, outputs: list[str]) -> None:
    """Take a register out: what it gives becomes inputs of the module, what it takes outputs."""
    for place, (port, signal) in enumerate(list(cell.connections_.items())):
        wire = module.addWire(ys.IdString(f"\\rtlvr_cut_{number}_{place}"), signal.size())
        if port.str().lstrip("\\") in outputs:
            wire.port_input = True
            module.connect(signal, ys.SigSpec(wire))
        else:
            wire.port_output = True
            module.connect(ys.SigSpec(wire), signal)
    module.remove(cell)


def _ppa(abc: Abc, folder: Path, registers: dict[str, int], cells: Library, goal: Goal) -> Ppa:
    """What ABC makes of the logic, and what both cost."""
    said = _COLOUR.sub("", _asked(abc, folder, goal))
    gates = [(int(found[2]), float(found[3])) for found in _GATE.finditer(said) if not _WIRE.fullmatch(found[4])]
    if failed := re.search(r"^.*\bhas failed.*$", said, re.MULTILINE):
        raise DesignError(f"ABC cannot use the library or the netlist: {failed[0].replace(str(folder), '')[:300]}")
    level, delay = re.search(r"\blev = *(\d+)", said), re.search(r"\bDelay = *([\d.]+) ps", said)
    if level is None or delay is None:
        raise DesignError("ABC cannot map it within its limits of time and memory", "time")
    number = sum(count for count, _ in gates)
    area = sum(part for _, part in gates) + sum(count * cells.areas[name] for name, count in registers.items())
    return Ppa(
        area=area / cells.nand,
        cells=number + sum(registers.values()),
        flip_flops=sum(count for name, count in registers.items() if name in cells.flip_flops),
        latches=sum(count for name, count in registers.items() if name in cells.latches),
        depth=int(level[1]) if number else 0,
        delay=float(delay[1]) if number else 0.0,
        area_units=area,
        sta_delay=sta_delay(folder) if number else None,
    )


def _asked(abc: Abc, folder: Path, goal: Goal) -> str:
    lines = (
        f"read_lib {folder / CELLS}", f"read_aiger {folder / LOGIC}", _CLEAN, _RECIPES[goal],
        "print_stats; topo; stime; print_gates", f"write_verilog {folder / MAPPED}",
    )  # fmt: skip
    try:
        return abc.ask("\n".join(lines)) or ""
    except OutOfTime:
        return ""
    finally:
        abc.close()  # with its library
