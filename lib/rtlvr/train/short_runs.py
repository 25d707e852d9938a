"""Many short RL runs from one policy, side by side: what the studies of notebook 05 are made of.

Runs are independent, so on CPUs each gets one core and one thread (two runs of one thread each do more than one of two);
on a GPU they follow one another. A run that is done is not run again, one that was cut off goes on.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from functools import partial
from os import cpu_count
from pathlib import Path
from typing import Literal

import pandas as pd
import torch

from rtlvr.evaluate.heldout import attempt
from rtlvr.evaluate.suite import Designs, Suite, Tasks
from rtlvr.lifeline import processes
from rtlvr.policy.backends import backend_of, released
from rtlvr.policy.generate import Sampling
from rtlvr.progress import progress
from rtlvr.records import Problem, Sample, read_jsonl, write_jsonl, write_text
from rtlvr.reward.equivalence import Rewarded
from rtlvr.schema import Profile
from rtlvr.verify import Pool, Stimuli
from rtlvr.verify.verdict import Mode

StudyKind = Literal["rule", "tokens", "filter", "reward"]  # what the runs of a study differ in


@dataclass(frozen=True)
class Arm:
    """One run: its study, name and seed, what it changes of the stage's parameters (`rl` fields), and its training set.

    `mode`: of the verifier that rewards; None: the profile's. `audited`: what was rewarded is judged again, by proof.
    """

    study: StudyKind
    name: str
    seed: int
    changes: dict[str, object]
    train: tuple[Problem, ...]
    mode: Mode | None = None
    audited: bool = False


@dataclass(frozen=True)
class Setting:
    """What all runs share: the policy to start from, what it is tried on in the end, parameters, and where results go.

    `tried_on`: held-out problems, or tasks of benchmarks.
    """

    policy: str
    tried_on: tuple[Problem, ...] | Tasks
    params: Profile
    stimuli: Stimuli
    folder: Path


@dataclass(frozen=True)
class FinishedRun:
    """A finished run of a study: one row per step, and its answers to what it was tried on.

    `rewarded` and `wrong` count answers that were rewarded, and those of them that are wrong by a confirmed difference; 0
    where the run was not audited.
    """

    study: StudyKind
    arm: str
    seed: int
    steps: pd.DataFrame
    samples: list[Sample]
    rewarded: int = 0
    wrong: int = 0


def run_arms(
    arms: Sequence[Arm],
    setting: Setting,
    jobs: int = 0,
    told: Callable[[list[FinishedRun]], None] = lambda done: None,
) -> list[FinishedRun]:
    """Run what is not done yet, `jobs` at a time (0: one per core, one in all with a GPU); outcomes in order.

    Args:
        told: hears all runs that are done, in order, at the start and whenever one ends.

    Raises:
        Exception: what a run raised; those that are done stay done.
    """
    waiting = [arm for arm in arms if not _samples(setting, arm).exists()]
    jobs = jobs or (1 if torch.cuda.is_available() else cpu_count() or 1)

    def tell() -> None:
        told([_outcome(arm, setting) for arm in arms if _samples(setting, arm).exists()])

    tell()
    if waiting:
        with processes(min(jobs, len(waiting)), partial(_settle, jobs)) as executor:
            futures = [executor.submit(_run, arm, setting) for arm in waiting]
            for future in progress(as_completed(futures), "runs", len(futures), unit="run"):
                future.result()
                tell()
    return [_outcome(arm, setting) for arm in arms]


def _settle(jobs: int) -> None:
    if jobs > 1:
        torch.set_num_threads(1)


def _run(arm: Arm, setting: Setting) -> None:
    from rtlvr.train.rl import improve, read_steps

    rl = setting.params.rl.model_copy(update={**arm.changes, "seed": arm.seed})
    params, folder = setting.params.model_copy(update={"rl": rl}), _folder(setting, arm)
    pool, judge = Pool(1, mode=arm.mode or params.verifier.mode), Pool(1, mode="hybrid")
    rewarded = folder / "rewarded.jsonl" if arm.audited else None
    policy = improve(setting.policy, arm.train, None, params, pool, setting.stimuli, folder, rewarded=rewarded)
    samples = _tried(policy, arm, setting, judge)
    read_steps(folder / "steps.jsonl").to_csv(folder / "steps.csv", index=False)
    write_text(folder / "audit.json", json.dumps(_audit(rewarded, judge, setting.stimuli)))
    write_jsonl(_samples(setting, arm), samples)
    pool.close()
    judge.close()
    for left in ("checkpoints", "policy"):
        shutil.rmtree(folder / left)


def _tried(policy: Path, arm: Arm, setting: Setting, judge: Pool) -> list[Sample]:
    """A trained policy's answers, sampled as those of stage 05."""
    asked, evaluation = setting.tried_on, setting.params.evaluation
    suite: Suite = (
        asked if isinstance(asked, Tasks) else Designs(asked, judge, setting.stimuli, setting.params.rl.answer)
    )
    sampling = Sampling(evaluation.max_tokens, evaluation.temperature, evaluation.top_p)
    with released(backend_of(policy, setting.params.generation)) as backend:
        return attempt(backend, suite, sampling, evaluation.samples, variant=arm.name)


def _audit(path: Path | None, judge: Pool, stimuli: Stimuli) -> tuple[int, int]:
    """How many answers were rewarded, and how many of them a verifier that proves finds wrong."""
    if path is None or not path.exists():
        return 0, 0
    pairs = [(row.golden, row.code) for row in read_jsonl(path, Rewarded)]
    statuses = [verdict.status for verdict in judge.verify_many(pairs, stimuli)]
    return len(pairs), sum(status in ("inequivalent", "invalid") for status in statuses)


def _folder(setting: Setting, arm: Arm) -> Path:
    return setting.folder / f"{arm.study}_{arm.name}".replace(" ", "_").replace(",", "") / f"seed{arm.seed}"


def _samples(setting: Setting, arm: Arm) -> Path:
    return _folder(setting, arm) / "heldout.jsonl"


def _outcome(arm: Arm, setting: Setting) -> FinishedRun:
    steps = pd.read_csv(_folder(setting, arm) / "steps.csv")
    audit = json.loads((_folder(setting, arm) / "audit.json").read_text())
    return FinishedRun(arm.study, arm.name, arm.seed, steps, read_jsonl(_samples(setting, arm), Sample), *audit)
