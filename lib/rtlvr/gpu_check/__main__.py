"""Measure the kit on a GPU: `rtlvr gpu-check --out DIR`. Needs no network, and a CPU will do with `--tiny`.

Sections run in order until the time is up. After each one the whole record is written to DIR/gpu_check.json; a section
that raises is recorded with its error. At the end the figure DIR/gpu_check.png is drawn (with its PDF and table).
"""

import argparse
import json
import math
import platform
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch
from transformers.utils.logging import disable_progress_bar

from rtlvr.errors import ParameterError
from rtlvr.gpu_check.context import CheckContext, Row, describe, free_memory
from rtlvr.gpu_check.device import name_of
from rtlvr.gpu_check.sections import SECTIONS
from rtlvr.records import write_text

_PACKAGES = ("torch", "transformers", "trl", "accelerate", "peft", "numpy", "pandas", "matplotlib", "rtlvr")
_RECORD, _FIGURE = "gpu_check.json", "gpu_check"


def function_of(section: str) -> Callable[[CheckContext], list[Row]]:
    """The function that a section's entry `module:function` names, imported now."""
    module, name = SECTIONS[section].split(":")
    found: Callable[[CheckContext], list[Row]] = getattr(import_module(module), name)
    return found


def run_section(section: str, context: CheckContext) -> dict[str, Any]:
    """The entry of one section: its seconds, rows, and error (with the end of the traceback) or None."""
    if context.seconds_left <= 0:
        print(f"{section}: skipped, the time is up", flush=True)
        return {"seconds": 0.0, "rows": [], "error": "skipped: not begun before the deadline"}
    print(f"{section}: {context.seconds_left:.0f} s left", flush=True)
    began, rows, error = time.monotonic(), [], None
    try:
        rows = [dict(row) for row in function_of(section)(context)]
    except Exception as caught:  # noqa: BLE001 - one section's failure must not cost the others
        tail = traceback.format_exc().splitlines()[-8:]
        error = "\n".join([describe(caught), *tail])
    free_memory()
    seconds = time.monotonic() - began
    print(f"{section}: {len(rows)} rows in {seconds:.1f} s" + (f", failed: {error}" if error else ""), flush=True)
    return {"seconds": round(seconds, 2), "rows": rows, "error": error}


def new_record(context: CheckContext, settings: dict[str, Any]) -> dict[str, Any]:
    """The record before any section: when, with what, and where."""
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {"python": platform.python_version(), "cuda": torch.version.cuda, **_versions()},
        "device": {"kind": context.device.type, "name": name_of(context.device), "tiny": context.tiny},
        "settings": settings,
        "sections": {},
    }


def save(record: dict[str, Any], folder: Path) -> None:
    """Write the record, whole or not at all; numbers that JSON does not have become null."""
    write_text(folder / _RECORD, json.dumps(_plain(record), indent=1, allow_nan=False) + "\n")


def draw(record: dict[str, Any], folder: Path) -> None:
    """Draw the figure; a failure is only printed, since the record is what counts."""
    try:
        from rtlvr.report import figures_gpu, style

        figure, table = figures_gpu.gpu_check(_plain(record))
        style.save(figure, table, folder, _FIGURE)
    except Exception as error:  # noqa: BLE001 - see above
        print(f"no figure: {describe(error)}", flush=True)


def run(options: argparse.Namespace) -> int:
    """What the command line asks for; returns 0 unless a section failed as a whole.

    Raises:
        ParameterError: there is no `--out`.
    """
    disable_progress_bar()
    if options.list:
        print("\n".join(SECTIONS))
        return 0
    if options.out is None:
        raise ParameterError("got no --out; needed: the folder for the record and the figure")
    context = _context(options)
    settings = {k: v.name if isinstance(v, Path) else v for k, v in vars(options).items() if k not in ("list", "out")}
    record = new_record(context, settings)
    if options.only and (options.out / _RECORD).exists():
        record["sections"] = json.loads((options.out / _RECORD).read_text(encoding="utf-8"))["sections"]
    for section in options.only or SECTIONS:
        record["sections"][section] = run_section(section, context)
        save(record, options.out)
    record["sections"] = {name: record["sections"][name] for name in SECTIONS if name in record["sections"]}
    save(record, options.out)
    draw(record, options.out)
    return int(any(record["sections"][name]["error"] for name in options.only or SECTIONS))


def _context(options: argparse.Namespace) -> CheckContext:
    device = torch.device("cuda", 0) if torch.cuda.is_available() else torch.device("cpu")
    shape = options.shape or ("tiny" if options.tiny else "0.5b")
    deadline = time.monotonic() + options.seconds
    inputs = {"problems": options.problems, "benchmarks": options.benchmarks}
    return CheckContext(device, options.out, options.tiny, options.weights, shape, deadline, **inputs)


def _versions() -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = None
    return found


def _plain(value: Any) -> Any:
    """`value` with nothing in it but what JSON has."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if hasattr(value, "item"):  # a number of numpy or torch
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, str | int | bool) else str(value)


if __name__ == "__main__":
    from rtlvr.cli import main

    sys.exit(main(["gpu-check", *sys.argv[1:]]))
