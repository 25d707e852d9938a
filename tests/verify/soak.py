"""Thousands of checks, hostile ones among them: `python tests/verify/soak.py --checks 5000`.

Prints how memory, processes and files stood before and after, and the slowest checks. The parent's and the workers'
resident memory are read after a tenth of the checks (when caches have filled) and at the end.
"""

import argparse
import random
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import psutil
from test_attacks import ATTACKS, GOLDEN, HEAD

from rtlvr.data.corpus import seed_corpus
from rtlvr.hdl.mutate import mutants
from rtlvr.verify import Limits, Pool, Stimuli


@dataclass(frozen=True)
class Report:
    """What a soak found: growth in MB (parent, workers), what was left, and seconds per check."""

    checks: int
    parent_growth: float
    workers_growth: float
    processes_left: int
    files_left: int
    p99: float
    slowest: float


def resident(*processes: psutil.Process) -> float:
    """Resident memory of processes in MB."""
    return sum(process.memory_info().rss for process in processes) / 2**20


def tools() -> set[int]:
    """The simulator, compiler and prover processes there are."""
    names = {"vvp", "ivl", "iverilog", "ivlpp", "yosys-abc"}
    alive = (p for p in psutil.process_iter(["name", "status"]) if p.info["status"] != psutil.STATUS_ZOMBIE)
    return {process.pid for process in alive if process.info["name"] in names}


def scratch_folders() -> set[Path]:
    """The scratch folders there are, ours and those of Python's tempfile."""
    places = (Path("/dev/shm"), Path(tempfile.gettempdir()))
    return {folder for place in places for name in ("rtlvr-*", "tmp*") for folder in place.glob(name)}


def checks(count: int, seed: int = 0):
    """(golden, candidate) pairs: one in twenty hostile, the others mutants, rewrites and copies of the seed corpus."""
    rng, goldens, attacks = random.Random(seed), seed_corpus(), sorted(ATTACKS)
    for index in range(count):
        if index % 20 == 0:
            name = attacks[index // 20 % len(attacks)]
            yield GOLDEN, HEAD + ATTACKS[name] + f"\nendmodule // {index}\nmodule unused_{index}; endmodule\n"
            continue
        code = rng.choice(goldens).code
        mutant = next(mutants(code, rng), None)
        yield code, (mutant.code if mutant and rng.random() < 0.7 else code + f"\nmodule unused_{index}; endmodule\n")


def soak(count: int, jobs: int = 2) -> Report:
    """Run `count` checks in hybrid mode on `jobs` workers."""
    files, running, pool = scratch_folders(), tools(), Pool(jobs, Limits(cpu_seconds=4, wall_seconds=20), "hybrid")
    seconds, marks = [], []

    def work(pair: tuple[str, str]) -> float:
        began = time.perf_counter()
        pool.verify(*pair, Stimuli())
        return time.perf_counter() - began

    def memory() -> tuple[float, float]:
        workers = [psutil.Process(number) for number in pool.workers]
        sizes = [resident(worker, *worker.children(True)) for worker in workers]  # with the tools it keeps running
        return resident(psutil.Process()), max(sizes, default=0.0)

    for part in (count // 10, count - count // 10):
        with ThreadPoolExecutor(jobs) as callers:  # no more than workers, so that nobody's time is spent in a queue
            seconds += callers.map(work, checks(part, seed=part))
        marks.append(memory())
    pool.close()
    ordered = sorted(seconds)
    growth = [after - before for before, after in zip(*marks, strict=True)]
    time.sleep(1)  # what has been killed is gone a moment later
    left = len(tools() - running), len(scratch_folders() - files)
    return Report(count, *growth, *left, ordered[int(0.99 * (count - 1))], ordered[-1])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checks", type=int, default=5000)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    print(soak(options.checks, options.jobs))
