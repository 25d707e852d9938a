"""Circuits as machine code do what a slow evaluation of the same circuits does."""

import random
import subprocess
from pathlib import Path

import numpy as np
import pytest

from rtlvr.errors import InfrastructureError
from rtlvr.verify import aiger
from rtlvr.verify.abc_engine import abc
from rtlvr.verify.aiger import Aig, read_aiger
from rtlvr.verify.compiled import Compiled, Found, Schedule, lane_inputs

ALL = 2**64 - 1


class Circuit:
    """Builds an AIGER file gate by gate."""

    def __init__(self, inputs: int, latches: int = 0) -> None:
        self.input = [2 * (1 + index) for index in range(inputs)]
        self.latch = [2 * (1 + inputs + index) for index in range(latches)]
        self.next, self.resets, self.outputs, self.ands = [0] * latches, [""] * latches, [], []

    def both(self, one: int, two: int) -> int:
        self.ands.append((max(one, two), min(one, two)))
        return 2 * (len(self.input) + len(self.latch) + len(self.ands))

    def differ(self, one: int, two: int) -> int:
        return self.both(self.both(one, two) ^ 1, self.both(one ^ 1, two ^ 1) ^ 1)

    def every(self, literals: list[int]) -> int:
        result = 1
        for literal in literals:
            result = self.both(result, literal)
        return result

    def count(self, enable: int, latches: list[int]) -> None:
        """Make the latches a counter, the lowest first."""
        for latch in latches:
            self.next[self.latch.index(latch)] = self.differ(latch, enable)
            enable = self.both(latch, enable)

    def equal(self, literals: list[int], number: int) -> int:
        return self.every([literal ^ 1 ^ (number >> place & 1) for place, literal in enumerate(literals)])

    def text(self, header: str = "aig {} {} {} {} {}", outputs: int | None = None) -> bytes:
        sizes = len(self.input), len(self.latch), len(self.outputs) if outputs is None else outputs, len(self.ands)
        lines = [header.format(sizes[0] + sizes[1] + sizes[3], *sizes)]
        lines += [f"{state} {reset}".strip() for state, reset in zip(self.next, self.resets, strict=True)]
        data = bytearray("".join(f"{line}\n" for line in [*lines, *self.outputs]).encode())
        for index, (first, second) in enumerate(self.ands):
            for number in (2 * (1 + sizes[0] + sizes[1] + index) - first, first - second):
                while number > 127:
                    data.append(number & 127 | 128)
                    number >>= 7
                data.append(number)
        return bytes(data)

    def aig(self, folder: Path, **options) -> Aig:
        path = folder / "circuit.aig"
        path.write_bytes(self.text(**options) + b"c\nmade by hand \xff\n")
        return read_aiger(path)


def hold(frames: int, *inputs: int) -> Schedule:
    values = np.array([inputs], np.uint64).reshape(1, len(inputs))
    return Schedule(values, np.zeros_like(values), np.array([frames]))


def outputs(aig: Aig, inputs: list[int], state: list[int]) -> tuple[list[int], list[int]]:
    """The words of the outputs, and of the next state."""
    values = [0, *inputs, *state]

    def word(literal: int) -> int:
        return values[literal >> 1] ^ (ALL if literal & 1 else 0)

    for one, two in aig.ands.tolist():
        values.append(word(one) & word(two))
    return [word(o) for o in aig.outputs.tolist()], [word(s) for s in aig.next_states.tolist()]


def slow(aig: Aig, schedule: Schedule) -> tuple[Found | None, list[int]]:
    state, seen, total = [ALL * int(reset) for reset in aig.resets], [0] * len(aig.outputs), 0
    for segment, frames in enumerate(schedule.frames.tolist()):
        inputs = schedule.values[segment].tolist()
        for frame in range(frames):
            words, state = outputs(aig, inputs, state)
            seen, total = [old | new for old, new in zip(seen, words, strict=True)], total + 1
            if words[0]:
                return Found(segment, frame, (words[0] & -words[0]).bit_length() - 1, total), seen
            inputs = [old ^ flip for old, flip in zip(inputs, schedule.toggles[segment].tolist(), strict=True)]
    return None, seen


def at_random(rng: random.Random, inputs: int, latches: int, gates: int, roots: int) -> Circuit:
    circuit = Circuit(inputs, latches)
    literals = [0, *circuit.input, *circuit.latch]
    for _ in range(gates):
        one, two = (rng.choice(literals[-60:] if rng.random() < 0.8 else literals) ^ rng.getrandbits(1) for _ in "ab")
        literals.append(circuit.differ(one, two) if rng.random() < 0.5 else circuit.both(one, two))
    circuit.next = [rng.choice(literals) ^ rng.getrandbits(1) for _ in range(latches)]
    circuit.resets = [rng.choice(["", "0", "1", str(latch)]) for latch in circuit.latch]
    # The first output is rarer than the others, so that simulations last.
    circuit.outputs = [rng.choice(literals) ^ rng.getrandbits(1) for _ in range(roots)]
    circuit.outputs[0] = circuit.every([rng.choice(literals[-80:]) ^ rng.getrandbits(1) for _ in range(4)])
    return circuit


