"""Failures that come from outside: each is a sentence that says what to do, and never a traceback."""

import argparse
import errno
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from rtlvr.command import Command, answer
from rtlvr.doctor import _program, _results
from rtlvr.errors import StageError
from rtlvr.failures import explained_refusal, refusals
from rtlvr.params import load
from rtlvr.paths import NOTEBOOKS, ROOT
from rtlvr.records import Measurement, read_json, read_jsonl, write_jsonl
from rtlvr.stage import open_stage, results, status

ROW = Measurement(stage="00_start_here", metric="check", value=1, n=1)
GOLDEN = "module top_module(input a, output y); assign y = ~a; endmodule\n"


def fails(options: argparse.Namespace) -> int:
    """A command whose every run meets the system's refusal."""
    raise options.error


def told(error: BaseException) -> tuple[int, argparse.ArgumentParser]:
    """What `answer` makes of a command that fails so."""
    parser = argparse.ArgumentParser()
    parser.set_defaults(command=Command("x", "x", lambda _: None, f"{__name__}:fails"), error=error)
    return answer(parser, []), parser


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, __name__, sys.modules[__name__])


def rtlvr(*words: str, cwd: Path | None = None, before: Callable[[], None] | None = None, **variables: str):
    """Run the command as a user does; it must not show a traceback."""
    command = [sys.executable, "-m", "rtlvr", *words]
    environment = {**os.environ, "TQDM_DISABLE": "1", **variables}
    done = subprocess.run(
        command, cwd=cwd, env=environment, preexec_fn=before, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "the disk is full: free some space"),
        (errno.EDQUOT, "your share of the disk is used up"),
        (errno.EFBIG, "ulimit -f"),
        (errno.EROFS, "can only be read"),
        (errno.EACCES, "no permission"),
        (errno.EADDRINUSE, "give another port"),
        (errno.EMFILE, "ulimit -n"),
    ],
)
def test_what_the_system_refuses_is_told(number: int, advice: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(OSError(number, os.strerror(number), "/some/file"))[0] == 2
    said = capsys.readouterr().err
    assert said.startswith("rtlvr: got ") and "/some/file" in said and advice in said and said.count("\n") == 1
    assert len(said.split()) <= 40


def test_faults_of_ours_keep_their_traceback() -> None:
    with pytest.raises(FileNotFoundError):
        told(FileNotFoundError(errno.ENOENT, "No such file or directory", "ours"))
    assert explained_refusal(OSError("no number")) is None


def test_a_port_in_use() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(Exception, match="give another port"),
        refusals(),
    ):
        socket.create_server(taken.getsockname())


@pytest.mark.tools
def test_a_full_disk_leaves_no_half_written_file(tmp_path: Path) -> None:
    words = ["--pairs", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out.jsonl")]
    (tmp_path / "in.jsonl").write_text("{}\n" * 9)
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (64, resource.RLIM_INFINITY))  # noqa: E731
    done = rtlvr("verify", *words, before=limit, PYTHONDONTWRITEBYTECODE="1")
    assert done.returncode == 2 and "ulimit -f" in done.stderr
    code = f"from rtlvr.records import *; from pathlib import Path; write_text(Path({str(tmp_path)!r}, 'x'), 'y' * 99)"
    assert subprocess.run([sys.executable, "-c", code], preexec_fn=limit, capture_output=True, check=False).returncode
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_output_that_cannot_be_written() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "rtlvr", "params"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2 and done.stderr.startswith("rtlvr: got 'No space left on device'")


def test_whoever_reads_the_output_may_go() -> None:
    line = f"'{sys.executable}' -m rtlvr params --page | head -c 5"
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True)
    assert done.stdout == "# Par" and not done.stderr


@pytest.mark.tools
def test_no_icarus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    check = _program("iverilog", "iverilog")
    assert check.state == "missing" and "apt install iverilog" in check.advice
    for name, text in (("g.v", GOLDEN), ("c.v", GOLDEN.replace("~a", "a"))):
        (tmp_path / name).write_text(text)
    done = rtlvr("verify", "g.v", "c.v", cwd=tmp_path, PATH=str(tmp_path))
    assert done.returncode == 2 and "install Icarus Verilog" in done.stderr


