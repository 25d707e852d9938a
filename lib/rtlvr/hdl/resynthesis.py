"""Certified rewrites: a golden read by Yosys and written back as Verilog is equivalent by construction."""

import tempfile
from pathlib import Path

from rtlvr.errors import DesignError
from rtlvr.hdl.yosys import in_child


def resynthesise(text: str, top: str) -> str:
    """`top` of `text` as Yosys writes it after `proc; flatten; opt`: other names, other style, same behaviour.

    Call it only in a single-threaded process (it forks).

    Raises:
        DesignError: Yosys refuses the text.
    """
    with tempfile.TemporaryDirectory() as folder:
        answer, said = in_child(lambda: _rewrite(text, top, Path(folder)))
    if answer is None:
        raise DesignError(f"Yosys cannot resynthesise it: {said or 'no message'}")
    return answer["code"]


def _rewrite(text: str, top: str, folder: Path) -> dict[str, str]:
    from pyosys import libyosys as ys

    source, result = folder / "design.v", folder / "result.v"
    source.write_text(text)
    design = ys.Design()
    for command in (
        f"read_verilog -sv {source}",
        f"hierarchy -check -top {top}",
        "proc",
        "flatten",
        "opt",
        "clean",
        f"write_verilog -noattr {result}",
    ):
        ys.run_pass(command, design)
    return {"code": result.read_text()}
