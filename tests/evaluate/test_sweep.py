"""Other people's HDL: what counts as a unit, faults in any style, and a sweep that goes on after a kill."""

import argparse
import json
from itertools import pairwise
from pathlib import Path

import pytest

from rtlvr.cli.evaluate import declare_sweep
from rtlvr.errors import ParameterError
from rtlvr.evaluate import sweep as sweeping
from rtlvr.evaluate.faults import faults_of
from rtlvr.evaluate.lacks import Lack
from rtlvr.evaluate.sweep import chosen, run, sources_of
from rtlvr.evaluate.sweeptable import FAULTS, UNITS, VERDICTS, FoundUnit, Trial, by_source, refusals, show
from rtlvr.evaluate.units import SweepUnit, answer_texts, units_of
from rtlvr.records import read_jsonl, write_jsonl
from rtlvr.verify import Verdict

FILES = {
    "rtl/inc/defs.vh": "`ifndef DEFS\n`define DEFS\n`define WIDTH 4\n`endif\n",
    "rtl/pkg.sv": "package kinds; typedef logic [3:0] nibble; endpackage\n",
    "rtl/top.sv": (
        '`include "defs.vh"\n`include "inc/defs.vh"\n// of mine\n'
        "module unrelated(input a, output b); assign b = a; endmodule\n"
        "module top import kinds::*; (input nibble a, output [`WIDTH-1:0] y);\n"
        "  helper #(.N(`WIDTH)) h(.a(a), .y(y));\nendmodule\n"
        "module bench; reg a; top t(); initial #5 a = 1; endmodule\n"
    ),
    "rtl/helper.v": "`default_nettype none\nmodule helper #(parameter N=2)(input wire [N-1:0] a, output wire [N-1:0] y);\n"
    "  assign y = ~a;\nendmodule\n",
    "a/twin.v": "module twin(input a, output y); assign y = a; endmodule\n",
    "b/twin.v": "module twin(input a, output y); assign y = !a; endmodule\n",
    "c/user.v": "module torn(input a, output y); twin t(a, y); endmodule\n",
    "b/user.v": "module sure(input a, output y); twin t(a, y); endmodule\n",
    "lone/missing.v": "module lacks(input a, output y); nowhere n(a, y); endmodule\n"
    "module unsaid(input a, output y); assign y = `NOT_SAID; endmodule\n",
    "lone/included.v": '`include "nothing.vh"\nmodule includes(input a, output y); assign y = a; endmodule\n',
    "lone/imports.sv": "module imports import nobody::*; (input a, output y); assign y = a; endmodule\n",
    "lone/guarded.v": '`ifdef NEVER\n`include "nothing.vh"\n`endif\nmodule guarded(input a, output y); assign y = a; endmodule\n',
    "lone/bare.sv": "module bare #(parameter N)(input [N-1:0] a, output y); assign y = a; endmodule\n",
    "odd/pad.v": "module pad(inout p, input e, d); assign p = e ? d : 1'bz; endmodule\n",
    "odd/late.v": "module late(input a, output y); assign #3 y = a; endmodule\n"
    "module prompt(input c, d, output reg q); always @(posedge c) q <= #1 d; endmodule\n"
    "module around(input a, output y); late l(a, y); endmodule\n",
    "odd/real.sv": "module volts(input real v, output y); assign y = v > 1.0; endmodule\n",
    "odd/bus.sv": "interface bus; logic a; endinterface\nmodule port(bus b, output y); assign y = b.a; endmodule\n",
    "odd/torn.v": "module cut_off(input a, output y); assign y = (a\n",
    "odd/wrong.v": "module undeclared(input a, output y); assign y = a & nobody[2]; endmodule\n",
    "copy/again.v": "// a copy\nmodule  top_twin(input a,\n output y); assign y = a; endmodule\n",
    "copy/once.v": "module top_twin(input a, output y); assign y = a; endmodule\n",
    "said.v": "Here it is:\n```verilog\nmodule said(input a, output y); assign y = a; endmodule\n```\nIt works.\n",
}
ANSWERS = [
    {"task": 1, "completion": "Sure!\n```verilog\nmodule one(input a, output y); assign y = a; endmodule\n```"},
    {"task": 2, "prompt": "module two(input a, output y);\n", "completion": "  assign y = !a;\nendmodule\n"},
    {"task": 3, "Response": ["module three(input a, output y); assign y = a; endmodule", "no code"]},
]
COUNTER = """module count #(parameter W=4)(input clk,input rst_n,input en,input [1:0] by,output reg [W-1:0] n,output reg top);
reg [3:0] last;
always@(posedge clk or negedge rst_n)
if(!rst_n)begin n<=4'd0;last<=0;top<=1'b0;end
else if(en)begin last<=n;case(by) 2'd0:n<=n+1;2'd1:n<=n-1;default:n<=last;endcase top<=(n==4'd9)?last[3]:n[0];end
else last<=n;
endmodule
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder of small files, some of them odd."""
    root = tmp_path / "theirs"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (root / "answers.jsonl").write_text("\n".join(map(json.dumps, ANSWERS)) + "\nnot JSON\n")
    (root / "odd/latin.v").write_bytes(
        "// gr\xf6\xdfer\nmodule latin(input a, output y); assign y = a; endmodule".encode("latin-1")
    )
    (root / "odd/noise.v").write_bytes(bytes(range(256)))
    return root


