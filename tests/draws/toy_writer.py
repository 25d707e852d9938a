"""A writer of answers without a model: an answer's length and reward follow from its key and its prompt alone."""

import random
from collections.abc import Sequence
from dataclasses import replace

from rtlvr.draws.answering import WrittenAnswer
from rtlvr.draws.sampling import Draft

LONGEST = 40


class ToyWriter:
    """Every third prompt is hopeless, every third sure, the others are right half of the time; lengths are 1 to 40."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, int]] = []

    def write(self, drafts: Sequence[Draft], tokens: int) -> list[Draft]:
        self.calls.append((len(drafts), tokens))
        return [self._on(draft, tokens) for draft in drafts]

    def _on(self, draft: Draft, tokens: int) -> Draft:
        have = len(draft.ids)
        to = min(length(draft.key), have + tokens)
        return replace(
            draft,
            ids=[*draft.ids, *range(have, to)],
            logs=draft.logs + [-0.1] * (to - have),
            ended=to == length(draft.key),
        )

    def score(self, drafts: Sequence[Draft]) -> list[WrittenAnswer]:
        assert all(d.ended for d in drafts)
        return [WrittenAnswer(right(d), right(d) - 0.001 * len(d.ids), len(d.ids), {"key": d.key}) for d in drafts]


def length(key: str) -> int:
    return random.Random(f"length {key}").randint(1, LONGEST)


def right(draft: Draft) -> float:
    return float(random.Random(draft.key).random() < (0.0, 0.5, 1.0)[draft.prompt % 3])
