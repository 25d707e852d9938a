"""Work goes to the worker that knows its golden, and never waits long for it."""

import threading
import time

import pytest

from rtlvr.verify.affinity import Slots


def test_equal_keys_meet_the_same_worker() -> None:
    slots: Slots[object] = Slots(4)
    for key in map(str, range(12)):
        place, worker = slots.take(key, object)
        slots.give(place, worker)
        again, same = slots.take(key, object)
        slots.give(again, same)
        assert (again, same) == (place, worker)


def test_an_idle_place_takes_over_from_a_busy_one() -> None:
    slots: Slots[object] = Slots(2)
    busy, _ = slots.take("golden", object)
    began = time.perf_counter()
    other, _ = slots.take("golden", object)
    assert other != busy and time.perf_counter() - began < 2


def test_without_a_free_place_the_next_freed_one_is_taken() -> None:
    slots: Slots[object] = Slots(1)
    place, worker = slots.take("a", object)
    threading.Timer(0.2, slots.give, (place, worker)).start()
    assert slots.take("b", object) == (place, worker)


def test_a_worker_that_does_not_start_frees_its_place() -> None:
    def fails() -> object:
        raise OSError("no process")

    slots: Slots[object] = Slots(1)
    with pytest.raises(OSError):
        slots.take("a", fails)
    assert slots.idle() == [] and slots.take("a", object)[0] == 0
