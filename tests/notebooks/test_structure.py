"""What every committed notebook must be: one parameters cell, no outputs, short cells, prose, a closing table, a next step."""

import json
import re

import pytest

from rtlvr.paths import NOTEBOOKS

FILES = sorted(NOTEBOOKS.glob("*.ipynb"))
NAMES = [path.stem for path in FILES]


def cells(path) -> list[dict]:
    return json.loads(path.read_text())["cells"]


def text(cell: dict) -> str:
    return "".join(cell["source"])


def test_nine_numbered_notebooks() -> None:
    assert [name[:2] for name in NAMES] == [f"{n:02d}" for n in range(9)]


@pytest.mark.parametrize("path", FILES, ids=NAMES)
class TestNotebook:
    """Each notebook on its own."""

    def test_committed_without_outputs(self, path) -> None:
        for cell in cells(path):
            if cell["cell_type"] == "code":
                assert cell["outputs"] == []
                assert cell["execution_count"] is None
        assert "papermill" not in json.loads(path.read_text())["metadata"]

    def test_one_parameters_cell_profile_first(self, path) -> None:
        tagged = [c for c in cells(path) if "parameters" in c["metadata"].get("tags", [])]
        assert len(tagged) == 1
        lines = text(tagged[0]).splitlines()
        assert lines[0].startswith('profile: str = "cpu"  # ')
        for line in lines:
            assert re.match(r"\w+: (str|int|float|bool) = .+  # .+", line), line

    def test_the_first_code_after_it_checks_parameters(self, path) -> None:
        code = [c for c in cells(path) if c["cell_type"] == "code"]
        assert f'start("{path.stem}", globals()' in text(code[1])

    def test_code_cells_are_short(self, path) -> None:
        for cell in cells(path):
            if cell["cell_type"] == "code":
                assert len(text(cell).splitlines()) < 15, text(cell)

    def test_prose_beside_code(self, path) -> None:
        words = {
            kind: sum(len(text(c).split()) for c in cells(path) if c["cell_type"] == kind)
            for kind in ("markdown", "code")
        }
        assert words["markdown"] >= 0.7 * words["code"], words

    def test_no_installs_paths_or_loops_of_their_own(self, path) -> None:
        for cell in cells(path):
            if cell["cell_type"] == "code":
                assert not re.search(r"^\s*[!%]|sys\.path|os\.chdir|getcwd|pip install", text(cell), re.MULTILINE)

    def test_ends_with_comparison_and_next(self, path) -> None:
        all_cells = cells(path)
        assert any("Ours beside the paper" in text(c) for c in all_cells)
        assert text(all_cells[-1]).startswith("**Next:**")
        linked = re.findall(r"\]\((\w+)\.ipynb\)", text(all_cells[-1]))
        assert linked
        assert set(linked) <= set(NAMES)

    def test_kernel_is_the_plain_one(self, path) -> None:
        assert json.loads(path.read_text())["metadata"]["kernelspec"]["name"] == "python3"
