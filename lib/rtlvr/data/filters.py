"""The paper's filters (§3.1) as named predicates, and the known-truth quality of the equivalence filter."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rtlvr.records import Triple

# What stands in a body and not in a header or in prose: a fence, the module's end, a process, an assignment.
_QUOTED = re.compile(
    r"```|\bendmodule\b|\balways(?:_ff|_comb|_latch)?\s*(?:@|begin\b)|\bassign\s+\w+\s*(?:\[[^\]]*\]\s*)?="
)


@dataclass(frozen=True)
class Filter:
    """A named predicate over triples: what passes is kept."""

    name: str
    keep: Callable[[Triple], bool]


def equivalent(agree: int = 1) -> Filter:
    """Keep pairs whose regenerated code is equivalent to the golden (step 4).

    Args:
        agree: how many of a description's answers must be. One error may undo a wrong description; two that do so in the
            same way are rare.
    """
    name = "equivalent" if agree == 1 else f"{agree} answers equivalent"
    return Filter(name, lambda row: sum(a.status == "equivalent" for a in row.attempts) >= agree)


def unsolved(attempts: dict[str, int], name: str) -> Filter:
    """Keep what a judge model solved in none of its attempts (steps 3 and 5); `attempts` counts successes by row id."""
    return Filter(name, lambda row: attempts.get(row.id, 0) == 0)


def short(count_tokens: Callable[[str], int], limit: int) -> Filter:
    """Keep rows whose prompt and response fit the model's context of `limit` tokens."""
    return Filter(f"≤ {limit} tokens", lambda row: count_tokens(row.prompt) + count_tokens(row.response) <= limit)


def in_words() -> Filter:
    """Keep rows whose description does not quote code: solving those would be copying. The header asked for is no quotation."""
    return Filter("described in words", lambda row: _QUOTED.search(row.prompt) is None)


def apply(rows: Sequence[Triple], filters: Sequence[Filter]) -> tuple[list[Triple], list[tuple[str, int]]]:
    """Apply filters one after the other; returns the rows kept and the funnel [(filter, rows left)]."""
    kept, funnel = list(rows), []
    for stage in filters:
        kept = [row for row in kept if stage.keep(row)]
        funnel.append((stage.name, len(kept)))
    return kept, funnel


@dataclass(frozen=True)
class FilterQuality:
    """How well passing the round trip tells right pairs (no error in description nor code) from wrong ones."""

    right: int
    wrong: int
    right_kept: int
    wrong_kept: int

    @property
    def precision(self) -> float:
        """Share of kept pairs that are right."""
        return self.right_kept / max(1, self.right_kept + self.wrong_kept)

    @property
    def recall(self) -> float:
        """Share of right pairs that are kept."""
        return self.right_kept / max(1, self.right)


def filter_quality(rows: Sequence[Triple]) -> FilterQuality:
    """The equivalence filter against the procedural teacher's own labels.

    The labels are of what the teacher did: a misreading that happens to change nothing counts as wrong here. `data/known_truth.py`
    looks at what it meant.
    """
    right = [row.description_error is None and row.code_error is None for row in rows]
    return tally(zip(right, (row.status == "equivalent" for row in rows), strict=True))


def tally(pairs: Iterable[tuple[bool, bool]]) -> FilterQuality:
    """Counts of (right, kept) pairs."""
    counts = Counter(pairs)
    right, wrong = (counts[truth, True] + counts[truth, False] for truth in (True, False))
    return FilterQuality(right, wrong, counts[True, True], counts[False, True])
