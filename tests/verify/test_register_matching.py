"""Designs whose ports have other names and another order: the same function is seen, another is not."""

import pytest

from rtlvr.verify import Pool, Stimuli, Verdict
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


@pytest.mark.tools
@pytest.mark.parametrize(("old", "new"), [("r - 4'd1", "r - 4'd2"), ("if (x) r <= 0;", ""), ("w & u", "u")])
def test_another_function(pool: Pool, stimuli: Stimuli, old: str, new: str) -> None:
    reference, candidate = CASES["counter"]
    changed = candidate.replace(old, new)
    assert changed != candidate
    assert not same_function(design(pool, stimuli, reference), design(pool, stimuli, changed), pool, stimuli)


SHIFTED = (
    "module m(input clk, a, b, c, output reg [1:0] q, r);\nalways @(posedge clk) begin q <= {q[0], a & b}; r <= {c, r[1]}; end "
    "endmodule",
    "module n(output reg [1:0] s, t, input u, v, w, k);\nalways @(posedge k) begin t <= {t[0], w & u}; s <= {v, s[1]}; end "
    "endmodule",
)


class Counted(Pool):
    """A pool that counts what the verifier is asked."""

    asked = 0

    def verify(self, *args: object, **kwargs: object) -> Verdict:
        self.asked += 1
        return super().verify(*args, **kwargs)


@pytest.mark.tools
@pytest.mark.parametrize(("change", "same"), [(("w & u", "w & u"), True), (("w & u", "w | u"), False)])
def test_unknown_start_values_leave_few_pairings_to_the_verifier(
    stimuli: Stimuli, change: tuple[str, str], same: bool
) -> None:
    """Without a reset ports are told apart by their kinds alone; what the runs contradict is not put to the verifier."""
    pool = Counted(1)
    reference, candidate = (design(pool, stimuli, code) for code in (SHIFTED[0], SHIFTED[1].replace(*change)))
    assert not reference.marks.known
    assert same_function(reference, candidate, pool, stimuli) == same
    assert pool.asked <= 4, "of 48 pairings"
    pool.close()


def test_another_shape(pool: Pool, stimuli: Stimuli) -> None:
    first, second = (design(pool, stimuli, CASES[name][0]) for name in ("mux", "counter"))
    assert not same_function(first, second, pool, stimuli)