def test_units_are_closed_and_say_what_they_lack(tree: Path) -> None:
    units = {unit.name: unit for unit in units_of(tree)}
    problems = {name: str(unit.problem) for name, unit in units.items() if unit.problem}
    assert problems == {
        "torn": "instantiates `twin`, which is defined in several places",
        "lacks": "instantiates `nowhere`, which is not found",
        "unsaid": "uses the macro `NOT_SAID`, which is not defined",
        "includes": "includes `nothing.vh`, which is not found",
        "imports": "imports `nobody`, which is not found",
        "bare": "has the parameter `N`, which has no default",
    }
    flags = {name: unit.flags for name, unit in units.items() if unit.flags}
    assert flags == {
        "pad": ("inout",),
        "late": ("delays",),
        "around": ("delays",),
        "volts": ("analogue",),
        "port": ("interface",),
        "cut_off": ("broken",),
        "undeclared": ("ill-formed",),
    }
    whole = {name for name, unit in units.items() if unit.in_scope}
    expected = "top helper unrelated sure twin guarded prompt latin top_twin said one two three"
    assert whole == set(expected.split())


SIMULATED = {
    "waits.v": "module waits(input c, output reg y); initial begin repeat (9) @(posedge c); y = 1; end endmodule\n"
    "module user(input c, output y); waits w(c, y); endmodule\n"
    "module task_waits(input c, output reg y); task t; @(posedge c) y = 1; endtask initial t; endmodule\n"
    "module twice(input c, d, output reg y); always begin @(posedge c); @(negedge c) y = d; end endmodule\n"
    "module once(input c, d, output reg y); always begin : b reg t; @(posedge c) t = d; y = t; end endmodule\n",
    "files.v": 'module files(input c, output reg y); integer f; initial f = $fopen("x"); endmodule\n'
    "module perhaps #(parameter P = 0)(input a, output y); assign y = a;\n"
    '  if (P) initial $display("%d", $fopen("x"));\nendmodule\n'
    'module prints(input a, output reg y); initial begin y = $random; $display("%b", y); end endmodule\n',
    "queue.sv": "module queue(input c, d, output y); bit q[$]; always @(posedge c) q.push_back(d); assign y = q[0]; endmodule\n"
    "module by_name(input c, output y); int n[string]; assign y = c; endmodule\n"
    "module fixed(input c, output y); logic n[2]; assign n[0] = c, y = n[0]; endmodule\n"
    "class box; int a; endclass\nmodule object(input c, output y); box b = new; assign y = c; endmodule\n",
    "past.sv": "module past(input c, d, output reg y); always @(posedge c) if ($past(d)) y <= d; endmodule\n"
    "module asserts(input c, d, output y); assign y = d; a: assert property (@(posedge c) y == $past(d));\n"
    "  always @(posedge c) if ($rose(d)) assert (y); endmodule\n",
    "mute.sv": "module mute(input a, b); wire t = a & b; endmodule\n"
    "module old_mute(a, b); input a, b; endmodule\nmodule old(a, y); input a; output y; assign y = a; endmodule\n",
    "cells/stub.v": "module cell_a(input i, output o); endmodule\n"
    "module cell_b(input i, output o); parameter P = 1; wire t; endmodule\n"
    "module one(output reg o = 1'b1); endmodule\nmodule watch(input i); endmodule\n",
    "sim/cell_b.v": "module cell_b(input i, output o); assign o = i; endmodule\n",
    "pads.v": "module pads(input a, output y); cell_a c(a, y); endmodule\n"
    "module known(input a, output y); cell_b c(a, y); watch w(a); endmodule\n",
    "hard.v": "`ifdef SYNTHESIS\n`define HARD take_the_hard_macro\n`else\n`define HARD\n`endif\n`HARD\n"
    "module hard(input a, output y); assign y = a; endmodule\n",
    "only.v": "`ifndef SYNTHESIS\nmodule only(input a, output y); assign y = a; endmodule\n`endif\n",
    "traced.v": "module traced(input a, output y); assign y = a;\n`ifndef SYNTHESIS\n"
    'integer f; initial f = $fopen("x");\n`endif\nendmodule\n',
    "vendor.v": "module vendor(input a, output y);\n`ifdef SYNTHESIS\n  their_cell c(a, y);\n`else\n  assign y = a;\n`endif\n"
    "endmodule\n",
}


