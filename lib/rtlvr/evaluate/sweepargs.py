"""What can be asked of a sweep, for `rtlvr sweep` and `python -m rtlvr.evaluate.sweep` alike."""

import argparse
from pathlib import Path


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of a sweep to a parser."""
    parser.add_argument("folders", nargs="*", type=Path, metavar="DIR", help="folders of HDL, a source each")
    parser.add_argument("--each", action="store_true", help="every sub-folder of DIR is a source")
    parser.add_argument("--out", type=Path, default=Path("sweep"), help="folder of the verdicts; a killed run goes on")
    parser.add_argument("--limit", type=int, default=0, help="units per source, evenly spread; 0: all")
    parser.add_argument("--faults", type=int, default=3, help="per unit")
    parser.add_argument("--jobs", type=int, default=0, help="worker processes; 0: one per core")
    parser.add_argument("--seed", type=int, default=0, help="of the choice of units and faults")
    parser.add_argument("--units", action="store_true", help="only find the units and count them")
    parser.add_argument("--summary", action="store_true", help="print the tables of what --out holds, judge nothing")
    parser.add_argument("--list-accepted-faults", action="store_true", help="print the faults that were accepted")
