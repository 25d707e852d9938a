"""All rules against one another in simulation: `python -m rtlvr.draws.bench`.

Every rule trains on the same number of groups. Costs are compared with fixed draws, seed by seed: above 1 is cheaper. The main
settings are those of `sweep`; of its machines those count on which the paper's rule gains about what was published. A
first pass over a large set, a policy that learns fast, and hard prompts with long answers are three more.
"""

import argparse
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import mean, stdev

import pandas as pd

from .ours import NARROW, OURS, TODAY, Parts, made_of
from .published import Dps, Fixed, Greso, Paper, Pools, Replay
from .published_groups import April, Knapsack, ReinforceAda, RollPacker
from .rounds import Bill, run
from .sampling import Size
from .selectable import Maker
from .traces import CLUSTERS, PAPER, Cluster, Difficulty, Lengths, Trace, of_acceptance

RULES: dict[str, Maker] = {
    "fixed": Fixed,
    "paper": Paper,
    "GRESO": Greso,
    "DPS": Dps,
    "Reinforce-Ada": ReinforceAda,
    "Knapsack RL": Knapsack,
    "DOTS + replay": Replay,
    "RollPacker": RollPacker,
    "APRIL": April,
    "prime-rl pools": Pools,
    "ours-tracking": made_of(TODAY),
    "ours": made_of(OURS),
    "ours, narrow": made_of(NARROW),
}
_SIMPLE = Parts(margin=2.0, carry=2)
_KNOWS = replace(_SIMPLE, history=True, sharp=10.0, half_life=60.0)
PARTS: dict[str, Maker] = {
    "part: tracking": made_of(Parts()),
    "part: carry": made_of(_SIMPLE),
    "part: history": made_of(_KNOWS),
    "part: probe": made_of(replace(_SIMPLE, probe=4)),
    "part: partial": made_of(replace(_SIMPLE, partial=2.0)),
    "part: history, pack": made_of(replace(_KNOWS, pack=True)),
    "part: history, deep": made_of(replace(_KNOWS, deep=True)),
    "part: history, probe": made_of(replace(_KNOWS, probe=4, sure=0.9)),
    "part: history, probe, ahead": made_of(replace(OURS, partial=0.0)),
    "part: history, partial": made_of(replace(_KNOWS, partial=2.0)),
    "part: all, early": made_of(replace(OURS, early=2)),
    "part: all, floor 0.2": made_of(replace(OURS, floor=0.2)),
}
SWEPT = ("paper", "ours-tracking", "ours")  # the rules of `sweep`
DISSECTED = ("acceptance 0.4, spread 1.0", "acceptance 0.6, spread 1.0")  # where the parts are tried one by one
_STUDENT = {2: 12.71, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365}
COSTS: dict[str, Callable[[Bill], float]] = {
    "tokens": lambda bill: bill.tokens / bill.fresh,
    "tokens_all": lambda bill: bill.tokens / bill.groups,
    "rounds": lambda bill: bill.rounds / bill.fresh,
    "signal": lambda bill: bill.tokens / bill.signal,
    "weighed": lambda bill: bill.tokens / bill.weighed,
    "breadth": lambda bill: 1 / bill.breadth,
}


@dataclass(frozen=True)
class BenchSetting:
    """A trace and its name."""

    name: str
    size: Size
    trace: Trace


def settings() -> list[BenchSetting]:
    """What the rules are compared on."""
    found = [
        BenchSetting(f"acceptance {level}, spread {spread}", PAPER, Trace(of_acceptance(level), Lengths(spread)))
        for spread in (1.0, 0.4)
        for level in (0.2, 0.4, 0.6, 0.8)
    ]
    usual, lengths = of_acceptance(0.4), Lengths(1.0)
    fast = replace(usual, drift=0.01, learn=0.3)
    return [
        *found[:4],
        BenchSetting("first pass", replace(PAPER, prompts=20_000), Trace(replace(usual, prompts=20_000), lengths)),
        BenchSetting("fast learning", PAPER, Trace(fast, lengths)),
        BenchSetting("hard is long", PAPER, Trace(usual, lengths, slope=1.0)),
        *found[4:],
    ]


def speedups(
    rules: dict[str, Maker],
    difficulty: Difficulty,
    steps: int,
    lengths: Lengths | None = None,
    clusters: Sequence[Cluster] = (Cluster(),),
    seeds: int = 3,
) -> pd.DataFrame:
    """Cost of fixed draws divided by each rule's; above 1 is cheaper. One row per rule, cluster and seed."""
    rows, trace = [], Trace(difficulty, lengths or Lengths())
    size = replace(PAPER, prompts=difficulty.prompts)
    for seed in range(seeds):
        base = run(Fixed, size, trace, steps, seed)
        for name, make in rules.items():
            bill = run(make, size, trace, steps, seed)
            gains = {key: getattr(base, key) / getattr(bill, key) for key in ("prompts", "tokens", "rounds")}
            rows += [
                {"rule": name, "seed": seed, **asdict(c), **gains, "time": base.time(c) / bill.time(c)}
                for c in clusters
            ]
    return pd.DataFrame(rows)


