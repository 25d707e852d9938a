"""Fetching: a real git repository, and the text compared with what the kit was measured on."""

import shutil
import subprocess
from pathlib import Path

import pytest

from rtlvr.cli import main
from rtlvr.evaluate import fetch
from rtlvr.evaluate.benchmarks import NAMES, load_tasks
from rtlvr.evaluate.compat import PATCHES
from rtlvr.evaluate.fetch import CONTENT, SOURCES, Repository, content


def repository(folder: Path, files: Path) -> str:
    """A git repository with a copy of `files`; its commit."""
    shutil.copytree(files, folder)
    git = ["git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@t"]
    for step in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "files"]):
        subprocess.run([*git, *step], check=True)
    return subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()


def test_the_texts_here_are_those_that_were_measured(benchmarks: Path) -> None:
    found = content(benchmarks)
    assert all("the text that the kit was measured on" in found[name][1] for name in NAMES), found
    assert not any(other for other, _ in found.values())
    assert set(CONTENT) == set(NAMES)


def test_every_source_but_one_is_a_commit() -> None:
    branches = [source.folder for source in SOURCES if len(source.revision) != 40]
    assert branches == ["rtllm-v1.1"]
    assert "rtllm-v1.1" in CONTENT


def test_a_newer_version_in_the_same_layout(
    benchmarks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """RTLLM v2.1 is read like v2.0, and takes its patches where the text is the same."""
    commit, root = repository(tmp_path / "upstream", benchmarks / "rtllm-v2.0"), tmp_path / "here"
    monkeypatch.setattr(fetch, "SOURCES", (Repository("rtllm-v2.1", str(tmp_path / "upstream"), commit),))
    monkeypatch.setattr("sys.argv", ["rtlvr", "fetch", "--root", str(root)])
    assert main() == 0
    assert "50 tasks; this benchmark was not measured" in capsys.readouterr().out
    tasks = {task.id: task for task in load_tasks("rtllm-v2.1", root)}
    patched = {name for name, task in tasks.items() if task.patches}
    assert patched == {task for patch in PATCHES for benchmark, task in patch.tasks if benchmark == "rtllm-v2.0"}
    assert main() == 0  # there already


def test_another_text_is_told(
    benchmarks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "changed"
    shutil.copytree(benchmarks / "rtllm-v1.1", copy)
    bench = sorted(copy.rglob("testbench.v"))[0]
    bench.chmod(0o644)
    bench.write_text(bench.read_text() + "// moved on\n")
    commit = repository(tmp_path / "upstream", copy)
    monkeypatch.setattr(fetch, "SOURCES", (Repository("rtllm-v1.1", str(tmp_path / "upstream"), commit),))
    monkeypatch.setattr("sys.argv", ["rtlvr", "fetch", "--root", str(tmp_path / "here")])
    assert main() == 1
    assert "NOT what the kit was measured on" in capsys.readouterr().out


def test_a_source_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not fetch.fetch(Repository("x", str(tmp_path / "nowhere"), "main"), tmp_path / "here")
    assert "x:" in capsys.readouterr().err
    assert not (tmp_path / "here" / "x").exists()
