"""VHDL through GHDL: what converts is judged against Verilog, what cannot be judged is refused in plain words."""

import sys
import time

import pytest

from rtlvr.errors import DesignError
from rtlvr.verify import Limits, Pool, Stimuli, Verdict
from rtlvr.verify.vhdl import available, entity_names, is_vhdl, match_case, screen_vhdl, to_verilog

needs_ghdl = pytest.mark.skipif(not available(), reason="GHDL with synthesis is not installed (Debian: ghdl-mcode)")
USES = "library ieee; use ieee.std_logic_1164.all; use ieee.numeric_std.all;\n"


def design(ports: str, body: str, declared: str = "", name: str = "d") -> str:
    return (
        f"{USES}entity {name} is port ({ports}); end;\narchitecture rtl of {name} is\n{declared}\nbegin\n{body}\nend;\n"
    )


def clocked(*lines: str) -> str:
    return "process (clk) begin if rising_edge(clk) then " + " ".join(lines) + " end if; end process;"


def convert(text: str, top: str | None = None, **limits: float) -> str:
    return to_verilog(text, top, Limits(**limits))


def judge(pool: Pool, golden: str, vhdl: str, top: str | None = None) -> Verdict:
    return pool.verify(golden, convert(vhdl, top), Stimuli(sequences=4, cycles=40))


COUNTER = design(
    "clk, rst : in std_logic; q : out std_logic_vector(3 downto 0)",
    """process (clk, rst) begin
    if rst = '1' then c <= (others => '0'); elsif rising_edge(clk) then c <= c + 1; end if;
  end process; q <= std_logic_vector(c);""",
    "signal c : unsigned(3 downto 0);",
)
COUNTER_V = """module d(input clk, rst, output reg [3:0] q);
always @(posedge clk or posedge rst) if (rst) q <= 0; else q <= q + 1; endmodule"""
RAM_PORTS = "clk, we : in std_logic; a : in unsigned(1 downto 0); d : in std_logic_vector(3 downto 0)"
RAM_V = """module d(input clk, we, input [1:0] a, input [3:0] d, output reg [3:0] q); reg [3:0] m [0:3];
always @(posedge clk) begin if (we) m[a] {0} d; q <= m[a]; end endmodule"""
RAM_TYPE = "type ram_t is array (0 to 3) of std_logic_vector(3 downto 0);"

