"""Answers side by side with their counterexamples, highlighted Verilog, and waveforms that move through time."""

from dataclasses import dataclass, field

import pandas as pd
import pytest

from rtlvr.records import Sample
from rtlvr.report import verilog
from rtlvr.report.columns import TableError
from rtlvr.report.rollouts import group_html, short, side_by_side
from rtlvr.report.scroll import scroll_waveform
from rtlvr.stages.rollouts import Rollout, RolloutGroup
from rtlvr.verify import verify

GOLDEN = "module m(input clk, input a, output reg q);\n  always @(posedge clk) q <= a;\nendmodule\n"
WRONG = GOLDEN.replace("q <= a", "q <= ~a")


def rollout(code: str, reward: float) -> Rollout:
    verdict = verify(GOLDEN, code)
    sample = Sample(
        problem="p",
        variant="rl",
        response=code,
        tokens=40,
        truncated=False,
        reward=reward,
        status=verdict.status,
        reason=verdict.reason,
    )
    return Rollout(sample, "think <hard>", code, verdict.counterexample)


@pytest.fixture(scope="module")
def group() -> RolloutGroup:
    """Two right answers of one text, and a wrong one, judged for real."""
    right = rollout(GOLDEN, 1.0)
    return RolloutGroup("A flip-flop.", (right, right, rollout(WRONG, 0.0)))


def test_verdict_reason_and_counterexample_of_each(group: RolloutGroup) -> None:
    assert group.mixed
    shown = group_html(group, "answers", 1, 1)
    right, wrong = shown.split("✗ inequivalent")
    assert "2 of 3 answers right" in right and "✓ equivalent" in right and "2 times" in right
    assert "golden.q" in wrong and "candidate.q" in wrong and "golden.q" not in right
    assert group.answers[2].sample.reason.replace("'", "&#x27;") in wrong
    assert "think &lt;hard&gt;" in shown


def test_the_marked_step_shows_the_difference(group: RolloutGroup) -> None:
    found = group.answers[2].counterexample
    last = dict(zip(found.signals, found.trace[-1], strict=True))
    assert last["golden.q"] != last["candidate.q"]
    marked = group_html(group, "answers", 1, 1).count("background:#F0E442")
    assert marked == len(found.signals), "the last step of every signal"


@pytest.mark.parametrize(
    ("bits", "text"),
    [("1", "1"), ("01x", "01x"), ("1010", "a"), ("xxxxxxxx", "xx"), ("10000z00", "8x"), ("11111", "1f")],
)
def test_buses_are_short(bits: str, text: str) -> None:
    assert short(bits) == text


def test_a_slider_over_prompts(group: RolloutGroup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "a.ipynb")
    slider, view = side_by_side([group, RolloutGroup("An inverter.", group.answers[:1])], "answers").children
    assert "A flip-flop." in view.value
    slider.value = 2
    assert "An inverter." in view.value and "2 of 2" in view.value
    with pytest.raises(TableError, match="no group of answers"):
        side_by_side([], "answers")


@dataclass(frozen=True)
class Bare:
    """An answer of which nothing could be read."""

    sample: Sample
    thought: str = ""
    code: str = ""
    counterexample: None = None


@dataclass(frozen=True)
class BareGroup:
    """Its group."""

    prompt: str = "asked"
    answers: list[Bare] = field(default_factory=list)


def test_an_answer_without_code_is_shown_as_it_is() -> None:
    sample = Sample(
        problem="p", variant="", response="no <tags>", tokens=3, truncated=True, reward=0.0, status="format", reason="r"
    )
    assert "no &lt;tags&gt;" in group_html(BareGroup(answers=[Bare(sample)]), "answers", 1, 1)


def test_code_within_prose() -> None:
    keyword = '<span style="color:#0072B2;font-weight:bold">module</span>'
    shown = verilog.prose(f"The module adds.\nmodule m(input a);\n\n```verilog\n{GOLDEN}```\nmodule done", "spec")
    markup = shown._repr_html_()
    assert markup.count(keyword) == 2 and "The module adds." in markup and "\nmodule done" in markup
    assert repr(shown).startswith("spec\n\nThe module adds.")


@pytest.mark.parametrize("text", ["", "\n", "`define X <&>\n", "always @(", "é 🎛 \x00", GOLDEN])
def test_highlighting_keeps_every_character(text: str) -> None:
    import re
    from html import unescape

    assert unescape(re.sub(r"</?span[^>]*>", "", verilog.highlighted(text))) == text


WAVES = pd.DataFrame({"clk": ["0", "1"] * 60, "golden.q": [f"{i % 16:04b}" for i in range(120)]})


def test_the_slider_moves_through_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "a.ipynb")
    slider, picture = scroll_waveform(WAVES, highlight=119, title="t").children
    first, at = bytes(picture.value), slider.value
    assert first.startswith(b"\x89PNG") and slider.max > 90 and at > 90, "it begins where the mismatch is"
    slider.value = 0
    early = bytes(picture.value)
    assert early != first
    slider.value = slider.max
    assert bytes(picture.value) != early


def test_a_short_waveform_has_no_slider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    shown = scroll_waveform(WAVES.head(5))
    assert shown.children[0].layout.display == "none"
    bundle = shown._repr_mimebundle_()
    assert bundle["image/png"].startswith("iVBOR") and "application/vnd.jupyter.widget-view+json" not in bundle
