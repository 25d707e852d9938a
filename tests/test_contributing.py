"""CONTRIBUTING.md is true: its examples, applied to a copy of the package, add what they say, in the files that it names."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtlvr.paths import INSTALLED, PACKAGE, PROFILES, REFERENCE, ROOT, TINY_POLICY

pytestmark = pytest.mark.skipif(INSTALLED, reason="a wheel has no CONTRIBUTING.md")
NUMBERS = {"One": 1, "Two": 2}
ADDER = "module adder(input a, b, output y); assign y = a ^ b; endmodule\n"
BENCH = """module tb; reg a = 1, b = 0; wire y; adder u(.a(a), .b(b), .y(y));
initial begin #1 if (y === 1'b1) $display("Passed"); else $display("Failed"); $finish; end endmodule
"""


def kinds() -> dict[str, str]:
    """What CONTRIBUTING.md says of each kind of thing, by the kind's heading."""
    text = (ROOT / "CONTRIBUTING.md").read_text().split("## Adding one of a kind")[1]
    heading, *parts = re.split(r"^### (.+)$", text, flags=re.MULTILINE)
    assert heading
    return dict(zip(parts[::2], parts[1::2], strict=True))


def named(text: str) -> list[str]:
    """The files that a kind takes, as the line at its beginning lists them."""
    line = re.search(r"^(One|Two) files?: .*$", text, re.MULTILINE)
    assert line, "a kind begins with the files that it takes"
    files = re.findall(r"`([^`]+\.py)`", line[0])
    assert len(files) == NUMBERS[line[1]]
    return files


def changes(text: str) -> Iterator[tuple[str, str, str]]:
    """The examples of a kind: file, `diff` or `python`, and what stands in the block."""
    file = ""
    for name, form, block in re.findall(r"^`([^`]+\.py)`:$|^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        file = name or file
        if form:
            yield file, form, block


def apply(root: Path, file: str, form: str, block: str) -> None:
    """Make one change; the old lines of a diff must be there, once."""
    path = root / file
    if form == "python":
        assert not path.exists(), f"{file} is there already"
        path.write_text(block)
        return
    lines = block.splitlines(keepends=True)
    old, new = ("".join(line[1:] or "\n" for line in lines if line[0] in signs) for signs in (" -\n", " +\n"))
    text = path.read_text()
    assert text.count(old) == 1, f"{file} does not hold, once:\n{old}"
    path.write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with one more of each kind."""
    root = tmp_path_factory.mktemp("copy")
    shutil.copytree(PACKAGE, root / "lib" / "rtlvr", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(PROFILES, root / "params")
    shutil.copytree(REFERENCE, root / "outputs" / "reference")
    for text in kinds().values():
        for change in changes(text):
            apply(root, *change)
    return root


def say(copy: Path, folder: Path, *command: str) -> str:
    """What a command of the copy prints in that folder."""
    environment = os.environ | {"PYTHONPATH": str(copy / "lib"), "RTLVR_OUTPUTS": str(folder / "outputs")}
    run = subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_each_kind_takes_the_files_that_it_names() -> None:
    assert [*kinds()] == ["A draw rule", "A benchmark", "A prover", "A model (policy)", "A figure", "A data source"]
    for kind, text in kinds().items():
        assert [*dict.fromkeys(file for file, _, _ in changes(text))] == named(text), kind
        assert all((ROOT / path).exists() for path in re.findall(r"`(tests/[\w/.]+)`", text)), kind


def test_the_files_exist_that_it_speaks_of() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    new = {file for part in kinds().values() for file, form, _ in changes(part) if form == "python"}
    for path in set(re.findall(r"`((?:lib|tests)/[\w/.]+)`", text)) - new:
        assert (ROOT / path).exists(), path


@pytest.mark.tools
def test_a_draw_rule(copy: Path, tmp_path: Path) -> None:
    settings = "rl.draw_rule=missing rl.carry_steps=0 rl.prompt_history=false rl.draw_margin=0.0"
    assert "draw_rule: missing" in say(copy, tmp_path, "-m", "rtlvr", "params", "--set", settings)
    code = """
from rtlvr.draws.sampling import Filler, Growing, Size
from rtlvr.draws.selectable import made
sizes = []
class Half:
    def round(self, step, asks, policy, ready, opened):
        sizes.append(len(asks))
        return [Growing(i, a.prompt, step, rewards=[0.0, float(i % 2)]) for i, a in enumerate(asks)]
Filler(made("missing", Size(8, 4, 100), 0), Half()).fill(0)
print(sizes)
"""
    assert say(copy, tmp_path, "-c", code).startswith("[8, 4, 2, 1, ")  # half of each round is mixed


@pytest.mark.tools
def test_a_benchmark(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "here" / "toy-v1").mkdir(parents=True)
    task = {"id": "adder", "prompt": "Add.", "top": "adder", "testbench": BENCH, "reference": ADDER}
    (tmp_path / "here" / "toy-v1" / "tasks.jsonl").write_text(json.dumps(task) + "\n")
    said = say(copy, tmp_path, "-m", "rtlvr", "bench", "--benchmark", "toy-v1", "--root", "here", "--references")
    assert "toy-v1: 1 of 1 passed" in said
    code = "from rtlvr.evaluate.fetch import SOURCES; print([source.folder for source in SOURCES])"
    assert "toy-v1" in say(copy, tmp_path, "-c", code)


def test_a_prover(copy: Path, tmp_path: Path) -> None:
    code = """
from pathlib import Path
from rtlvr.verify.prove import REDUCED, search
class Asked:
    def ask(self, script, count=None):
        print(script)
        return ""
Path(REDUCED).touch()
print(search(Path(), Asked(), 3))
"""
    asked = re.findall(r"^(reach|pdr|int|bmc3) ", say(copy, tmp_path, "-c", code), re.MULTILINE)
    assert asked == ["reach", "pdr", "int", "bmc3"]


@pytest.mark.tools
def test_a_model(copy: Path, tmp_path: Path) -> None:
    shutil.copytree(TINY_POLICY, tmp_path / "lab_models" / "ours")
    code = "from rtlvr.policy.model import load_policy; print(load_policy('lab:ours').num_parameters())"
    assert int(say(copy, tmp_path, "-c", code)) > 1_000_000


@pytest.mark.tools
def test_a_figure(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "results.csv").write_text("stage,metric,variant,value,low,high,n,unit\n01,m,v,1,1,1,1,%\n")
    code = """
from pathlib import Path
from rtlvr.report.figures import FIGURES, tables_of
from rtlvr.report.style import save
print([path.name for path in save(*FIGURES["measurements"](tables_of(Path("run"), "cpu")), Path(), "measurements")])
"""
    assert "measurements.png" in say(copy, tmp_path, "-c", code)
    assert (tmp_path / "measurements.csv").read_text() == "stage,n\n1,1\n"


def test_a_data_source(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "two.txt").write_text(ADDER + ADDER.replace("^", "|"))
    code = f"""
from rtlvr.data.sources import read_source, source_digest
from rtlvr.params import load
(spec,) = load("smoke", {{"corpus.sources": "toy:{tmp_path / "two.txt"}"}}).corpus.sources
print(source_digest(spec), *(snippet.data.decode().strip() for snippet in read_source(spec)), sep="\\n")
"""
    assert say(copy, tmp_path, "-c", code).splitlines()[1:] == [ADDER.strip(), ADDER.replace("^", "|").strip()]
