"""Certified pairs from any goldens, and a verifier held against them: `rtlvr certify`.

A label never comes from the checker under study, and needs two witnesses:

- *right*: a rewrite that is right by construction (`rtlvr.hdl.rewrite`), in which a testbench far larger than any mode's,
  with another seed, sees no difference either. (Where a golden computes with unknown values, a netlist may differ in
  simulation, which is what benchmarks judge by: such rewrites get no label.)
- *wrong*: an injected fault that such a testbench tells apart, or a trojan that is told apart by the stimulus made for it.

Mutants that nothing tells apart get no label: they may be equivalent.
"""

import argparse
import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from os import cpu_count
from pathlib import Path

import numpy as np
import pandas as pd

from rtlvr.data.corpus import seed_corpus
from rtlvr.errors import DesignError, ParameterError
from rtlvr.evaluate.benchmarks import NAMES, load_tasks
from rtlvr.evaluate.passk import percent
from rtlvr.evaluate.trojan import Trojan, trojans
from rtlvr.hdl.mutate import mutants
from rtlvr.hdl.rewrite import RECIPES, resynthesise, rewrites
from rtlvr.hdl.source import normalised
from rtlvr.lifeline import processes
from rtlvr.progress import progress
from rtlvr.records import Record, read_jsonl, write_jsonl
from rtlvr.verify import Stimuli, verify_many
from rtlvr.verify.compare import Prepared, compare
from rtlvr.verify.engine import Judge
from rtlvr.verify.long_runs import free_run
from rtlvr.verify.simulate import SimulationFailed, simulate
from rtlvr.verify.verdict import Limits, Verdict

WITNESS = Stimuli(sequences=24, cycles=400, seed=987_654)
_LIMITS = Limits(cpu_seconds=30, wall_seconds=120)


class GoldenSource(Record):
    """A golden to be certified about."""

    id: str
    top: str
    code: str


class Certified(Record):
    """A pair with its label: `right` says whether the candidate is equivalent, `kind` which rewrite or fault it is.

    Where it is known, `witness` names the simulators that bear the label out, and `cycle` is when they first saw a
    difference.
    """

    id: str
    golden: str
    top: str
    candidate: str
    right: bool
    kind: str
    witness: str = ""
    cycle: int | None = None


def benchmark_sources(root: Path) -> list[GoldenSource]:
    """The references of all public benchmarks under `root`; those that differ in the top's name only count once.

    Raises:
        StageError: a benchmark is missing.
    """
    found: dict[str, GoldenSource] = {}
    for name in NAMES:
        for task in load_tasks(name, root):
            source = GoldenSource(id=f"{name}/{task.id}", top=task.top, code=task.reference)
            found.setdefault(normalised(re.sub(rf"\b{re.escape(task.top)}\b", "TOP", task.reference)), source)
    return list(found.values())


def corpus_sources() -> list[GoldenSource]:
    """The seed corpus."""
    return [GoldenSource(id=golden.id, top=golden.top, code=golden.code) for golden in seed_corpus()]


def pairs_of(source: GoldenSource, faults: int, seed: int = 0) -> list[Certified]:
    """Certified pairs of one golden, up to `faults` mutants among them; none where the golden cannot be judged.

    Call it only in a single-threaded process (it forks).
    """
    judge, rng = Judge(_LIMITS), random.Random(f"{seed}:{source.id}")
    try:
        golden = judge.prepare(source.code, WITNESS, source.top)
    except DesignError:
        return []
    case = _Case(judge, source, golden)
    wrong = islice(case.mutants(rng), faults)
    labelled = [*((c, True, k) for k, c in case.rewrites()), *((c, False, k) for k, c in wrong)]
    labelled += [(t.code, False, t.kind) for t in trojans(golden.text, golden.circuit, rng) if case.told_apart_by(t)]
    return [
        Certified(
            id=f"{source.id}/{number}", golden=source.code, top=source.top, candidate=code, right=right, kind=kind
        )
        for number, (code, right, kind) in enumerate(labelled)
    ]


class _Case:
    """A golden and the witness that certifies candidates beside it."""

    def __init__(self, judge: Judge, source: GoldenSource, golden: Prepared) -> None:
        self._judge, self._source, self._golden = judge, source, golden

    def rewrites(self) -> Iterator[tuple[str, str]]:
        """(kind, code) of rewrites in which the witness sees no difference."""
        made = list(rewrites(self._golden.text, self._golden.circuit))
        for recipe in RECIPES:
            try:
                made.append((recipe, resynthesise(self._golden.text, self._golden.circuit.top, recipe)))
            except DesignError:
                continue
        for kind, code in made:
            if self._witness(code) == "equivalent":
                yield kind, code

    def mutants(self, rng: random.Random) -> Iterator[tuple[str, str]]:
        """(kind, code) of faults that the witness tells apart."""
        for mutant in islice(mutants(self._source.code, rng), 40):
            if self._witness(mutant.code) == "inequivalent":
                yield mutant.kind, mutant.code

    def _witness(self, code: str) -> str:
        return self._judge.judge(self._source.code, code, WITNESS, self._source.top, mode="testbench").status

    def told_apart_by(self, trojan: Trojan) -> bool:
        """Whether the trojan's own stimulus shows that it is wrong."""
        golden = self._golden
        circuit = golden.circuit
        width = sum(port.width for port in circuit.inputs)
        inputs = np.random.default_rng(1).integers(0, 2, (trojan.cycles, width), dtype=np.uint8)
        trojan.press(inputs)
        steps = free_run(circuit, inputs)
        try:
            traces = [simulate(text, circuit.top, circuit, steps, _LIMITS) for text in (golden.simulated, trojan.code)]
        except SimulationFailed:
            return False
        prepared = replace(golden, stimulus=steps, trace=traces[0])
        return compare(prepared, traces[1]).status == "inequivalent"


