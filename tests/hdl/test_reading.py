"""Reading: what nothing depends on is gone before anything is refused, and what is refused is named."""

import pytest

from rtlvr.errors import DesignError
from rtlvr.hdl.reading import read_here

BODY = "module m(input clk, input d, output reg q); always @(posedge clk) q <= d; endmodule\n"


def inside(line: str, head: str = "") -> str:
    """A module with `line` in it."""
    return f"{head}module m(input clk, input [3:0] d, output reg [3:0] q);\n{line}\nalways @(posedge clk) q <= d;\nendmodule\n"


SAME = {
    "byte order mark": "\ufeff" + BODY,
    "line ends": BODY.replace(";", ";\r\n"),
    "form feeds": BODY.replace("; ", ";\f"),
    "comments": BODY.replace("; ", '; /* module x( */ // `include "f" $system\n'),
    "inactive text": BODY + '`ifdef FORMAL\n assert property ($past(1)); `include "x"\n`endif\n',
    "a tool's macro": "`ifdef __ICARUS__\nbroken (\n`elsif YOSYS\nbroken (\n`elsif __slang__\nbroken (\n`endif\n"
    + BODY,
    "an unused macro": "`define SVA(n) a_``n: assert property (n)\n" + BODY,
    "a macro": "`define EDGE posedge\n" + BODY.replace("posedge", "`EDGE"),
    "an unused module": "module x(input a); initial $system(a); endmodule\n"
    + BODY
    + "module y; initial #5 $finish; endmodule\n",
    "timescale": "`timescale 1ns/1ps\n`default_nettype wire\n" + BODY + "`resetall\n",
    "line directives": '`line 4 "x.v" 0\n' + BODY,
    "an attribute": BODY.replace("always", "(* keep *) always"),
    "a delay from the clock": BODY.replace("q <= d", "q <= #1 d"),
    "a named delay": BODY.replace("q <= d", "q <= #(1.5ns) d"),
    "macromodule": BODY.replace("module m", "macromodule m"),
}


@pytest.mark.parametrize("name", SAME)
def test_what_does_not_count_leaves_the_same_design(name: str) -> None:
    assert read_here(SAME[name], "m").digest == read_here(BODY).digest


GONE = [
    'initial $display("x;y", f(1));',
    'initial begin $dumpfile("x"); $dumpvars; end',
    'always @(posedge clk) if (d > 3) begin $error("late"); $finish; end',
    "a1: assert property (@(posedge clk) d |-> ##1 q);",
    "always @(posedge clk) assert (d < 9) else $fatal;",
    "cover property (@(posedge clk) d);",
    "property p; @(posedge clk) d; endproperty",
    "specify (clk => q) = 3; endspecify",
    "final $display(q);",
    'generate if (0) $fatal(1, "never"); endgenerate',
    'if (1 > 2) $error("never");',
    "always_comb for (int i = 0; i < 4; i++) if (!$isunknown(d) && d[i]) assert (q < 9);",
    "always @(posedge clk) if ($past(d) == 3) cover (q == 1);",
    "function [3:0] f(input [3:0] a); f = a ^ 1; endfunction always @(posedge clk) if (f(d) > 3) $display(f(q));",
    'initial begin reg shown; void\'($value$plusargs("show=%0b", shown)); if (shown) $display(1); end',
    'export "DPI-C" task t; task t; $readmemh("x", q); endtask',
    'import "DPI-C" function int never(int a);',
    "always @(posedge clk) begin void'($urandom(3)); $random; end",
    'initial begin #1 $display("x"); end',
    'initial begin repeat (10) @(posedge clk); $display("%t", $time); #(5) $finish; end',
    "initial forever @(posedge clk) $display(q);",
    "always #5 if (d > 3) $display(q);",
    "always begin @(negedge clk); $write(q); end",
    "initial begin wait (d == 3); $stop; end",
    "initial fork #10 $finish; @(posedge clk) $display(1); join",
    "initial do begin if (d) $display(1); #1; end while (d < 3);",
    "initial @(posedge clk) $monitor(q);",
    "initial begin int n; for (int i = 0; i < 9; i++) begin n = n + i; @(posedge clk); end $display(n); end",
]


@pytest.mark.parametrize("line", GONE)
def test_what_no_output_depends_on_is_gone(line: str) -> None:
    text = read_here(inside(line)).text
    assert "$" not in text and "assert" not in text and "cover" not in text and "#" not in text


