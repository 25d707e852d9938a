"""Simulates a circuit of AND gates as machine code: 64 lanes at a time, one bit of a word each.

LLVM compiles the loop over clock cycles. A small circuit is one function with its latches in registers or on the stack;
a large one is cut into functions that pass values through one array, because LLVM's work grows faster than a function.
LLVM's first optimisation level with the fast instruction selector was chosen by measurement: the code runs as fast as
at level 2 and compiles in two thirds of the time, while level 0 runs two to six times slower. Words of 64 bits serve
`run`, whose frames take as long with 256 bits; `exhaust`, which gains from more lanes and not from depth, has these.
The instruction selector is an option of LLVM that holds for the whole process. One thread may use an object at a time.
"""

import ctypes
import weakref
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from rtlvr.verify.aiger import Aig, Assembly, cone

_LONGEST_REPLAY = 4_000_000
_WIDE = 4  # words in a step of `exhaust`
_ALL = np.uint64(2**64 - 1)


@dataclass(frozen=True)
class Schedule:
    """Inputs for 64 lanes: segments of frames (clock cycles) in which each input is held or toggles every frame."""

    values: np.ndarray  # (segments, inputs) uint64: the inputs of the segment's first frame
    toggles: np.ndarray  # (segments, inputs) uint64: XORed into the inputs after each frame of the segment
    frames: np.ndarray  # (segments,) int64: how many frames the segment lasts


@dataclass(frozen=True)
class Found:
    """Where output 0 was first 1."""

    segment: int
    frame: int  # within the segment
    lane: int  # the lowest of the lanes in which it was 1
    total: int  # frames from the start, including this one


