"""Whatever a stage measures on is held against whatever is trained on, in every configuration."""

import json
import re
from pathlib import Path

import pytest
from published_files import designs

from rtlvr.data.admitted import counts_of
from rtlvr.data.corpus import heldout_problems
from rtlvr.errors import ParameterError, StageError
from rtlvr.identity import facts, key_of
from rtlvr.params import load
from rtlvr.records import Attempt, Exchange, Problem, Triple, read_jsonl, write_jsonl
from rtlvr.seeds import HeldOut
from rtlvr.stages import rl, rl_study, sft, suites
from rtlvr.stages.context import Context, open_context
from rtlvr.stages.kept_apart import own_rows_check, refuse_trained_on
from rtlvr.train.short_runs import Arm

ALU = "module alu(input [3:0] a, b, input op, output [3:0] y); assign y = op ? a - b : a & b; endmodule\n"
MIX = "module mix(input [4:0] a, b, output [4:0] y); assign y = (a ^ b) + (a | 5'd3); endmodule\n"
EACH = 2  # held-out designs of each set


def benchmark(folder: Path, name: str, reference: str) -> str:
    """A benchmark of one task of one's own, and what it is called."""
    folder.mkdir()
    (folder / f"{name}.v").write_text(reference)
    (folder / f"{name}.md").write_text(f"Write the module {name} as the drawing shows it.\n")
    return f"folder:{folder}"


ONE_STEP = {"steps": 1, "draw_rule": "none", "prompts_per_step": 2, "mini_batch_prompts": 2, "eval_problems": 0}


def renamed(code: str) -> str:
    top = re.search(r"module\s+(\w+)", code)[1]
    return re.sub(rf"\b{top}\b", "other_name", code)


def answer(code: str) -> str:
    return f"<think>\nx</think>\n<answer>\n```verilog\n{code}```\n</answer>"


def published(path: Path, codes: list[str]) -> str:
    asked = [f"Question {n} of {path.stem}." for n in range(len(codes))]
    rows = [{"prompt": q, "response": answer(c), "golden": c} for q, c in zip(asked, codes, strict=True)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def triple(name: str, code: str, source: str = "seed") -> Triple:
    tried = Attempt(thought="t", code=code, status="equivalent", reason="")
    return Triple(
        id=name, golden=code, top="m", category="c", source=source, prompt=f"Write {name}.", attempts=(tried,)
    )


@pytest.mark.tools
@pytest.mark.parametrize("decontaminate", [True, False])
def test_published_rows_are_held_against_what_every_stage_measures_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, decontaminate: bool
) -> None:
    """Also where `evaluation.on` names benchmarks alone: stage 07 still tries policies on held-out designs."""
    monkeypatch.setenv("RTLVR_OUTPUTS", str(tmp_path / "out"))
    held = [problem.golden for which in HeldOut for problem in heldout_problems(EACH, which)]
    copied = [*held, ALU, MIX]
    codes = [*copied, *(row[2] for row in designs(3))]
    looks = list(map(renamed, codes)) if decontaminate else codes
    spec = published(tmp_path / "rows.jsonl", looks)
    own = {"data.sft": spec, "data.rl": spec, "data.decontaminate": decontaminate, "data.heldout": EACH}
    own |= {"evaluation.on": [benchmark(tmp_path / "tried", "alu", ALU)]}
    own |= {"data.apart": [benchmark(tmp_path / "later", "mix", MIX)], "benchmarks.heldout_problems": EACH}
    own |= {
        "scaling.problems": EACH,
        "rl_study.seeds": 1,
        "rl_study.problems": EACH,
        "rl_study.compare": ["rules"],
    }
    own |= {"rl.model": "tiny", "filtering.rl_attempts": 0, "sft.max_length": 4096, "benchmarks.root": "nowhere"}
    params = load("smoke", own)
    for name, module in (("04_sft", sft), ("05_rl", rl)):
        context = open_context(name, params)
        module.training(context)
        context.close()
        counts = counts_of(context.path("rows.jsonl"))
        assert (counts.kept, sum(counts.fallen.values())) == (3, len(copied)), counts.fallen
    context.finish([])
    study = Context("05_rl_study", params)
    (arm, *_) = rl_study._arms(study)
    assert {renamed(problem.golden) for problem in arm.train} == {renamed(row[2]) for row in designs(3)}


