"""Rewrites change the text and keep the design; trojans are wrong only where their own stimulus looks."""

import random
import re

import numpy as np
import pytest

from rtlvr.data.corpus import seed_corpus
from rtlvr.evaluate.trojan import trojans
from rtlvr.hdl.circuit import Circuit, Port
from rtlvr.hdl.rewrite import RECIPES, rewrites, wrap
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
    assert "@(negedge rst_n or posedge clk)" in made["sensitivity order"]
    assert "assign n_t_x = a & b;" in made["renamed"] and "q <= n_t_x + b" in made["renamed"]
    assert module_names(made["wrapped"]) == ["m_inner", "m"]


MODERN = """`default_nettype none
`define NEXT(x) ((x) + free)
package kinds; typedef struct packed {logic valid; logic [2:0] data;} item_t; endpackage
module modern import kinds::*; #(parameter int N = 4) (
  input  wire logic clk, rst_n, a, b,
  input  item_t     one,
  output      logic y,
  output logic [3:0] q
);  // a & b
  logic valid, step, hidden, free, port_like;
  logic [3:0] n;
  item_t made;
  assign made = '{valid: valid, data: n[2:0]};
  assign valid = free ^a & b;
  assign free = 1'b1 == a?b:a;
  assign hidden = one.valid == b && made.data != one.data;
  assign step = `NEXT(hidden) & port_like;
`ifdef NEVER
  assign port_like = a & b;
`else
  assign port_like = a + b;
`endif
  assign y = valid | a &
`ifdef NEVER
    free;
`else
    step;
`endif
  always_ff @(posedge clk or negedge rst_n)
    if (!rst_n) begin q <= '0; n <= 1; end
    else for (int unsigned i = 0; i < N; i = i + 1) begin q[i] <= n[i] & a; n[i] <= q[(i + 1) % N]; end
endmodule : modern
"""


def test_only_real_operands_and_plain_names_are_edited(pool: Pool) -> None:
    made = dict(rewrites(MODERN, pool.inspect(MODERN, STIMULI, "modern")))
    renamed = set(re.findall(r"\bn_(\w+)_x\b", made["renamed"]))
    assert renamed == {"n", "step"}, "not: members, names in macros, in inactive text, and keywords"
    assert "'{valid: valid, data: n_n_x[2:0]}" in made["renamed"] and "wire logic clk" in made["renamed"]
    assert "free ^ ~(~a | ~b);" in made["De Morgan"], "no exclusive nor"
    assert "q[i] <= ~(~n[i] | ~a);" in made["De Morgan"] and made["De Morgan"].count("~(") == 2
    assert "= 1 + i)" in made["commuted"] and "q[(1 + i) % N]" in made["commuted"]
    assert "1'b1 == a?b:a" in made["commuted"], "a question mark would belong to the number"
    assert "valid | a &\n`ifdef" in made["commuted"] and "// a & b" in made["commuted"]
    assert "assign port_like = a & b;\n`else\n  assign port_like = b + a;" in made["commuted"]


@pytest.mark.tools
def test_rewrites_of_modern_text_are_the_same_design(pool: Pool) -> None:
    made = dict(rewrites(MODERN, pool.inspect(MODERN, STIMULI, "modern")))
    assert list(made) == ["De Morgan", "commuted", "sensitivity order", "renamed", "wrapped"]
    for name, code in made.items():
        verdict = pool.verify(MODERN, code, STIMULI, "modern", mode="hybrid")
        assert verdict.equivalent, f"{name}: {verdict.reason}"


def circuit_of(top: str, **ports: int) -> Circuit:
    """A circuit of inputs, and of outputs where the name begins with y."""
    kinds = [Port(name=n, direction="output" if n[0] == "y" else "input", width=w) for n, w in ports.items()]
    nothing = {"registers": 0, "latches": 0, "memories": 0, "cells": 0, "derived_clocks": False}
    return Circuit(top=top, ports=tuple(kinds), clocks=(), resets=(), **nothing)


def test_wrappers_of_labelled_and_recursive_modules() -> None:
    code = (
        "`resetall\n`timescale 1ns / 1ps\nmodule m #(parameter int N = 2) (input logic [N-1:0] a, output logic y);\n"
        "  if (N == 1) assign y = a; else begin : more\n    logic z; m #(N - 1) less(.a(a[N-1:1]), .y(z));\n"
        "    assign y = z ^ a[0];\n  end\nendmodule : m\n`resetall\n"
    )
    wrapped = wrap(code, circuit_of("m", a=2, y=1))
    assert "endmodule : m_inner\nmodule m(y, a);" in wrapped and "m_inner #(N - 1) less" in wrapped
    assert wrapped.rindex("endmodule") < wrapped.rindex("`resetall"), "in the directives of what it wraps"
    assert "input wire [1:0] a;" in wrapped


@pytest.mark.parametrize(
    ("ports", "what"),
    [
        ("input kind_t a, output [1:0] y", "an enumeration as an input"),
        ("input logic a [1:0], output [1:0] y", "an array"),
        ("input real a, output [1:0] y", "a real number"),
        ("input [1:0] a, output y", "another width"),
        ("input [1:0] a, wrapped, output [1:0] y", "a port that is not told"),
    ],
)
def test_no_wrapper_where_vectors_do_not_fit(ports: str, what: str) -> None:
    code = f"typedef enum logic [1:0] {{A, B}} kind_t;\nmodule m({ports}); assign y = 0; endmodule\n"
    assert wrap(code, circuit_of("m", a=2, y=2)) is None, what
    fits = code.replace(ports, "input [1:0] a, output kind_t y").replace("y = 0", "y = A")
    assert wrap(fits, circuit_of("m", a=2, y=2)) is not None


@pytest.mark.parametrize(
    "code",
    [
        "`ifdef SYNTHESIS\nmodule m(input a, output y);\n`else\nmodule m(input a, output reg y);\n`endif\nendmodule\n",
        "`define NAME m\nmodule `NAME(input a, output y); assign y = a; endmodule\n",
        "module m(input a, output y); wire t = a; sub s(y); endmodule\nmodule sub(output y); assign y = m.t; endmodule\n",
        "module m(input a, output y); assign y = a; // no end\n",
    ],
)
def test_no_wrapper_where_the_name_cannot_be_found(code: str) -> None:
    assert wrap(code, circuit_of("m", a=1, y=1)) is None


def test_names_that_ports_connect_by_themselves_stay() -> None:
    code = (
        "module m(input a, output y);\n  wire t, u = a;\n  function f(input t); f = t; endfunction\n"
        "  sub s(.t, .u(u), .y(y));\nendmodule\n"
    )
    made = dict(rewrites(code, circuit_of("m", a=1, y=1)))
    assert "renamed" not in made
    made = dict(rewrites(code.replace(".u(u)", ".k(u)"), circuit_of("m", a=1, y=1)))
    assert ".k(n_u_x)" in made["renamed"] and ".t, " in made["renamed"]
    assert "renamed" not in dict(rewrites(code.replace(".u(u)", ".*"), circuit_of("m", a=1, y=1)))


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
        ("assign y = a % 10 'd0;", True),
        ("assign y = a / 2 ** -1;", True),
        ("assign y = a / 4'b1x;", True),
        ("assign y = a % 16 + b / 8'h00_1f;", False),
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
