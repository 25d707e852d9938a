"""Stage 05: reinforcement learning by adaptive DAPO with the verifiable reward (paper §3.3)."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rtlvr.data.filters import Filter, apply, unsolved
from rtlvr.evaluate.heldout import cached_attempt, problems_of, solved
from rtlvr.policy.generate import Sampling, prompt_ids
from rtlvr.policy.model import chat, load_policy, load_tokenizer
from rtlvr.records import Problem, Sample, Triple, read_jsonl
from rtlvr.seeds import Draw, HeldOut
from rtlvr.stage import Result, Stage
from rtlvr.stages.accuracy import Answers, modes, rows_of, tried
from rtlvr.stages.context import Context, main_process, wait_for_main_process
from rtlvr.stages.sft import refuse_overlap
from rtlvr.train.rl import improve

ATTEMPTS = "sft_attempts.jsonl"


@dataclass(frozen=True)
class RlSet:
    """The RL set: `sound` triples, of which the policy that RL starts from does not solve the `hard` ones."""

    start: str
    sound: list[Triple]
    hard: list[Triple]

    @property
    def problems(self) -> list[Problem]:
        """The specifications to train on."""
        return problems_of(self.hard)


def start_of(stage: Stage) -> str:
    """The policy that RL starts from: that of stage 04, a folder or a hub name."""
    model = stage.params.rl.model
    return str(stage.upstream("04_sft") / "policy") if model == "sft" else model


def attempts(context: Context, rows: list[Triple], name: str = ATTEMPTS) -> list[Sample]:
    """What the policy answers to specifications before RL (filter 2 asks); kept in the stage's folder."""
    settings, start = context.params.filtering, start_of(context)
    if not settings.rl_attempts:
        return []
    return cached_attempt(
        context.path(name), load_policy(start), load_tokenizer(start), problems_of(rows),
        Sampling(settings.max_tokens, settings.temperature), context.verifier, context.stimuli,
        samples=settings.rl_attempts, seed=context.seed(Draw.ATTEMPTS),
    )  # fmt: skip


def short_prompts(context: Context) -> Filter:
    """Keep rows whose prompt, system prompt and template included, has at most `rl.max_prompt` tokens."""
    tokenizer, rl = load_tokenizer(start_of(context)), context.params.rl

    def fits(row: Triple) -> bool:
        return len(prompt_ids(tokenizer, [chat(row.prompt, rl.answer)])[0]) <= rl.max_prompt

    return Filter(f"prompt of at most {rl.max_prompt} tokens", fits)


def training(context: Context) -> RlSet:
    """What stage 03 left for RL, without what the policy solves already. Of several processes the first asks the policy.

    Raises:
        StageError: a held-out design is among them.
    """
    sound, _ = apply(read_jsonl(context.upstream("03_filtering") / "rl.jsonl", Triple), [short_prompts(context)])
    if main_process():
        attempts(context, sound)
    wait_for_main_process()
    found = read_jsonl(context.path(ATTEMPTS), Sample) if context.params.filtering.rl_attempts else []
    hard, _ = apply(sound, [unsolved(solved(found), "the distilled policy fails")])
    refuse_overlap({row.golden for row in hard}, context.heldout())
    return RlSet(start_of(context), sound, hard)


def train(context: Context, data: RlSet, watch: Callable[[], None] | None = None) -> Path:
    """Train, unless it is done; the policy's folder. All processes of a distributed run take part.

    Args:
        watch: told after every step, to show the record so far.
    """
    if context.done:
        return context.path("policy")
    monitor = context.heldout(HeldOut.MONITOR, max(1, context.params.rl.eval_problems))
    return improve(
        data.start, data.problems, monitor, context.params, context.verifier, context.stimuli, context.folder, watch
    )


def evaluate(context: Context, policy: Path) -> Answers:
    """Answers to the held-out problems: of the policy that RL started from (`sft`), and of the trained one (`rl`).

    Stage 04 has measured its own policy already.
    """
    problems = context.heldout()
    if context.params.rl.model == "sft":
        before = context.upstream("04_sft")
        metrics = modes(context.params.evaluation)
        then = {("sft", metric): read_jsonl(before / f"sft_{metric}.jsonl", Sample) for metric in metrics}
    else:
        then = tried(context, "sft", start_of(context), problems)
    return then | tried(context, "rl", policy, problems)


def finish(context: Context, answers: Answers) -> Result:
    """Write the measurements."""
    return context.finish(rows_of(context, answers))


def run(context: Context) -> Result:
    """The whole stage; of several processes the first evaluates."""
    policy = train(context, training(context))
    return finish(context, evaluate(context, policy)) if main_process() else context.part()
