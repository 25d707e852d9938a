"""What a verdict says of each public output: equivalent, inequivalent or undecided, with evidence of its own.

Each output is judged as a pair of its own: a module with all inputs and that one output, around the golden and around the
candidate. So it has its own simulation, its own miter and its own proof, and every rule that holds for a whole pair
holds for it. Nothing is asked twice: an equivalent pair has equivalent outputs, and outputs in which the whole verdict has
shown a difference are known to differ.

Nothing of this runs unless it is asked for.
"""

import hashlib
import re
import time
from collections.abc import Sequence
from math import inf
from typing import Any

from rtlvr.errors import DesignError
from rtlvr.hdl import source
from rtlvr.hdl.circuit import Port
from rtlvr.verify import vhdl
from rtlvr.verify.engine import Judge
from rtlvr.verify.protocol import Bench, VerdictRow, verdict_of
from rtlvr.verify.structure import structure
from rtlvr.verify.verdict import Mode, OutputVerdict, Stimuli, Verdict

NO_SINGLE_OUTPUT = "no single output was found to differ"
_PLAIN = re.compile(r"[A-Za-z_]\w*")


def verdict_by_output(bench: Bench, row: VerdictRow, mode: Mode, stimuli: Stimuli, ends: float = inf) -> Verdict:
    """The verdict on a pair with `by_output` filled, as `rtlvr.verify(…, per_output=True)` gives it.

    Args:
        ends: of `time.monotonic()`; no output is begun after it.

    Raises:
        InfrastructureError: our tools failed.
        TimeoutError: the time was over.
    """
    return by_output(bench, row, verdict_of(bench, row, mode, stimuli), stimuli, mode, ends)


def by_output(
    bench: Bench, row: VerdictRow, verdict: Verdict, stimuli: Stimuli, mode: Mode, ends: float = inf
) -> Verdict:
    """The verdict with `by_output` filled: one entry per output of the golden, in its order.

    It stays empty where the candidate is invalid or the golden cannot be judged: then there is nothing to say of outputs. The
    verdict itself stays what it was; only where the pair differs and no output was found to, its reason says so.

    Args:
        row: golden, candidate, and the top of each, as for `verify`.
        verdict: of the pair, under the same stimuli and mode.
        ends: as for `verdict_by_output`.

    Raises:
        InfrastructureError: our tools failed.
        TimeoutError: the time was over.
    """
    if verdict.status == "invalid" or verdict.cause == "unread_golden":
        return verdict
    golden, candidate, golden_top, candidate_top = row
    whole = verdict.equivalent
    try:
        found = bench.apply(apart, golden, None if whole else candidate, golden_top, candidate_top)
    except DesignError:
        return verdict
    shown = verdict.outputs if verdict.status == "inequivalent" else ()
    names = found["outputs"]
    todo = [] if whole else [name for name in names if name not in shown]
    said = dict(
        zip(todo, bench.map(lambda name: _alone(bench, found["pairs"][name], stimuli, mode, ends), todo), strict=True)
    )
    parts = tuple(_part(name, said.get(name, verdict)) for name in names)
    differs = any(part.status == "inequivalent" for part in parts)
    reason = verdict.reason if differs or verdict.status != "inequivalent" else f"{verdict.reason}; {NO_SINGLE_OUTPUT}"
    return verdict.model_copy(update={"by_output": parts, "reason": reason})


def _alone(bench: Bench, pair: Sequence[str], stimuli: Stimuli, mode: Mode, ends: float) -> Verdict | None:
    """The verdict on one output; None where there is none."""
    if time.monotonic() > ends:
        raise TimeoutError("the time was over before all outputs were judged")
    golden, candidate, top = pair
    try:
        return bench.verify(golden, candidate, stimuli, top, top, mode)
    except DesignError:
        return None


def _part(name: str, verdict: Verdict | None) -> OutputVerdict:
    """What a verdict says of an output. Around a valid design nothing is invalid: such an answer says nothing of it."""
    if verdict is None:
        return OutputVerdict(name=name, status="undecided", method="screen", cause="unread_golden")
    status = "undecided" if verdict.status == "invalid" else verdict.status
    return OutputVerdict(
        name=name,
        status=status,
        method=verdict.method,
        proved=verdict.proved,
        cause=verdict.cause,
        seen=verdict.seen,
        error_rate=verdict.error_rate,
    )


def apart(
    judge: Judge, golden: str, candidate: str | None, golden_top: str | None, candidate_top: str | None
) -> dict[str, Any]:
    """In a worker: `outputs`, the golden's by name, and `pairs`, of each one golden, candidate and top with it alone.

    Without a candidate there are no pairs.

    Raises:
        DesignError: one of both cannot be read.
    """
    reading = judge.read(golden, golden_top)
    circuit = structure(reading, judge.limits).circuit
    names = [port.name for port in circuit.outputs]
    if candidate is None:
        return {"outputs": names}
    given = {"preferred": circuit.top, "ports": tuple(p.name for p in circuit.ports), "chance": reading.chance}
    other = judge.read(candidate, candidate_top, **given)
    texts = [(_verilog(golden, reading.text), reading.top), (_verilog(candidate, other.text), other.top)]
    pairs = {}
    for port in circuit.outputs:
        top = _name(golden, candidate, port.name)
        pairs[port.name] = [f"{_around(top, inner, circuit.inputs, port)}{text}" for text, inner in texts] + [top]
    return {"outputs": names, "pairs": pairs}


def _verilog(text: str, read: str) -> str:
    """A text that can stand behind a module: as it was given, or as tools get it where it was VHDL."""
    return read if vhdl.is_vhdl(text) else source.decoded(text)


def _name(*parts: str) -> str:
    """A name that no text can hold, as it depends on all of them."""
    made = hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=8)
    return f"one_output_{made.hexdigest()}"


def _around(top: str, inner: str, inputs: Sequence[Port], output: Port) -> str:
    """A module with all inputs and one output. It stands first, where no directive of the text reaches it."""
    declared = [f"{kind} {_span(port)}{_word(port.name)}" for kind, port in _sides(inputs, output)]
    pins = [f".{_word(port.name)}({_word(port.name)})" for _, port in _sides(inputs, output)]
    body = f"  {_word(inner)} inner_{top} ({', '.join(pins)});"
    return f"module {top} ({', '.join(declared)});\n{body}\nendmodule\n"


def _sides(inputs: Sequence[Port], output: Port) -> list[tuple[str, Port]]:
    return [*(("input", port) for port in inputs), ("output", output)]


def _span(port: Port) -> str:
    return f"[{port.width - 1}:0] " if port.width > 1 else ""


def _word(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else f"\\{name} "
