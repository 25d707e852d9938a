"""What the service costs: `rtlvr serve-load` measures it on loopback beside the pool in one process.

Each round asks for the same kind of checks: groups of answers to the kit's seed designs, all texts different, one in
twenty hostile. It prints requests per second, p50 and p99 (of all, and of those that are not hostile), the memory of the
server alone and with its workers after each round, and what became of requests when SIGTERM came under load.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import numpy as np
import psutil

from rtlvr.data.corpus import seed_corpus
from rtlvr.evaluate.throughput import rollouts
from rtlvr.verify import Pool, Stimuli

HOSTILE = (
    "initial while (1);",
    "reg [1023:0] huge [0:100000000]; initial huge[99999999] = 1;",
    'initial $system("true");',
    'initial while (1) $display("{text}");',
    "genvar i; generate for (i = 0; i < 100000000; i = i + 1) begin : x wire w; end endgenerate",
)
_GROUP = 16


@dataclass(frozen=True)
class LoadCase:
    """A check of the load."""

    golden: str
    candidate: str
    hostile: bool


@dataclass(frozen=True)
class RequestOutcome:
    """What became of a request: its status (0: the connection was refused or cut), and its seconds."""

    status: int
    seconds: float
    hostile: bool


def cases(number: int, share: int, pool: Pool, begin: int = 0) -> list[LoadCase]:
    """So many checks, one in `share` hostile; another `begin` gives other texts."""
    goldens, found = seed_corpus(), list[LoadCase]()
    for group in range(-(-number // _GROUP)):
        golden = goldens[(begin + group) % len(goldens)]
        for code in rollouts(golden, pool, _GROUP, begin + group):
            at = len(found)
            hostile = share > 0 and at % share == share - 1
            spell = HOSTILE[at // share % len(HOSTILE)] if hostile else ""
            text = golden.code.replace("endmodule", f"{spell}\nendmodule", 1) if hostile else code
            found.append(LoadCase(golden.code, f"{text}\n// {begin}.{at}\n", hostile))
    return found[:number]


def measured(ask: Callable[[LoadCase], int], given: list[LoadCase], clients: int) -> tuple[float, list[RequestOutcome]]:
    """Seconds of the whole, and what became of each request."""

    def one(case: LoadCase) -> RequestOutcome:
        began = time.monotonic()
        return RequestOutcome(ask(case), time.monotonic() - began, case.hostile)

    began = time.monotonic()
    with ThreadPoolExecutor(clients) as threads:
        found = list(threads.map(one, given))
    return time.monotonic() - began, found


@contextmanager
def served(jobs: int, grace: int) -> Iterator[tuple[subprocess.Popen[str], Callable[[LoadCase], int]]]:
    """A server process, and a function that asks it and returns the status of its answer."""
    command = [sys.executable, "-m", "rtlvr", "serve", "--port", "0", "--jobs", str(jobs), "--grace", str(grace)]
    environment = {key: value for key, value in os.environ.items() if key != "RTLVR_TOKEN"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    url = process.stdout.readline().split()[2].strip(",")
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    with httpx.Client(base_url=url, timeout=700, limits=limits) as client:

        def ask(case: LoadCase) -> int:
            try:
                answer = client.post("/verify", json={"golden": case.golden, "candidate": case.candidate})
            except httpx.TransportError:
                return 0
            return answer.status_code if answer.json() else 0

        try:
            yield process, ask
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()


def memory(process: int) -> tuple[float, float]:
    """MiB of the server itself, and with its workers and their tools."""
    root = psutil.Process(process)
    own, total = root.memory_info().rss, 0
    for one in (root, *root.children(recursive=True)):
        try:
            total += one.memory_info().rss
        except psutil.Error:
            continue
    return own / 2**20, total / 2**20


def line(name: str, seconds: float, found: list[RequestOutcome]) -> str:
    """One line of the report."""
    tame = [one.seconds for one in found if not one.hostile]
    p50, p99 = np.percentile([one.seconds for one in found], [50, 99])
    own50, own99 = np.percentile(tame, [50, 99])
    codes = dict(sorted(Counter(one.status for one in found).items()))
    return (
        f"{name:12} {len(found) / seconds:6.1f}/s  p50 {p50:.2f} s  p99 {p99:.2f} s  "
        f"not hostile: p50 {own50:.2f} s  p99 {own99:.2f} s  {codes}"
    )


def stopped(
    process: subprocess.Popen[str], ask: Callable[[LoadCase], int], given: list[LoadCase], clients: int
) -> tuple[str, int]:
    """SIGTERM in the middle of a load: what became of its requests, and how many the server did not answer."""
    with ThreadPoolExecutor(1) as aside:
        load = aside.submit(measured, ask, given, clients)
        time.sleep(3)
        process.send_signal(signal.SIGTERM)
        _, found = load.result()
    said, _ = process.communicate()
    came, answered = map(int, re.findall(r"\d+", said.rpartition("stopped;")[2]))
    codes = dict(sorted(Counter(one.status for one in found).items()))
    return f"SIGTERM      {codes} (0: after the socket was closed); {said.strip()}", came - answered


def run_serve_load(options: argparse.Namespace) -> int:
    """Measure, and print as it goes; 0 when no request was lost."""
    pool = Pool(options.jobs, mode="hybrid")
    rounds = [cases(options.checks, options.share, pool, 100 * number) for number in range(options.rounds + 2)]
    pool.close()
    pool = Pool(options.jobs, mode="hybrid")

    def here(case: LoadCase) -> int:
        return 200 if pool.verify(case.golden, case.candidate, Stimuli()) else 0

    measured(here, rounds[0][:8], options.clients)
    print(line("pool", *measured(here, rounds[1], options.clients)), flush=True)
    pool.close()
    with served(options.jobs, 20) as (process, ask):
        measured(ask, rounds[0][:8], options.clients)
        for number, given in enumerate(rounds[1:-1], 1):
            print(line(f"server {number}", *measured(ask, given, options.clients)), end="  ")
            own, total = memory(process.pid)
            print(f"memory {own:.0f} MiB, with workers {total:.0f} MiB", flush=True)
        said, lost = stopped(process, ask, rounds[-1], options.clients)
    print(said)
    return 1 if lost else 0


if __name__ == "__main__":
    from rtlvr.cli import main

    sys.exit(main(["serve-load", *sys.argv[1:]]))
