"""Rewards besides 0 and 1: who earns them, and that a design which computes nothing does not."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from gaming import gaming

from rtlvr.data.corpus import seed_corpus
from rtlvr.data.families import FAMILIES, draw
from rtlvr.params import load
from rtlvr.reward.area import AreaBonus, share
from rtlvr.reward.equivalence import EquivalenceReward, Judgement
from rtlvr.reward.shaping import Shaping
from rtlvr.reward.signals import MOST, Signals
from rtlvr.train.rl import shaping_of
from rtlvr.verify import Limits, Pool, Stimuli

HEAD = "module t(input clk, input rst, input [3:0] d, output [3:0] q, output odd, output full, output one, output z);\n"
STATE = "reg [3:0] s; always @(posedge clk) s <= rst ? 4'd0 : s + d; assign q = s;\n"
REST = "assign odd = {odd}, full = {full}, one = 1'b1, z = ~d[0];\nendmodule\n"
GOLDEN = HEAD + STATE + REST.format(odd="^s", full="&s")
TWO_OF_THREE = HEAD + STATE + REST.format(odd="^s", full="|s")
ONE_OF_THREE = HEAD + STATE + REST.format(odd="|s", full="|s")
NOTHING = HEAD + "assign q = d;" + REST.format(odd="1'b0", full="1'b0")
RIGHT = HEAD + STATE + REST.format(odd="s[0]^s[1]^s[2]^s[3]", full="s == 4'd15")
COPIES = "".join(f"reg [3:0] s{n}; always @(posedge clk) s{n} <= rst ? 4'd0 : s{n} + d;\n" for n in range(3))
LARGE = HEAD + STATE + COPIES + REST.format(odd="^s", full="&s && s0 == s && s1 == s && s2 == s")


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    found = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = f"{Path(__file__).parent}{os.pathsep}{found}"  # workers import `gaming`
    made = Pool(2, Limits(wall_seconds=60), mode="hybrid")
    made.inspect(GOLDEN, Stimuli())
    yield made
    made.close()
    os.environ["PYTHONPATH"] = found


@pytest.fixture(scope="module")
def signals(pool: Pool) -> Signals:
    return Signals(pool, Stimuli(), "hybrid")


def answer(code: str) -> str:
    return f"```verilog\n{code}```"


def given(pool: Pool, codes: list[str], group: int, **changes: object) -> list[float]:
    """What a call of the reward function gives."""
    rl = load("smoke", {"rl.group_size": group, "rl.answer": "code", **changes}).rl
    shaping = shaping_of(rl, pool, Stimuli(), "hybrid")
    reward = EquivalenceReward(pool, Stimuli(), rl.accept_unproved, True, shaping=shaping)
    found = reward([answer(code) for code in codes], [[GOLDEN]] * len(codes))
    assert found == [one.reward for one in reward.last]
    return found


def test_outputs_that_constants_and_copies_get_right_do_not_count(signals: Signals) -> None:
    assert signals.counting(GOLDEN) == {"q", "odd", "full"}
    register = "module t(input clk, rst, input [1:0] d, e, output reg [1:0] a, b, c, output [3:0] m);\n{}\nendmodule\n"
    body = "always @(posedge clk) if (rst) begin a <= 3; b <= 0; c <= 0; end else begin a <= ~d; b <= d & e; c <= {e[0], d[1]}; end"
    assert signals.counting(register.format(body + " assign m = {d[0], 1'b1, ~e};")) == {"b"}


def test_a_golden_that_cannot_be_judged_has_no_output_that_counts(signals: Signals) -> None:
    assert signals.counting("module t(inout a); endmodule") == frozenset() and signals.earned("junk", NOTHING) == 0


@pytest.mark.tools
def test_the_share_of_right_outputs_is_earned(signals: Signals) -> None:
    assert signals.earned(GOLDEN, TWO_OF_THREE) == pytest.approx(MOST * 2 / 3)
    assert signals.earned(GOLDEN, ONE_OF_THREE) == pytest.approx(MOST / 3)
    assert signals.earned(GOLDEN, NOTHING) == signals.earned(GOLDEN, "module t; endmodule") == 0
    assert signals.earned(GOLDEN, RIGHT) == MOST < 1


def test_only_groups_without_a_right_answer_are_graded(pool: Pool) -> None:
    codes = [TWO_OF_THREE, NOTHING, RIGHT, TWO_OF_THREE]
    assert given(pool, codes, 2) == [0, 0, 1, 0]
    assert given(pool, codes, 2, **{"rl.reward": "signals"}) == [pytest.approx(MOST * 2 / 3), 0, 1, 0]
    assert given(pool, codes, 4, **{"rl.reward": "signals"}) == [0, 0, 1, 0]
    assert given(pool, codes[:2], 4, **{"rl.reward": "signals"}) == [0, 0]  # a part of a group


def test_an_answer_of_the_wrong_format_or_that_does_not_compile_earns_nothing(pool: Pool) -> None:
    shaping = shaping_of(load("smoke", {"rl.reward": "signals", "rl.group_size": 2}).rl, pool, Stimuli(), "hybrid")
    reward = EquivalenceReward(pool, Stimuli(), shaping=shaping)
    tags = "<think>\n</think>\n<answer>\n{}\n</answer>"
    assert reward([answer(TWO_OF_THREE), tags.format(answer("junk"))], [GOLDEN] * 2) == [0, 0]
    assert reward([tags.format(answer(TWO_OF_THREE)), "no"], [GOLDEN] * 2) == [pytest.approx(MOST * 2 / 3), 0]


def test_area_is_paid_on_top_of_a_proof_alone(pool: Pool) -> None:
    codes = [GOLDEN, RIGHT, LARGE, TWO_OF_THREE, f"{HEAD}endmodule\n", "module t; endmodule"]
    found = given(pool, codes, 6, **{"rl.area_weight": 0.2})
    assert found[0] == pytest.approx(1.1) and 1.0 < found[1] < 1.2
    assert found[2:] == [1, 0, 0, 0]  # right, but more than twice as large; wrong; empty; without ports
    assert given(pool, codes[:2], 2) == [1, 1]


@pytest.mark.parametrize("judged", [Judgement(1.0, "equivalent", ""), Judgement(0.0, "inequivalent", "", None, True)])
def test_what_is_not_proved_or_not_right_gets_no_bonus(pool: Pool, judged: Judgement) -> None:
    shaping = Shaping(pool, 1, "code", None, AreaBonus(pool, 0.5))
    assert shaping([judged], [GOLDEN], [answer(GOLDEN)]) == [judged]


def test_the_bonus_is_bounded_and_falls_with_area() -> None:
    found = [share(ratio) for ratio in (0, 0.5, 1, 1.5, 2, 100)]
    assert found == [1, 0.75, 0.5, 0.25, 0, 0]


def test_a_golden_without_area_gives_no_bonus(pool: Pool) -> None:
    wire = "module w(input a, output y); assign y = a; endmodule\n"
    assert AreaBonus(pool, 0.5).earned(wire, wire) == 0
    assert AreaBonus(pool, 0.5).earned(wire, "module w(") == 0


def test_the_bonus_is_that_of_the_golden_that_was_met(pool: Pool) -> None:
    """Of several goldens, the area is held against the one that the answer is equivalent to."""
    small = "module t(input a, b, output y); assign y = a & b; endmodule\n"
    other = "module t(input a, b, output y); assign y = a ^ b; endmodule\n"
    shaping = Shaping(pool, 1, "code", None, AreaBonus(pool, 0.2))
    reward = EquivalenceReward(pool, Stimuli(), plain=True, shaping=shaping)
    assert reward([answer(small)], [[other, small]]) == [pytest.approx(1.1)]


@pytest.mark.long
@pytest.mark.tools
@pytest.mark.parametrize("where", ["families", "corpus"])
def test_a_design_that_computes_nothing_earns_nothing(pool: Pool, signals: Signals, where: str) -> None:
    """On the kit's own goldens: empty, constant, copying, and for each output bit whatever fits best."""
    drawn = [draw(random.Random(name), "train", name).golden for name in FAMILIES]
    goldens = drawn if where == "families" else [golden.code for golden in seed_corpus()[::6]]
    earned = {
        (golden, kind): signals.earned(golden, code)
        for golden in goldens
        for kind, code in pool.apply(gaming, golden)["codes"].items()
        if not pool.verify(golden, code, Stimuli()).equivalent
    }
    assert len(earned) > 100 and max(earned.values()) == 0
