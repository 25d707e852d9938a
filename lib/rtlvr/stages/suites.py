"""What the policies of a run are tried on, held-out problems or tasks of public benchmarks, and what is kept apart from it.

Apart from `rtlvr.stages.context`, because it decides results: its code, and the readers of benchmarks, belong to the identity
of every stage that tries a policy.
"""

from collections.abc import Sequence
from functools import cache, partial
from itertools import zip_longest

from rtlvr.data.admitted import CodeCheck, admitted, apart, counts_of, judged, told
from rtlvr.data.corpus import heldout_problems
from rtlvr.data.decontaminate import Reference
from rtlvr.data.published import OURS, problems
from rtlvr.errors import StageError
from rtlvr.evaluate.benchmarks import OWN, folder_of, load_tasks, reference_of, references
from rtlvr.evaluate.public import worded
from rtlvr.evaluate.suite import Designs, Suite, Tasks
from rtlvr.evaluate.task import Task
from rtlvr.policy.answer import AnswerFormat, system_prompt
from rtlvr.records import Problem, read_jsonl
from rtlvr.seeds import HeldOut
from rtlvr.stages.context import Context, main_process, wait_for_main_process

HELDOUT = ["heldout"]  # `evaluation.on`, where policies are tried on held-out designs
_DESIGN = "a held-out design"


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
    spec, path = context.params.data.validation, context.path("validation.jsonl")
    if main_process():
        check = judged(context.verifier, context.stimuli)
        admitted(partial(problems, spec), check, path, context.verifier)
    wait_for_main_process()
    counts = counts_of(path)
    if not counts.kept:
        raise StageError(f"no row of {spec} can be tried: {told(counts)}")
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


def kept_out(context: Context, watched: int) -> CodeCheck:
    """A check of published rows: why a question and its codes may not be trained on, None where they may.

    They are held against what `evaluation.on` names: equal goldens always fall, and with `data.decontaminate` what copies or
    behaves as one of these, or as a problem of the public benchmarks that are here.

    Args:
        watched: problems that the policy is tried on while it is trained.
    """
    designs = _designs(context, watched)
    goldens = {golden.strip() for problem in designs for golden in (problem.golden, *problem.others)}
    alike = _alike(context, designs) if context.params.data.decontaminate else None

    def check(question: str, codes: Sequence[str]) -> str | None:
        if any(code.strip() in goldens for code in codes):
            return f"{_DESIGN}'s text"
        return alike(question, codes) if alike else None

    return check


def _alike(context: Context, designs: Sequence[Problem]) -> CodeCheck:
    settings, on = context.params.benchmarks, context.params.evaluation.on
    own = [
        task for name in on if name.startswith(f"{OWN}:") for task in load_tasks(name, folder_of(settings), among=on)
    ]
    held = [
        Reference(name=f"{number}", code=golden, top=None, prompt=problem.prompt)
        for number, (problem, golden) in enumerate((p, golden) for p in designs for golden in (p.golden, *p.others))
    ]
    known = {"a benchmark": [*references(settings), *map(reference_of, own)], _DESIGN: held}
    return apart(known, context.prover, context.stimuli)


def _designs(context: Context, watched: int) -> list[Problem]:
    """The held-out designs that policies are tried on, each once; none where it is benchmarks."""
    evaluation = context.params.evaluation
    if evaluation.on != HELDOUT:
        return []
    final, looks = heldout(context, HeldOut.FINAL, evaluation.problems), heldout(context, HeldOut.MONITOR, watched)
    return list({problem.golden: problem for problem in (*final, *looks)}.values())


def _in_turn(benchmarks: Sequence[Sequence[Task]]) -> list[Task]:
    """The first task of each, then the second of each, and so on: the first few are of all of them."""
    return [task for row in zip_longest(*benchmarks) for task in row if task is not None]
