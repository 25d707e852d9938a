"""A policy on the public benchmarks: ask, judge by the official testbench, count."""

from dataclasses import dataclass
from pathlib import Path

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rtlvr.errors import StageError
from rtlvr.evaluate.benchmarks import Task, folder_of, load_tasks
from rtlvr.evaluate.generate import Sampling, complete_texts
from rtlvr.evaluate.heldout import pass_at
from rtlvr.evaluate.official import Outcome, extract, judge_all
from rtlvr.params import Benchmarks
from rtlvr.records import Measurement, Record, Sample, read_jsonl, write_jsonl
from rtlvr.train.policy import chat


class Reference(Record):
    """A reference under its own testbench."""

    task_id: str
    passed: bool
    reason: str


@dataclass(frozen=True)
class Score:
    """One benchmark's outcome: `excluded` are tasks whose own reference fails here, with the reason."""

    benchmark: str
    tasks: int
    excluded: dict[str, str]
    samples: list[Sample]

    def measurements(self, stage: str, model: str) -> list[Measurement]:
        """pass@1 and pass@5 (percent) and the share of references that pass."""
        variant = f"{self.benchmark}:{model}"
        per_task = len(self.samples) // max(1, len({s.problem for s in self.samples}))
        rows = [pass_at(k, self.samples, stage, variant) for k in (1, 5) if k <= per_task]
        good = 100 * (self.tasks - len(self.excluded)) / self.tasks
        references = Measurement(
            stage=stage, metric="references_pass", variant=self.benchmark, value=good, n=self.tasks, unit="%"
        )
        return [*rows, references]

    def summary(self) -> dict[str, object]:
        """A row of the notebook's table."""
        first = pass_at(1, self.samples, "", "")
        return {
            "benchmark": self.benchmark,
            "references that pass": f"{self.tasks - len(self.excluded)} of {self.tasks}",
            "tasks asked": len({s.problem for s in self.samples}),
            "samples": len(self.samples),
            "compile": sum(s.status != "invalid" for s in self.samples),
            "pass@1, %": round(first.value, 1),
        }


def size(stage: str, model: str, policy: PreTrainedModel) -> Measurement:
    """The policy's size in billions of parameters, which the figure of pass rate against size needs."""
    billions = sum(p.numel() for p in policy.parameters()) / 1e9
    return Measurement(stage=stage, metric="params_b", variant=model, value=billions, n=1, unit="billion")


def available(settings: Benchmarks) -> tuple[list[str], dict[str, str]]:
    """The configured benchmarks that are present, and the others with what to do."""
    found, missing = [], {}
    for name in settings.names:
        try:
            load_tasks(name, folder_of(settings))
            found.append(name)
        except StageError as error:
            missing[name] = str(error)
    return found, missing


def check_references(tasks: list[Task]) -> list[Reference]:
    """Every reference through its own testbench."""
    outcomes = judge_all([(task, task.reference) for task in tasks])
    return [Reference(task_id=t.id, passed=o.passed, reason=o.reason) for t, o in zip(tasks, outcomes, strict=True)]


def run_benchmark(
    name: str, settings: Benchmarks, policy: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, folder: Path
) -> Score:
    """References first, then `settings.samples` answers to each task asked; both are kept in `folder` and not made again."""
    tasks = load_tasks(name, folder_of(settings))
    checked = folder / f"{name}_references.jsonl"
    if not checked.exists():
        write_jsonl(checked, check_references(tasks))
    excluded = {r.task_id: r.reason for r in read_jsonl(checked, Reference) if not r.passed}
    asked = [task for task in tasks if task.id not in excluded][: settings.problems or None]
    path = folder / f"{name}_samples.jsonl"
    if not path.exists():
        write_jsonl(path, _attempt(asked, settings, policy, tokenizer))
    return Score(name, len(tasks), excluded, read_jsonl(path, Sample))


def _attempt(
    tasks: list[Task], settings: Benchmarks, policy: PreTrainedModel, tokenizer: PreTrainedTokenizerBase
) -> list[Sample]:
    asked = [task for task in tasks for _ in range(settings.samples)]
    sampling = Sampling(settings.max_tokens, settings.temperature, settings.top_p)
    answers = complete_texts(policy, tokenizer, [chat(task.prompt) for task in asked], sampling, seed=3)
    codes = [extract(task, text) for task, (text, _, _) in zip(asked, answers, strict=True)]
    outcomes = judge_all(list(zip(asked, codes, strict=True)))
    rows = zip(asked, answers, outcomes, strict=True)
    return [_sample(task, text, tokens, cut, outcome) for task, (text, tokens, cut), outcome in rows]


def _sample(task: Task, text: str, tokens: int, cut: bool, outcome: Outcome) -> Sample:
    return Sample(
        problem=task.id,
        variant=task.benchmark,
        response=text,
        tokens=tokens,
        truncated=cut,
        reward=float(outcome.passed),
        status=outcome.status,
        reason=outcome.reason,
    )
