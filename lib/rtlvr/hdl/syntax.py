"""Verilog and SystemVerilog text through slang: preprocessed, parsed, taken apart and edited.

slang is the one lexer and parser of the kit. It expands macros and drops inactive text in one go, so nothing that only a
tool-specific macro shows can reach a tool. No macro is defined but `SYNTHESIS` (where asked), no file is included.

Everything here runs where it may die: call it through `rtlvr.hdl.reading`, which does so in an expendable child.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import pyslang
from pyslang import parsing, syntax

from rtlvr.errors import DesignError, SourceError

KIND = syntax.SyntaxKind
Edit = tuple[int, int, str]  # from where to where, and what stands there instead
Node = TypeVar("Node", bound=syntax.SyntaxNode)
_DEPTH = 512  # of nested constructs
_WORD = re.compile(r"[A-Za-z_][\w$]*")
_OWN_MACROS = ["__slang__", "__slang_major__", "__slang_minor__"]
# Words that Verilog-2005 leaves free and SystemVerilog reserves: old code may use them as names.
_NEW_WORDS = [
    "accept_on",
    "alias",
    "always_comb",
    "always_ff",
    "always_latch",
    "assert",
    "assume",
    "before",
    "bind",
    "bins",
    "binsof",
    "bit",
    "break",
    "byte",
    "chandle",
    "checker",
    "class",
    "clocking",
    "const",
    "constraint",
    "context",
    "continue",
    "cover",
    "covergroup",
    "coverpoint",
    "cross",
    "dist",
    "do",
    "endchecker",
    "endclass",
    "endclocking",
    "endgroup",
    "endinterface",
    "endpackage",
    "endprogram",
    "endproperty",
    "endsequence",
    "enum",
    "eventually",
    "expect",
    "export",
    "extends",
    "extern",
    "final",
    "first_match",
    "foreach",
    "forkjoin",
    "global",
    "iff",
    "ignore_bins",
    "illegal_bins",
    "implements",
    "implies",
    "import",
    "inside",
    "int",
    "interconnect",
    "interface",
    "intersect",
    "join_any",
    "join_none",
    "let",
    "local",
    "logic",
    "longint",
    "matches",
    "modport",
    "nettype",
    "new",
    "nexttime",
    "null",
    "package",
    "packed",
    "priority",
    "program",
    "property",
    "protected",
    "pure",
    "rand",
    "randc",
    "randcase",
    "randsequence",
    "ref",
    "reject_on",
    "restrict",
    "return",
    "s_always",
    "s_eventually",
    "s_nexttime",
    "s_until",
    "s_until_with",
    "sequence",
    "shortint",
    "shortreal",
    "soft",
    "solve",
    "static",
    "string",
    "strong",
    "struct",
    "super",
    "sync_accept_on",
    "sync_reject_on",
    "tagged",
    "this",
    "throughout",
    "timeprecision",
    "timeunit",
    "type",
    "typedef",
    "union",
    "unique",
    "unique0",
    "until",
    "until_with",
    "untyped",
    "var",
    "virtual",
    "void",
    "wait_order",
    "weak",
    "wildcard",
    "with",
    "within",
]
_OLD_NAME = re.compile(rf'"(?:\\.|[^"\\\n])*"|\\\S+|(?<![\w$`])(?:{"|".join(_NEW_WORDS)})(?![\w$])')


@dataclass(frozen=True)
class Parsed:
    """A text and its tree; where the text has no directives, the tree's places are places in the text."""

    text: str
    tree: syntax.SyntaxTree
    sources: pyslang.SourceManager

    @property
    def members(self) -> list[syntax.SyntaxNode]:
        """What the text declares outside any module, in order."""
        root = self.tree.root
        return list(root.members) if isinstance(root, syntax.CompilationUnitSyntax) else [root]

    def problem(self) -> DesignError | None:
        """The first error with its line, or None."""
        wrong = [found for found in self.tree.diagnostics if found.isError()]
        if not wrong:
            return None
        if "IncludeDepth" in str(wrong[0].code):
            return DesignError("the compiler directive `include is not allowed: give one text that holds all it needs")
        said = pyslang.DiagnosticEngine.reportAll(self.sources, wrong[:1])
        message = re.sub(r"^\S*?:(\d+):\d+: (?:fatal )?error: ", r"line \1: ", said.splitlines()[0])
        return SourceError(f"it does not compile: {message[:300]}")


def parse(text: str, macros: tuple[str, ...] = (), old: bool = False) -> Parsed:
    """Preprocess and parse; `old` takes the text as Verilog-2005, in which fewer words are reserved."""
    bag, preprocessor = pyslang.Bag(), parsing.PreprocessorOptions()
    preprocessor.predefines, preprocessor.undefines = list(macros), _OWN_MACROS
    preprocessor.maxIncludeDepth = 0
    lexer, parser = parsing.LexerOptions(), parsing.ParserOptions()
    parser.maxRecursionDepth = _DEPTH
    if old:
        version = pyslang.LanguageVersion.v1364_2005
        preprocessor.languageVersion = lexer.languageVersion = parser.languageVersion = version
    bag.preprocessorOptions, bag.lexerOptions, bag.parserOptions = preprocessor, lexer, parser
    sources = pyslang.SourceManager()
    return Parsed(text, syntax.SyntaxTree.fromText(text, sources, "source", "", bag), sources)


