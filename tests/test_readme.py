"""The README is short, true and runs: its commands can be given, what it prints is what comes out, its links lead somewhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from commands import check

from rtlvr.paths import ROOT

README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.search(r"```console\n(.*?)```", README, re.DOTALL)[1]
INDENTED = re.findall(r"^    ((?:make|papermill|rtlvr|accelerate|pip) .+)$", README, re.MULTILINE)
INLINE = re.findall(r"`((?:make|papermill|rtlvr|accelerate|pip) [^`]+)`", README)


def test_it_is_short() -> None:
    assert README.count("\n") <= 120


def test_no_sentence_is_long() -> None:
    text = re.sub(r"```.*?```|^    .*?$|^\|.*?$", "", README, flags=re.DOTALL | re.MULTILINE)
    for paragraph in re.split(r"\n\s*\n|\n- ", text):
        for sentence in re.split(r"(?<=[.:;?])\s", " ".join(paragraph.split())):
            assert len(sentence.split()) <= 35, sentence


@pytest.mark.parametrize("command", [*INDENTED, *INLINE])
def test_commands_can_be_given(command: str) -> None:
    check(command)


@pytest.mark.tools
def test_what_it_prints_is_what_comes_out(tmp_path: Path) -> None:
    steps = re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", BLOCK, re.MULTILINE)
    assert len(steps) == 5
    for command, output in steps:
        program, *words = command.split()
        if program == "cat":
            (tmp_path / words[0]).write_text(output)
            continue
        done = subprocess.run(
            [sys.executable, "-m", program, *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.stdout == output


def test_the_tree_is_true() -> None:
    tree = (ROOT / "docs" / "architecture.md").read_text().split("## The tree")[1]
    base = ROOT
    for line in tree.splitlines():
        found = re.match(r"^    (  )?(\S+)\s{2,}", line)
        if found:
            base = ROOT / "lib" / "rtlvr" if found.group(1) else ROOT
            assert (base / found.group(2)).exists(), found.group(2)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_exist(page: Path) -> None:
    text = page.read_text()
    for path in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert (page.parent / path).exists(), path
    for path in re.findall(r"`(outputs/reference/[\w.]+)`", text):
        assert (ROOT / path).exists(), path
