"""A command of the kit: its name, its arguments, and what runs it.

Commands are declared in `rtlvr.cli`, which imports nothing slow: what runs a command is imported when it is called, so that
`rtlvr --help` is quick. `python -m MODULE …` hands its arguments to `rtlvr NAME …`.

A path on the command line is relative to the current folder. The types below make it absolute, so that every message
shows the whole path.
"""

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from rtlvr.errors import ParameterError, RtlvrError
from rtlvr.extras import explained, need
from rtlvr.failures import explained_refusal
from rtlvr.params import PROFILE_NAMES, assignments, load
from rtlvr.schema import Profile

PATHS = (
    "A path on the command line is relative to the current folder. A path in a profile is relative to the checkout's root, "
    "or to the current folder where a wheel is installed. Results go to outputs/ there, or to $RTLVR_OUTPUTS."
)
CANNOT_SAY = 2  # exit status: bad usage, undecided, or tools that failed
_STOPPED, _UNHEARD = 130, 141  # exit statuses: stopped with Ctrl-C; whoever read our output is gone


@dataclass(frozen=True)
class Command:
    """`rtlvr NAME`.

    Args:
        name: the word after `rtlvr`.
        help: one line for the list of commands.
        declare: adds the arguments to a parser.
        runner: `module:function`, which takes the parsed arguments and returns the exit status.
        about: what else `rtlvr NAME --help` should say.
        needs: the package's extras without which it cannot run.
    """

    name: str
    help: str
    declare: Callable[[argparse.ArgumentParser], None]
    runner: str
    about: str = ""
    needs: tuple[str, ...] = ()

    def complete(self, parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
        """A parser with this command's description and arguments."""
        end = "" if self.help.endswith("?") else "."
        parser.description = f"{self.help[0].upper()}{self.help[1:]}{end} {self.about}".strip()
        parser.epilog = PATHS
        self.declare(parser)
        parser.set_defaults(command=self)
        return parser

    def run(self, options: argparse.Namespace) -> int:
        """Import what runs the command, and run it.

        Raises:
            ExtraError: an extra that it needs is not installed.
        """
        need(*self.needs)
        module, _, function = self.runner.partition(":")
        runner: Callable[[argparse.Namespace], int] = getattr(import_module(module), function)
        return runner(options)


def answer(parser: argparse.ArgumentParser, arguments: Sequence[str] | None = None) -> int:
    """Parse, run, return the exit status; an error of the kit, or one that the system made, is one message and status 2."""
    _speak_any_alphabet()
    try:
        options = parser.parse_args(arguments)
        command: Command = vars(options).pop("command")
        status = command.run(options)
        sys.stdout.flush()  # a full disk shows here, where it can be told
        return status
    except KeyboardInterrupt:
        _stop()
    except (RtlvrError, OSError, ModuleNotFoundError) as error:
        if isinstance(error, BrokenPipeError) and _unheard():
            return _UNHEARD
        said = _told(error)
        if said is None:
            raise
    print(f"rtlvr: {said}", file=sys.stderr)
    return CANNOT_SAY


def _stop() -> NoReturn:
    """End at once: workers that were interrupted as well are not waited for, and end with us (`rtlvr.lifeline`)."""
    print("\nrtlvr: stopped; the same command goes on with what is on disk", file=sys.stderr, flush=True)
    os._exit(_STOPPED)


def _told(error: RtlvrError | OSError | ModuleNotFoundError) -> RtlvrError | None:
    """The kit's own error, or what the system refused or lacks in its words; None: a fault of ours."""
    if isinstance(error, RtlvrError):
        return error
    return explained_refusal(error) if isinstance(error, OSError) else explained(error)


def _unheard() -> bool:
    """Whether whoever read our output is gone (`rtlvr params | head`); then nothing more is written to it."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True
    return False


def _speak_any_alphabet() -> None:
    """Where the terminal's encoding lacks a letter, show its number: a name must never end a command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def add_profile(parser: argparse.ArgumentParser, default: str = "cpu") -> None:
    """The arguments that say which parameters are meant; `profile_of` reads them."""
    names = f"{', '.join(PROFILE_NAMES)}, or a file of your own, *.yaml (default: {default})"
    parser.add_argument("--profile", default=default, help=names)
    words = (
        'single parameters over the profile, such as "rl.steps=300 rl.seed=1"; `rtlvr params --explain KEY` says more'
    )
    parser.add_argument("--set", dest="settings", metavar="WORDS", default="", help=words)
    parser.add_argument(
        "--run", dest="run_name", metavar="NAME", help="folder of the results (default: the profile's name)"
    )


def profile_of(options: argparse.Namespace) -> Profile:
    """The parameters that `add_profile`'s arguments mean.

    Raises:
        ParameterError: an unknown profile or parameter, or a value that is not allowed.
    """
    return load(options.profile, assignments(options.settings) | {"run": options.run_name})


def path(text: str) -> Path:
    """A file or folder that need not exist, as an absolute path."""
    return Path(text).expanduser().absolute()


def existing_file(text: str) -> Path:
    """A file (or a pipe) that is read.

    Raises:
        ParameterError: there is none.
    """
    found = path(text)
    if not found.exists() or found.is_dir():
        raise ParameterError(f"got {found}, which is no file; give a file that exists")
    return found


def existing_folder(text: str) -> Path:
    """A folder that is read.

    Raises:
        ParameterError: there is none.
    """
    found = path(text)
    if not found.is_dir():
        raise ParameterError(f"got {found}, which is no folder; give a folder that exists")
    return found


def positive(text: str) -> int:
    """A whole number of at least 1."""
    return _at_least(1, text)


def count(text: str) -> int:
    """A whole number of at least 0."""
    return _at_least(0, text)


def _at_least(least: int, text: str) -> int:
    number = int(text)
    if number < least:
        raise argparse.ArgumentTypeError(f"got {text}; needed: at least {least}")
    return number
