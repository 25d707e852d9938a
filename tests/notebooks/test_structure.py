"""What every committed notebook must be: one parameters cell, no outputs, short cells, prose, a closing table, a next step."""

import ast
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


# What notebooks show of the lower floors.
LOOKED_AT = {
    "01_testbench": {"verify"},  # the stimulus and the testbench, which are its subject
    "02_roundtrip": {"data"},  # the teacher's rates of misreading
    "05_rl": {"train"},  # the record of the steps
}

MUTATORS = {"append", "extend", "insert", "update", "add", "setdefault", "pop", "remove", "clear", "sort"}


def changed_elsewhere(source: str) -> set[str]:
    """Names whose values a cell changes in place although it did not make them: running it twice would change them twice.

    A second name for a value (`a = b`) makes nothing.
    """
    made, changed = set(), set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign):
            parts = [p for target in node.targets for p in (target.elts if isinstance(target, ast.Tuple) else [target])]
            names = {part.id for part in parts if isinstance(part, ast.Name)}
            made |= set() if isinstance(node.value, ast.Name) else names
            changed |= {_base(part) for part in parts if not isinstance(part, ast.Name)}
        elif isinstance(node, ast.AugAssign):
            changed.add(_base(node.target))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
            changed.add(_base(node.func.value))
    return changed - made - {""}


def _base(node: ast.AST) -> str:
    """The name at the beginning of `a`, `a.b` or `a[b]`."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def test_what_a_cell_may_not_change() -> None:
    assert changed_elsewhere("rows += [1]") == changed_elsewhere("rows.append(1)") == {"rows"}
    assert changed_elsewhere("measured = known\nmeasured += [1]") == {"measured"}
    assert changed_elsewhere("table['a'] = 1") == {"table"}
    assert not changed_elsewhere("rows = []\nfor n in range(3):\n    rows += [n]\nrows = put(rows, more)")


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

    def test_cells_call_stages_and_show(self, path) -> None:
        """What a stage computes is in `rtlvr.stages`; besides, cells import what draws and what looks."""
        code = [text(cell) for cell in cells(path) if cell["cell_type"] == "code"]
        nodes = [node for source in code for node in ast.walk(ast.parse(source))]
        modules = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
        ours = {name.removeprefix("rtlvr.").partition(".")[0] for name in modules if name.startswith("rtlvr")}
        assert ours <= {"stages", "report", "notebook", "doctor", "paths"} | LOOKED_AT.get(path.stem, set())

    def test_code_cells_are_short(self, path) -> None:
        for cell in cells(path):
            if cell["cell_type"] == "code":
                assert len(text(cell).splitlines()) < 15, text(cell)

    def test_a_cell_can_be_run_twice(self, path) -> None:
        """That it then also gives the same is seen in `test_twice.py`, for the notebooks where it is cheap enough."""
        for cell in cells(path):
            if cell["cell_type"] == "code":
                assert not changed_elsewhere(text(cell)), text(cell)

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


@pytest.mark.tools
@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_papermill_knows_every_parameter(path) -> None:
    """A comment that papermill cannot parse hides its parameter: papermill then warns that it is unknown."""
    import papermill

    known = papermill.inspect_notebook(str(path))
    assert {"profile", "set", "run"} <= set(known)


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_no_import_hides_a_parameter(path) -> None:
    """A parameter that a later cell imports over is another value when the first cells run again."""
    code = [text(cell) for cell in cells(path) if cell["cell_type"] == "code"]
    given = {node.target.id for node in ast.parse(code[0]).body if isinstance(node, ast.AnnAssign)}
    nodes = [node for source in code[1:] for node in ast.walk(ast.parse(source))]
    bound = {a.asname or a.name for n in nodes if isinstance(n, ast.Import | ast.ImportFrom) for a in n.names}
    assert given and not given & bound
