"""A design into Yosys, by one of two readers: Yosys's own, or slang for the SystemVerilog that it does not know.

Which reader can read a text is found out once (`readers` says which to try, the likelier first): Yosys ends its process
on an error, so a wrong guess costs a child.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from rtlvr.hdl.identity_tests import plain_comparisons
from rtlvr.hdl.resets import held_resets, split_resets
from rtlvr.hdl.slang_words import for_slang
from rtlvr.hdl.source import empty_modules, for_synthesis

Reader = Literal["verilog", "slang"]
READERS: tuple[Reader, ...] = ("verilog", "slang")
# What a netlist needs before it is written as Verilog for Icarus.
WRITABLE = "bwmuxmap; bmuxmap; demuxmap; clean"
# Limits are counts, not seconds, so that the same text always gets the same answer.
_SLANG = (
    "read_slang --ignore-assertions --allow-use-before-declare --relax-enum-conversions --allow-dup-initial-drivers "
    "--allow-merging-ansi-ports --allow-bare-value-param-assigment --allow-toplevel-iface-ports --max-include-depth 0 "
    "--max-generate-steps 20000 --max-constant-size 1000000 --max-instance-array 4096 --unroll-limit 8192 "
    "--top {top} {others}{path}"
)
FIGHT = "two drivers fight for one bit"
_CONFLICT = re.compile(r"^Warning: .*onflicting .*\n((?:    .*\n)+)", re.MULTILINE)


def readers(slang: bool) -> tuple[Reader, ...]:
    """The readers to try, in order; `slang` says that Yosys's own is known to fail."""
    return ("slang", "verilog") if slang else READERS


def load(ys: ModuleType, text: str, top: str, reader: Reader, path: Path) -> Any:
    """A Yosys design with `top` of `text`, flat and without processes. Ends the process where the reader refuses.

    Modules without contents stay black boxes, unless it is the top. Two drivers of one bit are refused: proofs would believe
    one of them, and Verilog written from such a netlist lets whichever writes last win.
    """
    text = for_synthesis(split_resets(text))
    path.write_text(text if reader == "verilog" else for_slang(held_resets(text)), encoding="utf-8")
    design = ys.Design()
    boxes = "".join(f"--blackboxed-module {name} " for name in empty_modules(text) if name != top)
    slang = _SLANG.format(top=top, path=path, others=boxes)
    read = f"read_verilog -sv -nodpi {path}" if reader == "verilog" else slang
    whole = f"setattr -mod -unset blackbox ={top}"
    passes(ys, design, read, f"hierarchy -check -top {top}", whole)
    plain_comparisons(ys, design)
    passes(ys, design, "proc; flatten; opt_clean")
    if conflict := _conflict(ys, design, path.with_suffix(".check")):
        ys.log_error(f"{FIGHT}: {conflict}\n")
    return design


def has_loop(path: Path) -> bool:
    """Whether `load`, which wrote its text to `path`, found gates that feed themselves, bit by bit, or nets without driver.

    Optimisation makes a net without driver of some loops (`a = ~a === 1'b1`).
    """
    said = path.with_suffix(".check").read_text(encoding="utf-8")
    return "found logic loop" in said or "is used but has no driver" in said


def _conflict(ys: ModuleType, design: Any, report: Path) -> str:
    """One of two drivers of a bit that cannot let go of it, as Yosys names it, or nothing."""
    passes(ys, design, f"tee -o {report} check")
    if not _CONFLICT.search(report.read_text()):
        return ""
    buffers = report.with_suffix(".buffers")
    passes(ys, design, f"design -push-copy; tribuf; tee -o {buffers} check; design -pop")
    found = (match[1].splitlines() for match in _CONFLICT.finditer(buffers.read_text()))
    return next((drivers[0].strip() for drivers in found if any("($tribuf)" not in one for one in drivers)), "")


def passes(ys: ModuleType, design: Any, *commands: str) -> None:
    """Run Yosys commands, several to a string with `; ` between them."""
    for command in "; ".join(commands).split("; "):
        ys.run_pass(command, design)


def said_of(problems: Sequence[str]) -> str:
    """The most useful of what several readers said: the first that is no mere syntax error, else the first."""
    plain = [problem for problem in problems if problem]
    better = [problem for problem in plain if "syntax error" not in problem]
    return (better or plain or [""])[0]
