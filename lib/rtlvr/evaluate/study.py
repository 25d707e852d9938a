"""The fault-injection study of notebook 01: how often a checker accepts wrong code and rejects right code.

Labels are certified without trusting the checker under study: a *right* pair is a golden beside its own resynthesis; a
*wrong* pair is a golden beside a mutant that a much larger testbench, with another seed, has told apart. Mutants that
nothing tells apart stay out: they may be equivalent.
"""

import random
from collections.abc import Sequence

from rtlvr.errors import DesignError
from rtlvr.evaluate.passk import interval
from rtlvr.hdl.mutate import mutants
from rtlvr.records import Golden, Measurement, Record
from rtlvr.verify import Pool, Stimuli, Verdict
from rtlvr.verify.verdict import Mode

STRONGEST = Stimuli(sequences=24, cycles=400, seed=987_654)


class Pair(Record):
    """A certified pair: `right` says whether the candidate is equivalent; `kind` is the fault or `resynthesis`."""

    golden: str
    top: str
    candidate: str
    right: bool
    kind: str


def certified_pairs(goldens: Sequence[Golden], per_golden: int, pool: Pool, seed: int) -> list[Pair]:
    """Right and wrong pairs of each golden: its resynthesis and up to `per_golden` mutants, each told apart for certain."""
    found = pool.map(lambda golden: _pairs_of(golden, per_golden, pool, seed), goldens)
    return [pair for pairs in found for pair in pairs]


def _pairs_of(golden: Golden, per_golden: int, pool: Pool, seed: int) -> list[Pair]:
    rng = random.Random(f"{seed}:{golden.id}")
    common = {"golden": golden.code, "top": golden.top}
    try:
        pairs = [Pair(**common, candidate=pool.resynthesise(golden.code, golden.top), right=True, kind="resynthesis")]
    except DesignError:
        pairs = []
    source, tried = mutants(golden.code, rng), 0
    while len(pairs) <= per_golden and tried < 3 * per_golden and (mutant := next(source, None)):
        tried += 1
        if pool.verify(golden.code, mutant.code, STRONGEST, golden.top).status == "inequivalent":
            pairs.append(Pair(**common, candidate=mutant.code, right=False, kind=mutant.kind))
    return pairs


def quality(
    pairs: Sequence[Pair], stimuli: Stimuli, pool: Pool, variant: str, mode: Mode = "testbench"
) -> list[Measurement]:
    """False accepts (of wrong pairs) and false rejects (of right pairs) in percent, with 95 % intervals."""

    def judge(pair: Pair) -> Verdict:
        return pool.verify(pair.golden, pair.candidate, stimuli, pair.top, mode=mode)

    verdicts = list(pool.map(judge, pairs))
    accepted = [v.equivalent for v in verdicts]
    wrong = [(1, int(ok)) for ok, pair in zip(accepted, pairs, strict=True) if not pair.right]
    right = [(1, int(not ok)) for ok, pair in zip(accepted, pairs, strict=True) if pair.right]
    return [_share("false_accept", variant, wrong), _share("false_reject", variant, right)]


def _share(metric: str, variant: str, counts: list[tuple[int, int]]) -> Measurement:
    mean, low, high = (100 * v for v in interval(counts))
    row = {"value": mean, "low": low, "high": high}
    return Measurement(stage="01_testbench", metric=metric, variant=variant, n=len(counts), unit="%", **row)
