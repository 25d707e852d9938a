"""A sampler goes on from its saved state as if it had never stopped, in the middle of a step as well."""

import json
from copy import deepcopy

import pytest
from toy_writer import LONGEST, ToyWriter

from rtlvr.draws.answering import Rounds
from rtlvr.draws.bench import PARTS
from rtlvr.draws.published import Fixed
from rtlvr.draws.sampling import Filler, Growing, Policy, Size
from rtlvr.draws.saving import restore, saved
from rtlvr.draws.selectable import RULES, made

SIZE = Size(batch=4, group=4, prompts=30, max_rounds=12)
EVERY = [*RULES, *PARTS]


def filler(name: str) -> Filler:
    policy = made(name, SIZE, 7) if name in RULES else PARTS[name](SIZE, 7)
    return Filler(policy, Rounds(ToyWriter(), LONGEST, 3))


def again(old: Filler, name: str) -> Filler:
    """Another process: nothing but JSON and the answers' contents reaches it."""
    state, contents = saved(old)
    text, kept = json.dumps(state), deepcopy(contents)
    new = filler(name)
    restore(new, json.loads(text), kept)
    assert json.dumps(saved(new)[0]) == text
    return new


def told(groups: list[Growing]) -> list[tuple[object, ...]]:
    return [(g.number, g.key, g.prompt, g.step, g.weight, g.rewards, g.lengths, g.scores, g.content) for g in groups]


@pytest.mark.parametrize("name", EVERY)
def test_stopped_after_every_round_it_fills_the_same_steps(name: str) -> None:
    whole, broken, stops = filler(name), filler(name), 0
    for step in range(1, 9):
        filled = whole.fill(step)
        broken.begin(step)
        while broken.lacking:
            broken = again(broken, name)
            broken.advance()
            stops += 1
        found = again(broken, name).fill(step)
        broken.fill(step)
        assert told(found.used) == told(filled.used)
        assert (found.rounds, found.carried, found.dropped) == (filled.rounds, filled.carried, filled.dropped)
        assert told(found.ended) == told(filled.ended)
        broken = again(broken, name)
    assert stops > 2


@pytest.mark.parametrize("name", ["ours", "april"])
def test_answers_that_were_stopped_are_in_the_state(name: str) -> None:
    one = filler(name)
    one.fill(1)
    state = saved(one)[0]
    going = [draft for group in state["groups"] for draft in group["going"]]
    assert going
    assert any(draft["of"]["ids"] for draft in going)


def test_a_state_of_another_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="state of rule Fixed; allowed: that of Greso"):
        restore(filler("greso"), saved(filler("fixed"))[0], {})


def test_what_cannot_be_written_is_refused_at_once() -> None:
    class Forgetful(Fixed):
        def begin(self, step: int) -> None:
            self.seen = frozenset({step})

    policy: Policy = Forgetful(SIZE, 0)
    policy.begin(0)
    with pytest.raises(TypeError, match="got frozenset among what a policy remembers"):
        saved(Filler(policy, Rounds(ToyWriter(), LONGEST, 3)))
