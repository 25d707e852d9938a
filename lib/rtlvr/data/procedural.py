"""The offline teacher: no language model. It knows the truth and errs on purpose, so that filters can be measured."""

import random
import re
from collections.abc import Iterable

from rtlvr.data.families import FAMILIES, DrawnDesign
from rtlvr.data.teacher import Description, SolverAnswer
from rtlvr.hdl.mutate import mutants
from rtlvr.records import Golden, Turn

# How often the procedural teacher makes each misreading (times the parameter `misread`). Where a rate is above one half,
# imitation alone learns the wrong reading as the likelier one; only a verifier can tell.
MISREADING_RATES: dict[str, float] = {
    "off by one": 0.6,
    "boundary": 0.6,
    "interval ends": 0.6,
    "overlap": 0.6,
    "retrigger": 0.6,
    "overflow": 0.55,
    "offset forgotten": 0.5,
    "rows shifted": 0.3,
    "direction": 0.4,
    "order": 0.4,
    "priority": 0.4,
    "edge": 0.35,
    "output inversion": 0.4,
    "reset kind": 0.2,
}
_OTHER_RATE = 0.25


class ProceduralTeacher:
    """Knows every design and errs at chosen rates.

    Family designs are misread by name: thought and code are those of the misread design. Goldens of the seed corpus are
    answered with their own code, or with one injected fault in it.

    Args:
        designs: the designs behind procedural goldens, by golden id.
        misdescribe: share of descriptions that are of a misread design.
        misread: factor on the misreading rates; 0 never errs.
        flat: instead of misreadings, the share of answers with one fault injected into the code: an error that has nothing
            to do with how the description came to be wrong.
        follow: solve a wrong description as it stands, so that it comes back equivalent only where the solver's own error
            undoes it; else the golden's design is solved, as if the solver had guessed what was meant.
    """

    def __init__(
        self,
        designs: dict[str, DrawnDesign],
        misdescribe: float,
        misread: float,
        seed: int,
        flat: float | None = None,
        follow: bool = False,
    ) -> None:
        self._designs, self._misdescribe, self._misread, self._seed = designs, misdescribe, misread, seed
        self._flat, self._follow = flat, follow

    def describe(self, golden: Golden) -> Description:
        """The author's or the family's description; now and then that of a misread design."""
        design = self._designs.get(golden.id)
        name, _ = self.described(golden)
        if design is None or name is None:
            return Description(golden.description or "")
        return Description(_redescribe(design, name), name)

    def described(self, golden: Golden) -> tuple[str | None, str]:
        """What the description of a golden means: the misreading behind it (or None), and the code of what it describes."""
        design, rng = self._designs.get(golden.id), self._rng(golden, "describe")
        if design is None or rng.random() >= self._misdescribe:
            return None, golden.code
        family = FAMILIES[design.family]
        name = rng.choice(sorted(family.misreadings))
        return name, family.code(family.misreadings[name](design.params))

    def solve(self, golden: Golden, prompt: str, attempt: int = 0, turns: tuple[Turn, ...] = ()) -> SolverAnswer:
        """The answer to the golden's prompt, right or misread; what was sent back is answered anew, at the same rates."""
        again = f"/{len(turns)}" if turns else ""
        rng = self._rng(golden, f"solve{attempt or ''}{again}")
        design = self._designs.get(golden.id)
        if design is None:
            return self._solve_seed(golden, rng)
        return self._solve_design(design, self.described(golden)[0] if self._follow else None, rng)

    def _solve_design(self, design: DrawnDesign, described: str | None, rng: random.Random) -> SolverAnswer:
        family, params, made = FAMILIES[design.family], design.params, []
        if described is not None:
            params = family.misreadings[described](params)
        asked = family.code(params)
        for name in self._drawn(family.misreadings, rng):
            params = family.misreadings[name](params)
            made.append(name)
        code = family.code(params)
        if self._flat is not None and rng.random() < self._flat:
            return _injected(family.think(params), code, rng)
        return SolverAnswer(family.think(params), code, " + ".join(made) if code != asked else None)

    def _drawn(self, misreadings: Iterable[str], rng: random.Random) -> list[str]:
        rates = {name: MISREADING_RATES.get(name, _OTHER_RATE) * self._misread for name in misreadings}
        return [name for name, rate in rates.items() if rng.random() < rate]

    def _solve_seed(self, golden: Golden, rng: random.Random) -> SolverAnswer:
        thought = f"ports : {', '.join(re.findall(r'(?:input|output)[^,;)]*', golden.code))}\n"
        return (
            _injected(thought, golden.code, rng)
            if rng.random() < 0.3 * self._misread
            else SolverAnswer(thought, golden.code)
        )

    def _rng(self, golden: Golden, task: str) -> random.Random:
        return random.Random(f"{self._seed}:{task}:{golden.id}")


def _injected(thought: str, code: str, rng: random.Random) -> SolverAnswer:
    fault = next(mutants(code, rng), None)
    return SolverAnswer(thought, fault.code, f"injected {fault.kind}") if fault else SolverAnswer(thought, code)


def _redescribe(design: DrawnDesign, misreading: str) -> str:
    """The family's description, in the same wording, of the misread parameters."""
    from rtlvr.data.families.wording import Phraser

    class Replay(Phraser):
        def __init__(self) -> None:
            self.choices = list(design.wording)

        def __call__(self, *options: str) -> str:
            # A misread design may be worded with more or fewer choices than the original.
            return options[(self.choices.pop(0) if self.choices else 0) % len(options)]

    family = FAMILIES[design.family]
    return family.describe(family.misreadings[misreading](design.params), Replay())
