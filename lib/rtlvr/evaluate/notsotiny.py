"""NotSoTiny: a module taken out of a Tiny Tapeout project, to be written anew with the rest of the project in view.

Upstream is a dataset on the hub (HPAI-BSC/NotSoTiny-25-12) of JSON lines or Parquet, a row per task: `task_id`, `top_module_name`,
`system_message`, `prompt` (the project, with two marks inside the module that is missing) and `golden_module`. Upstream puts an
answer between the marks and asks Yosys whether both projects are equivalent from the project's top. Here the verifier is
asked the same, so neither Docker nor a testbench is needed; it may say more often that it is so, since it also simulates.

Not judged, and told by name: projects whose own reference the verifier cannot judge (`inout` ports, delays).
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from rtlvr.errors import StageError
from rtlvr.evaluate.parts import parse
from rtlvr.evaluate.task import Task
from rtlvr.extras import need

HOW = (
    "get it with `hf download HPAI-BSC/NotSoTiny-25-12 --repo-type dataset --revision COMMIT --local-dir FOLDER` (it is no git "
    "checkout with its data inside, so `rtlvr fetch` does not); its revision was not pinned here"
)
_PLACE = re.compile(
    r"//\s*>>>\s*Module Implementation Begin.*?//\s*<<<\s*Module Implementation End", re.DOTALL | re.IGNORECASE
)
_COLUMNS = ("task_id", "top_module_name", "system_message", "prompt", "golden_module")


def tasks(name: str, folder: Path) -> Iterator[Task]:
    """The tasks of all files in `folder`, in their order.

    Raises:
        StageError: a row has another layout.
    """
    for path in sorted(p for p in folder.rglob("*") if p.suffix in (".jsonl", ".parquet") and ".git" not in p.parts):
        for number, row in enumerate(_rows(path)):
            if missing := [column for column in _COLUMNS if not isinstance(row.get(column), str)]:
                raise StageError(
                    f"got row {number} of {path} without {', '.join(missing)}; needed: the upstream layout"
                )
            yield _task(name, row, f"row {number} of {path}")


def _rows(path: Path) -> Iterator[dict[str, object]]:
    if path.suffix == ".jsonl":
        with path.open(encoding="utf-8") as file:
            yield from (json.loads(line) for line in file if line.strip())
        return
    need("train")  # brings pyarrow
    from pyarrow import parquet

    for batch in parquet.ParquetFile(path).iter_batches(64):
        yield from batch.to_pylist()


def _task(name: str, row: dict[str, object], where: str) -> Task:
    project, golden = str(row["prompt"]), str(row["golden_module"])
    place = _PLACE.search(project)
    shell = next((d for d in parse(project).definitions if place and d.start < place.start() < d.end), None)
    if shell is None:
        raise StageError(f"got {where} with no marks inside a module; needed: the upstream layout")
    around = project[: shell.start] + project[shell.end :]
    header = project[shell.start : place.start()] if place else ""
    return Task(
        id=str(row["task_id"]),
        benchmark=name,
        style="equivalence",
        prompt=f"{str(row['system_message']).strip()}\n\n{project.strip()}\n",
        top=str(row["top_module_name"]),
        header=header,
        testbench="",
        reference=f"{around}\n{golden}\n",
        missing=shell.name,
        around=around,
    )
