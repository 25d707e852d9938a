"""How fast is the verifier? `rtlvr throughput`: groups of rollouts, one worker, a table of ratios.

A group is what a policy writes for one specification: of 16 answers four are the golden's text in another layout, three
are right in another way (two of them alike), six are wrong in four ways, one is wrong in its interface, two do not
compile. The paper's testbench is our own `testbench` mode at M = 100, N = 1000 on the distinct answers of a part of the
groups. Times are of this machine; only their ratio means something elsewhere.
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Sequence

import pandas as pd

from rtlvr.data.corpus import seed_corpus
from rtlvr.errors import DesignError
from rtlvr.hdl.mutate import mutants
from rtlvr.progress import progress
from rtlvr.records import Golden
from rtlvr.verify import Pool, Stimuli
from rtlvr.verify.verdict import Mode

PAPER = Stimuli(sequences=100, cycles=1000)
GROUP_SIZES = (1, 2, 4, 8, 16, 32)
# Seconds per check of the authors' released checker, mean and median, as measured by others on two cores.
AUTHORS = ("authors' checker (measured elsewhere)", 0.9, 0.38)

GoldenRollouts = tuple[Golden, list[str]]


def rollouts(golden: Golden, pool: Pool, size: int = 16, seed: int = 0) -> list[str]:
    """A realistic mix of `size` answers to one golden, in random order."""
    rng = random.Random(f"{seed}:{golden.id}")
    code = golden.code
    try:
        rewritten = pool.resynthesise(code, golden.top)
    except DesignError:
        rewritten = code + "\n// as it was"
    faults = [mutant.code for mutant, _ in zip(mutants(code, rng), range(4), strict=False)] or [code]
    answers = [code, f"// an answer\n{code}", code.replace("\n", "\n  "), code + "\n\n"]
    answers += [rewritten, rewritten + "\n", code.replace(";", " ;")]
    answers += [faults[index % len(faults)] + "\n" * (index // len(faults)) for index in range(6)]
    answers += [code.replace("output", "output wire unasked_for, output", 1), code[: len(code) // 2], ""]
    rng.shuffle(answers)
    return [answers[index % 16] for index in range(size)]


def seconds_of_checks(groups: Sequence[GoldenRollouts], stimuli: Stimuli, mode: Mode) -> list[list[float]]:
    """Seconds of every check, a list per group, judged one after the other by one fresh worker on one core."""
    pool = Pool(1)
    try:
        _warm(pool)
        shown = progress(groups, f"timing {mode}", len(groups), unit="golden")
        return [[_seconds(pool, golden, answer, stimuli, mode) for answer in answers] for golden, answers in shown]
    finally:
        pool.close()


def _seconds(pool: Pool, golden: Golden, answer: str, stimuli: Stimuli, mode: Mode) -> float:
    began = time.perf_counter()
    pool.verify(golden.code, answer, stimuli, golden.top, mode=mode)
    return time.perf_counter() - began


def _warm(pool: Pool) -> None:
    text = "module m(input a, output y); assign y = a; endmodule\n"
    pool.verify(text, text, Stimuli())


def groups_of(count: int, size: int = 16) -> list[GoldenRollouts]:
    """`count` goldens of the seed corpus, evenly spread, each with `size` rollouts."""
    goldens = seed_corpus()[:: max(1, len(seed_corpus()) // count)][:count]
    maker = Pool(1)
    try:
        named = progress(goldens, "answers", len(goldens), unit="golden")
        return [(golden, rollouts(golden, maker, size)) for golden in named]
    finally:
        maker.close()


def ratios(groups: Sequence[GoldenRollouts], slow: int) -> pd.DataFrame:
    """Milliseconds per check (mean and median) and how many times hybrid's, a row per checker.

    The paper's testbench runs on `slow` of the groups.
    """
    ours = _flat(seconds_of_checks(groups, Stimuli(), "hybrid"))
    theirs = _flat(seconds_of_checks(_spread(groups, slow), PAPER, "testbench"))
    rows = [("hybrid", statistics.mean(ours), statistics.median(ours))]
    rows += [("testbench 100 x 1000", statistics.mean(theirs), statistics.median(theirs)), AUTHORS]
    return pd.DataFrame(
        [(name, 1e3 * mean, 1e3 * median, mean / rows[0][1], median / rows[0][2]) for name, mean, median in rows],
        columns=["checker", "mean ms", "median ms", "ratio of means", "ratio of medians"],
    )


def _flat(groups: list[list[float]]) -> list[float]:
    return [seconds for group in groups for seconds in group]


def costs(groups: Sequence[GoldenRollouts], slow: int) -> pd.DataFrame:
    """Cost against design size and against group size: columns `checker`, `by` (cells, group), `size`, `ms`.

    By cells: one row per golden. By group: means over the goldens, the first answers of each group.
    """
    maker, full = Pool(1), len(groups[0][1])
    cells = {golden.id: maker.inspect(golden.code, Stimuli(), golden.top).cells for golden, _ in groups}
    maker.close()
    rows: list[tuple[str, str, int, float]] = []
    plans: tuple[tuple[str, Mode, Sequence[GoldenRollouts], Stimuli, Sequence[int]], ...] = (
        ("hybrid", "hybrid", groups, Stimuli(), GROUP_SIZES),
        ("testbench 100 x 1000", "testbench", _spread(groups, slow), PAPER, (full,)),
    )
    for checker, mode, some, stimuli, sizes in plans:
        for size in sizes:
            part = [(golden, (answers * 2)[:size]) for golden, answers in some]
            spent = [1000 * statistics.mean(group) for group in seconds_of_checks(part, stimuli, mode)]
            rows.append((checker, "group", size, statistics.mean(spent)))
            if size == full:
                rows += [(checker, "cells", cells[g.id], ms) for (g, _), ms in zip(part, spent, strict=True)]
    return pd.DataFrame(rows, columns=["checker", "by", "size", "ms"])


def _spread(groups: Sequence[GoldenRollouts], count: int) -> Sequence[GoldenRollouts]:
    return groups[:: max(1, len(groups) // count)][:count]


def run(options: argparse.Namespace) -> int:
    """Print the table; 0."""
    groups = groups_of(options.groups, options.size)
    print(ratios(groups, options.slow_groups).round(2).to_string(index=False))
    return 0


if __name__ == "__main__":
    from rtlvr.cli import main

    sys.exit(main(["throughput", *sys.argv[1:]]))
