"""Functional majority voting: of several answers, the one that most others behave like.

Answers are sorted into clusters by the verifier, against one another and without the golden; the largest cluster is the
answer. Two designs are taken for the same where each passes as a candidate for the other: one direction is not enough, since
a golden's unknown outputs are don't-cares. An answer without code, or whose code has not the interface that the prompt
states, does not vote.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rtlvr.errors import DesignError
from rtlvr.evaluate.passk import bootstrap, pass_at_k
from rtlvr.progress import progress
from rtlvr.records import Measurement, Sample
from rtlvr.verify import Stimuli, Verifier


@dataclass(frozen=True)
class Ballot:
    """The answers to one problem: each one's cluster (None: it does not vote), whether it is right, and its tokens."""

    problem: str
    clusters: tuple[int | None, ...]
    right: tuple[bool, ...]
    tokens: tuple[int, ...]


def clustered(codes: Sequence[str | None], same: Callable[[str, str], bool]) -> list[int | None]:
    """The cluster of each code, numbered by first appearance; a code is compared with the first of each cluster."""
    first: list[str] = []
    known: dict[str, int] = {}
    for code in codes:
        if code is None or code in known:
            continue
        match = next((i for i, other in enumerate(first) if same(other, code)), None)
        if match is None:
            match = len(first)
            first.append(code)
        known[code] = match
    return [None if code is None else known[code] for code in codes]


def ballots(
    samples: Sequence[Sample], code_of: Callable[[Sample], str | None], pool: Verifier, stimuli: Stimuli
) -> list[Ballot]:
    """One ballot per problem, in order of appearance.

    Args:
        code_of: the code of a sample, None where it does not vote (`Suite.code`).

    Raises:
        InfrastructureError: tools failed.
    """

    def passes(golden: str, candidate: str) -> bool:
        try:
            return pool.verify(golden, candidate, stimuli, mode="hybrid").equivalent
        except DesignError:  # it cannot be a golden (no output is ever known, say): like nothing but itself
            return False

    def count(item: tuple[str, list[Sample]]) -> Ballot:
        problem, answers = item
        codes = [code_of(sample) for sample in answers]
        found = clustered(codes, lambda a, b: passes(a, b) and passes(b, a))
        right, tokens = tuple(s.reward == 1 for s in answers), tuple(s.tokens for s in answers)
        return Ballot(problem, tuple(found), right, tokens)

    grouped: dict[str, list[Sample]] = {}
    for sample in samples:
        grouped.setdefault(sample.problem, []).append(sample)
    return list(progress(pool.map(count, grouped.items()), "votes", len(grouped), unit="problem"))


def elected(ballot: Ballot, voters: Sequence[int]) -> float:
    """The chance that the largest cluster among `voters` (indices of answers) is right; ties are drawn by lot."""
    votes = Counter(ballot.clusters[i] for i in voters if ballot.clusters[i] is not None)
    if not votes:
        return 0.0
    most = max(votes.values())
    leaders = [cluster for cluster, count in votes.items() if count == most]
    first = {cluster: next(i for i in voters if ballot.clusters[i] == cluster) for cluster in leaders}
    return sum(ballot.right[i] for i in first.values()) / len(leaders)


def by_votes(
    cast: Sequence[Ballot], votes: Sequence[int], parameters: float, draws: int = 64, seed: int = 0
) -> pd.DataFrame:
    """One row per number of votes: accuracy (percent, 95 % bootstrap interval over problems), pass@k, and FLOPs.

    Args:
        votes: numbers of answers; each at most what there is per problem.
        parameters: active parameters; FLOPs per problem are 2 x parameters x generated tokens.
        draws: random choices of voters per problem.
    """
    rows, tokens = [], float(np.mean([np.mean(ballot.tokens) for ballot in cast]))
    for count in votes:
        rng = random.Random(f"{seed}:{count}")
        chosen = [
            np.mean(
                [
                    elected(b, rng.sample(range(len(b.right)), count))
                    for _ in range(draws if count < len(b.right) else 1)
                ]
            )
            for b in cast
        ]
        passed = [pass_at_k(len(b.right), sum(b.right), count) for b in cast]
        value, low, high = bootstrap(100 * np.array(chosen), seed)
        numbers = {"value": value, "low": low, "high": high, "pass_at_k": 100 * float(np.mean(passed)), "n": len(cast)}
        rows.append({"votes": count, **numbers, "flops": 2 * parameters * tokens * count})
    return pd.DataFrame(rows)


def vote_measurements(points: pd.DataFrame, stage: str) -> list[Measurement]:
    """The curve as rows of results.csv: metric `majority` and `pass@k`, variant `votes`, at their number."""
    rows = []
    for row in points.to_dict("records"):
        shared: dict[str, Any] = {"stage": stage, "variant": "votes", "at": row["votes"], "n": row["n"], "unit": "%"}
        rows.append(Measurement(metric="majority", value=row["value"], low=row["low"], high=row["high"], **shared))
        rows.append(Measurement(metric="pass@k", value=row["pass_at_k"], **shared))
    return rows
