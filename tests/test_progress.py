"""Bars are there where somebody looks, and nowhere else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tqdm import tqdm

from rtlvr import progress


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is no kernel, and no front end."""
    for name in ("JPY_SESSION_NAME", "COLAB_RELEASE_TAG", "VSCODE_PID"):
        monkeypatch.delenv(name, raising=False)


def test_nothing_left_to_do_has_no_bar() -> None:
    for bar in (progress.counter("a", total=0), progress.counter("a", total=4, initial=4)):
        assert bar.disable
    assert list(progress.progress([], "a", 0)) == []


def test_a_bar_counts(tmp_path: Path) -> None:
    code = (
        "from rtlvr.progress import counter, progress\n"
        "with counter('rows', total=3, unit='row') as bar:\n    bar.update(3)\n"
        "assert list(progress('ab', 'letters', 2)) == ['a', 'b']"
    )
    environment = {"PATH": "/usr/bin", "HOME": str(tmp_path), "PYTHONPATH": ":".join(sys.path), "TQDM_DELAY": "0"}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert "rows: 100%" in run.stderr and "3/3" in run.stderr and "letters: 100%" in run.stderr


SLOW = """
import sys, time, rtlvr
from rtlvr.progress import counter
with counter("rows", unit="row") as bar:
    bar.update(1)
    time.sleep(float(sys.argv[1]))
    bar.update(1)
"""


@pytest.mark.tools
@pytest.mark.parametrize(("seconds", "drawn"), [(0.1, False), (6.0, True)])
def test_a_bar_is_for_what_takes_its_time(tmp_path: Path, seconds: float, drawn: bool) -> None:
    environment = {"PATH": "", "HOME": str(tmp_path), "PYTHONPATH": ":".join(sys.path)}
    command = [sys.executable, "-c", SLOW, str(seconds)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert ("rows: 2row" in run.stderr) == drawn and (drawn or run.stderr == "")


KERNEL = """
import IPython
from IPython.core.interactiveshell import InteractiveShell
InteractiveShell.instance().kernel = True
import rtlvr.notebook
from rtlvr import progress
assert progress.headless() is HEADLESS
list(progress.progress(range(3), "rows", 3))
from datasets import Dataset
Dataset.from_list([{"a": 1}]).map(lambda row: row, desc="others")
from transformers.utils.logging import tqdm
list(tqdm(range(3), desc="weights"))
"""


@pytest.mark.tools
def test_a_kernel_that_nobody_watches_draws_none(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin", "HOME": str(tmp_path), "PYTHONPATH": ":".join(sys.path), "TQDM_DELAY": "0"}
    code = KERNEL.replace("HEADLESS", "True")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.tools
def test_a_watched_kernel_draws_bars(tmp_path: Path) -> None:
    environment = {
        "PATH": "/usr/bin",
        "HOME": str(tmp_path),
        "PYTHONPATH": ":".join(sys.path),
        "TQDM_DELAY": "0",
        "JPY_SESSION_NAME": "a.ipynb",
    }
    code = KERNEL.replace("HEADLESS", "False")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert "others: 100%" in run.stderr and "weights: 100%" in run.stderr


LONG = """
import rtlvr
from rtlvr.data.goldens import drawn
from rtlvr.data.known_truth import known_truth
from rtlvr.evaluate.certify import Certified
from rtlvr.evaluate.study import quality
from rtlvr.evaluate.throughput import groups_of
from rtlvr.params import load
from rtlvr.verify import Pool, Stimuli
text = "module m(input a, output y); assign y = a; endmodule"
pair = Certified(id="m/right", golden=text, top="m", candidate=text, right=True, kind="same", witness="simulation")
pool, stimuli = Pool(1), Stimuli(sequences=1, cycles=4)
quality([pair], stimuli, pool, "the testbench")
corpus = load("smoke").corpus.model_copy(update={"designs": 1})
known_truth(*drawn(corpus, 0), (0.1, 0.1), pool, stimuli)
groups_of(1, 2)
pool.close()
"""


@pytest.mark.tools
def test_what_takes_long_in_notebooks_01_and_03_is_seen_to_move(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": ":".join(sys.path), "TQDM_DELAY": "0"}
    environment.pop("TQDM_DISABLE", None)
    run = subprocess.run([sys.executable, "-c", LONG], capture_output=True, text=True, check=False, env=environment)
    assert run.returncode == 0, run.stderr[-2000:]
    for what in ("the testbench", "known truth, 10% and 10% wrong", "answers"):
        assert f"{what}: 100%" in run.stderr


def test_bars_are_tqdms() -> None:
    assert isinstance(progress.counter("a", total=1), tqdm)
