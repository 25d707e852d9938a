"""The simulated cluster: it costs what was drawn, and stragglers, spare answers and partial ones cost what they should."""

import csv
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rtlvr.draws.bench import COSTS, compare, interval, machines, main, settings
from rtlvr.draws.published import Fixed
from rtlvr.draws.rounds import Bill, World, run
from rtlvr.draws.sampling import Ask, Fate, Growing, Policy, Size
from rtlvr.draws.traces import Cluster, Difficulty, Lengths, Trace

SIZE = Size(16, 8, 300)


def test_fixed_draws_cost_what_was_drawn() -> None:
    """Counted beside the simulator, with the same random numbers: every answer's length, and the longest of each round."""
    difficulty, lengths = Difficulty(300, 0.2, 0.4, 0.01, 0.05), Lengths(1.0)
    bill, rng = run(Fixed, SIZE, Trace(difficulty, lengths), 8, seed=4), np.random.default_rng(4)
    rng.beta(difficulty.right, difficulty.wrong, difficulty.prompts)
    tokens = tails = 0.0
    for _ in range(bill.rounds):
        drawn = np.minimum(rng.lognormal(-0.5, 1.0, SIZE.batch * SIZE.group), lengths.longest)
        rng.random(drawn.size)
        tokens, tails = tokens + drawn.sum(), tails + drawn.max()
    assert (bill.prompts, bill.answers) == (SIZE.batch * bill.rounds, 8 * SIZE.batch * SIZE.group)
    assert (bill.tokens, bill.tails) == pytest.approx((tokens, tails))
    cluster = Cluster()
    time = (tokens + cluster.rest * bill.answers) / cluster.streams + tails * (1 - 1 / cluster.streams)
    assert bill.time(cluster) == pytest.approx(time)
    assert bill.time(cluster, verify=2.0) == pytest.approx(time + 2 * bill.rounds)


class First(Policy):
    """Ends a round with its first group; what is late goes on or is lost."""

    def __init__(self, resume: bool) -> None:
        super().__init__(Size(1, 1, 2), 0)
        self.resume = resume

    def order(self, step: int, ready: int, opened: Sequence[Growing]) -> list[Ask]:
        return []

    def enough(self, ready: int) -> int:
        return 1

    def judge(self, group: Growing) -> Fate:
        return "keep"


def world(slope: float) -> World:
    """Prompt 0 is sure and short, prompt 1 hopeless and exp(slope) times as long."""
    made = World(Trace(Difficulty(2, 1.0, 1.0), Lengths(spread=0.0), slope), 0)
    made.odds, made._mean = np.array([20.0, -20.0]), math.exp(-slope / 2)  # the short one has length 1
    return made


@pytest.mark.parametrize(("times", "right"), [(4.0, True), (4 / 3, False)])
def test_an_answer_that_goes_on_is_of_both_policies(times: float, right: bool) -> None:
    """A quarter written by a hopeless policy and the rest by a sure one: right; three quarters: wrong."""
    made, policy = world(math.log(times)), First(resume=True)
    short, long = made.round(0, [Ask(0, 1), Ask(1, 1)], policy, 0, [])
    assert (short.rewards, long.rewards, long.missing) == ([1.0], [], 1)
    assert (made.bill.tokens, made.bill.tails, made.bill.lost) == pytest.approx((2, 1, 0))
    made.odds[1] = 20.0
    (again,) = made.round(1, [], policy, 0, [])
    assert again.number == long.number
    assert again.rewards == [float(right)]
    assert (made.bill.tokens, made.bill.tails) == pytest.approx((1 + times, times))


def test_an_answer_that_is_stopped_for_good_is_lost() -> None:
    made = world(math.log(4))
    made.round(0, [Ask(0, 1), Ask(1, 1)], First(resume=False), 0, [])
    assert made.bill.lost == pytest.approx(1)
    assert made.round(1, [], First(resume=False), 0, []) == []


def test_spare_answers_stop_when_their_group_is_whole() -> None:
    made = World(Trace(Difficulty(1, 1.0, 1.0), Lengths(1.0)), 0)
    (group,) = made.round(0, [Ask(0, 4, spare=12)], Fixed(Size(1, 4, 1), 0), 0, [])
    assert (len(group.rewards), group.missing) == (4, 0)
    assert made.bill.tails == pytest.approx(max(group.lengths))
    assert made.bill.tokens == pytest.approx(sum(group.lengths) + 12 * max(group.lengths))


def test_hard_prompts_answer_at_length_and_the_mean_stays() -> None:
    made = World(Trace(Difficulty(2000, 0.5, 0.5), Lengths(0.3, 100.0), slope=1.0), 0)
    groups = made.round(0, [Ask(p, 4) for p in range(2000)], Fixed(Size(1, 4, 2000), 0), 0, [])
    lengths = np.array([g.lengths for g in groups]).mean(1)
    assert lengths.mean() == pytest.approx(1, abs=0.02)
    assert np.corrcoef(lengths, made.odds)[0, 1] < -0.5


def test_groups_that_differ_in_size_are_worth_their_signal() -> None:
    """One of each kind: mean 1/2, variance 1/4 * 2, so half a unit; a group of four with two of each is worth one."""
    made = run(Fixed, Size(8, 2, 200), Trace(Difficulty(200, 1.0, 1.0), Lengths()), 3)
    assert made.signal / made.groups == pytest.approx(0.5)


def test_machines_are_those_of_the_published_gain() -> None:
    base, faster = Bill(tokens=100.0, tails=10.0, rounds=1), Bill(tokens=100.0, tails=1.0, rounds=1)
    found = machines([base], [faster])
    gains = [base.time(c) / faster.time(c) for c in found]
    assert all(1.15 <= gain <= 1.35 for gain in gains) or len(found) == 1


def test_intervals() -> None:
    assert interval([2.0]) == pytest.approx((2, 2, 2))
    middle, low, high = interval([1.0, 4.0])
    assert middle == pytest.approx(2)
    assert low < 1 < 4 < high


def test_the_bench_writes_its_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "rules.csv"
    arguments = [
        "--steps",
        "1",
        "--seeds",
        "2",
        "--rules",
        "fixed",
        "APRIL",
        "--settings",
        "acceptance 0.8, spread 0.4",
    ]
    assert main([*arguments, "--out", str(out)]) == 0
    with out.open() as file:
        rows = list(csv.DictReader(file))
    assert [(r["rule"], r["setting"]) for r in rows] == [(n, "acceptance 0.8, spread 0.4") for n in ("fixed", "APRIL")]
    assert all(float(rows[0][cost]) == 1 for cost in COSTS)
    assert "tokens of fixed draws" in capsys.readouterr().out


def test_the_bench_refuses_unknown_rules(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--rules", "best"])
    assert "allowed: fixed" in capsys.readouterr().err


def test_every_setting_has_its_own_name() -> None:
    names = [s.name for s in settings()]
    assert len(names) == len(set(names)) == 11
    assert compare(replace(settings()[0], size=Size(4, 4, 3100)), {"fixed": Fixed}, 1, 1)["tokens"].tolist() == [1.0]
