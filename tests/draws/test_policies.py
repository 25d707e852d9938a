"""Every rule on traces worked out by hand, and the loop that all of them share."""

import ast
from collections.abc import Sequence

import pytest

from rtlvr.draws.bench import PARTS, RULES
from rtlvr.draws.ours import Ours, Parts
from rtlvr.draws.published import Dps, Fixed, Greso, Paper, Pools, Replay
from rtlvr.draws.published_groups import April, Knapsack, ReinforceAda, RollPacker
from rtlvr.draws.rounds import World
from rtlvr.draws.sampling import Ask, Filler, Growing, Policy, Size
from rtlvr.draws.traces import Difficulty, Lengths, Trace
from rtlvr.paths import PACKAGE

SIZE = Size(batch=4, group=4, prompts=40)
EVERY = RULES | PARTS


def group(prompt: int, right: int, wrong: int, step: int = 0, first: int = 0) -> Growing:
    return Growing(prompt, prompt, step, 1.0, [1.0] * right + [0.0] * wrong, [1.0] * (right + wrong), first=first)


def told(policy: Policy, *groups: Growing) -> None:
    policy.record(0, groups)


class Half:
    """Answers at once; even prompts give mixed groups, odd ones uniform ones."""

    def __init__(self) -> None:
        self.opened: dict[int, Growing] = {}
        self.asked: list[int] = []

    def round(
        self, step: int, asks: Sequence[Ask], policy: Policy, ready: int, opened: Sequence[Growing]
    ) -> list[Growing]:
        self.asked.append(sum(a.answers for a in asks))
        return [self._grow(a, step) for a in asks]

    def _grow(self, ask: Ask, step: int) -> Growing:
        number = ask.group if ask.group >= 0 else len(self.opened) + 1
        found = self.opened.setdefault(number, Growing(number, ask.prompt, step, ask.weight, first=ask.answers))
        have = len(found.rewards)
        new = [float(i % 2 and not ask.prompt % 2) for i in range(have, have + ask.answers)]
        found.rewards, found.lengths = found.rewards + new, found.lengths + [1.0] * len(new)
        return found


@pytest.mark.parametrize("name", EVERY)
def test_every_rule_fills_steps_and_names_its_source(name: str) -> None:
    policy = EVERY[name](SIZE, 0)
    assert type(policy).source
    filler = Filler(policy, Half())
    for step in range(6):
        filled = filler.fill(step)
        assert len(filled.used) == SIZE.batch
        assert all(g.mixed and not g.missing for g in filled.used)


@pytest.mark.parametrize("name", EVERY)
def test_every_rule_gives_up_where_nothing_is_mixed(name: str) -> None:
    class Hopeless(Half):
        def _grow(self, ask: Ask, step: int) -> Growing:
            return super()._grow(Ask(1, ask.answers, group=ask.group), step)

    filled = Filler(EVERY[name](SIZE, 0), Hopeless()).fill(0)
    assert (filled.used, filled.rounds) == ([], SIZE.max_rounds)


@pytest.mark.parametrize("name", EVERY)
def test_equal_seeds_give_equal_runs(name: str) -> None:
    def run() -> list[int]:
        world = World(Trace(Difficulty(40, 0.5, 0.5), Lengths()), 3)
        filler = Filler(EVERY[name](SIZE, 5), world)
        return [g.prompt for step in range(5) for g in filler.fill(step).used]

    assert run() == run()


def test_fixed_asks_for_a_batch_and_drops_the_rest() -> None:
    filler = Filler(Fixed(SIZE, 0), answerer := Half())
    filler.fill(0)
    assert set(answerer.asked) == {16}
    assert not filler.surplus


def test_the_papers_rule() -> None:
    rule = Paper(SIZE, 0)
    rule.begin(0)
    assert len(rule.order(0, 0, [])) == 4
    told(rule, *(group(p, 2 * (p < 1), 2) for p in range(4)))  # one of four is mixed
    assert len(rule.order(0, 1, [])) == 12  # three more at a quarter


def test_greso_remembers_streaks_and_moves_its_chances() -> None:
    rule = Greso(SIZE, 0)
    told(rule, group(0, 4, 0), group(1, 0, 4), group(2, 2, 2), group(3, 0, 4))
    assert rule.chance == pytest.approx([0.49, 0.49])  # both kinds are above their targets
    assert (rule.keep(0), rule.keep(2)) == (pytest.approx(0.49), 1)
    told(rule, group(1, 0, 4), group(2, 2, 2), group(4, 2, 2), group(5, 1, 3), group(6, 1, 3), group(7, 1, 3))
    assert rule.chance == pytest.approx([0.5, 0.48])  # one of six is not below a sixth
    assert rule.keep(1) == pytest.approx(0.48**2)
    assert len(rule.order(0, 2, [])) == 3  # 1.25 * 2 / (1 - 1/6)