def random_schedule(rng: random.Random, inputs: int) -> Schedule:
    words = np.array([[[rng.getrandbits(64) for _ in range(inputs)] for _ in range(6)] for _ in "vt"], np.uint64)
    values, toggles = words.reshape(2, 6, inputs)
    toggles[:, ::2] = 0
    return Schedule(values, toggles, np.array([rng.choice([0, 1, 2, 9, 9]) for _ in range(6)]))


def test_counter_is_found_at_its_frame(tmp_path: Path) -> None:
    circuit = Circuit(0, 20)
    circuit.count(1, circuit.latch)
    circuit.outputs = [circuit.equal(circuit.latch, 1_000_000), circuit.latch[3], 0, 1]
    compiled = Compiled(circuit.aig(tmp_path))
    found, seen = compiled.run(hold(2_000_000))
    assert found == Found(0, 1_000_000, 0, 1_000_001)
    assert seen.tolist() == [ALL, ALL, 0, ALL]
    assert compiled.run(hold(1_000_000))[0] is None, "each run begins at the reset state"
    assert compiled.run(hold(1_000_001))[0] == found


def test_only_the_enabled_lane_counts_the_edges_of_a_clock(tmp_path: Path) -> None:
    circuit = Circuit(2, 6)
    before, *count = circuit.latch
    circuit.next[0] = circuit.input[0]
    circuit.count(circuit.every([circuit.input[0], before ^ 1, circuit.input[1]]), count)
    circuit.outputs = [circuit.equal(count, 5)]
    schedule = Schedule(
        np.array([[0, ALL], [0, 1 << 9]], np.uint64), np.array([[0, ALL], [ALL, 0]], np.uint64), np.array([3, 100])
    )
    found, _ = Compiled(circuit.aig(tmp_path)).run(schedule)
    assert found == Found(1, 10, 9, 14)
    inputs = lane_inputs(schedule, found)
    assert inputs[:, 0].tolist() == [0] * 3 + [0, 1] * 5 + [0]
    assert inputs[:, 1].tolist() == [1, 0, 1] + [1] * 11
    assert lane_inputs(schedule, found, lane=0)[:, 1].tolist() == [1, 0, 1] + [0] * 11
    with pytest.raises(ValueError, match="4000000"):
        lane_inputs(schedule, Found(1, 5_000_000, 0, 5_000_004))


@pytest.mark.parametrize("small", [1500, 0])
def test_random_circuits_run_as_the_slow_evaluation(tmp_path: Path, monkeypatch, small: int) -> None:
    monkeypatch.setattr(aiger, "_SMALL", small)
    monkeypatch.setattr(aiger, "_PART", 17)
    hits = 0
    for seed in range(40):
        rng = random.Random(seed)
        inputs, latches = rng.randrange(4), rng.randrange(8)
        aig = at_random(rng, inputs, latches, rng.randrange(1, 120), 4).aig(tmp_path)
        schedule = random_schedule(rng, inputs)
        found, seen = Compiled(aig).run(schedule)
        assert (found, seen.tolist()) == slow(aig, schedule)
        if found:
            hits += 1
            state = [int(reset) for reset in aig.resets]
            for frame in lane_inputs(schedule, found).tolist():
                words, state = outputs(aig, frame, state)
            assert words[0] & 1
    assert 5 < hits < 40


@pytest.mark.parametrize("small", [1500, 0])
def test_random_circuits_are_exhausted_as_slowly(tmp_path: Path, monkeypatch, small: int) -> None:
    monkeypatch.setattr(aiger, "_SMALL", small)
    monkeypatch.setattr(aiger, "_PART", 17)
    for seed in range(30):
        rng = random.Random(seed)
        inputs = rng.randrange(13)
        aig = at_random(rng, inputs, 0, rng.randrange(1, 60), 3).aig(tmp_path)
        columns = [sum(1 << vector for vector in range(1 << inputs) if vector >> i & 1) for i in range(inputs)]
        every, values = (1 << (1 << inputs)) - 1, [0, *columns]
        for one, two in aig.ands.tolist():
            values.append((values[one >> 1] ^ every * (one & 1)) & (values[two >> 1] ^ every * (two & 1)))
        words = [values[o >> 1] ^ every * (o & 1) for o in aig.outputs.tolist()]
        vector, seen = Compiled(aig).exhaust()
        assert vector == ((words[0] & -words[0]).bit_length() - 1 if words[0] else None)
        if vector is None:
            assert [bool(word) for word in words] == [bool(word) for word in seen]


