"""Goldens: the seed corpus in the package, and designs drawn from the procedural families."""

import hashlib
import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from rtlvr.data.families import DrawnDesign, Split, draw
from rtlvr.paths import CORPUS
from rtlvr.records import Golden, Problem

_FIELD = re.compile(r"^// (title|category|description|tags): (.*)$", re.MULTILINE)


@cache
def seed_corpus() -> tuple[Golden, ...]:
    """The hand-written goldens, in a fixed order; their header comment (title, description, tags) is not part of the code."""
    return tuple(_read(path) for path in sorted(CORPUS.rglob("*.v")))


def procedural(count: int, seed: int, split: Split = "train") -> Iterator[tuple[Golden, DrawnDesign]]:
    """`count` distinct procedural goldens of a split with their designs; deterministic in `seed`."""
    rng = random.Random(f"{split}:{seed}")
    seen: set[str] = set()
    while len(seen) < count:
        design = draw(rng, split)
        if design.digest in seen:
            continue
        seen.add(design.digest)
        yield (
            Golden(
                id=f"{design.family}-{design.digest}",
                source="families",
                category=design.family,
                code=design.golden,
                digest=design.digest,
                top="dut",
                split=split,
                description=design.description,
            ),
            design,
        )


def heldout_problems(count: int, seed: int = 0) -> list[Problem]:
    """Held-out specifications: neither design nor wording belongs to any training stage."""
    return [
        Problem(
            id=golden.id, category=golden.category, prompt=f"{design.description}\n{design.header}", golden=golden.code
        )
        for golden, design in procedural(count, seed, "heldout")
    ]


def _read(path: Path) -> Golden:
    text = path.read_text(encoding="utf-8")
    fields = dict(_FIELD.findall(text))
    code = text[text.index("\n\n") + 2 :]
    return Golden(
        id=path.stem,
        source="seed",
        category=path.parent.name,
        code=code,
        top=path.stem,
        description=fields["description"],
        digest=hashlib.sha256(code.encode()).hexdigest()[:16],
    )
