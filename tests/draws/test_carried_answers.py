"""Rounds that end early: who is stopped, who goes on, who is thrown away, and what it is said to have cost."""

import pytest
from toy_writer import LONGEST, ToyWriter, length

from rtlvr.draws.answering import PARTS, Rounds
from rtlvr.draws.published import Fixed
from rtlvr.draws.published_groups import April
from rtlvr.draws.sampling import Ask, Filler, Growing, Size
from rtlvr.draws.selectable import RULES, made

SIZE = Size(batch=4, group=4, prompts=30, max_rounds=12)
PART = LONGEST // PARTS


class First(April):
    """Ends a round with its first mixed group."""

    def enough(self, ready: int) -> int:
        return 1


def all_groups(groups: list[Growing]) -> list[int]:
    return [len(g.rewards) + len(g.going) for g in groups]


def test_whole_rounds_are_written_at_once() -> None:
    rounds = Rounds(writer := ToyWriter(), LONGEST, 0)
    groups = rounds.round(1, [Ask(0, 4), Ask(1, 2)], Fixed(SIZE, 0), 0, [])
    assert writer.calls == [(6, LONGEST)]
    assert [(g.key, len(g.rewards), g.missing, g.going) for g in groups] == [("0/1/0", 4, 0, []), ("0/1/1", 2, 0, [])]
    assert groups[0].lengths == [length(f"0/1/0/{k}") for k in range(4)]
    tally = rounds.tally(1)
    assert (tally.begun, tally.tokens, tally.lost) == (2, sum(sum(g.lengths) for g in groups), 0)
    assert rounds.tally(2).tokens == 0


def test_what_was_stopped_goes_on_where_it_was() -> None:
    rounds, policy = Rounds(ToyWriter(), LONGEST, 0), First(SIZE, 0)
    groups = rounds.round(1, [Ask(1, 3) for _ in range(4)], policy, 0, [])
    first = next(g for g in groups if not g.missing)
    assert max(first.lengths) > 2 * PART, "stopped in the middle, not before"
    late = [g for g in groups if g.missing]
    reached = -(-max(first.lengths) // PART) * PART
    assert late
    assert {len(d.ids) for g in late for d in g.going} == {reached}
    spent = rounds.tally(1).tokens
    more = rounds.round(2, [], policy, 0, late)
    assert [g.number for g in more] == [g.number for g in late]
    assert spent + rounds.tally(2).tokens == sum(sum(g.lengths) + sum(len(d.ids) for d in g.going) for g in groups)
    whole = [g for g in more if not g.missing]
    assert whole
    for group in whole:
        assert sorted(group.lengths) == sorted(length(f"{group.key}/{k}") for k in range(3))


def test_where_nothing_is_resumed_the_unfinished_is_lost() -> None:
    class Lost(First):
        resume = False

    rounds = Rounds(ToyWriter(), LONGEST, 0)
    groups = rounds.round(1, [Ask(1, 3) for _ in range(4)], Lost(SIZE, 0), 0, [])
    assert not any(g.going for g in groups)
    tally = rounds.tally(1)
    assert tally.lost == tally.tokens - sum(sum(g.lengths) for g in groups) > 0


def test_of_spare_answers_the_shortest_count() -> None:
    rounds = Rounds(ToyWriter(), LONGEST, 0)
    (group,) = rounds.round(1, [Ask(1, 2, spare=6)], Fixed(SIZE, 0), 0, [])
    assert group.lengths == sorted(length(f"0/1/0/{k}") for k in range(8))[:2]
    assert group.missing == 0


def test_a_group_that_goes_on_has_new_random_numbers() -> None:
    rounds = Rounds(ToyWriter(), LONGEST, 0)
    (group,) = rounds.round(1, [Ask(1, 2)], Fixed(SIZE, 0), 0, [])
    rounds.round(1, [Ask(1, 2, group=group.number)], Fixed(SIZE, 0), 0, [group])
    assert [c["key"] for c in group.content] == [f"0/1/0/{k}" for k in range(4)]


def test_a_group_that_is_not_open_is_refused() -> None:
    with pytest.raises(ValueError, match=r"group 5; allowed: -1 for a new one, or \[\]"):
        Rounds(ToyWriter(), LONGEST, 0).round(1, [Ask(1, 2, group=5)], Fixed(SIZE, 0), 0, [])


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("stops", [True, False])
def test_every_rule_fills_steps_and_every_token_is_counted(name: str, stops: bool) -> None:
    rounds = Rounds(ToyWriter(), LONGEST, 3, stops=stops)
    filler, tokens, made_of = Filler(made(name, SIZE, 7), rounds), 0, 0
    seen: dict[int, Growing] = {}
    for step in range(1, 13):
        filled = filler.fill(step)
        assert all(g.mixed and not g.missing and not g.going for g in filled.used)
        assert all(len(g.rewards) == len(g.content) == len(g.lengths) == len(g.scores) for g in filled.used)
        seen |= {g.number: g for g in [*filled.ended, *filler.opened]}
        tokens += rounds.tally(step).tokens
        made_of += len(filled.used)
        assert rounds.tally(step).lost <= rounds.tally(step).tokens
    assert made_of > 30
    assert tokens >= sum(sum(g.lengths) for g in seen.values())


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="got rule 'best'; allowed: fixed, paper"):
        made("best", SIZE, 0)
