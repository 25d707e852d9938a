"""Stage 02: round-trip synthesis: goldens are described, descriptions are solved, solutions are verified (paper §3.1)."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from rtlvr.data.clean import Dropped
from rtlvr.data.corpus import seed_corpus
from rtlvr.data.families import DrawnDesign
from rtlvr.data.goldens import drawn, natural
from rtlvr.data.near_duplicates import tokens
from rtlvr.data.roundtrip import OUTCOMES, outcome
from rtlvr.data.roundtrip import run as round_trip
from rtlvr.data.teachers import make_teacher, recorded_teacher, replayable
from rtlvr.evaluate.benchmarks import references
from rtlvr.evaluate.passk import proportion
from rtlvr.records import Golden, Measurement, RoundtripStep, Triple, read_jsonl
from rtlvr.stage import Result
from rtlvr.stages.cards.datasets import round_trips
from rtlvr.stages.context import Context


@dataclass(frozen=True)
class Goldens:
    """What the round trip starts from.

    `natural` goldens come from the sources, cleaned; `procedural` ones are drawn, with their `designs` by golden id.
    `cleaned` is the funnel of the cleaning, `dropped` what fell in it, `kept_apart` the number of benchmark problems that
    goldens were held against.
    """

    natural: list[Golden]
    procedural: list[Golden]
    designs: dict[str, DrawnDesign]
    cleaned: list[tuple[str, int]]
    dropped: list[Dropped]
    kept_apart: int

    @property
    def all(self) -> list[Golden]:
        """Natural and procedural ones."""
        return [*self.natural, *self.procedural]


@dataclass(frozen=True)
class Replayed:
    """Goldens of the seed corpus on which a recorded real model was replayed."""

    rows: list[Triple]

    def outcomes(self) -> pd.DataFrame:
        """How many round trips ended in which way, each with an example."""
        counted = pd.Series([outcome(row) for row in self.rows], dtype=object).value_counts()
        examples = {outcome(row): f"{row.id}: {row.reason}" for row in self.rows}
        table = pd.DataFrame({"modules": counted, "for example": pd.Series(examples, dtype=object)})
        return table.reindex(OUTCOMES).fillna({"modules": 0}).astype({"modules": int})

    @property
    def in_order(self) -> list[Triple]:
        """The rows, by how they ended."""
        return sorted(self.rows, key=lambda row: OUTCOMES.index(outcome(row)))


def goldens(context: Context) -> Goldens:
    """Read and clean the sources, and draw the procedural designs."""
    corpus, folder = context.params.corpus, context.path("clean")
    known = references(context.params.benchmarks) if corpus.decontaminate else []
    kept, cleaned = natural(corpus, folder, context.prover, context.stimuli, known)
    procedural, designs = drawn(corpus, context.params.seed)
    return Goldens(kept, procedural, designs, cleaned, read_jsonl(folder / "dropped.jsonl", Dropped), len(known))


def triples(context: Context, start: Goldens) -> list[Triple]:
    """Send every golden through the round trip; goes on where an earlier run stopped."""
    settings = context.params.roundtrip
    teacher = make_teacher(settings, start.designs, context.params.seed, context.folder)
    threads = settings.concurrency if settings.teacher == "endpoint" else 0
    path = context.path("triples.jsonl")
    return round_trip(
        start.all, teacher, context.verifier, context.stimuli, path, settings.answers, threads, settings.turns
    )


def misread(rows: Sequence[Triple]) -> Triple | None:
    """A procedural design that the teacher misread and the verifier refused; None where there is none."""
    return next((row for row in rows if row.status == "inequivalent" and row.source == "families"), None)


def replay(context: Context) -> Replayed:
    """Replay a recorded real model on the seed corpus; nothing where `roundtrip.replayed` is 0."""
    settings = context.params.roundtrip
    asked = replayable(seed_corpus(), settings)
    if not asked:
        return Replayed([])
    path = context.path("real.jsonl")
    turns = settings.turns if settings.transcript else 1  # the kit's own recording has one
    return Replayed(round_trip(asked, recorded_teacher(settings), context.prover, context.stimuli, path, turns=turns))


def by_category(rows: Sequence[Triple]) -> pd.DataFrame:
    """Round trips, and the share that passed, by category."""
    table = pd.DataFrame([(r.category, r.status == "equivalent") for r in rows], columns=["category", "kept"])
    return table.groupby("category")["kept"].agg(["count", "mean"]).sort_values("mean").round(2)


def lengths(rows: Sequence[Triple]) -> pd.DataFrame:
    """Words of descriptions, thoughts and codes."""
    texts = (
        (what, len(tokens(text)))
        for row in rows
        for what, text in (("description", row.prompt), ("thought", row.thought), ("code", row.code))
    )
    return pd.DataFrame(texts, columns=["what", "words"])


def finish(context: Context, start: Goldens, rows: Sequence[Triple], real: Replayed) -> Result:
    """Write the card and the measurements: the funnel, what became of the real model's answers, and what several turns gave."""
    turns = context.params.roundtrip.turns
    by_turn = [] if turns == 1 else [*_by_turn(context, "turns", rows), *_by_turn(context, "real_turns", real.rows)]
    measured = [*_real(context, real), *_funnel(context, start, rows), *by_turn]
    round_trips(context, rows, start.cleaned, start.dropped, real.rows, measured)
    return context.finish(measured)


def _by_turn(context: Context, metric: str, rows: Sequence[Triple]) -> list[Measurement]:
    """The share of goldens that were back after so many turns of the chosen answer, or fewer."""
    taken = [1 + len(row.chosen.turns) for row in rows if row.status == "equivalent"]
    return [
        proportion(context.name, metric, str(most), sum(number <= most for number in taken), len(rows))
        for most in range(1, context.params.roundtrip.turns + 1)
        if rows
    ]


def _real(context: Context, real: Replayed) -> list[Measurement]:
    if not real.rows:
        return []
    table = pd.DataFrame([(r.category, r.status == "equivalent") for r in real.rows], columns=["category", "kept"])
    groups = table.groupby("category")["kept"].agg(["sum", "count"]).sort_values("sum", ascending=False)
    totals = [("all", int(table["kept"].sum()), len(table)), *groups.itertuples(name=None)]
    found = [proportion(context.name, "real_pass", name, int(hits), int(n)) for name, hits, n in totals]
    ended = real.outcomes()["modules"]
    return found + [
        Measurement(
            stage=context.name, metric="real_outcome", variant=name, value=int(ended[name]), n=len(real.rows),
            unit="modules",
        )
        for name in OUTCOMES
    ]  # fmt: skip


def _funnel(context: Context, start: Goldens, rows: Sequence[Triple]) -> list[Measurement]:
    steps: dict[RoundtripStep, int] = {
        "goldens": (start.cleaned[0][1] if start.cleaned else 0) + len(start.procedural),
        "cleaned": len(rows),
        "described": len(rows),
        "solved, code compiles": sum(row.status not in ("invalid", "failed") for row in rows),
        "equivalent": sum(row.status == "equivalent" for row in rows),
    }
    return [
        Measurement(stage=context.name, metric="funnel", variant=step, value=count, n=len(rows), unit="goldens")
        for step, count in steps.items()
    ]


def run(context: Context) -> Result:
    """The whole stage."""
    start = goldens(context)
    return finish(context, start, triples(context, start), replay(context))
