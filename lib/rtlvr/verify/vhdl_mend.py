"""Mending the Verilog that GHDL writes, so that simulators and synthesis read in it what the VHDL means.

GHDL's writer (2.0 most of all) gets some things wrong: it forgets the sign in divisions and right shifts, drops initial
values of registers with asynchronous reset, leaves out `default`, shows latches as loops of assignments, drives unassigned
ports with z, and rotates by too much. Its output is regular, one gate a statement; here each such statement is rewritten.
"""

import re
from dataclasses import dataclass, field

from rtlvr.errors import DesignError
from rtlvr.verify.vhdl_latches import ASSIGN, latches

_MODULE = re.compile(r"^module .*?^endmodule", re.DOTALL | re.MULTILINE)
_STATEMENT = re.compile(r"^  (?! ).*(?:\n    .*)*", re.MULTILINE)
_WIDTH = r"(?:\[(?P<high>\d+):0\] )?"
_DECLARED = re.compile(rf"^  (?P<kind>wire|reg|localparam) {_WIDTH}(?P<name>\w+)")
_PORT = re.compile(rf"(?:input|output|inout) +{_WIDTH}(?P<name>\w+)")
_ISIGNAL = re.compile(r"  always @\*\n    (\w+) <?= (\w+);$")
_INITIAL = re.compile(r"  initial\n    (\w+) <?= (.*);$")
_OPERAND = r"[\w']+"
_CASE = re.compile(r"^  always @\*\n    case.*?^    endcase", re.DOTALL | re.MULTILINE)
_CHOICE = re.compile(
    r"^architecture \w+ of (?P<module>\S+) is|^  with \w+ select (?P<net>\w+) <=[^;]*?"
    r"""(?P<value>\w+|'.'|"\w+"|\(\d+ downto 0 => '.'\)) when others;""",
    re.MULTILINE,
)
_CLOCKED = r"  always @\((?P<edge>\w+ \w+)\)\n    if \((?P<enable>.*)\)\n      "
_WRITES = re.compile(_CLOCKED + r"(?P<memory>\w+)\[(?P<address>[^\]]*)\] <= (?P<data>.*);")
_READS = re.compile(_CLOCKED + r"\w+ <= (?P<memory>\w+)\[(?P<address>[^\]]*)\];")
_SLICE = re.compile(r"  assign (\w+) = (\w+)\[\d+:0\]; +// trunc")
_NULL = "it has vectors without elements (null ranges), which GHDL cannot write as Verilog"

Defaults = dict[tuple[str, str], str]  # by module and net


@dataclass
class _Module:
    """A module's statements while they are rewritten, and what is declared in it."""

    head: str
    statements: list[str]
    kinds: dict[str, str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)  # of the declarations
    widths: dict[str, int] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)  # what is assigned, by name

    def text(self) -> str:
        """The module as Verilog."""
        return "\n".join([self.head, *(one for one in self.statements if one), "endmodule"])


def lacks_defaults(verilog: str) -> bool:
    """Whether a choice lacks its default in GHDL's Verilog, which then has to be taken from GHDL's VHDL."""
    return any("default:" not in one and not _complete(one) for one in _CASE.findall(verilog))


def defaults_of(vhdl: str) -> Defaults:
    """The default of each choice in the VHDL that GHDL makes of the same text, by module and net."""
    found, module = {}, ""
    for one in _CHOICE.finditer(vhdl):
        module = one["module"].lower() if one["module"] else module
        if one["net"]:
            found[module, one["net"]] = one["value"]
    return found


