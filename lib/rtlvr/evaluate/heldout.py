"""A policy on specifications: sample, judge, count."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rtlvr.evaluate.passk import counted, interval
from rtlvr.evaluate.suite import Question, Suite
from rtlvr.llm.transcript import Reply, Request
from rtlvr.params import Evaluation
from rtlvr.policy.backends import Backend, Loaded
from rtlvr.policy.generate import Sampling
from rtlvr.policy.replies import cut, replies_to, spread, text_of
from rtlvr.records import Measurement, Problem, Sample, Triple, cached
from rtlvr.reward.equivalence import Judgement

Monitor = Callable[[PreTrainedModel, PreTrainedTokenizerBase], float]  # the share of a suite that a policy solves


def attempt(
    backend: Backend,
    suite: Suite,
    sampling: Sampling,
    samples: int = 1,
    seed: int = 0,
    variant: str = "",
    record: Path | None = None,
) -> list[Sample]:
    """Ask each question of a suite `samples` times and judge every answer; all answers to the first question come first.

    Args:
        seed: of the first answer to each question; the others follow it.
        record: a file that keeps the replies as they come; see `rtlvr.policy.replies`.

    Raises:
        InfrastructureError: the backend or a tool failed; never scored as a wrong answer.
    """
    questions = suite.questions
    requests = [_request(question, backend.model, sampling, seed) for question in questions]
    asked = spread(requests, [question.id for question in questions], samples)
    replies = replies_to(asked, backend, record)
    repeated = [question for question in questions for _ in range(samples)]
    judged = suite.judge(repeated, replies)
    rows = zip(repeated, replies, judged, strict=True)
    return [_sample(question, variant, reply, judgement) for question, reply, judgement in rows]


def _request(question: Question, model: str, sampling: Sampling, seed: int) -> Request:
    return Request(
        model=model,
        system=question.system,
        user=question.prompt,
        temperature=sampling.temperature,
        top_p=sampling.top_p,
        max_tokens=sampling.max_tokens,
        seed=seed,
    )


def _sample(question: Question, variant: str, reply: Reply, judged: Judgement) -> Sample:
    return Sample(
        problem=question.id,
        variant=variant,
        response=text_of(reply),
        tokens=reply.completion_tokens,
        truncated=cut(reply),
        reward=judged.reward,
        status=judged.status,
        reason=judged.reason,
        cause=judged.cause,
    )


def trial(suite: Suite, evaluation: Evaluation, seed: int = 0) -> Monitor:
    """A function that gives a model's share of right answers to a suite: for looking while training."""
    sampling = Sampling(evaluation.max_tokens, evaluation.temperature, evaluation.top_p)

    def share(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> float:
        samples = attempt(Loaded(model, tokenizer), suite, sampling, evaluation.samples, seed)
        return sum(sample.reward for sample in samples) / max(1, len(samples))

    return share


def cached_attempt(
    path: Path,
    backend: Backend,
    suite: Suite,
    sampling: Sampling,
    samples: int = 1,
    seed: int = 0,
    variant: str = "",
) -> list[Sample]:
    """`attempt`, unless `path` holds its result already; replies are kept beside it until all are judged."""
    record = path.with_suffix(".replies.jsonl")
    found = cached(path, Sample, lambda: attempt(backend, suite, sampling, samples, seed, variant, record))
    record.unlink(missing_ok=True)
    return found


def accuracy(samples: Sequence[Sample], stage: str, metric: str, variant: str) -> Measurement:
    """pass@1 under another metric's name."""
    return pass_at(1, samples, stage, variant).model_copy(update={"metric": metric})


def pass_at(k: int, samples: Sequence[Sample], stage: str, variant: str) -> Measurement:
    """pass@k in percent with its 95 % interval over problems."""
    mean, low, high = interval(counted((s.problem, s.reward == 1) for s in samples), k)
    return Measurement(
        stage=stage,
        metric=f"pass@{k}",
        variant=variant,
        value=100 * mean,
        low=100 * low,
        high=100 * high,
        n=len(samples),
        unit="%",
    )


def solved(samples: Sequence[Sample]) -> dict[str, int]:
    """How often each problem was solved: what the difficulty filters ask (paper §3.1, steps 3 and 5)."""
    counts = Counter({sample.problem: 0 for sample in samples})
    counts.update(sample.problem for sample in samples if sample.reward == 1)
    return dict(counts)


def problems_of(rows: Sequence[Triple]) -> list[Problem]:
    """The specifications of round-trip rows."""
    return [Problem(id=row.id, category=row.category, prompt=row.prompt, golden=row.golden) for row in rows]