def certified(sources: Sequence[GoldenSource], faults: int, seed: int = 0, jobs: int = 0) -> list[Certified]:
    """Certified pairs of many goldens, in their order."""
    with processes(jobs or cpu_count() or 1) as pool:
        made = pool.map(partial(pairs_of, faults=faults, seed=seed), sources)
        return [pair for pairs in progress(made, "certified pairs", len(sources), unit="golden") for pair in pairs]


def scores(pairs: Sequence[Certified], verdicts: Sequence[Verdict]) -> pd.DataFrame:
    """Wrong accepted, right rejected and undecided in percent with 95 % Wilson intervals, a row each where there are such pairs."""
    judged = list(zip(pairs, verdicts, strict=True))
    rows = {
        "wrong accepted": [v.equivalent for p, v in judged if not p.right],
        "right rejected": [v.status in ("inequivalent", "invalid") for p, v in judged if p.right],
        "undecided": [v.status == "undecided" for _, v in judged],
    }
    table = {name: (sum(hits), len(hits), *percent(sum(hits), len(hits))) for name, hits in rows.items() if hits}
    return pd.DataFrame.from_dict(table, orient="index", columns=["count", "of", "percent", "low", "high"])


def mistakes(pairs: Sequence[Certified], verdicts: Sequence[Verdict]) -> list[str]:
    """A line for each pair whose verdict is not its label."""
    return [
        f"{pair.id} ({'right' if pair.right else 'wrong'}, {pair.kind}): {v.status} by {v.method}: {v.reason}"
        for pair, v in zip(pairs, verdicts, strict=True)
        if v.status not in (("equivalent",) if pair.right else ("inequivalent", "invalid"))
    ]


def self_checks(sources: Sequence[GoldenSource]) -> pd.DataFrame:
    """Each golden beside its own text (with a spare module, so that it is not merely the same) and its resynthesis.

    Columns `golden`, `beside`, `status`, `method`, `reason`; a golden that cannot be judged is `undecided`.
    """
    rows = [(s, beside, text, problem) for s in sources for beside, text, problem in _own_forms(s)]
    judged = verify_many([(s.code, text, s.top, s.top) for s, _, text, _ in rows if text])
    found = []
    for source, beside, _, problem in rows:
        verdict = _not_rewritten(problem) if problem else next(judged)
        found.append((source.id, beside, verdict.status, verdict.method, verdict.reason))
    return pd.DataFrame(found, columns=["golden", "beside", "status", "method", "reason"])


def _not_rewritten(error: DesignError) -> Verdict:
    return Verdict(status="undecided", method="resynthesis", reason=str(error), cause=error.cause)


def _own_forms(source: GoldenSource) -> Iterator[tuple[str, str, DesignError | None]]:
    """(what it is, text, why there is none)."""
    yield "itself", source.code + "\nmodule rtlvr_spare(input a, output b); assign b = a; endmodule\n", None
    try:
        yield "its resynthesis", resynthesise(source.code, source.top), None
    except DesignError as error:
        yield "its resynthesis", "", error


def _print_self_checks(sources: Sequence[GoldenSource]) -> None:
    table = self_checks(sources)
    print(table.groupby(["beside", "status"]).size().to_string())
    odd = table[table["status"] != "equivalent"]
    print(*(f"{row.golden} and {row.beside}: {row.status}: {row.reason}" for row in odd.itertuples()), sep="\n")


def _print_scores(options: argparse.Namespace, sources: Sequence[GoldenSource]) -> None:
    if not options.pairs.exists():
        write_jsonl(options.pairs, certified(sources, options.faults))
    pairs, mode = read_jsonl(options.pairs, Certified), options.mode
    if not pairs:
        raise ParameterError(f"got no pair in {options.pairs}; remove it, and it is made anew")
    rows: list[tuple[str, str, str, None]] = [(p.golden, p.candidate, p.top, None) for p in pairs]
    verdicts = list(verify_many(rows, mode=mode))
    print(scores(pairs, verdicts).round(3).to_string(), *mistakes(pairs, verdicts), sep="\n")
    print(pd.Series([v.seconds for v in verdicts], name="seconds").describe(percentiles=[0.5, 0.9, 0.99]).to_string())


def run(options: argparse.Namespace) -> int:
    """Check the goldens, score the verifier on certified pairs, or both; 0.

    Raises:
        ParameterError: neither was asked for.
        StageError: a benchmark is missing.
    """
    if not options.goldens and options.pairs is None:
        raise ParameterError("got neither --pairs nor --goldens; give --pairs FILE (made where missing), or --goldens")
    sources = benchmark_sources(options.root) if options.root else corpus_sources()
    if options.goldens:
        _print_self_checks(sources)
    if options.pairs:
        _print_scores(options, sources)
    return 0


if __name__ == "__main__":
    from rtlvr.cli import main

    sys.exit(main(["certify", *sys.argv[1:]]))
