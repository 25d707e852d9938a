"""The `rtlvr` command. Imports are inside the commands, so that `rtlvr --help` is quick."""

import argparse
import json
import sys
from pathlib import Path

from rtlvr.errors import ParameterError, RtlvrError
from rtlvr.hdl.response import SYSTEM_PROMPT

CANNOT_SAY = 2  # exit status: bad usage, undecided, or tools that failed


def main(arguments: list[str] | None = None) -> int:
    """Entry point; returns the exit status."""
    parser = argparse.ArgumentParser(prog="rtlvr", description="Reproduce and extend QiMeng-CodeV-R1.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    tools = (add_doctor, add_reproduce, add_verify, add_bench, add_sweep, add_sample)
    for add in (*tools, add_params, add_plan, add_results):
        add(commands)
    options = parser.parse_args(arguments)
    try:
        return options.run(options)
    except RtlvrError as error:
        print(f"rtlvr: {error}", file=sys.stderr)
        return CANNOT_SAY


def add_doctor(commands) -> None:
    """`rtlvr doctor`: 0 when everything required is there."""

    def run(_: argparse.Namespace) -> int:
        from rtlvr.doctor import healthy, report

        checks = report()
        for check in checks:
            print(f"{check.state:9} {check.name:34} {check.found}" + (f"  ->  {check.advice}" if check.advice else ""))
        return 0 if healthy(checks) else 1

    commands.add_parser("doctor", help="what is installed, what is missing and how to get it").set_defaults(run=run)


def add_reproduce(commands) -> None:
    """`rtlvr reproduce`: every notebook in order."""

    def run(options: argparse.Namespace) -> int:
        from rtlvr.reproduce import reproduce

        return reproduce(options.profile, only=options.only, fresh=options.fresh, again=options.again)

    parser = commands.add_parser("reproduce", help="run all notebooks of a profile, skipping what is done")
    parser.add_argument("--profile", default="cpu", help="smoke, cpu, gpu or paper")
    parser.add_argument("--only", nargs="+", metavar="NOTEBOOK", help="names such as 05_rl")
    parser.add_argument("--fresh", action="store_true", help="set earlier results aside first")
    parser.add_argument("--again", action="store_true", help="run notebooks even where they are done")
    parser.set_defaults(run=run)


def add_verify(commands) -> None:
    """`rtlvr verify`: 0 equivalent, 1 not, 2 cannot say; with --pairs 0 when every row has its verdict."""

    def run(options: argparse.Namespace) -> int:
        if options.pairs:
            return _verify_rows(options)
        if options.golden is None or options.candidate is None:
            raise ParameterError("got no pair; give GOLDEN and CANDIDATE, or --pairs IN.jsonl --out OUT.jsonl")
        return _verify_files(options)

    parser = commands.add_parser("verify", help="does CANDIDATE behave like GOLDEN?")
    parser.add_argument("golden", type=Path, nargs="?", help="the reference design: Verilog, SystemVerilog or VHDL")
    parser.add_argument("candidate", type=Path, nargs="?", help="the design that is judged")
    parser.add_argument("--golden-top", help="the golden's top module; default: the only one that nothing instantiates")
    parser.add_argument(
        "--candidate-top", help="the candidate's; default: the one with the golden's name, else the only root"
    )
    modes = "hybrid: proof and simulation; testbench: the paper's own check; formal: proofs alone"
    parser.add_argument("--mode", choices=["hybrid", "testbench", "formal"], default="hybrid", help=modes)
    parser.add_argument("--json", action="store_true", help="print the whole verdict")
    parser.add_argument("--pairs", type=Path, help="JSON lines with id, golden, candidate (or response)")
    parser.add_argument("--out", type=Path, help="where the verdicts of --pairs go; goes on where a killed run stopped")
    parser.add_argument("--jobs", type=int, default=0, help="worker processes for --pairs; 0: one per core")
    parser.set_defaults(run=run)


def _verify_files(options: argparse.Namespace) -> int:
    from rtlvr.verify import verify

    try:
        golden, candidate = (
            path.read_text(encoding="utf-8", errors="surrogateescape") for path in (options.golden, options.candidate)
        )
    except OSError as error:
        print(f"rtlvr: cannot say: {error}", file=sys.stderr)
        return CANNOT_SAY
    tops = {"golden_top": options.golden_top, "candidate_top": options.candidate_top}
    verdict = verify(golden, candidate, **tops, mode=options.mode)
    shown = verdict.model_dump() | {"equivalent": verdict.equivalent}
    sure = {True: ", proved", False: ", not proved"}[verdict.proved] if verdict.equivalent else ""
    print(json.dumps(shown) if options.json else f"{verdict.status}: {verdict.reason} ({verdict.method}{sure})")
    return {"equivalent": 0, "undecided": CANNOT_SAY}.get(verdict.status, 1)


def _verify_rows(options: argparse.Namespace) -> int:
    from rtlvr.verify.rows import verify_rows

    if options.out is None:
        raise ParameterError("got --pairs without --out; say where the verdicts go")
    count = verify_rows(options.pairs, options.out, options.jobs, options.mode)
    print(f"{count} rows judged; verdicts in {options.out}")
    return 0


def add_bench(commands) -> None:
    """`rtlvr bench`: judge ready-made samples, or the references, by a benchmark's own testbenches."""

    def run(options: argparse.Namespace) -> int:
        from rtlvr.evaluate.public import bench
        from rtlvr.verify import Pool

        if options.out and not options.model:
            raise ParameterError("got --out without --model; say whose samples they are")
        pool, gathered = Pool() if options.verify else None, (options.model, options.out)
        result = bench(options.benchmark, options.root, options.samples, not options.original, pool, *gathered)
        print(json.dumps(result) if options.json else _in_lines(result))
        return 0

    parser = commands.add_parser("bench", help="judge samples by a public benchmark's testbenches")
    parser.add_argument("--benchmark", required=True)
    parser.add_argument("--root", type=Path, default=Path("benchmarks"), help="folder of the upstream checkouts")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--samples", type=Path, help="JSON lines with task_id and response")
    source.add_argument("--references", action="store_true", help="judge the references instead")
    parser.add_argument("--original", action="store_true", help="testbenches as published: no errata")
    parser.add_argument("--verify", action="store_true", help="the verifier's verdict as well, disagreements explained")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--model", default="", help="whose samples they are (for --out)")
    parser.add_argument("--out", type=Path, help="folder that gathers benchmarks.csv and disagreements.csv")
    parser.set_defaults(run=run)


def _in_lines(result: dict) -> str:
    lines = [f"{result['benchmark']}: {result['passed']} of {result['total']} passed, {result['compiled']} compile"]
    if result["tasks_with_samples"] < result["tasks"] or len(result["samples_per_task"]) > 1:
        each = " or ".join(map(str, result["samples_per_task"]))
        lines.append(f"NOT whole: samples of {result['tasks_with_samples']} of {result['tasks']} tasks, {each} of each")
    for name in [name for name in result if name.startswith("pass@")]:
        value, low, high = result[name]
        lines.append(f"{name}: {value:.1f} % [{low:.1f}, {high:.1f}]")
    lines.append("classes: " + ", ".join(f"{name} {n}" for name, n in result["classes"].items() if n))
    for row in result.get("disagreements", []):
        lines.append(f"{row['task_id']}: testbench {row['official']}, verifier {row['verifier']}: {row['cause']}")
    return "\n".join(lines)


def add_sweep(commands) -> None:
    """`rtlvr sweep`: the verifier tried on folders of anybody's HDL."""
    from rtlvr.evaluate.sweepargs import declare

    def run(options: argparse.Namespace) -> int:
        from rtlvr.evaluate.sweep import run

        return run(options)

    parser = commands.add_parser("sweep", help="try the verifier on folders of anybody's HDL")
    declare(parser)
    parser.set_defaults(run=run)


def add_sample(commands) -> None:
    """`rtlvr sample`: a benchmark's samples from a model, for `rtlvr bench`."""

    def run(options: argparse.Namespace) -> int:
        from rtlvr.evaluate.ask import Asking, ask
        from rtlvr.evaluate.backends import chosen
        from rtlvr.evaluate.benchmarks import load_tasks

        tasks = load_tasks(options.benchmark, options.root)[: options.problems or None]
        names = ("samples", "temperature", "top_p", "max_tokens", "seed", "system")
        asking = Asking(**{name: getattr(options, name) for name in names})
        where = options.base_url, options.api_key_env, options.concurrency
        backend = chosen(options.backend, options.model, *where)
        print(f"{len(ask(tasks, asking, backend, options.out))} samples in {options.out}")
        return 0

    parser = commands.add_parser("sample", help="ask a model for a benchmark's samples")
    parser.add_argument("--benchmark", required=True)
    parser.add_argument("--root", type=Path, default=Path("benchmarks"), help="folder of the upstream checkouts")
    parser.add_argument("--backend", choices=["endpoint", "transformers", "vllm"], default="endpoint")
    parser.add_argument(
        "--model", required=True, help="the service's name of it, or a folder, a hub's name or gguf:PATH"
    )
    parser.add_argument("--out", type=Path, required=True, help="JSON lines; a killed run goes on where it stopped")
    parser.add_argument(
        "--base-url", default="", help="of an OpenAI-compatible endpoint, e.g. http://localhost:8000/v1"
    )
    parser.add_argument("--api-key-env", default="OPENAI_API_KEY", help="environment variable that holds the key")
    parser.add_argument("--concurrency", type=_positive, default=8, help="requests at once to an endpoint")
    parser.add_argument("--problems", type=int, default=0, help="the first so many; 0: all")
    parser.add_argument("--samples", type=_positive, default=1, help="per problem")
    parser.add_argument("--temperature", type=float, default=0.0)
    parser.add_argument("--top-p", type=float, default=1.0)
    parser.add_argument("--max-tokens", type=_positive, default=2048)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--system", default=SYSTEM_PROMPT, help="system prompt; default: the paper's")
    parser.set_defaults(run=run)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"got {text}; needed: at least 1")
    return number


