"""Pickles: plain values come through, and what a pickle must not do does not happen."""

import contextlib
import copyreg
import datetime
import functools
import os
import pickle
import random
import time
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
from published_rows import DESIGN, PROTOCOLS, parquet, row, truth

from rtlvr.data.authors import read_rl
from rtlvr.data.pickles import MAX_BYTES, MAX_VALUES, loads_plain
from rtlvr.errors import StageError


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_plain_values_come_through(protocol: int) -> None:
    shared = ("clk", 1)
    value = {
        "answer": DESIGN,
        "numbers": [0, 1, -1, 255, 256, 65536, -(2**31), 2**40, 2**63, 1.5, float("inf")],
        "texts": ["", "é", "a\nb\\", "\U0001f600", "x" * 300],
        "empty": [[], (), {}, set(), frozenset()],
        "nested": [[(1, 2, 3, 4)], {"a": {"b": None}}, (True, (False,))],
        ("a", 1): [shared, shared, {shared}, frozenset({shared, 7})],
        None: {1: 2},
    }
    assert repr(loads_plain(pickle.dumps(value, protocol))) == repr(pickle.loads(pickle.dumps(value, protocol)))
    assert repr(loads_plain(pickle._dumps(value, protocol))) == repr(pickle._loads(pickle._dumps(value, protocol)))


@pytest.mark.parametrize("protocol", PROTOCOLS[3:])
def test_bytes_come_through(protocol: int) -> None:
    value = [b"", b"\xff\x00", b"x" * 300]
    assert loads_plain(pickle.dumps(value, protocol)) == value


