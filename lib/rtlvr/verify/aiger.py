"""Circuits of AND gates: reads them from binary AIGER files, which our own tools write, and writes LLVM's assembly.

A literal is twice the number of a variable, plus one where it is inverted. Variable 0 is the constant 0; the inputs,
the latches and the AND gates follow in this order.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from rtlvr.errors import InfrastructureError

_LONGEST = 5  # bytes of a number below 2**35
_SMALL = 1500  # gates, outputs and latches of a circuit that is one function,
_FEW = 128  # and latches: LLVM's work grows with the square of the values that go around a loop
_PART = 250  # of these in each function of a larger circuit


@dataclass(frozen=True)
class Aig:
    """A sequential circuit of AND gates, as AIGER numbers it."""

    inputs: int
    next_states: np.ndarray  # (latches,) uint32 literals
    resets: np.ndarray  # (latches,) uint8, 0 or 1
    outputs: np.ndarray  # (outputs,) uint32 literals
    ands: np.ndarray  # (ands, 2) uint32 literals, each of an earlier variable

    @property
    def last(self) -> "Aig":
        """The same circuit with its last output alone."""
        return replace(self, outputs=self.outputs[-1:])

    @property
    def base(self) -> int:
        """The variable of the first AND gate."""
        return 1 + self.inputs + len(self.next_states)


@dataclass(frozen=True)
class Cone:
    """What the outputs of a circuit depend on, in an order that can be evaluated from first to last.

    The order lists variables of gates, and `~sink` where the sink is complete: sink j is output j, and later sinks are
    the next states of `latches`.
    """

    order: list[int]
    sinks: list[int]  # literals: all outputs, then the next state of each of `latches`
    latches: list[int]  # indices of the latches that matter
    inputs: list[int]  # indices of the inputs that matter
    operands: list[list[int]]  # by gate: two literals
    xors: list[bool]  # by gate: it is the XOR of its operands, not the AND


def read_aiger(path: Path) -> Aig:
    """The circuit in a binary AIGER file (1.0 or 1.9); bad states stand for the outputs where there are no outputs.

    A latch whose reset is unknown starts at 0.

    Raises:
        InfrastructureError: the file is missing or malformed, or has constraints, justice or fairness properties.
    """
    try:
        return _parse(path.read_bytes())
    except (OSError, ValueError, IndexError, OverflowError) as error:
        raise InfrastructureError(f"{path} is no AIGER file that can be read: {error}") from error


def _parse(data: bytes) -> Aig:
    line, _, rest = data.partition(b"\n")
    magic, *fields = line.split()
    counts = [_number(field) for field in fields]
    if magic != b"aig" or not 5 <= len(counts) <= 9:
        raise ValueError(f"the header is {line[:80]!r}")
    most, inputs, latches, outputs, gates, bad, *others = [*counts, 0, 0, 0, 0][:9]
    if any(others):
        raise ValueError("constraints, justice and fairness are not supported")
    if most != inputs + latches + gates:
        raise ValueError(f"got {most} variables, expected {inputs} + {latches} + {gates}")
    lines = rest.split(b"\n", latches + outputs + bad)
    if len(lines) != latches + outputs + bad + 1:
        raise ValueError("it ends among the latches or outputs")
    states = [_latch(text, 2 * (1 + inputs + index)) for index, text in enumerate(lines[:latches])]
    roots = [_number(text) for text in lines[latches : latches + (outputs or bad)]]
    ands = _gates(lines[-1], gates, 1 + inputs + latches)
    if any(literal > 2 * most + 1 for literal in [*roots, *(state for state, _ in states)]):
        raise ValueError(f"a literal is above {2 * most + 1}")
    return Aig(
        inputs,
        np.array([state for state, _ in states], np.uint32),
        np.array([reset for _, reset in states], np.uint8),
        np.array(roots, np.uint32),
        ands,
    )


def _number(text: bytes) -> int:
    if not text.isdigit():
        raise ValueError(f"got {text[:40]!r}, expected a number")
    return int(text)


def _latch(line: bytes, own: int) -> tuple[int, int]:
    """The literal of the next state, and the reset value."""
    state, *reset = [_number(word) for word in line.split()]
    if len(reset) > 1 or (reset and reset[0] not in (0, 1, own)):
        raise ValueError(f"the latch is {line[:80]!r}")
    return state, int(reset == [1])


def _gates(data: bytes, gates: int, base: int) -> np.ndarray:
    """The operands from their differences: each number has 7 bits a byte, the low ones first."""
    if not gates:
        return np.zeros((0, 2), np.uint32)
    raw = np.frombuffer(data, np.uint8, min(len(data), 2 * _LONGEST * gates))
    ends = np.flatnonzero(raw < 128)[: 2 * gates]
    if len(ends) < 2 * gates:
        raise ValueError("it ends among the gates, or a number is too long")
    starts = np.concatenate(([0], ends[:-1] + 1))
    lengths = ends - starts + 1
    if lengths.max() > _LONGEST:
        raise ValueError("a number is too long")
    places = np.arange(ends[-1] + 1) - np.repeat(starts, lengths)
    numbers = np.add.reduceat((raw[: ends[-1] + 1] & 127).astype(np.int64) << (7 * places), starts)
    first = 2 * (base + np.arange(gates)) - numbers[::2]
    second = first - numbers[1::2]
    if numbers[::2].min() < 1 or second.min() < 0:
        raise ValueError("a gate has no earlier operands")
    return np.stack([first, second], axis=1).astype(np.uint32)


def cone(aig: Aig) -> Cone:
    """The gates, latches and inputs that the outputs depend on; three gates that make a XOR become one."""
    operands, xors = _find_xors(aig)
    base, pairs = aig.base, operands.tolist()
    sinks, latches, order = aig.outputs.tolist(), [], []
    states, seen = aig.next_states.tolist(), bytearray(base + len(pairs))
    for index, sink in enumerate(sinks):  # latches add theirs on the way
        stack = [sink >> 1]
        while stack:
            variable = stack.pop()
            if variable < 0:
                order.append(~variable)
            elif not seen[variable]:
                seen[variable] = 1
                if variable >= base:
                    first, second = pairs[variable - base]
                    stack += (~variable, second >> 1, first >> 1)
                elif variable > aig.inputs:
                    latches.append(variable - aig.inputs - 1)
                    sinks.append(states[latches[-1]])
        order.append(~index)
    used = [index for index in range(aig.inputs) if seen[index + 1]]
    return Cone(order, sinks, latches, used, pairs, xors.tolist())


def _find_xors(aig: Aig) -> tuple[np.ndarray, np.ndarray]:
    """The operands of each gate, and whether it is their XOR: the AND of NAND(a, b) and NAND(not a, not b)."""
    ands, operands, xors = aig.ands.astype(np.int64), aig.ands.astype(np.int64), np.zeros(len(aig.ands), bool)
    first, second = ands[:, 0], ands[:, 1]
    tops = np.flatnonzero((first & second & 1) & (np.minimum(first, second) >= 2 * aig.base))
    both = np.sort(ands[(first[tops] >> 1) - aig.base], axis=1)
    neither = np.sort(ands[(second[tops] >> 1) - aig.base] ^ 1, axis=1)
    tops, both = (kept[(both == neither).all(axis=1)] for kept in (tops, both))
    operands[tops], xors[tops] = both, True
    return operands, xors


class Assembly:
    """Writes a circuit as LLVM's assembly, each value a vector of `words` words of 64 bits."""

    def __init__(self, aig: Aig, part: Cone, words: int) -> None:
        self._aig, self._cone = aig, part
        self._type = "i64" if words == 1 else f"<{words} x i64>"
        self._ones = "-1" if words == 1 else f"<{', '.join(['i64 -1'] * words)}>"
        self._zero = "0" if words == 1 else "zeroinitializer"
        self._bits, self._outputs = 64 * words, len(aig.outputs)
        self._inverted = bytearray(aig.base + len(part.operands))  # 1: the value is kept inverted, to save an inversion
        self._places = {1 + aig.inputs + latch: place for place, latch in enumerate(part.latches)}
        self._slots: dict[int, int] = {}  # gates whose values other functions need, by their place in the array
        self._lines: list[str] = []
        self._names: dict[int, str] = {}
        self._extra = 0

    def module(self) -> tuple[str, int]:
        """The text, and how many values the array holds: the next states, output 0, and what functions pass on."""
        first_free = len(self._cone.latches) + 1
        if len(self._cone.order) <= _SMALL and len(self._cone.latches) <= _FEW:
            return self._small(), first_free
        parts = [self._cone.order[start : start + _PART] for start in range(0, len(self._cone.order), _PART)]
        self._assign_slots(parts, first_free)
        return self._large(parts), first_free + len(self._slots)

    def _small(self) -> str:
        latches = self._cone.latches
        self._names = {1 + self._aig.inputs + latch: f"%s{place}" for place, latch in enumerate(latches)}
        ends = self._body(self._cone.order)
        states = [ends[self._outputs + place] for place in range(len(latches))]
        entry = [line for place in range(len(latches)) for line in self._load(f"%r{place}", "%state", place)]
        phis = [
            f"%s{place} = phi {self._type} [%r{place}, %entry], [{state}, %next]" for place, state in enumerate(states)
        ]
        done = [line for place, state in enumerate(states) for line in self._store(state, "%state", place)]
        return self._loop(entry, phis, self._lines, ends[0], [], done)

    def _large(self, parts: list[list[int]]) -> str:
        texts, latches = [], len(self._cone.latches)
        for number, order in enumerate(parts):
            self._lines, self._names = [], {}
            for sink, name in self._body(order).items():
                if sink == 0 or sink >= self._outputs:
                    place = latches if sink == 0 else sink - self._outputs
                    self._lines += self._store(name, "%scratch", place)
            head = f"define void @part{number}(ptr %state, ptr %now, ptr %seen, ptr %scratch) optnone noinline {{"
            texts.append("\n".join([head, *self._lines, "ret void", "}"]))
        calls = [
            f"call void @part{number}(ptr %state, ptr %now, ptr %seen, ptr %scratch)" for number in range(len(parts))
        ]
        size = latches * self._bits // 8
        copy = f"call void @llvm.memcpy.p0.p0.i64(ptr %state, ptr %scratch, i64 {size}, i1 false)"
        loop = self._loop([], [], [*calls, *self._load("%bad", "%scratch", latches)], "%bad", [copy], [])
        return "\n".join(["declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)", *texts, loop])

    def _loop(
        self, entry: list[str], phis: list[str], body: list[str], bad: str, step: list[str], done: list[str]
    ) -> str:
        """The function that simulates frames: it returns the number of the frame in which output 0 is not 0, or -1."""
        return "\n".join(
            [
                "define i64 @frames(ptr %state, ptr %even, ptr %odd, i64 %frames, ptr %seen, ptr %scratch) {",
                "entry:",
                *entry,
                "br label %loop",
                "loop:",
                "%frame = phi i64 [0, %entry], [%after, %next]",
                "%now = phi ptr [%even, %entry], [%then, %next]",
                "%then = phi ptr [%odd, %entry], [%now, %next]",
                *phis,
                *body,
                f"%whole = bitcast {self._type} {bad} to i{self._bits}",
                f"%hit = icmp ne i{self._bits} %whole, 0",
                "br i1 %hit, label %found, label %next",
                "next:",
                *step,
                "%after = add i64 %frame, 1",
                "%end = icmp eq i64 %after, %frames",
                "br i1 %end, label %done, label %loop",
                "found:",
                *self._store(bad, "%scratch", len(self._cone.latches)),
                "ret i64 %frame",
                "done:",
                *done,
                "ret i64 -1",
                "}",
            ]
        )

    def _assign_slots(self, parts: list[list[int]], free: int) -> None:
        base, home = self._aig.base, dict[int, int]()
        for number, order in enumerate(parts):
            for item in order:
                literals = [self._cone.sinks[~item]] if item < 0 else self._cone.operands[item - base]
                for variable in (literal >> 1 for literal in literals):
                    if variable >= base and home[variable] != number and variable not in self._slots:
                        self._slots[variable] = free + len(self._slots)
                home[item] = number

    def _body(self, order: list[int]) -> dict[int, str]:
        """Write gates; the names of output 0 and of the next states, while other outputs go straight to `seen`."""
        ends = {}
        for item in order:
            if item >= 0:
                self._gate(item)
                if item in self._slots:
                    self._lines += self._store(self._names[item], "%scratch", self._slots[item])
                continue
            name = self._literal(self._cone.sinks[~item])
            if 0 < ~item < self._outputs:
                self._lines += self._load(f"%was{~item}", "%seen", ~item)
                self._lines.append(f"%is{~item} = or {self._type} %was{~item}, {name}")
                self._lines += self._store(f"%is{~item}", "%seen", ~item)
            else:
                ends[~item] = name
        return ends

    def _gate(self, variable: int) -> None:
        first, second = self._cone.operands[variable - self._aig.base]
        one, two = self._value(first >> 1), self._value(second >> 1)
        not_one, not_two = (first & 1) ^ self._inverted[first >> 1], (second & 1) ^ self._inverted[second >> 1]
        if self._cone.xors[variable - self._aig.base]:
            operation, self._inverted[variable] = "xor", not_one ^ not_two
        elif not_one and not_two:
            operation, self._inverted[variable] = "or", 1
        else:
            operation = "and"
            one, two = (self._invert(one) if not_one else one), (self._invert(two) if not_two else two)
        self._names[variable] = name = f"%g{variable}"
        self._lines.append(f"{name} = {operation} {self._type} {one}, {two}")

    def _value(self, variable: int) -> str:
        """The name of a variable's value, which is loaded where this function does not have it yet."""
        name = self._names.get(variable)
        if name is None:
            if variable == 0:
                return self._zero
            self._names[variable] = name = f"%v{variable}"
            if variable <= self._aig.inputs:
                self._lines += self._load(name, "%now", variable - 1)
            elif variable < self._aig.base:
                self._lines += self._load(name, "%state", self._places[variable])
            else:
                self._lines += self._load(name, "%scratch", self._slots[variable])
        return name

    def _literal(self, literal: int) -> str:
        name = self._value(literal >> 1)
        return self._invert(name) if (literal & 1) ^ self._inverted[literal >> 1] else name

    def _invert(self, name: str) -> str:
        self._extra += 1
        self._lines.append(f"%x{self._extra} = xor {self._type} {name}, {self._ones}")
        return f"%x{self._extra}"

    def _load(self, name: str, array: str, place: int) -> list[str]:
        address = f"%a{name[1:]}"
        return [
            f"{address} = getelementptr {self._type}, ptr {array}, i64 {place}",
            f"{name} = load {self._type}, ptr {address}, align 8",
        ]

    def _store(self, name: str, array: str, place: int) -> list[str]:
        self._extra += 1
        return [
            f"%p{self._extra} = getelementptr {self._type}, ptr {array}, i64 {place}",
            f"store {self._type} {name}, ptr %p{self._extra}, align 8",
        ]
