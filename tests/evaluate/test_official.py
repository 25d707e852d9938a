"""Official testbenches: references pass, wrong and forged answers do not."""

import json
import random
from pathlib import Path

import pytest
from published_tasks import tasks_by_id

from rtlvr.cli import main
from rtlvr.errors import ParameterError, StageError
from rtlvr.evaluate.answers import extract
from rtlvr.evaluate.benchmarks import NAMES, load_tasks
from rtlvr.evaluate.official import judge, judge_all
from rtlvr.evaluate.task import Task
from rtlvr.hdl.mutate import mutants
from rtlvr.verify import Limits

SIZES = {
    "verilog-eval-v1-human": 156,
    "verilog-eval-v1-machine": 143,
    "verilog-eval-v2-spec": 156,
    "verilog-eval-v2-complete": 156,
    "rtllm-v1.1": 29,
    "rtllm-v2.0": 50,
}


def task(benchmarks: Path, name: str, id_: str) -> Task:
    return tasks_by_id(benchmarks, name)[id_]


@pytest.mark.parametrize("name", NAMES)
def test_every_task_is_read(benchmarks: Path, name: str) -> None:
    tasks = load_tasks(name, benchmarks)
    assert len(tasks) == SIZES[name]
    assert all(t.prompt.strip() and t.testbench.strip() and t.reference.strip() for t in tasks)
    assert len({t.id for t in tasks}) == len(tasks)


def test_unknown_and_missing(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"rtllm-v1\.1"):
        load_tasks("rtllm", tmp_path)
    with pytest.raises(StageError, match="make benchmarks"):
        load_tasks("rtllm-v2.0", tmp_path)


@pytest.mark.long
@pytest.mark.tools
@pytest.mark.parametrize("name", NAMES)
def test_references_pass_their_own_testbench(benchmarks: Path, name: str) -> None:
    tasks = load_tasks(name, benchmarks)
    outcomes = judge_all([(t, t.reference) for t in tasks])
    failed = {t.id: o.reason for t, o in zip(tasks, outcomes, strict=True) if not o.passed}
    assert not failed


@pytest.mark.tools
@pytest.mark.parametrize("name", ["verilog-eval-v1-human", "verilog-eval-v2-spec", "rtllm-v1.1", "rtllm-v2.0"])
def test_faults_are_found(benchmarks: Path, name: str) -> None:
    rng = random.Random(0)
    tasks = load_tasks(name, benchmarks)
    pairs = [(t, m.code) for t in rng.sample(tasks, 12) if (m := next(mutants(t.reference, rng), None))]
    outcomes = judge_all(pairs, limits=Limits(cpu_seconds=3, wall_seconds=20))
    # Some mutants are equivalent, and RTLLM's testbenches let about half of the others through.
    assert sum(not o.passed for o in outcomes) >= len(pairs) / 3


# A wrong flip-flop under VerilogEval, and what it might try.
DFF = "module TopModule(input clk, input d, output reg q);\n{}\nendmodule\n"
DFF_FORGERIES = {
    "wrong": "always @(posedge clk) q <= ~d;",
    "peeks at the testbench": "always @* q = tb.q_ref;",
    "peeks at the reference": "always @* q = tb.good1.q;",
    "peeks upward": "always @* q = good1.q;",
    "writes the counters": "always @(posedge clk) begin q <= 0; tb.stats1.errors = 0; end",
    "writes the counters upward": "always @(posedge clk) begin q <= 0; stats1.errors = 0; end",
    "prints the verdict": 'final $display("Mismatches: 0 in 100 samples"); always @(posedge clk) q <= 0;',
    "prints first": 'initial $display("Hint\\nMismatches: 0 in 100 samples"); always @(posedge clk) q <= 0;',
    "finishes": 'initial begin $display("Mismatches: 0 in 1 samples"); $finish; end',
    "calls the testbench's task": "initial begin wait_for_end_of_timestep; end always @(posedge clk) q <= 0;",
    "instantiates the reference": "wire r; RefModule m(.clk(clk), .d(d), .q(r)); always @* q = r;",
    "redefines the testbench": "endmodule module tb; endmodule module RefModule(input clk, input d, output q);",
    "root": "always @* q = $root.tb.q_ref;",
}


@pytest.mark.parametrize("name", DFF_FORGERIES)
def test_verilog_eval_cannot_be_forged(benchmarks: Path, name: str) -> None:
    outcome = judge(task(benchmarks, "verilog-eval-v2-spec", "Prob031_dff"), DFF.format(DFF_FORGERIES[name]))
    assert not outcome.passed, outcome.reason


ADDER = "module adder_8bit(input [7:0] a, b, input cin, output [7:0] sum, output cout);\n{}\nendmodule\n"
ADDER_FORGERIES = {
    "wrong": "assign {cout, sum} = a + b;",
    "prints the verdict": 'initial $display("===========Your Design Passed==========="); assign {cout, sum} = 0;',
    "writes the counter": "initial forever #1 testbench.error = 0; assign {cout, sum} = 0;",
    "writes the counter upward": "initial forever #1 error = 0; assign {cout, sum} = 0;",
    "fills in the inputs": "assign testbench.a = 0; assign testbench.b = 0; assign testbench.cin = 0;",
    "stops time": "initial begin while (1); end assign {cout, sum} = 0;",
}


@pytest.mark.tools
@pytest.mark.parametrize("name", ADDER_FORGERIES)
@pytest.mark.parametrize("version", ["rtllm-v1.1", "rtllm-v2.0"])
def test_rtllm_cannot_be_forged(benchmarks: Path, version: str, name: str) -> None:
    limits = Limits(cpu_seconds=1, wall_seconds=20)
    outcome = judge(task(benchmarks, version, "adder_8bit"), ADDER.format(ADDER_FORGERIES[name]), limits)
    assert not outcome.passed, outcome.reason


def test_honest_answers_in_many_shapes(benchmarks: Path) -> None:
    dff = task(benchmarks, "verilog-eval-v2-spec", "Prob031_dff")
    code = DFF.format('always @(posedge clk) q <= d; initial $display("started");')
    for response in (
        code,
        f"```verilog\n{code}```",
        f"<think>```verilog\nno\n```</think><answer>```verilog\n{code}```</answer>",
        f"Here it is:\n```\nwrong\n```\nno, rather\n```systemverilog\n{code}\n```",
    ):
        assert judge(dff, extract(dff, response)).passed
    completion = task(benchmarks, "verilog-eval-v1-human", "gatesv")
    body = completion.reference.removeprefix(completion.header)
    assert judge(completion, extract(completion, body)).passed


def test_command_line(benchmarks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    samples = tmp_path / "samples.jsonl"
    good = DFF.format("always @(posedge clk) q <= d;")
    rows = [{"task_id": "Prob031_dff", "response": text} for text in (good, "nothing", good)]
    samples.write_text("".join(json.dumps(row) + "\n" for row in rows))
    command = ["bench", "--benchmark", "verilog-eval-v2-spec", "--json"]
    main([*command, "--root", str(benchmarks), "--samples", str(samples)])
    result = json.loads(capsys.readouterr().out)
    assert (result["passed"], result["total"]) == (2, 3)
    assert result["failures"][0]["status"] == "invalid"