def expanded(parsed: Parsed, old: bool = False) -> str:
    """The text without comments, directives, macros and inactive parts; only `` `default_nettype none`` is kept.

    `old`: names that SystemVerilog reserves are written as escaped identifiers.
    """
    printer = _by_tokens if "`" in parsed.text else _as_printed
    pieces, strict = [], False
    for member in parsed.members:
        strict = _nettype(member, strict)
        body = printer(parsed, member)
        pieces.append(f"`default_nettype none\n{body}\n`default_nettype wire\n" if strict else body)
    text = "\n".join(piece.strip("\n") for piece in pieces) + "\n"
    if old:
        text = _OLD_NAME.sub(lambda m: m[0] if m[0][0] in '"\\' else f"\\{m[0]} ", text)
    return text


def _as_printed(parsed: Parsed, node: syntax.SyntaxNode) -> str:
    printer = syntax.SyntaxPrinter(parsed.sources)
    printer.setIncludeDirectives(False).setIncludeSkipped(False).setIncludeComments(False)
    return printer.print(node).str()


def _by_tokens(parsed: Parsed, node: syntax.SyntaxNode) -> str:
    """Token by token, so that pieces of macros do not grow together: a blank wherever an expansion begins or ends."""
    pieces: list[str] = [""]
    buffer = None

    def visit(item: object) -> None:
        nonlocal buffer
        if not isinstance(item, parsing.Token) or item.isMissing:
            return
        trivia = {str(one.kind).rpartition(".")[2] for one in item.trivia}
        here = item.location.buffer
        apart = "\n" if trivia & {"EndOfLine", "Directive"} else " " if trivia or here != buffer else ""
        buffer = here
        pieces.append(apart + item.rawText)

    node.visit(visit)
    return "".join(pieces)


def _nettype(member: syntax.SyntaxNode, strict: bool) -> bool:
    """Whether `` `default_nettype none`` holds for `member`, where it held or not for the one before."""
    for trivia in member.getFirstToken().trivia:
        if "Directive" in str(trivia.kind) and "default_nettype" in (said := str(trivia.syntax())):
            strict = said.split()[-1] == "none"
    return strict


def nodes(root: syntax.SyntaxNode) -> Iterator[syntax.SyntaxNode]:
    """All syntax nodes below `root`, itself included, in order of the text."""
    found: list[syntax.SyntaxNode] = []
    root.visit(lambda item: found.append(item) if isinstance(item, syntax.SyntaxNode) else None)
    yield from found


def nodes_of(root: syntax.SyntaxNode, kind: type[Node]) -> Iterator[Node]:
    """Those nodes below `root`, itself included, that are of a class, in order of the text."""
    return (node for node in nodes(root) if isinstance(node, kind))


def place(node: syntax.SyntaxNode) -> tuple[int, int]:
    """Where a node begins and ends in a text without directives."""
    span = node.sourceRange
    return span.start.offset, span.end.offset


def text_at(node: syntax.SyntaxNode, text: str) -> str:
    """What a node is in `text`, which has no directives."""
    begin, end = place(node)
    return text[begin:end]


def words(text: str) -> set[str]:
    """All names and keywords in `text`, those in strings too."""
    return set(_WORD.findall(text)) | {found[1:] for found in re.findall(r"\\\S+", text)}


def edited(text: str, edits: list[Edit]) -> str:
    """`text` with (begin, end, instead) replaced; of edits inside others only the outer ones count."""
    pieces, at = [], 0
    for begin, end, instead in sorted(edits, key=lambda edit: (edit[0], -edit[1])):
        if begin < at:
            continue
        pieces += [text[at:begin], instead]
        at = end
    return "".join([*pieces, text[at:]])


_TOKEN = re.compile(
    r'"(?:\\.|[^"\\\n])*"|\\\S+|[A-Za-z_$][\w$]*|\d[\w.]*|'
    r"'[sS]?[bodhBODH]|'|<<<=|>>>=|===|!==|==\?|!=\?|<<<|>>>|<->|->>|\|->|\|=>|"
    r"\+\+|--|\+=|-=|\*=|/=|%=|&=|\|=|\^=|<<=|>>=|<<|>>|<=|>=|==|!=|&&&|&&|\|\||\*\*|->|~&|~\||~\^|\^~|::|\+:|-:|"
    r"`\w+|\S"
)


def tokens(text: str) -> list[str]:
    """The tokens of `expanded` text: equal lists mean the same design."""
    return _TOKEN.findall(text)
