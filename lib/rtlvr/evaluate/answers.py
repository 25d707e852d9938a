"""Rows of a samples file, and the code in them."""

import re
from collections.abc import Iterable

from rtlvr.errors import ParameterError
from rtlvr.evaluate.parts import parse
from rtlvr.evaluate.task import Task
from rtlvr.hdl.source import module_names, strip_comments
from rtlvr.records import Record

_FENCE = re.compile(r"^[^\S\n]*```[^\n`]*\n(.*?)^[^\S\n]*```", re.DOTALL | re.MULTILINE)
_UNCLOSED = re.compile(r"^[^\S\n]*```[^\n`]*\n(.*)", re.DOTALL | re.MULTILINE)
_INSIDE = re.compile(r";")  # of a module within a design, which may hold instances alone
_BODY = re.compile(r"\b(?:endmodule|assign|always\w*|initial|generate)\b")


class BenchmarkAnswer(Record):
    """A row of a samples file. `tokens` and `truncated` are of the backend that made it, where one did.

    `too_long` says why the task was not answered: its prompt is longer than the model reads. It counts as failed.
    `turns`: how many answers it took; the last is `response`, and `tokens` is of all of them.
    """

    task_id: str
    response: str
    tokens: int = 0
    truncated: bool = False
    too_long: str = ""
    turns: int = 1


def extract(task: Task, response: str, truncated: bool = False) -> str:
    """The code of a response, after its thought and inside its answer tags where it has them.

    It is the last fenced block with the module asked for, else the last block (one that the budget cut, where there is no
    other), else the text itself; a bare body gets the task's header. Models forget to close their thought, and then answer
    in it; a thought that the budget cut (`truncated`) holds drafts, and no answer.
    """
    rest = response.rpartition("</think>")[2]
    if truncated and "<think>" in rest and "<answer>" not in rest:
        return ""
    answer = rest.rpartition("<answer>")[2].partition("</answer>")[0]
    blocks = _FENCE.findall(answer) or _UNCLOSED.findall(answer) or [answer]
    code = next((block for block in reversed(blocks) if task.asked in module_names(block)), blocks[-1])
    body = _INSIDE if task.around else _BODY
    bare = task.header and not module_names(code) and body.search(strip_comments(code))
    return placed(task, f"{task.header}\n{code}" if bare else code)


def placed(task: Task, code: str) -> str:
    """The whole design where a part of it is asked for: what is around, and behind it the modules of `code` that are not there.

    So an answer replaces nothing else, and its directives reach nothing else. Code without the module asked for stays as it is.
    """
    if not task.around or task.asked not in module_names(code):
        return code
    ended = code if re.search(r"\bendmodule\b", code) else f"{code}\nendmodule\n"
    there = set(module_names(task.around))
    new = [ended[part.start : part.end] for part in parse(ended).definitions if part.name not in there]
    return "\n".join([task.around, *new, ""])


def beside_tasks(tasks: Iterable[Task], answers: Iterable[BenchmarkAnswer]) -> list[tuple[Task, BenchmarkAnswer]]:
    """Each answer with its task.

    Raises:
        ParameterError: an answer names an unknown task.
    """
    known = {task.id: task for task in tasks}
    pairs = []
    for answer in answers:
        if answer.task_id not in known:
            raise ParameterError(f"got task_id {answer.task_id!r}; allowed: {', '.join(list(known)[:5])}, …")
        pairs.append((known[answer.task_id], answer))
    return pairs
