"""What a text declares: modules and what they use, which one is the top, and what the top needs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from pyslang import syntax

from rtlvr.errors import DesignError
from rtlvr.hdl.syntax import KIND, Parsed, expanded, nodes_of, parse, place, words

_KINDS = {
    KIND.ModuleDeclaration: "module",
    KIND.InterfaceDeclaration: "interface",
    KIND.PackageDeclaration: "package",
    KIND.ProgramDeclaration: "program",
    KIND.UdpDeclaration: "primitive",
    KIND.ClassDeclaration: "class",
    KIND.CheckerDeclaration: "checker",
}
_NEVER = {
    KIND.BindDirective: "bind",
    KIND.ConfigDeclaration: "config",
    KIND.ExternModuleDecl: "extern module",
    KIND.ExternUdpDecl: "extern primitive",
    KIND.LibraryDeclaration: "library",
}


@dataclass(frozen=True)
class Declaration:
    """A module, interface, package or the like; `kind` is `loose` for what stands outside of all."""

    name: str
    kind: str
    node: syntax.SyntaxNode
    text: str

    @cached_property
    def instances(self) -> frozenset[str]:
        """Names of the modules and primitives that it instantiates."""
        found = nodes_of(self.node, syntax.HierarchyInstantiationSyntax)
        return frozenset(node.type.valueText for node in found)

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """All words in it."""
        return frozenset(words(self.text))

    @cached_property
    def ports(self) -> tuple[str, ...]:
        """Names of its ports, as its header gives them."""
        ports = getattr(getattr(self.node, "header", None), "ports", None)
        return tuple(name for item in getattr(ports, "ports", ()) if (name := _port_name(item)))


def _port_name(item: object) -> str:
    declared = getattr(item, "declarator", None)
    if declared is not None:
        return str(declared.name.valueText)
    name = getattr(item, "name", None)
    if name is not None and (said := getattr(name, "valueText", None)):
        return str(said)
    inner = getattr(item, "expr", None)
    return str(inner).strip().split("[")[0].strip() if inner is not None else ""


def declarations(parsed: Parsed) -> list[Declaration]:
    """What the text declares, in order.

    Raises:
        DesignError: it binds, configures or declares outside libraries, which is not allowed.
    """
    found = []
    for node in parsed.members:
        if node.kind in _NEVER:
            raise DesignError(f"the construct {_NEVER[node.kind]} is not allowed")
        kind, (begin, end) = _KINDS.get(node.kind, "loose"), place(node)
        named = getattr(getattr(node, "header", node), "name", None) if kind != "loose" else None
        found.append(Declaration(getattr(named, "valueText", ""), kind, node, parsed.text[begin:end]))
    return found


def header(text: str, top: str) -> str:
    """The header of module `top` as it stands in the text; an old header that only lists names, with their declarations.

    Raises:
        DesignError: there is no such module.
    """
    text = expanded(parse(text)) if "`" in text else text
    parsed = parse(text)
    modules = [unit for unit in declarations(parsed) if unit.kind == "module" and unit.name == top]
    if not modules:
        raise DesignError(f"got no module {top} in it; needed: the module whose header is asked for")
    node = cast(syntax.ModuleDeclarationSyntax, modules[0].node)
    found = [node.header, *(member for member in node.members if member.kind == KIND.PortDeclaration)]
    return "\n".join(text[slice(*place(part))] for part in found)


def top_of(
    found: Sequence[Declaration], wanted: str | None, preferred: str | None, ports: Collection[str] | None
) -> Declaration:
    """The top module: `wanted`; else `preferred` where there is one; else the one that nothing instantiates.

    Modules without ports are test benches and do not count. Of several the one with exactly `ports` is taken.

    Raises:
        DesignError: there is no such module, or several.
    """
    modules = [unit for unit in found if unit.kind == "module"]
    names = [unit.name for unit in modules]
    if not modules:
        raise DesignError("there is no module in it", "no_top")
    for name in (wanted, preferred):
        if name in names:
            return modules[names.index(name)]
    if wanted is not None:
        raise DesignError(f"it has no module {wanted}; got {', '.join(names)}", "no_top")
    roots = _roots(modules)
    fitting = [unit for unit in roots if ports is not None and set(unit.ports) == set(ports)]
    if len(roots) != 1 and len(fitting) != 1:
        shown = ", ".join(sorted(unit.name for unit in roots)) or "none"
        raise DesignError(f"got {len(roots)} modules that nothing instantiates ({shown}); one top is needed", "no_top")
    return (fitting if len(roots) != 1 else roots)[0]


def _roots(modules: Sequence[Declaration]) -> list[Declaration]:
    """Modules with ports that no other module instantiates; what only a test bench instantiates counts as well."""
    left = list(modules)
    while True:
        used = {name for unit in left for name in unit.instances if name != unit.name}
        benches = [unit for unit in left if unit.name not in used and not unit.ports]
        if not benches or len(benches) == len(left):
            return [unit for unit in left if unit.name not in used and unit.ports]
        left = [unit for unit in left if unit not in benches]


def needed(found: Sequence[Declaration], top: Declaration) -> list[Declaration]:
    """What `top` needs, itself included, in order of the text: modules it reaches, and declarations that these mention.

    Raises:
        DesignError: something that it needs is declared twice.
    """
    loose = [unit for unit in found if unit.kind == "loose"]
    kept, todo = {id(top): top}, [top, *loose]
    kept |= {id(unit): unit for unit in loose}
    while todo:
        here = todo.pop()
        for unit in found:
            used = here.instances if unit.kind in ("module", "primitive") else here.mentioned
            if unit.name in used and id(unit) not in kept:
                kept[id(unit)] = unit
                todo.append(unit)
    names = [unit.name for unit in kept.values() if unit.name]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DesignError(f"{twice[0]} is declared twice", "syntax")
    if doubled := [unit for unit in found if unit.name == top.name and unit is not top]:
        raise DesignError(f"{doubled[0].name} is declared twice", "syntax")
    return [unit for unit in found if id(unit) in kept]


def missing(kept: Sequence[Declaration]) -> list[str]:
    """Names that the units instantiate and the text does not declare."""
    known = {unit.name for unit in kept}
    return sorted({name for unit in kept for name in unit.instances} - known)
