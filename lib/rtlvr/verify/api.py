"""The public face of the verifier: `verify` for one pair, `verify_many` for a stream of them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import get_args

from tqdm.auto import tqdm

from rtlvr.errors import ParameterError
from rtlvr.verify.cluster import over_ray
from rtlvr.verify.outputs import verdict_by_output
from rtlvr.verify.pool import shared_pool
from rtlvr.verify.protocol import VerdictRow, verdict_of
from rtlvr.verify.verdict import Limits, Mode, Stimuli, Verdict
from rtlvr.verify.verifier import PoolKind

_AHEAD = 64  # pairs under way at once, per worker


def verify(
    golden: str,
    candidate: str,
    *,
    golden_top: str | None = None,
    candidate_top: str | None = None,
    mode: Mode = "hybrid",
    limits: Limits | None = None,
    stimuli: Stimuli | None = None,
    per_output: bool = False,
) -> Verdict:
    """Whether `candidate` behaves as `golden` does (paper §3.2).

    Args:
        golden_top, candidate_top: top modules; by default the golden's is the module that nothing instantiates, the
            candidate's the one of the same name, or the one that nothing instantiates.
        mode: `hybrid`: a short simulation, then proof, then the testbench; `testbench`: the paper's alone; `formal`: proof
            or confirmed counterexample alone.
        limits: what the check may use.
        stimuli: size and seed of the testbench; `strict_x` (the paper's own `===`) makes `hybrid` simulate only.
        per_output: judge each output alone as well, and fill `Verdict.by_output`; takes up to one check per output.

    Returns:
        A verdict; `undecided`, with the reason, where the golden itself cannot be judged.

    Raises:
        InfrastructureError: our tools failed; this says nothing of the candidate.
        ParameterError: unknown mode.
    """
    _check("mode", mode, get_args(Mode))
    pool, row, stimuli = shared_pool(1, limits), (golden, candidate, golden_top, candidate_top), stimuli or Stimuli()
    return (verdict_by_output if per_output else verdict_of)(pool, row, mode, stimuli)


def verify_many(
    pairs: Iterable[Sequence[str | None]],
    jobs: int = 0,
    pool: PoolKind = "local",
    *,
    mode: Mode = "hybrid",
    limits: Limits | None = None,
    stimuli: Stimuli | None = None,
    progress: bool | None = None,
) -> Iterator[Verdict]:
    """Verdicts of (golden, candidate[, golden_top[, candidate_top]]) rows, in order, as they come.

    Args:
        jobs: worker processes; 0: one per core (of the cluster, where `pool` is `ray`).
        pool: `local`, or `ray` for the cluster that Ray is connected to (or a local one).
        progress: show a progress bar; None: where standard error is a terminal.

    Raises:
        InfrastructureError, ParameterError: as for `verify`.
    """
    _check("mode", mode, get_args(Mode))
    _check("pool", pool, get_args(PoolKind))
    rows = map(_row, pairs)
    chosen = (mode, limits, stimuli or Stimuli())
    verdicts = over_ray(rows, jobs, *chosen) if pool == "ray" else _locally(rows, jobs, *chosen)
    total = len(pairs) if isinstance(pairs, Sequence) else None
    return iter(tqdm(verdicts, total=total, unit="check", disable=None if progress is None else not progress))


def _row(pair: Sequence[str | None]) -> VerdictRow:
    golden, candidate, golden_top, candidate_top = (*pair, None, None)[:4]
    if golden is None or candidate is None:
        raise ParameterError(f"got a row of {pair!r}; needed: golden, candidate[, golden_top[, candidate_top]]")
    return golden, candidate, golden_top, candidate_top


def _locally(
    rows: Iterator[VerdictRow], jobs: int, mode: Mode, limits: Limits | None, stimuli: Stimuli
) -> Iterator[Verdict]:
    workers = shared_pool(jobs, limits)
    while window := list(islice(rows, _AHEAD * workers.jobs)):
        yield from workers.map(lambda row: verdict_of(workers, row, mode, stimuli), window)


def _check(name: str, got: str, allowed: tuple[str, ...]) -> None:
    if got not in allowed:
        raise ParameterError(f"got {name}={got!r}; allowed: {', '.join(allowed)}")
