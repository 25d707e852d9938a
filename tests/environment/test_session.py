"""The tools: what they answer, what they refuse, and that nothing of the golden is in any answer."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from rtlvr.environment import Budget, Session
from rtlvr.errors import InfrastructureError
from rtlvr.records import Problem
from rtlvr.verify import Limits, Pool

GOLDEN = """// zebra_comment of the author
module acc(input clk, input rst, input [3:0] d, output [3:0] q, output odd);
  localparam OKAPI_STEP = 4'd11;
  reg [3:0] quagga_sum;
  wire [3:0] tapir_next = quagga_sum + d * OKAPI_STEP;
  function [0:0] lemur_parity(input [3:0] ibex_word); lemur_parity = ^ibex_word; endfunction
  always @(posedge clk) if (rst) quagga_sum <= 0; else quagga_sum <= tapir_next;
  assign q = quagga_sum;
  assign odd = lemur_parity(quagga_sum);
endmodule
"""
SECRETS = ("zebra", "okapi", "quagga", "tapir", "lemur", "ibex", "4'd11")
HEAD = "module acc(input clk, input rst, input [3:0] d, output reg [3:0] q, output odd);\n"
RIGHT = f"{HEAD}always @(posedge clk) q <= rst ? 4'd0 : q + d * 4'd11; assign odd = ^q;\nendmodule\n"
WRONG = f"{HEAD}always @(posedge clk) q <= rst ? 4'd0 : q + d; assign odd = ^q;\nendmodule\n"


def problem(golden: str = GOLDEN) -> Problem:
    return Problem(id="acc", category="seq", prompt="Accumulate d times eleven.", golden=golden)


@pytest.fixture(scope="module")
def bench() -> Iterator[Pool]:
    made = Pool(2, Limits(cpu_seconds=3, wall_seconds=30), mode="hybrid")
    yield made
    made.close()


@pytest.mark.tools
def test_a_way_to_a_right_design(bench: Pool) -> None:
    session = Session(problem(), bench)
    seen = session.compile(WRONG)
    assert (seen.ok, seen.module, seen.inputs) == (True, "acc", {"clk": 1, "rst": 1, "d": 4})
    assert (seen.outputs, seen.clocks, seen.registers) == ({"q": 4, "odd": 1}, ("clk",), 4)
    first = session.check(WRONG)
    assert (first.ok, first.status, first.checks_left) == (False, "inequivalent", 2) and "q" in (first.outputs or ())
    assert first.counterexample
    last = first.counterexample[-1]
    assert set(last.inputs) == {"clk", "rst", "d"} and set(last.expected) == set(last.got) == {"q", "odd"}
    assert last.expected != last.got
    assert session.reward == 0.0
    assert session.check(RIGHT).ok
    assert session.reward == 1.0


def test_simulation_holds_values_and_ticks(bench: Pool) -> None:
    session = Session(problem(), bench)
    seen = session.simulate(WRONG, [{"rst": 1}, {"rst": 0, "d": 5}, {"d": "0b11"}, {}])
    assert seen.ok and seen.steps
    assert [step["q"] for step in seen.steps] == ["0000", "0101", "1000", "1011"]


def test_a_clock_that_is_named_does_not_tick(bench: Pool) -> None:
    steps = [{"clk": 0, "rst": 1}, {"clk": 1}, {"rst": 0, "d": 3, "clk": 0}, {}, {"clk": 1}]
    seen = Session(problem(), bench).simulate(WRONG, steps)
    assert seen.steps and [step["q"] for step in seen.steps] == ["xxxx", "0000", "0000", "0000", "0011"]


def test_counterexample_values_are_what_the_design_gives(bench: Pool) -> None:
    """The inputs of a counterexample, simulated, give its `got`: expected and got are not mixed up."""
    session = Session(problem(), bench)
    code = f"{HEAD}always @* q = d + 4'd1; assign odd = 1'b0;\nendmodule\n"
    shown = session.check(code).counterexample
    assert shown
    steps = [{name: f"0b{value}" for name, value in step.inputs.items()} for step in shown]
    assert [dict(step) for step in session.simulate(code, steps).steps or ()] == [step.got for step in shown]


@pytest.mark.tools
@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("golden", {}, "allowed: compile, simulate, check"),
        ("_problem", {}, "allowed: compile"),
        (["check"], {}, "allowed: compile"),
        ("check", {"code": 5}, "type int"),
        ("check", "{not json", "takes an object with code"),
        ("check", "[" * 100_000, "takes an object"),
        ("check", {"code": "", "golden": ""}, "and nothing else"),
        ("check", {"code": "x" * 5_000_000}, "bytes of code"),
        ("simulate", {"code": WRONG, "steps": []}, "1 to 512"),
        ("simulate", {"code": WRONG, "steps": [{"d": 1}] * 513}, "1 to 512"),
        ("simulate", {"code": WRONG, "steps": [5]}, "a step is an object"),
        ("simulate", {"code": WRONG, "steps": [{"d": 1.5}]}, "type float"),
        ("simulate", {"code": WRONG, "steps": [{"d": True}]}, "type bool"),
        ("simulate", {"code": WRONG, "steps": [{"d": 16}]}, "0 to 2**4 - 1"),
        ("simulate", {"code": WRONG, "steps": [{"d": -1}]}, "0 to 2**4 - 1"),
        ("simulate", {"code": WRONG, "steps": [{"d": 1 << 20_000}]}, "longer than"),
        ("simulate", {"code": WRONG, "steps": [{"d": "4'bxx"}]}, "0 to 2**4 - 1"),
        ("simulate", {"code": WRONG, "steps": [{"quagga_sum": 1}]}, "this design has: clk, rst, d"),
        ("compile", {"code": "module m(output y; endmodule"}, "does not compile"),
        ("compile", {"code": "module m(input a); endmodule"}, "no output"),
        ("compile", {"code": "\ud800"}, ""),
        ("compile", {"code": "module m(output y); initial while (1); endmodule"}, ""),
    ],
)
def test_what_is_wrong_is_an_answer(bench: Pool, name: str, arguments: object, said: str) -> None:
    answer = json.loads(Session(problem(), bench).call(name, arguments))
    assert answer["ok"] is False and said in answer["problem"]


def test_budgets_are_kept(bench: Pool) -> None:
    session = Session(problem(), bench, Budget(checks=1, tries=1))
    session.call("compile", {"code": 5})
    assert session.compile(WRONG).ok, "a refused call costs nothing"
    assert "none is left" in str(session.simulate(WRONG, [{}]).problem)
    assert session.check(WRONG).checks_left == 0
    spent = session.check(RIGHT)
    assert spent.status is None and "none is left" in str(spent.problem)
    assert session.reward == 0.0


def test_checks_at_once_do_not_go_beyond_the_budget(bench: Pool) -> None:
    session = Session(problem(), bench, Budget(checks=2, tries=1))
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(session.check, [f"{WRONG}// {n}\n" for n in range(6)]))
        tried = list(threads.map(session.compile, [WRONG] * 4))
    assert sum(answer.status is not None for answer in answers) == 2 and session.checks_left == 0
    assert sum(answer.ok for answer in tried) == 1 and session.tries_left == 0


def test_a_check_that_failed_is_not_paid(bench: Pool) -> None:
    session = Session(problem("module acc(input clk; endmodule"), bench, Budget(checks=1))
    with pytest.raises(InfrastructureError):
        session.check(RIGHT)
    assert session.checks_left == 1


def test_a_final_answer_is_judged_and_paid(bench: Pool) -> None:
    session = Session(problem(), bench, Budget(checks=0, tries=0))
    assert session.finish("no code") == 0.0
    assert session.finish(f"Here:\n```verilog\n{RIGHT}```") == 1.0


def test_an_unproved_design_is_not_paid_where_proof_is_asked(bench: Pool) -> None:
    session = Session(problem(), bench, accept_unproved=False)
    assert session.check(RIGHT).proved and session.reward == 1.0


def test_a_golden_that_cannot_be_judged_is_no_wrong_answer_and_stays_hidden(bench: Pool) -> None:
    session = Session(problem(GOLDEN.replace("assign q = quagga_sum", "okapi_cell tapir(quagga_sum, q)")), bench)
    with pytest.raises(InfrastructureError) as error:
        session.check(RIGHT)
    assert not secrets_in(str(error.value))
    with pytest.raises(InfrastructureError):
        _ = session.reward


def secrets_in(text: str) -> list[str]:
    """Inner names of the golden, and runs of its text, that stand in an answer."""
    squeezed = re.sub(r"\W+", "", text).lower()
    body = re.sub(r"\W+", "", GOLDEN.split(";", 1)[1]).lower()
    runs = [body[at : at + 16] for at in range(0, len(body) - 16)]
    return [secret for secret in SECRETS if secret in text.lower()] + [run for run in runs if run in squeezed]


SPIES = {
    "names an inner signal": "assign odd = quagga_sum[0];",
    "reads another scope": "always @* q = acc.QQ;",
    "reads a root": "always @* q = $root.golden.x;",
    "instantiates the golden": "golden g(clk, rst, d, q, odd);",
    "binds": "endmodule\nbind acc spy s();\nmodule rest;",
    "includes a file": '`include "design.v"',
    "reads a file": 'reg [7:0] m [0:99]; initial $readmemh("design.v", m);',
    "dumps": "initial $dumpvars;",
    "prints": 'initial $display("%m");',
    "prints scopes": "initial $list;",
    "ends early": "initial $finish;",
    "fails at elaboration": 'initial $error("%m");',
    "wrong width": "assign odd = 1'b0; wire [3:0] w = d[9:6];",
    "unknown module": "nothing_like_it u(d, q);",
    "unknowns": "always @* q = 4'bx;",
    "copies": "always @* q = d;",
    "constant": "always @* q = 0;",
    "other names of sides": "wire \\golden.q , \\candidate.q ;",
}
OTHERS = {
    "empty": "",
    "no module": "assign a = b;",
    "other ports": "module acc(input \\golden.q , output \\candidate.q ); assign \\candidate.q = \\golden.q ; endmodule",
    "fewer ports": "module acc(input clk, output q); assign q = clk; endmodule",
    "wider ports": HEAD.replace("[3:0] q", "[9:0] q") + "endmodule",
    "two roots": "module a(output y); endmodule\nmodule b(output y); endmodule",
    "VHDL": "entity acc is end;",
    "an open macro": "`define x module",
}


@pytest.mark.parametrize("name", [*SPIES, *OTHERS])
def test_nothing_of_the_golden_leaks(bench: Pool, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    code = f"{HEAD}{SPIES[name]}\nendmodule\n" if name in SPIES else OTHERS[name]
    session = Session(problem(), bench)
    steps = [{"rst": 1}, {"rst": 0, "d": 7}]
    calls = [("compile", {"code": code}), ("simulate", {"code": code, "steps": steps}), ("check", {"code": code})]
    for tool, arguments in calls:
        answer = session.call(tool, json.dumps(arguments))
        if name != "names an inner signal":  # what it wrote itself may come back
            assert not secrets_in(answer), answer
    assert session.reward == 0.0
    assert not secrets_in(repr(session) + str(session.specification)) and not secrets_in("".join(capfd.readouterr()))


def test_the_spy_test_would_see_a_leak() -> None:
    assert secrets_in("the golden's quagga_sum") and secrets_in("always @(posedge clk) if (rst) x")
