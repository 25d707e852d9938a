"""Designs whose ports have other names and another order: the same function is seen, another is not."""

import pytest

from rtlvr.verify import Pool, Stimuli
from rtlvr.verify.register_matching import Design, same_function

CASES = {
    "mux": (
        "module m(input [1:0] s, input [3:0] a, b, c, output [3:0] y); assign y = s[1] ? c : s[0] ? b : a; endmodule",
        "module n(output reg [3:0] o, input [3:0] r, input [1:0] k, input [3:0] p, q);\n"
        "always @* if (k[1]) o = p; else if (k[0]) o = r; else o = q; endmodule",
    ),
    "counter": (
        "module m(input clk, rst, en, up, output reg [3:0] q);\n"
        "always @(posedge clk) if (rst) q <= 0; else if (en) q <= up ? q + 1 : q - 1; endmodule",
        "module n(output [3:0] z, input w, input x, input v, input u);\nreg [3:0] r; assign z = r;\n"
        "always @(posedge v) begin if (w & ~u) r <= r - 4'd1; if (w & u) r <= r + 4'd1; if (x) r <= 0; end endmodule",
    ),
    "two gates": (
        "module m(input a, b, c, d, e, f, output y, z); assign y = ~(a & b & c); assign z = ~(d & e & f); endmodule",
        "module n(input a, output p, input b, c, d, e, f, output q); assign q = ~(a & c & e); assign p = ~(b & d & f);"
        " endmodule",
    ),
}


def design(pool: Pool, stimuli: Stimuli, code: str) -> Design:
    return Design("", code, pool.inspect(code, stimuli), pool.read(code).text)


@pytest.mark.parametrize("name", CASES)
def test_the_same_function_under_other_names(pool: Pool, stimuli: Stimuli, name: str) -> None:
    reference, candidate = (design(pool, stimuli, code) for code in CASES[name])
    assert same_function(reference, candidate, pool, stimuli)
    assert same_function(candidate, reference, pool, stimuli)


@pytest.mark.parametrize(("old", "new"), [("r - 4'd1", "r - 4'd2"), ("if (x) r <= 0;", ""), ("w & u", "u")])
def test_another_function(pool: Pool, stimuli: Stimuli, old: str, new: str) -> None:
    reference, candidate = CASES["counter"]
    changed = candidate.replace(old, new)
    assert changed != candidate
    assert not same_function(design(pool, stimuli, reference), design(pool, stimuli, changed), pool, stimuli)


def test_another_shape(pool: Pool, stimuli: Stimuli) -> None:
    first, second = (design(pool, stimuli, CASES[name][0]) for name in ("mux", "counter"))
    assert not same_function(first, second, pool, stimuli)
