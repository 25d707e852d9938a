"""The commands of this package: benchmarks, sweeps of other people's HDL, certified pairs, speed."""

import argparse
import json
from typing import Any

from rtlvr.command import Command, count, path, positive
from rtlvr.errors import ParameterError
from rtlvr.paths import from_profile
from rtlvr.policy.answer import SYSTEM_PROMPT

_BENCHMARK = "its name, e.g. verilog-eval-v2-spec or rtllm-v2.0; a wrong name lists all"


def _add_root(parser: argparse.ArgumentParser) -> None:
    what = "folder of the upstream checkouts, as `rtlvr fetch` makes it (default: %(default)s)"
    parser.add_argument("--root", type=path, default=from_profile("benchmarks"), help=what)


def declare_sweep(parser: argparse.ArgumentParser) -> None:
    """The arguments of `rtlvr sweep`."""
    parser.add_argument("folders", nargs="*", type=path, metavar="DIR", help="folders of HDL, a source each")
    parser.add_argument("--each", action="store_true", help="every sub-folder of DIR is a source")
    parser.add_argument("--out", type=path, default=path("sweep"), help="folder of the verdicts; a killed run goes on")
    parser.add_argument("--limit", type=count, default=0, help="units per source, evenly spread; 0: all")
    parser.add_argument("--faults", type=count, default=3, help="faults per unit (default: %(default)s)")
    parser.add_argument("--jobs", type=count, default=0, help="worker processes; 0: one per core")
    parser.add_argument("--seed", type=int, default=0, help="of the choice of units and faults")
    parser.add_argument("--units", action="store_true", help="only find the units and count them")
    parser.add_argument("--summary", action="store_true", help="print the tables of what --out holds, judge nothing")
    parser.add_argument("--list-accepted-faults", action="store_true", help="print the faults that were accepted")


def declare_fetch(parser: argparse.ArgumentParser) -> None:
    """The arguments of `rtlvr fetch`."""
    what = "folder that gets a sub-folder per repository (default: %(default)s)"
    parser.add_argument("--root", type=path, default=from_profile("benchmarks"), help=what)


def declare_sample(parser: argparse.ArgumentParser) -> None:
    """The arguments of `rtlvr sample`."""
    parser.add_argument("--benchmark", required=True, help=_BENCHMARK)
    _add_root(parser)
    backends = "an OpenAI-compatible service, or a model here under transformers or vLLM (default: %(default)s)"
    parser.add_argument("--backend", choices=["endpoint", "transformers", "vllm"], default="endpoint", help=backends)
    model = "the service's name of it, or a folder, a hub's name or gguf:PATH"
    parser.add_argument("--model", required=True, help=model)
    parser.add_argument("--out", type=path, required=True, help="JSON lines; a killed run goes on where it stopped")
    endpoint = "of an OpenAI-compatible endpoint, e.g. http://localhost:8000/v1"
    parser.add_argument("--base-url", default="", help=endpoint)
    key = "environment variable that holds the key (default: %(default)s)"
    parser.add_argument("--api-key-env", default="OPENAI_API_KEY", help=key)
    parser.add_argument("--concurrency", type=positive, default=8, help="requests at once (default: %(default)s)")
    parser.add_argument("--problems", type=count, default=0, help="the first so many; 0: all")
    parser.add_argument("--samples", type=positive, default=1, help="answers per problem (default: %(default)s)")
    turns = "answers to a sample at most: one that does not compile goes back with the compiler's message (default: %(default)s)"
    parser.add_argument("--turns", type=positive, default=1, help=turns)
    parser.add_argument("--temperature", type=float, default=0.0, help="0: greedy (default: %(default)s)")
    parser.add_argument("--top-p", type=float, default=1.0, help="nucleus of the sampling (default: %(default)s)")
    parser.add_argument("--max-tokens", type=positive, default=2048, help="of an answer (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the first answer to a problem (default: %(default)s)")
    parser.add_argument("--system", default=SYSTEM_PROMPT, help="system prompt; default: the paper's")


def declare_bench(parser: argparse.ArgumentParser) -> None:
    """The arguments of `rtlvr bench`."""
    parser.add_argument("--benchmark", required=True, help=_BENCHMARK)
    _add_root(parser)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--samples", type=path, help="JSON lines with task_id and response")
    source.add_argument("--references", action="store_true", help="judge the references instead")
    parser.add_argument("--original", action="store_true", help="testbenches as published: no errata")
    parser.add_argument("--verify", action="store_true", help="the verifier's verdict as well, disagreements explained")
    parser.add_argument("--json", action="store_true", help="print counts, every failure and every edit as JSON")
    parser.add_argument("--model", default="", help="whose samples they are (for --out)")
    parser.add_argument("--out", type=path, help="folder that gathers benchmarks.csv and disagreements.csv")


def declare_probes(parser: argparse.ArgumentParser) -> None:
    """The arguments of `rtlvr probes`."""
    _add_root(parser)
    parser.add_argument("--out", type=path, required=True, help="CSV file of the blind spots to write")


