"""Designs that compute nothing, made to earn as much as such designs can: for each output bit the source that fits best."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from rtlvr.hdl.circuit import Circuit, Port
from rtlvr.verify.engine import Judge
from rtlvr.verify.stimulus import columns
from rtlvr.verify.verdict import Stimuli


def gaming(judge: Judge, golden: str) -> dict[str, Any]:
    """In a worker: `codes`, by what they are made of."""
    prepared = judge.prepare(golden, Stimuli(sequences=8, cycles=64, seed=99))
    circuit, header = prepared.circuit, prepared.circuit.top
    fitting = [_best(circuit, prepared.stimulus, prepared.trace[:, bit]) for bit in range(prepared.trace.shape[1])]
    width = len(fitting)
    inputs = [name for name, _ in _bits(circuit)] or ["1'b0"]
    copies = [inputs[bit % len(inputs)] for bit in range(width)]
    kinds = {
        "empty": [],
        "zeros": ["1'b0"] * width,
        "ones": ["1'b1"] * width,
        "unknown": ["1'bx"] * width,
        "copies": copies,
        "inverses": [f"~{name}" for name in copies],
        "fitting": [logic for logic, _ in fitting],
        "fitting, registered": [state for _, state in fitting],
    }
    return {"codes": {kind: _design(circuit, header, exprs) for kind, exprs in kinds.items()}}


def _bits(circuit: Circuit) -> Iterator[tuple[str, int]]:
    places = columns(circuit)
    for port in circuit.inputs:
        for bit in range(port.width):
            yield (f"{port.name}[{bit}]" if port.width > 1 else port.name), places[port.name].stop - 1 - bit


def _best(circuit: Circuit, stimulus: np.ndarray, wanted: np.ndarray) -> tuple[str, str]:
    """The constant or input that agrees most often; and the same or a register of it (with a reset), whichever does."""
    scored = [(float((wanted == ord(str(value))).mean()), f"1'b{value}") for value in (0, 1)]
    states = []
    for name, place in _bits(circuit):
        for sign, flip in (("", 0), ("~", 1)):
            value = stimulus[:, place] ^ flip
            scored.append((float((wanted == value + ord("0")).mean()), f"{sign}{name}"))
            for clock in circuit.clocks:
                level = stimulus[:, columns(circuit)[clock.name].start].astype(int)
                edge = np.diff(level, prepend=level[0]) == (1 if clock.edges[0] == "posedge" else -1)
                held = np.maximum.accumulate(np.where(edge, np.arange(len(level)), 0))
                share = float((wanted == value[held] + ord("0")).mean())
                states.append((share, f"{clock.edges[0]} {clock.name}|{sign}{name}"))
    best = max(scored)
    return best[1], max([best, *states])[1]


def _design(circuit: Circuit, top: str, sources: list[str]) -> str:
    """A module of the golden's ports, each output bit driven by a source."""
    ports = [f"{p.direction} {f'[{p.width - 1}:0] ' if p.width > 1 else ''}{p.name}" for p in circuit.ports]
    lines, at = [f"module {top}({', '.join(ports)});"], 0
    reset = next(iter(circuit.resets), None)
    for port in circuit.outputs if sources else ():
        for index, source in enumerate(sources[at : at + port.width]):
            target = _target(port, port.width - 1 - index)
            event, _, value = source.rpartition("|")
            if not event:
                lines.append(f"assign {target} = {value};")
                continue
            name = f"r_{at}_{index}"
            clear = f"{'' if reset.level else '!'}{reset.name} ? 1'b0 : " if reset else ""
            lines += [f"reg {name};", f"always @({event}) {name} <= {clear}{value};", f"assign {target} = {name};"]
        at += port.width
    return "\n".join([*lines, "endmodule\n"])


def _target(port: Port, bit: int) -> str:
    return f"{port.name}[{bit}]" if port.width > 1 else port.name