def test_ctrl_c_ends_at_once_with_a_sentence(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.v"  # a golden that never comes
    os.mkfifo(pipe)
    begun = subprocess.Popen(
        [sys.executable, "-m", "rtlvr", "verify", "pipe.v", "pipe.v"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    for _ in range(600):
        with suppress(OSError):  # nobody reads it yet
            os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
            break
        time.sleep(0.1)
    begun.send_signal(signal.SIGINT)
    said = begun.communicate(timeout=20)[1]
    assert begun.returncode == 130 and said.strip().startswith("rtlvr: stopped"), said


@pytest.mark.parametrize("damage", [b'{"key": "to', b"\xff\xfe\x00", b""])
def test_a_damaged_file_names_itself_and_the_cure(outputs: Path, damage: bytes) -> None:
    params = load("smoke")
    stage = open_stage("00_start_here", params)
    stage.finish([ROW])
    for name in ("manifest.json", "facts.json", "measurements.jsonl"):
        whole = stage.path(name).read_bytes()
        stage.path(name).write_bytes(damage or b"{")
        with pytest.raises(StageError, match=rf"{name}.*remove the file and run the same command again"):
            assert status(params) and stage.result() and results("smoke").empty
        stage.path(name).unlink()
        assert stage.done == (name == "facts.json"), "without it the stage is made again"
        stage.path(name).write_bytes(whole)
    assert stage.done


def test_a_damaged_key_sets_the_results_aside(outputs: Path) -> None:
    stage = open_stage("00_start_here", load("smoke"))
    stage.finish([ROW])
    stage.path("key").write_bytes(b"\xff\x00")
    assert not open_stage("00_start_here", load("smoke")).done
    assert (outputs / "smoke/.earlier/00_start_here-unknown/manifest.json").exists()


def test_damaged_rows_and_progress_are_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    write_jsonl(path, [ROW])
    path.write_bytes(path.read_bytes() + b"\xff\x00\n")
    with pytest.raises(StageError, match=r"rows\.jsonl:2 is not a Measurement: .*mend the line, or remove the file"):
        read_jsonl(path, Measurement)
    with pytest.raises(StageError, match="is damaged"):
        read_json(path)


def without_permission() -> list[str]:
    """A prefix under which permissions count, also for root."""
    if os.getuid():
        return []
    if not shutil.which("setpriv"):
        pytest.skip("root ignores permissions, and setpriv is not here")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    """A folder that nobody may write to."""
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o555)
    return folder


@pytest.mark.tools
def test_no_permission_to_write_results(locked: Path) -> None:
    prefix = without_permission()
    environment = {**os.environ, "RTLVR_OUTPUTS": str(locked)}
    for words, said in (("doctor", "cannot be written"), ("reproduce --only 00_start_here", "no permission")):
        command = [*prefix, sys.executable, "-m", "rtlvr", *words.split()]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode and said in done.stdout + done.stderr and "RTLVR_OUTPUTS" in done.stdout + done.stderr
        assert "Traceback" not in done.stderr


def test_the_doctor_looks_at_the_disk_of_the_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _results(tmp_path / "new" / "one").state == "ok"
    (tmp_path / "file").touch()
    assert "RTLVR_OUTPUTS" in _results(tmp_path / "file").advice
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 0))
    assert "free 1 GiB" in _results(tmp_path).advice


READ_ONLY = "mount --bind {0} {0} && mount -o remount,ro,bind {0} && "


@pytest.mark.tools
def test_a_read_only_checkout(tmp_path: Path) -> None:
    """The verifier works; a stage says where else its results can go, and goes there."""
    probe = ["unshare", "-m", "sh", "-c", READ_ONLY.format(tmp_path) + "true"]
    if not shutil.which("unshare") or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("no read-only mount can be made here")
    (tmp_path / "g.v").write_text(GOLDEN)
    run = f"'{sys.executable}' -m rtlvr run 00_start_here --profile smoke"
    line = f"{run}; '{sys.executable}' -m rtlvr verify {tmp_path}/g.v {tmp_path}/g.v; cd '{ROOT}'; ./setup.sh"
    environment = {key: value for key, value in os.environ.items() if key != "RTLVR_OUTPUTS"}
    command = ["unshare", "-m", "sh", "-c", READ_ONLY.format(f"'{ROOT}'") + line]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "that disk can only be read" in done.stderr and "RTLVR_OUTPUTS" in done.stderr
    assert "Traceback" not in done.stderr and "equivalent: " in done.stdout
    assert "cannot be written; clone the kit into a folder of yours" in done.stdout


