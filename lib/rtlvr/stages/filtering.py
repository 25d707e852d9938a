"""Stage 03: which triples are trained on: difficulty for SFT, equivalence for RL (paper §3.1, steps 3 and 4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rtlvr.data.export import export, push
from rtlvr.data.filters import Filter, FilterQuality, apply, equivalent, filter_quality, in_words, short, unsolved
from rtlvr.data.goldens import drawn
from rtlvr.data.known_truth import KnownTruth, each_of, known_truth
from rtlvr.evaluate.heldout import cached_attempt, problems_of, solved
from rtlvr.evaluate.passk import proportion
from rtlvr.evaluate.suite import Designs
from rtlvr.policy.generate import Sampling
from rtlvr.policy.model import load_tokenizer
from rtlvr.records import Measurement, Sample, Triple, put, read_jsonl, write_jsonl
from rtlvr.seeds import Draw
from rtlvr.stage import Result
from rtlvr.stages.cards.datasets import exported, training_sets
from rtlvr.stages.context import Context

_TEMPLATE = 8  # tokens that the chat template adds


@dataclass(frozen=True)
class Attempts:
    """Triples that can be trained on at all, what kept them, and the base model's answers to them."""

    rows: list[Triple]
    trainable: list[Triple]
    usable: tuple[Filter, ...]
    samples: list[Sample]

    @property
    def solve_rate(self) -> float:
        """Share of the base model's answers that are right."""
        return sum(sample.reward for sample in self.samples) / max(1, len(self.samples))


@dataclass(frozen=True)
class Kept:
    """What the filters leave for SFT and for RL, with their funnels."""

    sft: list[Triple]
    rl: list[Triple]
    sft_funnel: list[tuple[str, int]]
    rl_funnel: list[tuple[str, int]]


@dataclass(frozen=True)
class Truth:
    """The equivalence filter where the truth is known, at one error rate of the teacher."""

    rate: float
    kind: str
    found: KnownTruth


def attempts(context: Context) -> Attempts:
    """Let the base model try every specification that fits it."""
    settings = context.params.filtering
    rows = read_jsonl(context.upstream("02_roundtrip") / "triples.jsonl", Triple)
    tokenizer = load_tokenizer(settings.base_model)
    fits = short(lambda text: len(tokenizer(text)["input_ids"]), context.params.sft.max_length - _TEMPLATE)
    usable = (in_words(), fits)
    trainable, _ = apply(rows, usable)
    asked = problems_of(trainable) if settings.sft_attempts else []
    suite, path = Designs(asked, context.verifier, context.stimuli, plain=True), context.path("base_attempts.jsonl")
    sampling, seed = Sampling(settings.max_tokens, settings.temperature), context.seed(Draw.ATTEMPTS)
    with context.backend(settings.base_model) as backend:
        samples = cached_attempt(path, backend, suite, sampling, settings.sft_attempts, seed, "base")
    return Attempts(rows, trainable, usable, samples)


def keep(context: Context, tried: Attempts) -> Kept:
    """Apply the filters, and write the sets that training reads."""
    settings = context.params.filtering
    hard = unsolved(solved(tried.samples), "the base fails (SFT)")
    sft, sft_funnel = apply(tried.rows, [*tried.usable, hard])
    before = [*tried.usable, hard] if settings.rl_source == "hard" else list(tried.usable)
    rl, rl_funnel = apply(tried.rows, [*before, equivalent(settings.agree)])
    for name, rows in (("sft", sft), ("rl", rl), ("unfiltered", tried.trainable)):
        write_jsonl(context.path(f"{name}.jsonl"), rows)
    return Kept(sft, rl, sft_funnel, rl_funnel)


def dataset(context: Context, kept: Kept) -> Path:
    """Write the sets and their card as a dataset that others can load, and push it where the profile says so."""
    folder = export(kept.sft, kept.rl, context.path("dataset"))
    exported(context, folder, {"sft": kept.sft, "rl": kept.rl}, {"sft": kept.sft_funnel, "rl": kept.rl_funnel})
    if context.params.roundtrip.push_to_hub:
        push(folder, context.params.roundtrip.push_to_hub)
    return folder


def procedural_quality(tried: Attempts) -> FilterQuality:
    """The equivalence filter against the procedural teacher's own labels."""
    return filter_quality([row for row in tried.rows if row.source == "families"])


def truths(context: Context) -> list[Truth]:
    """The equivalence filter on designs whose truth is known, at several error rates of the teacher.

    Kinds: `independent` errors in description and code; `shared`, the same mistakes in both, the worst case; `total`, such
    that the middle rate is that of all pairs.
    """
    settings = context.params.filtering
    fresh = context.params.corpus.model_copy(update={"designs": settings.truth_designs})
    goldens, designs = drawn(fresh, context.seed(Draw.KNOWN_TRUTH))
    middle = settings.truth_rates[len(settings.truth_rates) // 2]
    cases = [(rate, rate, "independent") for rate in settings.truth_rates]
    cases += [(middle, middle, "shared"), (middle, each_of(middle), "total")]
    return [
        Truth(
            named,
            kind,
            known_truth(goldens, designs, (rate, rate), context.prover, context.stimuli, shared=kind == "shared"),
        )
        for named, rate, kind in cases
    ]


def finish(context: Context, tried: Attempts, kept: Kept, known: Sequence[Truth]) -> Result:
    """Write the card and the measurements: the funnel, and the filter's quality."""
    rows = [row for truth in known for row in _known(context, truth)]
    if context.params.roundtrip.teacher == "procedural":
        rows = put(rows, _procedural(context, procedural_quality(tried)))
    source = context.params.filtering.rl_source
    steps = [("triples", len(tried.rows)), *kept.sft_funnel, (f"equivalent, of {source} (RL)", len(kept.rl))]
    left = [
        Measurement(stage=context.name, metric="funnel", variant=name, value=n, n=len(tried.rows), unit="triples")
        for name, n in steps
    ]
    measured = put(rows, left)
    training_sets(context, {"sft": kept.sft, "rl": kept.rl, "unfiltered": tried.trainable}, tried.rows, measured)
    return context.finish(measured)


def _known(context: Context, truth: Truth) -> list[Measurement]:
    quality, found = truth.found.quality, truth.found
    counts = {
        "truth_precision": (quality.right_kept, quality.right_kept + quality.wrong_kept),
        "truth_recall": (quality.right_kept, quality.right),
        "truth_survivors": (found.wrong_descriptions_kept, found.wrong_descriptions),
        "truth_bound": (found.wrong_codes, quality.right + quality.wrong),
    }
    return [
        proportion(context.name, metric, truth.kind, hits, n, at=truth.rate) for metric, (hits, n) in counts.items()
    ]


def _procedural(context: Context, quality: FilterQuality) -> list[Measurement]:
    kept = quality.right_kept + quality.wrong_kept
    return [
        proportion(context.name, "precision", "equivalence", quality.right_kept, kept),
        proportion(context.name, "recall", "equivalence", quality.right_kept, quality.right),
    ]


def run(context: Context) -> Result:
    """The whole stage."""
    tried = attempts(context)
    kept = keep(context, tried)
    dataset(context, kept)
    return finish(context, tried, kept, truths(context))
