"""VHDL that converts, each design beside its Verilog, and how it is judged."""

import pytest

from rtlvr.verify import Limits, Pool, Stimuli, Verdict
from rtlvr.verify.vhdl import available, to_verilog

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
