"""Certified pairs: labels of both kinds, and a score that counts what it should."""

from pathlib import Path

import pytest

from rtlvr.evaluate.certify import Certified, benchmark_sources, certified, corpus_sources, mistakes, scores
from rtlvr.evaluate.study import official_quality
from rtlvr.verify import Verdict, verify_many


def verdict(status: str) -> Verdict:
    return Verdict(status=status, method="testbench", reason="for the test")


def pair(right: bool) -> Certified:
    return Certified(id="x", golden="g", top="t", candidate="c", right=right, kind="k")


def test_scores_by_hand() -> None:
    labels = [True, True, True, True, False, False, False, False]
    said = ["equivalent", "inequivalent", "invalid", "undecided", "equivalent", "inequivalent", "invalid", "undecided"]
    pairs, verdicts = [pair(label) for label in labels], [verdict(status) for status in said]
    table = scores(pairs, verdicts)
    assert table["count"].to_dict() == {"wrong accepted": 1, "right rejected": 2, "undecided": 2}
    assert table["percent"].to_dict() == {"wrong accepted": 25, "right rejected": 50, "undecided": 25}
    assert (table["low"] < table["percent"]).all() and (table["percent"] < table["high"]).all()
    assert len(mistakes(pairs, verdicts)) == 5


@pytest.mark.long
@pytest.mark.tools
@pytest.mark.timeout(300)
def test_hybrid_on_certified_pairs_of_the_corpus() -> None:
    sources = [s for s in corpus_sources() if s.id in ("modulo_counter", "gray_binary_both", "detect_1011_moore")]
    pairs = certified(sources, faults=3, jobs=2)
    assert {p.right for p in pairs} == {True, False}
    assert {"late", "wrapped", "gates"} <= {p.kind for p in pairs}
    verdicts = list(verify_many([(p.golden, p.candidate, p.top, None) for p in pairs], jobs=2))
    assert not mistakes(pairs, verdicts)


@pytest.mark.tools
@pytest.mark.timeout(300)
def test_the_benchmarks_own_testbenches_miss_trojans(benchmarks: Path) -> None:
    (source,) = (s for s in benchmark_sources(benchmarks) if s.id == "rtllm-v1.1/adder_16bit")
    pairs = certified([source], faults=2, jobs=1)
    assert {"rare value", "wrapped"} <= {pair.kind for pair in pairs}
    accepted, rejected = official_quality(pairs, benchmarks, "official")
    assert (accepted.metric, rejected.metric) == ("false_accept", "false_reject")
    assert accepted.value > 0 and rejected.value == 0
    assert not mistakes(pairs, list(verify_many([(p.golden, p.candidate, p.top, None) for p in pairs], jobs=1)))
