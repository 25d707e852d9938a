"""Stage 04: supervised fine-tuning on the thoughts and codes of the round trip (paper §3.1, distillation)."""

from dataclasses import dataclass
from pathlib import Path

from rtlvr.errors import StageError
from rtlvr.evaluate.heldout import trial
from rtlvr.records import Problem, Triple, read_jsonl
from rtlvr.seeds import HeldOut
from rtlvr.stage import Result
from rtlvr.stages.accuracy import Answers, rows_of, tried
from rtlvr.stages.context import Context, main_process
from rtlvr.train.sft import fine_tune

_HELD_BACK = 20  # one row in so many is not trained on: its loss is watched


@dataclass(frozen=True)
class SftSet:
    """Rows to train on, and the held-out problems of the measurements."""

    rows: list[Triple]
    problems: list[Problem]

    @property
    def wrong(self) -> float:
        """Share of the rows whose code is not equivalent to their golden."""
        return sum(row.status != "equivalent" for row in self.rows) / max(1, len(self.rows))


def training(context: Context) -> SftSet:
    """What stage 03 left for SFT.

    Raises:
        StageError: a held-out design is among the rows.
    """
    rows = read_jsonl(context.upstream("03_filtering") / "sft.jsonl", Triple)
    problems = context.heldout()
    refuse_overlap({row.golden for row in rows}, problems)
    return SftSet(rows, problems)


def refuse_overlap(goldens: set[str], problems: list[Problem]) -> None:
    """Raise StageError where a held-out problem's golden is trained on."""
    if goldens & {problem.golden for problem in problems}:
        raise StageError("training and held-out designs overlap; draw the training set with another seed")


def train(context: Context, data: SftSet) -> Path:
    """Fine-tune, unless it is done; the policy's folder. All processes of a distributed run take part."""
    if context.done:
        return context.path("policy")
    sft, cut = context.params.sft, max(1, len(data.rows) // _HELD_BACK)
    watched = context.heldout(HeldOut.MONITOR, max(1, sft.eval_problems))
    monitor = trial(watched, context.params.evaluation, context.verifier, context.stimuli)
    return fine_tune(
        sft, data.rows[cut:], data.rows[:cut], context.folder, context.params.seed, context.params.resume,
        monitor if sft.eval_problems else None,
    )  # fmt: skip


def evaluate(context: Context, data: SftSet, policy: Path) -> Answers:
    """The base's and the fine-tuned policy's answers to the held-out problems."""
    base = tried(context, "base", context.params.sft.model, data.problems)
    return base | tried(context, "sft", policy, data.problems)


def finish(context: Context, answers: Answers) -> Result:
    """Write the measurements."""
    return context.finish(rows_of(context, answers))


def run(context: Context) -> Result:
    """The whole stage; of several processes the first evaluates."""
    data = training(context)
    policy = train(context, data)
    return finish(context, evaluate(context, data, policy)) if main_process() else context.part()
