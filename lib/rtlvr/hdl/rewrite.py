"""Certified rewrites: other text for the same design, right by construction and without asking any checker.

`resynthesise` lets Yosys read a design and write it back by a named recipe; `rewrites` are edits of the text itself that
keep four-state behaviour: other names, operands in another order, De Morgan's laws, a wrapper with other port order.

The edits are found in slang's syntax tree, of the text as synthesis takes it. What a macro makes is left alone, and so is
all that a directive stands in: the text stays right whichever macros are defined. Text that slang cannot parse is not
edited at all. No edit keeps a race from ending otherwise: order within a time step is the simulator's to choose.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyslang import Bag, ast, syntax
from pyslang.parsing import Token, TokenKind

from rtlvr.errors import DesignError
from rtlvr.hdl.circuit import Circuit
from rtlvr.hdl.elaborate import WRITABLE, Reader, load, passes, readers, said_of
from rtlvr.hdl.reading import read
from rtlvr.hdl.source import strip_comments
from rtlvr.hdl.syntax import KIND, Parsed, edited, nodes, nodes_of, parse, words
from rtlvr.hdl.yosys import in_child
from rtlvr.scratch import scratch

RECIPES: dict[str, str] = {
    "netlist": "opt; clean",
    "raw netlist": "clean",
    "reduced": "opt; wreduce; peepopt; opt; clean",
    "gates": "opt; memory -nomap; memory_map; opt; techmap; opt; clean",
}


def resynthesise(text: str, top: str | None, recipe: str = "netlist", slang: bool = False) -> str:
    """`top` of `text` as Yosys writes it after one of `RECIPES`: other names, other style, same behaviour.

    Where the design computes with unknown values, simulation may differ: a netlist has no `if` that takes its else
    branch on an unknown condition. `slang` is asked first if so told. Call it only in a single-threaded process (it forks).

    Raises:
        DesignError: the text cannot be read, or no reader of Yosys takes it.
    """
    reading, problems = read(text, top), []
    for reader in readers(reading.slang or slang):
        with scratch() as folder:
            answer, said = in_child(_rewrite, reading.text, reading.top, reader, recipe, folder)
        if answer is not None:
            return str(answer["code"])
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
    source = _Source.of(text)
    for name, edit in _EDITS.items():
        code = edit(source, circuit) if source else None
        if code is not None and code != text:
            yield name, code


_Edit = tuple[int, int, str]  # begin, end, what stands there instead
_WORD = re.compile(r"(?<![\w$])[A-Za-z_][\w$]*")
_PLAIN_NAME = re.compile(r"[A-Za-z_][\w$]*")
_PLAIN = re.compile(r"([A-Za-z_][\w$]*)(?:\s*\[[\w\s:+-]*\])*|[\d_]+|[\d_]*'[sS]?[bodhBODH][\w?]+")
_NAMES = syntax.IdentifierNameSyntax | syntax.IdentifierSelectNameSyntax
_OPERANDS = {
    KIND.IdentifierName, KIND.IdentifierSelectName, KIND.IntegerLiteralExpression, KIND.IntegerVectorExpression,
}  # fmt: skip
_EITHER_WAY = {
    KIND.BinaryAndExpression, KIND.BinaryOrExpression, KIND.BinaryXorExpression, KIND.AddExpression,
    KIND.MultiplyExpression, KIND.EqualityExpression, KIND.InequalityExpression, KIND.LogicalAndExpression,
    KIND.LogicalOrExpression,
}  # fmt: skip
_OPPOSITE = {KIND.BinaryAndExpression: "|", KIND.BinaryOrExpression: "&"}
# Expressions in these are constants or events, or belong to no design.
_LEFT_ALONE = (
    syntax.AttributeInstanceSyntax, syntax.ParameterPortListSyntax, syntax.ParameterDeclarationStatementSyntax,
    syntax.ParameterValueAssignmentSyntax, syntax.DefParamSyntax, syntax.VariableDimensionSyntax,
    syntax.TypedefDeclarationSyntax, syntax.RangeSelectSyntax, syntax.EventControlWithExpressionSyntax,
    syntax.DelaySyntax, syntax.Delay3Syntax, syntax.SpecifyBlockSyntax, syntax.PropertyDeclarationSyntax,
    syntax.SequenceDeclarationSyntax, syntax.ConcurrentAssertionStatementSyntax, syntax.CovergroupDeclarationSyntax,
    syntax.ClassDeclarationSyntax, syntax.LetDeclarationSyntax, syntax.ElabSystemTaskSyntax,
)  # fmt: skip


@dataclass(frozen=True)
class _Source:
    """A text and its tree, and the few questions that edits ask."""

    text: str
    parsed: Parsed

    @classmethod
    def of(cls, text: str) -> "_Source | None":
        """None where slang cannot parse it."""
        plain = re.sub(r"[^\x00-\x7f]", "?", text)  # slang counts bytes
        for old in (False, True):
            parsed = parse(plain, ("SYNTHESIS",), old)
            if parsed.problem() is None:
                return cls(text, parsed)
        return None

    @cached_property
    def code(self) -> str:
        """The text with comments and strings blanked out."""
        return strip_comments(self.parsed.text)

    @cached_property
    def modules(self) -> list[syntax.ModuleDeclarationSyntax]:
        """The modules that the text declares."""
        members = (one for one in self.parsed.members if isinstance(one, syntax.ModuleDeclarationSyntax))
        return [member for member in members if member.kind == KIND.ModuleDeclaration]

    @cached_property
    def functions(self) -> set[str]:
        """Names that may stand for a call."""
        prototypes = nodes_of(self.parsed.tree.root, syntax.FunctionPrototypeSyntax)
        return {str(prototype.name).strip() for prototype in prototypes}

    def place(self, part: syntax.SyntaxNode | Token) -> tuple[int, int] | None:
        """Where a node or token stands; None where a macro makes it or a directive stands in it."""
        span = part.range if isinstance(part, Token) else part.sourceRange
        if any(self.parsed.sources.isMacroLoc(end) for end in (span.start, span.end)):
            return None
        begin, end = span.start.offset, span.end.offset
        return None if "`" in self.text[begin:end] else (begin, end)

    def plain(self, node: syntax.SyntaxNode) -> str | None:
        """The text of an operand that is a name, a select or an integer; None of any other."""
        where = self.place(node) if node.kind in _OPERANDS else None
        said = self.text[slice(*where)] if where else ""
        match = _PLAIN.fullmatch(said)
        return said if match and match[1] not in self.functions else None

    def stands_apart(self, begin: int, end: int) -> bool:
        """Whether other text put there cannot grow together with what stands around it."""
        return not re.match(r"[\w$'`.]", self.text[begin - 1 : begin] or " ") and not re.match(
            r"[\w$'`?]", self.text[end : end + 1] or " "
        )


def _in_expressions(source: _Source, edit: Callable[[syntax.BinaryExpressionSyntax], str | None]) -> str:
    """The text with each expression replaced by what `edit` makes of it, if anything."""
    found: list[_Edit] = []

    def visit(node: object) -> object:
        if isinstance(node, _LEFT_ALONE):
            return ast.VisitAction.Skip
        if not isinstance(node, syntax.BinaryExpressionSyntax) or len(node.attributes):
            return None
        where = source.place(node)
        if where and source.stands_apart(*where) and (instead := edit(node)):
            found.append((*where, instead))
        return None

    source.parsed.tree.root.visit(visit)
    return edited(source.text, found)


def _de_morgan(source: _Source, _: Circuit) -> str:
    """`a & b` as `~(~a | ~b)`, and the other way round: of the context's width and sign, as before."""

    def edit(node: syntax.BinaryExpressionSyntax) -> str | None:
        left, right, where = source.plain(node.left), source.plain(node.right), source.place(node)
        if node.kind not in _OPPOSITE or left is None or right is None or where is None:
            return None
        blank = "" if source.text[where[0] - 1].isspace() else " "  # `^` and `~` would be one operator
        return f"{blank}~(~{left} {_OPPOSITE[node.kind]} ~{right})"

    return _in_expressions(source, edit)


