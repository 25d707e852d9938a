"""The commands of this package: the small base, and what the RL stage takes on a cluster."""

import argparse

from rtlvr.command import Command, add_profile, path, positive, profile_of
from rtlvr.train.plan import GPUS, Assumptions, DecoderShape, plan


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
    parser.add_argument("--gpus", type=int, default=16, help="how many (default: %(default)s)")
    parser.add_argument("--gpu", default="a100-80g", help=f"{', '.join(GPUS)} (default: %(default)s)")
    parser.add_argument("--parameters", type=float, default=7.6e9, help="of the policy (default: %(default).2g)")
    parser.add_argument("--mean-tokens", type=float, default=5000, help="of an answer (default: %(default)s)")
    mixed = "share of groups with mixed rewards (default: %(default)s)"
    parser.add_argument("--acceptance", type=float, default=0.4, help=mixed)


def run_plan(options: argparse.Namespace) -> int:
    """Print memory, tokens and hours of the RL stage on a cluster, with the arithmetic."""
    given = Assumptions(mean_tokens=options.mean_tokens, acceptance=options.acceptance)
    for line in plan(profile_of(options), options.gpus, options.gpu, DecoderShape(options.parameters), given):
        print(f"{line.name:36s} {line.value:>12,.1f} {line.unit:9s} {line.arithmetic}")
    return 0


TRAIN_BASE = Command(
    "train-base",
    "train the small base policy from nothing",
    declare_base,
    "rtlvr.train.pretrain:run",
    needs=("train",),
)
PLAN = Command(
    "plan",
    "say what the RL stage takes on a cluster",
    declare_plan,
    "rtlvr.cli.train:run_plan",
)
