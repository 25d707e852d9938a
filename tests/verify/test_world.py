"""Inputs on which the verifier once failed, where they are at hand: as expected in any order, beside whatever came before."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from rtlvr.paths import ROOT
from rtlvr.verify import Pool, Stimuli, Verdict
from rtlvr.verify.api import verdict_of

pytestmark = [pytest.mark.tools, pytest.mark.timeout(1500)]


@pytest.fixture(scope="module")
def cases() -> list[dict]:
    """The cases of RTLVR_WORLD, or beside the checkout; skipped where there are none."""
    for place in (os.environ.get("RTLVR_WORLD"), ROOT.parent / "shared" / "world" / "cases.jsonl"):
        if place and Path(place).is_file():
            return [json.loads(line) for line in Path(place).read_text(encoding="utf-8").splitlines()]
    pytest.skip("the cases are not here: set RTLVR_WORLD to a file of them")


def as_expected(case: dict, verdict: Verdict) -> bool:
    """Whether a verdict is what the case asks for."""
    wanted, got = case["expected"], verdict.status
    if wanted == "any":
        return got in ("equivalent", "inequivalent", "invalid")
    return got != wanted[1:] if wanted[0] == "!" else got == wanted


ORDERS = ["as they stand", "reversed", "shuffled, eight workers beside two busy processes"]


@pytest.mark.long
@pytest.mark.parametrize("order", [ORDERS[0], *(pytest.param(order, marks=pytest.mark.alone) for order in ORDERS[1:])])
def test_every_case_in_any_order(cases: list[dict], order: str) -> None:
    rows = dict(zip(ORDERS, (cases, cases[::-1], random.Random(0).sample(cases, len(cases))), strict=True))[order]
    pool = Pool(dict(zip(ORDERS, (1, 2, 8), strict=True))[order])
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 if "busy" in order else 0)]
    try:
        pairs = [(c["golden"], c["candidate"], c.get("golden_top"), c.get("candidate_top")) for c in rows]
        verdicts = pool.map(lambda pair: verdict_of(pool, pair, "hybrid", Stimuli()), pairs)
        odd = [
            (c["id"], c["expected"], v.status, v.reason)
            for c, v in zip(rows, verdicts, strict=True)
            if not as_expected(c, v)
        ]
    finally:
        for process in busy:
            process.kill()
            process.wait()
        pool.close()
    assert not odd
