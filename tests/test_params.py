"""Profiles: strict, complete, and the paper's own values."""

from pathlib import Path

import pytest
from parameter_uses import uses

from rtlvr.errors import ParameterError
from rtlvr.params import PROFILE_NAMES, allowed_keys, fields, load
from rtlvr.paths import PACKAGE, ROOT


@pytest.mark.parametrize("name", PROFILE_NAMES)
def test_every_profile_loads(name: str) -> None:
    params = load(name)
    assert params.profile == params.run == name


def test_paper_values() -> None:
    """Every hyperparameter that the paper and its release state."""
    params = load("paper")
    rl, sft, bench = params.rl, params.sft, params.testbench
    assert (rl.steps, rl.learning_rate, rl.weight_decay, rl.max_grad_norm) == (300, 1e-6, 0.0, 0.5)
    assert (rl.prompts_per_step, rl.mini_batch_prompts, rl.group_size, rl.temperature) == (128, 64, 16, 1.0)
    assert (rl.max_prompt, rl.max_response, rl.clip_low, rl.clip_high) == (2048, 16384, 0.2, 0.28)
    assert (rl.overlong_buffer, rl.overlong_penalty, rl.save_steps, rl.eval_steps) == (1024, 1.0, 20, 20)
    assert (sft.epochs, sft.learning_rate, sft.scheduler, sft.warmup_ratio) == (6.0, 1e-5, "cosine", 0.03)
    assert (sft.batch_size * 8 * sft.accumulation, sft.max_length, sft.packing) == (64, 16384, True)
    assert (bench.sequences, bench.cycles) == (100, 1000)
    assert params.filtering.sft_attempts == params.filtering.rl_attempts == 5
    assert params.benchmarks.samples == 20
    assert params.scaling.budgets == [4096, 8192, 16384]


@pytest.mark.parametrize("name", PROFILE_NAMES)
def test_files_that_profiles_name_exist(name: str) -> None:
    params = load(name)
    for path in (params.rl.deepspeed, params.sft.deepspeed):
        assert path is None or (ROOT / path).is_file(), path


def test_overrides_convert_text_and_keep_types() -> None:
    params = load("smoke", {"rl.steps": "300", "resume": "false", "sft.epochs": 2, "rl.learning_rate": "3e-6"})
    assert (params.rl.steps, params.resume, params.sft.epochs, params.rl.learning_rate) == (300, False, 2.0, 3e-6)


def test_none_keeps_the_profile() -> None:
    assert load("cpu", {"rl.steps": None}) == load("cpu")


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("rl.stepz", 3, "rl.steps"),
        ("steps", 3, "rl.steps"),
        ("rl.steps", "many", "int"),
        ("rl.steps", 0, "greater than 0"),
        ("rl.steps", 2.5, "int"),
        ("rl_study.rule_steps", 1, "greater than or equal to 2"),
        ("rl.steps", True, "int"),
        ("resume", "perhaps", "bool"),
        ("rl.draw_rule", "best", "tracking"),
        ("benchmarks.models", "sft@0.6,sft@0.8", "each once"),
    ],
)
def test_bad_overrides_are_refused(key: str, value: object, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        load("cpu", {key: value})


@pytest.mark.parametrize("written", ["", " 5", " [a]"])
def test_a_section_that_is_none_is_said(tmp_path: Path, written: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(f"generation:{written}\n")
    with pytest.raises(ParameterError, match="generation"):
        load(str(path))


def test_unknown_profile_lists_the_allowed() -> None:
    with pytest.raises(ParameterError, match="smoke, cpu, gpu, paper"):
        load("laptop")


def test_allowed_keys_are_dotted_leaves() -> None:
    keys = allowed_keys()
    assert "rl.steps" in keys
    assert "profile" in keys
    assert "rl" not in keys


READ_BY = {"benchmarks.models": "benchmarks.asked"}  # what the schema's own properties read


def test_reading_is_told_section_by_section() -> None:
    assert uses("def f(context):\n    settings = context.params.sft\n    return settings.steps") == {"sft.steps"}
    assert uses("def f(rl: Rl, steps):\n    return rl.lr + steps.sft") == {"rl.lr"}
    assert uses("class A:\n    own: RlStudy | None\n    def f(self):\n        return self.own.seeds") == {
        "rl_study.seeds"
    }


@pytest.mark.tools
def test_every_parameter_is_read_somewhere() -> None:
    """A field that no module reads from its own section does nothing."""
    plumbing = {"params.py", "identity.py", "pipeline.py"}
    paths = [path for path in PACKAGE.rglob("*.py") if path.name not in plumbing and path.parent.name != "schema"]
    read = set[str]().union(*(uses(path.read_text()) for path in paths))
    assert [key for key, _ in fields() if "." in key and READ_BY.get(key, key) not in read] == []
    general = "".join(path.read_text() for path in paths)
    assert [key for key, _ in fields() if "." not in key and f"params.{key}" not in general] == []
