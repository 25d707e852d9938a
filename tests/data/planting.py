"""Corpora with a known content, for the tests of cleaning and for `python tests/data/planting.py`, which measures it.

    python tests/data/planting.py [--files 20000] [--jobs 2] [--folder DIR]

plants copies with changes of the kit's own goldens, cleans them, and prints throughput, peak memory and the funnel.
"""

import argparse
import json
import random
import re
import tempfile
import threading
import time
from pathlib import Path

import psutil

from rtlvr.data.clean import Cleaner
from rtlvr.data.corpus import procedural, seed_corpus
from rtlvr.data.near_duplicates import skeleton, tokens
from rtlvr.data.sources import read_source
from rtlvr.hdl.mutate import mutants
from rtlvr.hdl.source import strip_comments
from rtlvr.params import load
from rtlvr.verify import Pool, Stimuli

_NAME = re.compile(r"(?<![\w$`'\\.\"])[A-Za-z_]\w*|(?<=\.)[A-Za-z_]\w*")
_HEADER = re.compile(r"\bmodule\s+{top}\b\s*(?:#\s*\(.*?\)\s*)?\((.*?)\)\s*;", re.DOTALL)
MIT = "/* Copyright (c) 2019 A. N. Author\n * SPDX-License-Identifier: MIT\n */\n"


def disguise(code: str, top: str, rng: random.Random) -> str:
    """The same design with other names, other layout and its ports in another order."""
    return reformatted(renamed(reordered(strip_comments(code), top, rng), rng), rng)


def renamed(code: str, rng: random.Random) -> str:
    """Every name that is no keyword and no macro replaced by another."""
    macros = set(re.findall(r"`define\s+(\w+)", code)) | {"timescale", "ns", "ps", "us"}
    words = tokens(code)
    names = sorted({word for word, shown in zip(words, skeleton(words), strict=True) if shown == "name"} - macros)
    numbers = rng.sample(range(10_000), len(names))
    mapping = {name: f"sig{number}" for name, number in zip(names, numbers, strict=True)}
    return _NAME.sub(lambda m: mapping.get(m[0], m[0]), code)


def reordered(code: str, top: str, rng: random.Random) -> str:
    """The top's ports in another order."""
    header = re.search(_HEADER.pattern.replace("{top}", re.escape(top)), code, re.DOTALL)
    if header is None:
        return code
    ports, kind = [], ""
    for port in re.split(r",(?![^\[{(]*[\]})])", header[1]):
        declared = re.match(r"\s*((?:input|output|inout)\b.*?)(\w+)\s*$", port, re.DOTALL)
        kind = declared[1] if declared else kind
        ports.append(f"{kind}{declared[2] if declared else port.strip()}")
    rng.shuffle(ports)
    start, end = header.span(1)
    return code[:start] + ", ".join(ports) + code[end:]


def reformatted(code: str, rng: random.Random) -> str:
    """Other white space, and comments."""
    lines = [re.sub(r"[ \t]+", " ", line).strip() for line in code.splitlines()]
    spaced = [" " * rng.randrange(6) + line + rng.choice(("", "  ", " // as before")) for line in lines if line]
    return "\n".join(line if "`" not in line and '"' not in line else lines_only(line) for line in spaced) + "\n"


def lines_only(line: str) -> str:
    """A line with a directive or a string, left as it is but for its ends."""
    return re.sub(r" // as before$", "", line).strip()


def plant(folder: Path, files: int, seed: int = 0) -> None:
    """Write `files` files: goldens, copies with changes, and what real corpora hold besides."""
    rng = random.Random(seed)
    designs = [g.code for g in seed_corpus()]
    designs += [golden.code for golden, _ in procedural(max(20, files // 40), seed)]
    for number in range(files):
        place = folder / f"{number % 97:02d}" / f"{number:06d}.v"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(_changed(rng.choice(designs), number, rng))


def _changed(code: str, number: int, rng: random.Random) -> bytes:
    kind = rng.randrange(12)
    if kind < 3:
        return (MIT + reformatted(code, rng)).encode()
    if kind < 6:
        return renamed(code, random.Random(rng.randrange(40))).encode()
    if kind == 6:
        fault = next(mutants(code, rng), None)
        return (fault.code if fault else code).encode()
    if kind == 7:
        return code.replace("\n", "\r\n").encode("utf-16") if number % 2 else f"// caf\xe9\n{code}".encode("latin-1")
    if kind == 8:
        return code[: rng.randrange(10, len(code))].encode()
    if kind == 9:
        return b"\x7fELF\0\0" + rng.randbytes(200) if number % 2 else b"// nothing here\n"
    if kind == 10:
        return f'module tb{number};\n  initial begin $dumpfile("x"); $finish; end\nendmodule\n{code}'.encode()
    return re.sub(r"\bmodule (\w+)", rf"module \1_{number}", code).encode()


def measure(files: int, jobs: int, folder: Path) -> dict[str, float]:
    """Plant and clean; returns files per second, peak memory of all processes in MB, and what was kept."""
    plant(folder / "planted", files)
    peak, done = [0], threading.Event()
    watch = threading.Thread(target=_watch, args=(peak, done))
    watch.start()
    started = time.monotonic()
    cleaner = Cleaner(folder / "clean", load("cpu").corpus, Pool(jobs, mode="hybrid"), Stimuli(), jobs=jobs)
    left = cleaner.run(read_source(f"directory:{folder / 'planted'}"), files)
    seconds = time.monotonic() - started
    done.set()
    watch.join()
    print(*left, sep="\n")
    return {"files": files, "seconds": round(seconds, 1), "files_per_second": round(files / seconds, 1),
            "peak_mb": round(peak[0] / 1e6), "kept": left[-1][1]}  # fmt: skip


def _watch(peak: list[int], done: threading.Event) -> None:
    me = psutil.Process()
    while not done.wait(0.5):
        total = 0
        for process in [me, *me.children(recursive=True)]:
            try:
                total += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        peak[0] = max(peak[0], total)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        print(json.dumps(measure(given.files, given.jobs, given.folder or Path(temporary))))
