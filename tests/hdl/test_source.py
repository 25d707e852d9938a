"""The screen: what may reach a tool at all."""

import pytest

from rtlvr.hdl.source import MAX_SOURCE_BYTES, decoded, module_names, normalised, screen, strip_comments

HONEST = """// a module that mentions endmodule and $finish in a comment
module dut(input [3:0] a, output [3:0] y); /* `include "x" */
  localparam W = $clog2(16);
  function [3:0] twice(input [3:0] v); twice = v << 1; endfunction
  genvar i;
  generate for (i = 0; i < 4; i = i + 1) begin : g assign y[i] = ^twice(a) & a[i]; end endgenerate
  initial $display("module endmodule $finish `include");
endmodule
"""


def test_honest_code_passes() -> None:
    assert screen(HONEST) is None
    assert module_names(HONEST) == ["dut"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("initial $finish;", r"\$finish"),
        ("initial $stop;", r"\$stop"),
        ('integer f; initial f = $fopen("x");', r"\$fopen"),
        ('initial $readmemh("/etc/passwd", m);', r"\$readmemh"),
        ('initial $system("id");', r"\$system"),
        ('initial $dumpfile("x");', r"\$dumpfile"),
        ('initial if ($test$plusargs("x")) y = 1;', r"\$test"),
        ("assign y = $random;", r"\$random"),
        ("initial \\$finish ;", r"\$finish"),
        ("integer f; initial f = \\$fopen (1);", r"\$fopen"),
        ("assign y = \\$root .tb.q;", r"\$root"),
        ("wire \\a/* ; initial $finish; /* */", r"\$finish"),
        ("wire \\a// ; initial $finish;", r"\$finish"),
        ("assign y = $root.tb.q;", r"\$root"),
        ("initial force y = 1;", "force"),
        ("bind dut other o();", "bind"),
        ("defparam u.W = 3;", "defparam"),
        ('`include "/etc/passwd"', "include"),
        ("`define A(x) x``y", "pasting"),
        ('import "DPI-C" function int f();', "import"),
        ("wire a\0b;", "NUL"),
        ("// a comment\rinitial $finish;\n", "control character"),
        ('wire \\a\x0b" ; initial $finish; wire \\b\x0b" ;', "control character"),
        ('wire \\a\x1c" ; initial $finish; wire \\b\x1c" ;', "control character"),
        ('wire \\a\u00a0" ; initial $finish; wire \\b\u00a0" ;', r"\$finish"),
        ('wire \\a" ; wire \\b" ;', "escaped identifiers"),
        ("wire \\a`E ;", "escaped identifiers"),
        ("initial $finish\u00e9;", r"\$finish"),
    ],
)
def test_reaching_out_is_refused(body: str, said: str) -> None:
    import re

    reason = screen(f"module dut(output y);\n{body}\nendmodule\n")
    assert reason is not None
    assert re.search(said, reason)


def test_line_ends_of_all_kinds_pass() -> None:
    for end in ("\n", "\r\n", "\r\r\n"):
        assert screen(HONEST.replace("\n", end)) is None


def test_names_of_synthesis_tools_pass() -> None:
    assert (
        screen("module a; wire \\$1 ; wire \\$auto$opt.cc:12$3 ; wire \\u1.q ; assign \\$1 = \\u1.q ; endmodule")
        is None
    )


def test_size_and_encoding() -> None:
    assert "bytes" in screen("/*" + "x" * MAX_SOURCE_BYTES + "*/")
    assert "Unicode" in screen("module a; // \udcff\nendmodule")


def test_comments_keep_lines_and_strings_are_blank() -> None:
    text = 'a // b\n/* c\nd */ e "f // g" h'
    assert strip_comments(text).count("\n") == text.count("\n")
    assert strip_comments(text).split() == ["a", "e", "h"]


def test_normalised_ignores_layout_only() -> None:
    assert normalised("a  b // c\n d") == normalised("a b\nd")
    assert normalised('x = "a  b"') != normalised('x = "a b"')


def test_a_choice_after_a_decimal_number_gets_a_blank_outside_of_strings_only() -> None:
    assert decoded("y = a==4'd9?b:c; z = 8'SD1_0?d:e;") == "y = a==4'd9 ?b:c; z = 8'SD1_0 ?d:e;"
    for text in ('x = "4\'d9?";', "x = 4'h9?;", "x = 8'd?;", "\\a'd9?b ", "// 4'd9?"):
        assert decoded(text) == text
