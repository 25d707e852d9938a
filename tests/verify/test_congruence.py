"""Two netlists cell by cell: what begins alike is not told apart by names."""

from rtlvr.verify.congruence import congruent
from rtlvr.verify.yosysjson import JsonModule


def tables(names: tuple[str, str], contents: str) -> JsonModule:
    """Two tables with the same contents, each with an input and an output of its own."""
    cells = {
        name: {
            "type": "$mem_v2",
            "parameters": {
                "MEMID": name, "INIT": contents, "RD_PORTS": "1", "RD_CLK_ENABLE": "0", "RD_WIDE_CONTINUATION": "0",
            },
            "port_directions": {"RD_ADDR": "input", "RD_EN": "input", "RD_DATA": "output"},
            "connections": {"RD_ADDR": [2 + at], "RD_EN": ["1"], "RD_DATA": [4 + at]},
        }
        for at, name in enumerate(names)
    }  # fmt: skip
    ports = {
        name: {"direction": direction, "bits": [bit]}
        for name, direction, bit in (("a", "input", 2), ("b", "input", 3), ("y", "output", 4), ("z", "output", 5))
    }
    return {"ports": ports, "cells": cells, "netnames": {}}


def test_tables_of_one_content_are_alike_whatever_a_tool_has_counted_before() -> None:
    assert congruent(tables(("t_7", "t_8"), "0110"), tables(("t_99", "t_100"), "0110"))
    assert congruent(tables(("t_7", "t_8"), "0110"), tables(("later", "early"), "0110"))
    assert not congruent(tables(("t_7", "t_8"), "0110"), tables(("t_7", "t_8"), "0111"))


def test_what_begins_unknown_is_paired_by_names_and_their_numbers() -> None:
    assert congruent(tables(("t_7", "t_8"), "01x0"), tables(("t_99", "t_100"), "01x0"))
