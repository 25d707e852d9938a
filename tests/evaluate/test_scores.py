"""Samples judged twice: classes of failure, both verdicts, and why they differ."""

import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from published_tasks import tasks_by_id

from rtlvr.cli import main
from rtlvr.evaluate import public
from rtlvr.evaluate.answers import BenchmarkAnswer, beside_tasks, extract
from rtlvr.evaluate.disagreements import disagreements
from rtlvr.evaluate.official import LIMITS, judge
from rtlvr.evaluate.probes import EMPTY, blind_spots, probes
from rtlvr.evaluate.scores import KINDS, Scored, classes, measurements, pass_at, score
from rtlvr.evaluate.task import Task
from rtlvr.llm.transcript import Reply
from rtlvr.params import load
from rtlvr.policy.backends import Asked, _reply
from rtlvr.verify import Pool, Stimuli

DFF = "module TopModule(input clk, input d, output reg q);\n{}\nendmodule\n"
BY_CLASS = {
    "passed": DFF.format("always @(posedge clk) q <= d;"),
    "empty": "I cannot do that.",
    "refused": DFF.format("initial $finish;"),
    "syntax": DFF.format("always @(posedge clk q <= d;"),
    "interface": "module TopModule(input clock, input d, output reg q); always @(posedge clock) q <= d; endmodule",
    "endless": DFF.format("initial while (1) q = 0;"),
    "wrong": DFF.format("always @(posedge clk) q <= ~d;"),
}


def tasks_of(benchmarks: Path, name: str, *ids: str) -> list[Task]:
    return [task for id_, task in tasks_by_id(benchmarks, name).items() if id_ in ids]


def answers_to(task: Task, *responses: str) -> list[tuple[Task, BenchmarkAnswer]]:
    return [(task, BenchmarkAnswer(task_id=task.id, response=text)) for text in responses]


def scored(kind: str, task: str = "t") -> Scored:
    return Scored(task_id=task, response="", tokens=0, truncated=False, kind=kind, reason="")


@pytest.mark.tools
def test_every_class(benchmarks: Path) -> None:
    assert (*BY_CLASS, "undecided") == KINDS  # the last only where the verifier judges
    (dff,) = tasks_of(benchmarks, "verilog-eval-v2-spec", "Prob031_dff")
    limits = LIMITS.model_copy(update={"cpu_seconds": 1})
    assert {kind: judge(dff, code, limits).kind for kind, code in BY_CLASS.items()} == {kind: kind for kind in BY_CLASS}


def test_a_wrong_name_is_an_interface_and_broken_code_syntax(benchmarks: Path) -> None:
    (dff,) = tasks_of(benchmarks, "verilog-eval-v2-spec", "Prob031_dff")
    assert judge(dff, BY_CLASS["passed"].replace("TopModule", "dff")).kind == "interface"
    assert judge(dff, BY_CLASS["syntax"].replace("TopModule", "dff")).kind == "syntax"
    missing = judge(dff, DFF.format("other o(clk, d, q);"))
    assert (missing.kind, missing.status) == ("syntax", "invalid")


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        ("```verilog\n{}```\nRun it:\n```bash\niverilog a.v\n```", "passed"),
        ("```verilog\n{}```\nand a testbench\n```verilog\nmodule tb; endmodule\n```", "passed"),
        ("``` verilog\n{}```\nThat is all.", "passed"),
        ("```verilog title=a.v\n{}```\nThat is all.", "passed"),
        ("<think>the answer goes inside <answer> </answer> tags.</think>\n```verilog\n{}```", "passed"),
        ("<think>hm</think>\n{}", "passed"),
        ("<think>never closed\n```verilog\n{}```", "passed"),
        ("<think>a draft:\n```verilog\n{}```\n</think>\nI give up.", "empty"),
        ("<think>no end <answer>\n```verilog\n{}```\n</answer>", "passed"),
        ("sorry", "empty"),
    ],
)
def test_the_code_is_found_in_many_shapes(benchmarks: Path, shape: str, kind: str) -> None:
    (dff,) = tasks_of(benchmarks, "verilog-eval-v2-spec", "Prob031_dff")
    (row,) = score(answers_to(dff, shape.format(BY_CLASS["passed"])))
    assert row.kind == kind, row.reason


