"""A policy on specifications: sample, judge, count."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rtlvr.evaluate.passk import counted, interval
from rtlvr.evaluate.suite import Question, Suite
from rtlvr.llm.transcript import Reply
from rtlvr.policy.backends import Backend, Loaded
from rtlvr.policy.generate import Sampling
from rtlvr.policy.replies import asked_of, cut, replies_to, text_of
from rtlvr.records import Measurement, Problem, Sample, Triple, read_jsonl, read_whole_lines, write_jsonl
from rtlvr.reward.equivalence import Judgement
from rtlvr.schema import Evaluation

_PART = 4096  # answers that are asked and judged together
Monitor = Callable[[PreTrainedModel, PreTrainedTokenizerBase], float]  # the share of a suite that a policy solves


def attempt(
    backend: Backend,
    suite: Suite,
    sampling: Sampling,
    samples: int = 1,
    seed: int = 0,
    variant: str = "",
    record: Path | None = None,
    questions: Sequence[Question] | None = None,
) -> list[Sample]:
    """Ask each question of a suite `samples` times and judge every answer; all answers to the first question come first.

    Args:
        seed: of the first answer to each question; the others follow it.
        record: a file that keeps the replies as they come; see `rtlvr.policy.replies`.
        questions: those of the suite that are asked; None: all.

    Raises:
        InfrastructureError: the backend or a tool failed; never scored as a wrong answer.
    """
    questions = suite.questions if questions is None else questions
    put = [(question.id, question.system, question.prompt) for question in questions]
    asked = asked_of(backend.model, put, samples, seed, sampling.max_tokens, sampling.temperature, sampling.top_p)
    replies = replies_to(asked, backend, record)
    repeated = [question for question in questions for _ in range(samples)]
    judged = suite.judge(repeated, replies)
    rows = zip(repeated, replies, judged, strict=True)
    return [_sample(question, variant, reply, judgement) for question, reply, judgement in rows]


def _sample(question: Question, variant: str, reply: Reply, judged: Judgement) -> Sample:
    return Sample(
        problem=question.id,
        benchmark=question.benchmark,
        category=question.category,
        variant=variant,
        response=text_of(reply),
        tokens=reply.completion_tokens,
        truncated=cut(reply),
        reward=judged.reward,
        status=judged.status,
        reason=reply.too_long or judged.reason,
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
    """`attempt`, unless `path` holds its result already; a killed run goes on with the next answer.

    Questions are asked and judged in parts; replies are kept beside `path` until their part is judged, samples until all are.
    """
    if path.exists():
        return read_jsonl(path, Sample)
    part, record = path.with_suffix(".part.jsonl"), path.with_suffix(".replies.jsonl")
    questions, size = suite.questions, max(1, _PART // max(1, samples))
    judged = read_whole_lines(part, Sample)
    done = len(judged) // max(1, size * samples) * size  # a part of which only some rows were written is judged again
    write_jsonl(part, judged[: done * samples])
    for start in range(done, len(questions), size):
        asked = questions[start : start + size]
        rows = attempt(backend, suite, sampling, samples, seed, variant, record, asked)
        with part.open("a", encoding="utf-8") as file:
            file.writelines(row.model_dump_json() + "\n" for row in rows)
        record.unlink(missing_ok=True)
    part.replace(path)
    return read_jsonl(path, Sample)


def accuracy(samples: Sequence[Sample], stage: str, metric: str, variant: str, benchmark: str = "") -> Measurement:
    """pass@1 under another metric's name."""
    return pass_at(1, samples, stage, variant, benchmark).model_copy(update={"metric": metric})


def pass_at(k: int, samples: Sequence[Sample], stage: str, variant: str, benchmark: str = "") -> Measurement:
    """pass@k in percent with its 95 % interval over problems."""
    mean, low, high = interval(counted((s.problem, s.reward == 1) for s in samples), k)
    return Measurement(
        stage=stage,
        metric=f"pass@{k}",
        variant=variant,
        benchmark=benchmark,
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
    return [row.problem for row in rows]
