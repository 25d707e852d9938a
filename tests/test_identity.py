"""A stage's identity: what changes its results changes its key, and nothing else does."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from rtlvr import identity
from rtlvr.digests import tree_digest, weights_digest
from rtlvr.errors import ParameterError, StageError
from rtlvr.identity import code_digest, declared, differences, facts, key_of
from rtlvr.params import assignments, changes_results, document, explain, fields, load, settings_of, value_of
from rtlvr.paths import NOTEBOOKS, PACKAGE, ROOT
from rtlvr.pipeline import PLANS
from rtlvr.schema import Profile
from rtlvr.stage import Stage, open_stage, status

GENERAL = {"seed": set(PLANS), "profile": set(), "run": set(), "resume": set(), "upstream": set()}


def other(value: object, kind: object) -> object:
    """Another value of the same type."""
    if isinstance(value, list):
        return [*value, *(value or ["more"])]
    if "Literal" in str(kind):
        return next(choice for choice in kind.__args__ if choice != value)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return f"{value}x"


def changed(params: Profile, key: str, value: object) -> Profile:
    section, _, name = key.rpartition(".")
    if not section:
        return params.model_copy(update={name: value})
    return params.model_copy(update={section: getattr(params, section).model_copy(update={name: value})})


def readers(key: str) -> set[str]:
    """The stages that read a parameter, and all that come after them."""
    section = key.partition(".")[0]
    found = {name for name, plan in PLANS.items() if {key, section} & set(plan.reads)} if "." in key else GENERAL[key]
    for name, plan in PLANS.items():  # in order: predecessors come first
        if set(plan.upstream) & found:
            found = found | {name}
    return found


@pytest.mark.tools
@pytest.mark.parametrize("key", [key for key, _ in fields()])
def test_a_parameter_changes_the_keys_of_its_readers_and_of_no_other_stage(key: str) -> None:
    params = load("cpu")
    field = dict(fields())[key]
    new = changed(params, key, other(value_of(params, key), field.annotation))
    moved = {name for name in PLANS if key_of(facts(name, params)) != key_of(facts(name, new))}
    assert moved == (readers(key) if changes_results(key) else set()), differences(
        facts("05_rl", params), facts("05_rl", new)
    )


def test_every_parameter_says_what_it_is() -> None:
    assert [key for key, field in fields() if not field.description] == []
    assert explain("rl.draw_rule").count("\n") == 3
    with pytest.raises(ParameterError, match=r"rl\.steps"):
        explain("rl.stepz")


def test_the_page_of_parameters_is_up_to_date() -> None:
    page = (ROOT / "docs" / "parameters.md").read_text(encoding="utf-8")
    assert page == document(), "run `rtlvr params --page > docs/parameters.md`"


def test_what_a_plan_does_not_declare_cannot_be_read() -> None:
    own = declared("04_sft", load("smoke"))
    assert (own.sft, own.seed) == (load("smoke").sft, 0)
    with pytest.raises(StageError, match="'rl'"):
        _ = own.rl


SOURCES = [*sorted((PACKAGE / "stages").glob("*.py")), *sorted(NOTEBOOKS.glob("*.ipynb"))]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_stages_and_notebooks_read_what_their_plans_declare(path: Path) -> None:
    """What they read by another way raises, see above; here it is seen without running them."""
    import re

    plans = [plan for plan in PLANS.values() if path.stem in (plan.module, plan.notebook)]
    read = set(re.findall(r"(?:stage|context)\.params\.(\w+)", path.read_text(encoding="utf-8"))) - set(GENERAL)
    for plan in plans:
        assert read <= {one.partition(".")[0] for one in plan.reads} | {"model_copy"}


def test_benchmarks_fetched_later_make_the_round_trip_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RTLVR_OUTPUTS", str(tmp_path / "outputs"))
    root = tmp_path / "benchmarks"
    params = load("smoke", {"benchmarks.root": str(root)})
    open_stage("02_roundtrip", params)
    (root / "rtllm").mkdir(parents=True)
    (root / "rtllm" / "design.v").write_text("module m; endmodule\n")
    assert [line.split(",")[0] for line in Stage("02_roundtrip", params).why_stale()] == ['input benchmarks: "none"']
    assert {name: state for name, state, _ in status(params)}["02_roundtrip"] == "stale"
    begun = open_stage("02_roundtrip", params)
    assert '02_roundtrip is computed anew: input benchmarks: "none"' in capsys.readouterr().out
    assert [path.name for path in begun.folder.iterdir()] != [] and not begun.done and not begun.why_stale()
    plain = load("smoke", {"benchmarks.root": str(root), "corpus.decontaminate": False})
    assert "input benchmarks" not in facts("02_roundtrip", plain)


def test_a_spent_budget_raised_goes_on_in_the_same_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTLVR_OUTPUTS", str(tmp_path))
    paid = open_stage("02_roundtrip", load("smoke", {"roundtrip.max_cost": 1.0})).path("transcript.jsonl")
    paid.write_text("paid for\n")
    richer = load("smoke", {"roundtrip.max_cost": 9.0, "roundtrip.concurrency": 2, "testbench.workers": 1})
    assert open_stage("02_roundtrip", richer).path("transcript.jsonl").read_text() == "paid for\n"


def test_a_source_counts_by_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "a.v").write_text("module a; endmodule\n")
    (tmp_path / ".git").mkdir()
    before = tree_digest(tmp_path)
    (tmp_path / ".git" / "index").write_text("hidden files do not count")
    assert tree_digest(tmp_path) == before
    params = load("smoke", {"corpus.sources": f"directory:{tmp_path}"})
    key = key_of(facts("02_roundtrip", params))
    (tmp_path / "a.v").write_text("module b; endmodule\n")
    assert key_of(facts("02_roundtrip", params)) != key


def test_a_card_is_no_part_of_a_model(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    before = weights_digest(str(tmp_path))
    (tmp_path / "README.md").write_text("It scores.")
    assert weights_digest(str(tmp_path)) == before
    (tmp_path / "config.json").write_text("{ }")
    assert weights_digest(str(tmp_path)) != before


def test_code_counts_without_its_comments_and_docstrings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "rtlvr"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "*.jsonl", "*.safetensors"))
    monkeypatch.setattr(identity, "PACKAGE", copy)

    def digest(name: str = "03_filtering") -> str:
        code_digest.cache_clear()
        identity._module.cache_clear()
        return code_digest(name)

    try:
        tries = ("04_sft", "05_rl", "06_benchmarks", "07_test_time_scaling")
        tried, reader = [digest(name) for name in tries], copy / "evaluate" / "compat.py"
        reader.write_text(reader.read_text() + "\nANOTHER = 1\n")
        assert not set(tried) & {digest(name) for name in tries}, "how benchmarks are read decides what is measured"
        before, file = digest(), copy / "data" / "filters.py"
        text = file.read_text()
        file.write_text("# a comment\n" + text)
        assert digest() == before
        (copy / "report" / "style.py").write_text("SIZE = 3\n")
        assert digest() == before
        file.write_text(text + "\n_MORE = 1\n")
        assert digest() != before
    finally:
        code_digest.cache_clear()
        identity._module.cache_clear()


def test_a_profile_of_the_users_own(tmp_path: Path) -> None:
    own = tmp_path / "exp1.yaml"
    own.write_text("rl: {steps: 7}\n")
    params = load(str(own), assignments('rl.seed=3 "corpus.licences=MIT,BSD 3" rl.deepspeed=null'))
    assert (params.run, params.rl.steps, params.rl.seed, params.corpus.licences) == ("exp1", 7, 3, ["MIT", "BSD 3"])
    assert load(str(own), assignments(settings_of(params))) == params
    own.write_text("rl: {step: 7}\n")
    with pytest.raises(ParameterError, match=r"rl\.step: got 7.*rl\.steps"):
        load(str(own))
    with pytest.raises(ParameterError, match="no file"):
        load(str(tmp_path / "missing.yaml"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("rl.draw_rule=paper", r"rl\.prompt_history=false, rl\.draw_margin=0\.0"),
        ("rl.draw_rule=none rl.prompt_history=false rl.draw_margin=0.0", r"rl\.carry_steps=0"),
        ("rl.steps", "KEY=VALUE"),
        ("'rl.steps=3", "quot"),
    ],
)
def test_contradictions_and_bad_words_are_refused(words: str, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        load("cpu", assignments(words))


def key_before_and_after(name: str, **given: Any) -> tuple[str, str]:
    params = load("cpu")
    return key_of(facts(name, params)), key_of(facts(name, load("cpu", given)))


def test_filtering_reads_the_length_that_training_allows() -> None:
    before, after = key_before_and_after("03_filtering", **{"sft.max_length": 512})
    assert before != after
