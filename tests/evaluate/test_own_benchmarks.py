"""Benchmarks that the verifier judges: NotSoTiny's layout, and a folder of one's own."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from rtlvr.cli import main
from rtlvr.errors import ParameterError, StageError
from rtlvr.evaluate.answers import extract
from rtlvr.evaluate.benchmarks import load_tasks
from rtlvr.evaluate.official import judge
from rtlvr.evaluate.public import available, run_benchmark
from rtlvr.evaluate.suite import Tasks
from rtlvr.llm.transcript import Reply, Request
from rtlvr.params import load
from rtlvr.verify import Pool

BEGIN, END = "// >>> Module Implementation Begin", "// <<< Module Implementation End"
TOP = """module tt_um_x(input wire [7:0] ui_in, output wire [7:0] uo_out);
add a(.a(ui_in[3:0]), .b(ui_in[7:4]), .s(uo_out));
endmodule
"""
DELAYED = TOP.replace("add a(", "wire #5 slow = ui_in[0];\nadd a(")
SHELL = f"module add(a, b, s);\n{BEGIN}\n{END}\nendmodule\n"
BODY = "input [3:0] a, b;\noutput [7:0] s;\nassign s = a + b;\n"
GOLDEN = f"module add(a, b, s);\n{BODY}endmodule\n"
ROW = {
    "task_id": "tt99_0001",
    "shuttle_name": "tt99",
    "project_name": "one",
    "task_name": "task_add",
    "top_module_name": "tt_um_x",
    "system_message": "Write what is missing.",
    "prompt": SHELL + TOP,
    "golden_module": GOLDEN,
}
WRONG = BODY.replace("a + b", "a - b")


def rows(*changes: dict[str, str]) -> list[dict[str, str]]:
    return [ROW | change for change in changes]


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_the_upstream_layout_is_read(tmp_path: Path, form: str) -> None:
    (tmp_path / "notsotiny" / "data").mkdir(parents=True)
    path, given = tmp_path / "notsotiny" / "data" / f"train.{form}", rows({}, {"task_id": "tt99_0002"})
    if form == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in given))
    else:
        parquet.write_table(pa.Table.from_pylist(given), path)
    first, second = load_tasks("notsotiny", tmp_path)
    assert (first.id, second.id, first.top, first.asked) == ("tt99_0001", "tt99_0002", "tt_um_x", "add")
    assert BEGIN in first.prompt and first.prompt.startswith("Write what is missing.")
    assert BEGIN not in first.reference and "module add" not in first.around


@pytest.fixture
def notsotiny(tmp_path: Path) -> Path:
    (tmp_path / "notsotiny").mkdir()
    given = rows({}, {"task_id": "tt99_slow", "prompt": SHELL + DELAYED})
    (tmp_path / "notsotiny" / "tt99.jsonl").write_text("".join(json.dumps(row) + "\n" for row in given))
    return tmp_path


ANSWERS = {
    "the body alone": (BODY, "passed"),
    "the body in a block": (f"```verilog\n{BODY}```", "passed"),
    "the module": (f"```verilog\n{GOLDEN}```", "passed"),
    "the whole project": (f"```verilog\n{GOLDEN}{TOP}```", "passed"),
    "with a helper": (
        f"```verilog\nmodule add(input [3:0] a, b, output [7:0] s); h u(a, b, s); endmodule\n{GOLDEN.replace('add', 'h')}```",
        "passed",
    ),
    "wrong": (f"<think>so</think><answer>```verilog\n{WRONG}```</answer>", "wrong"),
    "another top for the golden's": (
        f"```verilog\nmodule add(a, b, s);\n{WRONG}endmodule\n{TOP.replace('add a', '//')}```",
        "wrong",
    ),
    "a macro for the rest": (f"```verilog\n`define uo_out ui_in\nmodule add(a, b, s);\n{WRONG}endmodule\n```", "wrong"),
    "another module": ("```verilog\nmodule sub(input a, output b); assign b = a; endmodule\n```", "interface"),
    "no syntax": ("```verilog\nassign s = a +;\n```", "syntax"),
    "words": ("I cannot.", "interface"),
    "nothing": ("", "empty"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_are_judged_in_the_project(notsotiny: Path, name: str) -> None:
    response, kind = ANSWERS[name]
    task = load_tasks("notsotiny", notsotiny)[0]
    outcome = judge(task, extract(task, response))
    assert outcome.kind == kind, outcome.reason


def test_a_project_that_cannot_be_judged_is_named(notsotiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--benchmark", "notsotiny", "--root", str(notsotiny), "--references", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["passed"], result["total"]) == (1, 2)
    (failure,) = result["failures"]
    assert (failure["task_id"], failure["class"]) == ("tt99_slow", "undecided")
    assert "delay" in failure["reason"]


def test_another_layout_is_told(tmp_path: Path) -> None:
    with pytest.raises(StageError, match="hf download"):
        load_tasks("notsotiny", tmp_path)
    (tmp_path / "notsotiny").mkdir()
    path = tmp_path / "notsotiny" / "a.jsonl"
    path.write_text(json.dumps({"task_id": "x"}) + "\n")
    with pytest.raises(StageError, match="without top_module_name"):
        load_tasks("notsotiny", tmp_path)
    path.write_text(json.dumps(ROW | {"prompt": TOP}) + "\n")
    with pytest.raises(StageError, match="no marks inside a module"):
        load_tasks("notsotiny", tmp_path)


ADDER = "module adder(input [3:0] a, b, output [4:0] s);\nassign s = a + b;\nendmodule\n"
BENCH = """module test;
reg [3:0] a, b; wire [4:0] s; integer i, bad;
adder dut(.a(a), .b(b), .s(s));
initial begin
  bad = 0;
  for (i = 0; i < 256; i = i + 1) begin {a, b} = i; #1; if (s !== a + b) bad = bad + 1; end
  if (bad == 0) $display("passed"); else $display("failed");
  $finish;
