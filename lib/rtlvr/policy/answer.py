"""A policy's answer: its format, its thought and its code.

Format (paper §3.3): exactly one each of `<think>`, `</think>`, `<answer>`, `</answer>`, in that order; the code is the
last ```` ```verilog ```` block of the answer.
"""

import re
from dataclasses import dataclass
from typing import Literal

SYSTEM_PROMPT = (
    "You are a helpful assistant for hardware design. First think about the problem step by step, then answer. Put the "
    "thinking inside <think> </think> tags and the answer inside <answer> </answer> tags. The answer must contain the "
    "complete Verilog module in one ```verilog code block."
)
CODE_PROMPT = (
    "You are a helpful assistant for hardware design. "
    "Answer with the complete Verilog module in one ```verilog code block."
)
AnswerFormat = Literal["tags", "code"]  # thought and answer in the paper's tags, or a block of code alone
_TAGS = ("<think>", "</think>", "<answer>", "</answer>")
_BLOCK = re.compile(r"```verilog[^\S\n]*\n(.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Response:
    """An answer taken apart; `problem` says why the format is wrong, and is None when it is right."""

    thought: str
    code: str
    problem: str | None = None


def system_prompt(answer: AnswerFormat | Literal["none"]) -> str:
    """The kit's system prompt that asks for answers of this format; empty for `none`.

    `code` suits models that were never taught the tags.
    """
    return {"tags": SYSTEM_PROMPT, "code": CODE_PROMPT, "none": ""}[answer]


def parse(text: str) -> Response:
    """Check the format of `text` and extract thought and code."""
    for tag in _TAGS:
        if text.count(tag) != 1:
            return Response("", "", f"got {text.count(tag)} of {tag}; exactly one is needed")
    places = [text.index(tag) for tag in _TAGS]
    if places != sorted(places):
        return Response("", "", f"the tags are out of order; needed: {' '.join(_TAGS)}")
    thought = text[places[0] + len(_TAGS[0]) : places[1]].strip("\n")
    code = last_block(text[places[2] + len(_TAGS[2]) : places[3]])
    if code is None:
        return Response(thought, "", "the answer has no ```verilog block")
    return Response(thought, code)


def last_block(text: str) -> str | None:
    """The last ```` ```verilog ```` block of `text`, or None."""
    blocks = _BLOCK.findall(text)
    return blocks[-1] if blocks else None