def sweep(levels: Sequence[float], mean: float = 0.35, steps: int = 100, seeds: int = 1) -> pd.DataFrame:
    """Speed-ups at the paper's scale (128 groups of 16, 3100 prompts), one row per rule, trace and cluster.

    Traces differ in acceptance at the start (`levels`; the solve rates' mean stays, their spread follows) and in the spread
    of lengths; clusters in streams and in what a step takes besides generation.
    """
    tables, rules = [], {name: RULES[name] for name in SWEPT}
    for level in levels:
        for spread in (0.4, 1.0):
            table = speedups(rules, of_acceptance(level, mean), steps, Lengths(spread), CLUSTERS, seeds)
            tables.append(table.assign(acceptance=level, spread=spread))
    return pd.concat(tables, ignore_index=True)


def machines(base: Sequence[Bill], paper: Sequence[Bill]) -> list[Cluster]:
    """Those on which the paper's rule gains 1.15 to 1.35 in time; one of the middle where there is none."""
    gains = {c: mean(b.time(c) / p.time(c) for b, p in zip(base, paper, strict=True)) for c in CLUSTERS}
    return [c for c, gain in gains.items() if 1.15 <= gain <= 1.35] or [CLUSTERS[4]]


def compare(setting: BenchSetting, rules: dict[str, Maker], steps: int, seeds: int) -> pd.DataFrame:
    """One row per rule: every cost of fixed draws over the rule's, with Student's 95 % interval over seeds."""
    bills: dict[str, list[Bill]] = {}
    for name, make in ({"fixed": Fixed, "paper": Paper} | rules).items():
        bills[name] = [run(make, setting.size, setting.trace, steps, seed) for seed in range(seeds)]
    clusters = machines(bills["fixed"], bills["paper"])
    rows = []
    for name in rules:
        pairs = list(zip(bills["fixed"], bills[name], strict=True))
        gains = {cost: [of(base) / of(bill) for base, bill in pairs] for cost, of in COSTS.items()}
        gains["time"] = [_faster(base, bill, clusters) for base, bill in pairs]
        row: dict[str, object] = {"setting": setting.name, "rule": name, "machines": len(clusters), "seeds": seeds}
        for cost, values in gains.items():
            middle, low, high = interval(values)
            row |= {cost: middle, f"{cost}_low": low, f"{cost}_high": high}
        row["older"] = mean(b.older / b.tokens for b in bills[name])
        row["answers"] = mean(b.answers / b.groups for b in bills[name])
        rows.append(row)
    return pd.DataFrame(rows)


def _faster(base: Bill, bill: Bill, clusters: Sequence[Cluster]) -> float:
    """Time per freshly trained group, fixed draws over the rule; the geometric mean over machines."""
    return math.exp(mean(math.log(base.time(c) / base.fresh / (bill.time(c) / bill.fresh)) for c in clusters))


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Geometric mean and Student's 95 % interval; one value alone is its own interval, and NaN stays NaN."""
    if any(math.isnan(value) for value in values):
        return math.nan, math.nan, math.nan
    logs = [math.log(value) for value in values]
    spread = _STUDENT.get(len(logs), 2.0) * stdev(logs) / math.sqrt(len(logs)) if len(logs) > 1 else 0.0
    middle = mean(logs)
    return math.exp(middle), math.exp(middle - spread), math.exp(middle + spread)


def shown(table: pd.DataFrame, cost: str) -> str:
    """Rule by setting as text."""
    columns = [cost, f"{cost}_low", f"{cost}_high"]
    cells = table.assign(cell=[f"{row[0]:.2f} ±{(row[2] - row[1]) / 2:.2f}" for row in table[columns].to_numpy()])
    wide = cells.pivot_table("cell", "rule", "setting", aggfunc="first", sort=False)
    return f"{cost} of fixed draws / the rule's\n{wide.to_string()}\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, print, and write the table."""
    parser = argparse.ArgumentParser(prog="python -m rtlvr.draws.bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--steps", type=int, default=40, help="steps of every run")
    parser.add_argument("--seeds", type=int, default=3, help="runs of every rule in every setting")
    parser.add_argument("--rules", nargs="*", help="names of rules; all where none is given")
    parser.add_argument("--settings", nargs="*", help="beginnings of settings' names; all where none is given")
    parser.add_argument("--out", type=Path, default=Path("outputs/reference/draw_rules.csv"), help="the table")
    options = parser.parse_args(arguments)
    every = RULES | PARTS
    if unknown := set(options.rules or ()) - set(every):
        parser.error(f"got {', '.join(sorted(unknown))}; allowed: {', '.join(every)}")
    chosen = {name: every[name] for name in options.rules or every}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    tables, table = [], pd.DataFrame()
    for setting in settings():
        if not options.settings or setting.name.startswith(tuple(options.settings)):
            rules = {n: m for n, m in chosen.items() if n in RULES or setting.name in DISSECTED}
            tables.append(compare(setting, rules, options.steps, options.seeds))
            print(setting.name, flush=True)
            table = pd.concat(tables, ignore_index=True)
            table.round(3).to_csv(options.out, index=False)
    for cost in ("tokens", "rounds", "time", "signal", "weighed", "breadth"):
        print(shown(table, cost))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
