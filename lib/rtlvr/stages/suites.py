"""What the policies of a run are tried on: held-out problems, or tasks of benchmarks.

Apart from `rtlvr.stages.context`, because it decides results: its code, and the readers of benchmarks, belong to the identity
of every stage that tries a policy.
"""

from collections.abc import Sequence
from functools import cache, partial
from itertools import zip_longest

from rtlvr.data.admitted import admitted, counts_of, judged, told
from rtlvr.data.corpus import heldout_problems
from rtlvr.data.published import OURS, problems
from rtlvr.errors import StageError
from rtlvr.evaluate.benchmarks import folder_of, load_tasks
from rtlvr.evaluate.public import worded
from rtlvr.evaluate.suite import Designs, Suite, Tasks
from rtlvr.evaluate.task import Task
from rtlvr.policy.answer import AnswerFormat, system_prompt
from rtlvr.records import Problem, read_jsonl
from rtlvr.seeds import HeldOut
from rtlvr.stages.context import Context, main_process, wait_for_main_process

_VALIDATION = "validation.jsonl"
HELDOUT = ["heldout"]  # `evaluation.on`, where policies are tried on held-out designs


def heldout(context: Context, which: HeldOut, count: int) -> list[Problem]:
    """`count` held-out problems of a set; the first of `data.validation` where that is not ours.

    Raises:
        StageError: no published problem can be judged.
    """
    if context.params.data.validation == OURS:
        return heldout_problems(count, seed=which)
    return _validation(context)[:count]


@cache
def _validation(context: Context) -> list[Problem]:
    """The published problems whose goldens can be judged; the first process reads them. Asked once by every process."""
    if main_process():
        _read_validation(context)
    wait_for_main_process()
    return _read_before(context)


def published_heldout(context: Context) -> list[Problem]:
    """All published problems whose goldens can be judged; for the first process alone, which waits for no other.

    Raises:
        StageError: there is none.
    """
    _read_validation(context)
    return _read_before(context)


def _read_validation(context: Context) -> None:
    check = judged(context.verifier, context.stimuli)
    spec = context.params.data.validation
    admitted(partial(problems, spec), check, context.path(_VALIDATION), context.verifier)


def _read_before(context: Context) -> list[Problem]:
    path = context.path(_VALIDATION)
    counts = counts_of(path)
    if not counts.kept:
        raise StageError(f"no row of {context.params.data.validation} can be tried: {told(counts)}")
    return read_jsonl(path, Problem)


def suite(
    context: Context, which: HeldOut, on: Sequence[str], count: int, answer: AnswerFormat = "tags", plain: bool = False
) -> Suite:
    """What policies are tried on: `count` held-out problems, or tasks of public benchmarks (0: all).

    Args:
        on: `heldout` alone, or names of benchmarks, whose tasks are taken in turn.
        answer, plain: what is asked for, and whether code without tags counts; see `Designs`.

    Raises:
        ParameterError: an unknown benchmark.
        StageError: a benchmark is not here.
    """
    if list(on) == HELDOUT:
        return Designs(tuple(heldout(context, which, count)), context.verifier, context.stimuli, answer, plain)
    settings = context.params.benchmarks
    tasks = _in_turn([load_tasks(name, folder_of(settings), among=on) for name in on])
    system = system_prompt("code" if answer == "code" else settings.system)
    return Tasks(tuple(worded(tasks[: count or None], settings)), system)


def _in_turn(benchmarks: Sequence[Sequence[Task]]) -> list[Task]:
    """The first task of each, then the second of each, and so on: the first few are of all of them."""
    return [task for row in zip_longest(*benchmarks) for task in row if task is not None]