def test_a_thought_that_the_budget_cut_is_no_answer(benchmarks: Path) -> None:
    (dff,) = tasks_of(benchmarks, "verilog-eval-v2-spec", "Prob031_dff")
    draft = f"<think>a draft:\n```verilog\n{BY_CLASS['passed']}```\nor rather"
    answers = [BenchmarkAnswer(task_id=dff.id, response=draft, truncated=cut) for cut in (True, False)]
    assert [row.kind for row in score(beside_tasks([dff], answers))] == ["empty", "passed"]


@pytest.mark.parametrize("name", ["rtllm-v1.1", "rtllm-v2.0"])
def test_no_code_is_no_code_with_a_header_as_well(benchmarks: Path, name: str) -> None:
    (adder,) = tasks_of(benchmarks, name, "adder_8bit")
    assert [row.kind for row in score(answers_to(adder, "", "sorry"))] == ["empty", "empty"]


def test_an_answer_that_the_budget_cut_is_broken_code(benchmarks: Path) -> None:
    (dff,) = tasks_of(benchmarks, "verilog-eval-v2-spec", "Prob031_dff")
    cut = "Here it is:\n```verilog\n" + BY_CLASS["passed"][:60]
    assert [row.kind for row in score(answers_to(dff, cut))] == ["syntax"]
    assert extract(dff, f"```verilog\n{BY_CLASS['passed']}```\nand\n```verilog\nmod") == BY_CLASS["passed"]


def test_what_is_simulated_is_verified_as_well(benchmarks: Path, pool: Pool) -> None:
    (dff,) = tasks_of(benchmarks, "verilog-eval-v2-spec", "Prob031_dff")
    rows = score(answers_to(dff, BY_CLASS["passed"], BY_CLASS["syntax"], BY_CLASS["wrong"], BY_CLASS["passed"]), pool)
    assert [row.kind for row in rows] == ["passed", "syntax", "wrong", "passed"]
    assert [row.verdict for row in rows] == ["equivalent", "", "inequivalent", "equivalent"]
    assert all(row.verdict == "" for row in score(answers_to(dff, BY_CLASS["passed"])))


def test_rates_by_hand() -> None:
    rows = [scored("passed", "a")] * 2 + [scored("syntax", "a")] * 3 + [scored("interface", "b")] * 5
    assert classes(rows) | {} == {k: 0 for k in KINDS} | {"passed": 2, "syntax": 3, "interface": 5}
    found = pass_at(rows)
    assert set(found) == {1, 5}, "pass@10 from five samples"
    assert found[1][0] == pytest.approx(20)
    assert found[5][0] == pytest.approx(50)
    rates = {m.metric: m.value for m in measurements(rows, "s", "b", "m")}
    assert (rates["syntax"], rates["class_passed"], rates["class_interface"]) == pytest.approx((70, 20, 50))
    assert sum(value for name, value in rates.items() if name.startswith("class_")) == pytest.approx(100)


def test_a_hole_is_explained_by_what_passes_through_it(benchmarks: Path, pool: Pool) -> None:
    """This testbench never offers an invalid input: it passes an accumulator that takes all of them."""
    (accu,) = tasks_of(benchmarks, "rtllm-v1.1", "accu")
    made = dict(probes(accu, pool.inspect(accu.reference, Stimuli(), accu.top)))
    rows = score(answers_to(accu, made["with input valid_in tied to 1"], accu.reference, made[""]) * 2, pool)
    (found,) = disagreements([accu], rows, pool)
    assert (found.official, found.verifier, found.side, found.samples) == ("passed", "inequivalent", "testbench", 2)
    assert found.cause == "it passes the reference with input valid_in tied to 1"


