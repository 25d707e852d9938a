"""Procedural design families: thousands of small goldens with specification, reasoning and code.

A design is split into training or held-out by the digest of its tokens without names, a wording by the digest of the phrasings
chosen. So no training stage sees the design of a held-out example, not even with other names, nor its wording.
"""

import hashlib
import random
from dataclasses import dataclass
from typing import Any, Literal

from rtlvr.data.families.base import Family
from rtlvr.data.families.codes import Gray, Lookup, ModularTable, Priority, Saturate
from rtlvr.data.families.comb import Compare, Minterms, Range, Rotate
from rtlvr.data.families.control import Params
from rtlvr.data.families.fsm import Detector, Latch, Lfsr, Ring
from rtlvr.data.families.gates import Gate, Threshold
from rtlvr.data.families.pulses import Delay, PulseEdge, Stretch, Tick
from rtlvr.data.families.seq import Accumulator, Counter, Limiter, Shift
from rtlvr.data.families.wording import Phraser
from rtlvr.data.near_duplicates import digest, tokens

# `Any`: a design's parameters go back to its own family, nobody else reads them.
FAMILIES: dict[str, Family[Any]] = {
    cls.name: cls()
    for cls in (
        Minterms,
        Compare,
        Range,
        ModularTable,
        Rotate,
        Gray,
        Priority,
        Gate,
        Threshold,
        Saturate,
        Lookup,
        Counter,
        Shift,
        PulseEdge,
        Tick,
        Accumulator,
        Delay,
        Stretch,
        Limiter,
        Detector,
        Ring,
        Lfsr,
        Latch,
    )
}

Split = Literal["train", "heldout"]
_HELDOUT_PERCENT = 20


@dataclass(frozen=True)
class DrawnDesign:
    """A drawn design: its family, parameters and the wording of its description."""

    family: str
    params: Params
    wording: tuple[int, ...]
    description: str
    header: str
    golden: str

    @property
    def digest(self) -> str:
        """Digest of the golden text, names included: what makes two designs of a set two."""
        return hashlib.sha256(self.golden.encode()).hexdigest()[:16]

    @property
    def thought(self) -> str:
        """The right reasoning."""
        return FAMILIES[self.family].think(self.params)

    def misread(self, name: str) -> tuple[str, str]:
        """Return (thought, code) of a reader with the named misreading.

        Raises:
            KeyError: the family has no such misreading.
        """
        family = FAMILIES[self.family]
        wrong = family.misreadings[name](self.params)
        return family.think(wrong), family.code(wrong)


def draw(rng: random.Random, split: Split, family: str | None = None) -> DrawnDesign:
    """Draw a design that belongs to `split`, as its wording does."""
    chosen = FAMILIES[family or rng.choice(list(FAMILIES))]
    while True:
        params = chosen.sample(rng)
        golden = chosen.code(params)
        if split_of(golden) == split:
            break
    while True:
        words = Phraser(rng)
        description = chosen.describe(params, words)
        wording = tuple(words.choices)
        if _split(f"{chosen.name}:{wording}") == split:
            return DrawnDesign(chosen.name, params, wording, description, chosen.header(params), golden)


def split_of(golden: str) -> Split:
    """The split that a module belongs to: the same for all texts that differ in names, layout and comments alone."""
    return _split(digest(tokens(golden)))


def _split(text: str) -> Split:
    return "heldout" if int(hashlib.sha256(text.encode()).hexdigest(), 16) % 100 < _HELDOUT_PERCENT else "train"
