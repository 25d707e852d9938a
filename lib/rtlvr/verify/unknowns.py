"""Everything that a design does not know for another reason than its state, as a free value: for `definite` joins and cuts.

That is what nothing drives, unknown constants, a part selected outside of its vector, division by zero, and which of several
arms a `unique` case takes where more than one fits and they differ (simulation takes the first, a netlist mixes them).
"""

from collections.abc import Collection
from pathlib import Path
from types import ModuleType
from typing import Any

from rtlvr.hdl.elaborate import passes
from rtlvr.verify import netlist
from rtlvr.verify.yosysjson import Bit, JsonCell, JsonModule

_Value = tuple[tuple[Bit, ...], tuple[Bit, ...]]  # a signal and a constant
_MOST_PARTS = 1000  # of a condition
_EITHER = ("$reduce_or", "$reduce_bool", "$logic_or", "$or")  # of conditions
_DIVISIONS = ("$div", "$mod", "$divfloor", "$modfloor")
_CHOICE = """(* techmap_celltype = "$pmux" *)
module free_choice(A, B, S, Y);
parameter WIDTH = 1;
parameter S_WIDTH = 1;
input [WIDTH-1:0] A;
input [WIDTH*S_WIDTH-1:0] B;
input [S_WIDTH-1:0] S;
output [WIDTH-1:0] Y;
genvar i, j;
generate for (i = 0; i < WIDTH; i = i + 1) begin : bits
  wire [S_WIDTH-1:0] arms;
  for (j = 0; j < S_WIDTH; j = j + 1) begin : each
    assign arms[j] = B[WIDTH * j + i];
  end
  wire some = |(S & arms);
  wire other = |(S & ~arms);
  assign Y[i] = some & other ? 1'bx : some | (A[i] & ~|S);
end endgenerate
endmodule
"""


def free_unknowns(ys: ModuleType, design: Any, name: str, folder: Path) -> int:
    """What is unknown, bit by bit, comes from a new input `name`; returns its width. `folder` is for files between passes."""
    state_unknowns(ys, design, folder)
    passes(ys, design, "setundef -undriven -anyseq; opt_expr -keepdc; opt_clean")
    module = design.top_module()
    cells = [cell for cell in module.cells_.values() if cell.type.str() == "$anyseq"]
    signals = [cell.getPort(ys.IdString("\\Y")) for cell in cells]
    for cell in cells:
        module.remove(cell)
    width, at = sum(int(signal.size()) for signal in signals), 0
    if width:
        wire = module.addWire(ys.IdString(f"\\{name}"), width)
        wire.port_input = True
        for signal in signals:
            module.connect(signal, ys.SigSpec(wire, at, signal.size()))
            at += signal.size()
        module.fixup_ports()
    return width


def state_unknowns(ys: ModuleType, design: Any, folder: Path) -> None:
    """Cells whose gates would have a value where the text has none get an unknown constant there."""
    for cell in [one for one in design.top_module().cells_.values() if one.type.str() in _DIVISIONS]:
        _free_division(ys, design.top_module(), cell)
    _free_choices(ys, design, folder)
    passes(ys, design, netlist.mapped("t:$shiftx"))


def _free_division(ys: ModuleType, module: Any, cell: Any) -> None:
    """What a division gives is unknown where it divides by zero."""
    result, divisor = (cell.getPort(ys.IdString(f"\\{pin}")) for pin in "YB")
    names = [ys.IdString(f"{cell.name.str()}_{part}") for part in ("quotient", "some", "any", "choice")]
    quotient, some = (ys.SigSpec(module.addWire(*one)) for one in ((names[0], result.size()), (names[1], 1)))
    cell.setPort(ys.IdString("\\Y"), quotient)
    module.addReduceOr(names[2], divisor, some)
    module.addMux(names[3], ys.SigSpec(ys.State.Sx, result.size()), quotient, some, result)


def _free_choices(ys: ModuleType, design: Any, folder: Path) -> None:
    """What a choice gives is unknown where several of its arms fit and differ."""
    module = design.top_module()
    found = unsure_choices(netlist.as_json(ys, design, module.name.str()[1:], folder / "choices.json"))
    for cell in module.cells_.values():
        if cell.name.str().removeprefix("\\") in found:
            cell.set_bool_attribute(ys.IdString("\\rtlvr_unsure"))
    if found:
        (folder / "choice.v").write_text(_CHOICE)
        passes(ys, design, f"techmap -map {folder / 'choice.v'} a:rtlvr_unsure")


def guesses(module: JsonModule, held: Collection[str] = ()) -> bool:
    """Whether gates of a netlist would have a value where its text has none: see above, constants and what floats apart.

    `held`: names of cells that do not become gates.
    """
    return bool(unsure_choices(module)) or any(
        _loose(cell) for name, cell in module["cells"].items() if name not in held
    )


def _loose(cell: JsonCell) -> bool:
    """Whether it may divide by zero, or select outside of its vector."""
    pins = cell["connections"]
    if cell["type"] in _DIVISIONS:
        return "1" not in pins["B"]
    if cell["type"] != "$shiftx":
        return False
    farthest = sum(1 << place for place, bit in enumerate(pins["B"]) if bit != "0")
    return int(cell["parameters"]["B_SIGNED"], 2) != 0 or farthest + len(pins["Y"]) > len(pins["A"])


def unsure_choices(module: JsonModule) -> set[str]:
    """The names of choices of which more than one arm may fit, as far as can be told from what their conditions compare."""
    driver = {
        bit: (cell, at) for cell in module["cells"].values() for at, bit in enumerate(cell["connections"].get("Y", ()))
    }
    found = set()
    for name, cell in module["cells"].items():
        if cell["type"] == "$pmux":
            arms = [_fits(bit, driver) for bit in cell["connections"]["S"]]
            values = [value for arm in arms for value in arm]
            if not all(arms) or len({signal for signal, _ in values}) != 1 or len(set(values)) < len(values):
                found.add(name)
    return found


def _fits(condition: Bit, driver: dict[Bit, tuple[JsonCell, int]]) -> set[_Value]:
    """The values of which each makes a condition true; nothing where it is another kind of condition, or a long one."""
    values, todo = set[_Value](), [condition]
    for _ in range(_MOST_PARTS):
        if not todo:
            return values
        cell, at = driver.get(todo.pop(), (None, 0))
        if cell is not None and cell["type"] in _EITHER:
            operands = [cell["connections"].get(pin, []) for pin in "AB"]
            each = [bits[at : at + 1] for bits in operands] if cell["type"] == "$or" else operands
            todo += [bit for bits in each for bit in bits]
        elif compared := _compared(cell):
            values.add(compared)
        else:
            return set()
    return set()


def _compared(cell: JsonCell | None) -> _Value | None:
    """A signal, and the constant that it is compared with; None where it is another condition."""
    if cell is None or cell["type"] not in ("$eq", "$logic_not"):
        return None
    left = tuple(cell["connections"]["A"])
    right = tuple(cell["connections"]["B"]) if cell["type"] == "$eq" else ("0",) * len(left)
    if set(left) <= {"0", "1"}:
        left, right = right, left
    return (left, right) if set(right) <= {"0", "1"} and len(left) == len(right) else None
