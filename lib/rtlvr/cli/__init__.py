"""The `rtlvr` command: all commands in one list, and those that belong to no package."""

import argparse
from collections.abc import Sequence

from rtlvr.cli.evaluate import BENCH, CERTIFY, FETCH, MAKE_PAIRS, PROBES, SAMPLE, SWEEP, THROUGHPUT
from rtlvr.cli.gpu_check import GPU_CHECK
from rtlvr.cli.ppa import PPA
from rtlvr.cli.serve import SERVE, SERVE_LOAD
from rtlvr.cli.stages import RUN
from rtlvr.cli.train import PLAN, TRAIN_BASE
from rtlvr.cli.verify import VERIFY
from rtlvr.command import PATHS, Command, add_profile, answer, profile_of
from rtlvr.extras import version_of


class _Wide(argparse.HelpFormatter):
    """Room for the longest name of a command, so that each has one line."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=18)
        self._action_max_length = 16  # argparse itself counts the commands' names two columns too short


def parser() -> argparse.ArgumentParser:
    """The parser of `rtlvr`, with one sub-parser per command."""
    about = "Reproduce and extend QiMeng-CodeV-R1. `rtlvr COMMAND --help` says more."
    made = argparse.ArgumentParser(prog="rtlvr", description=about, epilog=PATHS, formatter_class=_Wide)
    made.add_argument("--version", action="version", version=f"rtlvr {version_of('rtlvr')}", help="print the version")
    commands = made.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.complete(commands.add_parser(command.name, help=command.help))
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; returns the exit status."""
    return answer(parser(), arguments)


def _declare_nothing(_: argparse.ArgumentParser) -> None:
    """A command without arguments."""


def _declare_reproduce(parser: argparse.ArgumentParser) -> None:
    add_profile(parser)
    parser.add_argument("--only", nargs="+", metavar="NOTEBOOK", help="only these notebooks, by names such as 05_rl")
    parser.add_argument("--fresh", action="store_true", help="set earlier results aside first")
    parser.add_argument("--again", action="store_true", help="run notebooks even where they are done")


def _declare_results(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--run", dest="run_name", metavar="RUN", default="cpu", help="a folder of outputs/ (default: %(default)s)"
    )


def _declare_params(parser: argparse.ArgumentParser) -> None:
    add_profile(parser)
    parser.add_argument("--explain", metavar="KEY", help="say what one parameter is and may be, such as rl.draw_rule")
    parser.add_argument("--page", action="store_true", help="print docs/parameters.md, the page of all parameters")


def run_doctor(_: argparse.Namespace) -> int:
    """Print what there is; 0 when everything required is there."""
    from rtlvr.doctor import healthy, report

    checks = report()
    for check in checks:
        print(f"{check.state:9} {check.name:34} {check.found}" + (f"  ->  {check.advice}" if check.advice else ""))
    return 0 if healthy(checks) else 1


def run_reproduce(options: argparse.Namespace) -> int:
    """Run the notebooks; 0 when all are done."""
    from rtlvr.reproduce import reproduce

    return reproduce(profile_of(options), only=options.only, fresh=options.fresh, again=options.again)


def run_params(options: argparse.Namespace) -> int:
    """Print a profile, or what one parameter is."""
    import yaml

    from rtlvr.params import document, explain

    if options.page:
        print(document(), end="")
    elif options.explain:
        print(explain(options.explain))
    else:
        print(yaml.safe_dump(profile_of(options).model_dump(), sort_keys=False), end="")
    return 0


def run_status(options: argparse.Namespace) -> int:
    """Print the state of each stage of a run: done, stale and why, or missing."""
    from rtlvr.stage import status

    for name, state, changes in status(profile_of(options)):
        print(f"{name:22} {state}", *(f"    {line}" for line in changes), sep="\n")
    return 0


def run_results(options: argparse.Namespace) -> int:
    """Print what a run has measured."""
    from rtlvr.stage import results

    print(results(options.run_name).to_string(index=False, na_rep=""))
    return 0


COMMANDS = (
    Command(
        "doctor", "say what is installed, what is missing and how to get it", _declare_nothing, "rtlvr.cli:run_doctor"
    ),
    Command(
        "reproduce",
        "run all notebooks of a profile, skipping what is done",
        _declare_reproduce,
        "rtlvr.cli:run_reproduce",
        needs=("train", "notebooks"),
    ),
    RUN,
    Command("results", "print what a run has measured", _declare_results, "rtlvr.cli:run_results"),
    Command(
        "status",
        "say which stages are done, stale (and why) or missing",
        add_profile,
        "rtlvr.cli:run_status",
    ),
    Command("params", "print a profile, or what one parameter is", _declare_params, "rtlvr.cli:run_params"),
    VERIFY,
    PPA,
    SERVE,
    SERVE_LOAD,
    SWEEP,
    FETCH,
    SAMPLE,
    BENCH,
    PROBES,
    CERTIFY,
    MAKE_PAIRS,
    THROUGHPUT,
    TRAIN_BASE,
    PLAN,
    GPU_CHECK,
)
