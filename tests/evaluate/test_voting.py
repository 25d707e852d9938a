"""Majority voting by behaviour: clusters, elections by hand, and real designs."""

import pytest

from rtlvr.evaluate.suite import Designs
from rtlvr.evaluate.voting import Ballot, ballots, by_votes, clustered, elected
from rtlvr.records import Sample
from rtlvr.verify import Pool, Stimuli

GOLDEN = "module dut(input a, input b, output y);\n  assign y = a & b;\nendmodule\n"
SAME = "module dut(input a, input b, output y);\n  assign y = ~(~a | ~b);\nendmodule\n"
OTHER = "module dut(input a, input b, output y);\n  assign y = a | b;\nendmodule\n"
UNKNOWN = "module dut(input a, input b, output y);\n  assign y = 1'bx;\nendmodule\n"


def sample(code: str, reward: float, status: str = "inequivalent", problem: str = "p") -> Sample:
    text = f"<think>\nt\n</think>\n<answer>\n```verilog\n{code}```\n</answer>"
    return Sample(
        problem=problem, variant="", response=text, tokens=10, truncated=False, reward=reward, status=status, reason=""
    )


def test_clusters_by_first_appearance() -> None:
    assert clustered(["a", None, "B", "b", "A", "a", "c"], lambda x, y: x.lower() == y.lower()) == [
        0,
        None,
        1,
        1,
        0,
        0,
        2,
    ]
    asked = []
    clustered(["a"] * 50, lambda x, y: bool(asked.append((x, y))))
    assert not asked, "equal texts need no verifier"


def test_elections_by_hand() -> None:
    ballot = Ballot("p", (0, 1, 1, None, 2), (True, False, False, False, False), (1,) * 5)
    assert elected(ballot, [0, 1, 2]) == 0
    assert elected(ballot, [0, 1]) == 0.5
    assert elected(ballot, [0, 3]) == 1
    assert elected(ballot, [3]) == 0
    assert elected(ballot, [0, 1, 4]) == pytest.approx(1 / 3)


def test_one_vote_is_pass_at_one_and_more_votes_help_a_majority() -> None:
    cast = [Ballot(f"p{i}", (0,) * 12 + (1,) * 8, (True,) * 12 + (False,) * 8, (100,) * 20) for i in range(30)]
    table = by_votes(cast, (1, 5, 20), parameters=10, draws=200).set_index("votes")
    assert table.loc[1, "value"] == pytest.approx(60, abs=2)
    assert table.loc[1, "pass_at_k"] == pytest.approx(60)
    assert table.loc[1, "value"] < table.loc[5, "value"] < table.loc[20, "value"] == 100
    assert table.loc[5, "flops"] == 5 * table.loc[1, "flops"] == 5 * 2 * 10 * 100
    assert (table["low"] <= table["value"]).all()


def test_real_designs_vote_by_what_they_do(pool: Pool, stimuli: Stimuli) -> None:
    """The right behaviour wins three to two, though no two texts are alike; what does not compile has no vote."""
    rows = [
        sample(OTHER, 0), sample(GOLDEN, 1, "equivalent"), sample(SAME, 1, "equivalent"),
        sample(OTHER.replace("a | b", "b | a"), 0), sample(SAME.replace("~a | ~b", "~b | ~a"), 1, "equivalent"),
        sample("module dut(; endmodule\n", 0, "invalid"), sample("", 0, "format"),
    ]  # fmt: skip
    [ballot] = ballots(rows, Designs([], pool, stimuli).code, pool, stimuli)
    assert ballot.clusters == (0, 1, 1, 0, 1, None, None)
    assert elected(ballot, range(len(rows))) == 1


def test_an_answer_that_is_never_known_gathers_no_votes(pool: Pool, stimuli: Stimuli) -> None:
    rows = [sample(UNKNOWN, 0), sample(GOLDEN, 1, "equivalent"), sample(SAME, 1, "equivalent"), sample(OTHER, 0)]
    [ballot] = ballots(rows, Designs([], pool, stimuli).code, pool, stimuli)
    assert ballot.clusters == (0, 1, 1, 2)
