"""The one way to a verifier: `make_verifier` starts workers on this machine or on a Ray cluster."""

from typing import Literal, get_args

from rtlvr.errors import ParameterError
from rtlvr.verify.cluster import RayPool
from rtlvr.verify.pool import Pool
from rtlvr.verify.protocol import Verifier, verdict_of
from rtlvr.verify.verdict import Limits, Mode

__all__ = ["PoolKind", "Verifier", "make_verifier", "verdict_of"]

PoolKind = Literal["local", "ray"]


def make_verifier(
    mode: Mode = "hybrid", jobs: int = 0, on: PoolKind = "local", limits: Limits | None = None
) -> Verifier:
    """Workers that seek evidence as `mode` says; whoever makes them closes them.

    Args:
        jobs: worker processes; 0: one per core (of the cluster, where `on` is `ray`).
        on: `local`, or `ray` for the cluster that Ray is connected to (or a local one).
        limits: what one check may use.

    Raises:
        InfrastructureError: `on` is `ray`, and Ray is not installed.
        ParameterError: unknown mode or place.
    """
    if mode not in get_args(Mode):
        raise ParameterError(f"got mode={mode!r}; allowed: {', '.join(get_args(Mode))}")
    if on not in get_args(PoolKind):
        raise ParameterError(f"got on={on!r}; allowed: {', '.join(get_args(PoolKind))}")
    return RayPool(jobs, limits, mode) if on == "ray" else Pool(jobs, limits, mode)
