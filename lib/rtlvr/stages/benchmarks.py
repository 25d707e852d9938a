"""Stage 06: the policies on held-out designs, and a model on the public benchmarks (paper §4.1)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rtlvr.evaluate.heldout import cached_attempt, pass_at
from rtlvr.evaluate.public import Score, available, run_benchmark, size
from rtlvr.policy.backends import chosen
from rtlvr.policy.generate import Sampling
from rtlvr.policy.model import load_policy, load_tokenizer
from rtlvr.records import Measurement, Sample, put, read_jsonl
from rtlvr.seeds import Draw
from rtlvr.stage import Result
from rtlvr.stages.context import Context

_KS = (1, 5, 10)


@dataclass(frozen=True)
class BenchmarkScores:
    """What a model scored, by benchmark, and the benchmarks that are not here, with what to do."""

    model: str
    scores: list[Score]
    missing: dict[str, str]

    def summary(self) -> pd.DataFrame:
        """A row per benchmark: references, samples, pass@k."""
        return pd.DataFrame([score.summary() for score in self.scores])

    def classes(self) -> pd.DataFrame:
        """A row per benchmark: samples by class."""
        return pd.DataFrame([score.classes() for score in self.scores])

    def disagreements(self) -> pd.DataFrame:
        """Where testbench and verifier say otherwise."""
        rows = ({"benchmark": s.benchmark, **one.model_dump()} for s in self.scores for one in s.disagreements)
        return pd.DataFrame(rows).drop(columns=["official_reason", "verifier_reason"], errors="ignore")

    @property
    def samples(self) -> int:
        """Samples of all benchmarks."""
        return sum(len(score.samples) for score in self.scores)


def policies(context: Context) -> dict[str, Path]:
    """The folders of the trained policies."""
    return {"sft": context.upstream("04_sft") / "policy", "rl": context.upstream("05_rl") / "policy"}


def earlier_answers(context: Context) -> pd.DataFrame:
    """Each held-out answer that stages 04 and 05 have judged: policy, family, status, reward; none of a named model."""
    columns = ["policy", "family", "status", "solved"]
    if context.params.benchmarks.model:
        return pd.DataFrame(columns=columns)
    files = {
        "sft": context.upstream("04_sft") / "sft_heldout_pass@1.jsonl",
        "rl": context.upstream("05_rl") / "rl_heldout_pass@1.jsonl",
    }
    rows = [
        (policy, sample.problem.rsplit("-", 1)[0], sample.status, sample.reward)
        for policy, file in files.items()
        for sample in read_jsonl(file, Sample)
    ]
    return pd.DataFrame(rows, columns=columns)


def by_family(answers: pd.DataFrame) -> pd.DataFrame:
    """Percent solved, a column for each family and a row for each policy."""
    if answers.empty:
        return answers
    table = answers.pivot_table(index="family", columns="policy", values="solved").mul(100).round(0)
    return table[["sft", "rl"]].sort_values("sft").T


def by_status(answers: pd.DataFrame) -> pd.DataFrame:
    """Percent of the answers with each status, a row for each policy."""
    if answers.empty:
        return answers
    return pd.crosstab(answers["policy"], answers["status"], normalize="index").mul(100).round(1).loc[["sft", "rl"]]


def heldout(context: Context) -> list[Measurement]:
    """pass@k of the model on held-out designs, several answers to each: of both policies where none is named."""
    settings, rows = context.params.benchmarks, list[Measurement]()
    problems = context.heldout()[: settings.heldout_problems]
    sampling = Sampling(context.params.evaluation.max_tokens, settings.temperature, settings.top_p)
    named = context.params.benchmarks.model
    if named and settings.backend != "transformers":
        return rows
    for name, folder in ({named: named} if named else policies(context)).items():
        samples = cached_attempt(
            context.path(f"heldout_{_file(name)}.jsonl"), load_policy(folder), load_tokenizer(folder), problems, sampling,
            context.verifier, context.stimuli, samples=settings.samples, seed=context.seed(Draw.PASS_AT_K),
        )  # fmt: skip
        wanted = (k for k in _KS if k <= settings.samples)
        rows = put(rows, [pass_at(k, samples, context.name, f"held-out:{name}") for k in wanted])
    return rows


def _file(name: str) -> str:
    return re.sub(r"[^\w.-]", "_", name)


def public(context: Context) -> BenchmarkScores:
    """The configured model, or the policy of stage 05, on the public benchmarks that are here."""
    settings = context.params.benchmarks
    found, missing = available(settings)
    model = settings.model or own_policy(context)
    where: str | Path = settings.model or policies(context)["rl"]
    backend = chosen(settings.backend, where, settings.base_url, settings.api_key_env)
    seed = context.seed(Draw.BENCHMARKS)
    scores = [run_benchmark(name, settings, backend, context.prover, context.folder, seed) for name in found]
    return BenchmarkScores(model, scores, missing)


def own_policy(context: Context) -> str:
    """What the policy of stage 05 is called in figures."""
    small = context.params.profile in ("smoke", "cpu")
    return "small policy (RL)" if small else "our policy (RL)"


def finish(context: Context, own: Sequence[Measurement], scored: BenchmarkScores) -> Result:
    """Write the measurements."""
    rows = put(own, [row for score in scored.scores for row in score.measurements(context.name, scored.model)])
    if not context.params.benchmarks.model:
        rows = put(rows, [size(context.name, scored.model, policies(context)["rl"])])
    return context.finish(rows)


def run(context: Context) -> Result:
    """The whole stage."""
    return finish(context, heldout(context), public(context))
