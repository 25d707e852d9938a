"""`===` and `!==` as hardware has them: it knows 0 and 1 alone, so it cannot ask whether a value is unknown.

Simulation can, and a design that asks may be right there only because a register that nothing sets stays unknown. In the
netlist a comparison with a constant that has x or z in it is never true, and any other is `==` or `!=`.
"""

from types import ModuleType
from typing import Any

_KINDS = {"$eqx": "$eq", "$nex": "$ne"}


def plain_comparisons(ys: ModuleType, design: Any) -> None:
    """Make the comparisons in all modules of a Yosys design those of hardware."""
    left, right, result = (ys.IdString(f"\\{pin}") for pin in "ABY")
    for module in design.modules_.values():
        for cell in [one for one in module.cells_.values() if one.type.str() in _KINDS]:
            kind = cell.type.str()
            if not any(_unknown(ys, cell.getPort(pin)) for pin in (left, right)):
                cell.type = ys.IdString(_KINDS[kind])
                continue
            signal = cell.getPort(result)
            module.connect(signal, ys.SigSpec(ys.Const(int(kind == "$nex"), signal.size())))
            module.remove(cell)


def _unknown(ys: ModuleType, signal: Any) -> bool:
    """Whether a bit of a signal is a constant x or z."""
    return any(bit.wire is None and bit.data not in (ys.State.S0, ys.State.S1) for bit in signal.bits())
