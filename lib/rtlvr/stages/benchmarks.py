"""Stage 06: models on held-out designs and on the public benchmarks (paper §4.1)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from rtlvr.evaluate.benchmarks import folder_of, load_tasks
from rtlvr.evaluate.heldout import cached_attempt, pass_at
from rtlvr.evaluate.public import Score, available, run_benchmark, worded
from rtlvr.policy.answer import system_prompt
from rtlvr.policy.generate import Sampling
from rtlvr.records import HELDOUT, Measurement, Sample, put, read_jsonl
from rtlvr.seeds import Draw, HeldOut
from rtlvr.stage import Result
from rtlvr.stages.context import Context
from rtlvr.stages.kept_apart import refuse_trained_on
from rtlvr.stages.models import STAGES, MeasuredModel, measured
from rtlvr.stages.suites import suite

_KS = (1, 5, 10)


@dataclass(frozen=True)
class BenchmarkScores:
    """What the models scored, model by model, and the benchmarks that are not here, with what to do."""

    models: list[MeasuredModel]
    scores: list[Score]
    missing: dict[str, str]

    def summary(self) -> pd.DataFrame:
        """A row per model and benchmark: references, samples, pass@k."""
        return pd.DataFrame([score.summary() for score in self.scores])

    def turns(self) -> pd.DataFrame:
        """A row per model, benchmark and number of answers; empty where no sample took a second one."""
        return pd.DataFrame([row for score in self.scores for row in score.turns()])

    def classes(self) -> pd.DataFrame:
        """A row per model and benchmark: samples by class."""
        return pd.DataFrame([score.classes() for score in self.scores])

    def disagreements(self) -> pd.DataFrame:
        """Where testbench and verifier say otherwise."""
        rows = (
            {"model": s.model, "benchmark": s.benchmark, **one.model_dump()}
            for s in self.scores
            for one in s.disagreements
        )
        return pd.DataFrame(rows).drop(columns=["official_reason", "verifier_reason"], errors="ignore")

    @property
    def samples(self) -> int:
        """Samples of all benchmarks."""
        return sum(len(score.samples) for score in self.scores)


def models(context: Context) -> list[tuple[MeasuredModel, float]]:
    """The models of `benchmarks.models`, each with the temperature that it is sampled at."""
    return [(measured(context, name), temperature) for name, temperature in context.params.benchmarks.asked]


def earlier_answers(context: Context) -> pd.DataFrame:
    """Each answer that stages 04 and 05 have judged: policy, family (or benchmark), status, reward; of the policies measured."""
    rows = [
        (model.name, sample.benchmark or sample.category, sample.status, sample.reward)
        for model, _ in models(context)
        if model.own
        for sample in read_jsonl(context.upstream(STAGES[model.name]) / f"{model.name}_heldout_pass@1.jsonl", Sample)
    ]
    return pd.DataFrame(rows, columns=["policy", "family", "status", "solved"])


def by_family(answers: pd.DataFrame) -> pd.DataFrame:
    """Percent solved, a column for each family and a row for each policy."""
    if answers.empty:
        return answers
    table = answers.pivot_table(index="family", columns="policy", values="solved", sort=False).mul(100).round(0)
    return table.sort_values(table.columns[0]).T


def by_status(answers: pd.DataFrame) -> pd.DataFrame:
    """Percent of the answers with each status, a row for each policy."""
    if answers.empty:
        return answers
    order = answers["policy"].unique()
    return pd.crosstab(answers["policy"], answers["status"], normalize="index").mul(100).round(1).loc[order]


def heldout(context: Context) -> list[Measurement]:
    """pass@k of this run's policies on held-out designs, several answers to each."""
    settings, rows = context.params.benchmarks, list[Measurement]()
    own = [(model, temperature) for model, temperature in models(context) if model.own]
    for model, temperature in own if settings.heldout_problems else ():
        designs = suite(context, HeldOut.FINAL, [HELDOUT], settings.heldout_problems)
        path, seed = context.path(f"heldout_{_file(model.name)}.jsonl"), context.seed(Draw.PASS_AT_K)
        sampling = Sampling(context.params.evaluation.max_tokens, temperature, settings.top_p)
        with context.backend(model.where) as backend:
            samples = cached_attempt(path, backend, designs, sampling, settings.samples, seed)
        wanted = (k for k in _KS if k <= settings.samples)
        rows = put(rows, [pass_at(k, samples, context.name, model.name, HELDOUT) for k in wanted])
    return rows


def _file(name: str) -> str:
    return re.sub(r"[^\w.-]", "_", name)


def prompts(context: Context) -> dict[str, str]:
    """How the first task of each benchmark that is here is put: system prompt, and question."""
    settings = context.params.benchmarks
    found, _ = available(settings)
    loaded = {name: load_tasks(name, folder_of(settings), among=settings.names)[:1] for name in found}
    firsts = {name: worded(tasks, settings)[0].prompt for name, tasks in loaded.items()}
    asked = system_prompt(settings.system)
    return {name: f"{asked}\n\n{prompt}" if asked else prompt for name, prompt in firsts.items()}


def public(context: Context) -> BenchmarkScores:
    """The models on the benchmarks that are here.

    Raises:
        StageError: a policy of this run was trained on a task of one of the user's own.
    """
    settings, seed = context.params.benchmarks, context.seed(Draw.BENCHMARKS)
    found, missing = available(settings)
    scores, asked = list[Score](), models(context)
    for model, temperature in asked:
        if model.own:
            refuse_trained_on(context, model.name, found)
        sampled, made = settings.model_copy(update={"temperature": temperature}), (context.prover, context.folder)
        with context.backend(model.where) as backend:
            scores += [run_benchmark(name, sampled, backend, *made, seed, model.label) for name in found]
    return BenchmarkScores([model for model, _ in asked], scores, missing)


def finish(context: Context, own: Sequence[Measurement], scored: BenchmarkScores) -> Result:
    """Write the measurements."""
    rows = list(own)
    for score in scored.scores:  # the references of a benchmark are the same for every model
        rows = put(rows, score.measurements(context.name))
    return context.finish(put(rows, [_size(context.name, one) for one in scored.models if one.billions]))


def _size(stage: str, model: MeasuredModel) -> Measurement:
    """The figure of pass rate against size needs it."""
    return Measurement(
        stage=stage, metric="params_b", variant=model.label, value=model.billions or 0.0, n=1, unit="billion"
    )


def run(context: Context) -> Result:
    """The whole stage."""
    return finish(context, heldout(context), public(context))