def mend(verilog: str, has_z: bool, defaults: Defaults) -> str:
    """GHDL's Verilog, mended; `has_z`: whether the VHDL itself writes 'Z' anywhere.

    Raises:
        DesignError: it uses what cannot be judged, such as a component without an entity.
    """
    verilog = re.sub(r"^ *(?:/\*.*\*/|\(\*.*\*\)) *\n|\(\* .*? \*\) ", "", verilog, flags=re.MULTILINE)
    if re.search(r"\b0'b", verilog):
        raise DesignError(_NULL)
    # constants of more than 32 bits are written as in VHDL
    verilog = re.sub(r'"([01XZxz]+)"', lambda found: f"{len(found[1])}'b{found[1].lower()}", verilog)
    verilog = re.sub(r"\d+'b(\w{2049,})", lambda found: _long(found[1]), verilog)
    if not has_z:
        verilog = re.sub(r"'b[zZ]+\b", lambda found: found.group().lower().replace("z", "x"), verilog)
    modules = [_module(found.group()) for found in _MODULE.finditer(verilog)]
    for module in modules:
        _known(module)
        for step in (_assignments, _initial_values, _resets, _signs, _rotations, _latches, _memories):
            step(module)
        _choices(module, defaults)
    return "\n\n".join(module.text() for module in modules) + "\n"


def _long(digits: str) -> str:
    """A constant that is too long for one word of Icarus Verilog."""
    pieces = [digits[at : at + 2048] for at in range(0, len(digits), 2048)]
    return "{" + ", ".join(f"{len(piece)}'b{piece}" for piece in pieces) + "}"


def _module(text: str) -> _Module:
    head, _, body = text.partition(");\n") if "(" in text.split("\n", 2)[1] else text.partition(";\n")
    head = text[: len(text) - len(body)].rstrip("\n")
    body = body.rsplit("endmodule", 1)[0]
    body = re.sub(r" *//[^\n\"]*$", lambda m: m.group().rstrip() if _sign_mark(m.group()) else "", body, flags=re.M)
    made = _Module(head, _STATEMENT.findall(body))
    for port in _PORT.finditer(head):
        made.widths[port["name"]] = int(port["high"] or 0) + 1
    for at, one in enumerate(made.statements):
        if found := _DECLARED.match(one):
            made.places[found["name"]] = at
            made.kinds[found["name"]] = found["kind"]
            made.widths[found["name"]] = int(found["high"] or 0) + 1
    return made


def _sign_mark(comment: str) -> bool:
    """Whether a trailing comment says which operation was meant."""
    return comment.strip(" /") in ("sdiv", "srem", "smod", "smul", "trunc", "posedge", "negedge")


def _known(module: _Module) -> None:
    """Raises DesignError where there is what GHDL cannot express in Verilog, and says so only in this way."""
    name = module.head.split()[1]
    empty = not module.statements and not re.search(r"input|inout", module.head)
    if "#(parameter" in module.head or empty or (not module.statements and "output" in module.head):
        raise DesignError(f"there is no entity for the component {name} in it", "missing_module")
    if any(re.search(r"// (?:pos|neg)edge$", one) for one in module.statements):
        raise DesignError("GHDL finds no register for a clock edge of it; assign one signal of each kind a process")
    if any(" downto " in one for one in module.statements):
        raise DesignError(_NULL)
    for at, one in enumerate(module.statements):
        one = re.sub(
            r"^  (\w+) <= std_logic_vector\(abs (\$signed\((.*)\))\);", r"  assign \1 = \2 < 0 ? -\3 : \3;", one
        )
        if re.match(r"  \w+ <=", one):
            raise DesignError("GHDL writes an operation of it in a way that is not Verilog")
        module.statements[at] = one
    slices = {found[1]: found[2] for one in module.statements if (found := _SLICE.match(one))}
    for one in module.statements:  # it then looks at a wrong element
        if (found := ASSIGN.match(one)) and found[2].startswith("{") and found[1] in slices.values():
            raise DesignError("GHDL indexes arrays within arrays wrongly here")


def _assignments(module: _Module) -> None:
    """Blocking assignments wherever no clock is; signals with an initial value become wires."""
    for at, one in enumerate(module.statements):
        if re.match(r"  (?:always @\*|initial)", one):
            one = re.sub(r"^( +(?:\S+: |if \(.*\) )?\w+(?: ?\[[^\]]*\])?) <= ", r"\1 = ", one, flags=re.MULTILINE)
        if found := _ISIGNAL.match(one):
            one = f"  assign {found[1]} = {found[2]};"
            _declare(module, found[1], "wire")
        if found := ASSIGN.match(re.sub(r" *//.*", "", one)):
            module.values[found[1]] = found[2]
        module.statements[at] = one