@pytest.mark.long
@pytest.mark.tools
def test_short_runs_are_tried_on_what_stage_05_is_tried_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTLVR_OUTPUTS", str(tmp_path / "out"))
    task = benchmark(tmp_path / "tried", "alu", ALU)
    own = {"rl_study.seeds": 1, "rl_study.compare": ["rules"], "rl_study.rules": ["fixed"], "rl.model": "tiny"}
    params = load("smoke", own | {"evaluation.on": [task], "evaluation.samples": 2, "rl_study.jobs": 1})
    monkeypatch.setattr(
        rl_study, "_arms", lambda context: [Arm("rule", "fixed", 0, ONE_STEP, tuple(heldout_problems(2)))]
    )
    context = Context("05_rl_study", params)
    (finished,) = rl_study.runs(context)
    assert [(row.problem, row.benchmark) for row in finished.samples] == [("own-tried/alu", "own-tried")] * 2
    (problem, *_) = rl_study._tried_on(Context("05_rl_study", load("smoke", own)))
    assert problem == heldout_problems(1, HeldOut.FINAL)[0]
    context.close()


@pytest.mark.tools
def test_the_kits_own_rows_are_held_against_what_it_has_not_drawn_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RTLVR_OUTPUTS", str(tmp_path / "out"))
    (held, *_), (row, *_) = heldout_problems(1, HeldOut.SCALING), designs(1)
    validation = published(tmp_path / "validation.jsonl", [row[2]])
    outside = "directory:somewhere"
    rows = [
        triple("alu", renamed(ALU)),
        triple("validation", renamed(row[2])),
        triple("drawn", held.golden, "families"),
        triple("copied", held.golden, outside),
        triple("free", MIX, outside),
    ]
    own = {
        "evaluation.on": [benchmark(tmp_path / "tried", "alu", ALU)],
        "scaling.problems": 1,
        "scaling.vote_problems": 1,
    }
    own |= {"corpus.sources": [outside], "data.heldout": 1, "benchmarks.heldout_problems": 1}
    for more, falls in (({}, ["alu", "copied"]), ({"data.validation": validation}, ["alu", "validation"])):
        context = Context("05_rl", load("smoke", own | more))
        check = own_rows_check(context, rows)
        assert [one.id for one in rows if check(one)] == falls
        context.close()


@pytest.mark.tools
def test_what_falls_of_the_kits_own_rows_is_not_trained_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in 04, nor in 05, nor in its studies."""
    monkeypatch.setenv("RTLVR_OUTPUTS", str(tmp_path / "out"))
    own = {"data.apart": [benchmark(tmp_path / "later", "mix", MIX)], "rl.model": "tiny", "filtering.rl_attempts": 0}
    own |= {"rl_study.seeds": 1, "sft.eval_problems": 0}
    params = load("smoke", own)
    for stage in ("02_roundtrip", "03_filtering"):
        made = Context(stage, params)
        made.folder.mkdir(parents=True)
        for rows in ("sft", "rl", "unfiltered"):
            write_jsonl(made.path(f"{rows}.jsonl"), [triple("copy", renamed(MIX)), triple("free", ALU)])
        made.finish([])
    first = open_context("05_rl", params)
    found = rl.training(first)
    assert [one.id for one in found.sound] == ["free"] and "a benchmark's text 1" in found.told
    assert [one.id for one in read_jsonl(first.path("rows.jsonl"), Problem)] == ["free"]
    taught = sft.training(open_context("04_sft", params))
    assert (taught.count, taught.wrong, taught.first.id) == (1, 0.0, "free")
    first.finish([])
    for arm in rl_study._arms(Context("05_rl_study", params)):
        assert {problem.id for problem in arm.train} <= {"free"}, arm.name


@pytest.mark.tools
def test_a_policy_is_not_measured_on_a_benchmark_that_it_was_trained_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A benchmark of one's own that training did not know of; one that it knew of needs no second look."""
    monkeypatch.setenv("RTLVR_OUTPUTS", str(tmp_path / "out"))
    names = [benchmark(tmp_path / "mine", "alu", ALU), benchmark(tmp_path / "other", "mix", MIX)]
    params = load("smoke", {"data.sft": "a.jsonl", "data.rl": "b.jsonl", "data.decontaminate": True})
    monkeypatch.setattr("rtlvr.pipeline.tree_digest", lambda path: "1")
    rows = {
        "04_sft": [Exchange(id="taught", prompt="p", response=answer(renamed(ALU)))],
        "05_rl": [Problem(id="rewarded", category="", prompt="p", golden=renamed(MIX))],
    }
    for stage, trained in rows.items():
        made = Context(stage, params)
        made.folder.mkdir(parents=True)
        write_jsonl(made.path("rows.jsonl"), trained)
        made.finish([])
    context = Context("07_test_time_scaling", params)
    for policy, name, said in (
        ("sft", names[0], "04_sft/taught"),
        ("rl", names[0], "04_sft/taught"),
        ("rl", names[1], "05_rl/"),
    ):
        with pytest.raises(StageError, match=f"policy {policy} was trained on {said}.*data.apart"):
            refuse_trained_on(context, policy, [name])
    refuse_trained_on(context, "sft", [names[1], "rtllm-v1.1", "heldout"])
    context.close()
    context._before = load("smoke", {"data.apart": names})
    refuse_trained_on(context, "rl", names)


