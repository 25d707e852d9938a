"""What an official testbench does not look at: its reference, spoilt in one known place, that still passes.

A probe is a wrapper around the reference with one input tied or inverted, or one output stuck or inverted, or a module
that drives nothing. One that the verifier tells from the reference, and that the testbench passes all the same, names a
blind spot: "with input reset tied to 1" says that the testbench never leaves reset.

`rtlvr probes --out FILE.csv` probes all benchmarks.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence

import pandas as pd

from rtlvr.errors import DesignError
from rtlvr.evaluate.benchmarks import NAMES, load_tasks
from rtlvr.evaluate.official import LIMITS, judge_all
from rtlvr.evaluate.task import Task
from rtlvr.hdl.circuit import Circuit, Port
from rtlvr.hdl.rewrite import wrap
from rtlvr.records import write_text
from rtlvr.verify import Pool, Stimuli
from rtlvr.verify.protocol import verdict_of
from rtlvr.verify.verdict import Limits, Verdict

EMPTY = "as an empty module"
_OTHER_EDGE = re.compile(r"with input \w*cl(?:oc)?k\w* inverted", re.IGNORECASE)
_SPOILT_INPUTS = {"tied to 0": "{width}'b0", "tied to 1": "~{width}'b0", "inverted": "~{old}"}
_SPOILT_OUTPUTS = {"stuck at 0": "{width}'b0", "stuck at 1": "~{width}'b0", "inverted": "~{old}"}


def blind_spots(tasks: Sequence[Task], pool: Pool, limits: Limits = LIMITS) -> dict[str, tuple[str, ...]]:
    """By task, the probes that pass its testbench though they are wrong; tasks without one are left out.

    Left out as well: tasks whose reference cannot be analysed, or does not pass in a wrapper that spoils nothing.

    Raises:
        InfrastructureError: our own tools failed.
    """
    found = zip(tasks, pool.map(lambda task: _probes_of(task, pool), tasks), strict=True)
    made = [(task, label, code) for task, probes_ in found for label, code in probes_]
    outcomes = judge_all([(task, code) for task, _, code in made], pool.jobs, limits)
    passing = [probe for probe, outcome in zip(made, outcomes, strict=True) if outcome.passed]
    sound = {task.id for task, label, _ in passing if not label}
    suspects = [probe for probe in passing if probe[1] and probe[0].id in sound]
    verdicts = pool.map(lambda probe: _verdict(probe, pool), suspects)
    spots: dict[str, tuple[str, ...]] = {}
    for (task, label, _), verdict in zip(suspects, verdicts, strict=True):
        if verdict.status == "inequivalent":
            spots[task.id] = (*spots.get(task.id, ()), label)
    return spots


def _verdict(probe: tuple[Task, str, str], pool: Pool) -> Verdict:
    task, _, code = probe
    return verdict_of(pool, (task.reference, code, task.top, task.top))


def _probes_of(task: Task, pool: Pool) -> list[tuple[str, str]]:
    try:
        circuit = pool.inspect(task.reference, Stimuli(), task.top)
    except DesignError:  # delays, say: there are no probes of it
        return []
    return list(probes(task, circuit))


def probes(task: Task, circuit: Circuit) -> Iterator[tuple[str, str]]:
    """(label, code) of the probes of a task; first a wrapper that spoils nothing, with an empty label."""
    ports = ", ".join(f"{port.direction} [{port.width - 1}:0] {port.name}" for port in circuit.ports)
    if (whole := _spoilt(task, circuit)) is None:
        return
    yield "", whole
    yield EMPTY, f"module {task.top}({ports});\nendmodule\n"
    for side, ways in ((circuit.inputs, _SPOILT_INPUTS), (circuit.outputs, _SPOILT_OUTPUTS)):
        for port in side:
            for how, value in ways.items():
                if (spoilt := _spoilt(task, circuit, port, value)) is not None:
                    yield f"with {port.direction} {port.name} {how}", spoilt


def _spoilt(task: Task, circuit: Circuit, spoilt: Port | None = None, value: str = "") -> str | None:
    """The reference in a wrapper whose port `spoilt` has `value`, in which {old} stands for what it would have.

    Its ports keep their order: some testbenches connect by position.
    """

    def change(port: str, old: str) -> str:
        return value.format(old=old, width=spoilt.width) if spoilt and port == spoilt.name else old

    return wrap(task.reference, circuit, output=change, given=lambda port: change(port, port), in_order=True)


def table(name: str, tasks: Sequence[Task], pool: Pool, limits: Limits = LIMITS) -> pd.DataFrame:
    """A row per task of benchmark `name` that has blind spots; the column `tasks` is how many it has in all.

    `beyond_edge`: it passes more than the clock's other edge; `empty`: it passes an empty module.
    """
    rows = [
        {
            "benchmark": name,
            "tasks": len(tasks),
            "task_id": task,
            "beyond_edge": not all(_OTHER_EDGE.fullmatch(spot) for spot in spots),
            "empty": EMPTY in spots,
            "passes": "; ".join(spots),
        }
        for task, spots in blind_spots(tasks, pool, limits).items()
    ]
    return pd.DataFrame(rows, columns=["benchmark", "tasks", "task_id", "beyond_edge", "empty", "passes"])


def run(options: argparse.Namespace) -> int:
    """Probe all benchmarks and write the table; 0."""
    tasks = {name: load_tasks(name, options.root) for name in NAMES}
    pool, limits, found = Pool(), LIMITS.model_copy(update={"cpu_seconds": 5}), []
    for name, some in tasks.items():
        found.append(table(name, some, pool, limits))
        print(f"{name}: {len(found[-1])} tasks with blind spots, {found[-1]['empty'].sum()} pass an empty module")
    write_text(options.out, pd.concat(found, ignore_index=True).to_csv(index=False))
    print(f"blind spots in {options.out}")
    return 0


if __name__ == "__main__":
    from rtlvr.cli import main

    sys.exit(main(["probes", *sys.argv[1:]]))
