"""Every notebook through papermill on the smoke profile, from the places people run it from."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from rtlvr.paths import NOTEBOOKS, ROOT
from rtlvr.records import MEASUREMENT_KEY, Measurement

pytestmark = [pytest.mark.notebook, pytest.mark.timeout(300)]


def papermill(home: Path, notebook: str, *arguments: str, cwd: Path, ok: bool = True) -> str:
    """Run a notebook; returns the text of all outputs (or, where it must fail, what papermill printed)."""
    target = home / "executed.ipynb"
    command = [sys.executable, "-m", "papermill", notebook, str(target), "-p", "profile", "smoke", *arguments]
    hidden = ("TQDM_DISABLE", "JPY_SESSION_NAME")  # progress bars as they are for a person
    environment = {key: value for key, value in os.environ.items() if key not in hidden} | {"RTLVR_OUTPUTS": str(home)}
    run = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert (run.returncode == 0) == ok, run.stderr[-3000:]
    if not ok:
        return run.stderr
    outputs = [o for c in json.loads(target.read_text())["cells"] for o in c.get("outputs", [])]
    check_outputs(outputs)
    return "".join("".join(o.get("text", o.get("data", {}).get("text/plain", ""))) for o in outputs)


def check_outputs(outputs: list[dict]) -> None:
    """What a reader of an executed notebook would stumble over: red text, bars that stand still, tags, cut columns."""
    assert [o["text"] for o in outputs if o.get("name") == "stderr"] == []
    for shown in (o["data"] for o in outputs if "data" in o):
        assert "application/vnd.jupyter.widget-view+json" not in shown, "nobody can move it"
        assert not str(shown.get("text/html", "")).count("...</td>"), "a column is cut"
    printed = "".join("".join(o["text"]) for o in outputs if o.get("name") == "stdout")
    assert not re.search(r"</?(?:div|table|td|span|b)\b", printed)


CHECK = ("-p", "upstream", "check")


def test_rl_before_sft_names_the_notebook_to_run(home: Path) -> None:
    assert "run notebooks/04_sft.ipynb first" in papermill(home, "05_rl.ipynb", *CHECK, cwd=NOTEBOOKS, ok=False)


@pytest.mark.timeout(600)
def test_rl_alone_runs_what_it_builds_on(home: Path) -> None:
    said = papermill(home, "05_rl.ipynb", "-p", "steps", "1", cwd=NOTEBOOKS)
    assert "02_roundtrip has not run; it is run first, " in said and "step    1" in said
    executed = {path.stem for path in (home / "smoke" / "notebooks").glob("*.ipynb")}
    assert executed == {"02_roundtrip", "03_filtering", "04_sft"}
    assert all((home / "smoke" / name / "manifest.json").exists() for name in (*executed, "05_rl"))
    assert "measured beforehand" in said, "the studies are the kit's, until someone runs them"


@pytest.mark.parametrize("name", ["00_start_here", "01_testbench", "02_roundtrip", "03_filtering", "04_sft"])
def test_up_to_sft_from_inside_notebooks(home: Path, name: str) -> None:
    papermill(home, f"{name}.ipynb", cwd=NOTEBOOKS)
    assert (home / "smoke" / name / "manifest.json").exists()


def test_rl_from_inside_with_a_parameter(home: Path) -> None:
    said = papermill(home, "05_rl.ipynb", "-p", "steps", "1", cwd=NOTEBOOKS)
    assert "step    1" in said or "finished before" in said  # by the test above, which runs what goes before as well
    assert json.loads((home / "smoke/05_rl/manifest.json").read_text())["params"]["rl"]["steps"] == 1


def test_rl_from_the_root_with_the_profiles_steps(home: Path) -> None:
    papermill(home, "notebooks/05_rl.ipynb", cwd=ROOT)
    assert len((home / "smoke/05_rl/steps.jsonl").read_text().splitlines()) == 2


def test_rl_from_anywhere_finds_its_results(home: Path, tmp_path: Path) -> None:
    said = papermill(home, str(NOTEBOOKS / "05_rl.ipynb"), cwd=tmp_path)
    assert "finished before" in said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("parameter", "value", "said"),
    [
        ("stepz", "3", "allowed: data, model, profile, resume, run, seed, set, steps, study_seeds, upstream"),
        ("steps", "many", "got rl.steps='many'; allowed: int"),
    ],
)
def test_bad_parameters_stop_the_first_cell(home: Path, parameter: str, value: str, said: str) -> None:
    assert said in papermill(home, "05_rl.ipynb", "-p", parameter, value, cwd=NOTEBOOKS, ok=False)


def test_a_stale_predecessor_stops(home: Path) -> None:
    papermill(home, "04_sft.ipynb", "-p", "epochs", "0.5", cwd=NOTEBOOKS)
    assert "is stale" in papermill(home, "05_rl.ipynb", *CHECK, cwd=NOTEBOOKS, ok=False)
    papermill(home, "04_sft.ipynb", cwd=NOTEBOOKS)  # the earlier results are taken back, nothing is trained


@pytest.mark.parametrize("name", ["06_benchmarks", "07_test_time_scaling", "08_paper_figures"])
def test_from_benchmarks_on(home: Path, benchmarks: Path, name: str) -> None:
    extra = ("-p", "root", str(benchmarks)) if name == "06_benchmarks" else ()
    papermill(home, f"{name}.ipynb", *extra, cwd=NOTEBOOKS)
    assert (home / "smoke" / name / "manifest.json").exists()


def test_a_named_model_needs_no_other_notebook(tmp_path: Path, benchmarks: Path) -> None:
    given = ("-p", "root", str(benchmarks), "-p", "model", "tiny", "-p", "upstream", "check")
    said = papermill(tmp_path, "06_benchmarks.ipynb", *given, cwd=NOTEBOOKS)
    assert "models: tiny" in said
    assert [path.name for path in (tmp_path / "smoke").iterdir() if path.is_dir()] == ["06_benchmarks"]
    papermill(tmp_path, "07_test_time_scaling.ipynb", "-p", "model", "tiny", "-p", "upstream", "check", cwd=NOTEBOOKS)


def test_results_are_one_tidy_table(home: Path) -> None:
    table = pd.read_csv(home / "smoke" / "results.csv")
    assert list(table.columns) == list(Measurement.model_fields)
    assert {"01_testbench", "02_roundtrip", "03_filtering", "04_sft", "05_rl", "07_test_time_scaling"} <= set(
        table["stage"]
    )
    keys = table[list(MEASUREMENT_KEY)].fillna("").apply(tuple, axis=1)
    assert keys.is_unique
    assert ("05_rl", "heldout_pass@1", "rl", "", "", "") in set(keys)
    bounded = table.dropna(subset=["low", "high"])
    assert ((bounded["low"] <= bounded["value"]) & (bounded["value"] <= bounded["high"])).all()


def test_figures_are_there(home: Path) -> None:
    folder = home / "smoke" / "08_paper_figures"
    names = {path.stem for path in folder.glob("*.png")}
    assert {"pipeline", "models_v2", "training_curve", "gain", "scaling_budget", "testbench_quality"} <= names
    assert all((folder / f"{name}.{kind}").stat().st_size > 0 for name in names for kind in ("pdf", "csv", "png"))
