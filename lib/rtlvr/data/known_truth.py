"""The round trip where the truth is known: which wrong pairs survive it, and how often (paper §3.1, its argument)."""

from collections.abc import Sequence
from dataclasses import dataclass

from rtlvr.data.families import DrawnDesign
from rtlvr.data.filters import FilterQuality, equivalent, tally
from rtlvr.data.procedural import ProceduralTeacher
from rtlvr.data.roundtrip import round_trip
from rtlvr.progress import progress
from rtlvr.records import Golden
from rtlvr.verify import Stimuli, Verifier


@dataclass(frozen=True)
class KnownTruth:
    """One pair of error rates: the filter's quality, and how many of the wrong descriptions survived.

    A description is wrong where the design it describes is not equivalent to the golden; a pair is wrong where its
    description or its code is. What is equivalent is settled by proof, whatever mode the filter itself uses.
    """

    description_rate: float
    code_rate: float
    quality: FilterQuality
    wrong_descriptions: int
    wrong_descriptions_kept: int
    wrong_codes: int  # answers that are not equivalent to what their description says

    @property
    def bound(self) -> float:
        """The paper's bound on the share of wrong descriptions that survive: how often the solver errs at all."""
        return self.wrong_codes / max(1, self.quality.right + self.quality.wrong)


def each_of(total: float) -> float:
    """The rate at which descriptions and codes must each be wrong, independently, for `total` of all pairs to be."""
    return float(1 - (1 - total) ** 0.5)


def known_truth(
    goldens: Sequence[Golden],
    designs: dict[str, DrawnDesign],
    rates: tuple[float, float],
    pool: Verifier,
    stimuli: Stimuli,
    seed: int = 0,
    shared: bool = False,
    answers: int = 1,
    agree: int = 1,
) -> KnownTruth:
    """Put procedural goldens through a round trip whose teacher errs at `rates` (in description, in code).

    Args:
        shared: the solver makes the same kinds of mistakes as the describer, so that one often undoes the other: the worst
            case for the round trip (`rates[1]` then scales the misreadings). Else its faults are injected at random.
        answers, agree: of so many answers to a description so many must be equivalent for it to be kept.
    """
    misread, flat = (rates[1], None) if shared else (0.0, rates[1])
    teacher = ProceduralTeacher(designs, rates[0], misread, seed, flat, follow=True)

    def same(golden: str, candidate: str) -> bool:
        return pool.verify(golden, candidate, stimuli, mode="formal").equivalent

    def trip(golden: Golden) -> tuple[bool, bool, bool]:
        row, asked = round_trip(golden, teacher, pool, stimuli, answers), teacher.described(golden)[1]
        return same(golden.code, asked), same(asked, row.code), equivalent(agree).keep(row)

    what = f"known truth, {rates[0]:.0%} and {rates[1]:.0%} wrong"
    rows = list(progress(pool.map(trip, goldens), what, len(goldens), unit="golden"))
    return KnownTruth(
        *rates,
        quality=tally((described and solved, kept) for described, solved, kept in rows),
        wrong_descriptions=sum(not described for described, _, _ in rows),
        wrong_descriptions_kept=sum(kept and not described for described, _, kept in rows),
        wrong_codes=sum(not solved for _, solved, _ in rows),
    )
