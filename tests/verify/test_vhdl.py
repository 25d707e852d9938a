"""VHDL through GHDL: what converts is judged against Verilog, what cannot be judged is refused in plain words."""

import sys
import time

import pytest
from vhdl_designs import COUNTER, COUNTER_V, GOOD, USES, convert, design, judge, needs_ghdl

from rtlvr.errors import DesignError
from rtlvr.verify import Pool, Stimuli
from rtlvr.verify.vhdl import entity_names, is_vhdl, match_case, screen_vhdl


@needs_ghdl
@pytest.mark.parametrize("name", GOOD)
def test_equal(pool: Pool, name: str) -> None:
    vhdl, golden = GOOD[name]
    assert is_vhdl(vhdl) and not is_vhdl(golden)
    assert convert(vhdl, "d") == convert(vhdl, "d")
    verdict = judge(pool, golden, vhdl, "d")
    assert verdict.equivalent, verdict.reason
    assert pool.verify(convert(vhdl, "d"), golden, Stimuli(sequences=4, cycles=40)).equivalent


@needs_ghdl
@pytest.mark.parametrize(
    ("right", "wrong"), [("c + 1", "c + 3"), ("rst = '1'", "rst = '0'"), ("rising_edge", "falling_edge")]
)
def test_wrong(pool: Pool, right: str, wrong: str) -> None:
    assert judge(pool, COUNTER_V, COUNTER.replace(right, wrong)).status == "inequivalent"


@needs_ghdl
def test_initial_value_matters(pool: Pool) -> None:
    vhdl, golden = GOOD["shift register with initial value"]
    assert judge(pool, golden, vhdl.replace('"1010"', '"1011"')).status == "inequivalent"
    assert judge(pool, golden, vhdl.replace(' := "1010"', "")).status == "inequivalent"


INNER = design("a : in std_logic; y : out std_logic", "y <= not a;", name="inner")
BENCH = """library ieee; use ieee.std_logic_1164.all; use std.textio.all; use std.env.all;
entity bench is end;
architecture t of bench is signal a, y : std_logic; file f : text; begin
dut : entity work.Outer port map (a, y); process begin wait for 3 ns; finish; end process; end;
"""
OUTER = design("a : in std_logic; y : out std_logic", "i : entity work.INNER port map (a, y);", name="Outer")


@needs_ghdl
def test_top_is_what_nothing_instantiates() -> None:
    text = OUTER + INNER + BENCH
    assert entity_names(text) == ["Outer", "inner", "bench"]
    assert "module Outer\n" in convert(text)
    assert "module INNER\n" in convert(text, "INNER") and "Outer" not in convert(text, "inner")
    with pytest.raises(DesignError, match="several entities could be the top: d, inner"):
        convert(COUNTER + INNER)
    with pytest.raises(DesignError, match="there is no entity other in it, but inner"):
        convert(INNER, "other")


@needs_ghdl
def test_configuration_of_the_top(pool: Pool) -> None:
    text = INNER + "architecture same of inner is begin y <= a; end;\n"
    chosen = text + "configuration c of inner is for rtl end for; end;\n"
    golden = "module inner(input a, output y); assign y = {}a; endmodule"
    assert judge(pool, golden.format(""), text).equivalent
    assert judge(pool, golden.format("~"), chosen).equivalent


@needs_ghdl
def test_record_ports_are_one_port_for_each_field() -> None:
    text = f"{USES}package p is type r is record a : std_logic; b : unsigned(1 downto 0); end record; end;\nuse work.p.all;\n"
    verilog = convert(text + design("x : in r; y : out r", "y <= x;"))
    assert "input  x_a," in verilog and "input  [1:0] x_b," in verilog and "output y_a," in verilog


@needs_ghdl
def test_match_case(pool: Pool) -> None:
    golden = "module d(input Data, En, output reg Q); always @* if (En) Q = Data; else Q = 0; endmodule"
    vhdl = design("data, EN : in std_logic; q : out std_logic", "q <= data and en;")
    verilog = match_case(convert(vhdl), "d", ["Data", "En", "Q"])
    assert pool.verify(golden, verilog, Stimuli(sequences=4, cycles=40)).equivalent
    assert match_case(verilog, "d", ["Data", "En", "Q"]) == verilog
    assert match_case(verilog, "d", ["DATA", "data"]) == verilog  # which of the two nobody knows
    assert match_case(verilog, "nowhere", ["DATA"]) == verilog


def test_is_vhdl() -> None:
    assert is_vhdl(COUNTER) and is_vhdl(COUNTER.upper())
    assert is_vhdl("-- module x; endmodule\nENTITY \\my thing\\ IS END;")
    assert is_vhdl("/* module m; endmodule */ architecture a of b is signal module : bit; begin end;")
    for text in (
        '// entity e is\n/* architecture a of b is */ module m; initial $display("entity e is"); endmodule',
        COUNTER_V,
        "-- entity e is end;",
        "the entity is a thing",
        "",
    ):
        assert not is_vhdl(text)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ('file f : text open read_mode is "/etc/passwd";', "file"),
        ("use std.textio.all;", "textio"),
        ("use STD . \n TEXTIO . all;", "textio"),
        ("use std.all;", "std.all"),
        ("use std.env.all;", "std.env"),
        ("alias s is std;", "std is"),
        ('attribute FOREIGN of f : function is "VHPIDIRECT system";', "foreign"),
        ("library unisim; use unisim.all;", "unisim"),
        ("use ieee.std_logic_textio.all;", "std_logic_textio"),
        ("x <= << signal .top.y : bit >>;", "<<"),
        ("vunit v (d) { }", "verification units"),
        ("x <= force '1';", "force"),
        ("`protect begin", "`"),
        ('x <= "abc\n;', '"'),
        ("x := '\"'; file f : text; y := '\"';", "file"),
        ("a\x0bb", "control character"),
        ("x <= é;", "ASCII"),
        ("\0", "control character"),
        ("\ud800", "Unicode"),
        (" " * 300_000, "at most"),
    ],
)
def test_screen(code: str, said: str) -> None:
    problem = screen_vhdl(COUNTER + code)
    assert problem is not None and said in problem


