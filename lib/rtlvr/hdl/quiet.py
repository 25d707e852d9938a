"""What no output depends on is taken out; what cannot be judged, or must not reach a tool, is named.

Taken out: attributes, printing and dumping, blocks that only wait and print, the end of a simulation, assertions, properties,
covers, checks that hold at elaboration, timing specifications, `final` blocks, the clock-to-output delay of `q <= #1 d`, and
foreign functions that nothing calls. Files that memories are loaded from are not read: their names are kept, and the memory
starts unknown. A random value is an unknown one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

import pyslang
from pyslang import ast, parsing, syntax

from rtlvr.errors import DesignError
from rtlvr.hdl.branches import compiled
from rtlvr.hdl.declarations import Declaration
from rtlvr.hdl.effects import BLANKS, CHANGES, ROUTINES, base, blank, changes_anything, impure, only_waits, prints
from rtlvr.hdl.icarus_words import edits
from rtlvr.hdl.misread import Names, misread_by_icarus, needs_slang
from rtlvr.hdl.syntax import KIND, Parsed, nodes, place, words

_Call = syntax.InvocationExpressionSyntax
_SKIP = ast.VisitAction.Skip
_ASKS = re.compile(r"\$(?:test|value)\$plusargs")  # options of a simulation: there are none
_CHANCE = re.compile(r"\$(?:u?random|urandom_range|dist_\w+)")  # unknown values
_SEEDED = re.compile(r"\$(?:random|dist_\w+)")  # ... which change their first argument, and are signed
_LOADS = re.compile(r"\$readmem[bh]")
_GONE = {
    KIND.AttributeInstance, KIND.ConcurrentAssertionMember, KIND.ImmediateAssertionMember, KIND.PropertyDeclaration,
    KIND.SequenceDeclaration, KIND.CovergroupDeclaration, KIND.DefaultDisableDeclaration, KIND.DefaultClockingReference,
    KIND.ClockingDeclaration, KIND.CheckerDeclaration, KIND.CheckerInstantiation, KIND.SpecifyBlock, KIND.FinalBlock,
    KIND.TimeUnitsDeclaration, KIND.EmptyMember, KIND.DPIExport,
}  # fmt: skip
_CONCURRENT = {
    KIND.AssertPropertyStatement, KIND.AssumePropertyStatement, KIND.CoverPropertyStatement, KIND.CoverSequenceStatement,
    KIND.ExpectPropertyStatement, KIND.RestrictPropertyStatement,
}  # fmt: skip
_IMMEDIATE = {KIND.ImmediateAssertStatement, KIND.ImmediateAssumeStatement, KIND.ImmediateCoverStatement}
_REFUSED = {
    KIND.DPIImport: "import of foreign functions", KIND.BindDirective: "bind",
    KIND.ProceduralForceStatement: "force", KIND.ProceduralReleaseStatement: "release", KIND.ProgramDeclaration: "program",
    KIND.ClassDeclaration: "class", KIND.RandSequenceStatement: "randsequence", KIND.NewClassExpression: "new",
}  # fmt: skip
_TIMED = {
    KIND.DelayControl: "delays", KIND.Delay3: "delays", KIND.OneStepDelay: "delays", KIND.CycleDelay: "delays",
    KIND.WaitStatement: "`wait`", KIND.WaitForkStatement: "`wait`", KIND.WaitOrderStatement: "`wait`",
    KIND.ParallelBlockStatement: "`fork`", KIND.DisableForkStatement: "`fork`",
}  # fmt: skip
_SHORT = {KIND.LogicalAndExpression, KIND.LogicalOrExpression, KIND.LogicalImplicationExpression}
_CALLS = syntax.ExpressionStatementSyntax | syntax.VoidCastedCallStatementSyntax
_SCOPES = {KIND.ModuleDeclaration, KIND.InterfaceDeclaration}
# The condition of statements that decide.
_DECIDES = {
    KIND.ConditionalStatement: "predicate", KIND.CaseStatement: "expr", KIND.LoopStatement: "expr",
    KIND.DoWhileStatement: "expr", KIND.ForLoopStatement: "stopExpr",
}  # fmt: skip


@dataclass
class Quieted:
    """What `quiet` found in the units: edits of the text, and what is to be known of them."""

    kept: Sequence[Declaration]
    edits: list[tuple[int, int, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)  # that memories would be loaded from
    checks: bool = False  # whether there are checks that elaboration would run
    slang: bool = False  # whether Yosys's own reader is known not to read it
    misread: bool = False  # whether Icarus is known to misread it
    chance: bool = False  # whether it asks for random values
    unknown: dict[int, list[str]] = field(default_factory=dict)  # declarations to add, by the end of a module's header

    @cached_property
    def impure(self) -> frozenset[str]:
        """Functions and tasks of the units that change more than what is their own."""
        return impure([unit.node for unit in self.kept])

    @cached_property
    def checkers(self) -> frozenset[str]:
        """Checkers of the units that give nothing back."""
        given = (unit for unit in self.kept if unit.kind == "checker" and "output" not in unit.mentioned)
        return frozenset(unit.name for unit in given)

    @cached_property
    def names(self) -> Names:
        """Names of instances and types in the units."""
        return Names(tuple(unit.node for unit in self.kept))

    def mentions(self, name: str) -> int:
        """How often the units mention `name`."""
        return sum(_mentions(name, unit.text) for unit in self.kept)


def quiet(parsed: Parsed, kept: list[Declaration]) -> Quieted:
    """The edits that take out of `kept` what no output depends on.

    Raises:
        DesignError: it holds a construct that is not allowed, or time passes inside it.
    """
    found = Quieted(kept)
    for unit in kept:
        if unit.kind in ("program", "class"):
            raise DesignError(f"the construct {unit.kind} is not allowed")
        unit.node.visit(lambda node: _look(parsed, node, found))
    found.edits += [(end - 1, end, "; " + " ".join(declared)) for end, declared in found.unknown.items()]
    return found


def _look(parsed: Parsed, node: object, found: Quieted) -> object:
    if not isinstance(node, syntax.SyntaxNode):
        return None
    kind = node.kind
    if only_waits(node, found.impure):
        found.edits.append((*place(node), blank(node)))
        return _SKIP
    if kind in _REFUSED and (kind != KIND.DPIImport or _called(node, found)):
        raise DesignError(f"the construct {_REFUSED[kind]} is not allowed")
    if kind in _TIMED:
        raise DesignError(f"{_TIMED[kind]} cannot be judged: {str(node).strip()[:40]}")
    found.slang |= needs_slang(node, found.names)
    found.misread |= misread_by_icarus(node, found.names)
    if isinstance(node, syntax.DefParamSyntax):
        _check_defparam(node)
    _check_sizes(node)
    _check_skipped(node, found)
    _check_argument(node)
    if (
        isinstance(node, syntax.BinaryExpressionSyntax)
        and kind == KIND.NonblockingAssignmentExpression
        and isinstance(node.right, syntax.TimingControlExpressionSyntax)
    ):
        return _clock_to_output(parsed, node, node.right, found)
    instead = _instead(node, found)
    if instead is None:
        found.edits += edits(node, lambda: found.names.vectors)
        return None
    found.edits.append((*place(node), instead))
    return _SKIP


def _instead(node: syntax.SyntaxNode, found: Quieted) -> str | None:
    """What stands for a node that is taken out, or None where it stays."""
    kind = node.kind
    if kind == KIND.ElabSystemTask:
        found.checks = True
        return blank(node)
    if kind in _GONE or kind == KIND.DPIImport or _of_checker(node, found):
        return "" if kind == KIND.AttributeInstance else blank(node)
    if kind in _CONCURRENT:
        return BLANKS[0]
    if kind in _IMMEDIATE:
        _check_harmless(node, "an assertion", found)
        return BLANKS[0]
    if kind in (KIND.InvocationExpression, KIND.SystemName) and (name := _task(node)):
        if _ASKS.fullmatch(name):
            return "1'b0"
        return _by_chance(node, name, found) if _CHANCE.fullmatch(name) else None
    if isinstance(node, _CALLS) and (name := _task(node.expr)):
        return _statement(node.expr, name, found)
    return None


def _of_checker(node: syntax.SyntaxNode, found: Quieted) -> bool:
    """Whether it is an instance of a checker, which reads as one of a module does."""
    return isinstance(node, syntax.HierarchyInstantiationSyntax) and node.type.valueText in found.checkers


def _statement(call: syntax.SyntaxNode, name: str, found: Quieted) -> str | None:
    """What stands for a call of system task `name` that is a statement."""
    if _LOADS.fullmatch(name):
        found.files.append(" ".join(str(cast(_Call, call).arguments.parameters[0]).split()))
        return BLANKS[0]
    if prints(name):
        _check_harmless(call, "printing", found)
        return BLANKS[0]
    if _CHANCE.fullmatch(name):
        _check_chance(call, name, found)
        return BLANKS[0]
    return BLANKS[0] if _ASKS.fullmatch(name) else None


def _by_chance(node: syntax.SyntaxNode, name: str, found: Quieted) -> str:
    """What stands for a random value: x as a first value, elsewhere a variable of its own that nothing assigns."""
    _check_chance(node, name, found)
    signed = " signed" if _SEEDED.fullmatch(name) else ""
    begins = False
    home: syntax.SyntaxNode | None = node.parent
    while home is not None and home.kind not in _SCOPES:
        if home.kind == KIND.InitialBlock:
            _check_decisions(home)
            begins = True
        outer = home.parent
        if home.kind == KIND.DataDeclaration and not isinstance(outer, syntax.StatementSyntax):
            begins |= outer.kind not in ROUTINES
        home = outer
    if begins:
        return "32'sbx" if signed else "32'bx"
    if home is None:
        raise DesignError(f"{name} outside of a module cannot be judged")
    variable = f"rtlvr_unknown_{sum(map(len, found.unknown.values()))}"
    if found.mentions(variable):
        raise DesignError(f"the name {variable} is not allowed: give it another")
    header = cast(syntax.ModuleDeclarationSyntax, home).header
    found.unknown.setdefault(place(header)[1], []).append(f"reg{signed} [31:0] {variable};")
    return variable


def _check_chance(call: syntax.SyntaxNode, name: str, found: Quieted) -> None:
    """Raises DesignError where a call of `name` changes more than a seed that serves for nothing else."""
    found.chance = True
    _check_harmless(call, "a random value", found)
    if not isinstance(call, _Call) or not _SEEDED.fullmatch(name) or not list(call.arguments.parameters):
        return
    seed, harmless = str(call.arguments.parameters[0]).strip(), 0
    for node in (node for unit in found.kept for node in nodes(unit.node)):
        if isinstance(node, syntax.DeclaratorSyntax) and node.parent.kind == KIND.DataDeclaration:
            harmless += node.name.valueText == seed
        elif isinstance(node, syntax.BinaryExpressionSyntax) and node.kind == KIND.AssignmentExpression:
            harmless += str(node.left).strip() == seed
        elif isinstance(node, _Call) and _SEEDED.fullmatch(_task(node)):
            harmless += str(next(iter(node.arguments.parameters), "")).strip() == seed
    if not re.fullmatch(r"[A-Za-z_][\w$]*", seed) or found.mentions(seed) > harmless:
        raise DesignError(f"{name} changes {seed}, which serves for more than a seed: what it becomes cannot be judged")


def _check_decisions(block: syntax.SyntaxNode) -> None:
    """Raises DesignError where what a block does depends on chance."""
    inside = list(nodes(block))
    unsure = {base(node) for node in inside if node.kind in CHANGES and _CHANCE.search(str(node))}
    for node in inside:
        said = str(getattr(node, _DECIDES.get(node.kind, ""), ""))
        if _CHANCE.search(said) or words(said) & unsure:
            raise DesignError(f"what an `initial` block does depends on chance: {said.strip()[:40]}")


def _called(node: syntax.SyntaxNode, found: Quieted) -> bool:
    """Whether the units mention an imported function anywhere else."""
    name = cast(syntax.DPIImportSyntax, node).method.name.getLastToken().valueText
    return found.mentions(name) > _mentions(name, str(node))


def _mentions(name: str, text: str) -> int:
    return len(re.findall(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text))


def _check_argument(node: syntax.SyntaxNode) -> None:
    """Raises DesignError for an argument by reference that may change: tools read it as one that stays, without a word."""
    if (
        isinstance(node, syntax.FunctionPortSyntax)
        and node.direction.valueText == "ref"
        and not node.constKeyword.valueText
    ):
        raise DesignError(f"an argument by reference, {str(node).strip()}, cannot be judged: make it an `inout` one")


def _check_sizes(node: syntax.SyntaxNode) -> None:
    """Raises DesignError for what has no size and that no tool of ours reads."""
    if isinstance(node, syntax.VariableDimensionSyntax) and (inside := node.specifier) is not None:
        index = inside.selector if isinstance(inside, syntax.RangeDimensionSpecifierSyntax) else None
        named = isinstance(index, syntax.BitSelectSyntax) and isinstance(index.expr, syntax.DataTypeSyntax)
        if named or inside.kind == KIND.WildcardDimensionSpecifier:
            raise DesignError(f"an associative array, {str(node).strip()}, cannot be judged: give it a fixed size")
    if isinstance(node, syntax.ValueRangeExpressionSyntax) and "$" in (str(node.left).strip(), str(node.right).strip()):
        raise DesignError(f"the open range {str(node).strip()} cannot be judged: give both ends")


def _check_skipped(node: syntax.SyntaxNode, found: Quieted) -> None:
    """Raises DesignError where what `&&`, `||`, `->` or `?:` may pass over changes a value: synthesis changes it all the same."""
    if isinstance(node, syntax.BinaryExpressionSyntax) and node.kind in _SHORT:
        skipped: list[syntax.SyntaxNode] = [node.right]
    elif isinstance(node, syntax.ConditionalExpressionSyntax):
        skipped = [node.left, node.right]
    else:
        return
    if any(changes_anything(one, found.impure) for one in skipped):
        raise DesignError(f"what changes a value in {str(node).strip()[:40]} may be passed over, and cannot be judged")


def _task(expression: syntax.SyntaxNode) -> str:
    """The name of the system task that an expression calls, or nothing."""
    called = expression.left if isinstance(expression, _Call) else expression
    return str(called).strip() if called.kind == KIND.SystemName else ""


def _check_harmless(node: syntax.SyntaxNode, what: str, found: Quieted) -> None:
    """Raises DesignError where something is changed inside of what is taken out."""
    if changes_anything(node, found.impure):
        raise DesignError(f"{what} that changes a value cannot be judged")


def _clock_to_output(
    parsed: Parsed, node: syntax.BinaryExpressionSyntax, right: syntax.TimingControlExpressionSyntax, found: Quieted
) -> object:
    """`q <= #1 d` is `q <= d`: the delay from the clock to the output is not judged."""
    timing = right.timing
    if timing.kind in (KIND.DelayControl, KIND.Delay3):
        found.edits.append((*place(timing), ""))
        for part in (node.left, right.expr):
            part.visit(lambda item: _look(parsed, item, found))
        return _SKIP
    raise DesignError("delays cannot be judged: " + str(node).strip()[:40])


def _check_defparam(node: syntax.DefParamSyntax) -> None:
    """Raises DesignError unless each target begins with an instance of the same module."""
    module: syntax.SyntaxNode | None = node.parent
    while module is not None and module.kind != KIND.ModuleDeclaration:
        module = module.parent
    known: set[str] = set()
    if module is not None:
        module.visit(
            lambda item: known.add(item.name.valueText) if getattr(item, "kind", None) == KIND.InstanceName else None
        )
        module.visit(
            lambda item: (
                known.add(item.name.valueText) if getattr(item, "kind", None) == KIND.NamedBlockClause else None
            )
        )
    for assignment in node.assignments:
        if isinstance(assignment, parsing.Token):
            continue
        first = re.match(r"\s*([\w$]+)", str(assignment.name))
        if first is None or first[1] not in known:
            raise DesignError(
                f"defparam of {str(assignment.name).strip()}, which is no instance of its module, is not allowed"
            )


def failing_check(parsed: Parsed, top: str) -> str | None:
    """What an elaboration check of the design says that does not hold, or None."""
    compilation = compiled(parsed, top)
    for found in compilation.getAllDiagnostics():
        if any(name in str(found.code) for name in ("ErrorTask", "FatalTask", "StaticAssert")):
            said = pyslang.DiagnosticEngine.reportAll(parsed.sources, [found]).splitlines()[0]
            return re.sub(r"^\S*?:(\d+):\d+: \w+: ", "", said)[:200]
    return None
