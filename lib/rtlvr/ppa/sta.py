"""Timing by OpenSTA, where it is installed (Debian: `opensta`): the slowest way through the mapped logic."""

import re
import shutil
from pathlib import Path

from rtlvr.verify.sandbox import run
from rtlvr.verify.verdict import Limits

CELLS, MAPPED = "cells.lib", "mapped.v"
_NETLIST, _TOP = "netlist.v", "mapped"
_SCRIPT = f"""read_liberty {CELLS}
read_verilog {_NETLIST}
link_design {_TOP}
create_clock -name all -period 1000
set_input_delay 0 -clock all [all_inputs]
set_output_delay 0 -clock all [all_outputs]
set_cmd_units -time ps
report_checks -path_delay max -digits 3
exit
"""


def sta_delay(folder: Path) -> float | None:
    """The delay in ps of the netlist that ABC wrote in `folder`; None where there is no OpenSTA, or it does not say."""
    program = shutil.which("sta")
    if program is None:
        return None
    text = (folder / MAPPED).read_text(encoding="utf-8")
    (folder / _NETLIST).write_text(re.sub(r"\bmodule\s+\S+", f"module {_TOP}", text, count=1), encoding="utf-8")
    (folder / "timing.tcl").write_text(_SCRIPT, encoding="utf-8")
    finished = run([program, "-no_splash", "-exit", "timing.tcl"], folder, Limits(cpu_seconds=60))
    found = re.search(r"(-?[\d.]+)\s+data arrival time", finished.output)
    return float(found[1]) if found else None