class Compiled:
    """A circuit as machine code, which is made at the first use of `run` or `exhaust` and freed with the object."""

    def __init__(self, aig: Aig, initial: np.ndarray | None = None) -> None:
        """Find what the outputs of `aig` depend on. `initial`: first values of its latches, `(latches,)` uint64.

        Raises:
            ValueError: the circuit has no outputs.
        """
        if not len(aig.outputs):
            raise ValueError("got a circuit without outputs, expected at least one")
        self.aig, self._cone = aig, cone(aig)
        resets = aig.resets.astype(np.uint64) * _ALL if initial is None else initial
        self._resets = resets[self._cone.latches]
        self._codes: dict[int, _Code] = {}
        self._scratch: dict[int, np.ndarray] = {}

    @property
    def nodes(self) -> int:
        """How many gates each frame evaluates: those that the outputs depend on, three that make a XOR counted once."""
        return len(self._cone.order) - len(self._cone.sinks)

    def run(self, schedule: Schedule) -> tuple[Found | None, np.ndarray]:
        """Simulate from the reset state until output 0 is 1 in some lane, or to the end of the schedule.

        Returns:
            Where output 0 was 1, or None; and the OR of each output over all simulated frames, `(outputs,)` uint64.

        Raises:
            ValueError: the arrays of the schedule have other shapes, or a negative number of frames.
        """
        _, seen, found = self._driven(self._resets, schedule)
        return found, seen

    @property
    def latches(self) -> list[int]:
        """The latches that the outputs depend on, in the order of the states of `advance`."""
        return self._cone.latches

    def start(self) -> np.ndarray:
        """The reset state, `(latches,)` uint64: 64 lanes of each of `latches`."""
        return self._resets.copy()

    def advance(self, state: np.ndarray, schedule: Schedule) -> tuple[np.ndarray, np.ndarray] | None:
        """Simulate a schedule from a state, `(latches,)` uint64, each lane from its own.

        Returns:
            The state after it, and the OR of each output over all simulated frames, output 0 apart; None where output 0
            was 1 in some lane, which ends it.

        Raises:
            ValueError: the arrays have other shapes, or a negative number of frames.
        """
        if state.shape != self._resets.shape:
            raise ValueError(f"got a state {state.shape}, expected {self._resets.shape}")
        after, seen, found = self._driven(state.astype(np.uint64), schedule)
        return None if found else (after, seen)

    def _driven(self, state: np.ndarray, schedule: Schedule) -> tuple[np.ndarray, np.ndarray, Found | None]:
        """The state after a schedule that begins in `state`, what each output was, and where output 0 ended it."""
        values, toggles, frames = self._checked(schedule)
        entry, scratch = self._code(1)
        after = np.append(state, np.uint64(0))
        seen, where = np.zeros(len(self.aig.outputs), np.uint64), np.zeros(2, np.int64)
        arrays = (after, values, values ^ toggles, frames, seen, scratch, where)
        if not _drivers()["run"](entry, *(array.ctypes.data for array in arrays), len(frames), self.aig.inputs):
            return after[:-1], seen, None
        segment, frame = where.tolist()
        seen[0] = scratch[len(self._cone.latches)]
        found = Found(segment, frame, _lowest(int(seen[0])), int(frames[:segment].sum()) + frame + 1)
        return after[:-1], seen, found

    def exhaust(self) -> tuple[int | None, np.ndarray]:
        """Evaluate all inputs of a circuit without latches, in rising order, until output 0 is 1.

        Inputs on which no output depends stay 0.

        Returns:
            The first inputs that make output 0 one (bit i is input i), or None; and per output whether it was 1 in each
            of 64 lanes, `(outputs,)` uint64: only zero or not has a meaning.

        Raises:
            ValueError: the outputs depend on latches, or on more than 60 inputs.
        """
        used = self._cone.inputs
        if self._cone.latches or len(used) > 60:
            raise ValueError(f"got {len(self._cone.latches)} latches and {len(used)} inputs, expected 0 and at most 60")
        entry, scratch = self._code(_WIDE)
        words, places = _first_inputs(self.aig.inputs, used), np.array([*used[8:], 0], np.int64)
        seen = np.zeros((len(self.aig.outputs), _WIDE), np.uint64)
        addresses = [array.ctypes.data for array in (words, places, seen, scratch)]
        step = _drivers()["exhaust"](entry, *addresses, 1 << max(0, len(used) - 8))
        if step < 0:
            return None, np.bitwise_or.reduce(seen, axis=1)
        seen[0] = scratch[:_WIDE]
        lane = _lowest(sum(int(word) << (64 * index) for index, word in enumerate(seen[0])))
        chosen = step << 8 | lane
        vector = sum((chosen >> bit & 1) << index for bit, index in enumerate(used))
        return vector, np.bitwise_or.reduce(seen, axis=1)

    def close(self) -> None:
        """Free the machine code; a later use makes it again."""
        while self._codes:
            self._codes.popitem()[1].close()

    def _code(self, words: int) -> tuple[int, np.ndarray]:
        """The address of the loop over frames, and the array through which its functions pass values."""
        if words not in self._codes:
            text, slots = Assembly(self.aig, self._cone, words).module()
            self._codes[words] = _Code(text)
            self._scratch[words] = np.zeros(slots * words, np.uint64)
        return self._codes[words].address("frames"), self._scratch[words]

    def _checked(self, schedule: Schedule) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        values, toggles = (np.ascontiguousarray(array, np.uint64) for array in (schedule.values, schedule.toggles))
        frames = np.ascontiguousarray(schedule.frames, np.int64)
        shape = (len(frames), self.aig.inputs)
        if frames.ndim != 1 or values.shape != shape or toggles.shape != shape:
            raise ValueError(f"got values {values.shape} and toggles {toggles.shape}, expected {shape}")
        if len(frames) and frames.min() < 0:
            raise ValueError("got a negative number of frames")
        return values, toggles, frames


