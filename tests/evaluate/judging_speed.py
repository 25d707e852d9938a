"""How fast are samples judged? `python tests/evaluate/judging_speed.py`: every reference as many times as there are samples.

Copies differ in a comment, so that none is recognised; with `--alike` they do not, and each is judged once.
"""

import argparse
import os
import time
from pathlib import Path

from rtlvr.evaluate.benchmarks import NAMES, load_tasks
from rtlvr.evaluate.official import judge_all


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--benchmark", choices=NAMES, default="verilog-eval-v2-spec")
    parser.add_argument("--root", type=Path, default=Path("benchmarks"))
    parser.add_argument("--copies", type=int, default=20)
    parser.add_argument("--alike", action="store_true")
    options = parser.parse_args()
    tasks = load_tasks(options.benchmark, options.root)
    endings = ["" if options.alike else f"\n// copy {number}\n" for number in range(options.copies)]
    began = time.perf_counter()
    outcomes = judge_all([(task, task.reference + ending) for task in tasks for ending in endings])
    seconds, passed = time.perf_counter() - began, sum(outcome.passed for outcome in outcomes)
    print(f"{len(outcomes)} samples of {options.benchmark}, {passed} passed: {seconds:.0f} s on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
