"""Published data, in the authors' formats and plainly, through the stages that train on them; no other stage has run."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from published_files import SYSTEM, designs, rl_file, sft_file

from rtlvr.data.admitted import admitted, answered_well, apart, both, counts_of, judged
from rtlvr.data.corpus import heldout_problems
from rtlvr.data.decontaminate import Reference
from rtlvr.data.published import Unreadable, exchanges, problems
from rtlvr.errors import ParameterError, StageError
from rtlvr.identity import facts, key_of
from rtlvr.params import load
from rtlvr.pipeline import before
from rtlvr.records import Exchange, Problem, read_jsonl
from rtlvr.reward.equivalence import Judgement, _best, judge
from rtlvr.seeds import HeldOut
from rtlvr.stages import rl, sft
from rtlvr.stages.context import open_context
from rtlvr.verify import Pool, Stimuli


def test_the_authors_files_keep_system_prompt_and_all_goldens(tmp_path: Path) -> None:
    first = next(exchanges(f"authors:{sft_file(tmp_path / 'sft.jsonl', 3)}"))
    assert first.system == SYSTEM and first.response.startswith("<think>")
    found = list(problems(f"authors:{rl_file(tmp_path / 'rl.parquet', 3)}"))
    assert [len(problem.others) for problem in found] == [1, 1, 1]
    assert {problem.system for problem in found} == {SYSTEM}


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_plain_files(tmp_path: Path, kind: str) -> None:
    rows = [{"prompt": asked, "golden": golden, "response": answer} for asked, answer, golden in designs(3)]
    path = tmp_path / f"set.{kind}"
    if kind == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        pq.write_table(pa.Table.from_pylist(rows), path)
    assert [p.golden for p in problems(str(path))] == [row["golden"] for row in rows]
    assert [e.response for e in exchanges(str(path))] == [row["response"] for row in rows]


@pytest.mark.parametrize("spec", ["", "ours", "author:x", "nowhere.jsonl", "authors:nowhere.jsonl"])
def test_what_is_no_set(spec: str) -> None:
    with pytest.raises((ParameterError, StageError)):
        list(exchanges(spec))


def test_a_row_without_an_answer_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"prompt": "a", "text": "b"}\n')
    with pytest.raises(ParameterError, match="row 0: got columns prompt, text; needed: a text in response"):
        list(exchanges(str(path)))
    path.write_text(
        '{"prompt": "a", "response": "b"}\n{"prompt": "a", "response": ""}\n{"prompt": "c", "response": "d"}\n'
    )
    assert [type(row) for row in exchanges(str(path))] == [Exchange, Unreadable, Exchange]
    assert [row.prompt for row in exchanges(str(path), 2)] == ["c"]


BROKEN = (b'{"prompt": "half a li', b"[1, 2]", b"\xff\xfe\x00", b"[" * 100_000)


@pytest.mark.parametrize("kind", ["jsonl", "json", "folder"])
@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_line_is_a_row_that_cannot_be_read(tmp_path: Path, kind: str, broken: bytes) -> None:
    rows = [json.dumps({"prompt": f"p{n}", "response": "r"}).encode() for n in range(4)]
    path = tmp_path / "rows.jsonl" if kind == "folder" else tmp_path / f"rows.{kind}"
    path.write_bytes(b"\n".join([rows[0], b"", rows[1], broken, rows[2], rows[3]]))
    spec = str(tmp_path if kind == "folder" else path)
    found = list(exchanges(spec))
    assert [getattr(row, "prompt", None) for row in found] == ["p0", "p1", None, "p2", "p3"]
    assert isinstance(found[2], Unreadable) and f"{spec}, row 2: got " in found[2].reason
    assert list(exchanges(spec, 2)) == found[2:]


def test_a_broken_first_line_does_not_decide_the_columns(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"pro\n{"prompt": "a", "response": "b"}\n')
    assert [type(row) for row in exchanges(str(path))] == [Unreadable, Exchange]
    path.write_text('{"pro\n{"prompt": "a", "text": "b"}\n')
    with pytest.raises(ParameterError, match="row 1: got columns"):
        list(exchanges(str(path)))


def test_a_list_in_a_json_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([{"prompt": "a", "response": "b"}, {"prompt": "c", "response": "d"}]))
    assert [row.prompt for row in exchanges(str(path))] == ["a", "c"]


def test_a_hostile_pickle_falls_and_is_not_run(tmp_path: Path) -> None:
    path, trace = rl_file(tmp_path / "rl.parquet", 3, broken=True), Path("/tmp/rtlvr-was-unpickled")
    trace.unlink(missing_ok=True)
    rows = list(problems(f"authors:{path}"))
    assert [type(row) for row in rows] == [Problem, Unreadable, Problem, Problem]
    assert rows[1].reason.startswith(f"{path}, row 1, reward_model.ground_truth")
    assert not trace.exists()
    assert list(problems(f"authors:{path}", 2)) == rows[2:]


def test_benchmarks_are_kept_out(pool: Pool) -> None:
    (asked, _, golden), (_, _, free) = designs(2)
    top = golden.split()[1].partition("(")[0]
    kept = {"a benchmark": [Reference(name="bench/one", code=golden, top=top, prompt=asked)]}
    check = apart(kept, pool, Stimuli())
    assert check("another question", [golden]) == "a benchmark's text"
    assert check("another question", [free]) is None
    assert check(asked, [free]) == "a benchmark's text"


@pytest.mark.tools
@pytest.mark.parametrize(("decontaminate", "falls"), [(True, 2), (False, 1)])
def test_what_policies_are_tried_on_is_not_trained_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, decontaminate: bool, falls: int
) -> None:
    """A held-out golden falls as it stands, and under other names; for SFT and RL alike."""
    monkeypatch.setenv("RTLVR_OUTPUTS", str(tmp_path / "out"))
    (final, *_), (watched, *_) = heldout_problems(2, HeldOut.FINAL), heldout_problems(2, HeldOut.MONITOR)
    top = re.search(r"module\s+(\w+)", watched.golden)[1]
    renamed = re.sub(rf"\b{top}\b", "other_name", watched.golden)
    codes = {"final": final.golden, "watched": renamed} | {f"free {n}": row[2] for n, row in enumerate(designs(3))}
    answers = [f"<think>\nx</think>\n<answer>\n```verilog\n{code}```\n</answer>" for code in codes.values()]
    rows = [
        {"prompt": f"Question {n}.", "response": answer, "golden": code}
        for n, (answer, code) in enumerate(zip(answers, codes.values(), strict=True))
    ]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    own = {"data.sft": str(path), "data.rl": str(path), "data.decontaminate": decontaminate, "evaluation.problems": 2}
    own |= {"sft.eval_problems": 2, "rl.eval_problems": 2, "rl.model": "tiny", "filtering.rl_attempts": 0}
    own |= {"benchmarks.root": str(tmp_path / "none"), "sft.max_length": 4096, "data.heldout": 2}
    own |= {"scaling.problems": 2, "benchmarks.heldout_problems": 2}
    for name, module in (("04_sft", sft), ("05_rl", rl)):
        context = open_context(name, load("smoke", own))
        module.training(context)
        context.close()
        counts = counts_of(context.path("rows.jsonl"))
        assert (counts.kept, sum(counts.fallen.values())) == (len(rows) - falls, falls)
        assert set(counts.fallen) <= {"a held-out design's text", "a held-out design's function"}


def test_rows_that_fall_are_counted_and_a_killed_reading_goes_on(
    tmp_path: Path, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = list(problems(f"authors:{rl_file(tmp_path / 'rl.parquet', 4, broken=True)}"))
    check = both(lambda row: "length" if row == rows[4] else None, judged(pool, Stimuli()))
    asked: list[int] = []

    def rest(start: int) -> list[Problem | Unreadable]:
        asked.append(start)
        return rows[start:]

    whole = admitted(rest, check, tmp_path / "whole.jsonl", pool)
    fallen = {"golden cannot be judged": 1, "length": 1, "unreadable": 1}
    assert (whole.seen, whole.kept, whole.fallen, whole.done) == (5, 2, fallen, True)
    path = tmp_path / "part.jsonl"

    def killed(start: int) -> Iterator[Problem | Unreadable]:
        yield from rows[:2]
        raise KeyboardInterrupt

    monkeypatch.setattr("rtlvr.data.admitted._CHUNK", 2)
    with pytest.raises(KeyboardInterrupt):
        admitted(killed, check, path, pool)
    with path.open("ab") as file:
        file.write(b'{"half a row')
    assert admitted(rest, check, path, pool) == admitted(rest, check, path, pool) == counts_of(path) == whole
    assert asked == [0, 2], "what was read is not read again, and a finished set not at all"
    assert path.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    assert [row.id for row in read_jsonl(path, Problem)] == [rows[2].id, rows[3].id]
    path.unlink()
    assert admitted(rest, check, path, pool) == whole, "rows that were lost are read again"
    assert path.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_an_answer_needs_the_format() -> None:
    assert answered_well(Exchange(id="", prompt="", response=designs(1)[0][1])) is None
    assert answered_well(Exchange(id="", prompt="", response="code")) == "format"


def test_any_of_several_goldens_is_right(pool: Pool) -> None:
    (_, first, one), (_, _, other) = designs(2)
    both_ways = judge(pool, Stimuli(), [(other, one), (one, other), (other,), one], [first] * 4)
    assert [judged.reward for judged in both_ways] == [1, 1, 0, 1]


def test_what_may_be_right_by_one_golden_is_not_called_wrong_by_another() -> None:
    said = [Judgement(0.0, "inequivalent", ""), Judgement(0.0, "undecided", "")]
    assert (
        _best(said).status == _best(said[::-1]).status == "undecided" and _best([*said, Judgement(1.0, "", "")]).reward
    )


@pytest.mark.tools
def test_a_split_of_a_folder_is_part_of_the_identity(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text("1")
    params = load("cpu", {"data.rl": f"{tmp_path}#train"})
    before = key_of(facts("05_rl", params))
    (tmp_path / "rows.jsonl").write_text("2")
    assert key_of(facts("05_rl", params)) != before


def test_a_message_that_is_no_text_is_no_question(tmp_path: Path) -> None:
    parts = [{"role": "user", "content": [{"type": "text", "text": "An adder."}]}]
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"prompt": parts, "golden": "module m; endmodule"}) + "\n")
    with pytest.raises(ParameterError, match="needed: a text"):
        list(problems(str(path)))


def test_published_data_need_no_stage_before() -> None:
    own = {"data.sft": "authors:a.jsonl", "data.rl": "authors:b.parquet"}
    assert before("04_sft", load("smoke", own)) == []
    assert before("05_rl", load("smoke", own)) == ["04_sft"]
    assert before("05_rl", load("smoke", own | {"rl.model": "tiny"})) == []


@pytest.mark.notebook
@pytest.mark.timeout(600)
def test_sft_and_rl_on_the_authors_files(tmp_path: Path) -> None:
    """From the files to a policy, with the validation curve, through `rtlvr run`."""
    sets = {
        "data.sft": f"authors:{sft_file(tmp_path / 'sft.jsonl', 30)}",
        "data.rl": f"authors:{rl_file(tmp_path / 'rl.parquet', 24, broken=True)}",
        "data.validation": f"authors:{rl_file(tmp_path / 'val.parquet', 6, seed=12)}",
        "sft.max_length": "512",
    }
    words = " ".join(f"{key}={value}" for key, value in sets.items())
    command = [sys.executable, "-m", "rtlvr", "run", "05_rl", "--profile", "smoke", "--set", words]
    environment = {**os.environ, "RTLVR_OUTPUTS": str(tmp_path / "out"), "TQDM_DISABLE": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    run = tmp_path / "out" / "smoke"
    assert {path.name for path in run.iterdir() if path.is_dir()} == {"04_sft", "05_rl", "notebooks"}
    assert counts_of(run / "04_sft" / "rows.jsonl").fallen == {"format": 1}
    assert counts_of(run / "05_rl" / "rows.jsonl").fallen == {"golden cannot be judged": 1, "unreadable": 1}
    assert (run / "05_rl" / "validation.jsonl").exists()
