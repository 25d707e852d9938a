"""The shape of a module in Yosys's JSON netlists."""

from typing import Literal, NotRequired, TypedDict

Bit = int | str  # a net's number, or a constant: "0", "1", "x", "z"


class JsonPort(TypedDict):
    """A port and its bits, the lowest first."""

    direction: Literal["input", "output", "inout"]
    bits: list[Bit]


class JsonCell(TypedDict):
    """A cell and what its pins are connected to; parameters are numbers in binary, or texts."""

    type: str
    parameters: dict[str, str]
    port_directions: dict[str, str]
    connections: dict[str, list[Bit]]


class JsonNet(TypedDict):
    """A named net; `hide_name` is 1 where Yosys made the name."""

    hide_name: NotRequired[int]
    bits: list[Bit]
    attributes: NotRequired[dict[str, str]]


class JsonModule(TypedDict):
    """A flat module."""

    ports: dict[str, JsonPort]
    cells: dict[str, JsonCell]
    netnames: dict[str, JsonNet]
