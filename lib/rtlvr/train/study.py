"""The studies of notebook 05: ways to fill a step against one another, and the filters of the RL set (paper §3.1, §3.3)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, log
from statistics import mean, stdev

import pandas as pd
from scipy.stats import t as student

from rtlvr.data.filters import Filter, apply
from rtlvr.draws.simulate import fit, like_published, simulate
from rtlvr.evaluate.heldout import pass_at, problems_of
from rtlvr.params import Rl, RlStudy
from rtlvr.records import Measurement, Problem, Triple
from rtlvr.train.dapo import plan_of
from rtlvr.train.short_runs import Arm, FinishedRun
from rtlvr.verify.verdict import Mode

STAGE = "05_rl"
_PLAIN = {"carry_steps": 0, "prompt_history": False, "draw_margin": 0.0}
# Each adds one part to the one before; `ours` is the last.
RULES: dict[str, dict[str, object]] = {
    "fixed": {"draw_rule": "fixed", **_PLAIN},
    "paper": {"draw_rule": "paper", **_PLAIN},
    "tracking": {"draw_rule": "tracking", **_PLAIN},
    "tracking, carry": {"draw_rule": "tracking", "carry_steps": 2, "prompt_history": False, "draw_margin": 1.0},
    "ours": {"draw_rule": "tracking", "carry_steps": 2, "prompt_history": True, "draw_margin": 1.0},
}
FILTERS = ("none", "equivalence", "difficulty", "both")
COSTS: dict[str, Callable[[pd.DataFrame], float]] = {
    "tokens": lambda steps: steps["tokens_generated"].sum(),
    "rounds": lambda steps: steps["draws"].sum(),
    "wall": lambda steps: steps[["seconds_generate", "seconds_verify", "seconds_train"]].sum().sum(),
}


def rule_arms(study: RlStudy, train: Sequence[Problem], rules: Sequence[str] = ("fixed", "paper", "ours")) -> list[Arm]:
    """Runs that differ in how a step is filled, at equal numbers of trained groups."""
    size = {"steps": study.rule_steps, "prompts": study.rule_prompts, **_batch(study)}
    return [
        Arm(f"rule {rule}", seed, {**size, **RULES[rule]}, tuple(train))
        for seed in range(study.seeds)  # seed by seed, so that what disturbs the machine disturbs all rules alike
        for rule in rules
    ]


def filter_arms(study: RlStudy, rows: Sequence[Triple], equivalent: Filter, hard: Filter) -> list[Arm]:
    """Runs that differ in how the RL set was filtered, at equal numbers of generated tokens."""
    chosen = {"none": [], "equivalence": [equivalent], "difficulty": [hard], "both": [equivalent, hard]}
    size = {"steps": 10_000, "token_budget": study.filter_tokens, "prompts": 0, **RULES["ours"], **_batch(study)}
    sets = {name: tuple(problems_of(apply(rows, chosen[name])[0])) for name in FILTERS}
    return [Arm(f"filter {name}", seed, size, sets[name]) for seed in range(study.seeds) for name in FILTERS]


def reward_arms(study: RlStudy, train: Sequence[Problem], modes: Sequence[Mode] = ("testbench", "hybrid")) -> list[Arm]:
    """Runs that differ in the verifier that rewards, at equal numbers of steps; what they reward is judged again by proof."""
    size = {"steps": study.rule_steps, "prompts": study.rule_prompts, **RULES["ours"], **_batch(study)}
    return [
        Arm(f"reward {mode}", seed, size, tuple(train), mode, audited=True)
        for seed in range(study.seeds)
        for mode in modes
    ]


def reward_measurements(outcomes: Sequence[FinishedRun]) -> list[Measurement]:
    """By the verifier that rewards: reward_wrong, the share of rewarded answers that are wrong, and reward_seconds of a step.

    Means over seeds, with Student's 95 % intervals.
    """
    rows = []
    for arm in dict.fromkeys(o.arm for o in outcomes if o.arm.startswith("reward ")):
        runs = [o for o in outcomes if o.arm == arm]
        measured = {
            ("reward_wrong", "%"): [100 * o.wrong / max(1, o.rewarded) for o in runs],
            ("reward_seconds", "s"): [float(o.steps["seconds_verify"].mean()) for o in runs],
        }
        rows += [
            _over_seeds(metric, arm.partition(" ")[2], unit, values) for (metric, unit), values in measured.items()
        ]
    return rows


def _over_seeds(metric: str, variant: str, unit: str, values: Sequence[float]) -> Measurement:
    spread, middle = _spread(values), mean(values)
    low, high = (None, None) if spread is None else (max(0.0, middle - spread), middle + spread)
    return Measurement(
        stage=STAGE, metric=metric, variant=variant, value=middle, low=low, high=high, n=len(values), unit=unit
    )


def _batch(study: RlStudy) -> dict[str, object]:
    count = study.prompts_per_step
    return {"prompts_per_step": count, "mini_batch_prompts": count, "eval_problems": 0, "save_steps": 10}


@dataclass(frozen=True)
class Ratio:
    """A geometric mean over seeds with its 95 % interval (Student's t on the logarithms)."""

    value: float
    low: float | None
    high: float | None


def ratio(values: pd.Series) -> Ratio:
    """The mean of positive ratios, one per seed; no interval from a single one."""
    logs = [log(value) for value in values]
    spread = _spread(logs)
    if spread is None:
        return Ratio(float(values.iloc[0]), None, None)
    return Ratio(exp(mean(logs)), exp(mean(logs) - spread), exp(mean(logs) + spread))


def rule_speedups(outcomes: Sequence[FinishedRun]) -> list[Measurement]:
    """How many times cheaper than fixed draws, seed by seed: metrics speedup_tokens, speedup_rounds, speedup_wall."""
    cost = {
        (o.arm.removeprefix("rule "), o.seed, name): float(of(o.steps))
        for o in outcomes
        for name, of in COSTS.items()
        if o.arm.startswith("rule ")
    }
    seeds = sorted({seed for _, seed, _ in cost})
    rows = []
    for rule in dict.fromkeys(rule for rule, _, _ in cost if rule != "fixed"):
        for name in COSTS:
            found = ratio(pd.Series([cost["fixed", seed, name] / cost[rule, seed, name] for seed in seeds]))
            rows.append(
                Measurement(
                    stage=STAGE,
                    metric=f"speedup_{name}",
                    variant=rule,
                    value=found.value,
                    low=found.low,
                    high=found.high,
                    n=len(seeds),
                    unit="x",
                )
            )
    return rows


def accuracies(outcomes: Sequence[FinishedRun]) -> list[Measurement]:
    """Held-out pass@1 of every arm: metrics study_rule and study_filter, the seeds' mean with Student's 95 % interval.

    Runs of one arm differ more than problems alone would make them, so the interval is over seeds, not problems.
    """
    rows = []
    for arm in dict.fromkeys(o.arm for o in outcomes):
        shares = [100 * mean(s.reward for s in o.samples) for o in outcomes if o.arm == arm]
        kind, _, name = arm.partition(" ")
        spread = _spread(shares)
        low, high = (None, None) if spread is None else (max(0, mean(shares) - spread), min(100, mean(shares) + spread))
        metric, value = f"study_{kind}", mean(shares)
        rows.append(
            Measurement(
                stage=STAGE, metric=metric, variant=name, value=value, low=low, high=high, n=len(shares), unit="%"
            )
        )
        rows += [
            pass_at(1, o.samples, STAGE, f"{name} seed {o.seed}").model_copy(update={"metric": f"study_{kind}_seed"})
            for o in outcomes
            if o.arm == arm
        ]
    return rows


def _spread(values: Sequence[float]) -> float | None:
    """Half of Student's 95 % interval of the mean; None from a single value."""
    if len(values) < 2:
        return None
    return float(student.ppf(0.975, len(values) - 1)) * stdev(values) / float(len(values) ** 0.5)


def held_against(
    outcomes: Sequence[FinishedRun], study: RlStudy, rl: Rl, before: float, seeds: int = 20
) -> pd.DataFrame:
    """The simulator beside the real runs: prompts and draws per rule, real mean over seeds, simulated mean and middle 95 %.

    The simulator knows of the real runs only what those with fixed draws tell: their rewards, acceptances and held-out gain.
    Rules without real runs are simulated alone: they say what each part of ours contributes.

    Args:
        before: held-out pass@1, in percent, of the policy that all runs start from.
    """
    real = [(o.arm.removeprefix("rule "), o.steps) for o in outcomes if o.arm.startswith("rule ")]
    if not real:
        return pd.DataFrame(columns=["rule", "what", "real", "simulated", "low", "high"])
    size = study.rule_prompts or max(len(steps) for _, steps in real)
    after = pass_at(1, [s for o in outcomes if o.arm == "rule fixed" for s in o.samples], STAGE, "fixed").value
    fixed = _by_step([steps for rule, steps in real if rule == "fixed"])
    difficulty = fit(fixed, size, rl.group_size, _log_odds(after) - _log_odds(before))
    rows = []
    for rule, changes in RULES.items():
        plan = plan_of(rl.model_copy(update={**_batch(study), **changes}))
        costs = [simulate(plan, difficulty, study.rule_steps, seed=seed) for seed in range(seeds)]
        known = [steps for run, steps in real if run == rule]
        for what, column, name in (("prompts drawn", "prompts_drawn", "prompts"), ("draws", "draws", "draws")):
            found = pd.Series([float(getattr(cost, name)) for cost in costs])
            measured = mean(float(steps[column].sum()) for steps in known) if known else None
            rows.append((rule, what, measured, found.mean(), found.quantile(0.025), found.quantile(0.975)))
    return pd.DataFrame(rows, columns=["rule", "what", "real", "simulated", "low", "high"])


def _log_odds(percent: float) -> float:
    share = min(max(percent / 100, 0.01), 0.99)
    return log(share / (1 - share))


def _by_step(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Several runs as one, by step: sums of prompts and groups, and means weighted by prompts."""
    every = pd.concat(tables, ignore_index=True)
    means, counts = ["reward", "acceptance"], ["prompts_drawn", "groups_used"]
    weighted = every[["step", *counts]].join(every[means].mul(every["prompts_drawn"], axis=0), how="left")
    sums = weighted.groupby("step").sum()
    found = sums[means].div(sums["prompts_drawn"], axis=0)
    return found.assign(prompts_drawn=sums["prompts_drawn"], groups_used=sums["groups_used"] / len(tables))


def simulated_speedups(table: pd.DataFrame) -> list[Measurement]:
    """speedup_simulated: means over the settings in which the paper's rule gains about what was published, with their range."""
    like = like_published(table)
    return [
        Measurement(
            stage=STAGE, metric="speedup_simulated", variant=rule, value=like[rule].mean(), n=len(like), unit="x",
            low=like[rule].min(), high=like[rule].max(),
        )
        for rule in ("paper", "ours")
        if len(like)
    ]  # fmt: skip
