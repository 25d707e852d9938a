"""Whether two designs whose ports have other names and another order do the same.

Ports are told apart by behaviour: each input in turn gets a stream of its own while all others of its width share one,
and what then comes out marks it. Equal marks leave few ways to pair the ports; each is put to the verifier. Where start values
are unknown marks may differ between equals: then ports of a kind are paired, save where the runs contradict each other.

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
from rtlvr.hdl.circuit import Circuit, Port, fields
from rtlvr.verify.pool import Pool
from rtlvr.verify.simulate import SimulationFailed, simulate
from rtlvr.verify.stimulus import columns
from rtlvr.verify.verdict import Limits, Stimuli

_STEPS = 96
_DENSITIES = (0.5, 0.15, 0.85)  # of ones, a third of the steps each: resets must be off for long somewhere
_PAIRINGS = 24
_LOOKED_AT = 240  # pairings that the runs may rule out before any is put to the verifier
_BITS = ord("0"), ord("1")
_WRAPPER = "rtlvr_matched"

Shape = tuple[tuple[int, ...], tuple[int, ...], bool]
RegisterPairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Marks:
    """What tells ports apart, whatever their names: `responses[input][output]` is a digest of what came out when that input
    had its own stream, and `traces` that itself, steps x bits in four values; `kinds` says direction, width and clock edge;
    `known` whether every output was known at every step."""

    kinds: dict[str, str]
    traces: dict[str, dict[str, np.ndarray]]
    known: bool

    @cached_property
    def responses(self) -> dict[str, dict[str, str]]:
        """See the class."""
        return {
            name: {output: _digest(str(trace.shape[1]), trace.tobytes().hex()) for output, trace in found.items()}
            for name, found in self.traces.items()
        }

    def of_outputs(self) -> dict[str, str]:
        """A mark of each output: its responses to all inputs, in no order."""
        return {
            name: _digest(self.kinds[name], *sorted(self.kinds[i] + r[name] for i, r in self.responses.items()))
            for name in next(iter(self.responses.values()), {})
        }

    def of_inputs(self, outputs: list[str]) -> dict[str, str]:
        """A mark of each input: the responses to it of `outputs`, in that order."""
        return {name: _digest(self.kinds[name], *(r[o] for o in outputs)) for name, r in self.responses.items()}


@dataclass(frozen=True)
class Design:
    """A design, its structure and its text as tools get it; `shape` and `marks` do not depend on names and order of ports."""

    name: str
    code: str
    circuit: Circuit
    text: str

    @property
    def shape(self) -> Shape:
        """Widths of inputs and of outputs, sorted, and whether it holds state."""
        inputs, outputs = (sorted(p.width for p in ports) for ports in (self.circuit.inputs, self.circuit.outputs))
        return tuple(inputs), tuple(outputs), self.circuit.sequential

    @cached_property
    def marks(self) -> Marks:
        """How its ports behave."""
        return _marks(self.text, self.circuit)


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
    ours, theirs = reference.marks, candidate.marks
    for outputs in _orders(ours.of_outputs(), theirs.of_outputs()):
        by_them, by_us = zip(*outputs, strict=True)
        for inputs in _orders(ours.of_inputs(list(by_us)), theirs.of_inputs(list(by_them))):
            yield dict([*outputs, *inputs])
    if not (ours.known and theirs.known):  # unknown values differ between ways to write the same: kinds alone must do
        likely = islice(map(dict, _orders(ours.kinds, theirs.kinds)), _LOOKED_AT)
        yield from (pairing for pairing in likely if not _differ(ours, theirs, pairing))


def _differ(ours: Marks, theirs: Marks, pairing: dict[str, str]) -> bool:
    """Whether the runs show a difference under a pairing: a bit that is known to both, and not the same.

    Inputs of one width had the same streams in both, so that runs of paired inputs can be compared.
    """
    return any(
        _contradict(ours.traces[pairing[source]][pairing[name]], trace)
        for source, found in theirs.traces.items()
        for name, trace in found.items()
    )


def _contradict(one: np.ndarray, other: np.ndarray) -> bool:
    if one.shape != other.shape:  # a run that failed tells nothing
        return False
    known = np.isin(one, _BITS) & np.isin(other, _BITS)
    return bool((known & (one != other)).any())


def _orders(ours: dict[str, str], theirs: dict[str, str]) -> Iterator[RegisterPairs]:
    """Ways to pair (their name, our name) of equal marks: all within groups of up to four, one for larger groups."""
    if Counter(ours.values()) != Counter(theirs.values()):
        return
    groups: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for side, marks in enumerate((ours, theirs)):
        for name, mark in marks.items():
            groups[mark][side].append(name)
    choices = [
        [list(zip(names, order, strict=True)) for order in (permutations(known) if len(known) <= 4 else (known,))]
        for known, names in groups.values()
    ]
    for chosen in product(*choices):
        yield [pair for group in chosen for pair in group]


def _marks(text: str, circuit: Circuit) -> Marks:
    clocks = {clock.name: "/".join(clock.edges) for clock in circuit.clocks}
    kinds = {p.name: f"{p.direction}{p.width}{clocks.get(p.name, '')}" for p in circuit.ports}
    traces, known = {}, True
    for port in circuit.inputs:
        chosen = None if port.name in clocks else port
        traces[port.name], certain = _outputs(text, circuit, _stimulus(circuit, chosen, set(clocks)))
        known &= certain
    return Marks(kinds, traces, known)


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


def _outputs(text: str, circuit: Circuit, stimulus: np.ndarray) -> tuple[dict[str, np.ndarray], bool]:
    """Each output's trace (steps x bits; none where the run failed), and whether all of it was known."""
    try:
        trace = simulate(text, circuit.top, circuit, stimulus, Limits())
    except (SimulationFailed, InfrastructureError):
        return {p.name: np.empty((0, 0), np.uint8) for p in circuit.outputs}, False
    traces = {port.name: trace[:, place].copy() for port, place in fields(circuit.outputs)}
    return traces, bool(np.isin(trace, _BITS).all())


def _wrapped(candidate: Design, pairing: dict[str, str]) -> str:
    """The candidate inside a module that has the reference's port names."""
    ports = candidate.circuit.ports
    declared = ", ".join(f"{p.direction} [{p.width - 1}:0] \\{pairing[p.name]} " for p in ports)
    pins = ", ".join(f".\\{p.name} (\\{pairing[p.name]} )" for p in ports)
    return (
        f"{candidate.text}\nmodule {_WRAPPER} ({declared});\n  \\{candidate.circuit.top} matched ({pins});\nendmodule\n"
    )


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=12).hexdigest()