def test_what_only_simulation_can_do_is_told_apart(tmp_path: Path) -> None:
    for name, text in SIMULATED.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    units = units_of(tmp_path)
    flags = {(unit.path.partition("/")[0], unit.name): unit.flags for unit in units if unit.flags}
    benches = {"waits", "user", "task_waits", "twice", "files", "queue", "by_name", "object"}
    assert {name for (_, name), found in flags.items() if found == ("test bench",)} == benches
    assert {name: found for (_, name), found in flags.items() if name not in benches} == {
        "past": ("sampled values",),
        "mute": ("no outputs",),
        "old_mute": ("no outputs",),
        "watch": ("no outputs",),
        "cell_a": ("empty",),
        "cell_b": ("empty",),
        "hard": ("not for synthesis",),
        "only": ("not for synthesis",),
    }
    assert {unit.name: str(unit.problem) for unit in units if unit.problem} == {
        "pads": "instantiates `cell_a`, which is an empty stub",
        "vendor": "instantiates `their_cell`, which is not found",
    }
    whole = {unit.name for unit in units if unit.in_scope}
    expected = "once perhaps prints fixed asserts old one cell_b known traced"
    assert whole == set(expected.split())


def test_a_unit_is_one_text_in_order(tree: Path) -> None:
    (top,) = (unit for unit in units_of(tree) if unit.name == "top")
    places = [top.text.index(part) for part in ("package kinds", "module helper", "module top")]
    assert places[2] == max(places)
    assert places[1] < top.text.rindex("`default_nettype wire") < places[2]
    assert "of mine" in top.text and "module unrelated" not in top.text and "`include" not in top.text
    assert top.id == "theirs/rtl/top.sv:top"
    (sure,) = (unit for unit in units_of(tree) if unit.name == "sure")
    assert "y = !a" in sure.text, "the nearest helper"


NESTED = """interface kinds;
  typedef logic [3:0] word;
endinterface
interface pair(kinds of);
  typedef of.word word;
  word one;
  modport user(input one);
endinterface
module outer(pair.user p, output logic [3:0] y);
  always_comb y = p.one;
endmodule
module beside(input a, output y);
  assign y = ~a;
endmodule
"""


