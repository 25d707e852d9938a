"""Fault injection edits one place and leaves the interface alone."""

import random

from rtlvr.data.corpus import seed_corpus
from rtlvr.hdl.mutate import KINDS, mutants
from rtlvr.hdl.rewrite import resynthesise  # noqa: F401  (importable without Yosys being loaded)
from rtlvr.hdl.source import module_names


def test_one_line_changes_and_the_header_does_not() -> None:
    for golden in seed_corpus()[::20]:
        header = golden.code[: golden.code.index(";")]
        for mutant in list(mutants(golden.code, random.Random(0)))[:10]:
            before, after = golden.code.splitlines(), mutant.code.splitlines()
            changed = [i for i, (a, b) in enumerate(zip(before, after, strict=True), 1) if a != b]
            assert changed == [mutant.line]
            assert mutant.code.startswith(header)
            assert module_names(mutant.code) == module_names(golden.code)


def test_every_kind_occurs_in_the_corpus() -> None:
    kinds = {m.kind for g in seed_corpus() for m in mutants(g.code, random.Random(1))}
    assert kinds == set(KINDS)


def test_the_order_is_the_seeds() -> None:
    code = seed_corpus()[0].code
    assert list(mutants(code, random.Random(2))) == list(mutants(code, random.Random(2)))
