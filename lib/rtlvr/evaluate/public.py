"""A model on the public benchmarks: ask, judge by the official testbench, judge beside it, count."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rtlvr.errors import ParameterError, RowError, StageError
from rtlvr.evaluate.answering import Asking, ask
from rtlvr.evaluate.answers import BenchmarkAnswer, beside_tasks
from rtlvr.evaluate.benchmarks import content_digest, folder_of, load_tasks
from rtlvr.evaluate.disagreements import Disagreement, disagreements
from rtlvr.evaluate.official import OfficialOutcome, judge_all
from rtlvr.evaluate.scores import Scored, by_turns, classes, measurements, pass_at, score
from rtlvr.evaluate.task import Task
from rtlvr.policy.answer import system_prompt
from rtlvr.policy.backends import Backend
from rtlvr.records import Measurement, Record, cached, iter_jsonl, write_text
from rtlvr.schema import Benchmarks
from rtlvr.verify import Pool


class CheckedReference(Record):
    """A reference under its own testbench."""

    task_id: str
    passed: bool
    reason: str


@dataclass(frozen=True)
class Score:
    """One benchmark's outcome: `excluded` are tasks whose own reference fails here, with the reason."""

    benchmark: str
    model: str
    tasks: int
    excluded: dict[str, str]
    samples: list[Scored]
    disagreements: list[Disagreement]

    def measurements(self, stage: str) -> list[Measurement]:
        """pass@k and syntax rate in percent, and the share of references that pass."""
        good = 100 * (self.tasks - len(self.excluded)) / self.tasks
        references = Measurement(
            stage=stage, metric="references_pass", benchmark=self.benchmark, value=good, n=self.tasks, unit="%"
        )
        return [*measurements(self.samples, stage, self.benchmark, self.model), references]

    def summary(self) -> dict[str, object]:
        """A row of the notebook's table."""
        passes = {f"pass@{k}, %": round(value, 1) for k, (value, _, _) in pass_at(self.samples).items()}
        compiles = sum(s.compiles for s in self.samples)
        equal = sum(s.verdict == "equivalent" for s in self.samples)
        return {
            "model": self.model,
            "benchmark": self.benchmark,
            "references that pass": f"{self.tasks - len(self.excluded)} of {self.tasks}",
            "tasks asked": len({s.task_id for s in self.samples}),
            "samples": len(self.samples),
            "compile, %": round(100 * compiles / max(1, len(self.samples)), 1),
            **passes,
            "equivalent to the reference, %": round(100 * equal / max(1, len(self.samples)), 1),
        }

    def turns(self) -> list[dict[str, object]]:
        """A row for each number of answers, where samples took several."""
        return [
            {
                "model": self.model,
                "benchmark": self.benchmark,
                "answers to a sample, at most": turn,
                "compile, %": round(100 * sum(row.compiles for row in rows) / len(rows), 1),
                **{
                    f"pass@{k}, % [95 %]": f"{v:.1f} [{low:.1f}, {high:.1f}]"
                    for k, (v, low, high) in pass_at(rows).items()
                },
            }
            for turn, rows in by_turns(self.samples).items()
        ]

    def classes(self) -> dict[str, object]:
        """Samples by class."""
        return {"model": self.model, "benchmark": self.benchmark, **classes(self.samples)}


def available(settings: Benchmarks) -> tuple[list[str], dict[str, str]]:
    """The configured benchmarks that are present, and the others with what to do."""
    found, missing = [], {}
    for name in settings.names:
        try:
            load_tasks(name, folder_of(settings), among=settings.names)
            found.append(name)
        except StageError as error:
            missing[name] = str(error)
    return found, missing


def check_references(tasks: list[Task]) -> list[CheckedReference]:
    """Every reference through its own testbench."""
    outcomes = judge_all([(task, task.reference) for task in tasks])
    return [
        CheckedReference(task_id=t.id, passed=o.passed, reason=o.reason) for t, o in zip(tasks, outcomes, strict=True)
    ]


def asking_of(settings: Benchmarks, seed: int) -> Asking:
    """How tasks are put by these settings."""
    system = system_prompt(settings.system)
    sampling = (settings.samples, settings.temperature, settings.top_p, settings.max_tokens)
    return Asking(*sampling, seed, system, settings.turns)


def worded(tasks: Sequence[Task], settings: Benchmarks) -> list[Task]:
    """The tasks with the prompts that `benchmarks.header` asks for."""
    return [task.model_copy(update={"prompt": task.question(settings.header)}) for task in tasks]


