"""Saving: three files, equal bytes for equal figures, nothing left behind; no global state is touched."""

import ast
import sys
from pathlib import Path

import matplotlib
import pandas as pd

from rtlvr.report import published, style
from rtlvr.report.figures_testbench import testbench_quality as draw_testbench  # not a test


def test_save_writes_pdf_png_and_csv_the_same_each_time(tmp_path: Path) -> None:
    written = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        figure, table = draw_testbench(published.testbench(), None)
        paths = style.save(figure, table, folder, "testbench")
        assert [path.name for path in paths] == ["testbench.pdf", "testbench.png", "testbench.csv"]
        assert sorted(paths) == sorted(folder.iterdir())
        written.append([path.read_bytes() for path in paths])
    assert written[0] == written[1]
    assert written[0][0].startswith(b"%PDF") and b"CreationDate" not in written[0][0]
    assert written[0][1].startswith(b"\x89PNG")
    pd.testing.assert_frame_equal(
        pd.read_csv(tmp_path / "a" / "testbench.csv")[["checker", "value"]], table[["checker", "value"]]
    )


def test_settings_do_not_leak() -> None:
    before = dict(matplotlib.rcParams)
    loaded = "matplotlib.pyplot" in sys.modules
    draw_testbench(published.testbench(), None)
    assert dict(matplotlib.rcParams) == before
    assert ("matplotlib.pyplot" in sys.modules) == loaded


def test_jupyter_gets_an_image() -> None:
    figure, _ = draw_testbench(published.testbench(), None)
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_series_differ_without_colour() -> None:
    looks = style.SERIES
    assert len({look.marker for look in looks}) == len(looks)
    assert len({look.hatch for look in looks}) == len(looks)
    assert len({str(look.line) for look in looks}) == len(looks)


def test_notes_are_wrapped_into_the_figure() -> None:
    figure = style.new_figure(4, 2)
    style.note(figure, "word " * 60)
    box = figure._supxlabel.get_window_extent()
    assert "\n" in figure._supxlabel.get_text() and box.x1 <= figure.bbox.x1


APART = {"split", "rsplit", "partition", "rpartition", "extract", "match", "fullmatch", "search", "findall"}
# Text on its way to the page: lines are wrapped, columns of numbers stand to the right.
TYPOGRAPHY = {"style.py": {"split"}, "frames.py": {"fullmatch", "partition"}}


def test_no_figure_or_table_takes_a_text_apart() -> None:
    """What they show comes from columns; a joined text that had to be read again would be a column too few."""
    for path in sorted(Path(style.__file__).parent.glob("*.py")):
        calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        names = {call.attr for call in calls if isinstance(call, ast.Attribute)}
        assert not names & APART - TYPOGRAPHY.get(path.name, set()), path.name
