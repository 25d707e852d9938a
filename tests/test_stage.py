"""Stages: identity, resume, stale predecessors, atomic results."""

from pathlib import Path

import pandas as pd
import pytest

from rtlvr.errors import StageError
from rtlvr.params import load
from rtlvr.pipeline import notebooks
from rtlvr.records import Golden, Measurement, put, read_jsonl, write_jsonl
from rtlvr.stage import Stage, open_stage, set_aside_results

ROW = Measurement(stage="02_roundtrip", metric="funnel", variant="goldens", value=3, n=3)


def finish(name: str, params) -> Stage:
    stage = open_stage(name, params)
    stage.finish([ROW.model_copy(update={"stage": name})])
    return stage


def test_done_only_after_the_manifest(outputs: Path) -> None:
    stage = open_stage("02_roundtrip", load("smoke"))
    assert not stage.done
    stage.finish([ROW])
    assert stage.done
    table = pd.read_csv(outputs / "smoke" / "results.csv")
    assert table.loc[0, ["stage", "metric", "variant", "value"]].tolist() == ["02_roundtrip", "funnel", "goldens", 3]


def test_manifest_says_what_was_run(outputs: Path) -> None:
    import json

    stage = open_stage("02_roundtrip", load("smoke"))
    (stage.folder / "rows.jsonl").write_text("x")
    stage.finish([ROW])
    manifest = json.loads(stage.path("manifest.json").read_text())
    assert manifest["params"]["corpus"]["designs"] == 40
    assert manifest["versions"]["trl"].startswith("1.16")
    assert {"commit", "seed", "facts", "machine", "command"} <= set(manifest)
    assert "rows.jsonl" in manifest["outputs"]


def test_missing_predecessor_names_the_notebook(outputs: Path) -> None:
    with pytest.raises(StageError, match=r"run notebooks/02_roundtrip\.ipynb first"):
        open_stage("03_filtering", load("smoke"))


def test_stale_predecessor_is_refused(outputs: Path) -> None:
    finish("02_roundtrip", load("smoke"))
    with pytest.raises(StageError, match="is stale"):
        open_stage("03_filtering", load("smoke", {"corpus.designs": 41}))


def test_unrelated_parameters_leave_a_key_alone() -> None:
    plain = load("smoke")
    assert Stage("02_roundtrip", plain).key == Stage("02_roundtrip", load("smoke", {"rl.steps": 9})).key
    assert Stage("05_rl", plain).key != Stage("05_rl", load("smoke", {"corpus.designs": 41})).key


def test_what_is_set_aside_for_good_is_not_taken_back(outputs: Path) -> None:
    """A fresh run begins anew, though its parameters are those of results that lie aside; nothing is lost."""
    params = load("smoke")
    for content in ("one", "two"):
        stage = finish("02_roundtrip", params)
        stage.path("rows.jsonl").write_text(content)
        set_aside_results(stage, for_good=True)
    again = open_stage("02_roundtrip", params)
    assert not again.done
    assert not again.path("rows.jsonl").exists()
    kept = sorted(path.read_text() for path in (outputs / "smoke" / ".earlier").glob("*/rows.jsonl"))
    assert kept == ["one", "two"]


def test_results_of_other_parameters_are_kept_and_taken_back(outputs: Path) -> None:
    first = finish("02_roundtrip", load("smoke"))
    (first.folder / "rows.jsonl").write_text("old")
    other = open_stage("02_roundtrip", load("smoke", {"corpus.designs": 41}))
    assert not other.done
    assert not other.path("rows.jsonl").exists()
    again = open_stage("02_roundtrip", load("smoke"))
    assert again.done
    assert again.path("rows.jsonl").read_text() == "old"


def test_cached_rows_are_computed_once(outputs: Path) -> None:
    stage, calls = open_stage("02_roundtrip", load("smoke")), []

    def compute() -> list[Measurement]:
        calls.append(1)
        return [ROW]

    assert stage.cached("rows.jsonl", Measurement, compute) == stage.cached("rows.jsonl", Measurement, compute) == [ROW]
    assert len(calls) == 1


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    write_jsonl(path, [ROW])

    def broken():
        yield ROW
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        write_jsonl(path, broken())
    assert read_jsonl(path, Measurement) == [ROW]


def test_invalid_rows_are_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(ROW.model_dump_json() + "\n{}\n")
    with pytest.raises(StageError, match=r"rows\.jsonl:2 is not a Measurement"):
        read_jsonl(path, Measurement)


def test_records_refuse_unknown_fields_and_change() -> None:
    golden = Golden(id="a", source="seed", category="c", code="", digest="d", top="a")
    with pytest.raises(ValueError, match="frozen"):
        golden.id = "b"
    with pytest.raises(ValueError, match="extra"):
        Golden(**golden.model_dump(), colour="red")


def test_every_notebook_has_a_plan() -> None:
    from rtlvr.paths import NOTEBOOKS

    assert notebooks() == sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))


def test_rows_put_in_again_replace_and_repeated_ones_are_refused(outputs: Path) -> None:
    other = ROW.model_copy(update={"metric": "other"})
    newer = ROW.model_copy(update={"value": ROW.value + 1})
    assert put([ROW, other], [newer]) == [other, newer]
    assert put(put([other], [ROW]), [ROW]) == [other, ROW]
    with pytest.raises(StageError, match=f"several rows for each of: {ROW.metric}"):
        open_stage("00_start_here", load("smoke")).finish([ROW, newer])
