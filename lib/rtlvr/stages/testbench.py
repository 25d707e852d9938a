"""Stage 01: the paper's testbench, and how often it errs beside the verifier that proves (paper §3.2)."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rtlvr.data.corpus import seed_corpus
from rtlvr.evaluate import study
from rtlvr.evaluate.benchmarks import folder_of
from rtlvr.evaluate.certify import Certified
from rtlvr.evaluate.throughput import costs, groups_of
from rtlvr.evaluate.trojan import Trojan, trojans
from rtlvr.hdl.circuit import Circuit
from rtlvr.hdl.mutate import Mutant, mutants
from rtlvr.records import Golden, Measurement, put
from rtlvr.stage import Result
from rtlvr.stages.context import Context
from rtlvr.verify import Stimuli, Verdict

BENCHMARKS_OWN, HYBRID_ON_THEIRS = "benchmarks' own testbenches", "hybrid, the benchmarks' pairs"


@dataclass(frozen=True)
class Inspected:
    """A golden with one reset, and its structure."""

    golden: Golden
    circuit: Circuit


def example(context: Context) -> Inspected:
    """The first small sequential golden of the seed corpus that has exactly one reset."""
    small = (g for g in seed_corpus() if g.category in ("counters", "shift_registers", "edge_pulse"))
    inspected = ((g, context.verifier.inspect(g.code, context.stimuli, g.top)) for g in small)
    return Inspected(*next((g, circuit) for g, circuit in inspected if len(circuit.resets) == 1))


def refuted_fault(context: Context, golden: Golden) -> tuple[Mutant, Verdict]:
    """A fault of the golden, and the verdict with its counterexample."""
    faults = mutants(golden.code, random.Random(3))
    judged = ((m, context.verifier.verify(golden.code, m.code, context.stimuli, mode="testbench")) for m in faults)
    return next((m, verdict) for m, verdict in judged if verdict.status == "inequivalent")


def hidden_fault(context: Context, shown: Inspected) -> tuple[Trojan, dict[str, Verdict]]:
    """A fault behind a rare sequence of inputs, and what the two modes say of it."""
    golden, drawn = shown.golden, trojans(shown.golden.code, shown.circuit, random.Random(0))
    trojan = next(t for t in drawn if t.kind == "sequence")
    judge = context.verifier.verify
    return trojan, {
        "testbench": judge(golden.code, trojan.code, context.stimuli, golden.top, mode="testbench"),
        "hybrid": judge(golden.code, trojan.code, context.stimuli, golden.top, mode="hybrid"),
    }


def pairs(context: Context) -> list[Certified]:
    """Certified pairs of goldens of the seed corpus."""
    settings, seed, corpus = context.params.study, context.params.seed, seed_corpus()
    sample = random.Random(seed).sample(corpus, min(settings.goldens, len(corpus)))
    return context.cached(
        "pairs.jsonl", Certified, lambda: study.corpus_pairs(sample, settings.mutants, seed, context.workers)
    )


def their_pairs(context: Context) -> list[Certified]:
    """Certified pairs of the benchmarks' references; none where the benchmarks are not here."""
    settings, root = context.params.study, folder_of(context.params.benchmarks)
    if not root.is_dir():
        return []

    def make() -> list[Certified]:
        return study.benchmark_pairs(
            root, settings.benchmark_goldens, settings.mutants, context.params.seed, context.workers
        )

    return context.cached("benchmark_pairs.jsonl", Certified, make)


def largest(context: Context) -> tuple[int, int]:
    """The largest (sequences, cycles) of the budgets compared."""
    sequences, cycles = context.params.study.budgets[-1]
    return sequences, cycles


def errors(context: Context, ours: Sequence[Certified], theirs: Sequence[Certified]) -> list[Measurement]:
    """False accepts and false rejects of every checker."""
    rows: list[Measurement] = []
    for sequences, cycles in context.params.study.budgets:
        budget = Stimuli(sequences=sequences, cycles=cycles, seed=context.params.seed)
        rows = put(rows, study.quality(ours, budget, context.verifier, f"testbench {sequences}x{cycles}"))
    sequences, cycles = largest(context)
    strict = Stimuli(sequences=sequences, cycles=cycles, seed=context.params.seed, strict_x=True)
    rows = put(rows, study.quality(ours, strict, context.verifier, f"testbench {sequences}x{cycles}, strict X"))
    rows = put(rows, study.quality(ours, context.stimuli, context.verifier, "hybrid", mode="hybrid"))
    if theirs:
        root = folder_of(context.params.benchmarks)
        rows = put(rows, study.official_quality(theirs, root, BENCHMARKS_OWN))
        judged = study.quality(theirs, context.stimuli, context.verifier, HYBRID_ON_THEIRS, mode="hybrid")
        rows = put(rows, judged)
    return rows


def cost(context: Context) -> pd.DataFrame:
    """What a check costs, by mode and size of the group."""
    goldens = context.params.study.cost_goldens
    return costs(groups_of(goldens), max(1, goldens // 4))


def upstream_folder(context: Context) -> Path:
    """Where the benchmarks are looked for."""
    return folder_of(context.params.benchmarks)


def run(context: Context) -> Result:
    """The whole stage."""
    return context.finish(errors(context, pairs(context), their_pairs(context)))
