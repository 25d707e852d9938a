"""The paper's own path: its profiles under their own names, published data to figures, and a checkpoint behind an endpoint.

Models and sets are small; the stages, their engines and the service's protocol are real.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from model_service import Model, serving
from published_files import rl_file, sft_file

from rtlvr.data.corpus import procedural
from rtlvr.paths import NOTEBOOKS
from rtlvr.pipeline import PLANS
from rtlvr.records import Sample, read_jsonl

pytestmark = [pytest.mark.notebook, pytest.mark.timeout(900)]

SMALL = {
    "testbench.sequences": 2, "testbench.cycles": 16, "study.goldens": 1, "study.mutants": 1,
    "study.benchmark_goldens": 1, "study.cost_goldens": 1, "study.budgets": "[[1,4]]",
    "roundtrip.describe_tokens": 64, "roundtrip.solve_tokens": 64, "filtering.base_model": "tiny",
    "filtering.sft_attempts": 1, "filtering.rl_attempts": 1, "filtering.max_tokens": 32,
    "filtering.truth_designs": 4, "filtering.truth_rates": "[0.1]", "sft.model": "tiny", "sft.epochs": 1.0,
    "sft.batch_size": 4, "sft.accumulation": 1, "sft.max_length": 1024, "sft.eval_problems": 2,
    "sft.attention": "sdpa", "sft.deepspeed": "null", "rl.steps": 1, "rl.prompts_per_step": 2,
    "rl.mini_batch_prompts": 2, "rl.group_size": 4, "rl.max_prompt": 1024, "rl.max_response": 32,
    "rl.overlong_buffer": 8, "rl.max_draws": 1, "rl.eval_steps": 1, "rl.eval_problems": 2, "rl.vllm": "off",
    "rl.deepspeed": "null", "generation.backend": "transformers", "generation.vllm_length": 0,
    "evaluation.problems": 2, "evaluation.samples": 1, "evaluation.max_tokens": 32, "benchmarks.problems": 1,
    "benchmarks.samples": 1, "benchmarks.max_tokens": 32, "scaling.problems": 2, "scaling.samples": 1,
    "scaling.vote_problems": 2, "scaling.votes": "[1,2]", "scaling.budgets": "[16,32]",
}  # fmt: skip


def words(settings: dict[str, object]) -> str:
    return " ".join(f"{key}={value}" for key, value in settings.items())


def called(command: list[str], outputs: Path, ok: bool = True) -> str:
    """Run a command of the kit; what it printed."""
    environment = {**os.environ, "RTLVR_OUTPUTS": str(outputs), "TQDM_DISABLE": "1", "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=outputs)
    assert (done.returncode == 0) == ok, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def notebook(name: str, outputs: Path, *arguments: str, ok: bool = True) -> str:
    """Run one notebook by papermill."""
    target = outputs / f"{name}.ipynb"
    return called(
        [sys.executable, "-m", "papermill", str(NOTEBOOKS / f"{name}.ipynb"), str(target), *arguments], outputs, ok
    )


@pytest.mark.parametrize("profile", ["gpu", "paper"])
def test_a_large_profile_from_the_first_stage_to_the_last(profile: str, benchmarks: Path, tmp_path: Path) -> None:
    goldens = tmp_path / "goldens"
    goldens.mkdir()
    for number, (golden, _) in enumerate(procedural(16, 5)):
        (goldens / f"{number}.v").write_text(golden.code)
    with serving() as service:
        settings = SMALL | {
            "corpus.sources": f"directory:{goldens}", "corpus.near_duplicate": 1.0, "corpus.decontaminate": "false",
            "roundtrip.base_url": service.url, "benchmarks.root": benchmarks,
        }  # fmt: skip
        for stage in PLANS:
            command = [sys.executable, "-m", "rtlvr", "run", stage, "--profile", profile, "--set", words(settings)]
            called(command, tmp_path)
    results = pd.read_csv(tmp_path / profile / "results.csv")
    assert set(results["stage"]) >= {name for name in PLANS if not name.startswith("08")} - {"05_rl_study"}
    names = {path.name for path in (tmp_path / profile / "04_sft").glob("*.jsonl")}
    tried = read_jsonl(tmp_path / profile / "04_sft" / "sft_heldout_greedy.jsonl", Sample)
    assert {row.problem.split("/")[0] for row in tried} == {"verilog-eval-v2-spec"}, names
    scaled = read_jsonl(tmp_path / profile / "07_test_time_scaling" / "samples.jsonl", Sample)
    assert {row.problem.split("/")[0] for row in scaled} == {"rtllm-v1.1"}


def test_from_published_files_to_figures_one_command_each(benchmarks: Path, tmp_path: Path) -> None:
    """04 on the SFT file, 05 on the parquet with a validation curve, 06 on the result, 07 on RTLLM v1.1, then 08."""
    smoke = ("-p", "profile", "smoke")
    notebook("04_sft", tmp_path, *smoke, "-p", "data", f"authors:{sft_file(tmp_path / 'sft.jsonl', 30)}",
             "-p", "set", "sft.max_length=512")  # fmt: skip
    policy = tmp_path / "smoke" / "04_sft" / "policy"
    validation = f"data.validation=authors:{rl_file(tmp_path / 'val.parquet', 6, seed=12)}"
    train = rl_file(tmp_path / "rl.parquet", 24, broken=True)
    notebook("05_rl", tmp_path, *smoke, "-p", "model", str(policy), "-p", "data", f"authors:{train}",
             "-p", "set", f"rl.max_prompt=512 rl.eval_steps=1 {validation}")  # fmt: skip
    steps = pd.read_json(tmp_path / "smoke" / "05_rl" / "steps.jsonl", lines=True)
    assert steps["heldout_pass@1"].notna().all() and len(steps) == 2
    policy = tmp_path / "smoke" / "05_rl" / "policy"
    notebook("06_benchmarks", tmp_path, *smoke, "-p", "model", f"{policy}@0.6", "-p", "root", str(benchmarks))
    on = f"scaling.on=rtllm-v1.1 scaling.problems=2 benchmarks.root={benchmarks}"
    notebook("07_test_time_scaling", tmp_path, *smoke, "-p", "model", str(policy), "-p", "set", on)
    notebook("08_paper_figures", tmp_path, *smoke)
    done = {path.parent.name for path in (tmp_path / "smoke").glob("*/manifest.json")}
    assert done == {"04_sft", "05_rl", "06_benchmarks", "07_test_time_scaling", "08_paper_figures"}


def test_two_models_behind_an_endpoint_in_one_table(benchmarks: Path, tmp_path: Path) -> None:
    """Nothing else has run; a run that is cut off goes on without asking for anything twice."""
    arguments = ["-p", "profile", "smoke", "-p", "model", "one@0.5,two", "-p", "root", str(benchmarks)]
    more = "benchmarks.problems=3 benchmarks.samples=2"
    with serving() as service:
        where = [*arguments, "-p", "base_url", service.url, "-p", "set", more]
        service.last = 7
        assert "the test has stopped the service" in notebook("06_benchmarks", tmp_path, *where, ok=False)
        service.last = 1 << 30
        notebook("06_benchmarks", tmp_path, *where)
        assert_asked_once(service)
        unnamed = ["-p", "profile", "smoke", "-p", "run", "other", "-p", "base_url", service.url]
        assert "it has: one, two" in notebook("06_benchmarks", tmp_path, *unnamed, ok=False)
    found = json.loads((tmp_path / "smoke" / "06_benchmarks" / "manifest.json").read_text())
    assert found["params"]["benchmarks"]["models"] == ["one@0.5", "two"]
    rows = pd.read_csv(tmp_path / "smoke" / "results.csv").query("metric == 'pass@1'")["variant"]
    assert set(rows) == {"one", "two"}


def assert_asked_once(service: Model) -> None:
    """Two benchmarks of three tasks, two models, two samples: 24 requests, and no more."""
    assert len(service.asked) == 24
    assert {model for model, _ in service.asked} == {"one", "two"}
