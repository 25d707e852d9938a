"""`rtlvr verify`."""

import argparse
import json

from rtlvr.command import CANNOT_SAY, Command, count, existing_file, path
from rtlvr.errors import ParameterError

_MODES = "hybrid: proof and simulation; testbench: the paper's own check; formal: proofs alone (default: %(default)s)"


def declare_verify(parser: argparse.ArgumentParser) -> None:
    """The arguments of `rtlvr verify`."""
    parser.add_argument(
        "golden", type=existing_file, nargs="?", help="the reference design: Verilog, SystemVerilog or VHDL"
    )
    parser.add_argument("candidate", type=existing_file, nargs="?", help="the design that is judged")
    parser.add_argument("--golden-top", help="the golden's top module; default: the only one that nothing instantiates")
    parser.add_argument(
        "--candidate-top", help="the candidate's; default: the one with the golden's name, else the only root"
    )
    parser.add_argument("--mode", choices=["hybrid", "testbench", "formal"], default="hybrid", help=_MODES)
    parser.add_argument("--outputs", action="store_true", help="judge each output alone as well")
    parser.add_argument("--require-proof", action="store_true", help="exit status 2 if `equivalent` is not proved")
    parser.add_argument("--json", action="store_true", help="print the whole verdict")
    parser.add_argument("--pairs", type=path, help="JSON lines with id, golden, candidate (or response)")
    parser.add_argument("--out", type=path, help="where the verdicts of --pairs go; goes on where a killed run stopped")
    parser.add_argument("--jobs", type=count, default=0, help="worker processes for --pairs; 0: one per core")


def run_verify(options: argparse.Namespace) -> int:
    """0 equivalent, 1 not, 2 cannot say (or not proved, with --require-proof); with --pairs 0 when every row is judged.

    Raises:
        ParameterError: no pair was given, or options that do not go together.
    """
    if options.pairs:
        return _verify_rows(options)
    if options.golden is None or options.candidate is None:
        raise ParameterError("got no pair; give GOLDEN and CANDIDATE, or --pairs IN.jsonl --out OUT.jsonl")
    return _verify_files(options)


def _verify_files(options: argparse.Namespace) -> int:
    from rtlvr.verify import verify

    golden, candidate = (
        file.read_text(encoding="utf-8", errors="surrogateescape") for file in (options.golden, options.candidate)
    )
    tops = {"golden_top": options.golden_top, "candidate_top": options.candidate_top}
    verdict = verify(golden, candidate, **tops, mode=options.mode, per_output=options.outputs)
    shown = verdict.model_dump() | {"equivalent": verdict.equivalent}
    sure = {True: ", proved", False: ", not proved"}[verdict.proved] if verdict.equivalent else ""
    print(json.dumps(shown) if options.json else f"{verdict.status}: {verdict.reason} ({verdict.method}{sure})")
    for one in () if options.json else verdict.by_output:
        print(f"  {one.name}: {one.status} ({one.method}{', proved' if one.proved else ''})")
    unproved = verdict.equivalent and options.require_proof and not verdict.proved
    return CANNOT_SAY if unproved else {"equivalent": 0, "undecided": CANNOT_SAY}.get(verdict.status, 1)


def _verify_rows(options: argparse.Namespace) -> int:
    from rtlvr.evaluate.rows import verify_rows

    for option, given in (("--outputs", options.outputs), ("--require-proof", options.require_proof)):
        if given:
            raise ParameterError(f"got {option} with --pairs; give it with GOLDEN and CANDIDATE alone")
    if options.out is None:
        raise ParameterError("got --pairs without --out; say where the verdicts go")
    judged = verify_rows(options.pairs, options.out, options.jobs, options.mode)
    print(f"{judged} rows judged; verdicts in {options.out}")
    return 0


VERIFY = Command(
    "verify",
    "does CANDIDATE behave like GOLDEN?",
    declare_verify,
    "rtlvr.cli.verify:run_verify",
    "Exit status: 0 equivalent, 1 inequivalent or invalid, 2 undecided or an error (its message goes to stderr); with "
    "--require-proof also 2 if equivalent is not proved; with --pairs 0 when every row has its verdict.",
)
