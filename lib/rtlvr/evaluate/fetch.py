"""Fetch the public benchmarks at pinned revisions: `python -m rtlvr.evaluate.fetch --root benchmarks`.

They are other people's work under their own licences, so the kit fetches and never ships them.
"""

import argparse
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_VERILOG_EVAL = "https://github.com/NVlabs/verilog-eval"
_RTLLM = "https://github.com/hkust-zhiyao/RTLLM"


@dataclass(frozen=True)
class Source:
    """A revision of a repository and the folder it goes to."""

    folder: str
    url: str
    revision: str


SOURCES = (
    Source("verilog-eval-v1", _VERILOG_EVAL, "b91978738f87b2fea53ca34de083556b5a7ceb7e"),  # release/1.0.0
    Source("verilog-eval-v2", _VERILOG_EVAL, "65c87a832b6cb752c38490b397df372f6ddc1c89"),  # the revision of August 2024
    Source("rtllm-v1.1", _RTLLM, "v1.1"),
    Source("rtllm-v2.0", _RTLLM, "cec0bccb70dc6de956716c7d8c2546d46e2317f0"),
)


def fetch(source: Source, root: Path) -> bool:
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
        run = subprocess.run(["git", *step], capture_output=True, text=True, check=False)
        if run.returncode != 0:
            print(f"{source.folder}: {run.stderr.strip().splitlines()[-1:]} from {source.url}", file=sys.stderr)
            return False
    partial.replace(folder)
    print(f"{source.folder}: {source.url} at {source.revision}")
    return True


def main() -> int:
    """Command line; 1 when a source could not be fetched."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path("benchmarks"))
    options = parser.parse_args()
    options.root.mkdir(parents=True, exist_ok=True)
    return 0 if all([fetch(source, options.root) for source in SOURCES]) else 1


if __name__ == "__main__":
    sys.exit(main())
