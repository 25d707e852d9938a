"""Verilog with colours, for notebooks: keywords bold, comments in italics, so that a grey print shows them as well."""

import re
from dataclasses import dataclass
from html import escape

from pygments.lexers.hdl import SystemVerilogLexer

from rtlvr.report.style import BLUE, GREEN, GREY, VERMILLION

CODE_FIELDS = frozenset({"golden", "candidate", "code", "reference", "testbench"})
TEXT = (
    "font-family:var(--jp-code-font-family, monospace);font-size:.9em;text-align:left;line-height:1.35;white-space:pre-wrap;"
    "word-break:normal;overflow-wrap:anywhere;max-height:32em;overflow:auto;"
    "border:1px solid #bbb;padding:.5em;margin:.2em 0;background:white;color:black"
)
_STYLES = (
    ("Token.Comment.Preproc", f"color:{VERMILLION}"),
    ("Token.Comment", f"color:{GREY};font-style:italic"),
    ("Token.Keyword", f"color:{BLUE};font-weight:bold"),
    ("Token.Literal.Number", f"color:{VERMILLION}"),
    ("Token.Literal.String", f"color:{GREEN}"),
)
# Verilog within prose: a fenced block, or a module header that stands alone.
_CODE = re.compile(r"(?<=```verilog\n).*?(?=```)|^module\s+\w+\s*(?:;|[#(][^;]*;)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class MarkedText:
    """Text that a notebook shows as HTML, and anything else as it is."""

    text: str
    markup: str

    def _repr_html_(self) -> str:
        return self.markup

    def __repr__(self) -> str:
        return self.text


def code(text: str, title: str = "") -> MarkedText:
    """Verilog to look at in a notebook, a title above."""
    return MarkedText(f"{title}\n\n{text}".lstrip(), _block(title, highlighted(text)))


def prose(text: str, title: str = "") -> MarkedText:
    """Text with Verilog in it (a specification, an answer) to look at in a notebook, a title above."""
    return MarkedText(f"{title}\n\n{text}".lstrip(), _block(title, _highlighted_parts(text)))


def field(name: str, text: str) -> str:
    """The text of a field as HTML, by its name: code as code, other text with what code it holds."""
    return highlighted(text) if name in CODE_FIELDS else _highlighted_parts(text)


def highlighted(text: str) -> str:
    """Verilog as HTML, escaped; text that is no Verilog comes out plain."""
    lexer = SystemVerilogLexer(stripnl=False, ensurenl=False)
    return "".join(_span(str(kind), value) for kind, value in lexer.get_tokens(text))


def _highlighted_parts(text: str) -> str:
    parts, end = [], 0
    for found in _CODE.finditer(text):
        parts += [escape(text[end : found.start()]), highlighted(found[0])]
        end = found.end()
    return "".join([*parts, escape(text[end:])])


def _span(kind: str, text: str) -> str:
    style = next((style for name, style in _STYLES if kind.startswith(name)), "")
    return f'<span style="{style}">{escape(text)}</span>' if style else escape(text)


def _block(title: str, markup: str) -> str:
    heading = f"<b>{escape(title)}</b>" if title else ""
    return f'<div style="max-width:100%">{heading}<pre style="{TEXT}">{markup}</pre></div>'
