"""A prompt and a group of answers to it, side by side: verdict, reason, counterexample, code and thought of each."""

from collections.abc import Sequence
from html import escape
from typing import Protocol

from rtlvr.records import Sample
from rtlvr.report.columns import TableError
from rtlvr.report.style import GREEN, GREY, VERMILLION
from rtlvr.report.verilog import TEXT, field, highlighted
from rtlvr.report.widgets import CELL, Sliding, sliding

_STEPS = 8  # of a counterexample, the last ones
_MARKS = {True: ("✓", GREEN), False: ("✗", VERMILLION)}
_BIT = "border:1px solid #ccc;padding:0 .3em;font-family:monospace;text-align:right"


class ShownTrace(Protocol):
    """A counterexample: columns, and a row per step, of which the last shows the difference."""

    @property
    def signals(self) -> Sequence[str]:
        """Names of the columns."""
        ...

    @property
    def trace(self) -> Sequence[Sequence[str]]:
        """Bit strings by step and signal."""
        ...


class ShownAnswer(Protocol):
    """One answer of a group, judged."""

    @property
    def sample(self) -> Sample:
        """The answer and what was said of it."""
        ...

    @property
    def thought(self) -> str:
        """What it thought; may be empty."""
        ...

    @property
    def code(self) -> str:
        """Its code; may be empty."""
        ...

    @property
    def counterexample(self) -> ShownTrace | None:
        """Inputs that tell it from the golden, where there are."""
        ...


class ShownGroup(Protocol):
    """A prompt with the answers to it."""

    @property
    def prompt(self) -> str:
        """What was asked."""
        ...

    @property
    def answers(self) -> Sequence[ShownAnswer]:
        """All answers."""
        ...


def side_by_side(groups: Sequence[ShownGroup], title: str) -> Sliding:
    """Groups of answers with a slider over the prompts. Answers of one text are shown once, with their number.

    Raises:
        TableError: there is no group.
    """
    if not groups:
        raise TableError(f"{title}: got no group of answers; needed: at least one")
    return sliding(lambda place: group_html(groups[place], title, place + 1, len(groups)), len(groups), "prompt")


def group_html(group: ShownGroup, title: str, number: int, count: int) -> str:
    """One prompt with its answers as HTML; all text is escaped."""
    alike: dict[str, list[ShownAnswer]] = {}
    for answer in group.answers:
        alike.setdefault(answer.sample.response, []).append(answer)
    right = sum(answer.sample.reward == 1 for answer in group.answers)
    heading = f"<b>{escape(title)}</b>: {number} of {count}, {right} of {len(group.answers)} answers right"
    asked = f'<pre style="{TEXT}">{field("prompt", group.prompt)}</pre>'
    shown = "".join(_answer(same[0], len(same)) for same in alike.values())
    return f'<div>{heading}</div>{asked}<div style="display:flex;flex-wrap:wrap">{shown}</div>'


def _answer(answer: ShownAnswer, times: int) -> str:
    sample = answer.sample
    mark, colour = _MARKS[sample.reward == 1] if sample.status != "undecided" else ("?", GREY)
    often = f" · {times} times" if times > 1 else ""
    head = f'<b style="color:{colour}">{mark} {escape(sample.status)}</b> · {sample.tokens} tokens{often}'
    body = highlighted(answer.code) if answer.code else escape(sample.response)
    thought = f'<details><summary>thought</summary><pre style="{TEXT}">{escape(answer.thought)}</pre></details>'
    return (
        f'<div style="{CELL}">{head}<div style="overflow-wrap:anywhere">{escape(sample.reason)}</div>'
        f'{_trace(answer.counterexample)}<pre style="{TEXT}">{body}</pre>{thought if answer.thought else ""}</div>'
    )


def _trace(found: ShownTrace | None) -> str:
    """The end of a counterexample as a table, a row per signal; the step that differs is the last column."""
    if found is None:
        return ""
    rows = found.trace[-_STEPS:]
    lines = []
    for place, name in enumerate(found.signals):
        cells = "".join(f'<td style="{_BIT}">{escape(short(row[place]))}</td>' for row in rows[:-1])
        last = (
            f'<td style="{_BIT};background:#F0E442;color:black;font-weight:bold">{escape(short(rows[-1][place]))}</td>'
        )
        lines.append(f'<tr><th style="text-align:left;padding-right:.5em">{escape(name)}</th>{cells}{last}</tr>')
    shown = f'<table style="table-layout:auto;border-collapse:collapse;font-size:85%">{"".join(lines)}</table>'
    steps = f"its last {len(rows)} steps" if len(rows) > 1 else "its last step"
    told = f"counterexample, {steps}; golden and candidate differ at the marked one"
    return f'<div style="overflow-x:auto"><i>{told}</i>{shown}</div>'


def short(bits: str) -> str:
    """A bit string as it is read at a glance: hexadecimal from four bits on, x for four bits of which one is unknown."""
    if len(bits) < 4:
        return bits
    padded = "0" * (-len(bits) % 4) + bits
    parts = (padded[place : place + 4] for place in range(0, len(padded), 4))
    return "".join("x" if set(part) - {"0", "1"} else f"{int(part, 2):x}" for part in parts)
