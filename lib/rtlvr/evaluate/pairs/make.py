"""Makes the certified pairs: `rtlvr make-pairs --out FILE`.

A pair gets its label by construction and by what a simulation saw (`rtlvr.evaluate.pairs.witness`). Right: no simulator
that can read both texts saw a difference. Wrong: Verilator saw one after the first reset, and so did Icarus where it got
that far. All others are left out, and printed.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from rtlvr.errors import DesignError, InfrastructureError, ParameterError, StageError
from rtlvr.evaluate.certify import Certified
from rtlvr.evaluate.pairs.template import PairCandidate, PairDesign, designs
from rtlvr.evaluate.pairs.witness import Sight, icarus, verilator
from rtlvr.hdl.circuit import Circuit, Port
from rtlvr.hdl.rewrite import resynthesise, rewrites
from rtlvr.lifeline import processes
from rtlvr.paths import INSTALLED
from rtlvr.progress import progress
from rtlvr.records import write_jsonl

HERE = Path(__file__).parent
PAIRS = HERE / "certified.jsonl"
_LONGEST = 4500  # characters of a candidate that a tool wrote


def all_designs(only: str = "") -> list[PairDesign]:
    """The designs of all templates, in the order of their names; `only` those whose id contains it."""
    found = [design for path in sorted(HERE.glob("*/*.sv")) for design in designs(path)]
    return [design for design in found if only in design.id]


def label(design: PairDesign) -> tuple[list[Certified], list[str]]:
    """The certified pairs of a design, and a line for each candidate that got no label.

    Call it only in a single-threaded process (it forks).
    """
    candidates = [*design.candidates, *_automatic(design)]
    try:
        by_verilator, by_icarus = verilator(design, candidates), icarus(design, candidates)
    except InfrastructureError as error:
        return [], [f"{design.id}: nothing could be witnessed: {error}"]
    pairs, dropped = [], []
    for number, candidate in enumerate(candidates):
        views = by_verilator.get(number), by_icarus.get(number)
        if not _witnessed(candidate.right, *views):
            dropped.append(f"{design.id}: {'right' if candidate.right else 'wrong'}, {candidate.kind}: {views}")
            continue
        pairs.append(_pair(design, candidate, views))
    return pairs, dropped


def _pair(design: PairDesign, candidate: PairCandidate, views: tuple[Sight | None, Sight | None]) -> Certified:
    names = [name for name, view in zip(("verilator", "icarus"), views, strict=True) if _counts(view, candidate.right)]
    cycles = [view.late for view in views if view is not None and view.late is not None]
    return Certified(
        id=f"{design.id}/{'right' if candidate.right else 'wrong'}/{candidate.kind}".replace(" ", "_").replace(",", ""),
        golden=design.golden,
        top=design.top,
        candidate=candidate.code,
        right=candidate.right,
        kind=f"{design.id.split('/')[0]}: {candidate.kind}",
        witness=" and ".join(names),
        cycle=None if candidate.right else min(cycles),
    )


def _counts(view: Sight | None, right: bool) -> bool:
    return view is not None and (right or view.late is not None)


def _witnessed(right: bool, ours: Sight | None, four_state: Sight | None) -> bool:
    if ours is None:
        return False
    if not right:
        return ours.late is not None
    if four_state is None:
        return not ours.differs
    # What registers hold before the first reset is Icarus's to judge: copies may agree by chance.
    return ours.late is None and not four_state.differs


def _automatic(design: PairDesign) -> list[PairCandidate]:
    """Rewrites by tools, so many that right and wrong are about equal: drawn from what `_by_tools` offers."""
    hand = sum(candidate.right for candidate in design.candidates)
    offered = list(_by_tools(design))
    random.Random(design.golden).shuffle(offered)
    return offered[: max(2, len(design.candidates) - 2 * hand + 1)]


def _by_tools(design: PairDesign) -> Iterator[PairCandidate]:
    """Edits of the golden's text, a wrapper, and what Yosys makes of the first right variant."""
    for kind, code in rewrites(design.golden, _circuit(design)):
        yield PairCandidate(kind, True, code)
    plain = next(candidate.code for candidate in design.candidates if candidate.right)
    for recipe in ("gates", "netlist", "reduced"):
        try:
            code = resynthesise(plain, design.top, recipe)
        except DesignError:
            continue
        if len(code) <= _LONGEST:
            yield PairCandidate(recipe, True, code)


def _circuit(design: PairDesign) -> Circuit:
    """As much of the structure as the rewrites look at."""
    ports = [Port(name=name, direction="input", width=width) for name, width in design.inputs]
    ports += [Port(name=name, direction="output", width=width) for name, width in design.outputs]
    return Circuit(top=design.top, ports=tuple(ports))


def run(options: argparse.Namespace) -> int:
    """Make the pairs, and print what got no label; 0.

    Raises:
        ParameterError: no design is chosen, or the kit's own file would be lost to a part of it.
        StageError: no pair got a label; nothing is written.
    """
    if options.out is None and (options.only or INSTALLED):
        raise ParameterError("got no --out; give a file (only a checkout may leave it out, and not with --only)")
    pairs: list[Certified] = []
    chosen = all_designs(options.only)
    if not chosen:
        names = ", ".join(design.id for design in all_designs())
        raise ParameterError(f"got --only {options.only}, which no design has in its id; designs: {names}")
    with processes(options.jobs) as pool:
        for made, dropped in progress(pool.map(label, chosen), "pairs", len(chosen), unit="golden"):
            pairs += made
            print(*(f"no label: {line}" for line in dropped), sep="\n" if dropped else "", flush=True)
    if not pairs:
        raise StageError("got no pair with a label, for the reasons above; nothing is written")
    write_jsonl(options.out or PAIRS, pairs)
    counts = Counter((p.kind.split(":")[0], "right" if p.right else "wrong", p.witness) for p in pairs)
    print(*(f"{' '.join(key)}: {count}" for key, count in sorted(counts.items())), sep="\n")
    return 0


if __name__ == "__main__":
    from rtlvr.cli import main

    sys.exit(main(["make-pairs", *sys.argv[1:]]))