def add_params(commands) -> None:
    """`rtlvr params`: a profile with every value resolved."""

    def run(options: argparse.Namespace) -> int:
        import yaml

        from rtlvr.params import load

        print(yaml.safe_dump(load(options.profile).model_dump(), sort_keys=False), end="")
        return 0

    parser = commands.add_parser("params", help="print a profile with every value resolved")
    parser.add_argument("--profile", default="cpu")
    parser.set_defaults(run=run)


def add_plan(commands) -> None:
    """`rtlvr plan`: memory, tokens and hours of the RL stage on a cluster, with the arithmetic."""

    def run(options: argparse.Namespace) -> int:
        from rtlvr.params import load
        from rtlvr.train.plan import Assumptions, Shape, plan

        given = Assumptions(mean_tokens=options.mean_tokens, acceptance=options.acceptance)
        for line in plan(load(options.profile), options.gpus, options.gpu, Shape(options.parameters), given):
            print(f"{line.name:36s} {line.value:>12,.1f} {line.unit:9s} {line.arithmetic}")
        return 0

    parser = commands.add_parser("plan", help="what the RL stage takes on a cluster, with the arithmetic")
    parser.add_argument("--profile", default="paper")
    parser.add_argument("--gpus", type=int, default=16)
    parser.add_argument("--gpu", default="a100-80g")
    parser.add_argument("--parameters", type=float, default=7.6e9, help="of the policy")
    parser.add_argument("--mean-tokens", type=float, default=5000, help="of an answer")
    parser.add_argument("--acceptance", type=float, default=0.4, help="share of groups with mixed rewards")
    parser.set_defaults(run=run)


def add_results(commands) -> None:
    """`rtlvr results`: the run's results.csv as a table."""

    def run(options: argparse.Namespace) -> int:
        import pandas as pd

        from rtlvr.stage import refresh_results

        print(pd.read_csv(refresh_results(options.run_name)).to_string(index=False, na_rep=""))
        return 0

    parser = commands.add_parser("results", help="print what a run has measured")
    parser.add_argument("--run", dest="run_name", default="cpu", help="a folder under outputs/")
    parser.set_defaults(run=run)


if __name__ == "__main__":
    sys.exit(main())
