"""The parts of a Verilog file, as a tolerant parser sees them: each definition with its place and what it needs.

A definition is a module, an interface, a package, a class or the like. What stands outside all of them (macros, types,
functions) belongs to the file as a whole. Nothing is raised on a file that does not parse: what could be read is given.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from pyslang import Bag, SourceManager, ast, parsing, syntax
from pyslang.parsing import TokenKind
from pyslang.syntax import SyntaxKind, SyntaxNode, SyntaxTree

from rtlvr.evaluate.lacks import Lack, Use
from rtlvr.evaluate.simulated import outward, simulated
from rtlvr.hdl.yosys import YosysAnswer, in_child

_UNKNOWN_MACRO, _INCLUDE = "UnknownDirective", ("ExceededMaxIncludeDepth", "CouldNotOpenIncludeFile")
_REAL = {SyntaxKind.RealType, SyntaxKind.RealTimeType, SyntaxKind.ShortRealType}
_ANALOGUE_WORDS = {"electrical", "wreal", "wrealsum", "wrealavg"}
_LIBERTIES = (
    ast.CompilationFlags.AllowHierarchicalConst,
    ast.CompilationFlags.AllowUseBeforeDeclare,
    ast.CompilationFlags.AllowMergingAnsiPorts,
    ast.CompilationFlags.AllowBareValParamAssignment,
    ast.CompilationFlags.AllowTopLevelIfacePorts,
    ast.CompilationFlags.RelaxEnumConversions,
    ast.CompilationFlags.RelaxStringConversions,
)
_CLOCK_TO_Q = SyntaxKind.NonblockingAssignmentExpression
_MACRO = "SYNTHESIS"  # the one that the kit defines where it reads a design


@dataclass
class Definition:
    """A named part of a file: where it stands, what it needs, what types it uses and declares, and what to know of it."""

    name: str
    kind: str
    start: int
    end: int
    needs: dict[str, Use] = field(default_factory=dict)  # name -> how it is used; to be found somewhere
    types: set[str] = field(default_factory=set)
    declares: set[str] = field(default_factory=set)
    flags: set[str] = field(default_factory=set)
    ports: bool = False
    problem: Lack | None = None


@dataclass
class ParsedFile:
    """A file's definitions, what stands around them, and what the parser says of the text."""

    definitions: list[Definition]
    around: Definition
    cut: list[tuple[int, int]]  # spans that no unit needs: `bind` directives
    problem: Lack | None = None  # a macro or an included file that is missing
    broken: bool = False  # syntax errors
    synthesis: "ParsedFile | None" = None  # the same text with the macro SYNTHESIS, where it asks for that


def tree_of(text: str, macros: tuple[str, ...] = ()) -> SyntaxTree:
    """The syntax tree of a text, offsets in characters; included files are never opened."""
    options = parsing.PreprocessorOptions()
    options.predefines = list(macros)
    options.maxIncludeDepth = 0
    sources = SourceManager()
    ascii_text = re.sub(r"[^\x00-\x7f]", "?", text)
    return SyntaxTree.fromBuffer(sources.assignText(ascii_text), sources, Bag([options]))


def compiled(tree: SyntaxTree, top: str) -> ast.Compilation:
    """A tree elaborated from the module `top`, with the liberties that other tools take as well.

    Keep what it returns for as long as any part of it is used: the parts do not.
    """
    options = ast.CompilationOptions()
    options.topModules = {top}
    for liberty in _LIBERTIES:
        options.flags |= liberty
    compilation = ast.Compilation(Bag([options]))
    compilation.addSyntaxTree(tree)
    return compilation


def ill_formed(text: str, top: str) -> bool:
    """Whether a text that parses breaks another rule of the language, such as an undeclared name.

    It is elaborated in an expendable child, because slang crashes on some texts. Of those nothing is known: not ill-formed.
    """
    answer, _ = in_child(_elaborated, text, top)
    return answer is not None and bool(answer["errors"])


def _elaborated(text: str, top: str) -> YosysAnswer:
    compilation = compiled(tree_of(text), top)
    return {"errors": any(said.isError() for said in compilation.getAllDiagnostics())}


