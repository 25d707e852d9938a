"""Throughput: the mix of a group, and tables with the rows that are drawn."""

import pytest

from rtlvr.data.corpus import seed_corpus
from rtlvr.evaluate.throughput import GROUP_SIZES, Stimuli, costs, rollouts, seconds_of_checks
from rtlvr.report.figures_testbench import verifier_cost
from rtlvr.verify import Pool

pytestmark = [pytest.mark.tools, pytest.mark.alone]


@pytest.fixture(scope="module")
def group(pool: Pool):
    golden = next(g for g in seed_corpus() if g.id == "modulo_counter")
    return golden, rollouts(golden, pool)


def test_a_group_is_a_mix(pool: Pool, group) -> None:
    golden, answers = group
    assert len(answers) == 16
    statuses = [pool.verify(golden.code, answer, Stimuli(), golden.top, mode="hybrid").status for answer in answers]
    assert statuses.count("equivalent") >= 7
    assert statuses.count("inequivalent") >= 3
    assert statuses.count("invalid") >= 3


def test_a_check_costs_less_in_a_group(group) -> None:
    golden, answers = group
    (seconds,) = seconds_of_checks([(golden, answers * 2)], Stimuli(), "hybrid")
    assert len(seconds) == 32
    assert sum(seconds[16:]) < sum(seconds[:16]) / 4  # all of them were judged before


def test_costs_are_drawn(monkeypatch: pytest.MonkeyPatch, group) -> None:
    monkeypatch.setattr("rtlvr.evaluate.throughput.PAPER", Stimuli(sequences=2, cycles=20))
    table = costs([group], 1)
    assert list(table[table["by"] == "group"]["size"]) == [*GROUP_SIZES, 16]
    assert len(table[table["by"] == "cells"]) == 2 and (table["ms"] > 0).all()
    figure, drawn = verifier_cost(table, "cpu")
    figure.draw_without_rendering()
    assert drawn is table
