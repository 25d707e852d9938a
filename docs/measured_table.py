"""Writes the tables of docs/measured.md from outputs/reference/: `python docs/measured_table.py`."""

from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
REFERENCE = HERE.parent / "outputs" / "reference"
BEGIN, END = "<!-- made by docs/measured_table.py -->", "<!-- end -->"
_WHAT = ("variant", "at", "seed", "benchmark")
_UNITS = {"%": " %", "s": " s", "x": " ×"}


def _number(value: float) -> str:
    return (
        f"{value:.0f}"
        if float(value).is_integer() and abs(value) >= 1000
        else f"{value:.3g}"
        if abs(value) < 10
        else f"{value:.1f}"
    )


def _what(row: "pd.Series[float]") -> str:
    """What was measured: the variant, and behind it the number, the seed or the benchmark where there is one."""
    variant, at, seed, benchmark = (None if pd.isna(row[name]) else row[name] for name in _WHAT)
    number = None if at is None else f"at {at:g}"
    run = None if seed is None else f"seed {seed:.0f}"
    asked = None if benchmark is None else f"on {benchmark}"
    return ", ".join(str(part) for part in (variant, number, run, asked) if part is not None)


def _row(row: "pd.Series[float]") -> str:
    unit = "" if pd.isna(row["unit"]) else _UNITS.get(str(row["unit"]), f" {row['unit']}")
    interval = "–" if pd.isna(row["low"]) else f"{_number(row['low'])} to {_number(row['high'])}"
    return f"| {row['metric']} | {_what(row)} | {_number(row['value'])}{unit} | {interval} | {row['n']} |"


def tables() -> str:
    """A section per stage."""
    found = pd.read_csv(REFERENCE / "results.csv")
    lines: list[str] = []
    for stage, rows in found.groupby("stage", sort=True):
        lines += ["", f"## {stage}", "", f"`rtlvr run {stage} --profile cpu`", ""]
        lines += ["| metric | variant | value | 95 % interval | n |", "|---|---|---|---|---|"]
        lines += [_row(row) for _, row in rows.iterrows()]
    return "\n".join([BEGIN, *lines, "", END])


def page(text: str) -> str:
    """The page with its tables made anew."""
    return text[: text.index(BEGIN)] + tables() + text[text.index(END) + len(END) :]


if __name__ == "__main__":
    target = HERE / "measured.md"
    target.write_text(page(target.read_text(encoding="utf-8")), encoding="utf-8")
