"""The RL stage on several processes, GPUs or machines, where a notebook is one process.

    rtlvr train-rl --profile gpu --prepare                      # once: the distilled policy's attempts (filter 2)
    accelerate launch -m rtlvr.train.launch --profile gpu       # the training of notebook 05, on all processes

It reads what notebooks 03 and 04 left and writes what notebook 05 would; run afterwards, the notebook finds the training
done and goes on with the evaluation. `params/launch/` has a configuration for DeepSpeed and an example for SLURM.
"""

import argparse
import os
import sys

import torch
from accelerate import PartialState

from rtlvr.command import profile_of
from rtlvr.data.corpus import heldout_problems
from rtlvr.data.filters import apply, unsolved
from rtlvr.data.roundtrip import stimuli_of
from rtlvr.errors import StageError
from rtlvr.evaluate.heldout import cached_attempt, problems_of, solved
from rtlvr.lifeline import follow_launcher
from rtlvr.policy.generate import Sampling
from rtlvr.policy.model import load_policy, load_tokenizer
from rtlvr.records import Problem, Sample, Triple, read_jsonl
from rtlvr.stage import Stage, open_stage
from rtlvr.train.rl import improve
from rtlvr.verify import Pool


def prepare(stage: Stage, pool: Pool) -> None:
    """Try the RL set's specifications with the distilled policy, as notebook 05 does; kept in the stage's folder."""
    settings, start = stage.params.filtering, _start(stage)
    if settings.rl_attempts:
        sampling = Sampling(settings.max_tokens, settings.temperature)
        asked, stimuli = problems_of(_candidates(stage)), stimuli_of(stage.params)
        policy = load_policy(start), load_tokenizer(start)
        cached_attempt(
            stage.path("sft_attempts.jsonl"), *policy, asked, sampling, pool, stimuli,
            samples=settings.rl_attempts, seed=stage.params.seed,
        )  # fmt: skip


def training_set(stage: Stage) -> list[Problem]:
    """Sound triples that the distilled policy did not solve.

    Raises:
        StageError: its attempts are not there.
    """
    path, sound = stage.path("sft_attempts.jsonl"), read_jsonl(stage.upstream("03_filtering") / "rl.jsonl", Triple)
    if not stage.params.filtering.rl_attempts:
        return problems_of(sound)
    if not path.exists():
        raise StageError(f"there is no {path}; run this command with --prepare first, or notebook 05")
    return problems_of(apply(sound, [unsolved(solved(read_jsonl(path, Sample)), "the distilled policy fails")])[0])


def train(stage: Stage, pool: Pool, vllm_host: str | None = None) -> None:
    """The training cell of notebook 05, on all processes alike."""
    params, heldout = stage.params, heldout_problems(max(1, stage.params.rl.eval_problems), seed=1)
    if vllm_host:  # where it runs changes no result, and so is no reason for other results
        params = params.model_copy(update={"rl": params.rl.model_copy(update={"vllm_host": vllm_host})})
    improve(_start(stage), training_set(stage), heldout, params, pool, stimuli_of(params), stage.folder)


def _candidates(stage: Stage) -> list[Triple]:
    name = "unfiltered.jsonl" if stage.params.rl_study.seeds else "rl.jsonl"
    return read_jsonl(stage.upstream("03_filtering") / name, Triple)


def _start(stage: Stage) -> str:
    model = stage.params.rl.model
    return str(stage.upstream("04_sft") / "policy") if model == "sft" else model


def run(options: argparse.Namespace) -> int:
    """Prepare or train, this process's part of it; 0.

    Raises:
        ParameterError: an unknown profile.
        StageError: what goes before has not run.
    """
    follow_launcher()
    world = PartialState(cpu=not torch.cuda.is_available()).num_processes
    stage = open_stage("05_rl", profile_of(options))
    pool = Pool(max(1, (stage.params.testbench.workers or os.cpu_count() or 1) // world))
    if options.prepare:
        prepare(stage, pool)
    else:
        train(stage, pool, options.vllm_host)
    pool.close()
    return 0


if __name__ == "__main__":
    from rtlvr.cli import main

    sys.exit(main(["train-rl", *sys.argv[1:]]))
