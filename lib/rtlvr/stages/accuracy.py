"""What a policy solves of the held-out problems, sampled and greedy: before and after training."""

from collections.abc import Sequence
from pathlib import Path

from rtlvr.evaluate.heldout import accuracy, cached_attempt
from rtlvr.params import Evaluation
from rtlvr.policy.generate import Sampling
from rtlvr.policy.model import load_policy, load_tokenizer
from rtlvr.records import Measurement, Problem, Sample
from rtlvr.seeds import Draw
from rtlvr.stages.context import Context

Answers = dict[tuple[str, str], list[Sample]]  # by variant and metric


def modes(evaluation: Evaluation) -> dict[str, tuple[Sampling, int]]:
    """How answers are sampled, and how many to each problem, by the name of the metric; greedily there is but one."""
    sampled = Sampling(evaluation.max_tokens, evaluation.temperature, evaluation.top_p)
    return {
        "heldout_pass@1": (sampled, evaluation.samples),
        "heldout_greedy": (Sampling(evaluation.max_tokens, 0.0), 1),
    }


def tried(context: Context, variant: str, policy: str | Path, problems: Sequence[Problem]) -> Answers:
    """A policy's answers to the problems, by variant and metric; `base` is also allowed untagged code."""
    model, tokenizer = load_policy(policy), load_tokenizer(policy)
    return {
        (variant, metric): cached_attempt(
            context.path(f"{variant}_{metric}.jsonl"), model, tokenizer, problems, sampling, context.verifier,
            context.stimuli, samples=count, seed=context.seed(Draw.ATTEMPTS), variant=variant, plain=variant == "base",
        )
        for metric, (sampling, count) in modes(context.params.evaluation).items()
    }  # fmt: skip


def rows_of(context: Context, answers: Answers) -> list[Measurement]:
    """The measurements of these answers."""
    return [accuracy(samples, context.name, metric, variant) for (variant, metric), samples in answers.items()]
