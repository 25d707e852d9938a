"""The commands of this package: the small base, and what SFT and RL take on a machine."""

import argparse

from rtlvr.command import Command, add_profile, count, path, positive, profile_of
from rtlvr.plan.hardware import CARDS
from rtlvr.plan.hours import Assumptions
from rtlvr.plan.report import Machine, plan, text


def declare_base(parser: argparse.ArgumentParser) -> None:
    """The arguments of `rtlvr train-base`."""
    parser.add_argument(
        "--out", type=path, required=True, help="folder for the policy, its log and its resumable state"
    )
    parser.add_argument("--steps", type=positive, default=10_000, help="batches of 8 exercises (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of weights and exercises (default: %(default)s)")


def declare_plan(parser: argparse.ArgumentParser) -> None:
    """The arguments of `rtlvr plan`."""
    add_profile(parser, "paper")
    parser.add_argument("--gpu", default="a100-80g", help=f"{', '.join(CARDS)} (default: %(default)s)")
    parser.add_argument("--gpus", type=positive, help="how many; default: 1, with DeepSpeed the paper's 8 and 16")
    parser.add_argument("--model", help="tiny, a folder with a config.json, or a Qwen2.5 name; default: the profile's")
    parser.add_argument(
        "--zero", type=int, choices=range(4), help="DeepSpeed's stage, without offloading; default: the profile's"
    )
    parser.add_argument("--lora", type=count, help="rank of an adapter, 0: all weights; default: the profile's")
    whole = "count logits as a trainer makes them that has no tiles: length x vocabulary"
    parser.add_argument("--whole-logits", action="store_true", help=whole)
    mean = "of an answer; default: the published share of the budget, 0.54"
    parser.add_argument("--mean-tokens", type=float, default=0.0, help=mean)
    parser.add_argument("--rows", type=positive, default=87_000, help="of the SFT set (default: %(default)s)")
    mixed = "share of groups with mixed rewards (default: %(default)s)"
    parser.add_argument("--acceptance", type=float, default=0.5, help=mixed)


def run_plan(options: argparse.Namespace) -> int:
    """Print memory, tokens and hours of SFT and RL, with the arithmetic; 1 where a stage does not fit."""
    machine = Machine(
        options.gpu, options.gpus, options.model, options.zero, options.lora, whole_logits=options.whole_logits
    )
    given = Assumptions(mean_tokens=options.mean_tokens, rows=options.rows, acceptance=options.acceptance)
    plans = plan(profile_of(options), machine, given)
    print(text(plans))
    return 1 if any(one.advice for one in plans) else 0


TRAIN_BASE = Command(
    "train-base",
    "train the small base policy from nothing",
    declare_base,
    "rtlvr.train.pretrain:run",
    needs=("train",),
)
PLAN = Command(
    "plan",
    "say what SFT and RL take on a machine: memory, hours",
    declare_plan,
    "rtlvr.cli.train:run_plan",
)
