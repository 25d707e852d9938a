"""What a text declares."""

import pytest

from rtlvr.errors import DesignError
from rtlvr.hdl.declarations import header

HELPER = "module dut_core(input a, output b);\nassign b = a;\nendmodule\n"


def test_the_header_is_of_the_module_asked_for() -> None:
    """A helper whose name begins alike, blanks, comments with semicolons and strings do not mislead."""
    wanted = 'module  dut #(parameter NAME = "a;b") (input c, // in; put\n  output d);'
    text = f"{HELPER}{wanted}\n// module dut (x);\nassign d = c;\nendmodule\n"
    assert header(text, "dut") == wanted
    assert header(text, "dut_core") == "module dut_core(input a, output b);"


def test_an_old_header_comes_with_its_declarations() -> None:
    text = "module dut(c, d);\n  input [3:0] c;\n  wire e;\n  output reg [1:0] d;\n  always @* d = c[1:0];\nendmodule\n"
    assert header(text, "dut") == "module dut(c, d);\ninput [3:0] c;\noutput reg [1:0] d;"


def test_macros_in_a_header_are_expanded() -> None:
    text = "`define W 8\nmodule dut(input [`W-1:0] a, output b);\nassign b = ^a;\nendmodule\n"
    assert "".join(header(text, "dut").split()) == "moduledut(input[8-1:0]a,outputb);"


def test_a_module_that_is_not_there_is_named() -> None:
    with pytest.raises(DesignError, match="got no module top"):
        header(HELPER, "top")
