"""Stage 04: supervised fine-tuning on the thoughts and codes of the round trip (paper §3.1, distillation)."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rtlvr.data.admitted import admitted, answered_well, both, counts_of, told
from rtlvr.data.published import OURS, exchanges
from rtlvr.errors import StageError
from rtlvr.evaluate.suite import Suite
from rtlvr.policy.answer import parse
from rtlvr.policy.model import chat, fits, load_tokenizer
from rtlvr.records import Exchange, Triple, iter_jsonl, read_jsonl
from rtlvr.stage import Result
from rtlvr.stages.accuracy import Answers, rows_of, tried, tried_on, watching
from rtlvr.stages.cards.policies import after_sft
from rtlvr.stages.context import Context, main_process, wait_for_main_process
from rtlvr.stages.kept_apart import ROWS, admit_own, kept_out, told_of_own
from rtlvr.stages.memory import say_what_does_not_fit
from rtlvr.train.sft import fine_tune, sft_dataset

_HELD_BACK = 20  # one row in so many is not trained on: its loss is watched


@dataclass(frozen=True)
class SftSet:
    """The file of rows to train on (`Exchange`), how many there are, what policies are tried on, and what is known of the rows.

    `wrong`: share of the rows whose code is not equivalent to their golden; None where they have no golden.
    """

    rows: Path
    count: int
    suite: Suite
    wrong: float | None = None
    told: str = ""

    @property
    def first(self) -> Exchange:
        """The first row."""
        return next(iter_jsonl(self.rows, Exchange))


def training(context: Context) -> SftSet:
    """What stage 03 left for SFT, or what others have published (`data.sft`).

    Rows that copy what a stage measures on are left out (`rtlvr.stages.kept_apart`).

    Raises:
        StageError: a set cannot be read, or no row of it is left.
    """
    if context.params.data.sft != OURS:
        return _published(context)
    rows, suite = read_jsonl(context.upstream("03_filtering") / "sft.jsonl", Triple), tried_on(context)
    if main_process():
        admit_own(context, rows, lambda row: row.exchange)
    wait_for_main_process()
    kept = {row.id for row in iter_jsonl(context.path(ROWS), Exchange)}
    wrong = sum(row.status != "equivalent" for row in rows if row.id in kept) / max(1, len(kept))
    return SftSet(context.path(ROWS), len(kept), suite, wrong, told_of_own(context))


def _published(context: Context) -> SftSet:
    """Rows in the paper's format whose question and answer fit the length; the first process reads them."""
    path, sft, suite = context.path(ROWS), context.params.sft, tried_on(context)
    if main_process():
        tokenizer = load_tokenizer(sft.model)

        def short(row: Exchange) -> str | None:
            said = [*chat(row.prompt, system=row.system), {"role": "assistant", "content": row.response}]
            return None if fits(tokenizer, said, sft.max_length) else "length"

        kept = kept_out(context)

        def not_tried(row: Exchange) -> str | None:
            return kept(row.prompt, [parse(row.response).code])

        check = both(answered_well, short, not_tried)
        admitted(partial(exchanges, context.params.data.sft), check, path, context.verifier)
    wait_for_main_process()
    counts = counts_of(path)
    if not counts.kept:
        raise StageError(f"no row of {context.params.data.sft} can be trained on: {told(counts)}")
    return SftSet(path, counts.kept, suite, told=told(counts))


def train(context: Context, data: SftSet) -> Path:
    """Fine-tune, unless it is done; the policy's folder. All processes of a distributed run take part."""
    if context.done:
        return context.path("policy")
    say_what_does_not_fit(context, "SFT")
    sft, rows = context.params.sft, sft_dataset(data.rows)
    cut = max(1, len(rows) // _HELD_BACK)
    monitor = watching(context, sft.eval_problems)
    train, heldout = rows.select(range(cut, len(rows))), rows.select(range(cut))
    seed, resume = context.params.seed, context.params.resume
    return fine_tune(sft, train, heldout, context.folder, seed, resume, monitor)


def evaluate(context: Context, policy: Path) -> Answers:
    """The base's and the fine-tuned policy's answers to what `evaluation.on` names."""
    return tried(context, "base", context.params.sft.model) | tried(context, "sft", policy)


def finish(context: Context, answers: Answers) -> Result:
    """Write the policy's card and the measurements."""
    measured = rows_of(context, answers)
    after_sft(context, measured)
    return context.finish(measured)


def run(context: Context) -> Result:
    """The whole stage; of several processes the first evaluates."""
    data = training(context)
    policy = train(context, data)
    return finish(context, evaluate(context, policy)) if main_process() else context.part()