def _commuted(source: _Source, _: Circuit) -> str:
    """`a + b` as `b + a`."""

    def edit(node: syntax.BinaryExpressionSyntax) -> str | None:
        left, right = source.plain(node.left), source.plain(node.right)
        first, second = source.place(node.left), source.place(node.right)
        if node.kind not in _EITHER_WAY or left is None or right is None or first is None or second is None:
            return None
        return f"{right}{source.text[first[1] : second[0]]}{left}"

    return _in_expressions(source, edit)


def _sensitivity(source: _Source, _: Circuit) -> str:
    """`@(posedge a or negedge b)` as `@(negedge b or posedge a)`."""
    found = []
    for node in nodes_of(source.parsed.tree.root, syntax.BinaryEventExpressionSyntax):
        where, left, right = source.place(node), source.place(node.left), source.place(node.right)
        if where and left and right and _is_edge(node.left) and _is_edge(node.right):
            said = source.text
            found.append((*where, f"{said[slice(*right)]}{said[left[1] : right[0]]}{said[slice(*left)]}"))
    return edited(source.text, found)


def _is_edge(event: syntax.SyntaxNode) -> bool:
    if not isinstance(event, syntax.SignalEventExpressionSyntax) or event.iffClause is not None:
        return False
    edges = (TokenKind.PosEdgeKeyword, TokenKind.NegEdgeKeyword)
    return event.edge.kind in edges and bool(_PLAIN_NAME.fullmatch(str(event.expr).strip()))


