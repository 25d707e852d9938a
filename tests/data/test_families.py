"""Procedural families: valid designs, stated splits, misreadings that matter."""

import random
import re
from collections import Counter

import pytest

from rtlvr.data.corpus import heldout_problems, procedural, seed_corpus
from rtlvr.data.families import FAMILIES, draw, split_of
from rtlvr.data.near_duplicates import digest, tokens
from rtlvr.policy.answer import parse
from rtlvr.records import Attempt, Triple
from rtlvr.verify import Pool, Stimuli


def drawn(name: str, count: int, split: str = "train") -> list:
    rng = random.Random(name)
    return [draw(rng, split, name) for _ in range(count)]


@pytest.mark.parametrize("name", FAMILIES)
def test_goldens_pass_their_own_check(pool: Pool, stimuli: Stimuli, name: str) -> None:
    for design in drawn(name, 2):
        verdict = pool.verify(design.golden, design.golden + "// copy", stimuli)
        assert verdict.equivalent, f"{verdict.reason}\n{design.golden}"


@pytest.mark.tools
@pytest.mark.parametrize("name", FAMILIES)
def test_every_misreading_changes_some_design(pool: Pool, stimuli: Stimuli, name: str) -> None:
    """A misreading keeps the interface, and for some design of its family changes the behaviour."""
    designs = drawn(name, 12)
    for misreading in FAMILIES[name].misreadings:
        statuses = {pool.verify(d.golden, d.misread(misreading)[1], stimuli).status for d in designs}
        assert "inequivalent" in statuses, f"{misreading} never matters"
        assert "invalid" not in statuses, f"{misreading} breaks the interface"


@pytest.mark.parametrize("name", FAMILIES)
def test_the_header_opens_the_golden_and_ports_are_described(name: str) -> None:
    for design in drawn(name, 10):
        assert design.golden.startswith(design.header)
        assert design.thought.endswith("\n")
        assert len(design.description) > 20


@pytest.mark.tools
def test_splits_share_neither_design_nor_wording() -> None:
    """A design with other names is the same design."""
    rng = random.Random(0)
    sets = {split: [draw(rng, split) for _ in range(3000)] for split in ("train", "heldout")}
    for split, designs in sets.items():
        assert all(split_of(d.golden) == split for d in designs)
        assert set(FAMILIES) == {d.family for d in designs}
    goldens = [{digest(tokens(d.golden)) for d in sets[s]} for s in sets]
    wordings = [{(d.family, d.wording) for d in sets[s]} for s in sets]
    assert not goldens[0] & goldens[1]
    assert not wordings[0] & wordings[1]


@pytest.mark.parametrize("name", FAMILIES)
def test_names_layout_and_comments_leave_a_design_in_its_split(name: str) -> None:
    for design in drawn(name, 5, "heldout"):
        ports = re.findall(r"[a-z]\w*(?=\s*[,)\n])", design.header)
        renamed = design.golden
        for number, port in enumerate(dict.fromkeys(ports)):
            renamed = re.sub(rf"\b{port}\b", f"renamed_{number}", renamed)
        assert renamed != design.golden
        assert split_of(f"// other names\n{renamed.replace(' = ', '  =  ')}") == "heldout"


def test_there_are_thousands_of_distinct_designs() -> None:
    goldens = list(procedural(3000, 0))
    assert len({g.digest for g, _ in goldens}) == 3000
    assert set(Counter(g.category for g, _ in goldens)) == set(FAMILIES)


def test_heldout_problems_are_the_seeds() -> None:
    assert heldout_problems(20) == heldout_problems(20)
    assert {p.id for p in heldout_problems(50)} != {p.id for p in heldout_problems(50, seed=2)}


def test_the_training_format_is_the_rewarded_format() -> None:
    design = drawn("counter", 1)[0]
    answer = Attempt(thought=design.thought, code=design.golden, status="equivalent", reason="")
    row = Triple(
        id="x", golden=design.golden, top="dut", category="c", source="families", prompt="", attempts=(answer,)
    )
    assert parse(row.response).code == design.golden


def test_seed_corpus() -> None:
    corpus = seed_corpus()
    assert len(corpus) >= 150
    assert len({g.id for g in corpus}) == len({g.digest for g in corpus}) == len(corpus)
    assert len({g.category for g in corpus}) >= 12
    assert all(len(g.description) > 40 for g in corpus)


@pytest.mark.long
@pytest.mark.tools
def test_seed_goldens_pass_their_own_check(pool: Pool, stimuli: Stimuli) -> None:
    from rtlvr.data.clean import unequal_to_itself

    problems = pool.map(lambda g: unequal_to_itself(g.code, g.top, pool, stimuli), seed_corpus())
    assert {g.id: p for g, p in zip(seed_corpus(), problems, strict=True) if p} == {}


@pytest.mark.tools
def test_resets_of_the_corpus(pool: Pool, stimuli: Stimuli) -> None:
    """Synchronous and asynchronous resets of both polarities are there, as Yosys sees them."""
    kinds = Counter((r.kind, r.level) for g in seed_corpus()[::2] for r in pool.inspect(g.code, stimuli, g.top).resets)
    assert {("sync", 0), ("sync", 1), ("async", 0), ("async", 1)} <= set(kinds)
