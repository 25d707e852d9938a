"""Rows of a samples file, and the code in them."""

import re
from collections.abc import Iterable

from rtlvr.errors import ParameterError
from rtlvr.evaluate.benchmarks import Task
from rtlvr.hdl.source import module_names
from rtlvr.records import Record

_FENCE = re.compile(r"```(?:\w*)[^\S\n]*\n(.*?)```", re.DOTALL)
_UNCLOSED = re.compile(r"```(?:\w*)[^\S\n]*\n(.*)", re.DOTALL)


class Answer(Record):
    """A row of a samples file. `tokens` and `truncated` are of the backend that made it, where one did."""

    task_id: str
    response: str
    tokens: int = 0
    truncated: bool = False


def extract(task: Task, response: str) -> str:
    """The code of a response: its last fenced block (one that the budget cut, where there is no other), or the text itself.

    A bare body gets the task's header.
    """
    answer = response.rpartition("<answer>")[2].partition("</answer>")[0]
    blocks = _FENCE.findall(answer) or _UNCLOSED.findall(answer)
    code = blocks[-1] if blocks else answer
    if task.top in module_names(code) or not task.header:
        return code
    return f"{task.header}\n{code}"


def beside_tasks(tasks: Iterable[Task], answers: Iterable[Answer]) -> list[tuple[Task, Answer]]:
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
