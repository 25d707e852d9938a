"""What an official testbench does not look at: its reference, spoilt in one known place, that still passes.

A probe is a wrapper around the reference with one input tied or inverted, or one output stuck or inverted, or a module
that drives nothing. One that the verifier tells from the reference, and that the testbench passes all the same, names a
blind spot: "with input reset tied to 1" says that the testbench never leaves reset.

`python -m rtlvr.evaluate.probes --root benchmarks --out FILE.csv` probes all benchmarks.
"""

import argparse
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from rtlvr.errors import DesignError
from rtlvr.evaluate.benchmarks import NAMES, Task, load_tasks
from rtlvr.evaluate.official import LIMITS, judge_all
from rtlvr.hdl.circuit import Circuit, Port
from rtlvr.records import write_text
from rtlvr.verify import Pool, Stimuli, verify_many
from rtlvr.verify.verdict import Limits

EMPTY = "as an empty module"
_OTHER_EDGE = re.compile(r"with input \w*cl(?:oc)?k\w* inverted", re.IGNORECASE)
_SPOILT_INPUTS = {"tied to 0": "'0", "tied to 1": "'1", "inverted": "~{}"}
_SPOILT_OUTPUTS = {"stuck at 0": "'0", "stuck at 1": "'1", "inverted": "~{}"}


def blind_spots(tasks: Sequence[Task], pool: Pool, limits: Limits = LIMITS) -> dict[str, tuple[str, ...]]:
    """By task, the probes that pass its testbench though they are wrong; tasks without one are left out.

    Left out as well: tasks whose reference cannot be analysed, or does not pass in a wrapper that spoils nothing.

    Raises:
        InfrastructureError: our own tools failed.
    """
    made = [
        (task, label, code)
        for task, found in zip(tasks, pool.map(_of(pool), tasks), strict=True)
        for label, code in found
    ]
    outcomes = judge_all([(task, code) for task, _, code in made], pool.jobs, limits)
    passing = [probe for probe, outcome in zip(made, outcomes, strict=True) if outcome.passed]
    sound = {task.id for task, label, _ in passing if not label}
    suspects = [probe for probe in passing if probe[1] and probe[0].id in sound]
    verdicts = verify_many([(t.reference, c, t.top, t.top) for t, _, c in suspects], pool.jobs, progress=False)
    found: dict[str, tuple[str, ...]] = {}
    for (task, label, _), verdict in zip(suspects, verdicts, strict=True):
        if verdict.status == "inequivalent":
            found[task.id] = (*found.get(task.id, ()), label)
    return found


def _of(pool: Pool):
    def made(task: Task) -> list[tuple[str, str]]:
        try:
            circuit = pool.inspect(task.reference, Stimuli(), task.top)
        except DesignError:  # delays, say: there are no probes of it
            return []
        return list(probes(task, circuit))

    return made


def probes(task: Task, circuit: Circuit) -> Iterator[tuple[str, str]]:
    """(label, code) of the probes of a task; first a wrapper that spoils nothing, with an empty label."""
    yield "", _wrapped(task, circuit, {})
    yield EMPTY, f"module {task.top}({_ports(circuit)});\nendmodule\n"
    for ports, ways in ((circuit.inputs, _SPOILT_INPUTS), (circuit.outputs, _SPOILT_OUTPUTS)):
        for port in ports:
            for how, value in ways.items():
                yield f"with {port.direction} {port.name} {how}", _wrapped(task, circuit, {port.name: value})


def _wrapped(task: Task, circuit: Circuit, spoilt: dict[str, str]) -> str:
    """The reference inside a module of its own name; `spoilt` gives a port's value, with {} for what it would be."""
    inner, ports = f"{task.top}_as_it_is", (*circuit.inputs, *circuit.outputs)
    lines = [f"wire {_width(p)}w_{p.name};" for p in ports]
    lines += [f"assign w_{p.name} = {spoilt.get(p.name, '{}').format(p.name)};" for p in circuit.inputs]
    lines += [f"assign {p.name} = {spoilt.get(p.name, '{}').format('w_' + p.name)};" for p in circuit.outputs]
    connected = ", ".join(f".{p.name}(w_{p.name})" for p in ports)
    body = "\n".join([*lines, f"{inner} whole({connected});"])
    reference = re.sub(rf"\b{re.escape(task.top)}\b", inner, task.reference)
    return f"{reference}\nmodule {task.top}({_ports(circuit)});\n{body}\nendmodule\n"


def _ports(circuit: Circuit) -> str:
    """In the order of declaration: some testbenches connect by position."""
    return ", ".join(f"{port.direction} {_width(port)}{port.name}" for port in circuit.ports)


def _width(port: Port) -> str:
    return f"[{port.width - 1}:0] " if port.width > 1 else ""


def table(name: str, root: Path, pool: Pool, limits: Limits = LIMITS) -> pd.DataFrame:
    """A row per task of benchmark `name` that has blind spots; `tasks` is how many it has in all.

    `beyond_edge`: it passes more than the clock's other edge; `empty`: it passes an empty module.
    """
    tasks = load_tasks(name, root)
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


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path("benchmarks"))
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    pool, limits, found = Pool(), LIMITS.model_copy(update={"cpu_seconds": 5}), []
    for name in NAMES:
        found.append(table(name, options.root, pool, limits))
        print(f"{name}: {len(found[-1])} tasks with blind spots, {found[-1]['empty'].sum()} pass an empty module")
    write_text(options.out, pd.concat(found, ignore_index=True).to_csv(index=False))


if __name__ == "__main__":
    main()
