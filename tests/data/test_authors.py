"""The authors' files: what they hold comes through, and a row that is none is named."""

import json
import pickle
from pathlib import Path

import pytest
from published_rows import DESIGN, MESSAGES, PROTOCOLS, parquet, row, truth

from rtlvr.data.authors import RlRow, SftRow, read_rl, read_sft
from rtlvr.errors import StageError
from rtlvr.records import read_jsonl, write_jsonl


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