end
endmodule
"""
ENTITY = """entity inverter is port (a : in bit; y : out bit); end;
architecture one of inverter is begin y <= not a; end;
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    (folder / "more").mkdir(parents=True)
    files = {
        "README.md": "Not a design.",
        "adder.md": "Add a and b.",
        "adder.v": ADDER,
        "tested.txt": "Add, tested.",
        "tested.sv": ADDER,
        "tested_tb.v": BENCH,
        "more/inverter.txt": "Invert.",
        "more/inverter.vhd": ENTITY,
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def test_a_folder_of_ones_own(mine: Path, tmp_path: Path) -> None:
    tasks = {task.id: task for task in load_tasks(f"folder:{mine}", tmp_path)}
    styles = {name: (task.style, task.top) for name, task in tasks.items()}
    assert styles == {
        "adder": ("equivalence", "adder"),
        "more/inverter": ("equivalence", "inverter"),
        "tested": ("rtllm", "adder"),
    }
    assert {task.benchmark for task in tasks.values()} == {"own-mine"}
    for name in ("adder", "tested"):
        assert judge(tasks[name], ADDER).passed
        assert judge(tasks[name], ADDER.replace("a + b", "a | b")).kind == "wrong"
    entity = tasks["more/inverter"]
    assert "entity `inverter`" in entity.prompt
    assert judge(entity, extract(entity, f"```vhdl\n{ENTITY}```")).passed
    assert judge(entity, extract(entity, f"```vhdl\n{ENTITY.replace('not a', 'a')}```")).kind == "wrong"


def test_its_references_and_samples_on_the_command_line(
    mine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "--benchmark", f"folder:{mine}", "--references"]) == 0
    assert "3 of 3 passed" in capsys.readouterr().out
    samples = tmp_path / "samples.jsonl"
    samples.write_text(json.dumps({"task_id": "adder", "response": ADDER.replace("+", "&")}) + "\n")
    assert main(["bench", "--benchmark", f"folder:{mine}", "--samples", str(samples), "--verify"]) == 0
    assert "0 of 1 passed" in capsys.readouterr().out


def test_what_cannot_be_judged_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(StageError, match="got no folder"):
        load_tasks(f"folder:{tmp_path / 'nowhere'}", tmp_path)
    with pytest.raises(StageError, match="got no specification"):
        load_tasks(f"folder:{tmp_path}", tmp_path)
    for name, files, words in (
        ("alone", {}, "alone: got no reference"),
        ("two", {"two.v": ADDER + ADDER.replace("adder", "other")}, "two: got 2 modules in two.v"),
        (
            "mute",
            {"mute.v": ADDER, "mute_tb.v": "module t; initial $finish; endmodule"},
            "mute: got a testbench that prints",
        ),
        ("vhdl", {"vhdl.vhd": ENTITY, "vhdl_tb.v": BENCH}, "vhdl: got vhdl_tb.v for a reference in VHDL"),
    ):
        folder = tmp_path / name
        folder.mkdir()
        for file, text in {f"{name}.md": "Say.", **files}.items():
            (folder / file).write_text(text)
        with pytest.raises(StageError, match=words):
            load_tasks(f"folder:{folder}", tmp_path)
    with pytest.raises(ParameterError, match="folder:PATH"):
        load_tasks("folder", tmp_path)


