"""The GPU check in sizes for a CPU: every section runs, its numbers are sane, and nothing is lost to a failure."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from rtlvr.cli import main
from rtlvr.gpu_check import __main__ as check
from rtlvr.gpu_check.context import CheckContext, Row, guarded
from rtlvr.gpu_check.continuous import continuous
from rtlvr.gpu_check.models import matmul_parameters, random_model, random_prompts
from rtlvr.gpu_check.precision import gap_row, length_rows
from rtlvr.gpu_check.sections import SECTIONS
from rtlvr.gpu_check.training import flops_of_step
from rtlvr.report.figures_gpu import NOT_MEASURED, gpu_check
from rtlvr.train.rollout import copy_in

OWN = ("device", "generation", "training", "precision", "movement")


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One tiny run of all sections that need neither a policy nor verification."""
    folder = tmp_path_factory.mktemp("gpu_check")
    assert main(["gpu-check", "--out", str(folder), "--tiny", "--only", *OWN]) == 0
    assert (folder / "gpu_check.png").stat().st_size > 10_000
    return json.loads((folder / "gpu_check.json").read_text())


@pytest.fixture
def context(tmp_path: Path) -> CheckContext:
    return CheckContext(torch.device("cpu"), tmp_path, True, None, "tiny", float("inf"))


def run(folder: Path, *arguments: str) -> dict[str, Any]:
    main(["gpu-check", "--out", str(folder), "--tiny", *arguments])
    return json.loads((folder / "gpu_check.json").read_text())


def rows_of(record: dict[str, Any], section: str, **wanted: object) -> list[Row]:
    rows = record["sections"][section]["rows"]
    return [row for row in rows if all(row.get(key) == value for key, value in wanted.items())]


def broken(context: CheckContext) -> list[Row]:
    raise RuntimeError("the section is broken")


@pytest.mark.tools
def test_no_row_fails(record: dict[str, Any]) -> None:
    for name in OWN:
        part = record["sections"][name]
        assert part["error"] is None and part["rows"], name
        assert not [row for row in part["rows"] if "error" in row], name


@pytest.mark.tools
def test_every_engine_generates(record: dict[str, Any]) -> None:
    speeds = rows_of(record, "generation", kind="speed")
    assert {row["engine"] for row in speeds} == {"batches", "generate", "continuous"}
    assert all(row["tokens_per_s"] > 0 and row["limit_tokens_per_s"] > 0 for row in speeds)
    parts = {row["part"]: row["ms_per_step"] for row in rows_of(record, "generation", kind="sample_profile")}
    assert parts["forward"] > parts["to host"] > 0


@pytest.mark.tools
def test_training_is_timed_with_and_without_checkpointing(record: dict[str, Any]) -> None:
    rows = rows_of(record, "training")
    assert {row["checkpointing"] for row in rows} == {True, False}
    assert all(row["tokens_per_s"] > 0 and 0 < row["share_of_peak_flops"] < 1 for row in rows)


@pytest.mark.tools
def test_equal_arithmetic_has_no_gap_and_less_precise_one_has_some(record: dict[str, Any]) -> None:
    gaps = {(row["sampler"], row["trainer"]): row["mean_abs_gap"] for row in rows_of(record, "precision", kind="gap")}
    assert len(gaps) == 8
    assert gaps["fp32", "fp32"] < 1e-4
    assert gaps["bf16", "fp32"] > gaps["fp16", "fp32"] > 10 * gaps["fp32", "fp32"]


@pytest.mark.tools
def test_only_float32_storage_moves_as_far_as_it_should(tmp_path: Path) -> None:
    ratios = {row["storage"]: row for row in rows_of(run(tmp_path, "--only", "movement"), "movement")}
    assert ratios["fp32"]["ratio"] == pytest.approx(1, abs=0.01)
    assert ratios["bf16"]["ratio"] < 0.5
    assert ratios["bf16 with fp32 master"]["ratio_in_direction"] == pytest.approx(1, abs=0.05)
    assert ratios["bf16"]["share_changed"] < ratios["bf16 with fp32 master"]["share_changed"] < 1


@pytest.mark.tools
def test_a_failed_section_is_recorded_and_the_next_one_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SECTIONS, "generation", f"{__name__}:broken")
    monkeypatch.setitem(SECTIONS, "training", "rtlvr.gpu_check.nowhere:run")
    monkeypatch.setattr(check, "function_of", lambda s: broken if s == "generation" else original(s))
    sections = run(tmp_path, "--only", "generation", "training", "movement")["sections"]
    assert sections["generation"]["error"].startswith("RuntimeError: the section is broken")
    assert "ModuleNotFoundError" in sections["training"]["error"]
    assert len(sections["movement"]["rows"]) == 3
    assert (tmp_path / "gpu_check.png").exists()


original = check.function_of


@pytest.mark.tools
def test_only_keeps_the_rows_of_other_sections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run(tmp_path, "--only", "movement")
    monkeypatch.setattr(check, "function_of", lambda _: lambda _: [{"what": "name", "value": float("nan")}])
    second = run(tmp_path, "--only", "device")
    assert second["sections"]["movement"] == first["sections"]["movement"]
    assert second["sections"]["device"]["rows"] == [{"what": "name", "value": None}]
    assert list(second["sections"]) == ["device", "movement"]