def declare_certify(parser: argparse.ArgumentParser) -> None:
    """The arguments of `rtlvr certify`."""
    parser.add_argument("--root", type=path, help="folder of the public benchmarks; without it, the seed corpus")
    parser.add_argument("--pairs", type=path, help="JSON lines of certified pairs; made where missing")
    parser.add_argument("--goldens", action="store_true", help="check each golden beside itself and its resynthesis")
    mutants = "mutants per golden, beside rewrites and trojans (default: %(default)s)"
    parser.add_argument("--faults", type=count, default=4, help=mutants)
    mode = "the verifier's mode that is scored (default: %(default)s)"
    parser.add_argument("--mode", default="hybrid", choices=["hybrid", "testbench", "formal"], help=mode)


def declare_make_pairs(parser: argparse.ArgumentParser) -> None:
    """The arguments of `rtlvr make-pairs`."""
    parser.add_argument("--out", type=path, help="JSON lines of pairs to write; default: the checkout's own file")
    parser.add_argument("--only", default="", help="only designs whose id contains this")
    parser.add_argument("--jobs", type=positive, default=2, help="simulations at once (default: %(default)s)")


def declare_throughput(parser: argparse.ArgumentParser) -> None:
    """The arguments of `rtlvr throughput`."""
    parser.add_argument("--groups", type=positive, default=60, help="goldens for hybrid mode (default: %(default)s)")
    slow = "goldens for the paper's testbench (default: %(default)s)"
    parser.add_argument("--slow-groups", type=positive, default=10, help=slow)
    parser.add_argument("--size", type=positive, default=16, help="rollouts per golden (default: %(default)s)")


def run_bench(options: argparse.Namespace) -> int:
    """Judge ready-made samples, or the references, by a benchmark's own testbenches."""
    from rtlvr.evaluate.public import bench
    from rtlvr.verify import Pool

    if options.out and not options.model:
        raise ParameterError("got --out without --model; say whose samples they are")
    pool, gathered = Pool() if options.verify else None, (options.model, options.out)
    result = bench(options.benchmark, options.root, options.samples, not options.original, pool, *gathered)
    print(json.dumps(result) if options.json else _in_lines(result))
    return 0


def _in_lines(result: dict[str, Any]) -> str:
    lines = [f"{result['benchmark']}: {result['passed']} of {result['total']} passed, {result['compiled']} compile"]
    if result["tasks_with_samples"] < result["tasks"] or len(result["samples_per_task"]) > 1:
        each = " or ".join(map(str, result["samples_per_task"]))
        lines.append(f"NOT whole: samples of {result['tasks_with_samples']} of {result['tasks']} tasks, {each} of each")
    for name in [name for name in result if name.startswith("pass@")]:
        value, low, high = result[name]
        lines.append(f"{name}: {value:.1f} % [{low:.1f}, {high:.1f}]")
    for turn, then in result.get("after answers", {}).items():
        lines.append(
            f"after {turn} answer{'s' if turn > 1 else ''}: {then['passed']} passed, {then['compiled']} compile"
        )
    lines.append("classes: " + ", ".join(f"{name} {n}" for name, n in result["classes"].items() if n))
    for row in result.get("disagreements", []):
        lines.append(f"{row['task_id']}: testbench {row['official']}, verifier {row['verifier']}: {row['cause']}")
    return "\n".join(lines)


def run_sample(options: argparse.Namespace) -> int:
    """Write a benchmark's samples from a model, for `rtlvr bench`."""
    from rtlvr.evaluate.answering import Asking, ask
    from rtlvr.evaluate.benchmarks import load_tasks
    from rtlvr.params import load
    from rtlvr.policy.backends import backend_of

    tasks = load_tasks(options.benchmark, options.root)[: options.problems or None]
    names = ("samples", "temperature", "top_p", "max_tokens", "seed", "system", "turns")
    asking = Asking(**{name: getattr(options, name) for name in names})
    named = ("backend", "base_url", "api_key_env", "concurrency")
    settings = load("cpu", {f"generation.{name}": getattr(options, name) for name in named}).generation
    backend = backend_of(options.model, settings)
    print(f"{len(ask(tasks, asking, backend, options.out))} samples in {options.out}")
    return 0


_HERE = "rtlvr.evaluate"
SWEEP = Command("sweep", "try the verifier on folders of anybody's HDL", declare_sweep, f"{_HERE}.sweep:run")
FETCH = Command("fetch", "fetch the public benchmarks at pinned revisions", declare_fetch, f"{_HERE}.fetch:run")
SAMPLE = Command("sample", "ask a model for a benchmark's samples", declare_sample, "rtlvr.cli.evaluate:run_sample")
BENCH = Command(
    "bench", "judge samples by a public benchmark's testbenches", declare_bench, "rtlvr.cli.evaluate:run_bench"
)
PROBES = Command(
    "probes", "find what the benchmarks' testbenches do not look at", declare_probes, f"{_HERE}.probes:run"
)
CERTIFY = Command("certify", "hold the verifier against pairs of known truth", declare_certify, f"{_HERE}.certify:run")
MAKE_PAIRS = Command(
    "make-pairs", "make the kit's certified pairs from their templates", declare_make_pairs, f"{_HERE}.pairs.make:run"
)
THROUGHPUT = Command("throughput", "measure how fast the verifier is", declare_throughput, f"{_HERE}.throughput:run")