def _renamed(source: _Source, circuit: Circuit) -> str | None:
    """Variables and nets of a single module under other names: those whose name stands for nothing else in the text."""
    if len(source.modules) != 1 or "``" in source.code:
        return None
    found = list(nodes(source.modules[0]))
    if any(node.kind == KIND.WildcardPortConnection for node in found):
        return None
    places = _plain_uses(source, found)
    stands: dict[str, set[int]] = {}
    for match in _WORD.finditer(source.code):
        stands.setdefault(match[0], set()).add(match.start())
    free = {name for name in _declared(source.modules[0]) if places.get(name) == stands.get(name)}
    free -= {port.name for port in circuit.ports}
    free = {name for name in free if f"n_{name}_x" not in stands}
    edits = [(at, at + len(name), f"n_{name}_x") for name in free for at in places[name]]
    return edited(source.text, edits) if edits else None


def _declared(module: syntax.ModuleDeclarationSyntax) -> set[str]:
    """Names of the variables and nets that are declared in a module's body itself."""
    kinds = (syntax.DataDeclarationSyntax, syntax.NetDeclarationSyntax)
    declarations = [member for member in module.members if isinstance(member, kinds)]
    return {one.name.valueText for member in declarations for one in member.declarators if not isinstance(one, Token)}


def _plain_uses(source: _Source, found: list[syntax.SyntaxNode]) -> dict[str, set[int]]:
    """Where names stand that are declared as, or refer to, something simple: no member, no key, no type."""
    places: dict[str, set[int]] = {}
    for node in found:
        token: Token | None = None
        if isinstance(node, syntax.DeclaratorSyntax):
            variable = isinstance(node.parent, syntax.DataDeclarationSyntax | syntax.NetDeclarationSyntax)
            token = node.name if variable else None
        elif isinstance(node, _NAMES) and not _stands_for_else(node):
            token = node.identifier
        where = source.place(token) if token is not None else None
        if token is not None and where:
            places.setdefault(token.valueText, set()).add(where[0])
    return places


def _stands_for_else(name: syntax.SyntaxNode) -> bool:
    above = name.parent
    if isinstance(above, syntax.AssignmentPatternItemSyntax):
        return above.key.sourceRange.start == name.sourceRange.start
    return above.kind in (KIND.ScopedName, KIND.NamedType, KIND.FunctionPrototype, KIND.DefParamAssignment)


