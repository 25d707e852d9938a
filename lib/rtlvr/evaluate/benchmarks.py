"""The public benchmarks, read straight from their upstream layout under one folder.

VerilogEval v1 (JSON lines), v2 (a folder of text files per task set), RTLLM v1.1, v2.0 and v2.1 (a folder per design), NotSoTiny
(`rtlvr.evaluate.notsotiny`), and with the name `folder:PATH` one of the user's own (`rtlvr.evaluate.own`). The kit ships none of
them: `rtlvr fetch` gets pinned revisions. A task holds the prompt, the official testbench and the reference, both with the
patches of `rtlvr.evaluate.compat`; nothing is judged here.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rtlvr.data.decontaminate import Reference
from rtlvr.errors import ParameterError, StageError
from rtlvr.evaluate import notsotiny, own
from rtlvr.evaluate.compat import patched
from rtlvr.evaluate.task import Task
from rtlvr.hdl.source import module_names
from rtlvr.paths import from_profile, model_path
from rtlvr.schema import Benchmarks

_TEXT_LIMIT = 1_000_000  # a design's data files are small; anything larger is not part of the benchmark


def folder_of(settings: Benchmarks) -> Path:
    """The benchmarks' folder; a relative one starts where `rtlvr.paths.home` says."""
    return from_profile(settings.root)


def load_tasks(name: str, root: Path, errata: bool = True, among: Sequence[str] = ()) -> list[Task]:
    """All tasks of benchmark `name` in upstream order; without `errata`, patched for the simulator alone.

    Args:
        among: the benchmarks that are measured together. Two folders of one's own that have one name are then called by the
            folders around them as well.

    Raises:
        ParameterError: unknown name, or one folder is among them twice.
        StageError: its folder is not under `root`.
    """
    return [_patched(task, errata) for task in upstream(name, root, among)]


def upstream(name: str, root: Path, among: Sequence[str] = ()) -> list[Task]:
    """All tasks of benchmark `name` as they were published, without any patch; arguments and errors as for `load_tasks`."""
    folder = _own_folder(name)
    if folder:
        others = [found for other in among if other != name and (found := _own_folder(other))]
        return own.tasks(folder, _label(folder, others))
    if name not in BENCHMARKS:
        raise ParameterError(
            f"got benchmark {name!r}; allowed: {', '.join(BENCHMARKS)}, or {OWN}:PATH for one of your own"
        )
    benchmark = BENCHMARKS[name]
    folder = root / benchmark.folder
    if not folder.is_dir():
        how = benchmark.how or "`rtlvr fetch` or `make benchmarks` fetches it, or give the folder that holds it"
        raise StageError(f"got no folder {folder.absolute()}; {how}")
    tasks = list(benchmark.read(name, folder))
    if not tasks:
        raise StageError(f"got no task of {name} in {folder}; needed: the upstream layout (`rtlvr fetch`)")
    return tasks


def _own_folder(name: str) -> Path | None:
    """The folder of a benchmark of one's own; None for a public one."""
    kind, _, where = name.partition(":")
    return Path(model_path(where)).resolve() if kind == OWN and where else None


def _label(folder: Path, others: Sequence[Path]) -> str:
    """As much of the path as no other one ends in."""
    if folder in others:
        raise ParameterError(f"got the folder {folder} twice among the benchmarks; name it once")
    taken = {ending for other in others for ending in _endings(other)}
    own_endings = _endings(folder)
    return next((ending for ending in own_endings if ending not in taken), own_endings[-1])


def _endings(path: Path) -> list[str]:
    """The path's last part, its last two, and so on, each as one word."""
    parts = path.relative_to(path.anchor).parts
    return ["-".join(parts[-count:]) for count in range(1, len(parts) + 1)] or ["root"]


def content_digest(tasks: list[Task]) -> str:
    """Names what is asked and how it is judged: equal texts of all tasks, equal digests."""
    texts = [(t.id, t.prompt, t.top, t.header, t.testbench, t.reference, sorted(t.files.items())) for t in tasks]
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:16]


def _patched(task: Task, errata: bool) -> Task:
    text = patched(task.benchmark, task.id, task.testbench, task.reference, errata)
    changed = {"testbench": text.testbench, "reference": text.reference}
    return task.model_copy(update=changed | {"patches": text.applied, "skipped": text.skipped})


def references(settings: Benchmarks) -> list[Reference]:
    """The solutions and prompts of all public benchmarks that are here: what training data must not hold."""
    found: list[Reference] = []
    for name in BENCHMARKS:
        with suppress(StageError):  # decontamination is against what there is; the notebook says how much that was
            found += map(reference_of, load_tasks(name, folder_of(settings)))
    return found


def reference_of(task: Task) -> Reference:
    """A task's solution and prompt, as something to keep out of training data."""
    return Reference(name=f"{task.benchmark}/{task.id}", code=task.reference, top=task.top, prompt=task.prompt)


