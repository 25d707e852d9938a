"""`rtlvr gpu-check`: its arguments."""

import argparse

from rtlvr.command import Command, existing_file, existing_folder, path
from rtlvr.gpu_check.sections import SECTIONS
from rtlvr.gpu_check.shapes import SHAPES


def declare_gpu_check(parser: argparse.ArgumentParser) -> None:
    """The arguments of `rtlvr gpu-check`."""
    parser.add_argument("--out", type=path, help="folder for gpu_check.json and the figure; needed unless --list")
    deadline = "no section and no measurement begins later (default: %(default)s)"
    parser.add_argument("--seconds", type=float, default=480, help=deadline)
    parser.add_argument("--tiny", action="store_true", help="sizes for a CPU: seconds in all")
    weights = "a policy: a folder, a hub's name or gguf:PATH; without it: random weights of --shape"
    parser.add_argument("--weights", help=weights)
    parser.add_argument("--shape", choices=tuple(SHAPES), help="default: 0.5b, or tiny with --tiny")
    problems = "for pretrained: the RL set, a file of problems (JSON lines)"
    parser.add_argument("--problems", type=existing_file, help=problems)
    benchmarks = "for pretrained: the folder of the public benchmarks"
    parser.add_argument("--benchmarks", type=existing_folder, help=benchmarks)
    only = "run these alone (--list names them); the others' rows stay"
    parser.add_argument("--only", nargs="+", choices=tuple(SECTIONS), metavar="SECTION", help=only)
    parser.add_argument("--list", action="store_true", help="print the sections and stop")


GPU_CHECK = Command(
    "gpu-check",
    "measure a GPU with the kit, in minutes",
    declare_gpu_check,
    "rtlvr.gpu_check.__main__:run",
    needs=("train", "notebooks"),
)