def test_a_text_that_crashes_the_parser_does_not_end_the_sweep(tmp_path: Path) -> None:
    (tmp_path / "nested.sv").write_text(NESTED)
    units = {unit.name: unit for unit in units_of(tmp_path)}
    assert units["beside"].in_scope and not units["outer"].in_scope


def test_equal_texts_count_once(tree: Path) -> None:
    names = [unit.name for unit in units_of(tree)]
    assert names.count("top_twin") == 1 and names.count("twin") == 2


def test_answers_in_other_shapes() -> None:
    assert [code.split("(")[0].strip() for code in answer_texts(json.dumps(ANSWERS))] == [
        "module one",
        "module two",
        "module three",
    ]
    assert list(answer_texts("nonsense")) == []


def test_faults_of_code_in_any_style() -> None:
    faults = faults_of(COUNTER, "count", 100)
    kinds = {fault.kind for fault in faults}
    assert {"off by one", "reset value", "reset polarity", "reset kind", "edge", "missing branch"} <= kinds
    assert {"width", "blocking", "operator", "relation", "index", "swapped arms", "condition"} <= kinds
    header = COUNTER[: COUNTER.index(";")]
    assert all(fault.code.startswith(header) and fault.code != COUNTER for fault in faults)
    assert len({fault.code for fault in faults}) == len(faults)
    assert (
        faults_of(COUNTER, "count", 5, "1")
        == faults_of(COUNTER, "count", 5, "1")
        != faults_of(COUNTER, "count", 5, "2")
    )


def test_faults_lie_in_code_that_is_reached() -> None:
    code = (
        "`define INVERTED ~a\nmodule m(input a, output y);\n  parameter P = 0;\n  wire t = `INVERTED;\n"
        "  if (P) begin : off assign y = a & t; end else begin : on inner i(a, y); end\nendmodule\n"
        "module inner(input a, output y); assign y = a ^ 1'b1; endmodule\n"
        "module other(input a, output y); assign y = a | 1'b1; endmodule\n"
    )
    assert {fault.line for fault in faults_of(code, "m", 100)} == {7}


def test_blocking_only_where_it_matters() -> None:
    code = "module m(input c, a, output reg y, z); always @(posedge c) begin {} end endmodule"
    for body, expected in (("y <= a; z <= y;", 1), ("z <= y; y <= a;", 0), ("if (a) y <= 1; else z <= y;", 0)):
        faults = faults_of(code.replace("{}", body), "m", 100)
        assert sum(fault.kind == "blocking" for fault in faults) == expected, body


def trial(unit: str, kind: str, status: str, **more) -> Trial:
    return Trial(unit=unit, source="s", kind=kind, status=status, **more)


def test_tables_by_hand() -> None:
    flags = [(), (), ("delays",)]
    units = [FoundUnit(id=f"s/{n}", source="s", flags=f, problem=None, chosen=not f) for n, f in enumerate(flags)]
    lack = Lack(use="instantiates", name="x", why="is not found")
    units.append(FoundUnit(id="s/3", source="s", flags=(), problem=lack, chosen=False))
    trials = [
        trial("s/0", "itself", "equivalent", proved=True, seconds=1.0),
        trial("s/0", "rewrite", "equivalent", detail="renamed", proved=False, seconds=3.0),
        trial("s/0", "resynthesis", "none", reason="Yosys cannot", cause="construct"),
        trial("s/0", "fault", "inequivalent", detail="edge", number=1, seconds=2.0),
        trial("s/0", "fault", "equivalent", detail="edge", number=2, proved=True, seconds=2.0),
        trial("s/1", "itself", "undecided", reason="output `q7` is unknown at step 12", cause="time", seconds=2.0),
    ]
    row = by_source(units, trials).iloc[0].to_dict()
    assert (row["modules"], row["self-contained"], row["in scope"]) == (4, 3, 2)
    assert (row["accepted"], row["= rewrites"], row["= resynthesis"]) == ("1/2 50.0%", "1/1 100.0%", "-")
    assert (row["by proof"], row["refuted"], row["silent by proof"], row["silent else"]) == (
        "1/2 50.0%",
        "1/2 50.0%",
        1,
        0,
    )
    assert (row["p50"], row["max"]) == (2.0, 3.0)
    assert refusals(trials, "itself")["n"].tolist() == [1]


