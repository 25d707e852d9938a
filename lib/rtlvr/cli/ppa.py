"""`rtlvr ppa`."""

import argparse
import json
from typing import TYPE_CHECKING

from rtlvr.command import CANNOT_SAY, Command, existing_file

if TYPE_CHECKING:
    from rtlvr.ppa import Comparison

_FIELDS = ("area", "cells", "flip_flops", "latches", "depth", "delay", "sta_delay")


def declare_ppa(parser: argparse.ArgumentParser) -> None:
    """The arguments of `rtlvr ppa`."""
    parser.add_argument("golden", type=existing_file, help="the reference design")
    parser.add_argument("candidate", type=existing_file, help="the design that is held against it")
    parser.add_argument("--liberty", type=existing_file, help="cells of your own; default: the kit's")
    parser.add_argument("--goal", choices=["area", "delay"], default="area", help="of mapping (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print all of it as JSON")


def run_ppa(options: argparse.Namespace) -> int:
    """0 measured, 1 not equivalent, 2 cannot say."""
    from rtlvr.ppa import compare
    from rtlvr.verify import Pool

    bench = Pool(1, mode="hybrid")
    golden, candidate = (
        file.read_text(encoding="utf-8", errors="surrogateescape") for file in (options.golden, options.candidate)
    )
    liberty = options.liberty.read_text(encoding="utf-8", errors="replace") if options.liberty else None
    try:
        found = compare(bench, golden, candidate, liberty, options.goal)
    finally:
        bench.close()
    print(_json(found) if options.json else _table(found))
    return {"equivalent": 0, "undecided": CANNOT_SAY}.get(found.verdict.status, 1)


def _json(found: "Comparison") -> str:
    parts = {"verdict": found.verdict, "golden": found.golden, "candidate": found.candidate, "ratio": found.ratio}
    return json.dumps({name: part.model_dump(mode="json") if part else None for name, part in parts.items()})


def _table(found: "Comparison") -> str:
    """A line for the verdict, and one per cost: golden, candidate, ratio."""
    sure = "proved" if found.verdict.proved else "not proved"
    said = f"{found.verdict.status}: {found.verdict.reason}"
    if found.golden is None or found.candidate is None:
        return f"{said}; area and delay are measured of right designs only"
    lines = [f"{said} ({sure})", f"{'':12}{'golden':>12}{'candidate':>12}{'ratio':>8}"]
    for name in _FIELDS:
        golden, candidate = getattr(found.golden, name), getattr(found.candidate, name)
        if golden is not None and candidate is not None:
            part = f"{candidate / golden:8.2f}" if golden else f"{'-':>8}"
            lines.append(f"{name.replace('_', '-'):12}{golden:12.6g}{candidate:12.6g}{part}")
    return "\n".join(lines)


PPA = Command(
    "ppa",
    "area and delay of CANDIDATE beside GOLDEN",
    declare_ppa,
    "rtlvr.cli.ppa:run_ppa",
    "They are measured once the candidate is judged to be equivalent. Area in gate equivalents, delay in ps. "
    "Exit status: 0 measured, 1 not equivalent, 2 cannot say.",
)