def run_benchmark(
    name: str, settings: Benchmarks, backend: Backend, pool: Pool, folder: Path, seed: int, model: str
) -> Score:
    """References first, then `settings.samples` answers to each task asked; all is kept in `folder` and not made again.

    The names of the files tell the benchmark's text, the model and the sampling, so that none is taken for another's.
    """
    tasks = load_tasks(name, folder_of(settings), among=settings.names)
    name = tasks[0].benchmark  # that of a folder of one's own has no path in it
    asking = asking_of(settings, seed)
    text = content_digest(tasks)
    facts = f"{text} {backend.model} {asking} {settings.problems} {settings.header}"
    key = hashlib.sha256(facts.encode()).hexdigest()[:8]
    references = cached(
        folder / f"{name}_references_{text[:8]}.jsonl", CheckedReference, lambda: check_references(tasks)
    )
    excluded = {r.task_id: r.reason for r in references if not r.passed}
    asked = [task for task in tasks if task.id not in excluded][: settings.problems or None]

    def judged() -> list[Scored]:
        answers = ask(worded(asked, settings), asking, backend, folder / f"{name}_samples.jsonl")
        return score(beside_tasks(asked, answers), pool)

    rows = cached(folder / f"{name}_scored_{key}.jsonl", Scored, judged)
    odd = cached(folder / f"{name}_disagreements_{key}.jsonl", Disagreement, lambda: disagreements(asked, rows, pool))
    return Score(name, model, len(tasks), excluded, rows, odd)


def bench(
    benchmark: str,
    root: Path,
    samples: Path | None,
    errata: bool = True,
    pool: Pool | None = None,
    model: str = "",
    out: Path | None = None,
) -> dict[str, object]:
    """What `rtlvr bench` prints: counts, pass@k, classes and every failure, of a samples file or (None) the references.

    `patched` and `not_applied` tell by task what of `rtlvr.evaluate.compat` was applied to upstream's text, and what
    no longer fits it. Without `errata` the score is the original one.

    Args:
        pool: with it, the verifier judges every sample that compiles as well, and disagreements are explained.
        model: whose samples they are.
        out: a folder that gathers tables of several benchmarks and models: `benchmarks.csv`, `disagreements.csv`.

    Raises:
        ParameterError: there is no samples file, it is empty or has a wrong row, or a sample names an unknown task.
        StageError: the benchmark is missing.
    """
    tasks = load_tasks(benchmark, root, errata)
    rows = score(beside_tasks(tasks, _given(samples, tasks)), pool)
    counts = Counter(row.task_id for row in rows)
    odd = disagreements(tasks, rows, pool) if pool else []
    beside = {
        "verifier": dict(Counter(row.verdict for row in rows if row.verdict)),
        "disagreements": [found.model_dump() for found in odd],
    }
    if out:
        model = model if errata else f"{model}, uncorrected"
        scored = measurements(rows, "06_benchmarks", benchmark, model)
        _gather(out / "benchmarks.csv", scored, benchmark=benchmark, variant=model)
        if pool:
            _gather(out / "disagreements.csv", odd, benchmark=benchmark, model=model)
    return {
        "benchmark": benchmark,
        "score": "corrected" if errata else "original",
        "passed": sum(row.passed for row in rows),
        "total": len(rows),
        "tasks": len(tasks),
        "tasks_with_samples": len(counts),
        "samples_per_task": sorted(set(counts.values())),
        "compiled": sum(row.compiles for row in rows),
        **{f"pass@{k}": list(values) for k, values in pass_at(rows).items()},
        **(
            {"after answers": {turn: _counts(then) for turn, then in turns.items()}}
            if (turns := by_turns(rows))
            else {}
        ),
        "classes": classes(rows),
        "failures": [_failure(row) for row in rows if not row.passed],
        "patched": {task.id: "; ".join(task.patches) for task in tasks if task.patches},
        "not_applied": {task.id: "; ".join(task.skipped) for task in tasks if task.skipped},
        **(beside if pool else {}),
    }


def _counts(rows: Sequence[Scored]) -> dict[str, int]:
    return {"passed": sum(row.passed for row in rows), "compiled": sum(row.compiles for row in rows)}


def _given(samples: Path | None, tasks: Sequence[Task]) -> list[BenchmarkAnswer]:
    if samples is None:
        return [BenchmarkAnswer(task_id=task.id, response=task.reference) for task in tasks]
    if not samples.is_file():
        raise ParameterError(f"got no samples file {samples}; `rtlvr sample` writes one")
    try:
        given = list(iter_jsonl(samples, BenchmarkAnswer))
    except RowError as error:
        raise ParameterError(
            f"{error.place}: a line needs task_id and response, both text, and nothing unknown"
        ) from error
    if not given:
        raise ParameterError(f"got no sample in {samples}; needed: JSON lines with task_id and response")
    return given


def _failure(row: Scored) -> dict[str, str]:
    status = OfficialOutcome(row.kind, row.reason).status
    return {"task_id": row.task_id, "status": status, "class": row.kind, "reason": row.reason}


def _gather(path: Path, rows: Sequence[Record], **named: str) -> None:
    """Put `rows`, with the columns `named`, into a CSV file instead of those that it has of that name.

    Raises:
        ParameterError: the file has not these columns.
    """
    new = pd.DataFrame([named | row.model_dump() for row in rows])
    if new.empty and not path.exists():
        return
    if path.exists():
        old = pd.read_csv(path, keep_default_na=False, dtype=dict.fromkeys(named, str))
        if lacking := sorted(set(named) - set(old)):
            raise ParameterError(
                f"got {path} of an earlier version, without the column {lacking[0]}; give another folder for the tables"
            )
        same = (old[list(named)] == pd.Series(named)).all(axis=1)
        new = pd.concat([old[~same], new], ignore_index=True)
    write_text(path, new.to_csv(index=False))