def test_refusals_are_counted_by_cause_whatever_their_sentence() -> None:
    trials = [
        trial("s/0", "itself", "undecided", cause="time", method="formal", reason="output `q7` took 12 s"),
        trial("s/1", "itself", "undecided", cause="construct", method="screen", reason="a real number"),
        trial("s/2", "itself", "undecided", cause="time", method="formal", reason="1 of 3 outputs\nis open"),
        trial("s/3", "itself", "undecided", cause="time", method="testbench", reason="output `q7` took 12 s"),
        trial("s/4", "itself", "equivalent"),
    ]
    table = refusals(trials, "itself")
    assert list(table.columns) == ["n", "status", "cause", "method", "for example", "its reason"]
    assert [tuple(row) for row in table.itertuples(index=False)] == [
        (2, "undecided", "time", "formal", "s/0", "output `q7` took 12 s"),
        (1, "undecided", "construct", "screen", "s/1", "a real number"),
        (1, "undecided", "time", "testbench", "s/3", "output `q7` took 12 s"),
    ]


def test_what_lacks_is_counted_without_its_name(tmp_path: Path) -> None:
    lacks = [Lack(use="imports", name=name, why="is not found") for name in ("a", "`b, which is an empty stub")]
    lacks.append(Lack(use="has a text", why="is too large"))
    units = [FoundUnit(id=f"s/{n}", source="s", flags=(), problem=x, chosen=False) for n, x in enumerate(lacks)]
    write_jsonl(tmp_path / UNITS, units)
    (table,) = (part for part in show(tmp_path).split("\n\n") if part.startswith("Not self-contained"))
    assert [line.split() for line in table.splitlines()[2:]] == [
        ["2", "imports", "…,", "which", "is", "not", "found", "s/0"],
        ["1", "has", "a", "text", "which", "is", "too", "large", "s/2"],
    ]


def test_goldens_that_say_nothing_are_a_cause_of_their_own(tmp_path: Path) -> None:
    units = [FoundUnit(id=f"s/{n}", source="s", flags=(), problem=None, chosen=True) for n in (0, 1)]
    never = {"cause": "unknown_golden", "reason": "the golden's q never becomes known, or only with one value"}
    trials = [
        *(trial(unit, "itself", "equivalent", proved=True) for unit in ("s/0", "s/1")),
        trial("s/0", "rewrite", "equivalent", detail="renamed", proved=True),
        trial("s/1", "rewrite", "undecided", detail="renamed", **never),
        trial("s/0", "fault", "inequivalent", detail="edge", number=1, cause="counterexample"),
        trial("s/1", "fault", "undecided", detail="edge", number=1, **never),
    ]
    write_jsonl(tmp_path / UNITS, units)
    write_jsonl(tmp_path / VERDICTS, trials)
    tables = {title: rows for title, *rows in (part.split("\n") for part in show(tmp_path).split("\n\n"))}
    (counted,) = tables["Goldens with outputs that are never known"][1:]
    assert counted.split()[:2] == ["2", "s/1"] and "never becomes known" in counted
    row = dict(zip(tables["By source"][0].split(), tables["By source"][1].split(), strict=False))
    assert row["source"] == "s" and "1/1 100.0%" in tables["By source"][1] and "0.0%\n" not in show(tmp_path)
    assert "Rewrites and resyntheses not called equal" not in tables
    (kind,) = tables["Faults by kind"][1:]
    assert kind.split()[:3] == ["edge", "1", "1"]