def wrap(
    text: str,
    circuit: Circuit,
    body: str = "",
    output: Callable[[str, str], str] = lambda port, inner: inner,
    given: Callable[[str], str] = lambda port: port,
    in_order: bool = False,
) -> str | None:
    """`text` with its top renamed and instantiated in a module of the old name; None where that cannot be right.

    `body` goes into the wrapper; an output port is driven by `output(port, inner value)`, an inner input by `given(port)`.
    The wrapper's ports are in reverse order, unless they must stay `in_order`. Ports must be plain vectors or something
    that a vector may be connected to: no arrays, interfaces or real numbers, and no enumerations as inputs.
    """
    top, inner, source = circuit.top, f"{circuit.top}_inner", _Source.of(text)
    if inner in text or source is None or not _joinable(source, circuit):
        return None
    where = _names_of_module(source, top)
    if where is None:
        return None
    ports = list(circuit.ports if in_order else reversed(circuit.ports))
    lines = [f"module {top}({', '.join(p.name for p in ports)});"]
    lines += [f"  {p.direction} wire [{p.width - 1}:0] {p.name};" for p in ports]
    lines += [f"  wire [{p.width - 1}:0] {p.name}_inner;" for p in circuit.outputs]
    pins = [f".{p.name}({f'{p.name}_inner' if p.direction == 'output' else given(p.name)})" for p in ports]
    lines += [f"  {inner} wrapped({', '.join(pins)});", body]
    lines += [f"  assign {p.name} = {output(p.name, f'{p.name}_inner')};" for p in circuit.outputs]
    names, end = where
    wrapper = "\n".join(["", *filter(None, lines), "endmodule"])  # where the same directives hold as for what is inside
    return edited(text, [*((*name, inner) for name in names), (end, end, wrapper)])


def _joinable(source: _Source, circuit: Circuit) -> bool:
    """Whether vectors of the widths in `circuit` can be connected to all ports, under names that do not collide."""
    names = [port.name for port in circuit.ports]
    made = [*names, *(f"{port.name}_inner" for port in circuit.outputs), "wrapped"]
    if len(set(made)) < len(made) or not all(map(_PLAIN_NAME.fullmatch, names)):
        return False
    options = ast.CompilationOptions()
    options.topModules = {circuit.top}
    options.flags |= ast.CompilationFlags.AllowUseBeforeDeclare | ast.CompilationFlags.AllowHierarchicalConst
    compilation = ast.Compilation(Bag([options]))
    compilation.addSyntaxTree(source.parsed.tree)
    widths: dict[str, int] = {}
    for port in (port for top in compilation.getRoot().topInstances for port in top.body.portList):
        if port.kind != ast.SymbolKind.Port or not port.type.isIntegral:
            return False
        if port.type.isEnum and port.direction != ast.ArgumentDirection.Out:
            return False
        widths[port.name] = port.type.bitWidth
    return widths == {port.name: port.width for port in circuit.ports}


def _names_of_module(source: _Source, top: str) -> tuple[list[tuple[int, int]], int] | None:
    """Wherever the text names a module, and where the module ends; None where that cannot all be found."""
    chosen = [module for module in source.modules if module.header.name.valueText == top]
    if len(chosen) != 1:
        return None
    tokens: list[Token] = [chosen[0].header.name]
    last = chosen[0].endmodule
    if chosen[0].blockName is not None:
        tokens.append(last := chosen[0].blockName.name)
    for node in nodes(source.parsed.tree.root):
        if isinstance(node, syntax.HierarchyInstantiationSyntax) and node.type.valueText == top:
            tokens.append(node.type)
        elif node.kind == KIND.ScopedName and top in words(str(node)):
            return None
    places = [where for token in tokens if (where := source.place(token)) is not None]
    end = source.place(last)
    if end is None or len(places) < len(tokens):
        return None
    known = {where[0] for where in places}
    named = rf"(?:module(?:\s+automatic|\s+static)?\s+|endmodule\s*:\s*)({re.escape(top)})(?![\w$])"
    if not all(match.start(1) in known for match in re.finditer(named, source.code)):
        return None
    return places, end[1]


_EDITS: dict[str, Callable[[_Source, Circuit], str | None]] = {
    "De Morgan": _de_morgan,
    "commuted": _commuted,
    "sensitivity order": _sensitivity,
    "renamed": _renamed,
    "wrapped": lambda source, circuit: wrap(source.text, circuit),  # of old style, its ports in reverse order
}