def test_parity_in_two_orders(tmp_path: Path) -> None:
    circuit = Circuit(21)
    ways = []
    for literals in (circuit.input[:20], circuit.input[:20][::-1]):
        odd = 0
        for literal in literals:
            odd = circuit.differ(odd, literal)
        ways.append(odd)
    circuit.outputs = [circuit.differ(*ways), ways[0]]
    compiled = Compiled(circuit.aig(tmp_path))
    vector, seen = compiled.exhaust()
    assert vector is None and seen.astype(bool).tolist() == [False, True]
    circuit.outputs = [circuit.both(ways[0], circuit.every([circuit.input[19], circuit.input[12], circuit.input[3]]))]
    assert Compiled(circuit.aig(tmp_path)).exhaust()[0] == 1 << 19 | 1 << 12 | 1 << 3


def test_constants_wires_and_resets(tmp_path: Path) -> None:
    circuit = Circuit(1)
    circuit.outputs = [0, 1, circuit.input[0], circuit.input[0] ^ 1]
    compiled = Compiled(circuit.aig(tmp_path))
    assert compiled.nodes == 0
    assert compiled.run(hold(3, 5))[1].tolist() == [0, ALL, 5, ALL - 5]
    assert compiled.exhaust()[0] is None
    circuit.outputs = [1]
    assert Compiled(circuit.aig(tmp_path)).exhaust()[0] == 0
    assert Compiled(circuit.aig(tmp_path)).run(hold(3, 0))[0] == Found(0, 0, 0, 1)
    shift = Circuit(0, 3)
    shift.next, shift.resets, shift.outputs = [0, *shift.latch[:2]], ["1", "", str(shift.latch[2])], [shift.latch[2]]
    assert Compiled(shift.aig(tmp_path)).run(hold(9))[0] == Found(0, 2, 0, 3)


def test_bad_states_stand_for_missing_outputs(tmp_path: Path) -> None:
    circuit = Circuit(2)
    circuit.outputs = [circuit.both(*circuit.input)]
    aig = circuit.aig(tmp_path, header="aig {} {} {} {} {} 1", outputs=0)
    assert aig.outputs.tolist() == [6] and Compiled(aig).exhaust()[0] == 3


def test_schedules_and_circuits_that_do_not_fit(tmp_path: Path) -> None:
    circuit = Circuit(1, 1)
    with pytest.raises(ValueError, match="without outputs"):
        Compiled(circuit.aig(tmp_path))
    circuit.outputs = [circuit.latch[0]]
    compiled = Compiled(circuit.aig(tmp_path))
    with pytest.raises(ValueError, match="latches"):
        compiled.exhaust()
    with pytest.raises(ValueError, match="expected"):
        compiled.run(hold(1, 0, 0))
    with pytest.raises(ValueError, match="negative"):
        compiled.run(hold(-1, 0))
    compiled.close()
    assert compiled.run(hold(1, 0))[0] is None


def malformed() -> list[bytes]:
    circuit = Circuit(1, 1)
    circuit.outputs = [circuit.both(circuit.input[0], circuit.latch[0])]
    good = circuit.text()
    return [
        b"",
        b"aag 0 0 0 0 0\n",
        b"aig 1 2\n",
        good.replace(b"aig 3", b"aig 4"),
        good.replace(b" 1\n", b" 1 0 1\n0\n", 1),  # a constraint
        good.replace(b"\n0\n", b"\n0 7\n", 1),
        good.replace(b"\n0\n", b"\n-1\n", 1),
        good.replace(b"\n6\n", b"\n60\n", 1),
        good[:-1],
        good[:-2] + b"\x00\x02",
        good[:-2] + b"\x07\x00",
        good[:-2] + b"\xff\xff\xff\xff\xff\x01\x00",
    ]


@pytest.mark.parametrize("data", malformed())
def test_malformed_files(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bad.aig").write_bytes(data)
    with pytest.raises(InfrastructureError):
        read_aiger(tmp_path / "bad.aig")


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InfrastructureError):
        read_aiger(tmp_path / "none.aig")


def test_abc_reaches_the_same_frame(tmp_path: Path) -> None:
    circuit = Circuit(1, 4)
    circuit.count(circuit.input[0], circuit.latch)
    circuit.outputs = [circuit.equal(circuit.latch, 11)]
    aig = circuit.aig(tmp_path)
    found, _ = Compiled(aig).run(hold(100, 4))
    assert found == Found(0, 11, 2, 12)
    script = f"read {tmp_path}/circuit.aig; dc2; write_aiger {tmp_path}/less.aig; bmc3 -F 20"
    text = subprocess.run([abc(), "-c", script], capture_output=True, text=True, check=True).stdout
    assert "asserted in frame 11" in text
    assert Compiled(read_aiger(tmp_path / "less.aig")).run(hold(100, 4))[0] == found
