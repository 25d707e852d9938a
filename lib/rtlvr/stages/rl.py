"""Stage 05: reinforcement learning by adaptive DAPO with the verifiable reward (paper §3.3)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from transformers import PreTrainedTokenizerBase

from rtlvr.data.admitted import admitted, both, counts_of, judged, told
from rtlvr.data.filters import Filter, apply
from rtlvr.data.published import OURS, problems
from rtlvr.errors import StageError
from rtlvr.evaluate.heldout import cached_attempt, solved
from rtlvr.evaluate.suite import Designs
from rtlvr.policy.generate import Sampling, prompt_ids
from rtlvr.policy.model import chat, load_tokenizer
from rtlvr.records import Problem, Sample, Triple, read_jsonl
from rtlvr.schema import Rl
from rtlvr.seeds import Draw
from rtlvr.stage import Result, Stage
from rtlvr.stages.accuracy import Answers, modes, rows_of, tried, tried_on, watching
from rtlvr.stages.cards.policies import after_rl
from rtlvr.stages.context import Context, main_process, wait_for_main_process
from rtlvr.stages.kept_apart import ROWS, admit_own, kept_out, told_of_own
from rtlvr.stages.memory import say_what_does_not_fit
from rtlvr.train.rl import improve

ATTEMPTS = "sft_attempts.jsonl"


@dataclass(frozen=True)
class RlSet:
    """The RL set: `sound` problems, of which the policy that RL starts from does not solve the `hard` ones."""

    start: str
    sound: list[Problem]
    hard: list[Problem]
    told: str = ""


def start_of(stage: Stage) -> str:
    """The policy that RL starts from: that of stage 04, a folder or a hub name."""
    model = stage.params.rl.model
    return str(stage.upstream("04_sft") / "policy") if model == "sft" else model


def attempts(context: Context, rows: Sequence[Problem], name: str = ATTEMPTS) -> list[Sample]:
    """What the policy answers to specifications before RL (filter 2 asks); kept in the stage's folder."""
    settings, start = context.params.filtering, start_of(context)
    if not settings.rl_attempts:
        return []
    suite = Designs(rows, context.verifier, context.stimuli, context.params.rl.answer)
    sampling = Sampling(settings.max_tokens, settings.temperature)
    seed = context.seed(Draw.ATTEMPTS)
    with context.backend(start) as backend:
        return cached_attempt(context.path(name), backend, suite, sampling, settings.rl_attempts, seed)


def short_prompts(context: Context) -> Filter:
    """Keep rows whose prompt, system prompt and template included, has at most `rl.max_prompt` tokens."""
    tokenizer, rl = load_tokenizer(start_of(context)), context.params.rl

    def fits(row: Triple) -> bool:
        return prompt_tokens(tokenizer, row.prompt, rl) <= rl.max_prompt

    return Filter(f"prompt of at most {rl.max_prompt} tokens", fits)


def prompt_tokens(tokenizer: PreTrainedTokenizerBase, prompt: str, rl: Rl, system: str = "") -> int:
    """Tokens of a prompt with its system prompt and template."""
    return len(prompt_ids(tokenizer, [chat(prompt, rl.answer, system)])[0])


def training(context: Context) -> RlSet:
    """What stage 03 left for RL, or what others have published (`data.rl`), without what the policy solves already.

    Problems that copy what a stage measures on are left out (`rtlvr.stages.kept_apart`). Of several processes the first reads and
    asks the policy.

    Raises:
        StageError: a set cannot be read, or no row of it is left.
    """
    own = context.params.data.rl == OURS
    tried_on(context)  # what is missing is said before the policy is asked
    if main_process():
        attempts(context, _ours(context) if own else _published(context))
    wait_for_main_process()
    sound = read_jsonl(context.path(ROWS), Problem)
    found = read_jsonl(context.path(ATTEMPTS), Sample) if context.params.filtering.rl_attempts else []
    counts = solved(found)
    hard = [problem for problem in sound if not counts.get(problem.id)]
    return RlSet(start_of(context), sound, hard, told_of_own(context) if own else told(counts_of(context.path(ROWS))))


def _ours(context: Context) -> list[Problem]:
    kept, _ = apply(read_jsonl(context.upstream("03_filtering") / "rl.jsonl", Triple), [short_prompts(context)])
    admit_own(context, kept, lambda row: row.problem)
    return read_jsonl(context.path(ROWS), Problem)


def _published(context: Context) -> list[Problem]:
    """Problems whose goldens can be judged and whose prompts fit the length."""
    tokenizer, rl, path = load_tokenizer(start_of(context)), context.params.rl, context.path(ROWS)

    def fits(row: Problem) -> str | None:
        return None if prompt_tokens(tokenizer, row.prompt, rl, row.system) <= rl.max_prompt else "length"

    kept = kept_out(context)

    def not_tried(row: Problem) -> str | None:
        return kept(row.prompt, [row.golden, *row.others])

    check = both(fits, judged(context.verifier, context.stimuli), not_tried)
    counts = admitted(partial(problems, context.params.data.rl), check, path, context.verifier)
    if not counts.kept:
        raise StageError(f"no row of {context.params.data.rl} can be trained on: {told(counts)}")
    return read_jsonl(path, Problem)


def train(context: Context, data: RlSet, watch: Callable[[], None] | None = None) -> Path:
    """Train, unless it is done; the policy's folder. All processes of a distributed run take part.

    Args:
        watch: told after every step, to show the record so far.
    """
    if context.done:
        return context.path("policy")
    say_what_does_not_fit(context, "RL")
    monitor = watching(context, context.params.rl.eval_problems, context.params.rl.answer)
    return improve(
        data.start, data.hard, monitor, context.params, context.verifier, context.stimuli, context.folder, watch
    )


def evaluate(context: Context, policy: Path) -> Answers:
    """Answers to what `evaluation.on` names: of the policy that RL started from (`sft`), and of the trained one (`rl`).

    Stage 04 has measured its own policy already.
    """
    answer = context.params.rl.answer
    if context.params.rl.model == "sft" and answer == "tags":
        before = context.upstream("04_sft")
        metrics = modes(context.params.evaluation)
        then = {("sft", metric): read_jsonl(before / f"sft_{metric}.jsonl", Sample) for metric in metrics}
    else:
        then = tried(context, "sft", start_of(context), answer)
    return then | tried(context, "rl", policy, answer)


def finish(context: Context, answers: Answers) -> Result:
    """Write the policy's card and the measurements."""
    measured = rows_of(context, answers)
    after_rl(context, measured)
    return context.finish(measured)


def run(context: Context) -> Result:
    """The whole stage; of several processes the first evaluates."""
    policy = train(context, training(context))
    return finish(context, evaluate(context, policy)) if main_process() else context.part()
