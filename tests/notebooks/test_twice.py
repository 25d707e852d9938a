"""As people use JupyterLab: a cell is run again, then the whole notebook; results stay those of a single execution.

These notebooks put rows together from several cells. The others take minutes each; `test_structure.py` keeps every cell
of every notebook from changing what another cell has made.
"""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from rtlvr.params import load
from rtlvr.paths import NOTEBOOKS
from rtlvr.records import MEASUREMENT_KEY
from rtlvr.stage import PLANS, Stage

if TYPE_CHECKING:
    from nbformat import NotebookNode

pytestmark = [pytest.mark.notebook, pytest.mark.timeout(600)]


# nbformat takes seconds to import, which every run of the quick tests would wait for: so where it is used.
def code_cells(name: str, root: Path) -> list["NotebookNode"]:
    """A notebook's code, as someone has edited its parameters: the smoke profile, and where the benchmarks are."""
    import nbformat

    cells = [cell for cell in nbformat.read(NOTEBOOKS / f"{name}.ipynb", 4).cells if cell.cell_type == "code"]
    parameters = cells[0].source.replace('profile: str = "cpu"', 'profile: str = "smoke"')
    cells[0].source = parameters.replace("root: str = None", f"root: str = {str(root)!r}")
    return cells


def execute(cells: list["NotebookNode"]) -> None:
    """Run them in order in one kernel; a cell that fails raises."""
    import nbformat
    from nbclient import NotebookClient

    copies = [nbformat.v4.new_code_cell(cell.source) for cell in cells]
    NotebookClient(nbformat.v4.new_notebook(cells=copies), timeout=300, kernel_name="python3").execute()


def finish_once(name: str, root: Path) -> None:
    """Finish a stage and those before it, unless `test_run.py` has."""
    for before in PLANS[name].upstream:
        finish_once(before, root)
    params = load("smoke", {"benchmarks.root": str(root)} if name == "06_benchmarks" else {})
    if not Stage(name, params).done:
        execute(code_cells(name, root))


def results(folder: Path, name: str) -> pd.DataFrame:
    """The stage's rows of results.csv, in which nothing is a time."""
    table = pd.read_csv(folder / "smoke" / "results.csv")
    return table[table["stage"] == name].reset_index(drop=True)


def sizes(folder: Path, name: str) -> dict[str, int]:
    """How many rows each file of the stage has."""
    return {path.name: path.read_bytes().count(b"\n") for path in (folder / "smoke" / name).glob("*.jsonl")}


@pytest.mark.parametrize("name", ["01_testbench", "03_filtering", "06_benchmarks"])
def test_twice_in_a_row_and_again_from_the_top(
    home: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    root = request.getfixturevalue("benchmarks") if name == "06_benchmarks" else tmp_path
    monkeypatch.setenv("RTLVR_OUTPUTS", str(home))
    finish_once(name, root)
    shutil.copytree(home, tmp_path / "outputs", ignore=shutil.ignore_patterns(name, ".earlier"))
    monkeypatch.setenv("RTLVR_OUTPUTS", str(tmp_path / "outputs"))
    cells = code_cells(name, root)
    execute([cell for cell in cells for _ in range(2)] + cells)
    table = results(tmp_path / "outputs", name)
    assert not table.duplicated(list(MEASUREMENT_KEY)).any()
    pd.testing.assert_frame_equal(table, results(home, name))
    assert sizes(tmp_path / "outputs", name) == sizes(home, name)
