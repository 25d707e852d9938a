"""Advantages: GRPO's where groups are alike, every prompt counted alike where they are not, and without bias where asked."""

from dataclasses import replace
from statistics import mean, stdev

import pytest

from rtlvr.draws.advantages import correction_of, group_advantages, step_advantages
from rtlvr.draws.ours import OURS, Ours, Parts
from rtlvr.draws.published import Fixed
from rtlvr.draws.published_groups import ReinforceAda
from rtlvr.draws.sampling import Growing, Size
from rtlvr.draws.unbiased import advantages

SIZE = Size(batch=4, group=4, prompts=30)


def group(right: int, wrong: int, weight: float = 1.0, first: int = 0) -> Growing:
    rewards = [1.0] * right + [0.0] * wrong
    return Growing(1, 1, 0, weight, rewards, [1.0] * len(rewards), first=first or len(rewards))


@pytest.mark.parametrize("correction", ["none", "groups", "all"])
def test_equal_groups_are_grpos(correction: str) -> None:
    groups = [replace(group(1, 3), scores=[0.8, 0.0, -0.5, 0.0]), group(2, 2)]
    for found, given in zip(step_advantages(groups, Fixed(SIZE, 0), correction), groups, strict=True):
        scores = given.scores or given.rewards
        assert found == pytest.approx([(s - mean(scores)) / (stdev(scores) + 1e-4) for s in scores])


def test_every_prompt_counts_alike_however_many_answers_it_has() -> None:
    """The gradient of a step is the sum over answers: a group's advantages, times its size, are what it adds by a mean."""
    groups = [group(1, 1), group(4, 4), group(2, 4)]
    found = step_advantages(groups, Fixed(SIZE, 0))
    for values, given in zip(found, groups, strict=True):
        plain, size = group_advantages(given), len(given.rewards)
        assert sum(map(abs, values)) == pytest.approx(mean(len(g.rewards) for g in groups) * mean(map(abs, plain)))
        assert values == pytest.approx([(16 / 3) / size * a for a in plain])


def test_a_uniform_group_counts_nothing_though_its_scores_differ() -> None:
    penalised = replace(group(4, 0), scores=[1.0, 0.5, 1.0, 1.0])
    assert step_advantages([penalised, group(1, 3)], Fixed(SIZE, 0))[0] == [0.0] * 4


@pytest.mark.parametrize(("parts", "first"), [(OURS, 4), (Parts(probe=4, early=2), 4), (Parts(deep=True), 8)])
def test_the_correction_makes_the_plain_estimator_the_unbiased_one(parts: Parts, first: int) -> None:
    policy, seen = Ours(replace(SIZE, group=8), 0, parts), 0
    for right in range(1, 16):
        for wrong in range(1, 16):
            given = group(right, wrong, first=first)
            try:
                wanted = advantages(policy.ends(given), right, wrong)
            except ValueError:
                continue  # no group ends there
            size, seen = right + wrong, seen + 1
            plain = (wrong / (size * (size - 1)), -right / (size * (size - 1)))  # leave-one-out, averaged
            found = [correction_of(given, policy) * p for p in plain]
            assert found == pytest.approx(wanted)
    assert seen > 4


def test_groups_that_were_probed_are_corrected_and_only_where_asked() -> None:
    policy = Ours(replace(SIZE, group=8), 0, OURS)
    groups = [group(1, 7, first=4), group(4, 4, first=8)]
    plain, corrected = (step_advantages(groups, policy, c) for c in ("none", "groups"))
    assert corrected[1] == plain[1], "its size was fixed"
    # The one right answer is among the first 4, else the group had ended: of 4 orders 2 begin unlike, of all 8 also 2.
    assert corrected[0] == pytest.approx([2 * a for a in plain[0]])


def test_weights_count_relative_to_the_steps_mean() -> None:
    groups = [group(2, 2, weight=3.0), group(2, 2)]
    light, heavy = (step_advantages(groups, Fixed(SIZE, 0), c) for c in ("groups", "all"))
    assert light[0] == light[1]
    assert heavy[0] == pytest.approx([1.5 * a for a in light[0]])
    assert heavy[1] == pytest.approx([0.5 * a for a in light[1]])


def test_a_group_that_was_cut_is_held_against_all_its_answers() -> None:
    rule, late = ReinforceAda(SIZE, 0), replace(group(1, 7), content=[*range(8)])
    assert rule.judge(late) == "keep"
    assert late.content == [0, 1, 2, 3]
    rewards = [1.0] + [0.0] * 7
    assert group_advantages(late)[0] == pytest.approx((1 - 1 / 8) / (stdev(rewards) + 1e-4))