def test_screen_lets_pass() -> None:
    assert screen_vhdl(COUNTER) is None
    extra = "-- use std.textio.all; é\n/* file f */ assert x = '1' report \"a file; textio\" severity note; \\file\\ <= '\"';"
    assert screen_vhdl(extra.replace("'\"'", "'0'")) is None
    assert screen_vhdl("library ieee, std, work; use std.standard.all; use ieee.math_real.all; x <= y'length;") is None


CALL = INNER + design(
    "a : in std_logic; y : out std_logic",
    "i : entity work.inner port map (f(a), y);",
    "function f(x : std_logic) return std_logic is begin return not x; end;",
)


@needs_ghdl
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (design("a : in bit; y : out bit", "y <= a after 2 ns;"), "delays"),
        (design("a : in bit; y : out bit", "y <= a after 0 ns + 2 ns;"), "delays"),
        (design("a : in bit; y : out bit", "process begin y <= a; wait for 2 ns; end process;"), "`wait for`"),
        (
            design("a : in bit; y : out bit", "process begin wait until a = '1' for 2 ns; y <= a; end process;"),
            "`wait for`",
        ),
        (COUNTER.replace("unsigned(3 downto 0);", "unsinged(3 downto 0);"), "line 4: .*unsinged"),
        (COUNTER[:200], "GHDL does not synthesise it: line"),
        ("entity d is port (a : in bit); end;", "no architecture"),
        ("hello", "no entity"),
        ("", "no entity"),
        ("module d; endmodule", "no entity"),
        (
            design(
                "a : in bit; y : out bit",
                "u : bb port map (a, y);",
                "component bb is port (a : in bit; y : out bit); end component;",
            ),
            "no entity for the component bb",
        ),
        (
            CALL,
            "calls of functions such as f in a port map",
        ),
        (
            design(  # GHDL 2.0 forgets the upper half of this constant, and later ones do not
                "a : in bit; y : out std_logic_vector(63 downto 0)",
                "process (all) begin case a is when '1' => y <= x\"ffffffff00000000\"; when others => y <= (others => '0');"
                " end case; end process; z <= 1 / 0;",
                "signal z : integer;",
            ),
            "GHDL",
        ),
    ],
)
def test_refused(text: str, said: str) -> None:
    with pytest.raises(DesignError, match=said) as error:
        convert(text)
    assert "/" not in str(error.value).replace("/usr/bin/ghdl-mcode", "") and "rtlvr-" not in str(error.value)


@needs_ghdl
def test_no_delay_is_fine_and_unreached_ones_are_too(pool: Pool) -> None:
    golden = "module d(input a, output y); assign y = a; endmodule"
    text = design("a : in bit; y : out bit", "y <= a after 0 ns;")
    slow = design("a : in bit; y : out bit", "y <= a after 5 ns;", name="slow")
    assert judge(pool, golden, text).equivalent
    assert judge(pool, golden, text + slow, "d").equivalent


@needs_ghdl
def test_faults_of_the_synthesis_do_not_pass(pool: Pool) -> None:
    """Either GHDL converts it rightly, or it is refused; wrong Verilog does not come out."""
    text = design(
        "a : in std_logic; y : out std_logic_vector(63 downto 0)",
        "process (all) begin case a is when '1' => y <= x\"ffffffff00000000\"; when others => y <= (others => '0');\n"
        "end case; end process;",
    )
    golden = "module d(input a, output [63:0] y); assign y = {{32{a}}, 32'b0}; endmodule"
    try:
        assert judge(pool, golden, text).equivalent
    except DesignError as error:
        assert "does not do what the VHDL says, at least not in output y" in str(error)


HOSTILE = {
    "endless loop": "function f return natural is variable n : natural := 0; begin\n"
    "while true loop n := (n + 1) mod 7; end loop; return n; end; constant k : natural := f;",
    "deep recursion": "function f(n : natural) return natural is begin return f(n + 1) + 1; end; constant k : natural := f(0);",
    "giant array": "type t is array (0 to 2**30) of integer; signal s : t := (others => 3); constant k : natural := 0;",
    "giant memory": "type t is array (0 to 2**20) of bit_vector(0 to 4095); signal s : t; constant k : natural := 0;",
}


@pytest.mark.tools
@needs_ghdl
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(name: str) -> None:
    text = design("a : in integer range 0 to 7; y : out integer", "y <= a + k;", HOSTILE[name])
    began = time.monotonic()
    try:
        assert len(convert(text, cpu_seconds=2, wall_seconds=8, memory_mb=512)) < 2000
    except DesignError as error:
        assert "GHDL" in str(error)
    assert time.monotonic() - began < 20


@needs_ghdl
def test_text_that_prints_a_module_is_still_synthesised() -> None:
    body = 'y <= a; assert false report "x" & LF & "module d" & LF & "endmodule" & LF severity note;'
    assert "assign y = a;" in convert(design("a : in bit; y : out bit", body))


def test_without_ghdl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["rtlvr.verify.vhdl"], "available", lambda: False)
    with pytest.raises(DesignError, match="VHDL needs GHDL with synthesis; install ghdl"):
        convert(COUNTER)
