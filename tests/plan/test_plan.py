"""Plans: the paper's hours, arithmetic by hand, any profile and card, what does not fit."""

import json
from dataclasses import fields, replace
from pathlib import Path

import pytest

from rtlvr.cli import main
from rtlvr.errors import ParameterError
from rtlvr.params import PROFILE_NAMES, load
from rtlvr.paths import ROOT
from rtlvr.plan.hardware import CARDS
from rtlvr.plan.hours import MEAN_SHARE, Assumptions
from rtlvr.plan.report import PUBLISHED, Forecast, Machine, advice, plan
from rtlvr.plan.shapes import QWEN, shape_of

PAPER = load("paper")


def values(one: Forecast) -> dict[str, float]:
    return {line.name: line.value for line in one.lines}


def test_both_published_hours_under_one_set_of_assumptions() -> None:
    for one in plan(PAPER)[:2]:
        gpus, hours = PUBLISHED[one.stage]
        assert f"{gpus} x a100-80g" in one.setting and not one.advice
        assert one.hours == pytest.approx(hours, rel=0.15)


def test_the_arithmetic_by_hand() -> None:
    assert pytest.approx(8804, abs=1) == 16384 * MEAN_SHARE
    first, second, third = (values(one) for one in plan(PAPER))
    assert first["tokens"] == pytest.approx(87_000 * (500 + 16384 * MEAN_SHARE) * 6 / 1e9)
    assert first["SFT, in all"] == pytest.approx(first["arithmetic"] + first["offloading"])
    assert second["answers drawn in a step"] == 128 * 16 / 0.5
    parts = [second[name] for name in ("generation", "verification not hidden", "training")]
    assert second["step"] == pytest.approx(sum(parts))
    assert second["RL, in all"] == pytest.approx(300 * second["step"] / 3600)
    assert third["evaluation, in all"] == pytest.approx(third["benchmarks (06)"] + third["test-time scaling (07)"])
    assert second["optimiser"] == pytest.approx(12 * QWEN["7B"].parameters / 16 / 1e9)


def test_every_model_of_the_benchmarks_counts() -> None:
    def hours(*models: str) -> float:
        return values(plan(load("paper", {"benchmarks.models": list(models)}))[2])["benchmarks (06)"]

    one = hours("rl")
    assert hours("sft", "rl") == pytest.approx(2 * one) == values(plan(PAPER)[2])["benchmarks (06)"]
    assert hours("rl", "Qwen/Qwen2.5-Coder-1.5B-Instruct@0.6") < 1.6 * one
    assert hours("rl", "somebody/of-unknown-shape") == pytest.approx(2 * one)
    small = plan(load("paper", {"benchmarks.models": ["rl", "Qwen/Qwen2.5-Coder-32B-Instruct"]}), Machine(gpu="4090"))[
        2
    ]
    assert "cannot generate: 66 GB of weights" in small.advice


def test_longer_answers_and_fewer_mixed_groups_take_longer() -> None:
    def hours(**given: float) -> float:
        return plan(PAPER, given=Assumptions(**given))[1].hours

    assert hours(mean_tokens=12000) > hours() > hours(acceptance=0.8) > hours(acceptance=0.8, mean_tokens=2000)


@pytest.mark.parametrize("profile", PROFILE_NAMES)
@pytest.mark.parametrize("gpu", CARDS)
def test_every_profile_on_every_card(profile: str, gpu: str) -> None:
    for one in plan(load(profile), Machine(gpu=gpu)):
        assert all(line.value >= 0 for line in one.lines)
        assert one.hours > 0


def test_the_model_is_the_profiles_or_the_one_named(tmp_path: Path) -> None:
    assert "Qwen2.5-Coder-0.5B" in plan(load("gpu"))[1].setting
    assert "tiny" in plan(load("cpu"))[0].setting
    assert shape_of("zhuyaoyu/CodeV-R1-Qwen-7B") == shape_of("Qwen/Qwen2.5-Coder-7B-Instruct") == QWEN["7B"]
    sizes = {"vocab_size": 1000, "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    (tmp_path / "config.json").write_text(json.dumps(sizes | {"intermediate_size": 128}))
    assert shape_of(str(tmp_path)).key_values == 64
    (tmp_path / "config.json").write_text(json.dumps(sizes))
    with pytest.raises(ParameterError, match="intermediate_size"):
        shape_of(str(tmp_path))
    with pytest.raises(ParameterError, match=r"give that folder as --model"):
        shape_of("gguf:somewhere")


def test_what_does_not_fit_is_told_with_a_way_that_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--gpu", "4090", "--gpus", "8", "--zero", "0"]) == 1
    said = capsys.readouterr().out
    assert "SFT does not fit; with" in said and "RL does not fit; with" in said
    assert "cannot generate: 15 GB of weights" in said
    assert main(["plan", "--profile", "gpu", "--gpu", "4090"]) == 0
    assert "does not fit" not in capsys.readouterr().out


def test_advice_helps() -> None:
    """ZeRO 3 and LoRA are among the ways, and each, taken, fits."""
    assert "--zero 1" in plan(PAPER, Machine(zero=0))[1].advice
    assert not plan(PAPER, Machine(zero=1))[1].advice
    alone = Machine(gpus=1, zero=0)
    assert "LoRA" in plan(PAPER, alone)[0].advice
    assert not plan(PAPER, replace(alone, lora=16))[0].advice


def test_a_stage_can_ask_for_advice_alone() -> None:
    assert advice("SFT", load("gpu"), 1, 24e9) == ""
    assert "LoRA" in advice("SFT", load("gpu"), 1, 24e9, model="Qwen/Qwen2.5-Coder-3B-Instruct")
    assert "micro-batch of 1" in advice("RL", load("gpu"), 1, 20e9)


def test_what_a_plan_cannot_be_made_of() -> None:
    for machine, given, words in (
        (Machine(gpu="abacus"), Assumptions(), "allowed: a100-40g"),
        (Machine(gpus=0), Assumptions(), "needed: at least 1"),
        (Machine(zero=4), Assumptions(), "0 to 3"),
        (Machine(), Assumptions(acceptance=0.0), r"in \(0, 1\]"),
        (Machine(), Assumptions(mean_tokens=20_000.0), "rl.max_response = 16384"),
    ):
        with pytest.raises(ParameterError, match=words):
            plan(PAPER, machine, given)


def test_the_page_has_every_assumption_card_and_hour() -> None:
    page = (ROOT / "docs" / "plan.md").read_text()
    assert all(f"`{field.name}`" in page for field in fields(Assumptions))
    assert all(f"| `{name}` |" in page and card.source in page for name, card in CARDS.items())
    for one in plan(PAPER):
        assert f"{one.hours:.0f} h" in page
