"""Certified rewrites: other text for the same design, right by construction and without asking any checker.

`resynthesise` lets Yosys read a design and write it back by a named recipe; `rewrites` are edits of the text itself that
keep four-state behaviour: other names, operands in another order, De Morgan's laws, a wrapper with other port order.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from rtlvr.errors import DesignError
from rtlvr.hdl.circuit import Circuit
from rtlvr.hdl.elaborate import WRITABLE, Reader, load, passes, readers, said_of
from rtlvr.hdl.reading import read
from rtlvr.hdl.source import module_names, strip_comments
from rtlvr.hdl.yosys import in_child
from rtlvr.scratch import scratch

RECIPES: dict[str, str] = {
    "netlist": "opt; clean",
    "raw netlist": "clean",
    "reduced": "opt; wreduce; peepopt; opt; clean",
    "gates": "opt; memory -nomap; memory_map; opt; techmap; opt; clean",
}


def resynthesise(text: str, top: str | None, recipe: str = "netlist") -> str:
    """`top` of `text` as Yosys writes it after one of `RECIPES`: other names, other style, same behaviour.

    Where the design computes with unknown values, simulation may differ: a netlist has no `if` that takes its else
    branch on an unknown condition. Call it only in a single-threaded process (it forks).

    Raises:
        DesignError: the text cannot be read, or no reader of Yosys takes it.
    """
    reading, problems = read(text, top), []
    for reader in readers(reading.slang):
        with scratch() as folder:
            answer, said = in_child(_rewrite, reading.text, reading.top, reader, recipe, folder)
        if answer is not None:
            return answer["code"]
        problems.append(said)
    raise DesignError(f"Yosys cannot resynthesise it: {said_of(problems) or 'no message'}")


def _rewrite(text: str, top: str, reader: Reader, recipe: str, folder: Path) -> dict[str, str]:
    from pyosys import libyosys as ys

    result = folder / "result.v"
    design = load(ys, text, top, reader, folder / "design.v")
    passes(ys, design, RECIPES[recipe], WRITABLE, f"write_verilog -noattr {result}")
    return {"code": result.read_text()}


def rewrites(text: str, circuit: Circuit) -> Iterator[tuple[str, str]]:
    """(name, code) of each text rewrite that changes anything; `circuit` is what Yosys sees of `text`."""
    for name, edit in _EDITS.items():
        code = edit(text, circuit)
        if code is not None and code != text:
            yield name, code


def _edit_code(text: str, pattern: str, replace: Callable[[re.Match], str]) -> str:
    """`text` with matches replaced that lie outside comments and strings."""
    for match in reversed(list(re.finditer(pattern, strip_comments(text)))):
        text = text[: match.start()] + replace(match) + text[match.end() :]
    return text


_OPERAND = r"[A-Za-z_]\w*(?:\[\w+\])?"
# After `==` and its like an operand belongs to the comparison, which binds tighter.
_BEFORE, _AFTER = r"(?<=[=(?:,]\s)(?<![=!>]=\s)", r"(?=\s*[;),:?])"


def _de_morgan(text: str, _: Circuit) -> str:
    opposite = {"&": "|", "|": "&"}
    return _edit_code(
        text,
        rf"{_BEFORE}({_OPERAND})\s+([&|])\s+({_OPERAND}){_AFTER}",
        lambda m: f"~(~{m[1]} {opposite[m[2]]} ~{m[3]})",
    )


def _commuted(text: str, _: Circuit) -> str:
    return _edit_code(
        text,
        rf"{_BEFORE}({_OPERAND})\s+(\+|\*|\^|==|!=|&&|\|\|)\s+({_OPERAND}|\d*'[bdh]\w+|\d+){_AFTER}",
        lambda m: f"{m[3]} {m[2]} {m[1]}",
    )


def _sensitivity(text: str, _: Circuit) -> str:
    event = r"(?:pos|neg)edge\s+\w+"
    return _edit_code(text, rf"({event})\s*(?:\bor\b|,)\s*({event})(?=\s*\))", lambda m: f"{m[2]}, {m[1]}")


def _renamed(text: str, circuit: Circuit) -> str | None:
    """Registers and wires of a single module under other names."""
    code = strip_comments(text)
    if len(module_names(text)) != 1:
        return None
    ports = {port.name for port in circuit.ports}
    declared = re.findall(
        r"(?<![\w$])(?:reg|wire|logic|integer)\b(?:\s+signed)?(?:\s*\[[^\]]*\])?\s*([A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*)",
        code,
    )
    names = {name.strip() for group in declared for name in group.split(",")} - ports
    names -= set(re.findall(r"[.`']\s*(\w+)", code)) | {"signed", "reg", "wire", "input", "output"}
    if not names:
        return None
    return _edit_code(text, rf"(?<![\w$.`'\\])(?:{'|'.join(sorted(names))})(?![\w$])", lambda m: f"n_{m[0]}_x")


def _wrapped(text: str, circuit: Circuit) -> str | None:
    """The design inside a wrapper of old style, its ports in reverse order."""
    return wrap(text, circuit)


def wrap(
    text: str,
    circuit: Circuit,
    body: str = "",
    output: Callable[[str, str], str] = lambda port, inner: inner,
    given: Callable[[str], str] = lambda port: port,
    in_order: bool = False,
) -> str | None:
    """`text` with its top renamed and instantiated in a module of the old name; None where it cannot be renamed.

    `body` goes into the wrapper; an output port is driven by `output(port, inner value)`, an inner input by `given(port)`.
    The wrapper's ports are in reverse order, unless they must stay `in_order`.
    """
    top, inner = circuit.top, f"{circuit.top}_inner"
    if inner in text:
        return None
    renamed = _edit_code(text, rf"(?<=\bmodule\s){re.escape(top)}\b", lambda m: inner)
    if module_names(renamed).count(inner) != 1:
        return None
    ports = list(circuit.ports if in_order else reversed(circuit.ports))
    lines = [f"module {top}({', '.join(p.name for p in ports)});"]
    lines += [f"  {p.direction} [{p.width - 1}:0] {p.name};" for p in ports]
    lines += [f"  wire [{p.width - 1}:0] {p.name}_inner;" for p in circuit.outputs]
    pins = [f".{p.name}({f'{p.name}_inner' if p.direction == 'output' else given(p.name)})" for p in ports]
    lines += [f"  {inner} wrapped({', '.join(pins)});", body]
    lines += [f"  assign {p.name} = {output(p.name, f'{p.name}_inner')};" for p in circuit.outputs]
    return "\n".join([renamed, *filter(None, lines), "endmodule", ""])


_EDITS: dict[str, Callable[[str, Circuit], str | None]] = {
    "De Morgan": _de_morgan,
    "commuted": _commuted,
    "sensitivity order": _sensitivity,
    "renamed": _renamed,
    "wrapped": _wrapped,
}