def test_a_text_is_a_specification_where_a_reference_has_its_name(mine: Path, tmp_path: Path) -> None:
    before = [task.id for task in load_tasks(f"folder:{mine}", tmp_path)]
    for name in ("notes.txt", "requirements.txt", "more/table.txt", ".cache/draft.md", "picture.png"):
        (mine / name).parent.mkdir(exist_ok=True)
        (mine / name).write_text("0101")
    assert (
        [task.id for task in load_tasks(f"folder:{mine}", tmp_path)] == before == ["adder", "more/inverter", "tested"]
    )


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (("mux.v",), "mux: got no specification; needed: one of mux.md and mux.txt"),
        (("mux.v", "mx.txt"), "mux: got no specification"),
        (("mux_tb.v",), "mux: got no reference"),
        (("mux.v", "mux.md", "mux.txt"), "mux: got mux.md, mux.txt as specification"),
        (("mux.v", "mux.sv", "mux.md"), "mux: got mux.sv, mux.v as reference"),
        (("mux.v", "mux.md", "mux_tb.v", "mux_testbench.v"), "mux: got mux_tb.v, mux_testbench.v as testbench"),
    ],
)
def test_what_may_be_meant_in_two_ways_is_refused(mine: Path, tmp_path: Path, files: tuple[str], words: str) -> None:
    for file in files:
        (mine / "more" / file).write_text(ADDER)
    with pytest.raises(StageError, match=f"^more/{re.escape(words)}"):
        load_tasks(f"folder:{mine}", tmp_path)


def test_folders_of_one_name_are_told_apart(mine: Path, tmp_path: Path, pool: Pool) -> None:
    other = tmp_path / "lab" / "mine"
    other.mkdir(parents=True)
    (other / "adder.md").write_text("Subtract b from a.")
    (other / "adder.v").write_text(ADDER.replace("a + b", "a - b"))
    names = [f"folder:{mine}", f"folder:{other}", "rtllm-v1.1"]
    labels = [f"own-{tmp_path.name}-mine", "own-lab-mine"]
    assert [load_tasks(name, tmp_path, among=names)[0].benchmark for name in names[:2]] == labels
    assert load_tasks(names[0], tmp_path, among=[names[0]])[0].benchmark == "own-mine"
    tasks = [task for name in names[:2] for task in load_tasks(name, tmp_path, among=names) if task.id == "adder"]
    suite = Tasks(tasks, "")
    assert [question.id for question in suite.questions] == [f"{label}/adder" for label in labels]
    replies = list(Says(f"```verilog\n{ADDER}```").replies([(REQUEST, "")] * 2))
    assert [judged.reward for judged in suite.judge(suite.questions, replies)] == [1, 0]
    settings = load("cpu", {"benchmarks.names": names[:2], "benchmarks.root": str(mine)}).benchmarks
    scored = [run_benchmark(name, settings, Says(), pool, tmp_path / "out", 0, "mute") for name in names[:2]]
    assert [(score.benchmark, score.tasks) for score in scored] == [(labels[0], 3), (labels[1], 1)]


def test_one_folder_counts_once(mine: Path, tmp_path: Path) -> None:
    again = f"folder:{mine}/../mine"
    with pytest.raises(ParameterError, match="twice"):
        load_tasks(f"folder:{mine}", tmp_path, among=[f"folder:{mine}", again])
    for key in ("benchmarks.names", "evaluation.on", "scaling.on"):
        with pytest.raises(ParameterError, match="each name once"):
            load("cpu", {key: ["rtllm-v1.1", "rtllm-v1.1"]})


REQUEST = Request(model="mute", system="", user="", temperature=0, max_tokens=1, seed=0)


class Says:
    """A backend that always says the same."""

    model = "mute"

    def __init__(self, text: str = "") -> None:
        self._text = text

    def replies(self, asked: Sequence[tuple[Request, str]]) -> Iterator[Reply]:
        """One reply for each request."""
        for request, about in asked:
            yield Reply(
                request=request.digest, about=about, model="mute", content=self._text, reasoning="", finish="stop",
                prompt_tokens=0, completion_tokens=0, seconds=0.0,
            )  # fmt: skip


def test_notebook_06_takes_it(mine: Path) -> None:
    settings = load("cpu", {"benchmarks.names": [f"folder:{mine}"], "benchmarks.root": str(mine)}).benchmarks
    assert available(settings) == ([f"folder:{mine}"], {})
    scored = run_benchmark(f"folder:{mine}", settings, Says(), Pool(1), mine / "out", 0, "mute")
    assert (scored.benchmark, scored.tasks, scored.excluded) == ("own-mine", 3, {})
    assert not any(sample.passed for sample in scored.samples)


def test_the_interface_in_a_prompt_is_a_choice(benchmarks: Path) -> None:
    for name in ("verilog-eval-v2-spec", "verilog-eval-v2-complete", "rtllm-v2.0", "verilog-eval-v1-human"):
        for task in load_tasks(name, benchmarks)[:5]:
            given, hidden = task.question("always"), task.question("never")
            assert task.question("upstream") == task.prompt
            interface = re.compile(rf"module\s+{task.top}\s*[(#]")
            assert interface.search(given) and not interface.search(hidden) and len(hidden) > 10