def span(node: SyntaxNode, tree: SyntaxTree) -> tuple[int, int]:
    """Where a node stands in the text; for what a macro made, where the macro is used."""
    start, end = node.sourceRange.start, node.sourceRange.end
    sources = tree.sourceManager
    while sources.isMacroLoc(start):
        start = sources.getExpansionRange(start).start
    while sources.isMacroLoc(end):
        end = sources.getExpansionRange(end).end
    return start.offset, max(start.offset, end.offset)


def parse(text: str) -> ParsedFile:
    """The parts of a text. What they need is told with and without the macro SYNTHESIS, all else without it."""
    parsed = _parsed(text, ())
    if _MACRO in text:
        parsed.synthesis = _parsed(text, (_MACRO,))
        if not parsed.synthesis.broken:
            _merge(parsed, parsed.synthesis)
    return parsed


def _merge(parsed: ParsedFile, other: ParsedFile) -> None:
    known = {definition.name: definition for definition in parsed.definitions}
    for definition in (*other.definitions, other.around):
        here = known.get(definition.name, parsed.around)
        if definition is not other.around and here is parsed.around:
            here.declares.add(definition.name)
            continue
        here.needs = {**definition.needs, **here.needs}
        here.types |= definition.types
        here.declares |= definition.declares
    parsed.problem = parsed.problem or other.problem


def _parsed(text: str, macros: tuple[str, ...]) -> ParsedFile:
    tree = tree_of(text, macros)
    parsed = ParsedFile([], Definition("", "file", 0, len(text)), [])
    for member in cast(syntax.CompilationUnitSyntax, tree.root).members:
        start, end = span(member, tree)
        found = _KINDS.get(member.kind)
        if member.kind == SyntaxKind.BindDirective:
            parsed.cut.append((start, end))
        elif found:
            name = member.header.name if hasattr(member, "header") else member.name
            part = Definition(name.valueText, found, start, end)
            member.visit(_Reader(part))
            _read_header(part, member)
            parsed.definitions.append(part)
        else:
            member.visit(_Reader(parsed.around))
    _read_diagnostics(parsed, tree, text)
    return parsed


_KINDS = {
    SyntaxKind.ModuleDeclaration: "module",
    SyntaxKind.InterfaceDeclaration: "interface",
    SyntaxKind.PackageDeclaration: "package",
    SyntaxKind.ProgramDeclaration: "program",
    SyntaxKind.UdpDeclaration: "primitive",
    SyntaxKind.ClassDeclaration: "class",
    SyntaxKind.CheckerDeclaration: "checker",
}


def _read_diagnostics(parsed: ParsedFile, tree: SyntaxTree, text: str) -> None:
    for said in tree.diagnostics:
        code = str(said.code)
        if _UNKNOWN_MACRO in code:
            macro = str(said.args[0]).strip("`")
            parsed.problem = parsed.problem or Lack(use="uses the macro", name=macro, why="is not defined")
        elif any(name in code for name in _INCLUDE):
            line = text[said.location.offset :].split("\n", 1)[0].strip()
            path = line.strip("<>").split('"')[-2:][0]
            parsed.problem = parsed.problem or Lack(use="includes", name=path, why="is not found")
        elif said.isError():
            parsed.broken = True


def _read_header(part: Definition, member: SyntaxNode) -> None:
    """Ports and parameters of a module or interface."""
    if part.kind not in ("module", "interface", "program"):
        return
    module = cast(syntax.ModuleDeclarationSyntax, member)
    ports = module.header.ports
    part.ports = ports is not None and (not hasattr(ports, "ports") or len(ports.ports) > 0)
    if part.kind == "module" and part.ports and "interface" not in part.flags and (flag := outward(module)):
        part.flags.add(flag)
    if module.header.parameters is None:
        return
    for declaration in module.header.parameters.declarations:
        if not hasattr(declaration, "declarators") or declaration.keyword.kind == TokenKind.LocalParamKeyword:
            continue
        for one in declaration.declarators:
            if (
                getattr(one, "name", "")
                and one.name.valueText
                and (getattr(one, "initializer", None) or getattr(one, "assignment", None)) is None
            ):
                part.problem = Lack(use="has the parameter", name=one.name.valueText, why="has no default")


