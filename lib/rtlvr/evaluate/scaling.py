"""Test-time scaling: accuracy against the response budget, by exact truncation of recorded samples (paper §4.4)."""

from collections.abc import Sequence

import pandas as pd

from rtlvr.evaluate.heldout import pass_at
from rtlvr.records import Measurement, Sample


def truncated(sample: Sample, budget: int) -> Sample:
    """The sample as it would have been under a smaller `budget` of tokens: an answer that does not fit is wrong."""
    if sample.tokens <= budget:
        return sample
    return sample.model_copy(update={"tokens": budget, "truncated": True, "reward": 0.0, "status": "format"})


def curve(
    samples: Sequence[Sample], budgets: Sequence[int], parameters: float, model: str, profile: str, benchmark: str
) -> pd.DataFrame:
    """One row per budget: pass@1 (percent, 95 % interval), mean tokens, and FLOPs per answer (2 x parameters x tokens).

    Args:
        parameters: of the model; not a number where nobody knows: then the FLOPs are none either.
        benchmark: what was asked, for the figures.
    """
    rows = []
    for budget in budgets:
        cut = [truncated(sample, budget) for sample in samples]
        point = pass_at(1, cut, "", "")
        tokens = sum(sample.tokens for sample in cut) / len(cut)
        numbers = {"value": point.value, "low": point.low, "high": point.high, "n": point.n}
        rows.append(
            {
                "model": model,
                "benchmark": benchmark,
                "budget_tokens": budget,
                **numbers,
                "mean_tokens": tokens,
                "flops": 2 * parameters * tokens,
                "profile": profile,
            }
        )
    return pd.DataFrame(rows)


def measurements(points: pd.DataFrame, stage: str) -> list[Measurement]:
    """The curve as rows of results.csv: metric `pass@1`, variant `budget`, at the number of tokens."""
    return [
        Measurement(
            stage=stage,
            metric="pass@1",
            variant="budget",
            at=row["budget_tokens"],
            value=row["value"],
            low=row["low"],
            high=row["high"],
            n=row["n"],
            unit="%",
        )
        for row in points.to_dict("records")
    ]
