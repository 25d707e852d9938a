"""Reads many long synthetic rows as stage 04 does: rows per second, peak memory, and the same bytes after a kill.

    python tests/stages/stream_rows.py [--rows 87000] [--tokens 4000] [--max-length 16384] [--folder FOLDER]

A row is tokenised only where it has more characters than `--max-length`: 5000 shows what that costs. The rows are not held
against benchmarks, which would cost a run of the verifier each.

Prints one line of JSON: rows, their tokens on average, seconds, rows per second, peak memory of the process in MB, and
whether a reading that was killed half-way and gone on with gave the same file.
"""

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rtlvr.data.corpus import procedural
from rtlvr.params import load
from rtlvr.policy.model import load_tokenizer
from rtlvr.records import Exchange, iter_jsonl
from rtlvr.stages import sft
from rtlvr.stages.context import open_context


def write_rows(path: Path, rows: int, tokens: int) -> None:
    """A file as `codev_r1_sft.jsonl`: rows of about so many tokens, each unlike the others."""
    [(_, design)] = procedural(1, 3)
    sentence = f"{design.thought} {design.description} "
    each = len(load_tokenizer("tiny")(sentence)["input_ids"])
    thought = sentence * max(1, tokens // each)
    with path.open("w") as file:
        for number in range(rows):
            answer = f"<think>\nrow {number}: {thought}</think>\n<answer>\n```verilog\n{design.golden}```\n</answer>"
            asked = f"{design.description} (row {number})"
            file.write(json.dumps({"system": "", "prompt": asked, "response": answer}) + "\n")


def read_rows(source: Path, run: str, longest: int = 16384) -> None:
    """Read the set as stage 04 does, and say how long it took and how much memory."""
    settings = {
        "data.sft": f"authors:{source}",
        "sft.max_length": str(longest),
        "run": run,
        "data.decontaminate": "false",
    }
    context, began = open_context("04_sft", load("cpu", settings)), time.monotonic()
    found = sft.training(context)
    seconds, memory = time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    context.close()
    digest = hashlib.sha256()
    with found.rows.open("rb") as file:
        for part in iter(lambda: file.read(1 << 20), b""):
            digest.update(part)
    print(json.dumps({"rows": found.count, "seconds": seconds, "memory_mb": memory, "digest": digest.hexdigest()}))


def child(source: Path, run: str, folder: Path, longest: int) -> subprocess.Popen[str]:
    """A process that reads the set."""
    command = [sys.executable, __file__, "--read", str(source), "--run", run, "--max-length", str(longest)]
    environment = {"RTLVR_OUTPUTS": str(folder), "TQDM_DISABLE": "1"}
    return subprocess.Popen(
        ["env", *(f"{k}={v}" for k, v in environment.items()), *command], stdout=subprocess.PIPE, text=True
    )


def measured(folder: Path, rows: int, tokens: int, longest: int) -> dict[str, object]:
    """Read once whole, and once with a kill when half of the rows are there."""
    source = folder / "rows.jsonl"
    write_rows(source, rows, tokens)
    whole = json.loads(child(source, "whole", folder, longest).communicate()[0])
    killed, kept = child(source, "killed", folder, longest), folder / "killed" / "04_sft" / "rows.jsonl"
    half = (folder / "whole" / "04_sft" / "rows.jsonl").stat().st_size / 2
    while killed.poll() is None and (not kept.exists() or kept.stat().st_size < half):
        time.sleep(0.05)
    killed.kill()
    killed.wait()
    again = json.loads(child(source, "killed", folder, longest).communicate()[0])
    tokenizer = load_tokenizer("tiny")
    first = next(iter_jsonl(folder / "whole" / "04_sft" / "rows.jsonl", Exchange))
    return {
        "rows": whole["rows"], "tokens": len(tokenizer(first.response)["input_ids"]), "seconds": whole["seconds"],
        "rows_per_second": whole["rows"] / whole["seconds"], "memory_mb": whole["memory_mb"],
        "seconds_after_the_kill": again["seconds"], "same_bytes": whole["digest"] == again["digest"],
    }  # fmt: skip


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=87000)
    parser.add_argument("--tokens", type=int, default=4000)
    parser.add_argument("--max-length", type=int, default=16384, help="longest row that is kept, in tokens")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--run", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        read_rows(options.read, options.run, options.max_length)
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        print(json.dumps(measured(Path(folder), options.rows, options.tokens, options.max_length)))


if __name__ == "__main__":
    main()