@pytest.mark.tools
def test_an_empty_module_passes_where_nobody_looks(benchmarks: Path, pool: Pool) -> None:
    names = ("comparator_3bit", "adder_8bit")
    tasks = tasks_of(benchmarks, "rtllm-v2.0", *names)
    spots = blind_spots(tasks, pool)
    assert EMPTY in spots["comparator_3bit"]
    assert EMPTY not in spots.get("adder_8bit", ())
    comparator = next(task for task in tasks if task.id == "comparator_3bit")
    _, (_, empty) = list(probes(comparator, pool.inspect(comparator.reference, Stimuli(), comparator.top)))[:2]
    (found,) = disagreements(tasks, score(answers_to(comparator, empty), pool), pool)
    assert found.cause == "it passes an empty module: it never looks"


def test_a_good_testbench_has_no_blind_spot(benchmarks: Path, pool: Pool) -> None:
    tasks = tasks_of(benchmarks, "verilog-eval-v2-spec", "Prob031_dff", "Prob007_wire", "Prob041_dff8r")
    assert blind_spots(tasks, pool) == {}


@pytest.mark.tools
def test_a_fault_that_shows_after_hours_is_no_disagreement(benchmarks: Path, pool: Pool) -> None:
    """The clock goes wrong after twelve hours of clock cycles: the testbench sees it, and so does the verifier."""
    tasks = tasks_of(benchmarks, "verilog-eval-v2-spec", "Prob141_count_clock")
    late = tasks[0].reference.replace("hh[7:0] == 8'h12", "hh[7:0] == 8'h02")
    assert late != tasks[0].reference
    assert not disagreements(tasks, score(answers_to(tasks[0], late), pool), pool)