def lane_inputs(schedule: Schedule, found: Found, lane: int | None = None) -> np.ndarray:
    """The inputs of one lane (that of `found`, unless told), frame by frame up to the found one.

    Returns:
        `(found.total, inputs)` uint8, each 0 or 1.

    Raises:
        ValueError: these are more than 4 million frames.
    """
    if found.total > _LONGEST_REPLAY:
        raise ValueError(f"got {found.total} frames, expected at most {_LONGEST_REPLAY}")
    shift, end = np.uint64(found.lane if lane is None else lane), found.segment + 1
    values, toggles = (
        (array[:end].astype(np.uint64) >> shift & np.uint64(1)).astype(np.uint8)
        for array in (schedule.values, schedule.toggles)
    )
    frames = np.append(schedule.frames[: found.segment], found.frame + 1).astype(np.int64)
    inputs = np.repeat(values, frames, axis=0)
    odd = (np.arange(found.total) - np.repeat(np.cumsum(frames) - frames, frames)) % 2 == 1
    inputs[odd] ^= np.repeat(toggles, frames // 2, axis=0)
    return inputs


def _lowest(word: int) -> int:
    """The place of the lowest 1."""
    return (word & -word).bit_length() - 1


def _first_inputs(inputs: int, used: list[int]) -> np.ndarray:
    """The words of the first step of `exhaust`: in bit i of its 256, input k of those used is bit k of i."""
    words = np.zeros((inputs + 1, _WIDE), np.uint64)
    lanes = np.arange(64 * _WIDE)
    for place, index in enumerate(used[:8]):
        words[index] = np.packbits((lanes >> place & 1).astype(np.uint8), bitorder="little").view("<u8")
    return words


# `run` goes through the segments; `exhaust` counts, and flips the inputs whose bit of the count changes.
_DRIVERS = """
define i64 @run(ptr %code, ptr %state, ptr %even, ptr %odd, ptr %frames, ptr %seen, ptr %scratch, ptr %where,
                i64 %segments, i64 %inputs) {
entry:
  br label %check
check:
  %segment = phi i64 [0, %entry], [%after, %next]
  %more = icmp ult i64 %segment, %segments
  br i1 %more, label %look, label %end
look:
  %lasts = getelementptr i64, ptr %frames, i64 %segment
  %count = load i64, ptr %lasts
  %empty = icmp eq i64 %count, 0
  br i1 %empty, label %next, label %simulate
simulate:
  %first = mul i64 %segment, %inputs
  %now = getelementptr i64, ptr %even, i64 %first
  %then = getelementptr i64, ptr %odd, i64 %first
  %frame = call i64 %code(ptr %state, ptr %now, ptr %then, i64 %count, ptr %seen, ptr %scratch)
  %clean = icmp slt i64 %frame, 0
  br i1 %clean, label %next, label %found
next:
  %after = add i64 %segment, 1
  br label %check
found:
  store i64 %segment, ptr %where
  %second = getelementptr i64, ptr %where, i64 1
  store i64 %frame, ptr %second
  ret i64 1
end:
  ret i64 0
}
define i64 @exhaust(ptr %code, ptr %inputs, ptr %places, ptr %seen, ptr %scratch, i64 %steps) {
entry:
  br label %step
step:
  %count = phi i64 [0, %entry], [%after, %flip]
  %frame = call i64 %code(ptr null, ptr %inputs, ptr %inputs, i64 1, ptr %seen, ptr %scratch)
  %clean = icmp slt i64 %frame, 0
  br i1 %clean, label %next, label %found
next:
  %after = add i64 %count, 1
  %last = icmp eq i64 %after, %steps
  br i1 %last, label %end, label %flip
flip:
  %bit = phi i64 [0, %next], [%higher, %flip]
  %rest = phi i64 [%count, %next], [%shifted, %flip]
  %entry_of = getelementptr i64, ptr %places, i64 %bit
  %place = load i64, ptr %entry_of
  %address = getelementptr <4 x i64>, ptr %inputs, i64 %place
  %old = load <4 x i64>, ptr %address, align 8
  %new = xor <4 x i64> %old, <i64 -1, i64 -1, i64 -1, i64 -1>
  store <4 x i64> %new, ptr %address, align 8
  %higher = add i64 %bit, 1
  %shifted = lshr i64 %rest, 1
  %carry = trunc i64 %rest to i1
  br i1 %carry, label %flip, label %step
found:
  ret i64 %count
end:
  ret i64 -1
}
"""


class _Code:
    """Machine code of one module; its functions may be called until `close`, or until the object goes."""

    def __init__(self, text: str) -> None:
        llvm = _llvm()
        context = llvm.create_context()
        machine = llvm.Target.from_default_triple().create_target_machine(
            cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=1, jit=True
        )
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(text, context=context), machine)
        self._engine.finalize_object()
        self.close = weakref.finalize(self, _free, self._engine, context)
        self.close.atexit = False

    def address(self, name: str) -> int:
        """Where the function begins."""
        return int(self._engine.get_function_address(name))


def _free(engine: Any, context: Any) -> None:
    """LLVM wants the code freed before the context in which it was written."""
    engine.close()
    context.close()


@cache
def _llvm() -> Any:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    llvm.set_option("", "-fast-isel")
    return llvm


@cache
def _drivers() -> dict[str, Any]:
    """The two loops around all circuits' code, compiled once in a process."""
    code, pointer, number = _Code(_DRIVERS), ctypes.c_void_p, ctypes.c_int64
    run = ctypes.CFUNCTYPE(number, *[pointer] * 8, number, number)(code.address("run"))
    exhaust = ctypes.CFUNCTYPE(number, *[pointer] * 5, number)(code.address("exhaust"))
    return {"run": run, "exhaust": exhaust, "code": code}