@pytest.mark.tools
def test_after_the_deadline_sections_are_skipped(tmp_path: Path) -> None:
    part = run(tmp_path, "--seconds", "0", "--only", "device", "precision")["sections"]["precision"]
    assert part["rows"] == [] and part["error"].startswith("skipped")


@pytest.mark.tools
def test_a_figure_that_fails_does_not_cost_the_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtlvr.report.figures_gpu.gpu_check", lambda _: 1 / 0)
    assert len(run(tmp_path, "--only", "movement")["sections"]["movement"]["rows"]) == 3
    assert not (tmp_path / "gpu_check.png").exists()


def test_the_figure_draws_what_was_learned_and_leaves_out_what_failed() -> None:
    before = {"phase": "before", "set": "held-out", "pass1": 20.0, "low": 10.0, "high": 30.0}
    steps = [{"phase": "step", "step": i, "reward": i / 10} for i in range(5)]
    failed = {"checkpointing": True, "micro_batch": 8, "length": 4096, "error": "out of memory"}
    parts = {"small_policy": [before, *steps, before | {"phase": "after"}], "training": [failed], "pretrained": []}
    sections = {name: {"seconds": 1.0, "rows": rows, "error": None} for name, rows in parts.items()}
    figure, table = gpu_check({"versions": {}, "device": {}, "sections": sections})
    assert len(table) == 8
    assert {line.get_label() for line in figure.axes[3].lines} >= {
        "small_policy: reward",
        "small_policy: pass@1 held-out",
    }
    assert [text.get_text() for text in figure.axes[1].texts] == [NOT_MEASURED]


@pytest.mark.tools
def test_continuous_batching_gives_up_when_the_time_is_up(context: CheckContext) -> None:
    model = random_model(context, torch.bfloat16)
    prompts = random_prompts(model, 4, 12)
    with pytest.raises(TimeoutError):
        continuous(model, prompts, 400, patience=0.01)
    assert continuous(model, prompts, 4) == 16


def test_list_names_the_sections(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gpu-check", "--list"]) == 0
    assert capsys.readouterr().out.split() == list(SECTIONS)


def test_exhausted_memory_is_a_row(context: CheckContext) -> None:
    def measure() -> Row:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 80 GiB")

    assert guarded(context, {"batch": 8}, measure) == {"batch": 8, "error": "out of memory"}


def test_a_cast_copy_rounds_weights_but_not_rotary_frequencies(context: CheckContext) -> None:
    model = random_model(context, torch.float32)
    made = copy_in(model, torch.bfloat16)
    assert (model.config.dtype, made.config.dtype) == (torch.float32, torch.bfloat16)
    assert {p.dtype for p in made.parameters()} == {torch.bfloat16}
    for mine, given in zip(made.parameters(), model.parameters(), strict=True):
        assert torch.equal(mine, given.to(torch.bfloat16))
    for mine, given in zip(made.buffers(), model.buffers(), strict=True):
        assert torch.equal(mine, given)


def test_prompts_have_the_asked_mean_and_need_padding(context: CheckContext) -> None:
    lengths = [len(p) for p in random_prompts(random_model(context, torch.float32), 512, 200)]
    assert sum(lengths) / 512 == pytest.approx(200, abs=2)
    assert (min(lengths), max(lengths)) == (160, 240)


def test_flops_count_weights_and_attention(context: CheckContext) -> None:
    model = random_model(context, torch.float32)
    tokens, attention = 2 * 16, 6 * 2 * 64 * 16  # two layers of width 64, 16 tokens
    assert flops_of_step(model, 2, 16) == tokens * (6 * matmul_parameters(model) + attention)


def test_longer_answers_are_masked_more_often() -> None:
    generator = torch.Generator().manual_seed(0)
    deviation = 0.02
    gaps = [(torch.randn(256, generator=generator, dtype=torch.float64) * deviation) - deviation**2 / 2] * 8
    rows = length_rows(gaps)
    assert [row["answer_tokens"] for row in rows] == [64, 128, 256, 1024, 4096, 16384]
    outside = [row["outside_cap3"] for row in rows if not row["measured"]]
    assert outside == sorted(outside) and outside[0] < 0.2 < outside[-1]
    assert all(row["masked_cap3"] <= row["masked_cap2"] for row in rows)


def test_a_gap_is_described_by_token_and_by_answer() -> None:
    gaps = [torch.tensor([0.0, 0.8, 0.8]), torch.tensor([-0.8, 0.0, 0.0])]
    row = gap_row(gaps)
    assert row["tokens"] == 6 and row["max_abs_gap"] == pytest.approx(0.8)
    assert row["kl"] == pytest.approx(-0.8 / 6)
    assert row["tokens_outside_2"] == pytest.approx(0.5)
    assert (row["masked_cap3"], row["outside_cap2"]) == (0.5, 1.0)
