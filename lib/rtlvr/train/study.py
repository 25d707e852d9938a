"""The studies of notebook 05: ways to fill a step against one another, and the filters of the RL set (paper §3.1, §3.3)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, log
from statistics import mean, stdev

import pandas as pd
from scipy.stats import t as student

from rtlvr.data.filters import Filter, apply
from rtlvr.draws.rounds import Bill, run
from rtlvr.draws.sampling import Policy, Size
from rtlvr.draws.selectable import RULES as DRAW_RULES
from rtlvr.draws.traces import Difficulty, Lengths, Trace, fit
from rtlvr.evaluate.heldout import pass_at, problems_of
from rtlvr.records import Measurement, Problem, Triple
from rtlvr.schema import Rl, RlStudy
from rtlvr.train.filling import policy_of
from rtlvr.train.short_runs import Arm, FinishedRun, StudyKind
from rtlvr.verify.verdict import Mode

STAGE = "05_rl"
_PLAIN = {"carry_steps": 0, "prompt_history": False, "draw_margin": 0.0}
# What the bench calls a rule, and what training does.
SHOWN = {
    "fixed": "fixed", "paper": "paper", "GRESO": "greso", "DPS": "dps", "Reinforce-Ada": "reinforce-ada",
    "Knapsack RL": "knapsack-rl", "DOTS + replay": "dots-replay", "RollPacker": "rollpacker", "APRIL": "april",
    "prime-rl pools": "prime-rl-pools", "ours-tracking": "ours-tracking", "ours": "ours", "ours, narrow": "ours-narrow",
}  # fmt: skip
DEFAULT = "ours-tracking"  # the profile's default: tracking, with surplus carried and prompts remembered
RULES: dict[str, dict[str, object]] = {
    **{rule: {"draw_rule": rule, **_PLAIN} for rule in DRAW_RULES},
    "reinforce-ada": {"draw_rule": "reinforce-ada", **_PLAIN, "max_draws": 10},  # it needs four
    "tracking, carry": {"draw_rule": "tracking", "carry_steps": 2, "prompt_history": False, "draw_margin": 1.0},
    DEFAULT: {"draw_rule": "tracking", "carry_steps": 2, "prompt_history": True, "draw_margin": 1.0},
}
# What the simulator is held against: the column of a run's steps, and the simulated bill's.
_COMPARED: dict[str, tuple[str, Callable[[Bill], float]]] = {
    "prompts drawn": ("prompts_drawn", lambda bill: bill.prompts),
    "draws": ("draws", lambda bill: bill.rounds),
    "tokens": ("tokens_generated", lambda bill: bill.tokens),
}
FILTERS = ("none", "equivalence", "difficulty", "both")
_SUMMED = ["groups_used", "answers_trained", "prompts_drawn", "tokens_lost"]
COSTS: dict[str, Callable[[pd.DataFrame], float]] = {
    "tokens": lambda steps: steps["tokens_generated"].sum(),
    "rounds": lambda steps: steps["draws"].sum(),
    "wall": lambda steps: steps[["seconds_generate", "seconds_verify", "seconds_train"]].sum().sum(),
}


def rule_arms(study: RlStudy, train: Sequence[Problem]) -> list[Arm]:
    """Runs that differ in how a step is filled: at equal numbers of trained groups, and where asked at equal tokens."""
    size = {"prompts": study.rule_prompts, **_batch(study)}
    kinds: dict[StudyKind, dict[str, int]] = {"rule": {"steps": study.rule_steps}}
    if study.rule_tokens:
        kinds["tokens"] = {"steps": 10_000, "token_budget": study.rule_tokens}
    return [
        Arm(kind, rule, seed, {**size, **limit, **RULES[rule]}, tuple(train))
        for seed in range(study.seeds)  # seed by seed, so that what disturbs the machine disturbs all rules alike
        for rule in study.rules
        for kind, limit in kinds.items()
    ]


def rule_table(outcomes: Sequence[FinishedRun]) -> pd.DataFrame:
    """One row per finished run that compares rules: `equal` says what was (groups or tokens), costs, and held-out pass@1."""
    kinds: dict[StudyKind, str] = {"rule": "groups", "tokens": "tokens"}
    rows = []
    for outcome in outcomes:
        if outcome.study in kinds:
            steps = outcome.steps
            sums = {name: steps[name].sum() for name in _SUMMED}
            costs = {name: float(of(steps)) for name, of in COSTS.items()}
            rows.append({
                "equal": kinds[outcome.study], "rule": outcome.arm, "seed": outcome.seed, "steps": len(steps), **sums, **costs,
                "staleness": steps["staleness"].mean(), "heldout_pass@1": mean(s.reward for s in outcome.samples),
            })  # fmt: skip
    return pd.DataFrame(rows)


def filter_arms(study: RlStudy, rows: Sequence[Triple], equivalent: Filter, hard: Filter) -> list[Arm]:
    """Runs that differ in how the RL set was filtered, at equal numbers of generated tokens."""
    chosen = {"none": [], "equivalence": [equivalent], "difficulty": [hard], "both": [equivalent, hard]}
    size = {"steps": 10_000, "token_budget": study.filter_tokens, "prompts": 0, **RULES[DEFAULT], **_batch(study)}
    sets = {name: tuple(problems_of(apply(rows, chosen[name])[0])) for name in FILTERS}
    return [Arm("filter", name, seed, size, sets[name]) for seed in range(study.seeds) for name in FILTERS]


def reward_arms(study: RlStudy, train: Sequence[Problem], modes: Sequence[Mode] = ("testbench", "hybrid")) -> list[Arm]:
    """Runs that differ in the verifier that rewards, at equal numbers of steps; what they reward is judged again by proof."""
    size = {"steps": study.rule_steps, "prompts": study.rule_prompts, **RULES[DEFAULT], **_batch(study)}
    return [
        Arm("reward", mode, seed, size, tuple(train), mode, audited=True)
        for seed in range(study.seeds)
        for mode in modes
    ]


def reward_measurements(outcomes: Sequence[FinishedRun]) -> list[Measurement]:
    """By the verifier that rewards: reward_wrong, the share of rewarded answers that are wrong, and reward_seconds of a step.

    Means over seeds, with Student's 95 % intervals.
    """
    rows = []
    for arm, runs in _arms(_of("reward", outcomes)).items():
        measured = {
            ("reward_wrong", "%"): [100 * o.wrong / max(1, o.rewarded) for o in runs],
            ("reward_seconds", "s"): [float(o.steps["seconds_verify"].mean()) for o in runs],
        }
        rows += [_over_seeds(metric, arm, unit, values) for (metric, unit), values in measured.items()]
    return rows


def _over_seeds(
    metric: str, variant: str, unit: str, values: Sequence[float], most: float = float("inf")
) -> Measurement:
    """Their mean with Student's 95 % interval, which lies between 0 and `most`."""
    spread, middle = _spread(values), mean(values)
    low, high = (None, None) if spread is None else (max(0.0, middle - spread), min(most, middle + spread))
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
    """How many times cheaper than fixed draws per trained group, seed by seed: speedup_tokens, speedup_rounds, speedup_wall.

    Only seeds count in which fixed draws and the rule have trained on a group.
    """
    cost = {
        (o.arm, o.seed, name): float(of(o.steps)) / o.steps["groups_used"].sum()
        for o in _of("rule", outcomes)
        for name, of in COSTS.items()
        if o.steps["groups_used"].sum()
    }
    rows = []
    for rule in dict.fromkeys(rule for rule, _, _ in cost if rule != "fixed"):
        seeds = sorted({seed for known, seed, _ in cost if known == rule and ("fixed", seed, "tokens") in cost})
        for name in COSTS if seeds else ():
            found = ratio(pd.Series([cost["fixed", seed, name] / cost[rule, seed, name] for seed in seeds]))
            rows.append(_gain(f"speedup_{name}", rule, found, len(seeds)))
    return rows


