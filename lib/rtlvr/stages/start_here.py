"""Stage 00: that everything works, and what a check costs."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from rtlvr.data.corpus import seed_corpus
from rtlvr.errors import StageError
from rtlvr.hdl.mutate import Mutant, mutants
from rtlvr.records import Golden, Measurement
from rtlvr.stage import Result
from rtlvr.stages.context import Context
from rtlvr.verify import Verdict, verify

_SAMPLE = 10


@dataclass(frozen=True)
class Example:
    """A golden of the seed corpus, an injected fault, and the verdicts on the golden itself and on the fault."""

    golden: Golden
    fault: Mutant
    same: Verdict
    other: Verdict


@dataclass(frozen=True)
class CheckCost:
    """Seconds of a check: the first on a golden, which is prepared then, and a further one."""

    first: float
    further: float
    goldens: int


def example(name: str = "decade_counter_carry") -> Example:
    """A golden, and the first of its faults that makes a difference."""
    golden = next(g for g in seed_corpus() if g.id == name)
    judged = ((fault, verify(golden.code, fault.code)) for fault in mutants(golden.code, random.Random(1)))
    fault, other = next((fault, verdict) for fault, verdict in judged if not verdict.equivalent)
    return Example(golden, fault, verify(golden.code, golden.code), other)


def cost(context: Context) -> CheckCost:
    """Check ten goldens against themselves, twice, each time in another dress.

    Raises:
        StageError: a golden differs from itself.
    """
    sample = random.Random(0).sample(seed_corpus(), _SAMPLE)
    first = _seconds(context, sample, [f"{g.code}\n// a copy" for g in sample])
    return CheckCost(first, _seconds(context, sample, [g.code.replace(";", " ;", 1) for g in sample]), len(sample))


def _seconds(context: Context, goldens: Sequence[Golden], candidates: Sequence[str]) -> float:
    began = time.perf_counter()
    for golden, candidate in zip(goldens, candidates, strict=True):
        if not context.verifier.verify(golden.code, candidate, context.stimuli, golden.top).equivalent:
            raise StageError(f"golden {golden.id} differs from itself; run `rtlvr doctor`")
    return (time.perf_counter() - began) / len(goldens)


def finish(context: Context, spent: CheckCost) -> Result:
    """Write the measurements."""
    count = len(seed_corpus())
    rows = [
        Measurement(stage=context.name, metric="goldens", variant="seed corpus", value=count, n=count),
        Measurement(stage=context.name, metric="check", variant="first", value=spent.first, n=spent.goldens, unit="s"),
        Measurement(
            stage=context.name, metric="check", variant="further", value=spent.further, n=spent.goldens, unit="s"
        ),
    ]
    return context.finish(rows)


def run(context: Context) -> Result:
    """The whole stage."""
    return finish(context, cost(context))
