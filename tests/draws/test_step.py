"""Filling a step: the properties that dynamic sampling promises, on prompts of known difficulty."""

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from rtlvr.draws.sampling import Ask, Filler, Growing, Policy, Size
from rtlvr.draws.saving import restore, saved
from rtlvr.draws.selectable import made

SIZE = Size(batch=8, group=4, prompts=60, max_rounds=50)
RULES = {
    "fixed": ("fixed", 0, False, 0.0),
    "paper": ("paper", 0, False, 0.0),
    "tracking": ("tracking", 0, False, 0.0),
    "carry": ("tracking", 2, False, 1.0),
    "ours-tracking": ("tracking", 2, True, 1.0),
}


class World:
    """Prompts with fixed solve rates, half of them never or always solved; remembers all groups that it gave."""

    def __init__(self, prompts: int, seed: int) -> None:
        self.rng, self.given, self.sizes = random.Random(seed), list[Growing](), list[int]()
        self.rates = [self.rng.choice((0.0, 1.0, 0.3, 0.6)) for _ in range(prompts)]

    def round(
        self, step: int, asks: Sequence[Ask], policy: Policy, ready: int, opened: Sequence[Growing]
    ) -> list[Growing]:
        self.sizes.append(len(asks))
        return [self.group(ask, step) for ask in asks]

    def group(self, ask: Ask, step: int) -> Growing:
        rewards = [float(self.rng.random() < self.rates[ask.prompt]) for _ in range(ask.answers)]
        group = Growing(
            len(self.given), ask.prompt, step, rewards=rewards, lengths=[1.0] * ask.answers, first=ask.answers
        )
        self.given.append(group)
        return group


def filler(name: str, world: World, size: Size = SIZE, seed: int = 0) -> Filler:
    rule, carry, history, margin = RULES[name]
    return Filler(made(rule, size, seed, carry, history, margin), world)


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("seed", range(5))
def test_every_step_has_exactly_b_mixed_groups_used_once(name: str, seed: int) -> None:
    world, used = World(60, seed), list[int]()
    filling = filler(name, world, seed=seed)
    for step in range(1, 40):
        filled = filling.fill(step)
        assert len(filled.used) == SIZE.batch
        assert all(g.mixed and step - g.step <= RULES[name][1] for g in filled.used)
        assert filled.rounds <= SIZE.max_rounds
        used += [g.number for g in filled.used]
    assert len(used) == len(set(used)), "a group was trained on twice"
    assert set(used) <= {g.number for g in world.given}


@pytest.mark.parametrize("name", RULES)
def test_no_round_is_larger_than_the_cap_and_no_step_draws_for_ever(name: str) -> None:
    world = World(20, 0)
    world.rates = [0.0] * 20
    filled = filler(name, world, replace(SIZE, prompts=20, max_rounds=3)).fill(1)
    assert (filled.rounds, filled.used) == (3, [])
    assert max(world.sizes) <= 4 * SIZE.batch
    assert len(filled.ended) == sum(world.sizes)


def test_no_prompt_is_starved() -> None:
    """Prompts whose answers are always alike are drawn less, and still again and again."""
    world = World(40, 3)
    filling = filler("ours-tracking", world, replace(SIZE, prompts=40), seed=3)
    for step in range(1, 400):
        filling.fill(step)
    drawn = Counter(g.prompt for g in world.given)
    late = Counter(g.prompt for g in world.given if g.step > 300)
    assert set(drawn) == set(late) == set(range(40))
    mixed = [late[p] for p in range(40) if 0 < world.rates[p] < 1]
    alike = [late[p] for p in range(40) if world.rates[p] in (0, 1)]
    assert sum(mixed) / len(mixed) > 2 * sum(alike) / len(alike)


def test_carrying_wastes_nothing_and_history_draws_less() -> None:
    """Prompts drawn for the same number of trained groups fall from one part to the next."""
    cost = {}
    for name in RULES:
        worlds = [World(60, seed) for seed in range(5)]
        for seed, world in enumerate(worlds):
            filling = filler(name, world, seed=seed)
            for step in range(1, 40):
                filling.fill(step)
        cost[name] = sum(len(world.given) for world in worlds)
    assert cost["fixed"] > cost["tracking"] > cost["carry"] > cost["ours-tracking"]
    assert cost["fixed"] > 1.5 * cost["ours-tracking"]


def test_surplus_is_dropped_when_it_is_stale() -> None:
    filling = filler("carry", World(60, 0))
    filling.policy.carry = 1
    filling.surplus = [Growing(-1, 0, 1, rewards=[0.0, 1.0]), Growing(-2, 1, 3, rewards=[0.0, 1.0])]
    filled = filling.fill(4)
    assert (filled.carried, filled.dropped) == (1, 1)
    assert filled.used[0].prompt == 1


@pytest.mark.parametrize("name", RULES)
def test_a_restart_changes_nothing(name: str) -> None:
    def run(stop: int) -> list[list[int]]:
        world, prompts = World(60, 1), []
        filling = filler(name, world, seed=7)
        for step in range(1, 20):
            if step == stop:
                state, contents = saved(filling)
                filling = filler(name, world, seed=7)
                restore(filling, json.loads(json.dumps(state)), contents)
            prompts.append([g.prompt for g in filling.fill(step).ended])
        return prompts

    assert run(stop=0) == run(stop=9)
