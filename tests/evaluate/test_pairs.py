"""The certified pairs of our own: what the file holds, that our tools read it, and what the verifier says of a sample."""

import random
import re
import subprocess
from pathlib import Path

import pytest

from rtlvr.errors import DesignError
from rtlvr.evaluate.certify import Certified, mistakes
from rtlvr.evaluate.pairs.bench import bench, suffixed
from rtlvr.evaluate.pairs.make import PAIRS, all_designs
from rtlvr.evaluate.pairs.template import designs
from rtlvr.hdl.source import MAX_SOURCE_BYTES, module_names
from rtlvr.records import read_jsonl
from rtlvr.verify import verify_many

TEMPLATE = """//# top t
//# inputs clk rst_n d:${N}
//# outputs q:${N}
//# params N=2 | N=3
//# golden
module t(input clk, input rst_n, input [${N - 1}:0] d, output reg [${N - 1}:0] q);
  always @(posedge clk or negedge rst_n) if (!rst_n) q <= 0; else q <= d;
endmodule
//# right one line
module t(input clk, rst_n, input [${N - 1}:0] d, output reg [${N - 1}:0] q);
  always @(posedge clk, negedge rst_n) q <= rst_n ? d : 0;
endmodule
//# wrong reset value @golden
-q <= 0;
+q <= 1;
//# stimulus
tick(2);
"""


@pytest.fixture(scope="module")
def pairs() -> list[Certified]:
    return read_jsonl(PAIRS, Certified)


def test_a_template_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "kind" / "register.sv"
    path.parent.mkdir()
    path.write_text(TEMPLATE)
    two, three = designs(path)
    assert (two.id, three.id) == ("kind/register/n2", "kind/register/n3")
    assert three.inputs == (("clk", 1), ("rst_n", 1), ("d", 3)) and three.data == (("d", 3),)
    assert [(c.kind, c.right) for c in two.candidates] == [("one line", True), ("reset value", False)]
    assert "q <= 1;" in two.candidates[1].code and "[1:0] q" in two.candidates[1].code
    text = bench(two, [c.code for c in two.candidates], copies=1)
    assert {"t_golden0", "t_c0", "t_c1", "bench"} == set(module_names(text))
    path.write_text(TEMPLATE.replace("-q <= 0;", "-q <= 2;"))
    with pytest.raises(DesignError, match="does not fit, 0 places"):
        list(designs(path))


def test_names_of_all_modules_get_a_suffix() -> None:
    text = "package p; endpackage\nmodule m import p::*; (input a);\nn u(.m(a));\nendmodule\nmodule n(input m);\nendmodule\n"
    assert re.findall(r"\w+_x", suffixed(text, "_x")) == ["p_x", "m_x", "p_x", "n_x", "n_x", "m_x"]


def test_counts_and_labels(pairs: list[Certified]) -> None:
    assert len(pairs) >= 500
    assert len({pair.id for pair in pairs}) == len(pairs)
    for family in ("systemverilog", "late"):
        right = [pair.right for pair in pairs if pair.id.startswith(f"{family}/")]
        assert 0.4 < sum(right) / len(right) < 0.6 and len(right) >= 200
    for pair in pairs:
        assert pair.top in module_names(pair.golden) and pair.top in module_names(pair.candidate)
        assert "verilator" in pair.witness and (pair.cycle is None) == pair.right
        assert len(pair.golden) + len(pair.candidate) < MAX_SOURCE_BYTES


def test_late_faults_are_late(pairs: list[Certified]) -> None:
    cycles = sorted(pair.cycle for pair in pairs if pair.id.startswith("late/") and pair.cycle is not None)
    assert sum(cycle >= 500 for cycle in cycles) / len(cycles) > 0.7
    assert sum(cycle >= 1_000_000 for cycle in cycles) >= 12


def test_the_file_is_what_the_templates_say(pairs: list[Certified]) -> None:
    made = {design.id: design for design in all_designs()}
    assert {pair.id.rsplit("/", 2)[0] for pair in pairs} <= set(made)
    for pair in pairs:
        assert pair.golden == made[pair.id.rsplit("/", 2)[0]].golden


@pytest.mark.tools
@pytest.mark.timeout(300)
def test_icarus_reads_the_late_texts(pairs: list[Certified], tmp_path: Path) -> None:
    late = [pair for pair in pairs if pair.id.startswith("late/")]
    for pair in random.Random(0).sample(late, 40):
        for text in (pair.golden, pair.candidate):
            (tmp_path / "text.v").write_text(text)
            done = subprocess.run(
                ["iverilog", "-g2012", "-s", pair.top, "-o", "sim", "text.v"],
                cwd=tmp_path,
                capture_output=True,
                check=False,
            )
            assert done.returncode == 0, f"{pair.id}: {done.stderr.decode()[:300]}"


@pytest.mark.long
@pytest.mark.tools
@pytest.mark.timeout(1800)
def test_the_verifier_makes_no_mistake_on_a_sample(pairs: list[Certified]) -> None:
    sample = random.Random(1).sample(pairs, 60)
    verdicts = list(verify_many([(p.golden, p.candidate, p.top, None) for p in sample]))
    decided = [(p, v) for p, v in zip(sample, verdicts, strict=True) if v.status != "undecided"]
    assert decided and not mistakes(*zip(*decided, strict=True))
