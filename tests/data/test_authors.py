"""The authors' files: what they hold comes through, and what a pickle must not do does not happen."""

import contextlib
import copyreg
import datetime
import functools
import json
import os
import pickle
import random
import time
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rtlvr.data.authors import MAX_BYTES, MAX_VALUES, RlRow, SftRow, loads_plain, read_rl, read_sft
from rtlvr.errors import StageError
from rtlvr.records import read_jsonl, write_jsonl

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
DESIGN = {
    "code": "module top(input clk, input rst_n, input [7:0] d, output reg [7:0] q); // 8 µs\nendmodule\n",
    "input_port_width": [("clk", 1), ("rst_n", 1), ("d", 8)],
    "output_port_width": [("q", 8)],
    "clock_port_polarity": {("clk", 1)},
    "reset_port_polarity_sync": {("rst_n", 0, False), ("clear", 1, True)},
}
MESSAGES = [{"role": "system", "content": "Think first."}, {"role": "user", "content": "Make a register."}]


def row(truth: object, **changes: object) -> dict:
    return {
        "data_source": "codev",
        "prompt": MESSAGES,
        "ability": "verilog",
        "reward_model": {"style": "rule", "ground_truth": truth},
        "extra_info": {"index": 0},
        **changes,
    }


def parquet(path: Path, *rows: dict) -> Path:
    pq.write_table(pa.Table.from_pylist(list(rows)), path)
    return path


def truth(protocol: int = 4, **changes: object) -> bytes:
    return pickle.dumps({"answer": {**DESIGN, **changes}}, protocol)


# --- pickles ---------------------------------------------------------------------------------------------------------


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


# --- RL rows ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_rl_rows(protocol: int, tmp_path: Path) -> None:
    rows = list(read_rl(parquet(tmp_path / "rl.parquet", row(truth(protocol)))))
    assert rows == [
        RlRow(
            id="rl-0",
            data_source="codev",
            ability="verilog",
            system="Think first.",
            prompt="Make a register.",
            key="answer",
            golden=DESIGN["code"],
            inputs=(("clk", 1), ("rst_n", 1), ("d", 8)),
            outputs=(("q", 8),),
            clocks=(("clk", 1),),
            resets=(("clear", 1, True), ("rst_n", 0, False)),
        )
    ]
    write_jsonl(tmp_path / "rows.jsonl", rows)
    assert read_jsonl(tmp_path / "rows.jsonl", RlRow) == rows


def test_rl_rows_come_in_order_and_sets_are_sorted(tmp_path: Path) -> None:
    ports = {(f"p{n}", n + 1) for n in range(50)}
    written = [row(truth(input_port_width=ports, code=f"// {n}")) for n in range(150)]  # more than two batches
    rows = list(read_rl(parquet(tmp_path / "rl.parquet", *written)))
    assert [r.id for r in rows] == [f"rl-{n}" for n in range(150)]
    assert [r.golden for r in rows] == [f"// {n}" for n in range(150)]
    assert rows[0].inputs == tuple(sorted(ports))


def test_a_row_with_two_goldens_gives_two(tmp_path: Path) -> None:
    both = pickle.dumps({"b": DESIGN, "a": {**DESIGN, "code": "other"}})
    first, second = read_rl(parquet(tmp_path / "rl.parquet", row(both)))
    assert (first.id, first.key, first.golden) == ("rl-0-b", "b", DESIGN["code"])
    assert (second.id, second.key, second.golden) == ("rl-0-a", "a", "other")


