"""Area and delay: known designs cost what they must, wrong ones are not measured, other libraries can be used."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtlvr.cli import main
from rtlvr.errors import DesignError, ParameterError
from rtlvr.ppa import compare, measure
from rtlvr.ppa.liberty import library, own
from rtlvr.verify import Pool

LIBERTY = Path(os.environ.get("RTLVR_LIBERTY", "/usr/share/qflow/tech/osu018/osu018_stdcells.lib"))


@pytest.fixture(scope="module")
def bench() -> Iterator[Pool]:
    made = Pool(1, mode="hybrid")
    yield made
    made.close()


@pytest.mark.parametrize(
    ("body", "area", "cells", "registers", "latches", "depth"),
    [
        ("assign y = a;", 0, 0, 0, 0, 0),
        ("assign y = 1'b1;", 0, 0, 0, 0, 0),
        ("assign y = ~(a & b);", 1.0, 1, 0, 0, 1),
        ("assign y = ~a;", 0.67, 1, 0, 0, 1),
        ("assign y = a ^ b;", 2.33, 1, 0, 0, 1),
        ("assign y = (a ^ b) ^ c;", 4.66, 2, 0, 0, 2),
        ("reg q; always @(posedge c) q <= a; assign y = q;", 5.67, 1, 1, 0, 0),
        ("reg q = 1; always @(posedge c) q <= ~q; assign y = q;", 6.34, 2, 1, 0, 1),
        ("reg q; always @(posedge c or negedge b) if (!b) q <= 0; else q <= a; assign y = q;", 6.67, 1, 1, 0, 0),
        ("reg q; always @(negedge c) q <= a; assign y = q;", 6.34, 2, 1, 0, 1),
        ("reg q; always @* if (c) q = a; assign y = q;", 3.67, 1, 0, 1, 0),
        ("reg [1:0] m [0:3]; always @(posedge c) m[{a,b}] <= {b,a}; assign y = m[0][0];", None, None, 1, 0, None),
    ],
)
def test_what_small_designs_cost(
    bench: Pool, body: str, area: float | None, cells: int, registers: int, latches: int, depth: int
) -> None:
    found = measure(bench, f"module m(input a, b, c, output y); {body} endmodule")
    assert (found.flip_flops, found.latches) == (registers, latches)
    if area is not None:
        assert (found.area, found.cells, found.depth) == (pytest.approx(area), cells, depth)
        assert (found.delay > 0) == (depth > 0)


def test_two_ways_to_add_are_told_apart_and_stay_the_same(bench: Pool) -> None:
    golden = "module m(input [7:0] a, b, input c, output [8:0] y); assign y = c ? a + b : a - b; endmodule"
    shared = "module m(input [7:0] a, b, input c, output [8:0] y); assign y = a + ({9{~c}} ^ b) + !c; endmodule"
    first, again = (compare(bench, golden, shared) for _ in range(2))
    assert first == again and first.verdict.proved and first.ratio and first.ratio.area
    assert first.ratio.area < 0.95
    quick = measure(bench, shared, goal="delay")
    assert first.candidate and quick.delay < first.candidate.delay and quick.depth < first.candidate.depth


def test_a_wrong_design_is_not_measured(bench: Pool) -> None:
    found = compare(bench, *(f"module m(input a, b, output y); assign y = a {op} b; endmodule" for op in "&|"))
    assert found.verdict.status == "inequivalent" and found.candidate is None and found.ratio is None


def test_what_cannot_be_mapped_is_told(bench: Pool) -> None:
    with pytest.raises(DesignError, match="line 1"):
        measure(bench, "module m(input a, output y; endmodule")
    with pytest.raises(DesignError, match="nothing_here"):
        measure(bench, "module m(input a, output y); nothing_here u(a, y); endmodule")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "without cells"),
        ('library (x) { cell (INV) { area : 1; pin (Y) { direction : output; function : "!A"; } } }', "two-input NAND"),
    ],
)
def test_a_library_that_cannot_be_used_is_refused(bench: Pool, text: str, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        measure(bench, "module m(input a, output y); assign y = a; endmodule", text)


def test_a_library_without_latches_is_named(bench: Pool) -> None:
    cut = own().partition("cell (DFFR)")[0] + "}\n"
    with pytest.raises(DesignError, match=r"(?i)latch"):
        measure(bench, "module m(input a, c, output reg y); always @* if (c) y = a; endmodule", cut)


def test_a_library_that_abc_cannot_read_is_no_design_of_none(bench: Pool) -> None:
    broken = own().replace("latch (IQ, IQN)", "statetable (IQ, IQN)")
    with pytest.raises(DesignError, match="ABC cannot use the library"):
        measure(bench, "module m(input a, b, output y); assign y = a & b; endmodule", broken)


@pytest.mark.parametrize("function", ["!(A*B)", "(!(A B))", "(A&B)'", "!A+!B", "(!(A * B))"])
def test_nands_are_found_however_they_are_written(function: str) -> None:
    text = f'library (x) {{ cell (N) {{ area : 2; pin (Y) {{ direction : output; function : "{function}"; }} }} }}'
    assert library(text).nand == 2.0


@pytest.mark.tools
def test_the_command_prints_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    golden, candidate = tmp_path / "g.v", tmp_path / "c.v"
    golden.write_text("module m(input a, b, output y); assign y = ~(a & b); endmodule\n")
    candidate.write_text("module m(input a, b, output y); assign y = ~a | ~b; endmodule\n")
    assert main(["ppa", str(golden), str(candidate)]) == 0
    assert "proved" in (said := capsys.readouterr().out) and "1.00" in said
    assert main(["ppa", str(golden), str(candidate), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ratio"]["area"] == 1.0
    candidate.write_text("module m(input a, b, output y); assign y = a | b; endmodule\n")
    assert main(["ppa", str(golden), str(candidate)]) == 1
    assert "right designs only" in capsys.readouterr().out


@pytest.mark.skipif(
    not LIBERTY.exists(), reason="qflow's osu018 is not here: apt install qflow-tech-osu018, or RTLVR_LIBERTY"
)
def test_a_real_library(bench: Pool) -> None:
    text = LIBERTY.read_text()
    assert library(text).nand > 1
    found = measure(bench, "module m(input a, b, c, output reg y); always @(posedge c) y <= ~(a & b); endmodule", text)
    assert (found.flip_flops, found.cells, found.depth) == (1, 2, 1) and 3 < found.area < 7