def _gain(metric: str, rule: str, found: Ratio, count: int) -> Measurement:
    return Measurement(
        stage=STAGE, metric=metric, variant=rule, value=found.value, low=found.low, high=found.high, n=count, unit="x"
    )


def accuracies(outcomes: Sequence[FinishedRun]) -> list[Measurement]:
    """pass@1 of every arm on what `evaluation.on` names: metrics study_rule, study_filter and study_reward.

    The mean over seeds with its 95 % interval. Runs of one arm differ more than problems alone would make them, so the interval is
    over seeds, not problems.
    """
    rows = []
    for study in dict.fromkeys(o.study for o in outcomes):
        for arm, runs in _arms(_of(study, outcomes)).items():
            shares = [100 * mean(s.reward for s in o.samples) for o in runs]
            rows.append(_over_seeds(f"study_{study}", arm, "%", shares, most=100.0))
            rows += [_of_seed(o) for o in runs]
    return rows


def _of_seed(run: FinishedRun) -> Measurement:
    found = pass_at(1, run.samples, STAGE, run.arm)
    return found.model_copy(update={"metric": f"study_{run.study}_seed", "seed": run.seed})


def _of(study: StudyKind, outcomes: Sequence[FinishedRun]) -> list[FinishedRun]:
    return [outcome for outcome in outcomes if outcome.study == study]


