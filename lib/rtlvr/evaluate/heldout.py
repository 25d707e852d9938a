"""A policy on specifications: sample, judge, count."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rtlvr.evaluate.passk import counted, interval
from rtlvr.params import Evaluation
from rtlvr.policy.generate import Sampling, complete_texts
from rtlvr.policy.model import AnswerFormat, chat
from rtlvr.records import Measurement, Problem, Sample, Triple, cached
from rtlvr.reward.equivalence import judge
from rtlvr.verify import Stimuli, Verifier


def attempt(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    problems: Sequence[Problem],
    sampling: Sampling,
    pool: Verifier,
    stimuli: Stimuli,
    samples: int = 1,
    seed: int = 0,
    variant: str = "",
    plain: bool = False,
    answer: AnswerFormat = "tags",
) -> list[Sample]:
    """Sample each problem `samples` times and judge every answer.

    `plain` takes a base model's untagged code block as well; `answer` is what is asked for (`rl.answer`), and `code` takes it too.
    """
    asked = [problem for problem in problems for _ in range(samples)]
    answers = complete_texts(model, tokenizer, [chat(p.prompt, answer, p.system) for p in asked], sampling, seed)
    judged = judge(
        pool,
        stimuli,
        [(p.golden, *p.others) for p in asked],
        [text for text, _, _ in answers],
        plain or answer == "code",
    )
    return [
        Sample(
            problem=p.id,
            variant=variant,
            response=text,
            tokens=tokens,
            truncated=cut,
            reward=j.reward,
            status=j.status,
            reason=j.reason,
            cause=j.cause,
        )
        for p, (text, tokens, cut), j in zip(asked, answers, judged, strict=True)
    ]


def trial(
    problems: Sequence[Problem], evaluation: Evaluation, pool: Verifier, stimuli: Stimuli, answer: AnswerFormat = "tags"
) -> Callable[[PreTrainedModel, PreTrainedTokenizerBase], float]:
    """A function that gives a model's share of right answers to `problems`, one each: for looking while training."""
    sampling = Sampling(evaluation.max_tokens, evaluation.temperature, evaluation.top_p)

    def share(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> float:
        samples = attempt(model, tokenizer, problems, sampling, pool, stimuli, answer=answer)
        return sum(sample.reward for sample in samples) / len(samples)

    return share


def cached_attempt(
    path: Path,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    problems: Sequence[Problem],
    sampling: Sampling,
    pool: Verifier,
    stimuli: Stimuli,
    samples: int = 1,
    seed: int = 0,
    variant: str = "",
    plain: bool = False,
) -> list[Sample]:
    """`attempt`, unless `path` holds its result already (it is written only when whole)."""

    def compute() -> list[Sample]:
        return attempt(model, tokenizer, problems, sampling, pool, stimuli, samples, seed, variant, plain)

    return cached(path, Sample, compute)


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