def _verilog_eval_v1(name: str, folder: Path) -> Iterator[Task]:
    kind = name.rpartition("-")[2].capitalize()
    described = {
        row["task_id"]: row["detail_description"]
        for row in _json_lines(folder / "descriptions" / f"VerilogDescription_{kind}.jsonl")
    }
    for row in _json_lines(folder / "data" / f"VerilogEval_{kind}.jsonl"):
        yield Task(
            id=row["task_id"],
            benchmark=name,
            style="verilog-eval",
            prompt=f"{described[row['task_id']].strip()}\n\n{row['prompt'].strip()}\n",
            top="top_module",
            header=row["prompt"],
            testbench=row["test"],
            reference=row["prompt"] + row["canonical_solution"],
        )


def _json_lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())


def _verilog_eval_v2(name: str, folder: Path) -> Iterator[Task]:
    sets = {"spec": "dataset_spec-to-rtl", "complete": "dataset_code-complete-iccad2023"}
    for prompt in sorted((folder / sets[name.rpartition("-")[2]]).glob("*_prompt.txt")):
        stem = prompt.name.removesuffix("_prompt.txt")

        def read(ending: str, at: Path = prompt, stem: str = stem) -> str:
            path = at.with_name(f"{stem}_{ending}")
            return path.read_text(encoding="utf-8") if path.exists() else ""

        reference = read("ref.sv")
        yield Task(
            id=stem,
            benchmark=name,
            style="verilog-eval",
            prompt=read("prompt.txt").strip() + "\n",
            top="TopModule",
            header=read("ifc.txt").strip(),
            testbench=f"{read('test.sv')}\n{reference}",
            reference=re.sub(r"\bRefModule\b", "TopModule", reference),
        )


def _rtllm(name: str, folder: Path) -> Iterator[Task]:
    benches = sorted(folder.rglob("testbench.v"), key=lambda path: path.parent.name.lower())
    for bench in benches:
        design = bench.parent
        text = _text(design / "design_description.txt")
        top = _asked(text, _text(bench), design.name)
        header = _text(design / "prompt.txt").strip()
        verified = next(design.glob("verified_*.v"), None)
        if verified is None:
            raise StageError(f"got no verified_*.v in {design}; needed: the upstream layout (`rtlvr fetch`)")
        yield Task(
            id=design.name,
            benchmark=name,
            style="rtllm",
            prompt=f"{text.strip()}\n\n{header}".strip() + "\n",
            top=top,
            header=header,
            testbench=_text(bench),
            reference=_named(_text(verified), top),
            files={p.name: _text(p) for p in sorted(design.iterdir()) if _is_data(p)},
        )


def _asked(description: str, testbench: str, design: str) -> str:
    """The module to write: the one that the testbench instantiates, of the names that description and folder give."""
    named = re.search(r"module\s+name\s*:\s*(\w+)", description, re.IGNORECASE)
    names = [named.group(1)] if named else []
    return next((n for n in [*names, design] if re.search(rf"^\s*{n}\b", testbench, re.MULTILINE)), design)


def _named(reference: str, top: str) -> str:
    """The reference with the module name that the description asks for: upstream calls it `verified_…`."""
    text = re.sub(r"\bverified_(\w+)", r"\1", reference)
    names = module_names(text)
    if top in names:
        return text
    main = next((n for n in module_names(reference) if n.startswith("verified_")), names[0])
    return re.sub(rf"\b{re.escape(main.removeprefix('verified_'))}\b", top, text)


def _is_data(path: Path) -> bool:
    known = {"testbench.v", "design_description.txt", "prompt.txt", "makefile"}
    return (
        path.is_file()
        and path.suffix in {".txt", ".dat", ".hex", ".mem"}
        and path.name not in known
        and path.stat().st_size <= _TEXT_LIMIT
    )


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


@dataclass(frozen=True)
class Benchmark:
    """A public benchmark: its folder below the benchmarks' root, and what reads it, given its name and that folder.

    `papers`: whether the paper measures it; the kit's runs and studies take those, unless a profile names others.
    `how`: how to get it, where `rtlvr fetch` does not.
    """

    folder: str
    read: Callable[[str, Path], Iterator[Task]]
    papers: bool = False
    how: str = ""


OWN = "folder"  # the word before the colon of a benchmark of the user's own
BENCHMARKS = {
    "verilog-eval-v1-human": Benchmark("verilog-eval-v1", _verilog_eval_v1, papers=True),
    "verilog-eval-v1-machine": Benchmark("verilog-eval-v1", _verilog_eval_v1, papers=True),
    "verilog-eval-v2-spec": Benchmark("verilog-eval-v2", _verilog_eval_v2, papers=True),
    "verilog-eval-v2-complete": Benchmark("verilog-eval-v2", _verilog_eval_v2, papers=True),
    "rtllm-v1.1": Benchmark("rtllm-v1.1", _rtllm, papers=True),
    "rtllm-v2.0": Benchmark("rtllm-v2.0", _rtllm, papers=True),
    "rtllm-v2.1": Benchmark("rtllm-v2.1", _rtllm),
    "notsotiny": Benchmark("notsotiny", notsotiny.tasks, how=notsotiny.HOW),
}
NAMES = tuple(name for name, one in BENCHMARKS.items() if one.papers)
