"""What a policy solves before and after training, sampled and greedy: of held-out problems, or of public benchmarks."""

from pathlib import Path

from rtlvr.evaluate.heldout import Monitor, accuracy, cached_attempt, trial
from rtlvr.evaluate.suite import Suite, by_benchmark
from rtlvr.policy.answer import AnswerFormat
from rtlvr.policy.generate import Sampling
from rtlvr.records import Measurement, Sample
from rtlvr.schema import Evaluation
from rtlvr.seeds import Draw, HeldOut
from rtlvr.stages.context import Context
from rtlvr.stages.suites import suite

_PUBLIC = {"heldout_pass@1": "pass@1", "heldout_greedy": "greedy"}  # their names on a public benchmark
Answers = dict[tuple[str, str], list[Sample]]  # by variant and metric


def modes(evaluation: Evaluation) -> dict[str, tuple[Sampling, int]]:
    """How answers are sampled, and how many to each problem, by the name of the metric; greedily there is but one."""
    sampled = Sampling(evaluation.max_tokens, evaluation.temperature, evaluation.top_p)
    return {
        "heldout_pass@1": (sampled, evaluation.samples),
        "heldout_greedy": (Sampling(evaluation.max_tokens, 0.0), 1),
    }


def tried_on(context: Context, answer: AnswerFormat = "tags", plain: bool = False) -> Suite:
    """What `evaluation.on` names.

    Raises:
        ParameterError: an unknown benchmark.
        StageError: a benchmark is not here.
    """
    evaluation = context.params.evaluation
    return suite(context, HeldOut.FINAL, evaluation.on, evaluation.problems, answer, plain)


def tried(context: Context, variant: str, policy: str | Path, answer: AnswerFormat = "tags") -> Answers:
    """A policy's answers to what `evaluation.on` names, by variant and metric; `base` is also allowed untagged code."""
    asked, seed = tried_on(context, answer, plain=variant == "base"), context.seed(Draw.ATTEMPTS)
    with context.backend(policy) as backend:
        return {
            (variant, metric): cached_attempt(
                context.path(f"{variant}_{metric}.jsonl"), backend, asked, sampling, count, seed, variant
            )
            for metric, (sampling, count) in modes(context.params.evaluation).items()
        }


def watching(context: Context, problems: int, answer: AnswerFormat = "tags") -> Monitor | None:
    """A function that tries a policy on `problems` of what `evaluation.on` names, while it is trained; None for 0."""
    evaluation = context.params.evaluation
    if not problems:
        return None
    watched = suite(context, HeldOut.MONITOR, evaluation.on, problems, answer)
    return trial(watched, evaluation, context.seed(Draw.ATTEMPTS))


def rows_of(context: Context, answers: Answers) -> list[Measurement]:
    """The measurements of these answers: of all problems, and of each public benchmark that they are from."""
    whole = [accuracy(samples, context.name, metric, variant) for (variant, metric), samples in answers.items()]
    parts = [
        accuracy(part, context.name, _PUBLIC[metric], variant, benchmark)
        for (variant, metric), samples in answers.items()
        for benchmark, part in by_benchmark(samples).items()
    ]
    return whole + parts
