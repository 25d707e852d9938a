"""What a procedural design family is.

A family turns parameters into a golden module, a worded specification and the reasoning that leads from one to the
other. Its *misreadings* turn parameters into those of a design that a hasty reader would build instead: a procedural
teacher that errs answers consistently, thought and code, for the misread parameters.

Style of the code: one space before every identifier, so that a name is the same token everywhere.
"""

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar, Generic, TypeVar

from rtlvr.data.families.control import Params
from rtlvr.data.families.wording import Phraser

P = TypeVar("P", bound=Params)
Misreading = Callable[[P], P]


class Family(ABC, Generic[P]):
    """One procedural family; stateless. `p` is always what `sample` made or a misreading changed."""

    name: ClassVar[str]
    category: ClassVar[str]
    misreadings: Mapping[str, Misreading[P]] = {}

    @abstractmethod
    def sample(self, rng: random.Random) -> P:
        """Draw parameters."""

    @abstractmethod
    def ports(self, p: P) -> list[str]:
        """Port declarations in ANSI style; no misreading may change them."""

    @abstractmethod
    def describe(self, p: P, w: Phraser) -> str:
        """The specification in English, complete together with the module header."""

    @abstractmethod
    def think(self, p: P) -> str:
        """The reasoning: the intermediate results that the code needs."""

    @abstractmethod
    def body(self, p: P) -> str:
        """The module's body, lines ending in a newline."""

    def header(self, p: P) -> str:
        """The module header that specification and code share."""
        return f"module dut ( {', '.join(self.ports(p))} );"

    def code(self, p: P) -> str:
        """The whole module."""
        return f"{self.header(p)}\n{self.body(p)}endmodule\n"


def bits(value: int, width: int) -> str:
    """`value` as a sized binary literal, e.g. `4'b0101`."""
    return f"{width}'b{value:0{width}b}"


def bus(width: int) -> str:
    """A range such as `[3:0] `, or nothing for one bit."""
    return f"[{width - 1}:0] " if width > 1 else ""
