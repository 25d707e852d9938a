"""What no output depends on is taken out; what cannot be judged, or must not reach a tool, is named.

Taken out: attributes, printing and dumping, the end of a simulation, assertions, properties, covers, checks that hold at
elaboration, timing specifications, `final` blocks, and the clock-to-output delay of `q <= #1 d`. Files that memories are
loaded from are not read: their names are kept, and the memory starts unknown.
"""

import re
from dataclasses import dataclass, field

import pyslang
from pyslang import ast, parsing, syntax

from rtlvr.errors import DesignError
from rtlvr.hdl.declarations import Declaration
from rtlvr.hdl.syntax import KIND, Parsed, place

_SKIP = ast.VisitAction.Skip
_PRINTS = re.compile(
    r"\$(?:f?(?:display|write|strobe|monitor)[bho]?|monitor(?:on|off)|error|warning|info|fatal|finish|stop|exit|dump\w+|"
    r"timeformat|printtimescale|fflush|fclose|assert\w*|vcdplus\w*|fsdb\w+|shm_\w+|sdf_annotate|cover\w*)"
)
_ASKS = re.compile(r"\$(?:test|value)\$plusargs")  # options of a simulation: there are none
_CHANCE = re.compile(r"\$(?:u?random|urandom_range|dist_\w+)")  # at the beginning: an unknown value
_LOADS = re.compile(r"\$readmem[bh]")
_CHANGES = frozenset(
    kind for name in dir(KIND) if name.endswith(("AssignmentExpression", "incrementExpression", "decrementExpression"))
    for kind in (getattr(KIND, name),)
)  # fmt: skip
_GONE = {
    KIND.AttributeInstance, KIND.ConcurrentAssertionMember, KIND.ImmediateAssertionMember, KIND.PropertyDeclaration,
    KIND.SequenceDeclaration, KIND.CovergroupDeclaration, KIND.DefaultDisableDeclaration, KIND.DefaultClockingReference,
    KIND.ClockingDeclaration, KIND.CheckerDeclaration, KIND.CheckerInstantiation, KIND.SpecifyBlock, KIND.FinalBlock,
    KIND.TimeUnitsDeclaration, KIND.EmptyMember,
}  # fmt: skip
_CONCURRENT = {
    KIND.AssertPropertyStatement, KIND.AssumePropertyStatement, KIND.CoverPropertyStatement, KIND.CoverSequenceStatement,
    KIND.ExpectPropertyStatement, KIND.RestrictPropertyStatement,
}  # fmt: skip
_IMMEDIATE = {KIND.ImmediateAssertStatement, KIND.ImmediateAssumeStatement, KIND.ImmediateCoverStatement}
_REFUSED = {
    KIND.DPIImport: "import of foreign functions", KIND.DPIExport: "export of functions", KIND.BindDirective: "bind",
    KIND.ProceduralForceStatement: "force", KIND.ProceduralReleaseStatement: "release", KIND.ProgramDeclaration: "program",
    KIND.ClassDeclaration: "class", KIND.RandSequenceStatement: "randsequence", KIND.NewClassExpression: "new",
}  # fmt: skip
_TIMED = {
    KIND.DelayControl: "delays", KIND.Delay3: "delays", KIND.OneStepDelay: "delays", KIND.CycleDelay: "delays",
    KIND.WaitStatement: "`wait`", KIND.WaitForkStatement: "`wait`", KIND.WaitOrderStatement: "`wait`",
    KIND.ParallelBlockStatement: "`fork`", KIND.DisableForkStatement: "`fork`",
}  # fmt: skip
# What Yosys's own reader does not know: slang reads such text first.
_SLANG = {
    KIND.InsideExpression, KIND.StreamingConcatenationExpression, KIND.InterfaceDeclaration, KIND.LetDeclaration,
    KIND.TypeParameterDeclaration, KIND.AssignmentPatternExpression, KIND.JumpStatement, KIND.ForeachLoopStatement,
    KIND.DoWhileStatement, KIND.UnionType, KIND.ConditionalPattern, KIND.TaggedUnionExpression, KIND.TypeReference,
    KIND.PackageImportDeclaration, KIND.ReturnStatement,
}  # fmt: skip
_BLANKS = ("begin end", "")


