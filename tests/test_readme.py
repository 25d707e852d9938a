"""The README's tree and files exist."""

import re

from rtlvr.paths import ROOT


def test_the_tree_is_true() -> None:
    text = (ROOT / "README.md").read_text()
    tree = text.split("## What is where")[1].split("##")[0]
    base = ROOT
    for line in tree.splitlines():
        found = re.match(r"^    (  )?(\S+)\s{2,}", line)
        if found:
            base = ROOT / "lib" / "rtlvr" if found.group(1) else ROOT
            assert (base / found.group(2)).exists(), found.group(2)


def test_links_and_pictures_exist() -> None:
    text = (ROOT / "README.md").read_text()
    for path in re.findall(r"\]\(([^)#]+)\)", text) + re.findall(r"`(outputs/reference/[\w.]+)`", text):
        assert (ROOT / path).exists(), path