@pytest.mark.tools
def test_names_with_blanks_and_other_letters(tmp_path: Path) -> None:
    """Files, results, and a terminal that has only ASCII."""
    folder = tmp_path / "Prüf stand ñ"
    folder.mkdir()
    (folder / "gül den.v").write_text(GOLDEN)
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for variables in ({}, ascii_only):
        assert rtlvr("verify", "gül den.v", "gül den.v", cwd=folder, **variables).returncode == 0
        assert "which is no file" in rtlvr("verify", "nö.v", "gül den.v", cwd=folder, **variables).stderr
        results_at = str(folder / f"ergebnisse ü {len(variables)}")
        done = rtlvr("run", "00_start_here", "--profile", "smoke", cwd=folder, RTLVR_OUTPUTS=results_at, **variables)
        assert done.returncode == 0, done.stderr


@pytest.mark.notebook
def test_a_notebook_says_it_in_a_sentence(tmp_path: Path) -> None:
    """Papermill shows its own frames; the cell's error is one sentence."""
    (tmp_path / "outputs").touch()
    command = [sys.executable, "-m", "papermill", str(NOTEBOOKS / "00_start_here.ipynb"), str(tmp_path / "out.ipynb")]
    environment = {**os.environ, "RTLVR_OUTPUTS": str(tmp_path / "outputs")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    cell = done.stderr.split("Exception encountered at")[1]
    assert "a file lies where a folder is needed: move the file" in cell and "rtlvr/stage.py" not in cell


def setup_in(folder: Path, *programs: str, **variables: str) -> str:
    """What setup.sh says in a copy of its own, where only these programs and a few of the system's are to be found."""
    tools = folder / "bin"
    tools.mkdir(exist_ok=True)
    for name in ("bash", "dirname", "id", "env", "grep"):
        (tools / name).symlink_to(shutil.which(name) or "")
    for text in programs:
        name, _, body = text.partition(":")
        (tools / name).write_text(f"#!/bin/sh\n{body}\n")
        (tools / name).chmod(0o755)
    shutil.copy(ROOT / "setup.sh", folder)
    environment = {"PATH": str(tools), "HOME": str(folder), **variables}
    done = subprocess.run([folder / "setup.sh"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and not (folder / ".rtlvr-env").exists(), done.stdout
    return done.stdout


def test_setup_with_an_old_python(tmp_path: Path) -> None:
    old = 'python3:[ "$1" = --version ] && echo Python 3.8.10; exit 1'
    assert "got Python 3.8.10; needed: Python 3.11 or newer. Set PYTHON=" in setup_in(tmp_path, old)


def test_setup_without_a_python(tmp_path: Path) -> None:
    assert "got no program python3; needed: Python 3.11 or newer" in setup_in(tmp_path)


def test_setup_without_network(tmp_path: Path) -> None:
    """Pip fails in an environment that could be made."""
    pip = '"-m pip install"*) exit 1 ;;'
    python = 'python3:mkdir=$(command -v mkdir); case "$*" in *\' venv \'*) cp -r "$0".d .venv ;; esac; exit 0'
    (tmp_path / "bin" / "python3.d" / "bin").mkdir(parents=True)
    inner = tmp_path / "bin" / "python3.d" / "bin" / "python"
    inner.write_text(f'#!/bin/sh\ncase "$*" in {pip} esac\n')
    inner.chmod(0o755)
    (tmp_path / "bin" / "cp").symlink_to(shutil.which("cp") or "")
    said = setup_in(tmp_path, python)
    assert "creating .venv" in said and "check network and disk (6 GB), then run the same command: it goes on" in said


def test_setup_where_no_environment_can_be_made(tmp_path: Path) -> None:
    broken = 'python3:case "$*" in *venv*) exit 1 ;; esac; exit 0'
    assert "apt install python3-venv" in setup_in(tmp_path, broken)