def test_dps_filters_by_hand() -> None:
    """Rows are (4, 1, 1) / 6, so a third everywhere stays a third; seen mixed: 0.96 against 0.02."""
    rule = Dps(SIZE, 0)
    told(rule, group(7, 2, 2))
    assert rule.state[7] == pytest.approx([0.02, 0.96, 0.02])
    # The middle row is now (1 + 0.32, 4 + ... ) by a third of the state each.
    middle = 1 / 3 * 0.96
    row = [1 + 0.02 / 3, 4 + middle, 1 + 0.02 / 3]
    side = [4 + 0.02 / 3, 1 + middle, 1 + 0.02 / 3]
    wanted = 0.96 * row[1] / sum(row) + 0.04 * side[1] / sum(side)
    assert rule.partly(7) == pytest.approx(wanted)
    assert rule.order(1, 3, [])[0].prompt == 7


def test_pools_put_uniform_prompts_away() -> None:
    rule = Pools(SIZE, 0)
    told(rule, *(group(p, 4 * (p % 2), 4 * (1 - p % 2)) for p in range(30)))
    assert {a.prompt for _ in range(3) for a in rule.order(0, 0, [])} <= set(range(30, 40))


def test_replay_prefers_a_half_and_replays_half_a_step() -> None:
    rule = Replay(SIZE, 0)
    assert rule.weight(0.5) == 1
    assert rule.weight(0.4) == pytest.approx(2.718281828**-1)
    used = [group(p, 2, 2, step=3) for p in range(4)]
    rule.end(3, used)
    rule.begin(4)
    assert rule.replayed == used[:2]
    assert rule.kept == used[2:]


def test_reinforce_ada_stops_when_balanced_and_cuts_to_a_group() -> None:
    rule = ReinforceAda(SIZE, 0)
    assert rule.block == 2
    assert [rule.stops(r, w) for r, w in ((2, 2), (1, 3), (3, 5), (0, 8), (1, 2))] == [True, False, True, True, False]
    late = group(0, 1, 7)
    assert rule.judge(late) == "keep"
    assert (late.right, late.wrong) == (1, 3)
    assert rule.order(0, 0, [group(5, 1, 1)]) == [Ask(5, 2, group=5)]


def test_knapsack_spends_where_it_gains() -> None:
    """Two answers each to begin with; 0.5 and 0.9 need 3 and 21 more by 90 %, so that nothing is left for the hopeless."""
    rule = Knapsack(SIZE, 0)
    assert rule.allot([0.5, 0.0, 1.0, None], 16) == [2 + 3, 2 + 3, 2, 4]
    tight = rule.allot([0.5, 0.9], 12)
    assert sum(tight) == 12
    assert tight[0] > tight[1]  # p (1 - p)^2 is 0.125 against 0.009


def test_rollpacker_defers_what_is_late() -> None:
    rule = RollPacker(SIZE, 0)
    short = rule.order(0, 0, [])
    assert len(short) == 5  # a quarter more prompts, one spare answer each
    assert {a.spare for a in short} == {1}
    assert rule.enough(1) == 3
    for a in short[:4]:
        assert rule.late(group(a.prompt, 1, 0)) == "drop"
    long = rule.order(1, 0, [])
    assert [a.prompt for a in long] == [a.prompt for a in short[:4]]
    assert ({a.spare for a in long}, rule.enough(0)) == ({0}, 0)


def test_april_fills_up_what_is_under_way() -> None:
    rule = April(SIZE, 0)
    assert len(rule.order(0, 0, [])) == 8
    assert len(rule.order(0, 0, [group(p, 0, 0) for p in range(5)])) == 3
    assert rule.late(group(0, 1, 0)) == "open"


def test_ours_probes_then_goes_on() -> None:
    rule = Ours(SIZE, 0, Parts(probe=2))
    assert {a.answers for a in rule.order(0, 0, [])} == {2}
    assert rule.judge(group(1, 1, 1, first=2)) == "open"
    assert rule.judge(group(1, 0, 2, first=2)) == "drop"
    assert rule.judge(group(1, 1, 3, first=2)) == "keep"
    more = rule.order(0, 0, [group(9, 1, 1, first=2)])
    assert more[0] == Ask(9, 2, group=9)


def test_ours_does_not_probe_what_it_is_sure_of() -> None:
    rule = Ours(SIZE, 0, Parts(history=True, probe=2, sure=0.7))
    for _ in range(3):
        told(rule, group(0, 2, 2, first=4), group(1, 0, 4, first=4))
    assert rule.chance(0, 0, 4) > 0.7 > rule.chance(1, 0, 4)
    asked = {a.prompt: a.answers for a in (rule._drawn(0) for _ in range(40))}
    assert asked[0] == 4
    assert set(asked.values()) == {2, 4}


def test_early_and_deep_groups() -> None:
    early, deep = Parts(probe=2, early=2).stops(8, 2), Parts(deep=True).stops(8, 8)
    assert [early(*at) for at in ((1, 1), (2, 2), (3, 1), (0, 2), (5, 3))] == [False, True, False, True, True]
    assert [deep(*at) for at in ((0, 8), (1, 7), (0, 16))] == [False, True, True]


def test_the_sampler_imports_nothing_else_of_the_kit() -> None:
    for path in (PACKAGE / "draws").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [a.name for a in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert not name.startswith("rtlvr") or name.startswith("rtlvr.draws."), f"{path.name} imports {name}"
