"""How notebooks show tables: whole texts that wrap, words on the left, numbers on the right, and nothing wider than the page."""

import re
from itertools import count

import pandas as pd
from IPython.core.interactiveshell import InteractiveShell

_MOST = 200  # rows that are shown; more are cut in the middle, as pandas does
_WHOLE = 40  # rows up to which a table stands whole on the page; a longer one scrolls
_FRAME = "max-width:100%;{height}overflow:auto;margin:.3em 0"
_TABLE = "table-layout:auto;border-collapse:collapse;margin:0;font-size:inherit"
_CELL = "padding:.25em .7em;vertical-align:top;max-width:44em;overflow-wrap:break-word;white-space:pre-wrap;text-align:{side}"
_HEAD = "padding:.25em .7em;vertical-align:bottom;white-space:normal;text-align:{side}"
_NUMBER = re.compile(r"[-−+]?[\d,]*\.?\d+(?:e[-+]?\d+)?(?:\s?%)?")


def show_whole_tables(shell: InteractiveShell) -> None:
    """From now on this shell shows data frames with whole texts that wrap."""
    if shell.display_formatter is not None:
        shell.display_formatter.formatters["text/html"].for_type(pd.DataFrame, html)


def html(table: pd.DataFrame) -> str:
    """A table as HTML; text is escaped and never cut, what is missing is a dash."""
    with pd.option_context("display.max_colwidth", None, "display.max_columns", None):
        plain = table.to_html(border=0, na_rep="–", max_rows=_MOST, index=_named(table.index), justify="unset")
    sides = ["right" if _of_numbers(table.iloc[:, place]) else "left" for place in range(table.shape[1])]
    head, found, body = plain.partition("<tbody>")
    none = "" if len(table) else "<i>no row</i>"
    frame = _FRAME.format(height="max-height:36em;" if len(table) > _WHOLE else "")
    return f'<div style="{frame}">{_styled_head(head, table, sides)}{found}{_styled_body(body, sides)}{none}</div>'


def _styled_head(head: str, table: pd.DataFrame, sides: list[str]) -> str:
    rows = iter(["left"] * (table.index.nlevels if _named(table.index) else 0) + sides)
    head = re.sub(r"<table[^>]*>", f'<table style="{_TABLE}">', head)
    head = re.sub(r'<tr style="text-align: \w+;">', "<tr>", head)
    return re.sub(r"<th(?=[ >])", lambda _: f'<th style="{_HEAD.format(side=next(rows, "left"))}"', head)


def _styled_body(body: str, sides: list[str]) -> str:
    place = count()

    def cell(_: re.Match[str]) -> str:
        return f'<td style="{_CELL.format(side=sides[next(place) % len(sides)])}">'

    body = re.sub(r"<th(?=[ >])", f'<th style="{_CELL.format(side="left")}"', body)
    return re.sub(r"<td>", cell, body)


def _of_numbers(column: pd.Series) -> bool:
    """Whether a column holds numbers, also where they are written out, and nothing else."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return True
    words = [str(value) for value in column.dropna() if value != "–"]
    return bool(words) and all(_NUMBER.fullmatch(word) for word in words)


def _named(index: pd.Index) -> bool:
    """Whether rows have names: mere numbers, without a name of their own, tell nothing."""
    return index.nlevels > 1 or index.name is not None or not pd.api.types.is_integer_dtype(index.dtype)
