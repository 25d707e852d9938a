"""Why a module of somebody's HDL is not self-contained: closed lists of words, and the name that it is about."""

from typing import Literal

from rtlvr.records import Record

Use = Literal[
    "instantiates", "imports", "looks into", "has a port of",  # a definition
    "uses the type", "uses the macro", "includes", "has the parameter", "has a text",
]  # fmt: skip
Why = Literal[
    "is not found", "is defined in several places", "is an empty stub", "is not defined", "has no default",
    "is too large",
]  # fmt: skip


class Lack(Record):
    """What is missing: how the name is used, and why that does not work; `name` is empty where there is none."""

    use: Use
    why: Why
    name: str = ""

    @property
    def cause(self) -> str:
        """The same without the name: what many modules share."""
        return f"{self.use} …, which {self.why}" if self.name else str(self)

    def __str__(self) -> str:
        return f"{self.use} `{self.name}`, which {self.why}" if self.name else f"{self.use} which {self.why}"
