"""SFT and RL of the kit's small policy on the device, by the functions that the notebooks call, with real rewards."""

import time
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from rtlvr.data.corpus import heldout_problems, procedural
from rtlvr.data.families import DrawnDesign
from rtlvr.data.roundtrip import stimuli_of
from rtlvr.evaluate.heldout import attempt, pass_at
from rtlvr.evaluate.suite import Designs
from rtlvr.gpu_check.context import CheckContext, Row, say
from rtlvr.params import load
from rtlvr.policy.backends import Transformers
from rtlvr.policy.generate import Sampling
from rtlvr.records import Attempt, Golden, Problem, Sample, Triple
from rtlvr.schema import Profile
from rtlvr.train.rl import improve, read_steps
from rtlvr.train.sft import fine_tune, sft_dataset
from rtlvr.verify import Pool

_STAGE = "gpu_check"
_STEP_FIELDS = ("step", "reward", "acceptance", "draws", "completion_tokens", "tokens_generated", "truncated",
                "seconds_generate", "seconds_verify", "seconds_train", "entropy", "loss", "grad_norm")  # fmt: skip


def small_policy(context: CheckContext) -> list[Row]:
    """The kit's 1.7 M-parameter base through SFT and RL.

    Returns:
        Rows of `phase` before and after (held-out pass@1 in percent with its interval), step (one per RL step), and
        verification: seconds to judge one step's answers alone beside the seconds that training waited for them.
    """
    params, folder = _profile(context), context.out / "small_policy"
    pool, heldout = Pool(mode="hybrid"), heldout_problems(8 if context.tiny else 300, seed=1)
    rows = list(map(taught, procedural(16 if context.tiny else 1000, params.seed)))
    train, watched = (sft_dataset([row.exchange for row in some]) for some in (rows[8:], rows[:8]))
    start = fine_tune(params.sft, train, watched, folder / "sft", params.seed, resume=False)
    before = _tried("before", start, heldout, params, pool)
    problems = [asked(row) for row in rows]
    after = improve(start, problems, None, params, pool, stimuli_of(params), folder / "rl")
    steps = step_rows(folder / "rl" / "steps.jsonl", "small")
    found = [before, *steps, _tried("after", after, heldout, params, pool)]
    pool.close()
    return found


def taught(drawn: tuple[Golden, DrawnDesign]) -> Triple:
    """A procedural design as a row of the SFT set, with the right thought and its golden as the answer."""
    golden, design = drawn
    right = Attempt(thought=design.thought, code=golden.code, status="equivalent", reason="")
    prompt = f"{design.description}\n{design.header}"
    return Triple(
        id=golden.id, golden=golden.code, top=golden.top, category=golden.category, source=golden.source,
        prompt=prompt, attempts=(right,),
    )  # fmt: skip


def asked(row: Triple) -> Problem:
    """The row as a problem of the RL set."""
    return Problem(id=row.id, category=row.category, prompt=row.prompt, golden=row.golden)


def step_rows(path: Path, policy: str) -> list[Row]:
    """The record of an RL run as rows of `phase` step."""
    steps = read_steps(path)
    kept = steps[[field for field in _STEP_FIELDS if field in steps]].astype(object)
    found = kept.where(pd.notna(kept), None).to_dict("records")
    return [{"phase": "step", "set": policy, **{str(name): value for name, value in row.items()}} for row in found]


def _profile(context: CheckContext) -> Profile:
    """The cpu profile in sizes for a minute of a GPU, or for seconds of a CPU."""
    changes: dict[str, object] = {"sft.epochs": 1.0, "sft.batch_size": 32, "sft.eval_problems": 8,
                                  "sft.bf16": context.cuda, "rl.bf16": context.cuda, "rl.steps": 15,
                                  "rl.eval_problems": 0, "rl.save_steps": 1000, "rl.seconds": 15}  # fmt: skip
    if context.tiny:
        changes |= {"sft.epochs": 1.0, "sft.batch_size": 8, "rl.steps": 1, "rl.prompts_per_step": 2,
                    "rl.mini_batch_prompts": 2, "rl.group_size": 4, "rl.max_draws": 1, "rl.max_response": 48,
                    "rl.overlong_buffer": 8}  # fmt: skip
    return load("cpu", changes)


def _tried(phase: str, policy: Path, heldout: Sequence[Problem], params: Profile, pool: Pool) -> Row:
    sampling = Sampling(params.rl.max_response, params.rl.temperature)
    began = time.perf_counter()
    samples: list[Sample] = attempt(
        Transformers(policy, "float32"), Designs(heldout, pool, stimuli_of(params)), sampling
    )
    found = pass_at(1, samples, _STAGE, phase)
    row: Row = {
        "phase": phase, "set": "held-out families", "n": len(samples), "pass1": found.value, "low": found.low,
        "high": found.high, "seconds": time.perf_counter() - began,
    }  # fmt: skip
    say(row)
    return row