REFUSED = {
    "initial force q = 0;": "force",
    'import "DPI-C" function int f(int a); always @* q = f(d);': "foreign",
    "always @* q = $fgetc(1);": "$fgetc",
    "integer s; always @* begin q = $random(s); s = s + q; end": "more than a seed",
    "always @* q = $random(q);": "more than a seed",
    "initial if ($random % 2) q = 1; else q = 0;": "depends on chance",
    "reg r; initial begin r = $urandom; q = 0; case (r) 1: q = 1; endcase end": "depends on chance",
    "always @* q = $urandom_range(d++, 0);": "changes a value",
    "reg [3:0] m [*];": "associative array",
    "reg [3:0] m [string];": "associative array",
    "wire y = d inside {[4:$]};": "open range",
    "function f(input a); q[0] = a; f = a; endfunction always @* $display(f(d[0]));": "changes a value",
    "always @(posedge clk) assert (d[0]++);": "changes a value",
    "always #5 q = d;": "delays",
    "assign #(3) y = d;": "delays",
    "initial begin wait (d) q = 0; end": "`wait`",
    "initial fork q = 0; join": "`fork`",
    "initial begin #1 q = 0; $display(q); end": "delays",
    "initial begin #1 release q; end": "delays",
    "initial begin #1 $system(1); end": "delays",
    "initial forever begin if (d) #1; $display(q); end": "delays",
    "initial forever #0 $display(q);": "delays",
    "initial begin #1; for (int i = 0; ; ) $display(i); end": "delays",
    "int n; initial for (int i = 0; i < 9; i++) #1 n = i;": "delays",
    "event e; initial begin #1 -> e; end": "delays",
    "int v [$]; initial begin #1 v.push_back(1); end": "delays",
    "task t; q = 1; endtask initial begin #1 t; end": "delays",
    "always @* q = $time;": "$time",
    "defparam other.p = 3;": "defparam",
    '`include "/etc/passwd"': "`include",
    "initial $display(d++);": "changes a value",
    "always @* if (d[0] && q++) q = d;": "may be passed over",
    "always @* if (d[0] || (q = d)) q = d;": "may be passed over",
    "always @* q = (d[0] ? q++ : d) + 1;": "may be passed over",
    "reg g; function f(input a); g = a; f = a; endfunction always @* q = d[0] && f(d[1]);": "may be passed over",
    'if (1) $error("must not be");': "must not be",
    "wire \\a/*b ;": "escaped",
    'initial $system("touch x");': "$system",
    'reg [7:0] r [0:3]; integer f; initial f = $fopen("x");': "$fopen",
    "always @(": "does not compile",
    "```": "Markdown",
}


@pytest.mark.parametrize("line", REFUSED)
def test_what_is_refused_is_named(line: str) -> None:
    with pytest.raises(DesignError) as error:
        read_here(inside(line))
    assert REFUSED[line] in str(error.value)


KEPT = [
    "function f(input a); q[0] = a; f = a; endfunction always @(posedge clk) if (f(d[0])) ;",
    "always @(posedge clk) for (int i = 0; i < 4; i++) if (d[i]) ->e;",
    "integer i; always @(posedge clk) for (i = 0; i < 4; i = i + 1) ;",
    "initial while (1) ;",
    "always begin end",
    "function \\f+1 (input a); \\f+1 = a; endfunction assign y = \\f+1 (d[0]);",
]


@pytest.mark.parametrize("line", KEPT)
def test_what_changes_something_or_never_ends_stays(line: str) -> None:
    assert line in read_here(inside(f"{line} event e; wire y;")).text


UNKNOWN = {
    "always @(posedge clk) q <= $random;": ("reg signed [31:0] rtlvr_unknown_0;", "q <= rtlvr_unknown_0"),
    "always @* q = 4'($urandom_range(9, 1)) + $urandom;": (
        "reg [31:0] rtlvr_unknown_1;",
        "4'(rtlvr_unknown_0) + rtlvr_unknown_1",
    ),
    "reg [3:0] r = $random; initial q = $urandom;": ("r = 32'sbx;", "q = 32'bx;"),
    "integer s = 1; initial s = 5; always @* q = $random(s) % 3;": ("rtlvr_unknown_0 % 3", "s = 5"),
    "integer s; always @* q = $dist_uniform(s, 0, 9);": ("reg signed", "q = rtlvr_unknown_0"),
}


@pytest.mark.parametrize("line", UNKNOWN)
def test_a_random_value_is_an_unknown_one(line: str) -> None:
    reading = read_here(inside(line))
    assert reading.chance and "$" not in reading.text
    assert all(part in reading.text for part in UNKNOWN[line]), reading.text


def test_a_candidate_may_ask_for_random_values_only_where_its_golden_does() -> None:
    asks = inside("always @(posedge clk) if ($random) q <= ~d;")
    hides = inside("`ifndef SYNTHESIS\nalways @(posedge clk) if ($random) q <= ~d;\n`endif")
    for text in (asks, hides):
        assert read_here(text, ports=("clk", "d", "q"), chance=True).chance
        with pytest.raises(DesignError, match="random values"):
            read_here(text, ports=("clk", "d", "q"))


def test_chance_outside_of_a_module_is_refused() -> None:
    package = "package p; function int f(int a); return a + $random; endfunction endpackage\n"
    with pytest.raises(DesignError, match="outside of a module"):
        read_here(inside("import p::*; assign q = f(d);", package))
    assert read_here(inside("import p::*;", "package p; int first = $random; endpackage\n")).chance