@pytest.mark.tools
def test_the_command_line_shows_both(benchmarks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    samples = tmp_path / "samples.jsonl"
    (task,) = tasks_of(benchmarks, "verilog-eval-v1-machine", "fsm_ps2")
    codes = (task.reference, task.reference.replace("in[3]", "in[2]"), "no")
    samples.write_text("".join(json.dumps({"task_id": "fsm_ps2", "response": code}) + "\n" for code in codes))
    command = ["bench", "--benchmark", "verilog-eval-v1-machine", "--root", str(benchmarks), "--samples", str(samples)]
    assert main([*command, "--verify", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["passed"], result["total"], result["compiled"]) == (2, 3, 2)
    assert result["verifier"] == {"equivalent": 1, "inequivalent": 1}
    assert len(result["disagreements"]) == 1
    assert result["failures"][0]["class"] == "empty"
    assert main([*command, "--verify"]) == 0
    said = capsys.readouterr().out
    assert "2 of 3 passed" in said
    assert "testbench passed, verifier inequivalent" in said


def test_unknown_tasks_are_refused(benchmarks: Path) -> None:
    tasks = tasks_of(benchmarks, "verilog-eval-v2-spec", "Prob031_dff")
    with pytest.raises(Exception, match="Prob031_dff"):
        beside_tasks(tasks, [BenchmarkAnswer(task_id="Prob999", response="")])


@pytest.mark.tools
def test_tables_of_several_models_are_gathered(benchmarks: Path, tmp_path: Path) -> None:
    samples, out = tmp_path / "samples.jsonl", tmp_path / "tables"
    command = ["bench", "--benchmark", "verilog-eval-v1-machine", "--root", str(benchmarks), "--samples", str(samples)]
    (task,) = tasks_of(benchmarks, "verilog-eval-v1-machine", "fsm_ps2")
    hole = task.reference.replace("in[3]", "in[2]")
    for model, code in (("a", hole), ("b", task.reference), ("a", task.reference), ("b", hole)):
        samples.write_text(json.dumps({"task_id": "fsm_ps2", "response": code}) + "\n")
        assert main([*command, "--verify", "--model", model, "--out", str(out)]) == 0
    table = pd.read_csv(out / "benchmarks.csv")
    assert not table.duplicated(["metric", "benchmark", "variant"]).any()
    rates = table[table["metric"].isin(["pass@1", "syntax", "class_passed"])]
    assert list(rates["variant"]) == list("aaabbb") and set(rates["benchmark"]) == {"verilog-eval-v1-machine"}
    assert set(rates["value"]) == {100.0}
    odd = pd.read_csv(out / "disagreements.csv")
    assert list(odd["model"]) == ["b"], "what the first samples of model a had is no longer true"


@pytest.mark.parametrize("text", ["out of memory", "bad_alloc"])
def test_a_design_may_speak_of_memory(benchmarks: Path, text: str) -> None:
    (dff,) = tasks_of(benchmarks, "verilog-eval-v2-spec", "Prob031_dff")
    code = DFF.format(f'always @(posedge clk) q <= d; initial $display("{text}");')
    assert judge(dff, code).passed


def test_a_compiler_that_is_cut_off_is_no_syntax_error(benchmarks: Path) -> None:
    (dff,) = tasks_of(benchmarks, "verilog-eval-v2-spec", "Prob031_dff")
    outcome = judge(dff, BY_CLASS["passed"], LIMITS.model_copy(update={"wall_seconds": 0.001}))
    assert (outcome.kind, outcome.status) == ("endless", "failed")


@pytest.mark.parametrize(("old", "new"), [("output reg q", "output reg [3:0] q"), ("input d,", "input d, output z,")])
def test_other_ports_that_pass_are_a_disagreement(benchmarks: Path, pool: Pool, old: str, new: str) -> None:
    tasks = tasks_of(benchmarks, "verilog-eval-v2-spec", "Prob031_dff")
    (found,) = disagreements(tasks, score(answers_to(tasks[0], BY_CLASS["passed"].replace(old, new)), pool), pool)
    assert (found.official, found.verifier, found.side) == ("passed", "invalid", "testbench")
    assert "ports" in found.cause


def test_half_a_benchmark_is_not_taken_for_a_whole_one(
    benchmarks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    samples = tmp_path / "samples.jsonl"
    command = ["bench", "--benchmark", "verilog-eval-v2-spec", "--root", str(benchmarks), "--samples", str(samples)]
    assert main(command) == 2
    assert "`rtlvr sample` writes one" in capsys.readouterr().err
    samples.write_text("")
    assert main(command) == 2
    assert "got no sample in" in capsys.readouterr().err
    samples.write_text(json.dumps({"task_id": "Prob031_dff", "completion": "x"}) + "\n")
    assert main(command) == 2
    assert "samples.jsonl:1: a line needs task_id and response" in capsys.readouterr().err
    samples.write_text(json.dumps({"task_id": "Prob031_dff", "response": BY_CLASS["passed"]}) + "\n")
    assert main(command) == 0
    assert "NOT whole: samples of 1 of 156 tasks" in capsys.readouterr().out
    assert main([*command, "--out", str(tmp_path)]) == 2
    assert "--model" in capsys.readouterr().err


class Says:
    """A backend that always says the same."""

    def __init__(self, model: str, text: str) -> None:
        self.model, self._text = model, text

    def replies(self, asked: Asked) -> Iterator[Reply]:
        return (_reply(request, about, self._text, 1, 1, False) for request, about in asked)


def test_a_new_model_is_asked_anew(
    benchmarks: Path, tmp_path: Path, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load("smoke", {"benchmarks.root": str(benchmarks), "benchmarks.samples": 2}).benchmarks
    task = next(iter(tasks_by_id(benchmarks, "rtllm-v1.1").values()))
    monkeypatch.setattr(public, "check_references", lambda tasks: [])  # measured elsewhere
    for model, text, passed in (("old", "no", 0), ("new", task.reference, 2), ("old", "no", 0)):
        found = public.run_benchmark("rtllm-v1.1", settings, Says(model, text), pool, tmp_path, 0, model)
        assert sum(row.passed for row in found.samples) == passed
        assert len(found.samples) == 2
