"""What golden and candidate hold inside, by name, in simulation: for pairs that no proof has settled.

A candidate made from the golden's own text has the golden's names inside. Where a signal of one name then comes to hold
another value, something was changed that matters inside, and a search that has seen no difference at the outputs may not have
looked far enough. So such a pair is undecided. A difference inside never makes a candidate wrong.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rtlvr.hdl.circuit import Circuit
from rtlvr.verify.simulate import STEP, SimulationFailed, dumped
from rtlvr.verify.verdict import Limits

_ALIKE = 0.9  # share of all names inside that both have, from which on one text is made from the other
_MOST_BYTES = 8 << 20  # of a dump
# Not `integer` and `int`, which mostly count the rounds of a loop.
_KINDS = {"wire", "reg", "logic", "bit", "byte", "shortint", "longint"}
_INVENTED = re.compile(r"_\d+_")  # a name that Yosys gives to what had none, where a netlist is simulated
_Name = tuple[str, ...]


@dataclass(frozen=True)
class Dump:
    """Signals of a simulation: their widths, and the step and value of each change, the last of each step."""

    widths: dict[_Name, int]
    changes: dict[_Name, list[tuple[int, str]]]
    steps: int  # that were dumped whole


def differs_inside(
    golden: tuple[str, str], candidate: tuple[str, str], circuit: Circuit, stimulus: np.ndarray, limits: Limits
) -> str:
    """A signal inside that both designs (text, top) have, that the golden knows and the candidate has not, and when.

    Nothing where there is none, fewer than nine in ten names inside are the same, or one of them cannot be simulated.

    Raises:
        SimulationFailed: the time of the check ran out.
    """
    ports = {(port.name,) for port in circuit.ports}
    try:
        dumps = [_read(dumped(*design, circuit, stimulus, limits, _MOST_BYTES)) for design in (golden, candidate)]
    except SimulationFailed as error:
        if error.timed_out or error.slow:
            raise
        return ""
    ours, theirs = ({n for n in dump.widths if n not in ports and not _INVENTED.fullmatch(n[-1])} for dump in dumps)
    if not ours & theirs or len(ours & theirs) < _ALIKE * len(ours | theirs):
        return ""
    found = [(step, name) for name in ours & theirs if (step := _first(dumps[0], dumps[1], name)) is not None]
    return f"{'.'.join(min(found)[1])} at step {min(found)[0]}" if found else ""


def _first(golden: Dump, candidate: Dump, name: _Name) -> int | None:
    """The first step at which the golden knows a signal, and the candidate has something else."""
    if golden.widths[name] != candidate.widths[name]:
        return None
    for step, ours, theirs in _together(golden.changes[name], candidate.changes[name]):
        if step >= min(golden.steps, candidate.steps):
            return None
        if ours != theirs and set(ours) <= {"0", "1"}:
            return step
    return None


def _together(ours: list[tuple[int, str]], theirs: list[tuple[int, str]]) -> Iterator[tuple[int, str, str]]:
    """Both values at each step at which one of them changes."""
    changes: tuple[dict[int, str], dict[int, str]] = (dict(ours), dict(theirs))
    now = ["x", "x"]
    for step in sorted({*changes[0], *changes[1]}):
        now = [its.get(step, before) for its, before in zip(changes, now, strict=True)]
        yield step, now[0], now[1]


def _read(text: str) -> Dump:
    """A dump as Icarus writes it (IEEE 1364, value change dump)."""
    widths, names, scope = dict[_Name, int](), dict[str, list[_Name]](), list[str]()
    head, _, body = text.partition("\n$enddefinitions")
    for line in head.splitlines():
        word = line.split()
        if word[:1] == ["$scope"]:
            scope.append(word[2])
        elif word[:1] == ["$upscope"]:
            scope.pop()
        elif word[:1] == ["$var"] and word[1] in _KINDS:
            name = (*scope[2:], word[4])  # below the test bench and its instance
            widths[name] = int(word[2])
            names.setdefault(word[3], []).append(name)
    changes, step = {name: list[tuple[int, str]]() for name in widths}, 0
    for line in body.splitlines():
        if line.startswith("#"):
            step = int(line[1:]) // STEP
        elif line[:1] in "01xzb" and line:
            value, _, code = line[1:].partition(" ") if line[0] == "b" else (line[0], "", line[1:])
            for name in names.get(code, ()):
                _note(changes[name], step, value.rjust(widths[name], "0" if value[0] == "1" else value[0]))
    return Dump(widths, changes, step)


def _note(changes: list[tuple[int, str]], step: int, value: str) -> None:
    if changes and changes[-1][0] == step:
        changes.pop()
    changes.append((step, value))