_Named = (
    syntax.TypedefDeclarationSyntax
    | syntax.ForwardTypedefDeclarationSyntax
    | syntax.TypeAssignmentSyntax
    | syntax.ClassDeclarationSyntax
    | syntax.NetTypeDeclarationSyntax
)


class _Reader:
    """Gathers what a definition needs while its nodes are visited."""

    def __init__(self, part: Definition) -> None:
        self._part = part

    def __call__(self, node: SyntaxNode | parsing.Token) -> None:
        if not isinstance(node, SyntaxNode):
            return
        read = _READERS.get(type(node))
        if read:
            read(self._part, node)
        flag = simulated(node)
        if flag and self._part.kind != "package":  # of which most may be for others
            self._part.flags.add(flag)


def _instance(part: Definition, node: syntax.HierarchyInstantiationSyntax) -> None:
    part.needs.setdefault(node.type.valueText, "instantiates")


def _import(part: Definition, node: syntax.PackageImportItemSyntax) -> None:
    part.needs.setdefault(node.package.valueText, "imports")


def _scoped(part: Definition, node: syntax.ScopedNameSyntax) -> None:
    left = node.left
    if not isinstance(left, syntax.IdentifierNameSyntax | syntax.ClassNameSyntax):
        return
    if node.separator.kind == TokenKind.DoubleColon:
        part.needs.setdefault(left.identifier.valueText, "looks into")


def _interface_port(part: Definition, node: syntax.InterfacePortHeaderSyntax) -> None:
    part.flags.add("interface")
    if node.nameOrKeyword.kind == TokenKind.Identifier:
        part.needs.setdefault(node.nameOrKeyword.valueText, "has a port of")


def _named_type(part: Definition, node: syntax.NamedTypeSyntax) -> None:
    if isinstance(node.name, syntax.IdentifierNameSyntax):
        name = node.name.identifier.valueText
        part.types.add(name)
        if name in _ANALOGUE_WORDS:
            part.flags.add("analogue")


def _port(part: Definition, node: syntax.VariablePortHeaderSyntax | syntax.NetPortHeaderSyntax) -> None:
    direction = getattr(node, "direction", None)
    if direction is not None and direction.kind == TokenKind.InOutKeyword:
        part.flags.add("inout")
    if getattr(node, "dataType", None) is not None and node.dataType.kind in _REAL:
        part.flags.add("analogue")


def _declared(part: Definition, node: _Named) -> None:
    part.declares.add(node.name.valueText)


def _nested(part: Definition, node: syntax.ModuleDeclarationSyntax) -> None:
    part.declares.add(node.header.name.valueText)


def _delay(part: Definition, node: SyntaxNode) -> None:
    if node.kind == SyntaxKind.CycleDelay:
        return
    around = node.parent
    clock_to_q = around.kind == SyntaxKind.TimingControlExpression and around.parent.kind == _CLOCK_TO_Q
    if not clock_to_q:
        part.flags.add("delays")


def _waits(part: Definition, node: SyntaxNode) -> None:
    if node.kind != SyntaxKind.SequentialBlockStatement:
        part.flags.add("delays")


# By a node's class, which is what the function takes.
_READERS: dict[type[SyntaxNode], Callable[[Definition, Any], None]] = {
    syntax.HierarchyInstantiationSyntax: _instance,
    syntax.PackageImportItemSyntax: _import,
    syntax.ScopedNameSyntax: _scoped,
    syntax.InterfacePortHeaderSyntax: _interface_port,
    syntax.NamedTypeSyntax: _named_type,
    syntax.VariablePortHeaderSyntax: _port,
    syntax.NetPortHeaderSyntax: _port,
    syntax.TypedefDeclarationSyntax: _declared,
    syntax.ForwardTypedefDeclarationSyntax: _declared,
    syntax.TypeAssignmentSyntax: _declared,
    syntax.ClassDeclarationSyntax: _declared,
    syntax.NetTypeDeclarationSyntax: _declared,
    syntax.ModuleDeclarationSyntax: _nested,
    syntax.DelaySyntax: _delay,
    syntax.Delay3Syntax: _delay,
    syntax.WaitStatementSyntax: _waits,
    syntax.WaitForkStatementSyntax: _waits,
    syntax.WaitOrderStatementSyntax: _waits,
    syntax.BlockStatementSyntax: _waits,
}
