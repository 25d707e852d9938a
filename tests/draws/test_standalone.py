"""The folder by itself: copied to where the kit is not, it imports, fills steps, and trains with both of TRL's trainers."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rtlvr.draws.selectable import RULES
from rtlvr.paths import PACKAGE

DRAWS = PACKAGE / "draws"
# Nothing but what an isolated interpreter finds: no PYTHONPATH, and the kit's name is refused.
ALONE = """
import sys

class NoKit:
    def find_spec(self, name, *_):
        if name.partition(".")[0] == "rtlvr":
            raise ImportError("the kit is not here")

sys.meta_path.insert(0, NoKit())
sys.path.insert(0, {folder!r})
"""


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(DRAWS, tmp_path / "draws", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def alone(folder: Path, code: str, *arguments: str) -> str:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-I", "-c", ALONE.format(folder=str(folder)) + code, *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=280
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.mark.tools
def test_every_module_imports_without_the_kit(copied: Path) -> None:
    names = sorted(p.stem for p in DRAWS.glob("*.py") if not re.match("for_trl|example|__init__", p.stem))
    code = f"from importlib import import_module\nfor name in {names!r}: import_module('draws.' + name)\n"
    assert alone(copied, code + "print('rtlvr' in sys.modules)").strip() == "False"


def test_the_rules_need_the_standard_library_alone(copied: Path) -> None:
    code = """
from draws import advantages, answering, sampling, saving, selectable
filler = selectable.made("ours", sampling.Size(8, 8, 100), 0)
outside = {"numpy", "pandas", "torch", "trl"} & set(sys.modules)
print(len(filler.order(0, 0, [])) > 8, outside)
"""
    assert alone(copied, code).strip() == "True set()"


def test_no_file_imports_the_kit_by_its_name() -> None:
    for path in DRAWS.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            assert not (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rtlvr")), path.name


@pytest.mark.long
@pytest.mark.tools
@pytest.mark.timeout(300)
@pytest.mark.parametrize("rule", ["ours", "knapsack-rl", "dots-replay"])
def test_the_example_trains_with_trl(copied: Path, rule: str) -> None:
    """Every step has a gradient, and rewards that are neither all right nor all wrong."""
    code = f"""
from draws.example_trl import trainer
from pathlib import Path
made = trainer({rule!r}, 12, Path("out"))
made.train()
log = [row for row in made.state.log_history if "loss" in row]
rewards = [row["rewards/writes_the_letter/mean"] for row in log if "rewards/writes_the_letter/mean" in row]
print("RESULT", len(log), all(row["grad_norm"] > 0 for row in log), rewards[0], rewards[-1])
"""
    result = next(line for line in alone(copied, code).splitlines() if line.startswith("RESULT")).split()
    assert result[1:3] == ["12", "True"]
    assert 0 < float(result[3]) < 1


@pytest.mark.tools
@pytest.mark.timeout(300)
def test_the_example_runs_as_a_file(copied: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "draws/example_trl.py", "--rule", "april", "--steps", "2", "--out", "out"],
        cwd=copied, capture_output=True, text=True, check=False, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.count("'loss'") == 2


@pytest.mark.long
@pytest.mark.tools
@pytest.mark.timeout(300)
def test_the_asynchronous_trainer_drains_what_a_rule_fills(copied: Path) -> None:
    """At its first step weights are those that wrote the answers, so every probability ratio is one: masks, log-probabilities
    and the attention that stands in are right. Later answers are older, and still trained on."""
    code = """
from draws.example_trl import run_async
from pathlib import Path
log = [row for row in run_async("ours", 5, Path("out")) if "loss" in row]
print("RESULT", len(log), log[0]["ratio"], log[0]["kl"], log[0]["sample/staleness_max"], log[-1]["sample/staleness_max"],
      all(row["grad_norm"] > 0 for row in log))
"""
    result = next(line for line in alone(copied, code).splitlines() if line.startswith("RESULT")).split()
    assert result[1] == "5"
    assert float(result[2]) == pytest.approx(1, abs=1e-4)
    assert abs(float(result[3])) < 1e-6
    assert float(result[4]) == 0 < float(result[5])
    assert result[6] == "True"


def test_the_readme_names_the_files_that_are_there() -> None:
    text = (DRAWS / "README.md").read_text()
    named = set(re.findall(r"`(\w+\.py)`", text))
    assert named == {p.name for p in DRAWS.glob("*.py")} - {"__init__.py", "rules.py", "prompt_sampler.py", "step.py"}
    blocks = re.findall(r"```python\n(.*?)```", text, re.S)
    assert len(blocks) == 2
    assert len([line for line in blocks[0].splitlines() if line.strip()]) <= 22
    for block in blocks:
        ast.parse(block)
    assert RULES[0] == "fixed"
