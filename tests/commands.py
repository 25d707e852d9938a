"""Commands of the pages, as they stand there: can they be given?"""

import json
import re
import shlex
from pathlib import Path

from rtlvr.cli import parser
from rtlvr.evaluate.benchmarks import BENCHMARKS
from rtlvr.params import assignments, load
from rtlvr.paths import ROOT


def check(command: str | list[str]) -> None:
    """Assert that a command, or its words, can be given: its notebook, its parameters, its arguments, its targets."""
    words = shlex.split(command, comments=True) if isinstance(command, str) else command
    if words[0] == "papermill":
        _papermill(words[1:])
    elif words[0] == "make":
        _make(words[1:])
    elif words[0] in ("rtlvr", "accelerate"):
        _rtlvr(words[words.index("rtlvr") + 1 :])
    else:
        assert words[:2] == ["pip", "install"], f"nobody checks {command!r}"


def _make(words: list[str]) -> None:
    rules = (ROOT / "Makefile").read_text()
    for word in words:
        assert "=" in word or re.search(rf"^{re.escape(word)}:", rules, re.MULTILINE), word


def _papermill(words: list[str]) -> None:
    notebook, out, *rest = words
    assert out == "out.ipynb" and rest[::3] == ["-p"] * (len(rest) // 3) and len(rest) % 3 == 0
    given = dict(zip(rest[1::3], rest[2::3], strict=True))
    assert set(given) <= _parameters(notebook), notebook
    load(given.get("profile", "cpu"), assignments(given.get("set", "")))


def _parameters(notebook: str) -> set[str]:
    """What the notebook's first code cell sets."""
    cells = json.loads((ROOT / "notebooks" / Path(notebook).name).read_text())["cells"]
    first = next("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return set(re.findall(r"^(\w+):", first, re.MULTILINE))


def _rtlvr(words: list[str]) -> None:
    if not words:
        return
    options = parser().parse_args(words)
    if "settings" in options:
        load(options.profile, assignments(options.settings))
    if "benchmark" in options:
        assert options.benchmark.partition(":")[0] in {*BENCHMARKS, "folder"}
