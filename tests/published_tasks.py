"""The public benchmarks' tasks, each benchmark read once for all tests: they only look."""

from functools import cache
from pathlib import Path

from rtlvr.evaluate.benchmarks import load_tasks
from rtlvr.evaluate.task import Task


@cache
def tasks_by_id(root: Path, name: str, errata: bool = True) -> dict[str, Task]:
    """All tasks of a benchmark as the kit judges them (without `errata`: patched for the simulator alone)."""
    return {task.id: task for task in load_tasks(name, root, errata)}