@pytest.mark.tools
def test_all_processes_wait_for_one_another_equally_often(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first alone holds rows against what is measured on, and must not wait there for those that do not."""
    monkeypatch.setenv("RTLVR_OUTPUTS", str(tmp_path / "out"))
    validation, spec = (
        published(tmp_path / f"{name}.jsonl", [code]) for name, code in (("held", MIX), ("rows", designs(1)[0][2]))
    )
    own = {
        "data.sft": spec,
        "data.rl": spec,
        "data.validation": validation,
        "rl.model": "tiny",
        "filtering.rl_attempts": 0,
    }
    own |= {"evaluation.on": [benchmark(tmp_path / "tried", "alu", ALU)], "sft.max_length": 4096}
    own |= {"benchmarks.root": "nowhere"}
    waits = list[bool]()
    for first in (True, False):
        for where in (suites, sft, rl):
            monkeypatch.setattr(where, "main_process", lambda first=first: first)
            monkeypatch.setattr(where, "wait_for_main_process", lambda first=first: waits.append(first))
        for name, module in (("04_sft", sft), ("05_rl", rl)):
            context = open_context(name, load("smoke", own))
            module.training(context)
            context.close()
    assert waits.count(True) == waits.count(False) > 0


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"data.rl": "x.jsonl", "rl_study.seeds": 1, "rl_study.problems": 17}, "rl_study.problems=17"),
        ({"data.sft": "x.jsonl", "scaling.problems": 17}, "scaling.problems=17"),
        ({"data.sft": "x.jsonl", "scaling.vote_problems": 17}, "scaling.vote_problems=17"),
        ({"data.sft": "x.jsonl", "benchmarks.heldout_problems": 17}, "benchmarks.heldout_problems=17"),
        ({"corpus.sources": ["directory:x"], "rl.eval_problems": 17}, "rl.eval_problems=17"),
    ],
)
def test_no_stage_is_tried_on_more_than_rows_were_held_against(changes: dict[str, object], key: str) -> None:
    with pytest.raises(ParameterError, match=f"^got {key} with data.heldout=16"):
        load("smoke", changes)
    load("smoke", changes | {"data.heldout": 17})
    load("smoke", changes | {"data.validation": "held.jsonl"})
    load("smoke", changes | {"data.sft": "ours", "data.rl": "ours", "corpus.sources": ["seed"]})


def test_only_benchmarks_of_ones_own_are_named_to_be_kept_apart() -> None:
    for name in ("rtllm-v1.1", "folder:", "mine"):
        with pytest.raises(ParameterError, match="allowed: folder:PATH"):
            load("smoke", {"data.apart": [name]})


def test_what_is_kept_apart_is_part_of_the_identity(tmp_path: Path) -> None:
    params = load("smoke", {"data.apart": [benchmark(tmp_path / "mine", "alu", ALU)]})
    names = ("04_sft", "05_rl", "05_rl_study")
    before = [key_of(facts(name, params)) for name in names]
    (tmp_path / "mine" / "alu.v").write_text(MIX.replace("mix", "alu"))
    assert not set(before) & {key_of(facts(name, params)) for name in names}
