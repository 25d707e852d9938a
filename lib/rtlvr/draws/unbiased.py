"""The gradient of a group whose size depends on its own rewards, without bias.

Plain estimator of a prompt's gradient from N answers, N fixed: every reward less the mean of the others, times the
gradient of the answer's log-probability, averaged. Its expectation is the gradient of the expected reward. Stop a group
when its rewards please and that is lost: groups that were lucky early end early.

What repairs it: the estimator from the first two answers alone is unbiased whatever happens later (every rule asks for two),
and may be replaced by its mean over all orders of the answers that would have stopped at the same counts. It is
not zero where the two differ, so with `right` and `wrong` answers at the end it becomes

    share / 2 * (mean gradient of the right answers - mean gradient of the wrong ones),

`share` being the share of those orders that begin with one of each: a count of lattice paths. With N fixed this is the
plain estimator itself. It holds for rules that look at rewards (right or wrong) and at what was known before the group,
not at lengths or texts, and for one policy: across steps a ratio to the policy that sampled is needed besides.

Prompts taken with a probability c when their turn comes count 1 / c (`Ask.weight`).
"""

from collections.abc import Callable
from functools import cache

Stops = Callable[[int, int], bool]  # (right, wrong): whether the group ends there


def fixed_size(group: int) -> Stops:
    """The plain rule: a group ends at `group` answers."""
    return lambda right, wrong: right + wrong >= group


def share(stops: Stops, right: int, wrong: int) -> float:
    """Of the orders in which a group may come to end with these counts, the share that begins with one of each kind.

    Raises:
        ValueError: the rule does not stop there, or cannot come there.
    """
    if not stops(right, wrong):
        raise ValueError(f"got {right} right, {wrong} wrong; a group does not end there by this rule")

    @cache
    def ways(r: int, w: int) -> tuple[int, int]:
        """Orders that come to (r, w): all, and those that begin with one of each."""
        if r + w == 0:
            return 1, 0
        if r + w == 2 and r == 1:
            return 2, 2
        found = [ways(*at) for at in ((r - 1, w), (r, w - 1)) if min(at) >= 0 and not (sum(at) >= 2 and stops(*at))]
        return sum(a for a, _ in found), sum(b for _, b in found)

    every, unlike = ways(right, wrong)
    if not every:
        raise ValueError(f"got {right} right, {wrong} wrong; no order of answers comes there by this rule")
    return unlike / every


def advantages(stops: Stops, right: int, wrong: int) -> tuple[float, float]:
    """What a right and a wrong answer's log-probability is multiplied by; summed over the group it estimates the gradient."""
    if not right or not wrong:
        return 0.0, 0.0
    half = share(stops, right, wrong) / 2
    return half / right, -half / wrong
