"""Tables in notebooks: nothing is cut, words stand on the left and numbers on the right."""

import re

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

from rtlvr.report import frames

LONG = "the candidate's outputs are never known where the golden's are, " * 5 + "end"
TABLE = pd.DataFrame({"reason": [LONG, "a <b>"], "n": [1, 20], "share": [0.5, None]})


def cells(html: str) -> list[tuple[str, str]]:
    """Side and text of each cell of the body."""
    return re.findall(r'<t[dh] style="[^"]*text-align:(\w+)">(.*?)</t[dh]>', html.partition("<tbody>")[2], re.DOTALL)


def test_text_is_whole_and_escaped() -> None:
    texts = [text for _, text in cells(frames.html(TABLE))]
    assert LONG in texts and "a &lt;b&gt;" in texts
    assert "–" in texts, "what is missing is a dash"


def test_words_left_numbers_right() -> None:
    sides = {text: side for side, text in cells(frames.html(TABLE))}
    assert (sides[LONG], sides["20"], sides["0.5"]) == ("left", "right", "right")


def test_row_numbers_are_left_out_and_names_are_not() -> None:
    assert len(cells(frames.html(TABLE))) == 6
    assert len(cells(frames.html(TABLE[TABLE["n"] > 1]))) == 3, "places in a longer table are no names"
    assert len(cells(frames.html(TABLE.rename_axis("step")))) == 8
    named = cells(frames.html(TABLE.set_index("reason")))
    assert (len(named), named[0]) == (6, ("left", LONG))


def test_heads_stand_over_their_columns() -> None:
    head = frames.html(TABLE).partition("<tbody>")[0]
    assert re.findall(r"text-align:(\w+)\">(\w+)</th>", head) == [
        ("left", "reason"),
        ("right", "n"),
        ("right", "share"),
    ]


def test_columns_of_several_levels_and_many_rows() -> None:
    wide = pd.DataFrame({("a", "x"): range(500), ("a", "y"): "b"})
    shown = frames.html(wide)
    assert shown.count("<tr") < 210 and "max-height" in shown
    assert "max-height" not in frames.html(wide.head(40)), "a table of a page's length stands whole"


def test_a_shell_shows_tables_so() -> None:
    shell = InteractiveShell()
    shown, _ = shell.display_formatter.format(TABLE)
    assert LONG not in shown["text/html"], "pandas cuts it"
    frames.show_whole_tables(shell)
    shown, _ = shell.display_formatter.format(TABLE)
    assert LONG in shown["text/html"]


@pytest.mark.parametrize("text", ["12", "-3.5", "1,234", "0.3 %", "4e-05"])
def test_what_counts_as_a_number(text: str) -> None:
    assert [side for side, _ in cells(frames.html(pd.DataFrame({"a": [text, "–"]})))] == ["right", "right"]


def test_one_word_among_numbers_makes_a_column_of_words() -> None:
    assert {side for side, _ in cells(frames.html(pd.DataFrame({"a": ["12", "not run", "–"]})))} == {"left"}


def test_a_table_without_rows_says_so() -> None:
    assert "no row" in frames.html(TABLE.head(0)) and "no row" not in frames.html(TABLE)
