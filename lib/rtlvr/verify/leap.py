"""Counters that run for hundreds of millions of frames: 64 stretches of time are simulated side by side.

While inputs are held, counters count. So the state after so many frames can be guessed, and the 64 lanes of native
simulation can begin at 64 moments of one run, a stretch apart. Where every lane ends in the state that the next one began
with, all guesses were right, and the lanes together are the one long run, 64 times as fast. A wrong guess costs time and
nothing else: what follows it is thrown away, so a difference that is found is one of a state that is reached.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rtlvr.verify.aiger import Aig
from rtlvr.verify.compiled import Compiled, Schedule

_LANES = 64
_ALL = np.uint64(2**64 - 1)
_WATCHED = 16  # steps from which one learns what counts
_LONGEST = 1 << 24  # steps of a lane
_TRIAL = 512  # rounds after which the run must have paid
_CALL = 2e6  # gate evaluations that could be made in the time that calling the machine code takes, and guessing
_PAYS = 4  # steps of the run for each one simulated
_WIDEST = 62  # bits of a counter


@dataclass(frozen=True)
class Counting:
    """A counter: its latches, the lowest bit first, and whether it goes up (1) or down (-1) with every step."""

    latches: Sequence[int]
    step: int


class Leaper:
    """A circuit whose last output says that something is wrong; one object serves several runs.

    Attributes:
        spent: frames that all runs have evaluated, each for 64 lanes, and what calls cost beside, in frames.
    """

    def __init__(self, aig: Aig) -> None:
        """`aig`: its last output is watched."""
        outputs = np.array([0, aig.outputs[-1]], dtype=np.uint32)  # the first one, which would end a run, never rises
        self._compiled = Compiled(replace(aig, outputs=outputs))
        self.spent = 0
        self._order = np.argsort(np.array(self._compiled.latches, dtype=np.int64))

    @property
    def nodes(self) -> int:
        """Gates that a frame evaluates."""
        return self._compiled.nodes

    def close(self) -> None:
        """Free the machine code."""
        self._compiled.close()

    def run(self, before: Schedule, held: Schedule, lane: int, frames: int) -> int | None:
        """Simulate one lane of `before`, and then hold the inputs of `held`, whose one segment is a step, again and again.

        `frames`: how many are evaluated at most, each for 64 lanes.

        Returns:
            After how many frames of all the last output may first be seen to be 1: it is by then; None where it was not.
        """
        values, toggles = (_one(array, lane) for array in (before.values, before.toggles))
        state, seen = self._advance(self._compiled.start(), Schedule(values, toggles, before.frames))
        done = int(before.frames.sum())
        if seen:
            return done
        step = Schedule(_one(held.values, lane), _one(held.toggles, lane), held.frames)
        found = self._leap(state, step, frames)
        return None if found is None else done + found

    def _advance(self, state: np.ndarray, schedule: Schedule) -> tuple[np.ndarray, int]:
        self.spent += int(schedule.frames.sum()) + int(_CALL / max(1, self.nodes))
        answer = self._compiled.advance(state, schedule)
        assert answer is not None, "its first output is never 1"
        return answer[0], int(answer[1][1])

    def _leap(self, state: np.ndarray, step: Schedule, left: int) -> int | None:
        scale, done, began, rounds = int(step.frames[0]), 0, self.spent, 0
        counters, length = None, _LANES
        while (spent := self.spent - began) < left:
            rounds += 1
            if rounds > _TRIAL and done < _PAYS * spent:
                return None
            if counters is None:
                state, counters, seen = self._watch(state, step)
                done += scale * _WATCHED
                if seen or not counters:
                    return done if seen else None
            begin = self._guessed(state, counters, length)
            end, seen = self._advance(begin, replace(step, frames=step.frames * length))
            lanes = _linked(begin, end)
            if wrong := seen & ((1 << lanes) - 1):
                return done + scale * length * (wrong & -wrong).bit_length()
            state = _one(end, lanes - 1)
            done += scale * length * lanes
            length = min(4 * length, _LONGEST) if lanes == _LANES else max(1, length // 8)
            counters = counters if lanes == _LANES else None
        return None

    def _watch(self, state: np.ndarray, step: Schedule) -> tuple[np.ndarray, list[Counting], int]:
        """Go on for some steps, and see what counts."""
        states, seen = [state], 0
        for _ in range(_WATCHED):
            state, wrong = self._advance(state, step)
            states.append(state)
            seen |= wrong
        return state, counters_of(np.array(states)[:, self._order] & np.uint64(1)), seen

    def _guessed(self, state: np.ndarray, counters: Sequence[Counting], length: int) -> np.ndarray:
        """The state, in lane i as it may be after i stretches of so many steps."""
        guess = state.copy()
        for counter in counters:
            places = self._order[list(counter.latches)]
            value = sum(int(state[place] & np.uint64(1)) << bit for bit, place in enumerate(places))
            moments = [(value + counter.step * length * lane) % (1 << len(places)) for lane in range(_LANES)]
            for bit, place in enumerate(places):
                guess[place] = np.uint64(sum((moment >> bit & 1) << lane for lane, moment in enumerate(moments)))
        return guess


def counters_of(states: np.ndarray) -> list[Counting]:
    """What counts in a sequence of states, `(moments, latches)` of 0 and 1: latches in a row, in either direction."""
    flips = states[1:] != states[:-1]
    lowest = np.flatnonzero(flips.all(axis=0)).tolist()
    found, taken = [], set(lowest)
    for place in lowest:
        options = [_counter(states, place, way, taken) for way in (1, -1)]
        best = max(options, key=lambda counter: len(counter.latches))
        if len(best.latches) > 1:
            found.append(best)
            taken |= set(best.latches)
    return found


def _counter(states: np.ndarray, lowest: int, way: int, taken: set[int]) -> Counting:
    """The widest counter with this lowest bit whose bits follow one way; of one bit where there is none."""
    step, latches, value = 0, [lowest], states[:, lowest].astype(np.int64)
    for bit in range(1, _WIDEST):
        place = lowest + way * bit
        if not 0 <= place < states.shape[1] or place in taken:
            break
        value = value + (states[:, place].astype(np.int64) << bit)
        steps = set(np.mod(np.diff(value), 1 << (bit + 1)).tolist())
        here = next((sign for sign in (1, -1) if steps == {sign % (1 << (bit + 1))}), 0)
        if not here or here == -step:
            break
        step = here
        latches.append(place)
    return Counting(latches, step)


def _one(words: np.ndarray, lane: int) -> np.ndarray:
    """One lane's values in all lanes."""
    return np.where(words >> np.uint64(lane) & np.uint64(1), _ALL, np.uint64(0)).astype(np.uint64)


def _linked(begin: np.ndarray, end: np.ndarray) -> int:
    """How many lanes, from the first, began as the one before them ended."""
    apart = int(np.bitwise_or.reduce(end ^ (begin >> np.uint64(1)))) & (2**63 - 1)
    return (apart & -apart).bit_length() if apart else _LANES
