"""`rtlvr verify --pairs`: order, bad rows, going on; and the same checks over Ray."""

import json
from pathlib import Path

import pytest

from rtlvr import verify_many
from rtlvr.cli import main

pytestmark = pytest.mark.tools
GOLDEN = "module m(input [3:0] a, b, output [3:0] y); assign y = a & b; endmodule\n"
WRONG = GOLDEN.replace("&", "|")
ANSWER = f"<think>\nand\n</think>\n<answer>\n```verilog\n{GOLDEN}```\n</answer>"
ROWS = [
    {"id": "a", "golden": GOLDEN, "candidate": GOLDEN},
    {"id": "b", "golden": GOLDEN, "candidate": WRONG, "golden_top": "m"},
    {"id": 3, "golden": GOLDEN, "response": ANSWER},
    {"id": "d", "golden": GOLDEN, "response": ANSWER.replace("</think>", "")},
    {"id": "e", "golden": GOLDEN},
    {"id": "f", "golden": "nothing", "candidate": GOLDEN},
]
STATUSES = ["equivalent", "inequivalent", "equivalent", "invalid", "invalid", "undecided", "invalid"]


def run(folder: Path) -> list[dict]:
    out = folder / "out.jsonl"
    assert main(["verify", "--pairs", str(folder / "in.jsonl"), "--out", str(out), "--jobs", "2"]) == 0
    return [json.loads(line) for line in out.read_text().splitlines()]


def test_rows_in_order_and_again(tmp_path: Path) -> None:
    text = "".join(json.dumps(row) + "\n" for row in ROWS).encode() + b'{"id": "g", "golden": \xff}\n'
    (tmp_path / "in.jsonl").write_bytes(text)
    rows = run(tmp_path)
    assert [row["status"] for row in rows] == STATUSES
    assert [row["id"] for row in rows[:6]] == ["a", "b", 3, "d", "e", "f"]
    assert set(rows[0]) == {"id", "status", "cause", "equivalent", "proved", "method", "reason", "seconds"}
    out = tmp_path / "out.jsonl"
    lines = out.read_text().splitlines(keepends=True)
    out.write_text("".join(lines[:2]) + lines[2][:20])  # as a kill leaves it
    assert [row["status"] for row in run(tmp_path)] == STATUSES
    assert out.read_text().splitlines(keepends=True)[:2] == lines[:2]


def test_verdicts_of_other_rows_are_not_touched(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(json.dumps(ROWS[0]) + "\n")
    (tmp_path / "out.jsonl").write_text('{"id": "other"}\n')
    assert main(["verify", "--pairs", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out.jsonl")]) == 2
    assert (tmp_path / "out.jsonl").read_text() == '{"id": "other"}\n'
    assert main(["verify", "--pairs", str(tmp_path / "none.jsonl"), "--out", str(tmp_path / "o")]) == 2
    assert main(["verify", "--pairs", str(tmp_path / "in.jsonl")]) == 2


@pytest.mark.timeout(180)
def test_over_ray() -> None:
    ray = pytest.importorskip("ray", reason="the extra [ray] is not installed")
    pairs = [(GOLDEN, WRONG if index % 3 else GOLDEN + f"// {index}\n") for index in range(30)]
    over_ray = [v.status for v in verify_many(pairs, jobs=2, pool="ray", progress=False)]
    ray.shutdown()
    assert over_ray == [v.status for v in verify_many(pairs, jobs=2, progress=False)]