def test_what_is_not_used_does_not_matter(tmp_path: Path) -> None:
    lone = row(truth(clock_port_polarity=[("clk", True)], reset_port_polarity_sync=set(), more=[1]), more="x")
    lone["prompt"] = MESSAGES[1:]
    lone.pop("extra_info")
    (got,) = read_rl(parquet(tmp_path / "rl.parquet", lone))
    assert (got.system, got.clocks, got.resets) == ("", (("clk", 1),), ())


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row(pickle.dumps([DESIGN])), r"ground_truth: got \[.*valid dictionary"),
        (row(pickle.dumps({})), r"ground_truth: got \{\}"),
        (row(pickle.dumps({1: DESIGN})), r"got 1 as 1\.\[key\]"),
        (row(pickle.dumps({"answer": "module"})), "got 'module' as answer"),
        (row(pickle.dumps({"answer": {"code": "x"}})), r"as answer\.input_port_width \(Field required\)"),
        (row(truth(code="")), r"got '' as answer\.code"),
        (row(truth(code=b"x")), r"got b'x' as answer\.code"),
        (row(truth(code="\ud800")), r"as answer\.code"),
        (row(truth(input_port_width=None)), r"got None as answer\.input_port_width"),
        (row(truth(input_port_width="abc")), r"got 'abc' as answer\.input_port_width"),
        (row(truth(input_port_width=[("d", "8")])), r"got '8' as answer\.input_port_width\.0\.1"),
        (row(truth(input_port_width=[("d", 0)])), r"got 0 as answer\.input_port_width\.0\.1"),
        (row(truth(output_port_width=[("d", 2**40)])), r"as answer\.output_port_width\.0\.1"),
        (row(truth(output_port_width=[("d", 8, 8)])), r"got \('d', 8, 8\) as answer\.output_port_width\.0"),
        (row(truth(clock_port_polarity={("clk", 2)})), r"got 2 as answer\.clock_port_polarity\.0\.1"),
        (row(truth(reset_port_polarity_sync={("r", 1)})), r"got \('r', 1\) as answer\.reset_port_polarity_sync\.0"),
        (row(truth(), prompt=[]), r"got \[\] as prompt .*roles"),
        (row(truth(), prompt=MESSAGES[:1]), r"as prompt .*roles"),
        (row(truth(), prompt=MESSAGES + MESSAGES[1:]), r"as prompt .*roles"),
        (row(truth(), ability=None), "got None as ability"),
        (row(json.dumps({"answer": "x"})), r"as reward_model\.ground_truth .*bytes"),
        (row(None), r"got None as reward_model\.ground_truth"),
        (row(b""), "got a broken pickle"),
        (row(truth(), reward_model="x"), "got 'x' as reward_model"),
        (row(truth(), prompt="x"), "got 'x' as prompt"),
    ],
)
def test_a_row_of_another_shape_is_named(bad: dict, reason: str, tmp_path: Path) -> None:
    with pytest.raises(StageError, match=rf"rl\.parquet, row 0.*{reason}.*allowed: .*; download the file again"):
        list(read_rl(parquet(tmp_path / "rl.parquet", bad)))


def test_a_wrong_row_does_not_spoil_those_before_it(tmp_path: Path) -> None:
    rows = read_rl(parquet(tmp_path / "rl.parquet", *[row(truth())] * 70, row(truth(code=""))))
    assert [next(rows).id for _ in range(70)][-1] == "rl-69"
    with pytest.raises(StageError, match="row 70,"):
        next(rows)


def test_what_is_no_parquet_file_is_an_error(tmp_path: Path) -> None:
    good = parquet(tmp_path / "good.parquet", row(truth()))
    (tmp_path / "cut.parquet").write_bytes(good.read_bytes()[:-50])
    (tmp_path / "text.parquet").write_text("not parquet at all")
    (tmp_path / "empty.parquet").touch()
    for name in ("cut", "text", "empty"):
        with pytest.raises(StageError, match=rf"{name}\.parquet: got no parquet file"):
            list(read_rl(tmp_path / f"{name}.parquet"))
    with pytest.raises(StageError, match=r"got no file .*none\.parquet"):
        list(read_rl(tmp_path / "none.parquet"))
    few = parquet(tmp_path / "few.parquet", {"prompt": "x", "ability": "y"})
    with pytest.raises(StageError, match="got columns prompt, ability without data_source, reward_model"):
        list(read_rl(few))


# --- SFT rows --------------------------------------------------------------------------------------------------------


def test_sft_rows(tmp_path: Path) -> None:
    path = tmp_path / "sft.jsonl"
    rows = [SftRow(system="s", prompt=f"p {n} µ\n", response="<think>t</think>") for n in range(5)]
    write_jsonl(path, rows)
    assert list(read_sft(path)) == rows
    path.write_text(path.read_text() + '\n  \n{"system": "", "prompt": "", "response": "r", "more": [1]}')
    assert list(read_sft(path)) == [*rows, SftRow(system="", prompt="", response="r")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"system": "s", "prompt": "p"}', "response .Field required"),
        (b'{"system": "s", "prompt": 1, "response": "r"}', "1 as prompt"),
        (b'{"system": "s", "prompt": "p", "resp', "Invalid JSON"),
        (b'{"system": "\xff", "prompt": "p", "response": "r"}', "Invalid JSON"),
        (b'["s", "p", "r"]', "as row"),
        (b"[" * 100_000, "Invalid JSON"),
    ],
)
def test_a_line_that_is_no_sft_row_is_named(line: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "sft.jsonl"
    path.write_bytes(b'{"system": "s", "prompt": "p", "response": "r"}\n' + line + b"\n")
    rows = read_sft(path)
    next(rows)
    with pytest.raises(StageError, match=rf"sft\.jsonl:2: got .*{reason}.*; allowed: .*; download the file again"):
        next(rows)


def test_an_endless_line_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "sft.jsonl"
    with path.open("wb") as file:
        file.truncate(1 << 32)  # sparse: 4 GiB of zero bytes
    with pytest.raises(StageError, match=r"sft\.jsonl:1: got more than \d+ bytes in a line"):
        next(read_sft(path))
    with pytest.raises(StageError, match=r"got no file .*none\.jsonl"):
        next(read_sft(tmp_path / "none.jsonl"))
