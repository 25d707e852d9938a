"""What each answer of a step counts: GRPO's advantages per group, unequal groups weighed alike, corrections applied.

A group's advantages are its scores less their mean, over their standard deviation (GRPO; `against` where it was cut). Two factors
follow, and both are 1 where all groups have the same fixed size, so that the step is then GRPO's to the last digit:

- mean size / own size: the loss sums over answers, and every prompt is to count alike however many answers it has;
- the correction: with `groups` that of `unbiased`, for groups that end by their own rewards; with `all` also the group's
  weight (one over the probability with which its prompt was taken), relative to the step's mean weight.

The correction makes the estimator from raw rewards unbiased. Dividing by a group's standard deviation is another
objective to begin with; the correction leaves that as it finds it. A group that is not mixed counts nothing.
"""

from collections.abc import Sequence
from statistics import mean, stdev
from typing import Literal

from .sampling import Growing, Policy
from .unbiased import fixed_size, share

Correction = Literal["none", "groups", "all"]
_TINY = 1e-4  # beside the standard deviation, as in TRL


def step_advantages(groups: Sequence[Growing], policy: Policy, correction: Correction = "groups") -> list[list[float]]:
    """One advantage per answer of every group of a step.

    Raises:
        ValueError: a group ended where its policy says that none does.
    """
    mixed = [g for g in groups if g.mixed]
    usual = mean(len(g.rewards) for g in mixed) if mixed else 1.0
    heavy = mean(g.weight for g in mixed) if mixed else 1.0
    found = []
    for group in groups:
        factor = usual / len(group.rewards) if group.mixed else 0.0
        if group.mixed and correction != "none":
            factor *= correction_of(group, policy)
        if correction == "all":
            factor *= group.weight / heavy
        found.append([factor * a for a in group_advantages(group)])
    return found


def group_advantages(group: Growing) -> list[float]:
    """Scores less their mean, over their standard deviation."""
    scores = group.scores or group.rewards
    against = group.against or scores
    middle, spread = mean(against), stdev(against) if len(against) > 1 else 0.0
    return [(s - middle) / (spread + _TINY) for s in scores]


def correction_of(group: Growing, policy: Policy) -> float:
    """How many times the unbiased estimator from a mixed group is the plain one; 1 where its size was fixed beforehand."""
    if type(policy).ends is Policy.ends:
        return 1.0
    right, wrong = group.right, group.wrong
    if not right or not wrong:  # rewards between, or above 1, differ as well
        return 1.0
    return share(policy.ends(group), right, wrong) / share(fixed_size(right + wrong), right, wrong)
