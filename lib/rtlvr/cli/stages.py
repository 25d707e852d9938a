"""`rtlvr run`: one stage, in this process or its part of several."""

import argparse

from rtlvr.command import Command, add_profile, profile_of
from rtlvr.pipeline import PLANS


def declare_run(parser: argparse.ArgumentParser) -> None:
    """The arguments of `rtlvr run`."""
    parser.add_argument("stage", choices=tuple(PLANS), metavar="STAGE", help=", ".join(PLANS))
    add_profile(parser)


def run_stage(options: argparse.Namespace) -> int:
    """Run a stage, its predecessors first where they are not done; 0.

    Raises:
        ParameterError: an unknown profile or parameter, or a value that is not allowed.
        StageError: a predecessor is not done, and `upstream=check` or running it failed.
    """
    from importlib import import_module

    from rtlvr.lifeline import follow_launcher
    from rtlvr.stages.context import main_process, open_context

    follow_launcher()
    context = open_context(options.stage, profile_of(options))
    module = import_module(f"rtlvr.stages.{PLANS[options.stage].module}")
    result = context.result() if context.done else module.run(context)
    context.close()
    if main_process():
        print(result.table.to_string(index=False, na_rep=""), f"results: {result.folder}", sep="\n")
    return 0


RUN = Command(
    "run",
    "run one stage, and first what it builds on",
    declare_run,
    "rtlvr.cli.stages:run_stage",
    "With --set upstream=check it stops where a predecessor is missing. On several processes, GPUs or machines: "
    "`accelerate launch -m rtlvr run 05_rl …` (04_sft and 05_rl train together; the rest is done by the first process).",
)
