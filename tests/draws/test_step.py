"""Filling a step: the properties that dynamic sampling promises, on prompts of known difficulty."""

import json
import random
from collections import Counter
from dataclasses import replace

import pytest

from rtlvr.draws.step import DynamicSampler, Group, Plan

PLANS = {
    "fixed": Plan("fixed", 8, 4, 50),
    "paper": Plan("paper", 8, 4, 50),
    "tracking": Plan("tracking", 8, 4, 50),
    "carry": Plan("tracking", 8, 4, 50, carry_steps=2, margin=1.0),
    "ours": Plan("tracking", 8, 4, 50, carry_steps=2, history=True, margin=1.0),
}


class World:
    """Prompts with fixed solve rates, half of them never or always solved; remembers all groups that it gave."""

    def __init__(self, prompts: int, seed: int) -> None:
        self.rng, self.given = random.Random(seed), []
        self.rates = [self.rng.choice((0.0, 1.0, 0.3, 0.6)) for _ in range(prompts)]

    def roll_out(self, step: int, group: int):
        def answer(prompts: list[int]) -> list[Group]:
            found = [
                Group(p, step, tuple(float(self.rng.random() < self.rates[p]) for _ in range(group)), object())
                for p in prompts
            ]
            self.given += found
            return found

        return answer


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("seed", range(5))
def test_every_step_has_exactly_b_mixed_groups_used_once(name: str, seed: int) -> None:
    plan, world = PLANS[name], World(60, seed)
    sampler, used = DynamicSampler(plan, 60, seed), []
    for step in range(1, 40):
        filled = sampler.collect(step, world.roll_out(step, plan.group))
        assert len(filled.used) == plan.batch
        assert all(g.mixed and step - g.step <= plan.carry_steps for g in filled.used)
        assert filled.draws <= plan.max_draws
        used += [id(g.content) for g in filled.used]
    assert len(used) == len(set(used)), "a group was trained on twice"
    assert set(used) <= {id(g.content) for g in world.given}


@pytest.mark.parametrize("name", PLANS)
def test_no_draw_is_larger_than_the_cap_and_no_step_draws_for_ever(name: str) -> None:
    plan = replace(PLANS[name], max_draws=3)
    sampler, sizes = DynamicSampler(plan, 20, 0), []

    def hopeless(prompts: list[int]) -> list[Group]:
        sizes.append(len(prompts))
        return [Group(p, 1, (0.0,) * 4) for p in prompts]

    filled = sampler.collect(1, hopeless)
    assert (filled.draws, filled.used) == (3, [])
    assert max(sizes) <= 4 * plan.batch
    assert len(filled.uniform) == sum(sizes)


def test_no_prompt_is_starved() -> None:
    """Prompts whose answers are always alike are drawn less, and still again and again."""
    plan, world = PLANS["ours"], World(40, 3)
    sampler = DynamicSampler(plan, 40, 3)
    for step in range(1, 400):
        sampler.collect(step, world.roll_out(step, plan.group))
    drawn = Counter(g.prompt for g in world.given)
    late = Counter(g.prompt for g in world.given if g.step > 300)
    assert set(drawn) == set(late) == set(range(40))
    mixed = [late[p] for p in range(40) if 0 < world.rates[p] < 1]
    alike = [late[p] for p in range(40) if world.rates[p] in (0, 1)]
    assert sum(mixed) / len(mixed) > 2 * sum(alike) / len(alike)


def test_carrying_wastes_nothing_and_history_draws_less() -> None:
    """Prompts drawn for the same number of trained groups fall from one part to the next."""
    cost = {}
    for name, plan in PLANS.items():
        total = 0
        for seed in range(5):
            world = World(60, seed)
            sampler = DynamicSampler(plan, 60, seed)
            total += sum(len(sampler.collect(step, world.roll_out(step, 4)).drawn) for step in range(1, 40))
        cost[name] = total
    assert cost["fixed"] > cost["tracking"] > cost["carry"] > cost["ours"]
    assert cost["fixed"] > 1.5 * cost["ours"]


def test_surplus_is_dropped_when_it_is_stale() -> None:
    sampler = DynamicSampler(replace(PLANS["carry"], carry_steps=1), 60, 0)
    sampler.surplus = [Group(0, 1, (0.0, 1.0)), Group(1, 3, (0.0, 1.0))]
    filled = sampler.collect(4, World(60, 0).roll_out(4, 4))
    assert (filled.carried_in, filled.dropped) == (1, 1)
    assert filled.used[0].prompt == 1


@pytest.mark.parametrize("name", PLANS)
def test_a_restart_changes_nothing(name: str) -> None:
    plan = PLANS[name]

    def run(stop: int) -> list[list[int]]:
        world, sampler, prompts = World(60, 1), DynamicSampler(plan, 60, 7), []
        for step in range(1, 20):
            if step == stop:
                kept = sampler.surplus
                state = json.loads(json.dumps(sampler.state()))
                sampler = DynamicSampler(plan, 60, 7)
                sampler.restore(state, kept)
            filled = sampler.collect(step, world.roll_out(step, plan.group))
            prompts.append([g.prompt for g in filled.drawn])
        return prompts

    assert run(stop=0) == run(stop=9)


def test_draws_are_shared_evenly_among_processes() -> None:
    for plan in PLANS.values():
        world, sizes = World(60, 0), []
        sampler = DynamicSampler(plan, 60, 0, multiple=3)
        answer = world.roll_out(1, 4)
        sampler.collect(1, lambda prompts, answer=answer, sizes=sizes: sizes.append(len(prompts)) or answer(prompts))
        assert all(size % 3 == 0 for size in sizes)