def _declare(module: _Module, name: str, kind: str) -> None:
    module.kinds[name] = kind
    if (at := module.places.get(name)) is not None:
        module.statements[at] = re.sub(r"^  \w+", f"  {kind}", module.statements[at])


def _initial_values(module: _Module) -> None:
    """Initial values of signals go to the registers behind them; GHDL forgets some there."""
    wanted, registers = {}, set()
    for at, one in enumerate(module.statements):
        if found := _INITIAL.match(one):
            wanted[found[1]], module.statements[at] = found[2], ""
        elif re.match(r"  always @\((?:pos|neg)edge", one):
            registers |= set(re.findall(r"^ +(?:if \(.*\) )?(\w+) <= ", one, re.MULTILINE))
    for name, value in list(wanted.items()):
        if module.kinds.get(name) == "wire":
            del wanted[name]
            for register, part in _behind(module, name, value):
                if register in registers:
                    wanted.setdefault(register, part)
    module.statements += [f"  initial\n    {name} = {value};" for name, value in wanted.items()]


def _behind(module: _Module, name: str, value: str) -> list[tuple[str, str]]:
    """The nets that `name` is an alias of or is put together from, each with its part of the binary literal `value`."""
    found, open_, seen = [], [(name, value)], set()
    while open_:
        net, literal = open_.pop()
        found.append((net, literal))
        source = module.values.get(net, "")
        if net in seen or not re.fullmatch(r"\{?\w+(?:, \w+)*\}?", source):
            continue
        seen.add(net)
        bits = literal.partition("'b")[2]
        bits = bits if len(bits) == module.widths.get(net) else bits[:1] * module.widths.get(net, 0)
        for part in source.strip("{}").split(", "):
            width = module.widths.get(part, 0)
            open_.append((part, f"{width}'b{bits[:width]}"))
            bits = bits[width:]
    return found


def _resets(module: _Module) -> None:
    """Raises DesignError where an asynchronous reset loads a value that changes: simulation would load it only once."""
    constants = {name for name, kind in module.kinds.items() if kind == "localparam"}
    for one in module.statements:
        found = re.match(r"  always @\(\w+ \w+ or posedge \w+\)\n    if \(.*\)\n      \w+ <= (.*);", one)
        if found and not _constant(module, found[1], constants, 0):
            raise DesignError("an asynchronous reset to a value that is not constant cannot be judged")


def _constant(module: _Module, value: str, constants: set[str], depth: int) -> bool:
    """Whether a value is put together from constants only."""
    if depth > 50:
        return False
    names = re.findall(r"(?<!')\b[A-Za-z_]\w*", value)
    return all(
        name in constants or (name in module.values and _constant(module, module.values[name], constants, depth + 1))
        for name in names
    )


def _signs(module: _Module) -> None:
    """Signed division, remainder, modulo and right shift."""
    for at, one in enumerate(module.statements):
        plain, _, mark = one.partition(" //")
        if mark.strip() in ("sdiv", "srem", "smod"):
            found = re.fullmatch(
                rf"  assign (\w+) = (?:\$signed\()?({_OPERAND})\)? [/%] (?:\$signed\()?({_OPERAND})\)?;", plain
            )
            if found is None:
                raise DesignError("GHDL writes a signed division in a way that is not known here")
            plain = _divided(module, mark.strip(), *found.groups())
        plain = re.sub(r"(= \$signed\([^()]*\)) >> ", r"\1 >>> ", plain)
        module.statements[at] = plain


def _divided(module: _Module, operation: str, name: str, left: str, right: str) -> str:
    sign = "/" if operation == "sdiv" else "%"
    quotient = f"$signed({left}) {sign} $signed({right})"
    if operation != "smod":
        return f"  assign {name} = {quotient};"
    rest = f"{name}_rest"
    corrects = f"{rest} != 0 && ($signed({rest}) < 0) != ($signed({right}) < 0)"
    return (
        f"  wire [{module.widths[name] - 1}:0] {rest};\n  assign {rest} = {quotient};\n"
        f"  assign {name} = {corrects} ? {rest} + {right} : {rest};"
    )


