"""verl's custom reward function: `custom_reward_function.path=…/verl.py custom_reward_function.name=compute_score`.

`ground_truth` is the golden's text. An answer needs one ```verilog block; with `think: true` in `extra_info` it must have the
think and answer tags of `rtlvr.policy.answer` as well. Nothing of verl is imported. Workers start with the first call, one
per core unless `RTLVR_JOBS` says how many; verdicts of equal answers are remembered.
"""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any, TypedDict

from rtlvr.reward.equivalence import judge
from rtlvr.verify import Stimuli, Verifier, make_verifier


class VerlScore(TypedDict):
    """What verl logs: `score` is the reward, `acc` the same; `status` and `cause` as in a verdict."""

    score: float
    acc: float
    status: str
    cause: str


def compute_score(
    data_source: str, solution_str: str, ground_truth: str, extra_info: Mapping[str, Any] | None = None, **_: object
) -> VerlScore:
    """The reward of one answer, 0 or 1.

    Raises:
        InfrastructureError: our tools failed, or the golden cannot be judged; never scored as a wrong answer.
    """
    plain = not (extra_info or {}).get("think", False)
    (judged,) = judge(_verifier(), Stimuli(), [ground_truth], [solution_str], plain=plain)
    return {"score": judged.reward, "acc": judged.reward, "status": judged.status, "cause": judged.cause or ""}


@cache
def _verifier() -> Verifier:
    return make_verifier(jobs=int(os.environ.get("RTLVR_JOBS", "0")))