GOOD = {
    "asynchronous reset": (COUNTER, COUNTER_V),
    "synchronous reset": (
        COUNTER.replace(
            "process (clk, rst) begin\n    if rst", "process (clk) begin\n    if rising_edge(clk) then if rst"
        )
        .replace("elsif rising_edge(clk) then", "else")
        .replace("c + 1; end if;", "c + 1; end if; end if;"),
        COUNTER_V.replace(" or posedge rst", ""),
    ),
    "initial value and asynchronous reset": (
        COUNTER.replace("unsigned(3 downto 0);\nbegin", 'unsigned(3 downto 0) := "0101";\nbegin'),
        COUNTER_V.replace("always", "initial q = 5; always"),
    ),
    "variable with initial value": (
        design(
            "clk, rst : in std_logic; q : out unsigned(2 downto 0)",
            """process (clk, rst) variable v : unsigned(2 downto 0) := "110"; begin
            if rst = '1' then v := "000"; elsif rising_edge(clk) then v := v + 1; end if; q <= v; end process;""",
        ),
        """module d(input clk, rst, output reg [2:0] q); initial q = 6;
        always @(posedge clk or posedge rst) if (rst) q <= 0; else q <= q + 1; endmodule""",
    ),
    "shift register with initial value": (
        design(
            "clk, d : in std_logic; q : out std_logic_vector(3 downto 0)",
            clocked("s <= s(2 downto 0) & d;") + " q <= s;",
            'signal s : std_logic_vector(3 downto 0) := "1010";',
        ),
        "module d(input clk, d, output reg [3:0] q = 4'b1010); always @(posedge clk) q <= {q[2:0], d}; endmodule",
    ),
    "wait until": (
        design("clk, d : in bit; q : out bit", "process begin wait until clk = '1'; q <= d; end process;"),
        "module d(input clk, d, output reg q); always @(posedge clk) q <= d; endmodule",
    ),
    "states": (
        design(
            "clk, rst, go : in std_logic; busy, done : out std_logic",
            clocked(
                "if rst = '1' then s <= idle; else case s is when idle => if go = '1' then s <= run; end if;",
                "when run => s <= stop; when stop => s <= idle; end case; end if;",
            )
            + " busy <= '1' when s = run else '0'; done <= '1' when s = stop else '0';",
            "type state is (idle, run, stop); signal s : state;",
        ),
        """module d(input clk, rst, go, output busy, done); reg [1:0] s;
        always @(posedge clk) if (rst) s <= 0; else case (s) 0: if (go) s <= 1; 1: s <= 2; default: s <= 0; endcase
        assign busy = s == 1, done = s == 2; endmodule""",
    ),
    "choice with a default": (
        design(
            "a : in std_logic_vector(2 downto 0); y : out std_logic",
            "with a select y <= '1' when \"011\", '0' when \"100\", '1' when \"111\" | \"110\", '0' when others;",
        ),
        "module d(input [2:0] a, output y); assign y = a == 3 || a == 6 || a == 7; endmodule",
    ),
    "signed arithmetic": (
        design(
            "a, b : in signed(3 downto 0); n : in unsigned(1 downto 0); q, r, s, x : out signed(3 downto 0); "
            "p : out signed(7 downto 0); l : out std_logic",
            """t <= b when b /= 0 else to_signed(3, 4); q <= a / t; r <= a rem t; p <= a * b;
            s <= shift_right(a, to_integer(n)); x <= abs a; l <= '1' when a < b else '0';""",
            "signal t : signed(3 downto 0);",
        ),
        """module d(input signed [3:0] a, b, input [1:0] n, output signed [3:0] q, r, s, x, output signed [7:0] p, output l);
        wire signed [3:0] t = b != 0 ? b : 3; assign q = a / t, r = a % t, p = a * b, s = a >>> n, x = a < 0 ? -a : a,
        l = a < b; endmodule""",
    ),
    "modulo": (
        design("a : in signed(4 downto 0); m : out signed(4 downto 0)", "m <= a mod to_signed(5, 5);"),
        """module d(input signed [4:0] a, output signed [4:0] m); wire signed [4:0] r = a % 5'sd5;
        assign m = r < 0 ? r + 5'sd5 : r; endmodule""",
    ),
    "rotation by more than the width": (
        design(
            "a : in unsigned(4 downto 0); n : in unsigned(3 downto 0); y, z : out unsigned(4 downto 0)",
            "y <= rotate_left(a, to_integer(n)); z <= rotate_right(a, to_integer(n));",
        ),
        """module d(input [4:0] a, input [3:0] n, output [4:0] y, z);
        wire [9:0] l = {a, a} << (n % 5), r = {a, a} >> (n % 5); assign y = l[9:5], z = r[4:0]; endmodule""",
    ),
    "a table": (
        design(
            "a : in unsigned(1 downto 0); y : out std_logic_vector(15 downto 0)",
            "y <= rom(to_integer(a));",
            "type rom_t is array (0 to 3) of std_logic_vector(15 downto 0);\n"
            'constant rom : rom_t := (x"0001", x"8002", x"beef", x"1234");',
        ),
        """module d(input [1:0] a, output reg [15:0] y);
        always @* case (a) 0: y = 16'h1; 1: y = 16'h8002; 2: y = 16'hbeef; 3: y = 16'h1234; endcase endmodule""",
    ),
    "memory": (
        design(
            f"{RAM_PORTS}; q : out std_logic_vector(3 downto 0)",
            clocked("if we = '1' then m(to_integer(a)) <= d; end if; q <= m(to_integer(a));"),
            f"{RAM_TYPE} signal m : ram_t;",
        ),
        RAM_V.format("<="),
    ),
    "memory in a variable": (
        design(
            f"{RAM_PORTS}; q : out std_logic_vector(3 downto 0)",
            f"""process (clk) {RAM_TYPE} variable m : ram_t; begin if rising_edge(clk) then
            if we = '1' then m(to_integer(a)) := d; end if; q <= m(to_integer(a)); end if; end process;""",
        ),
        RAM_V.format("="),
    ),
    "latch": (
        design(
            "r, s, d : in std_logic; q : out std_logic",
            "process (all) begin if r = '1' then q <= '0'; elsif s = '1' then q <= d; end if; end process;",
        ),
        "module d(input r, s, d, output reg q); always @* if (r) q = 0; else if (s) q = d; endmodule",
    ),
    "two clocks": (
        design(
            "c1, c2, d : in std_logic; q1, q2 : out std_logic",
            "process (c1) begin if rising_edge(c1) then q1 <= d; end if; end process;\n"
            "process (c2) begin if falling_edge(c2) then q2 <= d; end if; end process;",
        ),
        """module d(input c1, c2, d, output reg q1, q2); always @(posedge c1) q1 <= d; always @(negedge c2) q2 <= d;
        endmodule""",
    ),
    "generate": (
        design(
            "a, b : in std_logic_vector(0 to 3); y : out std_logic_vector(0 to 3); c : out std_logic",
            "k(0) <= '0'; g : for i in 0 to 3 generate y(3 - i) <= a(3 - i) xor b(3 - i) xor k(i);\n"
            "k(i + 1) <= (a(3 - i) and b(3 - i)) or (k(i) and (a(3 - i) or b(3 - i))); end generate; c <= k(4);",
            "signal k : std_logic_vector(4 downto 0);",
        ),
        "module d(input [3:0] a, b, output [3:0] y, output c); assign {c, y} = a + b; endmodule",
    ),
    "package, function and procedure": (
        f"{USES}package p is constant k : natural := 3; function f(x : unsigned) return unsigned; end;\n"
        "package body p is function f(x : unsigned) return unsigned is variable s : unsigned(x'range) := x; begin\n"
        "for i in 1 to k loop s := s + x; end loop; return s; end; end;\nuse work.p.all;\n"
        + design(
            "a : in unsigned(3 downto 0); y, z : out unsigned(3 downto 0)",
            "y <= f(a); process (all) variable v : unsigned(3 downto 0); begin twice(a, v); z <= v; end process;",
            "procedure twice(x : in unsigned; r : out unsigned) is begin r := x + x; end;",
        ),
        "module d(input [3:0] a, output [3:0] y, z); assign y = 4 * a, z = 2 * a; endmodule",
    ),
    "components, records, two generics": (
        f"{USES}entity inc is generic (by : natural := 1; w : positive := 2); port (a : in unsigned(w - 1 downto 0);\n"
        "y : out unsigned(w - 1 downto 0)); end;\narchitecture x of inc is begin y <= a + by; end;\n"
        + design(
            "a : in unsigned(3 downto 0); b : in unsigned(0 downto 0); y : out unsigned(3 downto 0); z : out std_logic",
            "i1 : inc generic map (3, 4) port map (a, r.v); i2 : entity work.inc generic map (1, 1) port map (b, b1);\n"
            "y <= r.v; r.f <= b1(0); z <= r.f;",
            "component inc is generic (by : natural := 1; w : positive := 2); port (a : in unsigned(w - 1 downto 0);\n"
            "y : out unsigned(w - 1 downto 0)); end component;\n"
            "type rec is record v : unsigned(3 downto 0); f : std_logic; end record; signal r : rec;\n"
            "signal b1 : unsigned(0 downto 0);",
        ),
        "module d(input [3:0] a, input b, output [3:0] y, output z); assign y = a + 3, z = ~b; endmodule",
    ),
    "numbers and truth values as ports": (
        design(
            "a : in integer range 0 to 9; b : in boolean; y : out integer range 0 to 15; z : out boolean",
            "y <= a + 5 when b else a; z <= a > 4;",
        ),
        "module d(input [3:0] a, input b, output [3:0] y, output z); assign y = b ? a + 5 : a, z = a > 4; endmodule",
    ),
    "names that are keywords": (
        design(
            "reg, do : in std_logic; n1_o, always : out std_logic",
            "n1_o <= reg and do; n2_o <= reg; always <= n2_o;",
            "signal n2_o : std_logic;",
        ),
        "module d(input \\reg , \\do , output n1_o, \\always ); assign n1_o = \\reg & \\do , \\always = \\reg ; endmodule",
    ),
    "names that differ from others in case or mark": (
        design("Clk, \\Foo\\, foo : in std_logic; Q : out std_logic", "q <= \\Foo\\ and not FOO;"),
        "module d(input Clk, Foo, foo, output Q); assign Q = Foo & ~foo; endmodule",
    ),
    "not for synthesis": (
        design(
            "a : in std_logic; y : out std_logic",
            "y <= a;\n-- pragma translate_off\nprocess begin wait for 5 ns; end process;\n-- pragma translate_on\n",
        ),
        "module d(input a, output y); assign y = a; endmodule",
    ),
}


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