class Calls:
    """Pickles into a call of `function`."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple:
        return self.call


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_hostile_pickle_does_nothing(protocol: int, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    data = pickle.dumps({"answer": {**DESIGN, "code": Calls(os.system, f"touch {marker}")}}, protocol)
    with pytest.raises(StageError, match=r"got posix\.system at byte \d+ of a pickle; allowed: plain containers"):
        loads_plain(data)
    path = parquet(tmp_path / "rl.parquet", row(truth()), row(data))
    rows = read_rl(path)
    assert next(rows).golden == DESIGN["code"]
    with pytest.raises(StageError, match=r"rl\.parquet, row 1, reward_model\.ground_truth: got posix\.system"):
        next(rows)
    assert not marker.exists()
    pickle.loads(data)
    assert marker.exists(), "the pickle would have done it"


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        (r"(__builtin__|builtins)\.eval", Calls(eval, "1")),
        (r"(__builtin__|builtins)\.getattr", Calls(getattr, (), "__class__")),
        (r"functools\.partial", functools.partial(print, "x")),
        (r"numpy\.\S+", np.zeros(3)),
        (r"datetime\.date", datetime.date(2025, 1, 1)),
        (r"collections\.OrderedDict", OrderedDict(a=1)),
        (r"pathlib\.PosixPath", Path("x")),
        (r"(__builtin__|builtins)\.(complex|bytearray)", [1j, bytearray(b"x")]),
        (r"(__builtin__|builtins)\.(int|long)", int),
    ],
)
def test_other_classes_are_refused_by_name(name: str, value: object, protocol: int) -> None:
    with pytest.raises(StageError, match=rf"got {name} at byte"):
        loads_plain(pickle.dumps({"answer": [value]}, protocol))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"(S'id'\nios\nsystem\n.", "the instruction STRING of id"),
        (b"(ios\nsystem\n.", r"the instruction INST of os\.system"),
        (b"(c__builtin__\nset\no.", "the instruction OBJ"),
        (b"c__builtin__\nset\n)\x81.", "the instruction NEWOBJ"),
        (b"\x80\x04\x8f}b.", "the instruction BUILD"),
        (b"Pname\n.", "the instruction PERSID of name"),
        (b"Nq\x00Q.", "the instruction BINPERSID"),
        (b"\x82\x01.", "the instruction EXT1"),
        (b"\x97.", "the instruction NEXT_BUFFER"),
        (b"N2\x86.", "the instruction DUP"),
        (b"cbuiltins\nset\n.", "a class as a value"),
        (b"cbuiltins\nset\n(N\x85t\x85R.", "a call that builds no set from a list"),
        (b"cbuiltins\nset\n)R.", "a call that builds no set from a list"),
        (b"N)R.", "a call that builds no set from a list"),
        (b"\x80\x04\x8c\x02os\x8c\x06system\x93.", r"os\.system"),
        (b"\x80\x04\x8c\x08builtins\x8c\x0cset.__init__\x93.", r"builtins\.set\.__init__"),
        (b"\x80\x02\x8a\x09" + b"\x01" * 9 + b".", "an integer of more than 64 bits"),
    ],
)
def test_hand_written_pickles_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(StageError, match=f"got ({reason}) at byte"):
        loads_plain(data)


def test_a_registered_extension_is_refused() -> None:
    copyreg.add_extension("os", "system", 1)
    try:
        pickle.loads(b"\x82\x01.")  # now in copyreg's cache, where an unpickler's find_class is not asked
        with pytest.raises(StageError, match="the instruction EXT1"):
            loads_plain(b"\x82\x01.")
    finally:
        copyreg.remove_extension("os", "system", 1)
        copyreg.clear_extension_cache()


def test_cut_and_damaged_pickles_are_errors() -> None:
    rng = random.Random(0)
    for protocol in PROTOCOLS:
        data = truth(protocol)
        for end in range(0, len(data), 7):
            with pytest.raises(StageError, match="got a broken pickle"):
                loads_plain(data[:end])
        for _ in range(200):
            damaged = bytearray(data)
            damaged[rng.randrange(len(data))] = rng.randrange(256)
            with contextlib.suppress(StageError):
                loads_plain(bytes(damaged))


@pytest.mark.parametrize(
    "data",
    [
        b".",
        b"0.",
        b"N0.",
        b"u.",
        b"(u.",
        b"}(Nu.",
        b"g5\n.",
        b"\x80\x02h\x05.",
        b"I" + b"9" * 9999 + b"\n.",
    ],
)
def test_nonsense_is_an_error(data: bytes) -> None:
    with pytest.raises(StageError, match=r"got (a broken pickle \(|the instruction POP)"):
        loads_plain(data)


def test_a_message_shows_no_control_characters() -> None:
    with pytest.raises(StageError) as caught:
        loads_plain(b"c\x1b[2J" + b"m" * 9999 + b"\nx\n.")
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 400


def pairs(levels: int) -> bytes:
    """Builds (x, x), (y, y) ... from a memo: the value doubles with each level."""
    return b"K\x01" + b"".join(b"q%ch%c\x86" % (n, n) for n in range(levels))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x80\x04" + pairs(60) + b".", id="pairs of pairs"),
        pytest.param(b"\x80\x04\x8f(" + pairs(60) + b"\x90.", id="hashing pairs of pairs: an element"),
        pytest.param(b"\x80\x04}" + pairs(60) + b"Ns.", id="hashing pairs of pairs: a key"),
        pytest.param(b"\x80\x04(" + pairs(60) + b"\x91.", id="hashing pairs of pairs: a frozenset"),
        pytest.param(b"cbuiltins\nset\n](" + pairs(60) + b"e\x85R.", id="hashing pairs of pairs: a set of protocol 3"),
        pytest.param(
            b"\x80\x02"
            + b"".join(b"]q%c(" % n + (b"h%c" % (n - 1) if n else b"N") * 9 + b"e" for n in range(15))
            + b".",
            id="lists of lists",
        ),
        pytest.param(b"\x80\x02]q\x00h\x00a.", id="a list in itself"),
        pytest.param(b"\x80\x02]" + b"]" * 100 + b"a" * 100 + b".", id="a deep list"),
        pytest.param(b"\x80\x02)" + b"\x85" * 40_000 + b".", id="a deep tuple"),
        pytest.param(b"\x80\x02](" + b"N" * MAX_VALUES + b"e.", id="a long list"),
        pytest.param(b"\x80\x02](" + b"N" * 20_000 + b"eq\x00](" + b"h\x00" * 3 + b"e.", id="a long list three times"),
        pytest.param(
            b"cbuiltins\nset\nq\x00](" + b"K\x01" * 9000 + b"eq\x01((" + b"h\x00h\x01\x85R" * 9000 + b"t.",
            id="copies of a list",
        ),
        pytest.param(b"N" + b"(" * 60_000 + b".", id="marks"),
    ],
)
def test_small_pickles_of_huge_values_are_refused_at_once(data: bytes) -> None:
    start = time.process_time()
    with pytest.raises(StageError, match=r"got (more than|a key or element of a set)"):
        loads_plain(data)
    assert time.process_time() - start < 1


def test_long_texts_are_not_compared_over_and_over() -> None:
    long = b"X\x00\x00\x10\x00" + b"a" * (1 << 20)
    with pytest.raises(StageError, match="neither a short atom"):
        loads_plain(b"\x80\x04" + b"\x8f(" + long + b"\x90.")


def test_an_index_into_the_memo_allocates_nothing() -> None:
    assert loads_plain(b"\x80\x02Nr\xff\xff\xff\xff.") is None


def test_a_length_beyond_the_end_allocates_nothing() -> None:
    with pytest.raises(StageError, match="a broken pickle"):
        loads_plain(b"\x80\x04\x8e" + b"\xff" * 7 + b"\x7f.")


def test_an_oversized_pickle_is_refused_unread() -> None:
    with pytest.raises(StageError, match=f"got a pickle of {MAX_BYTES + 1} bytes; allowed: at most {MAX_BYTES}"):
        loads_plain(b"(" * (MAX_BYTES + 1))


def test_a_big_design_is_taken() -> None:
    value = {"code": "x" * (1 << 20), "ports": [(f"port_{n}", n) for n in range(3000)]}
    assert loads_plain(pickle.dumps(value)) == value
