"""The fault-injection study of notebook 01: how often a checker accepts wrong code and rejects right code.

Labels come from `rtlvr.evaluate.certify`, never from the checker under study.
"""

import random
from collections.abc import Sequence
from pathlib import Path

from rtlvr.evaluate.benchmarks import NAMES, load_tasks
from rtlvr.evaluate.certify import Certified, GoldenSource, benchmark_sources, certified
from rtlvr.evaluate.official import judge_all
from rtlvr.evaluate.passk import proportion
from rtlvr.progress import progress
from rtlvr.records import Golden, Measurement
from rtlvr.verify import Stimuli, Verifier
from rtlvr.verify.verdict import Mode


def corpus_pairs(goldens: Sequence[Golden], faults: int, seed: int, jobs: int = 0) -> list[Certified]:
    """Certified pairs of goldens: rewrites, trojans, and up to `faults` mutants of each."""
    return certified([GoldenSource(id=g.id, top=g.top, code=g.code) for g in goldens], faults, seed, jobs)


def benchmark_pairs(root: Path, count: int, faults: int, seed: int, jobs: int = 0) -> list[Certified]:
    """The same of `count` references drawn from the public benchmarks.

    Raises:
        StageError: a benchmark is missing under `root`.
    """
    sources = benchmark_sources(root)
    return certified(random.Random(seed).sample(sources, min(count, len(sources))), faults, seed, jobs)


def quality(
    pairs: Sequence[Certified], stimuli: Stimuli, pool: Verifier, variant: str, mode: Mode = "testbench"
) -> list[Measurement]:
    """False accepts (of wrong pairs) and false rejects (of right pairs) in percent, with 95 % intervals."""

    def accepts(pair: Certified) -> bool:
        return pool.verify(pair.golden, pair.candidate, stimuli, pair.top, mode=mode).equivalent

    judged = progress(pool.map(accepts, pairs), variant, len(pairs), unit="pair")
    return _shares(pairs, list(judged), variant)


def official_quality(pairs: Sequence[Certified], root: Path, variant: str) -> list[Measurement]:
    """The same errors of the benchmarks' own hand-written testbenches, on pairs of their own references."""
    tasks = {f"{name}/{task.id}": task for name in NAMES for task in load_tasks(name, root)}
    judged = judge_all([(tasks[pair.id.rpartition("/")[0]], pair.candidate) for pair in pairs])
    return _shares(pairs, [outcome.passed for outcome in judged], variant)


def _shares(pairs: Sequence[Certified], accepted: Sequence[bool], variant: str) -> list[Measurement]:
    wrong = [ok for ok, pair in zip(accepted, pairs, strict=True) if not pair.right]
    right = [not ok for ok, pair in zip(accepted, pairs, strict=True) if pair.right]
    shares = {"false_accept": wrong, "false_reject": right}
    return [proportion("01_testbench", name, variant, sum(hits), len(hits)) for name, hits in shares.items()]
