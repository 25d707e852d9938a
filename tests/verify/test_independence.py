"""What was judged before changes nothing of a verdict: not its evidence, its counterexample, or the order of ports."""

import json
from contextlib import closing

import pytest

from rtlvr.paths import PACKAGE
from rtlvr.verify import Pool, Stimuli

PAIRS = PACKAGE / "evaluate" / "pairs" / "certified.jsonl"
NAMES = (
    "systemverilog/bcd_convert/right/plain_Verilog", "systemverilog/config_regs/wrong/strobes_swapped",
    "systemverilog/let_window/right/plain_Verilog", "systemverilog/skid_buffer/wrong/spare_beat_overtaken",
)  # fmt: skip


def judged(pool: Pool, row: dict[str, str]) -> dict[str, object]:
    verdict = pool.verify(row["golden"], row["candidate"], Stimuli())
    ports = [port.name for port in pool.inspect(row["golden"], Stimuli()).ports]
    return {**verdict.model_dump(exclude={"seconds"}), "ports": ports}


@pytest.mark.long
@pytest.mark.tools
def test_a_fresh_verifier_and_one_that_has_judged_others_say_the_same() -> None:
    rows = {row["id"]: row for row in map(json.loads, PAIRS.read_text().splitlines()) if row["id"] in NAMES}
    alone = {}
    for name in NAMES:
        with closing(Pool(1, mode="hybrid")) as pool:
            alone[name] = judged(pool, rows[name])
    with closing(Pool(1, mode="hybrid")) as pool:
        assert {name: judged(pool, rows[name]) for name in NAMES} == alone
    with closing(Pool(1, mode="hybrid")) as pool:
        assert {name: judged(pool, rows[name]) for name in reversed(NAMES)} == alone
