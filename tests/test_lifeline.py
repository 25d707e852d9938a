"""Nobody is left behind: what a process has started ends with it, also when it is killed."""

import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from rtlvr import lifeline
from rtlvr.params import load
from rtlvr.pipeline import PLANS
from rtlvr.stage import Stage

pytestmark = [
    pytest.mark.tools,
    pytest.mark.alone,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ends every kind of child"),
]
MARK = "RTLVR_TEST_MARK"
PATIENCE = 6.0  # seconds; a Jupyter kernel looks for its parent once in a second, a spawned process first imports
PARENTS = Path(__file__).with_name("parents.py")


class Killed:
    """A process with a mark that all its descendants inherit, except tools, which are known by pid and by session."""

    def __init__(self, *command: str, **environment: str) -> None:
        self._mark = uuid.uuid4().hex
        environment = {**os.environ, **environment, MARK: self._mark}
        self._process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        self.family: set[psutil.Process] = set()

    def grow(self, family: int, patience: float = 60.0) -> None:
        """Wait until it has `family` descendants."""
        ends = time.monotonic() + patience
        while len(psutil.Process(self._process.pid).children(recursive=True)) < family:
            assert time.monotonic() < ends, f"it never had {family} descendants"
            time.sleep(0.02)

    def ended(self) -> bool:
        """Whether it has ended well by itself."""
        return self._process.poll() == 0

    def kill(self) -> None:
        """Kill the process, and nothing else, having noted who descends from it."""
        with suppress(psutil.NoSuchProcess):
            self.family |= set(psutil.Process(self._process.pid).children(recursive=True))
        assert self._process.poll() is None, f"it ended by itself with {self._process.returncode}"
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def left(self, patience: float = PATIENCE) -> list[str]:
        """Who still lives after at most `patience` seconds; they are ended then."""
        sessions, ends = {process.pid for process in self.family}, time.monotonic() + patience
        while True:
            living = [p for p in psutil.process_iter() if self._lives(p, sessions)]
            if not living or time.monotonic() > ends:
                break
            time.sleep(0.1)
        told = [_told(process) for process in living]
        for process in living:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        return told

    def _lives(self, process: psutil.Process, sessions: set[int]) -> bool:
        """Whether a process is ours and no zombie: those nobody waits for stay until the system's first process does."""
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            ours = process in self.family or os.getsid(process.pid) in sessions
            return ours or process.environ().get(MARK) == self._mark
        except (psutil.Error, OSError):
            return False


def _told(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return f"{process.pid} {' '.join(process.cmdline())[:120]}"
    return f"{process.pid}"


def kills(begin: Callable[[], Killed], family: int, spans: Sequence[tuple[float, float]]) -> None:
    """For each span: begin, wait until `family` descend from it, kill it at a moment in the span, let nobody be left."""
    for span in spans:
        one, delay = begin(), random.SystemRandom().uniform(*span)
        one.grow(family)
        time.sleep(delay)
        one.kill()
        left = one.left()
        assert not left, f"left of {len(one.family)} after a kill {delay:.2f} s after there were {family}: {left}"


def test_a_group_and_a_single_process_end_with_their_parent() -> None:
    code = (
        "import sys, time; from rtlvr import lifeline\n"
        "lifeline.start(['sh', '-c', 'sleep 1000 & sleep 1000'], process_group=0, env={})\n"
        "lifeline.start(['sleep', '1000'])\n"
        "time.sleep(1000)"
    )
    kills(lambda: Killed(sys.executable, "-c", code), 4, [(0, 0.2)])


def test_a_child_outlives_the_thread_that_started_it() -> None:
    with ThreadPoolExecutor(1) as threads:
        child = threads.submit(lifeline.start, ["sleep", "1000"]).result()
    time.sleep(0.3)
    assert child.poll() is None
    child.kill()
    child.wait()


def test_run_gives_what_a_program_said() -> None:
    done = lifeline.run(["sh", "-c", "echo out; echo err >&2; exit 3"])
    assert (done.stdout, done.stderr, done.returncode) == ("out\n", "err\n", 3)
    with pytest.raises(subprocess.TimeoutExpired):
        lifeline.run(["sleep", "1000"], timeout=0.2)


def test_a_launched_process_ends_with_its_launcher() -> None:
    """As `accelerate launch` starts `rtlvr run 05_rl`: without a lifeline of ours."""
    child = "from rtlvr import lifeline; lifeline.follow_launcher(); lifeline.run(['sleep', '1000'])"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    kills(lambda: Killed(sys.executable, "-c", code, LOCAL_RANK="0"), 2, [(0, 0.2)])


def test_a_killed_pool_leaves_no_worker_and_no_tool() -> None:
    """Descendants: two workers, and a Yosys child, ABC or a simulator."""
    kills(lambda: Killed(sys.executable, str(PARENTS), "pool"), 3, [(0, 0.1), (0, 1), (0, 4)])


def test_killed_processes_leave_no_worker() -> None:
    """Descendants: Python's resource tracker, two processes, a worker and a tool."""
    kills(lambda: Killed(sys.executable, str(PARENTS), "nested"), 5, [(0, 0.1), (0, 4)])


def test_a_killed_study_leaves_no_run(tmp_path: Path) -> None:
    """Descendants: Python's resource tracker and two runs, killed as they start or at work."""
    kills(lambda: Killed(sys.executable, str(PARENTS), "study", str(tmp_path)), 3, [(0, 3), (4, 12)])


def test_a_killed_reproduction_leaves_no_kernel_and_no_worker(tmp_path: Path) -> None:
    """Descendants: papermill, a kernel, and in the end its workers and their tools."""
    command = [sys.executable, "-m", "rtlvr", "reproduce", "--profile", "smoke"]
    for family, span in ((1, (0, 1)), (2, (0, 2)), (3, (0, 1)), (4, (0, 4))):
        kills(lambda: Killed(*command, RTLVR_OUTPUTS=str(tmp_path)), family, [span])


@pytest.mark.timeout(1200)
def test_each_stage_leaves_nobody_and_goes_on_after_a_kill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stage by stage, on what the ones before have made: killed at a random moment of its work, then run to its end."""
    monkeypatch.setenv("RTLVR_OUTPUTS", str(tmp_path))
    params = load("smoke", {"rl_study.seeds": 1})
    for name in PLANS:
        command = [sys.executable, "-m", "rtlvr", "run", name, "--profile", "smoke", "--set", "rl_study.seeds=1"]
        begun = tmp_path / "smoke" / name / "key"
        one, ends = Killed(*command), time.monotonic() + 60
        while not begun.exists():  # imports come first, and have no children
            assert time.monotonic() < ends, f"{name} never began"
            time.sleep(0.02)
        time.sleep(random.SystemRandom().uniform(0, 4))
        if not one.ended():
            one.kill()
        left = one.left()
        assert not left, f"left of {name}: {left}"
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0 and Stage(name, params).done, f"{name}: {done.stdout[-1000:]}{done.stderr[-2000:]}"
