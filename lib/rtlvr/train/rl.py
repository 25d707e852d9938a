"""The RL stage: the RL set, the trainer, and its record."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import torch
from datasets import Dataset
from transformers import PrinterCallback

from rtlvr.evaluate.heldout import Monitor
from rtlvr.policy.answer import AnswerFormat
from rtlvr.policy.model import chat, load_policy, load_tokenizer
from rtlvr.records import Problem
from rtlvr.reward.area import AreaBonus
from rtlvr.reward.equivalence import EquivalenceReward
from rtlvr.reward.shaping import Shaping
from rtlvr.reward.signals import Signals
from rtlvr.schema import Profile, Rl
from rtlvr.train.adapter import adapter, save_policy
from rtlvr.train.checkpoints import last_whole
from rtlvr.train.config import grpo_config
from rtlvr.train.dapo import AdaptiveDapoTrainer
from rtlvr.train.steplog import STATE, StepLog, cut_log, restore_sampler
from rtlvr.verify import Stimuli, Verifier, make_verifier
from rtlvr.verify.protocol import Bench
from rtlvr.verify.verdict import Mode


def improve(
    policy: Path | str,
    train: Sequence[Problem],
    monitor: Monitor | None,
    params: Profile,
    pool: Bench,
    stimuli: Stimuli,
    folder: Path,
    watch: Callable[[], None] | None = None,
    rewarded: Path | None = None,
) -> Path:
    """Train `policy` by adaptive DAPO on `train`; saves into `folder`/policy, one line per step into `folder`/steps.jsonl.

    Goes on from the last checkpoint where `params.resume` is true and there is one; lines of steps after that checkpoint
    are dropped, since they will be made again.

    Args:
        pool: judges answers, unless `rl.verify_on` says where else; measures areas and judges single outputs.
        monitor: the share that a policy solves of what is watched; tried every `rl.eval_steps` steps.
        watch: told after every step, to show the record so far.
        rewarded: a file to append every rewarded answer to.
    """
    rl, judges, train = params.rl, _judges(params.rl, pool), subset(train, params.rl.prompts, params.seed)
    tokenizer, model = load_tokenizer(policy), load_policy(policy)
    checkpoints = folder / "checkpoints"
    config = grpo_config(rl, checkpoints, rl.seed)
    trainer = AdaptiveDapoTrainer(
        model=model,
        processing_class=tokenizer,
        args=config,
        rl=rl,
        reward=EquivalenceReward(
            judges,
            stimuli,
            rl.accept_unproved,
            rl.answer == "code",
            rewarded,
            shaping_of(rl, pool, stimuli, judges.mode),
        ),
        train_dataset=rl_dataset(train, rl.answer),
        peft_config=adapter(rl.lora_rank),
    )
    trainer.remove_callback(PrinterCallback)  # our own lines say it shorter
    # Under ZeRO-3 no process has all weights, and one alone cannot generate: try checkpoints afterwards.
    log = folder / "steps.jsonl"
    tried = (lambda: monitor(model, tokenizer)) if monitor and not rl.deepspeed else None
    trainer.add_callback(StepLog(trainer, log, tried, rl.eval_steps, rl.token_budget, rl.seconds, watch))
    checkpoint, made = last_whole(checkpoints, STATE) if params.resume else (None, 0)
    if checkpoint:
        restore_sampler(trainer, checkpoint)
    if trainer.is_world_process_zero():
        cut_log(log, made)
    torch.manual_seed(rl.seed)
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    return save_policy(trainer, tokenizer, folder)


def rewarding_mode(rl: Rl, usual: Mode) -> Mode:
    """The mode that rewards are judged in: the profile's, unless a reward asks for proofs."""
    return usual if rl.accept_unproved and not rl.area_weight else "hybrid"


def _judges(rl: Rl, pool: Verifier) -> Verifier:
    """Where rewards are verified; only the hybrid mode can prove what they ask for."""
    mode = rewarding_mode(rl, pool.mode)
    if rl.verify_on == "ray":
        return make_verifier(mode, on="ray")
    return pool if mode == pool.mode else make_verifier(mode, pool.jobs, limits=pool.limits)


def shaping_of(rl: Rl, bench: Bench, stimuli: Stimuli, mode: Mode) -> Shaping | None:
    """What changes rewards, as the parameters ask for it; None where they are 0 and 1."""
    signals = Signals(bench, stimuli, mode, rl.accept_unproved) if rl.reward == "signals" else None
    area = AreaBonus(bench, rl.area_weight) if rl.area_weight else None
    return Shaping(bench, rl.group_size, rl.answer, signals, area) if signals or area else None


def subset(train: Sequence[Problem], count: int, seed: int) -> list[Problem]:
    """`count` problems drawn at random, in their order; all of them where `count` is 0 or more than there are."""
    if not 0 < count < len(train):
        return list(train)
    chosen = set(random.Random(seed).sample(range(len(train)), count))
    return [problem for i, problem in enumerate(train) if i in chosen]


def rl_dataset(train: Sequence[Problem], answer: AnswerFormat) -> Dataset:
    """The RL rows as TRL wants them: `prompt` (chat messages) and `golden`, a list of those of which any is right."""
    prompts = [chat(p.prompt, answer, p.system) for p in train]
    return Dataset.from_dict({"prompt": prompts, "golden": [[p.golden, *p.others] for p in train]})


def read_steps(path: Path) -> pd.DataFrame:
    """The per-step record as a table, one row per step."""
    return pd.read_json(path, lines=True)
