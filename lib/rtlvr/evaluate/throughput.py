"""How fast is the verifier? `python -m rtlvr.evaluate.throughput`: groups of rollouts, one worker, a table of ratios.

A group is what a policy writes for one specification: of 16 answers four are the golden's text in another layout, three
are right in another way (two of them alike), six are wrong in four ways, one is wrong in its interface, two do not
compile. The paper's testbench is our own `testbench` mode at M = 100, N = 1000 on the distinct answers of a part of the
groups. Times are of this machine; only their ratio means something elsewhere.
"""

import argparse
import random
import statistics
import time
from collections.abc import Sequence

import pandas as pd

from rtlvr.data.corpus import seed_corpus
from rtlvr.errors import DesignError
from rtlvr.hdl.mutate import mutants
from rtlvr.records import Golden
from rtlvr.verify import Pool, Stimuli
from rtlvr.verify.verdict import Mode

PAPER = Stimuli(sequences=100, cycles=1000)
GROUP_SIZES = (1, 2, 4, 8, 16, 32)
# Seconds per check of the authors' released checker, as measured by others on two cores: median and mean.
AUTHORS = {"authors' checker, median": 0.38, "authors' checker, mean": 0.9}

Group = tuple[Golden, list[str]]


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


def seconds_per_check(groups: Sequence[Group], stimuli: Stimuli, mode: Mode) -> list[float]:
    """Seconds per check of every group, judged one after the other by one fresh worker."""
    pool, found = Pool(1), []
    try:
        _warm(pool)
        for golden, answers in groups:
            began = time.perf_counter()
            for answer in answers:
                pool.verify(golden.code, answer, stimuli, golden.top, mode=mode)
            found.append((time.perf_counter() - began) / len(answers))
    finally:
        pool.close()
    return found


def _warm(pool: Pool) -> None:
    text = "module m(input a, output y); assign y = a; endmodule\n"
    pool.verify(text, text, Stimuli())


def groups_of(count: int, size: int = 16) -> list[Group]:
    """`count` goldens of the seed corpus, evenly spread, each with `size` rollouts."""
    goldens = seed_corpus()[:: max(1, len(seed_corpus()) // count)][:count]
    maker = Pool(1)
    try:
        return [(golden, rollouts(golden, maker, size)) for golden in goldens]
    finally:
        maker.close()


def ratios(groups: Sequence[Group], slow: int) -> pd.DataFrame:
    """Milliseconds per check and ratio to hybrid's mean, a row per checker; the paper's testbench on `slow` groups."""
    hybrid = seconds_per_check(groups, Stimuli(), "hybrid")
    testbench = seconds_per_check(_spread(groups, slow), PAPER, "testbench")
    ours = statistics.mean(hybrid)
    rows = [("hybrid, mean over groups", ours), ("hybrid, median of groups", statistics.median(hybrid))]
    rows += [("testbench 100 x 1000, mean over groups", statistics.mean(testbench)), *AUTHORS.items()]
    return pd.DataFrame(
        [(name, 1000 * value, value / ours) for name, value in rows], columns=["checker", "ms", "ratio"]
    )


def costs(groups: Sequence[Group], slow: int) -> pd.DataFrame:
    """Cost against design size and against group size: columns `checker`, `by` (cells, group), `size`, `ms`.

    By cells: one row per golden. By group: means over the goldens, the first answers of each group.
    """
    maker = Pool(1)
    cells = {golden.id: maker.inspect(golden.code, Stimuli(), golden.top).cells for golden, _ in groups}
    maker.close()
    rows = []
    for checker, some, stimuli in (
        ("hybrid", groups, Stimuli()),
        ("testbench 100 x 1000", _spread(groups, slow), PAPER),
    ):
        mode: Mode = "hybrid" if checker == "hybrid" else "testbench"
        spent = seconds_per_check(some, stimuli, mode)
        rows += [(checker, "cells", cells[g.id], 1000 * s) for (g, _), s in zip(some, spent, strict=True)]
        for size in GROUP_SIZES if mode == "hybrid" else (len(groups[0][1]),):
            part = [(golden, (answers * 2)[:size]) for golden, answers in some]
            spent = seconds_per_check(part, stimuli, mode) if mode == "hybrid" else spent
            rows.append((checker, "group", size, 1000 * statistics.mean(spent)))
    return pd.DataFrame(rows, columns=["checker", "by", "size", "ms"])


def _spread(groups: Sequence[Group], count: int) -> Sequence[Group]:
    return groups[:: max(1, len(groups) // count)][:count]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--groups", type=int, default=60, help="goldens for hybrid mode")
    parser.add_argument("--slow-groups", type=int, default=10, help="goldens for the paper's testbench")
    parser.add_argument("--size", type=int, default=16, help="rollouts per golden")
    args = parser.parse_args()
    print(ratios(groups_of(args.groups, args.size), args.slow_groups).round(2).to_string(index=False))


if __name__ == "__main__":
    main()
