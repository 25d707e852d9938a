"""What training rows are kept apart from: whatever any stage of a run tries a policy on.

- The kit's own held-out designs: of each set as many as `data.heldout` says. The schema refuses a stage that would be tried on
  more. Rows that come from outside are held against them; the kit's own designs are apart by their split.
- Published held-out problems (`data.validation`): all of them.
- The public benchmarks that are here, for published rows; stage 02 has looked at its goldens already (`corpus.decontaminate`).
- Benchmarks of the user's own: those that `evaluation.on` and `data.apart` name. Stages 06 and 07 look themselves at any other one
  that they are asked to measure on.

Rows whose code is the text of one of these fall always. With `data.decontaminate` also those fall that copy one or behave as one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TypeVar

from rtlvr.data.admitted import CodeCheck, admitted, apart, counts_of, told
from rtlvr.data.decontaminate import Reference
from rtlvr.data.published import OURS
from rtlvr.errors import StageError
from rtlvr.evaluate.benchmarks import OWN, folder_of, load_tasks, reference_of, references
from rtlvr.policy.answer import parse
from rtlvr.records import Exchange, Problem, Triple, iter_jsonl, read_jsonl
from rtlvr.seeds import HeldOut
from rtlvr.stages.context import Context
from rtlvr.stages.suites import heldout, published_heldout

ROWS = "rows.jsonl"  # of stages 04 and 05: what they train on
_BENCHMARK, _DESIGN = "a benchmark", "a held-out design"
_KITS = ("families", "seed")  # sources of goldens that the kit brings along
Known = Mapping[str, Sequence[Reference]]
RowType = TypeVar("RowType", Exchange, Problem)


def kept_out(context: Context) -> CodeCheck:
    """A check of published rows: why a question and its codes may not be trained on, None where they may."""
    settings, benchmarks = context.params.data, context.params.benchmarks
    public = references(benchmarks) if settings.decontaminate else []
    return _held_against(context, {_BENCHMARK: [*public, *_own(context)], _DESIGN: _designs(context, outside=True)})


def admit_own(context: Context, rows: Sequence[Triple], made: Callable[[Triple], RowType]) -> str:
    """Write the round trips that may be trained on to the stage's `rows.jsonl`; what fell, in a line (empty: nothing did).

    Args:
        made: what the stage trains on.

    Raises:
        StageError: none is left.
    """
    path, known = context.path(ROWS), {row.id: row for row in rows}
    check = own_rows_check(context, rows)

    def each(start: int) -> Iterator[RowType]:
        return map(made, rows[start:])

    def why(row: RowType) -> str | None:
        return check(known[row.id])

    admitted(each, why, path, context.verifier)
    return told_of_own(context)


def told_of_own(context: Context) -> str:
    """What fell of the round trips that a stage has admitted, in a line; empty where nothing did."""
    counts = counts_of(context.path(ROWS))
    if counts.fallen and not counts.kept:
        raise StageError(f"no round trip can be trained on: {told(counts)}")
    return told(counts) if counts.fallen else ""


def own_rows_check(context: Context, rows: Sequence[Triple]) -> Callable[[Triple], str | None]:
    """A check of the kit's own round trips: why one may not be trained on, None where it may."""
    checks = {
        outside: _held_against(context, {_BENCHMARK: _own(context), _DESIGN: _designs(context, outside)})
        for outside in {_from_outside(row) for row in rows}
    }
    return lambda row: checks[_from_outside(row)](row.prompt, [row.golden, row.code])


def refuse_trained_on(context: Context, policy: str, names: Sequence[str]) -> None:
    """Nothing, unless a policy of this run was trained on a task of a benchmark of the user's own that training did not know.

    Args:
        policy: `sft` or `rl`.
        names: the benchmarks that it is to be measured on.

    Raises:
        StageError: it was trained on one; names the stage and its row.
    """
    run = context.all_params
    known = {*run.evaluation.on, *run.data.apart}
    new = [name for name in names if name.startswith(f"{OWN}:") and name not in known]
    if not new:
        return
    check = _held_against(context, {_BENCHMARK: _tasks(context, new)})
    trained = list(_trained(context, policy))
    reasons = context.prover.map(lambda row: check(row[1], row[2]), trained)
    for (row, _, _), reason in zip(trained, reasons, strict=True):
        if reason:
            raise StageError(
                f"policy {policy} was trained on {row}, which has {reason}, one of {', '.join(new)}; name the benchmark in "
                "data.apart and train again, or measure another model"
            )


def _from_outside(row: Triple) -> bool:
    return row.source not in _KITS


def _designs(context: Context, outside: bool) -> list[Reference]:
    """The held-out designs that rows may copy: published ones, or for rows from outside the kit's own."""
    if context.params.data.validation != OURS:
        problems = published_heldout(context)
    else:
        count = context.params.data.heldout if outside else 0
        problems = list(chain.from_iterable(heldout(context, which, count) for which in HeldOut))
    goldens = {golden: problem.prompt for problem in problems for golden in (problem.golden, *problem.others)}
    return [
        Reference(name=str(number), code=golden, top=None, prompt=prompt)
        for number, (golden, prompt) in enumerate(goldens.items())
    ]


def _own(context: Context) -> list[Reference]:
    """The tasks of the user's own benchmarks that training knows of."""
    params = context.params
    return _tasks(context, dict.fromkeys((*params.evaluation.on, *params.data.apart)))


def _tasks(context: Context, names: Iterable[str]) -> list[Reference]:
    own, root = [name for name in names if name.startswith(f"{OWN}:")], folder_of(context.params.benchmarks)
    return [reference_of(task) for name in own for task in load_tasks(name, root, among=own)]


def _held_against(context: Context, known: Known) -> CodeCheck:
    """A check that a question and its codes are none of these."""
    texts = {one.code.strip(): kind for kind, references in known.items() for one in references}
    if not texts:
        return lambda question, codes: None
    alike = apart(known, context.prover, context.stimuli) if context.params.data.decontaminate else None

    def check(question: str, codes: Sequence[str]) -> str | None:
        equal = next((texts[code.strip()] for code in codes if code.strip() in texts), None)
        if equal:
            return f"{equal}'s text"
        return alike(question, codes) if alike else None

    return check


def _trained(context: Context, policy: str) -> Iterator[tuple[str, str, list[str]]]:
    """Each row that a policy of this run was trained on: its name, question and codes."""
    run = context.all_params
    if policy == "rl":
        for problem in iter_jsonl(context.upstream("05_rl") / ROWS, Problem):
            yield f"05_rl/{problem.id}", problem.prompt, [problem.golden, *problem.others]
    if policy == "sft" or run.rl.model == "sft":
        goldens = dict[str, str]()
        if run.data.sft == OURS:
            rows = read_jsonl(context.upstream("03_filtering") / "sft.jsonl", Triple)
            goldens = {row.id: row.golden for row in rows}
        for row in iter_jsonl(context.upstream("04_sft") / ROWS, Exchange):
            golden = [goldens[row.id]] if row.id in goldens else []
            yield f"04_sft/{row.id}", row.prompt, [*golden, parse(row.response).code]