def test_the_choice_is_spread_and_the_seeds() -> None:
    units = [SweepUnit(source="s", path=f"{n:03}.v", name="m", text="module m(input a); endmodule") for n in range(100)]
    taken = [int(unit.path[:3]) for unit in chosen(units, 10, 1)]
    assert len(taken) == 10 and {b - a for a, b in pairwise(taken)} <= {9, 10, 11}
    assert chosen(units, 10, 1) == chosen(units, 10, 1) != chosen(units, 10, 2)
    assert chosen(units, 0, 1) == units


def test_sources_are_named_folders(tmp_path: Path) -> None:
    for name in ("x/one", "x/two", "y/one"):
        (tmp_path / name).mkdir(parents=True)
    assert list(sources_of([tmp_path / "x"], each=True)) == ["one", "two"]
    with pytest.raises(ParameterError, match="one name"):
        sources_of([tmp_path / "x/one", tmp_path / "y/one"], each=False)
    with pytest.raises(ParameterError, match="no folder"):
        sources_of([tmp_path / "z"], each=False)


def options_of(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    declare_sweep(parser)
    return parser.parse_args(arguments)


def test_only_counting_judges_nothing(tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert run(options_of(str(tree), "--units", "--out", str(tmp_path / "out"))) == 0
    assert "instantiates …, which is not found" in capsys.readouterr().out
    assert not (tmp_path / "out" / VERDICTS).exists()


@pytest.mark.tools
def test_a_sweep_goes_on_after_a_kill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs, out = tmp_path / "theirs", tmp_path / "out"
    theirs.mkdir()
    (theirs / "count.v").write_text(COUNTER)
    (theirs / "gate.v").write_text("module gate(input a, b, output y); assign y = a & b | 1'b0; endmodule\n")
    options = options_of(str(theirs), "--out", str(out), "--jobs", "1")
    assert run(options) == 0
    first = read_jsonl(out / VERDICTS, Trial)
    kinds = {(one.unit.split(":")[1], one.kind): one.status for one in first}
    assert kinds["gate", "itself"] == kinds["gate", "resynthesis"] == kinds["count", "itself"] == "equivalent"
    assert kinds["gate", "rewrite"] == "equivalent" and ("gate", "fault") in kinds
    assert len(read_jsonl(out / UNITS, FoundUnit)) == 2

    lines = (out / VERDICTS).read_text().splitlines(keepends=True)
    (out / VERDICTS).write_text("".join(lines[:-3]) + lines[-3][:20])
    asked = []
    real = sweeping.verify_many
    monkeypatch.setattr(sweeping, "verify_many", lambda pairs, *a, **k: asked.extend(pairs) or real(pairs, *a, **k))
    assert run(options) == 0
    again = read_jsonl(out / VERDICTS, Trial)
    assert [(*one.key, one.status) for one in again] == [(*one.key, one.status) for one in first]
    assert len(asked) == sum(one.status != "none" for one in first[-3:])
    assert "theirs" in show(out) and "module" not in (out / VERDICTS).read_text()


def test_accepted_faults_are_kept_for_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unit = SweepUnit(source="s", path="c.v", name="count", text=COUNTER)
    verdict = Verdict(status="equivalent", method="testbench", reason="for the test")
    monkeypatch.setattr(sweeping, "verify_many", lambda pairs, *a, **k: iter([verdict] * len(pairs)))
    monkeypatch.setattr(sweeping, "_rewritten", lambda unit, pool: [])
    monkeypatch.setattr(sweeping, "_resynthesised", lambda unit, pool: [])
    sweeping.judge([unit], options_of("--out", str(tmp_path), "--faults", "2", "--jobs", "1"))
    assert (tmp_path / FAULTS).read_text().count("\n") == 2
    assert show(tmp_path, faults=True).count("s/c.v:count fault") == 2
