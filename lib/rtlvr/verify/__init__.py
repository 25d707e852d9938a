"""Golden × candidate → Verdict."""

from rtlvr.verify.api import verify, verify_many
from rtlvr.verify.pool import Pool, shared_pool
from rtlvr.verify.verdict import Counterexample, Limits, Stimuli, Verdict
from rtlvr.verify.verifier import Verifier, make_verifier

__all__ = [
    "Counterexample",
    "Limits",
    "Pool",
    "Stimuli",
    "Verdict",
    "Verifier",
    "make_verifier",
    "shared_pool",
    "verify",
    "verify_many",
]
