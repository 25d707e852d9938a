"""Fetch the public benchmarks at pinned revisions: `rtlvr fetch`.

They are other people's work under their own licences, so the kit fetches and never ships them. What was fetched is
compared with the text that the kit was measured on: a branch may move, and a tag as well.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from rtlvr import lifeline
from rtlvr.errors import StageError
from rtlvr.evaluate.benchmarks import BENCHMARKS, content_digest, upstream

_VERILOG_EVAL = "https://github.com/NVlabs/verilog-eval"
_RTLLM = "https://github.com/hkust-zhiyao/RTLLM"


@dataclass(frozen=True)
class Repository:
    """A revision of a repository and the folder it goes to."""

    folder: str
    url: str
    revision: str


SOURCES = (
    Repository("verilog-eval-v1", _VERILOG_EVAL, "b91978738f87b2fea53ca34de083556b5a7ceb7e"),  # release/1.0.0
    Repository(
        "verilog-eval-v2", _VERILOG_EVAL, "65c87a832b6cb752c38490b397df372f6ddc1c89"
    ),  # the revision of August 2024
    Repository("rtllm-v1.1", _RTLLM, "v1.1"),  # a branch, whose commit was not told: its content is checked below
    Repository("rtllm-v2.0", _RTLLM, "cec0bccb70dc6de956716c7d8c2546d46e2317f0"),
    Repository(
        "rtllm-v2.1", _RTLLM, "51ed553d0ffd32797a1a0a13e051656bf302c81f"
    ),  # its text could not be had to be measured
)
# Digests (`rtlvr.evaluate.benchmarks.content_digest`) of the text that the kit was measured on.
CONTENT = {
    "verilog-eval-v1-human": "a46cb41b50ce9467",
    "verilog-eval-v1-machine": "8943a28e01cffdad",
    "verilog-eval-v2-spec": "a9a2db894d255b6c",
    "verilog-eval-v2-complete": "81943aae2a5ac62c",
    "rtllm-v1.1": "932d7cf1504c0708",
    "rtllm-v2.0": "7dc7551b86e3b8a9",
}


def fetch(source: Repository, root: Path) -> bool:
    """Fetch one source unless its folder is there; True when it is there afterwards."""
    folder = root / source.folder
    if folder.exists():
        print(f"{source.folder}: there already")
        return True
    partial = root / f".{source.folder}.part"
    steps = (
        ["init", "-q", str(partial)],
        ["-C", str(partial), "fetch", "-q", "--depth", "1", source.url, source.revision],
        ["-C", str(partial), "checkout", "-q", "FETCH_HEAD"],
    )
    for step in steps:
        done = lifeline.run(["git", *step])
        if done.returncode != 0:
            print(f"{source.folder}: {done.stderr.strip().splitlines()[-1:]} from {source.url}", file=sys.stderr)
            return False
    partial.replace(folder)
    print(f"{source.folder}: {source.url} at {source.revision}")
    return True


def content(root: Path) -> dict[str, tuple[bool, str]]:
    """By benchmark, whether its text under `root` contradicts what the kit was measured on, and how it compares, in words."""
    found = {}
    for name in BENCHMARKS:
        try:
            tasks = upstream(name, root)
        except StageError as error:
            found[name] = False, f"missing: {error}"
            continue
        digest, count = content_digest(tasks), f"{len(tasks)} tasks"
        if name not in CONTENT:
            found[name] = False, f"{count}; this benchmark was not measured with the kit yet"
        elif digest == CONTENT[name]:
            found[name] = False, f"{count}, the text that the kit was measured on"
        else:
            found[name] = True, f"{count}, whose text ({digest}) is NOT what the kit was measured on ({CONTENT[name]})"
    return found


def run(options: argparse.Namespace) -> int:
    """Fetch all; 1 when a source could not be fetched, or has another text than the kit was measured on."""
    options.root.mkdir(parents=True, exist_ok=True)
    print(f"benchmarks go to {options.root}")
    fetched = all([fetch(source, options.root) for source in SOURCES])
    compared = content(options.root)
    print(*(f"{name}: {text}" for name, (_, text) in compared.items()), sep="\n")
    return 0 if fetched and not any(other for other, _ in compared.values()) else 1


if __name__ == "__main__":
    from rtlvr.cli import main

    sys.exit(main(["fetch", *sys.argv[1:]]))