def _arms(outcomes: Sequence[FinishedRun]) -> dict[str, list[FinishedRun]]:
    """The runs of one study by arm."""
    return {arm: [o for o in outcomes if o.arm == arm] for arm in dict.fromkeys(o.arm for o in outcomes)}


def _spread(values: Sequence[float]) -> float | None:
    """Half of Student's 95 % interval of the mean; None from a single value."""
    if len(values) < 2:
        return None
    return float(student.ppf(0.975, len(values) - 1)) * stdev(values) / float(len(values) ** 0.5)


def held_against(
    outcomes: Sequence[FinishedRun], study: RlStudy, rl: Rl, before: float, seeds: int = 20
) -> pd.DataFrame:
    """The simulator beside the real runs: prompts, rounds and tokens per rule, real mean, simulated mean and middle 95 %.

    The simulator knows of the real runs only what those with fixed draws tell: their rewards, acceptances, mean length and
    held-out gain. Rules without real runs are simulated alone: they say what each part of ours contributes.

    Args:
        before: held-out pass@1, in percent, of the policy that all runs start from.
    """
    outcomes = _of("rule", outcomes)
    real = [(o.arm, o.steps) for o in outcomes]
    base = [steps for rule, steps in real if rule == "fixed"]
    if not base:
        return pd.DataFrame(columns=["rule", "what", "real", "simulated", "low", "high"])
    size = study.rule_prompts or max(len(steps) for _, steps in real)
    after = pass_at(1, [s for o in outcomes if o.arm == "fixed" for s in o.samples], STAGE, "fixed").value
    difficulty = fit(_by_step(base), size, rl.group_size, _log_odds(after) - _log_odds(before))
    usual = mean(float(steps["completion_tokens"].mean()) for steps in base)
    rows = []
    for rule, changes in RULES.items():
        bills = _simulated(rl.model_copy(update={**_batch(study), **changes}), difficulty, study.rule_steps, seeds)
        known = [steps for run, steps in real if run == rule]
        for what, (column, of) in _COMPARED.items():
            found = pd.Series([of(bill) * (usual if what == "tokens" else 1.0) for bill in bills])
            measured = mean(float(steps[column].sum()) for steps in known) if known else None
            rows.append((rule, what, measured, found.mean(), found.quantile(0.025), found.quantile(0.975)))
    return pd.DataFrame(rows, columns=["rule", "what", "real", "simulated", "low", "high"])


def _simulated(rl: Rl, difficulty: Difficulty, steps: int, seeds: int) -> list[Bill]:
    def make(size: Size, seed: int) -> Policy:
        return policy_of(rl, size.prompts, seed)

    size = Size(rl.prompts_per_step, rl.group_size, difficulty.prompts, rl.max_draws)
    return [run(make, size, Trace(difficulty, Lengths()), steps, seed) for seed in range(seeds)]


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
    """speedup_simulated of every rule, in time, by the table of `rtlvr.draws.bench`: settings at the paper's scale.

    Geometric means over the settings that differ in acceptance and in the spread of lengths, with their range; machines are those
    on which the paper's rule gains about what was published. A rule's own name in training is its variant.
    """
    main = table[table["setting"].str.startswith("acceptance")]
    times = {
        name: [float(t) for t in main["time"][main["rule"] == rule]] for rule, name in SHOWN.items() if rule != "fixed"
    }
    return [
        _gain("speedup_simulated", name, Ratio(exp(mean(map(log, found))), min(found), max(found)), len(found))
        for name, found in times.items()
        if found
    ]
