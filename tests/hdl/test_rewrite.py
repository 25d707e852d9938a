"""Rewrites change the text and keep the design; trojans are wrong only where their own stimulus looks."""

import random

import numpy as np
import pytest

from rtlvr.data.corpus import seed_corpus
from rtlvr.evaluate.trojan import trojans
from rtlvr.hdl.rewrite import RECIPES, rewrites
from rtlvr.hdl.source import module_names, normalised, simulates_otherwise
from rtlvr.verify import Pool, Stimuli

STIMULI = Stimuli(sequences=4, cycles=40)
SOME = seed_corpus()[::30]


@pytest.mark.tools
@pytest.mark.parametrize("golden", SOME, ids=lambda golden: golden.id)
def test_rewrites_are_other_text_for_the_same_design(pool: Pool, golden) -> None:
    circuit = pool.inspect(golden.code, STIMULI, golden.top)
    made = list(rewrites(golden.code, circuit))
    made += [(recipe, pool.resynthesise(golden.code, golden.top, recipe)) for recipe in RECIPES]
    assert {"wrapped", *RECIPES} <= {name for name, _ in made}
    for name, code in made:
        assert normalised(code) != normalised(golden.code)
        verdict = pool.verify(golden.code, code, STIMULI, golden.top, mode="testbench")
        assert verdict.equivalent, f"{name}: {verdict.reason}"


def test_text_rewrites_by_hand(pool: Pool) -> None:
    code = (
        "module m(input clk, rst_n, input [3:0] a, b, output reg [3:0] q); // a & b\n"
        "wire [3:0] t;\nassign t = a & b;\n"
        "always @(posedge clk or negedge rst_n) if (!rst_n) q <= 0; else q <= t + b;\nendmodule\n"
    )
    made = dict(rewrites(code, pool.inspect(code, STIMULI)))
    assert "assign t = ~(~a | ~b);" in made["De Morgan"] and "// a & b" in made["De Morgan"]
    assert "q <= b + t;" in made["commuted"]
    assert "@(negedge rst_n, posedge clk)" in made["sensitivity order"]
    assert "assign n_t_x = a & b;" in made["renamed"] and "q <= n_t_x + b" in made["renamed"]
    assert module_names(made["wrapped"]) == ["m_inner", "m"]


@pytest.mark.tools
def test_trojans_are_wrong_and_hide_from_the_testbench(pool: Pool) -> None:
    code = (
        "module m(input clk, rst, input [15:0] a, b, output reg [15:0] q);\n"
        "always @(posedge clk) if (rst) q <= 0; else q <= a + b;\nendmodule\n"
    )
    circuit = pool.inspect(code, STIMULI)
    found = trojans(code, circuit, random.Random(0))
    assert [trojan.kind for trojan in found] == ["rare value", "late", "sequence"]
    for trojan in found:
        assert pool.verify(code, trojan.code, STIMULI, mode="testbench").equivalent
        assert pool.verify(code, trojan.code, STIMULI, mode="hybrid").status == "inequivalent"
        inputs = np.zeros((trojan.cycles, 34), dtype=np.uint8)
        trojan.press(inputs)
        assert inputs.any() == (trojan.kind != "late")


@pytest.mark.parametrize(
    ("text", "risky"),
    [
        ("always @(a or b) y = a & b;", True),
        ("always @(posedge clk) begin t = a; q <= t; end", True),
        ("assign y = a / b;", True),
        ("initial q = 0;", True),
        ("casez (a) 4'b1???: y = 1; endcase", True),
        ("always @(posedge clk) if (a <= b) q <= a == b;", False),
        ("always @(posedge clk) begin for (i = 0; i < 4; i++) m[i] <= 0; end assign y = m[0];", False),
        ("always @* begin y = a; if (b) y = ~a; end", False),
        ("always @(*) y = a & b;", False),
    ],
)
def test_what_may_simulate_otherwise(text: str, risky: bool) -> None:
    assert simulates_otherwise(f"module m; {text} endmodule") is risky
