"""A benchmark of the user's own: a folder of specifications, references, and testbenches where there are any.

    adder.v         the reference (.v, .sv, .vhd, .vhdl); its top is the module `adder`, or the only one
    adder.md        its specification (or adder.txt), which is the prompt
    adder_tb.v      optional: a testbench that prints a line with `pass`, or `Mismatches: N in M samples` as VerilogEval does

Its name is `folder:PATH`. Sub-folders are read as well, but none whose name begins with a dot. A specification has the name of
the reference beside it; a .txt file of another name, and README.md, are notes or data and not read. Where there is a testbench
it judges, else the verifier by comparison with the reference.

Refused by name when the folder is read: a design without a specification, a .md file or testbench without a reference, and a
task with two specifications, two references or two testbenches. `rtlvr bench --benchmark folder:PATH --references` says
whether every reference is right by its own judge.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from rtlvr.errors import StageError
from rtlvr.evaluate.folder import read
from rtlvr.evaluate.task import Style, Task
from rtlvr.hdl.source import module_names

_SPECIFICATIONS = (".md", ".txt")
_VERILOG, _VHDL = (".v", ".sv"), (".vhd", ".vhdl")
_BENCHES = ("_tb", "_testbench")
_ENTITY = re.compile(r"\bentity\s+(\w+)\s+is\b", re.IGNORECASE)


@dataclass
class _Files:
    """The files that bear one task's name, by what they are."""

    specifications: list[Path] = field(default_factory=list)
    references: list[Path] = field(default_factory=list)
    benches: list[Path] = field(default_factory=list)


def tasks(folder: Path, label: str = "") -> list[Task]:
    """The tasks of `folder`, by name.

    Args:
        label: what the benchmark is called, behind `own-`; empty: as the folder.

    Raises:
        StageError: there is no such folder, it has no task, or one that cannot be judged: all are named.
    """
    if not folder.is_dir():
        raise StageError(f"got no folder {folder.absolute()}; needed: NAME.md and NAME.v in it, and perhaps NAME_tb.v")
    found: list[Task] = []
    wrong: list[str] = []
    for name, files in _named(folder).items():
        try:
            found.append(_task(name, files, f"own-{label or folder.name}"))
        except StageError as error:
            wrong.append(str(error))
    if wrong:
        raise StageError("; ".join(wrong))
    if not found:
        raise StageError(f"got no specification in {folder}; needed: NAME.md or NAME.txt beside NAME.v")
    return found


def _named(folder: Path) -> dict[str, _Files]:
    """The files of every task, by its name; what is no part of a task is left out."""
    found: dict[str, _Files] = defaultdict(_Files)
    for path in sorted(folder.rglob("*")):
        inside, suffix, stem = path.relative_to(folder), path.suffix.lower(), path.stem
        if any(part.startswith(".") for part in inside.parts) or not path.is_file():
            continue
        bench = next((ending for ending in _BENCHES if suffix in _VERILOG and stem.endswith(ending)), "")
        files = found[inside.with_name(stem.removesuffix(bench)).as_posix()]
        if suffix in (*_VERILOG, *_VHDL):
            (files.benches if bench else files.references).append(path)
        elif suffix in _SPECIFICATIONS and stem.lower() != "readme":
            files.specifications.append(path)
    return {name: files for name, files in sorted(found.items()) if _meant(files)}


def _meant(files: _Files) -> bool:
    """Whether they are to be a task: a .txt file alone is a note, or data."""
    prose = any(path.suffix.lower() == ".md" for path in files.specifications)
    return bool(prose or files.references or files.benches)


def _only(name: str, what: str, paths: list[Path], needed: str) -> Path:
    """The one path; raises StageError where there is none, or several."""
    if len(paths) != 1:
        got = f"{', '.join(path.name for path in paths)} as" if paths else "no"
        raise StageError(f"{name}: got {got} {what}; needed: {needed}")
    return paths[0]


def _task(name: str, files: _Files, benchmark: str) -> Task:
    stem = name.rpartition("/")[2]
    reference = _only(name, "reference", files.references, f"one of {stem}.v, .sv, .vhd and .vhdl")
    specification = _only(name, "specification", files.specifications, f"one of {stem}.md and {stem}.txt")
    code = read(reference)
    top, bench = _top(name, reference, code), _bench(name, files.benches, reference)
    wanted = "entity" if reference.suffix.lower() in _VHDL else "module"
    return Task(
        id=name,
        benchmark=benchmark,
        style=_style(name, bench),
        prompt=f"{read(specification).strip()}\n\nName the {wanted} `{top}`.\n",
        top=top,
        header="",
        testbench=bench,
        reference=code,
    )


def _top(name: str, path: Path, code: str) -> str:
    """The module named as the file, or the only one."""
    names = _ENTITY.findall(code) if path.suffix.lower() in _VHDL else module_names(code)
    if path.stem in names:
        return path.stem
    if len(names) != 1:
        raise StageError(f"{name}: got {len(names)} modules in {path.name}; needed: one, or one named {path.stem}")
    return str(names[0])


def _bench(name: str, benches: list[Path], reference: Path) -> str:
    """The testbench's text, empty where there is none."""
    bench = _only(name, "testbench", benches, "at most one") if benches else None
    if bench and reference.suffix.lower() in _VHDL:
        raise StageError(f"{name}: got {bench.name} for a reference in VHDL, which Icarus does not run; leave it out")
    return read(bench) if bench else ""


def _style(name: str, bench: str) -> Style:
    """Who judges, told by what a testbench prints."""
    said = bench.lower()
    if not bench:
        return "equivalence"
    if "mismatches:" in said:
        return "verilog-eval"
    if "pass" not in said:
        raise StageError(f"{name}: got a testbench that prints neither `pass` nor `Mismatches: N in M samples`")
    return "rtllm"
