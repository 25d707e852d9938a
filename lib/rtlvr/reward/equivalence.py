"""The verifiable reward (paper §3.3): 1 if the format is right and the code is equivalent to the golden, else 0."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rtlvr.errors import Cause, DesignError, InfrastructureError, ParameterError
from rtlvr.policy.answer import last_block, parse
from rtlvr.records import Record
from rtlvr.verify import Stimuli, Verdict, Verifier


@dataclass(frozen=True)
class Judgement:
    """A judged answer: `reward` 0 or 1, the verdict's status (or `format`), and why, in a sentence and in one word.

    `proved`: it is right for every input and state. `golden`: of several, the place of the one that the verdict is of.
    """

    reward: float
    status: str
    reason: str
    cause: Cause | None = None
    proved: bool = False
    golden: int = 0


AnyGolden = str | Sequence[str]  # one golden, or several of which any is right
Shaper = Callable[[Sequence[Judgement], Sequence[AnyGolden], Sequence[str]], list[Judgement]]


def judge(
    pool: Verifier,
    stimuli: Stimuli,
    goldens: Sequence[AnyGolden],
    responses: Sequence[str],
    plain: bool = False,
    accept_unproved: bool = True,
) -> list[Judgement]:
    """Judge responses against their goldens, in order; of several goldens, equivalence to any one is right.

    Args:
        plain: take the last ```verilog block without asking for think and answer tags (a base model's answers).
        accept_unproved: reward also what simulation could not tell from the golden and nothing proved.

    Raises:
        InfrastructureError: tools failed, or a golden itself cannot be judged; never scored as a wrong answer.
    """
    codes, problems = zip(*[code_of(text, plain) for text in responses], strict=True) if responses else ((), ())
    alternatives = [several(golden) for golden in goldens]
    pairs = [
        (golden, code)
        for alike, code, problem in zip(alternatives, codes, problems, strict=True)
        for golden in alike
        if problem is None
    ]
    try:
        verdicts = pool.verify_many(pairs, stimuli)
        return [
            Judgement(0.0, "format", problem, "format")
            if problem
            else _best([_scored(next(verdicts), accept_unproved, place) for place in range(len(alike))])
            for alike, problem in zip(alternatives, problems, strict=True)
        ]
    except DesignError as error:
        raise InfrastructureError(
            f"a golden cannot be judged: {error}; filter the data with notebook 02 first"
        ) from error


def several(goldens: AnyGolden) -> tuple[str, ...]:
    """The goldens of which any is right."""
    return (goldens,) if isinstance(goldens, str) else tuple(goldens)


def _best(judged: Sequence[Judgement]) -> Judgement:
    """The first that is right; where none is, the first that is undecided, since it may be; else what the first golden said."""
    return max(judged, key=lambda one: (one.reward, one.status == "undecided"))


def code_of(text: str, plain: bool) -> tuple[str, str | None]:
    """The code of an answer, and what is wrong with its format; `plain`: no tags are needed."""
    if plain:
        code = last_block(text)
        return (code or "", None if code is not None else "there is no ```verilog block")
    response = parse(text)
    return response.code, response.problem


def _scored(verdict: Verdict, accept_unproved: bool, golden: int) -> Judgement:
    right = verdict.equivalent and (verdict.proved or accept_unproved)
    sure = verdict.equivalent and verdict.proved
    return Judgement(float(right), verdict.status, verdict.reason, verdict.cause, sure, golden)


class Rewarded(Record):
    """An answer that was rewarded: its code, and the golden that it was held against."""

    golden: str
    code: str


class EquivalenceReward:
    """The reward function that TRL calls; it remembers the last call's rewards for dynamic sampling.

    Args:
        plain: reward the last ```verilog block, whether or not there are think and answer tags.
        kept: a file to append every right answer to; None: they are not kept.
        shaping: changes the rewards of a call's answers (`rtlvr.reward.shaping`); None: they are 0 and 1.
    """

    __name__ = "equivalence"

    def __init__(
        self,
        pool: Verifier,
        stimuli: Stimuli,
        accept_unproved: bool = True,
        plain: bool = False,
        kept: Path | None = None,
        shaping: Shaper | None = None,
    ) -> None:
        if not accept_unproved and pool.mode == "testbench":
            raise ParameterError(
                "got rl.accept_unproved=false with the testbench mode, which proves nothing; use hybrid"
            )
        self._pool, self._stimuli, self._accept_unproved = pool, stimuli, accept_unproved
        self._plain, self._kept, self._shaping, self.last = plain, kept, shaping, list[Judgement]()

    def start(self, golden: AnyGolden, text: str) -> None:
        """Begin to judge an answer that will be asked for; the pool remembers its verdict, failures are asked again."""
        code, problem = code_of(text, self._plain)
        for one in several(golden) if problem is None else ():
            self._pool.begin(one, code, self._stimuli)

    def __call__(
        self, completions: list[str | list[dict[str, str]]], golden: list[AnyGolden], **_: object
    ) -> list[float]:
        texts = [c if isinstance(c, str) else c[-1]["content"] for c in completions]
        self.last = judge(self._pool, self._stimuli, golden, texts, self._plain, self._accept_unproved)
        if self._kept:
            self._keep(self._kept, golden, texts)
        if self._shaping:
            self.last = self._shaping(self.last, golden, texts)
        return [j.reward for j in self.last]

    def _keep(self, path: Path, goldens: Sequence[AnyGolden], texts: Sequence[str]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            for golden, text, judged in zip(goldens, texts, self.last, strict=True):
                if judged.reward:
                    row = Rewarded(golden=several(golden)[judged.golden], code=code_of(text, self._plain)[0])
                    file.write(row.model_dump_json() + "\n")
