"""Rewards besides 0 and 1: a part for wrong answers of a group that has no right one, a bonus for small right ones.

Both are off unless the parameters ask for them. A wrong answer never earns more than `signals.MOST`, a right one never less
than 1, and no answer more than 1 and `rl.area_weight`.
"""

from collections.abc import Sequence
from dataclasses import replace

from rtlvr.policy.answer import AnswerFormat
from rtlvr.reward.area import AreaBonus
from rtlvr.reward.equivalence import AnyGolden, Judgement, code_of, several
from rtlvr.reward.signals import Signals
from rtlvr.verify.protocol import Bench

JudgedRow = tuple[Judgement, AnyGolden, str]  # a judgement, its goldens, and the answer


class Shaping:
    """Changes the rewards of judged answers; see the module.

    Args:
        bench: workers that measure, and judge single outputs.
        group: answers per prompt; they stand side by side.
        answer: the format of answers.
        signals, area: what is on.
    """

    def __init__(
        self, bench: Bench, group: int, answer: AnswerFormat, signals: Signals | None, area: AreaBonus | None
    ) -> None:
        self._bench, self._group, self._plain = bench, group, answer == "code"
        self._signals, self._area = signals, area

    def __call__(
        self, judged: Sequence[Judgement], goldens: Sequence[AnyGolden], texts: Sequence[str]
    ) -> list[Judgement]:
        """The judgements with their rewards changed, in order.

        Raises:
            InfrastructureError: our tools failed.
        """
        rows = list(zip(judged, goldens, texts, strict=True))
        graded = self._gradable(rows)
        return list(self._bench.map(lambda at: self._shaped(rows[at], at in graded), range(len(rows))))

    def _gradable(self, rows: Sequence[JudgedRow]) -> set[int]:
        """The places of answers in groups of which none is right; a part of a group is none."""
        found: set[int] = set()
        if self._signals is None or len(rows) % self._group:
            return found
        for start in range(0, len(rows), self._group):
            group = rows[start : start + self._group]
            alike = all(goldens == group[0][1] for _, goldens, _ in group)
            if alike and not any(judged.reward for judged, _, _ in group):
                found |= set(range(start, start + self._group))
        return found

    def _shaped(self, row: JudgedRow, graded: bool) -> Judgement:
        judged, goldens, text = row
        code, problem = code_of(text, self._plain)
        if problem is not None or judged.status == "invalid":
            return judged
        if self._area and judged.reward and judged.proved:
            bonus = self._area.earned(several(goldens)[judged.golden], code)
            return replace(judged, reward=judged.reward + bonus)
        if self._signals and graded:
            return replace(judged, reward=max(self._signals.earned(golden, code) for golden in several(goldens)))
        return judged
