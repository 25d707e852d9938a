"""A benchmark of the user's own: a folder of specifications, references, and testbenches where there are any.

    adder.md        the specification (or .txt), which is the prompt
    adder.v         the reference (.v, .sv, .vhd, .vhdl); its top is the module `adder`, or the only one
    adder_tb.v      optional: a testbench that prints a line with `pass`, or `Mismatches: N in M samples` as VerilogEval does

Its name is `folder:PATH`; sub-folders are read as well, README files are not. Where there is a testbench it judges, else
the verifier by comparison with the reference. What cannot be judged is refused by name when the folder is read, or by
`rtlvr bench --benchmark folder:PATH --references`, which says whether every reference is right by its own judge.
"""

import re
from pathlib import Path

from rtlvr.errors import StageError
from rtlvr.evaluate.folder import read
from rtlvr.evaluate.task import Style, Task
from rtlvr.hdl.source import module_names

_SPECIFICATIONS = (".md", ".txt")
_VERILOG, _VHDL = (".v", ".sv"), (".vhd", ".vhdl")
_BENCHES = ("_tb", "_testbench")
_ENTITY = re.compile(r"\bentity\s+(\w+)\s+is\b", re.IGNORECASE)


def tasks(folder: Path) -> list[Task]:
    """The tasks of `folder`, by name.

    Raises:
        StageError: there is no such folder, it has no specification, or a design that cannot be judged: all are named.
    """
    if not folder.is_dir():
        raise StageError(f"got no folder {folder.absolute()}; needed: NAME.md and NAME.v in it, and perhaps NAME_tb.v")
    found: list[Task] = []
    wrong: list[str] = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in _SPECIFICATIONS and path.stem.lower() != "readme":
            try:
                found.append(_task(path, folder))
            except StageError as error:
                wrong.append(str(error))
    if wrong:
        raise StageError("; ".join(wrong))
    if not found:
        raise StageError(f"got no specification in {folder}; needed: NAME.md or NAME.txt beside NAME.v")
    return found


def _task(specification: Path, folder: Path) -> Task:
    name = specification.with_suffix("").relative_to(folder).as_posix()
    reference = _beside(specification, "", (*_VERILOG, *_VHDL))
    if reference is None:
        raise StageError(f"{name}: got no reference; needed: {specification.stem}.v, .sv, .vhd or .vhdl beside it")
    code = read(reference)
    top, bench = _top(name, reference, code), _bench(name, specification, reference)
    wanted = "entity" if reference.suffix.lower() in _VHDL else "module"
    return Task(
        id=name,
        benchmark=f"own-{folder.name}",
        style=_style(name, bench),
        prompt=f"{read(specification).strip()}\n\nName the {wanted} `{top}`.\n",
        top=top,
        header="",
        testbench=bench,
        reference=code,
    )


def _beside(specification: Path, ending: str, suffixes: tuple[str, ...]) -> Path | None:
    paths = (specification.with_name(f"{specification.stem}{ending}{suffix}") for suffix in suffixes)
    return next((path for path in paths if path.is_file()), None)


def _top(name: str, path: Path, code: str) -> str:
    """The module named as the file, or the only one."""
    names = _ENTITY.findall(code) if path.suffix.lower() in _VHDL else module_names(code)
    if path.stem in names:
        return path.stem
    if len(names) != 1:
        raise StageError(f"{name}: got {len(names)} modules in {path.name}; needed: one, or one named {path.stem}")
    return str(names[0])


def _bench(name: str, specification: Path, reference: Path) -> str:
    """The testbench's text, empty where there is none."""
    bench = next((found for ending in _BENCHES if (found := _beside(specification, ending, _VERILOG))), None)
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