def test_the_last_of_a_queue_is_no_system_task() -> None:
    assert "[$]" in read_here(inside("reg [3:0] f [$]; always @(posedge clk) f.push_back(d);")).text


@pytest.mark.parametrize(
    "text", ["\udcff", "a\0b", BODY + "\r" + BODY, "module m; // \x07\nendmodule", "", "x" * 5_000_000]
)
def test_undecodable(text: str) -> None:
    with pytest.raises(DesignError):
        read_here(text)


def test_a_bind_is_refused_wherever_it_stands() -> None:
    with pytest.raises(DesignError, match="bind"):
        read_here(BODY + "module spy; endmodule\nbind m spy s();\n")


def test_a_long_comment_costs_nothing() -> None:
    assert read_here(BODY + "// " + "x" * 1_000_000).digest == read_here(BODY).digest


def test_words_that_systemverilog_took_are_names_in_old_code() -> None:
    old = read_here("module m(input bit, input do, output final); assign final = bit & do; endmodule\n")
    assert "\\bit " in old.text and old.ports == ("bit", "do", "final")


def test_the_top() -> None:
    helper = "module h(input a, output y); assign y = a; endmodule\n"
    top = "module t(input a, output z); h u(a, z); endmodule\n"
    bench = "module tb; reg a; wire z; t dut(a, z); initial #1 $finish; endmodule\n"
    assert read_here(helper + top + bench).top == "t"
    assert read_here(helper + top, preferred="h").top == "h"
    spare = "module s(input q); endmodule\n"
    assert read_here(helper + top + spare, ports=("a", "z")).top == "t"
    with pytest.raises(DesignError, match="2 modules"):
        read_here(helper + top + spare)
    with pytest.raises(DesignError, match="no module x"):
        read_here(helper, "x")
    with pytest.raises(DesignError, match="twice"):
        read_here(top + helper + helper)


def test_packages_come_along_only_where_they_are_used() -> None:
    package = "package p; localparam K = 3; endpackage\n"
    user = "module m import p::*; (input [K:0] a, output [K:0] y); assign y = a; endmodule\n"
    assert "package" in read_here(package + user).text
    assert "package" not in read_here(package + BODY).text


def test_without_the_macro_the_text_is_another() -> None:
    text = BODY.replace("q <= d", "\n`ifdef SYNTHESIS\nq <= d\n`else\nq <= ~d\n`endif\n")
    reading = read_here(text)
    assert "~" not in reading.text and "~" in reading.simulated
    printing = BODY.replace("always", "\n`ifndef SYNTHESIS\ninitial $display(1);\n`endif\nalways", 1)
    assert read_here(printing).simulated is None or "$" not in read_here(printing).simulated


def test_a_reading_that_failed_says_why() -> None:
    broken = inside("`ifndef SYNTHESIS\nalways #5 q = d;\n`endif")
    with pytest.raises(DesignError, match="delays cannot be judged"):
        read_here(read_here(broken).simulated)
    hardened = inside("`ifdef SYNTHESIS\nthis must be hardened\n`endif")
    with pytest.raises(DesignError, match="does not compile"):
        read_here(hardened)
    assert not read_here(hardened, macro=False).macro


def test_files_of_memories_are_known_by_name() -> None:
    reading = read_here(inside('reg [3:0] r [0:3]; initial $readmemh("rom.hex", r);'))
    assert reading.files == ('"rom.hex"',) and "$" not in reading.text


def test_default_nettype_none_is_kept() -> None:
    assert "`default_nettype none" in read_here("`default_nettype none\n" + BODY).text


BRANCHES = """module helper #(parameter SIM = 0)(input a, output y);
  generate if (SIM) begin : sim initial $system("ls"); assign y = a; end else begin assign y = !a; end endgenerate
endmodule
module top(input a, output y, output z); helper one(a, y); helper #(.SIM({sim})) two(a, z); endmodule
"""


def test_a_branch_that_no_instance_takes_is_not_screened() -> None:
    text = read_here(BRANCHES.replace("{sim}", "0"), "top").text
    assert "$system" not in text and "begin end else begin assign y = !a; end" in text


def test_a_branch_that_one_instance_takes_is_screened() -> None:
    with pytest.raises(DesignError, match=r"\$system is not allowed"):
        read_here(BRANCHES.replace("{sim}", "1"), "top")


@pytest.mark.parametrize(
    "branch",
    [
        "if (W > 3) begin initial q = 1; initial $foo; end",
        "if (W > 3) begin assign y = ~a; end else begin assign y = a; initial $foo; end",
    ],
)
def test_a_branch_is_kept_where_its_condition_cannot_be_told(branch: str) -> None:
    """slang takes no branch where it cannot evaluate the condition; others may."""
    with pytest.raises(DesignError):
        read_here(
            f"module t(input a, output y); reg q = 0; generate {branch} endgenerate localparam W = 4; endmodule\n"
        )