def _complete(case: str) -> bool:
    """Whether a case has a label for every value."""
    labels = re.findall(r"^ +(\d+)'b[01]+:", case, re.MULTILINE)
    return len(labels) == 1 << int(labels[0])


def _choices(module: _Module, defaults: Defaults) -> None:
    """A case without `default` would be a latch."""
    name = module.head.split()[1].lower()
    for at, one in enumerate(module.statements):
        target = re.search(r": (\w+) = ", one)
        if not one.startswith("  always @*\n    case") or target is None or "default:" in one:
            continue
        value = "'x'" if _complete(one) else defaults.get((name, target[1]), "")
        line = f"      default: {target[1]} = {_value(module, value, module.widths[target[1]])};\n    endcase"
        module.statements[at] = re.sub(r"^    endcase", line, one, flags=re.MULTILINE)


def _value(module: _Module, value: str, width: int) -> str:
    """A value of GHDL's VHDL in Verilog."""
    name = value.removeprefix("wrap_")
    if re.fullmatch(r"""'[01xXzZ]'|"[01xXzZ]+\"""", value):
        return f"{width}'b{value[1:-1].lower()}"
    if found := re.fullmatch(r"\(\d+ downto 0 => '([01xXzZ])'\)", value):
        return f"{width}'b{found[1].lower() * width}"
    for known in (value, name):
        if known in module.widths:
            return known
    raise DesignError("GHDL writes the default of a choice in a way that is not known here")


def _rotations(module: _Module) -> None:
    """GHDL makes rotations of two shifts; they are right only for distances below the width."""
    for at, one in enumerate(module.statements):
        found = ASSIGN.match(one)
        parts = re.fullmatch(r"(\w+) \| (\w+)", found[2]) if found else None
        if found and parts and (turned := _rotation(module, found[1], parts[1], parts[2])):
            module.statements[at] = turned


def _rotation(module: _Module, name: str, direct: str, rest: str) -> str | None:
    """The rotation that `direct` (a shift by the distance) and `rest` (one by the width less the distance) make."""
    one = re.fullmatch(rf"({_OPERAND}) (<<|>>) (\w+)", module.values.get(direct, ""))
    other = re.fullmatch(rf"({_OPERAND}) (<<|>>) (\w+)", module.values.get(rest, ""))
    if not one or not other or one[1] != other[1] or one[2] == other[2]:
        return None
    less = re.fullmatch(r"\d+'b([01]+) - (\w+)", module.values.get(other[3], ""))
    width = module.widths[name]
    if not less or int(less[1], 2) not in (0, width) or _source(module, less[2]) != _source(module, one[3]):
        return None
    distance = f"({one[3]} % {width})"
    return f"  assign {name} = ({one[1]} {one[2]} {distance}) | ({one[1]} {other[2]} ({width} - {distance}));"


def _source(module: _Module, name: str) -> str:
    """The net that `name` is, apart from zeros in front and bits cut off there."""
    while found := re.fullmatch(r"\{\d+'b0, (\w+)\}|(\w+)\[\d+(?::0)?\]", module.values.get(name, "").strip()):
        name = found[1] or found[2]
    return name


def _latches(module: _Module) -> None:
    for name, statement in latches(module.statements, module.values).items():
        at = next(at for at, one in enumerate(module.statements) if (found := ASSIGN.match(one)) and found[1] == name)
        module.statements[at] = statement
        module.values.pop(name)
        _declare(module, name, "reg")


def _memories(module: _Module) -> None:
    """A read that GHDL shows behind a write of the same clock sees what is written, as with a variable in VHDL."""
    writes: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for at, one in enumerate(module.statements):
        if found := _WRITES.fullmatch(one):
            writes.setdefault((found["edge"], found["memory"]), []).append(
                (found["enable"], found["address"], found["data"])
            )
        elif (found := _READS.fullmatch(one)) and (before := writes.get((found["edge"], found["memory"]))):
            value = f"{found['memory']}[{found['address']}]"
            for enable, address, data in before:
                value = f"({enable} && {address} == {found['address']}) ? {data} : ({value})"
            module.statements[at] = f"{one.partition('<= ')[0]}<= {value};"