@dataclass
class Quieted:
    """What `quiet` found in the units: edits of the text, and what is to be known of them."""

    edits: list[tuple[int, int, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)  # that memories would be loaded from
    checks: bool = False  # whether there are checks that elaboration would run
    slang: bool = False  # whether Yosys's own reader is known not to read it
    real: bool = False  # whether it computes with real numbers


def quiet(parsed: Parsed, kept: list[Declaration]) -> Quieted:
    """The edits that take out of `kept` what no output depends on.

    Raises:
        DesignError: it holds a construct that is not allowed, or time passes inside it.
    """
    found = Quieted()
    for unit in kept:
        if unit.kind in ("program", "class"):
            raise DesignError(f"the construct {unit.kind} is not allowed")
        unit.node.visit(lambda node: _look(parsed, node, found))
    return found


def _look(parsed: Parsed, node: object, found: Quieted) -> object:
    if not isinstance(node, syntax.SyntaxNode):
        return None
    kind = node.kind
    if kind in _REFUSED:
        raise DesignError(f"the construct {_REFUSED[kind]} is not allowed")
    if kind in _TIMED:
        raise DesignError(f"{_TIMED[kind]} cannot be judged: {str(node).strip()[:40]}")
    found.slang |= (kind in _SLANG and not _plain_predicate(node)) or _case_inside(node)
    if kind == KIND.DefParam:
        _check_defparam(node)
    if kind == KIND.NonblockingAssignmentExpression and node.right.kind == KIND.TimingControlExpression:
        return _clock_to_output(parsed, node, found)
    instead = _instead(node, found)
    if instead is None:
        return None
    found.edits.append((*place(node), instead))
    return _SKIP


def _plain_predicate(node: syntax.SyntaxNode) -> bool:
    """Whether a condition is an ordinary one, without a pattern."""
    return node.kind == KIND.ConditionalPattern and node.matchesClause is None


def _case_inside(node: syntax.SyntaxNode) -> bool:
    return node.kind == KIND.CaseStatement and bool(str(node.matchesOrInside).strip())


def _instead(node: syntax.SyntaxNode, found: Quieted) -> str | None:
    """What stands for a node that is taken out, or None where it stays."""
    kind = node.kind
    if kind == KIND.ElabSystemTask:
        found.checks = True
        return _blank(node)
    if kind in _GONE:
        return "" if kind == KIND.AttributeInstance else _blank(node)
    if kind in _CONCURRENT:
        return _BLANKS[0]
    if kind in _IMMEDIATE:
        _check_harmless(node.action, "an assertion")
        return _BLANKS[0]
    if kind == KIND.InvocationExpression and _ASKS.fullmatch(_task(node)):
        return "1'b0"
    if (
        kind in (KIND.InvocationExpression, KIND.SystemName)
        and _CHANCE.fullmatch(_task(node))
        and _at_the_beginning(node)
    ):
        return "32'bx"
    if kind == KIND.ExpressionStatement and (name := _task(node.expr)):
        if _LOADS.fullmatch(name):
            found.files.append(" ".join(str(node.expr.arguments.parameters[0]).split()))
            return _BLANKS[0]
        if _PRINTS.fullmatch(name):
            _check_harmless(node.expr, "printing")
            return _BLANKS[0]
    return None


def _at_the_beginning(node: syntax.SyntaxNode) -> bool:
    """Whether a node is inside an `initial` block."""
    while node is not None and node.kind != KIND.InitialBlock:
        node = node.parent
    return node is not None


def _blank(node: syntax.SyntaxNode) -> str:
    """A member that is the only one of a generate branch leaves an empty block."""
    parent = node.parent
    alone = parent is not None and parent.kind in (KIND.IfGenerate, KIND.ElseClause, KIND.StandardCaseItem,
                                                   KIND.DefaultCaseItem, KIND.LoopGenerate)  # fmt: skip
    return _BLANKS[0] if alone else _BLANKS[1]


def _task(expression: syntax.SyntaxNode) -> str:
    """The name of the system task that an expression calls, or nothing."""
    called = expression.left if expression.kind == KIND.InvocationExpression else expression
    return str(called).strip() if called.kind == KIND.SystemName else ""


def _check_harmless(node: syntax.SyntaxNode, what: str) -> None:
    """Raises DesignError where something is changed inside of what is taken out."""
    inside: list[syntax.SyntaxNode] = []
    node.visit(lambda item: inside.append(item) if isinstance(item, syntax.SyntaxNode) else None)
    if any(item.kind in _CHANGES for item in inside):
        raise DesignError(f"{what} that changes a value cannot be judged")


def _clock_to_output(parsed: Parsed, node: syntax.SyntaxNode, found: Quieted) -> object:
    """`q <= #1 d` is `q <= d`: the delay from the clock to the output is not judged."""
    timing = node.right.timing
    if timing.kind in (KIND.DelayControl, KIND.Delay3):
        found.edits.append((*place(timing), ""))
        for part in (node.left, node.right.expr):
            part.visit(lambda item: _look(parsed, item, found))
        return _SKIP
    raise DesignError("delays cannot be judged: " + str(node).strip()[:40])


def _check_defparam(node: syntax.SyntaxNode) -> None:
    """Raises DesignError unless each target begins with an instance of the same module."""
    module = node.parent
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
    options, bag = ast.CompilationOptions(), pyslang.Bag()
    options.topModules = {top}
    bag.compilationOptions = options
    compilation = ast.Compilation(bag)
    compilation.addSyntaxTree(parsed.tree)
    for found in compilation.getAllDiagnostics():
        if any(name in str(found.code) for name in ("ErrorTask", "FatalTask", "StaticAssert")):
            said = pyslang.DiagnosticEngine.reportAll(parsed.sources, [found]).splitlines()[0]
            return re.sub(r"^\S*?:(\d+):\d+: \w+: ", "", said)[:200]
    return None
