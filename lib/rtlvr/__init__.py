"""rtlvr: reproduce and extend QiMeng-CodeV-R1 (arXiv 2505.24183)."""

from rtlvr.errors import DesignError, InfrastructureError, ParameterError, RtlvrError, StageError
from rtlvr.verify import Verdict, verify, verify_many

__all__ = [
    "DesignError",
    "InfrastructureError",
    "ParameterError",
    "RtlvrError",
    "StageError",
    "Verdict",
    "verify",
    "verify_many",
]
