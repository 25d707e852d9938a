"""Whether two designs whose ports have other names and another order do the same.

Ports are told apart by behaviour: each input in turn gets a stream of its own while all others of its width share one,
and what then comes out marks it. Equal marks leave few ways to pair the ports; each is put to the verifier.

Limits: at most 24 pairings are tried, so a design with many ports that behave alike in these runs but are not
interchangeable may be missed; so may one whose unknown start values differ from the reference's.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, permutations, product

import numpy as np

from rtlvr.errors import DesignError, InfrastructureError
from rtlvr.hdl.circuit import Circuit, Port
from rtlvr.hdl.source import plain
from rtlvr.verify.pool import Pool
from rtlvr.verify.simulate import SimulationFailed, simulate
from rtlvr.verify.stimulus import columns
from rtlvr.verify.verdict import Limits, Stimuli

_STEPS = 96
_DENSITIES = (0.5, 0.15, 0.85)  # of ones, a third of the steps each: resets must be off for long somewhere
_PAIRINGS = 24
_WRAPPER = "rtlvr_matched"

Shape = tuple[tuple[int, ...], tuple[int, ...], bool]


@dataclass(frozen=True)
class Design:
    """A design and its structure; `shape` and `marks` do not depend on names and order of its ports."""

    name: str
    code: str
    circuit: Circuit

    @property
    def shape(self) -> Shape:
        """Widths of inputs and of outputs, sorted, and whether it holds state."""
        inputs, outputs = (sorted(p.width for p in ports) for ports in (self.circuit.inputs, self.circuit.outputs))
        return tuple(inputs), tuple(outputs), self.circuit.sequential

    @cached_property
    def marks(self) -> tuple[dict[str, str], bool]:
        """A mark for every port, and whether every output was known at every step."""
        return _marks(self.code, self.circuit)


def same_function(reference: Design, candidate: Design, pool: Pool, stimuli: Stimuli) -> bool:
    """Whether some pairing of ports makes `candidate` equivalent to `reference`; ports must be of the same shape."""
    if reference.shape != candidate.shape:
        return False
    for pairing in islice(_pairings(reference, candidate), _PAIRINGS):
        wrapped = _wrapped(candidate, pairing)
        try:
            if pool.verify(reference.code, wrapped, stimuli, reference.circuit.top, _WRAPPER, "hybrid").equivalent:
                return True
        except DesignError:  # the reference cannot be judged; text alone can tell of it
            return False
    return False


def _pairings(reference: Design, candidate: Design) -> Iterator[dict[str, str]]:
    """{candidate's port: reference's port}, the likeliest first."""
    (ours, known), (theirs, their_known) = reference.marks, candidate.marks
    if Counter(ours.values()) != Counter(theirs.values()):
        if known and their_known:  # all that was seen is certain: no pairing can be right
            return
        ours, theirs = _plain_marks(reference.circuit), _plain_marks(candidate.circuit)
        if Counter(ours.values()) != Counter(theirs.values()):
            return
    groups: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for side, marks in enumerate((ours, theirs)):
        for name, mark in marks.items():
            groups[mark][side].append(name)
    choices = [[list(zip(theirs, order, strict=True)) for order in permutations(ours)] if len(ours) <= 4 else
               [list(zip(theirs, ours, strict=True))] for ours, theirs in groups.values()]  # fmt: skip
    for chosen in product(*choices):
        yield dict(pair for group in chosen for pair in group)


def _plain_marks(circuit: Circuit) -> dict[str, str]:
    clocks = {clock.name: "/".join(clock.edges) for clock in circuit.clocks}
    return {p.name: f"{p.direction}{p.width}{clocks.get(p.name, '')}" for p in circuit.ports}


def _marks(code: str, circuit: Circuit) -> tuple[dict[str, str], bool]:
    plain_marks, text = _plain_marks(circuit), plain(code)
    clocks = {clock.name for clock in circuit.clocks}
    by_output: dict[str, list[str]] = defaultdict(list)
    marks, known = {}, True
    for port in circuit.inputs:
        traces, certain = _outputs(text, circuit, _stimulus(circuit, None if port.name in clocks else port, clocks))
        known &= certain
        marks[port.name] = _digest(plain_marks[port.name], *sorted(traces.values()))
        for name, trace in traces.items():
            by_output[name].append(plain_marks[port.name] + trace)
    marks |= {p.name: _digest(plain_marks[p.name], *sorted(by_output[p.name])) for p in circuit.outputs}
    return marks, known


def _stimulus(circuit: Circuit, chosen: Port | None, clocks: set[str]) -> np.ndarray:
    """All inputs of one width alike, save the chosen one; clocks tick, data change while they rest."""
    places = columns(circuit)
    found = np.zeros((_STEPS, sum(p.width for p in circuit.inputs)), np.uint8)
    for port in circuit.inputs:
        if port.name in clocks:
            found[1::2, places[port.name]] = 1
        else:
            found[:, places[port.name]] = _stream(port.width, port is chosen)
    return found


def _stream(width: int, chosen: bool) -> np.ndarray:
    rng = np.random.default_rng([width, chosen])
    density = np.repeat(_DENSITIES, _STEPS // (2 * len(_DENSITIES)))[:, None]
    return np.repeat(rng.random((_STEPS // 2, width)) < density, 2, axis=0)


def _outputs(text: str, circuit: Circuit, stimulus: np.ndarray) -> tuple[dict[str, str], bool]:
    """A digest of each output's trace, and whether all of it was known."""
    try:
        trace = simulate(text, circuit.top, circuit, stimulus, Limits())
    except (SimulationFailed, InfrastructureError):
        return {p.name: "" for p in circuit.outputs}, False
    traces, at = {}, 0
    for port in circuit.outputs:
        traces[port.name] = _digest(str(port.width), trace[:, at : at + port.width].tobytes().hex())
        at += port.width
    return traces, bool(np.isin(trace, (ord("0"), ord("1"))).all())


def _wrapped(candidate: Design, pairing: dict[str, str]) -> str:
    """The candidate inside a module that has the reference's port names."""
    ports = candidate.circuit.ports
    declared = ", ".join(f"{p.direction} [{p.width - 1}:0] \\{pairing[p.name]} " for p in ports)
    pins = ", ".join(f".\\{p.name} (\\{pairing[p.name]} )" for p in ports)
    return (
        f"{candidate.code}\nmodule {_WRAPPER} ({declared});\n  \\{candidate.circuit.top} matched ({pins});\nendmodule\n"
    )


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=12).hexdigest()
