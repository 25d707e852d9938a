"""A pretrained model on the device: its marks on public benchmarks before and after a short RL run with an adapter.

The RL set is the file that `--problems` names (rows of `Problem`), else the kit's own corpus and families, which
nothing here checks against the benchmarks: prepare the file with `data/decontaminate.py` for marks that are to count.
"""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rtlvr.data.corpus import procedural, seed_corpus
from rtlvr.data.roundtrip import stimuli_of
from rtlvr.evaluate.answers import BenchmarkAnswer
from rtlvr.evaluate.benchmarks import load_tasks
from rtlvr.evaluate.passk import bootstrap
from rtlvr.evaluate.scores import Scored, pass_at, score
from rtlvr.evaluate.task import Task
from rtlvr.gpu_check.context import CheckContext, Row, free_memory, say
from rtlvr.gpu_check.learning import asked, step_rows, taught
from rtlvr.hdl.declarations import header
from rtlvr.params import load
from rtlvr.policy.generate import Sampling, complete_texts
from rtlvr.policy.model import chat, load_policy, load_tokenizer
from rtlvr.records import Problem, read_jsonl, write_jsonl
from rtlvr.schema import Profile
from rtlvr.train.rl import improve
from rtlvr.verify import Pool

_SETS = ("verilog-eval-v1-machine", "verilog-eval-v1-human")
_SAMPLES, _TOKENS, _TEMPERATURE = 5, 384, 0.8
_FAMILIES = 300
_AFTER_SECONDS = 55  # kept for the second evaluation


def run(context: CheckContext) -> list[Row]:
    """Benchmarks, RL, benchmarks again, for the policy that `--weights` names.

    Returns:
        Rows of `phase` before and after, one per benchmark: pass1 with its interval, and the share of answers that
        compile, in percent; step, one per RL step; gain: the paired difference with its interval.
    """
    if not context.weights:
        return [{"error": "skipped: no --weights"}]
    params, folder = _profile(context), context.out / "pretrained"
    tasks = _tasks(context)
    before = _judged("before", context.weights, tasks, context, folder)
    left = max(20, int(context.seconds_left - _AFTER_SECONDS)) if not context.tiny else 0
    rl = params.rl.model_copy(update={"seconds": left})
    pool = Pool(mode="hybrid")
    improve(
        context.weights, problems(context), None, params.model_copy(update={"rl": rl}), pool, stimuli_of(params), folder
    )
    pool.close()
    free_memory()
    after = _judged("after", str(folder / "policy"), tasks, context, folder)
    return [*_marks("before", before), *step_rows(folder / "steps.jsonl", "pretrained"), *_marks("after", after),
            *_gains(before, after)]  # fmt: skip


def problems(context: CheckContext) -> list[Problem]:
    """The RL set: the file of `--problems`, else all of the seed corpus and some of the families."""
    if context.problems:
        return read_jsonl(context.problems, Problem)
    seeds = [
        Problem(id=g.id, category=g.category, prompt=f"{g.description}\n{header(g.code, g.top)}", golden=g.code)
        for g in seed_corpus()
    ]
    drawn = [asked(taught(pair)) for pair in procedural(4 if context.tiny else _FAMILIES, 0)]
    return drawn if context.tiny else seeds + drawn


def _profile(context: CheckContext) -> Profile:
    changes: dict[str, object] = {
        "rl.steps": 200, "rl.learning_rate": 2e-4, "rl.warmup_steps": 1, "rl.lora_rank": 8, "rl.answer": "code",
        "rl.prompts_per_step": 32, "rl.mini_batch_prompts": 16, "rl.group_size": 16, "rl.max_draws": 1,
        "rl.max_response": 288, "rl.overlong_buffer": 32, "rl.micro_batch": 64 if _roomy(context) else 32,
        "rl.bf16": context.cuda, "rl.save_steps": 1000, "rl.eval_problems": 0,
    }  # fmt: skip
    if context.tiny:
        changes |= {"rl.steps": 1, "rl.prompts_per_step": 2, "rl.mini_batch_prompts": 2, "rl.group_size": 4,
                    "rl.max_response": 24, "rl.max_draws": 1, "rl.overlong_buffer": 8}  # fmt: skip
    return load("cpu", changes)


def _roomy(context: CheckContext) -> bool:
    """Whether the GPU has more than 100 GB, which the logits of a larger micro-batch need."""
    return context.cuda and torch.cuda.get_device_properties(context.device).total_memory > 100e9


def _tasks(context: CheckContext) -> list[Task]:
    if context.benchmarks is None:
        return []
    every = [task for name in _SETS for task in load_tasks(name, context.benchmarks)]
    return every[::100] if context.tiny else every


def _judged(phase: str, policy: str, tasks: Sequence[Task], context: CheckContext, folder: Path) -> list[Scored]:
    """The policy's answers to all tasks, judged by the benchmarks' own testbenches; kept as `folder`/PHASE.jsonl."""
    if not tasks:
        return []
    model, tokenizer = load_policy(policy, bf16=context.cuda), load_tokenizer(policy)
    began = time.perf_counter()
    pairs = _answers(model, tokenizer, tasks, context)
    made = time.perf_counter()
    scored = score(pairs)
    write_jsonl(folder / f"{phase}.jsonl", scored)
    tokens = sum(answer.tokens for _, answer in pairs)
    say({"phase": phase, "answers": len(pairs), "tokens": tokens, "seconds_generate": made - began,
         "seconds_judge": time.perf_counter() - made})  # fmt: skip
    return scored


def _answers(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, tasks: Sequence[Task], context: CheckContext
) -> list[tuple[Task, BenchmarkAnswer]]:
    samples, tokens = (1, 16) if context.tiny else (_SAMPLES, _TOKENS)
    every = [task for task in tasks for _ in range(samples)]
    made = complete_texts(model, tokenizer, [chat(t.prompt, "code") for t in every], Sampling(tokens, _TEMPERATURE))
    return [
        (task, BenchmarkAnswer(task_id=_name(task), response=text, tokens=count, truncated=cut))
        for task, (text, count, cut) in zip(every, made, strict=True)
    ]


def _name(task: Task) -> str:
    return f"{task.benchmark}/{task.id}"


def _of_set(rows: Sequence[Scored], name: str) -> list[Scored]:
    return [row for row in rows if row.task_id.startswith(f"{name}/")]


def _marks(phase: str, scored: Sequence[Scored]) -> list[Row]:
    found: list[Row] = []
    for name in _SETS if scored else ():
        rows = _of_set(scored, name)
        value, low, high = pass_at(rows)[1]
        compiled = 100 * sum(row.compiles for row in rows) / len(rows)
        found.append({"phase": phase, "set": name, "n": len(rows), "pass1": value, "low": low, "high": high,
                      "compiles": compiled, "truncated": 100 * sum(row.truncated for row in rows) / len(rows)})  # fmt: skip
        say(found[-1])
    return found


def _gains(before: Sequence[Scored], after: Sequence[Scored]) -> list[Row]:
    """Per benchmark the mean difference of pass@1 in points, paired by problem, with its bootstrap interval."""
    found: list[Row] = []
    for name in _SETS if before else ():
        first, second = _by_task(_of_set(before, name)), _by_task(_of_set(after, name))
        change = np.array([second[task] - first[task] for task in first])
        mean, low, high = bootstrap(change)
        found.append({"phase": "gain", "set": name, "n": len(change), "pass1": 100 * mean, "low": 100 * low,
                      "high": 100 * high})  # fmt: skip
        say(found[-1])
    return found


def _by_task(rows: Sequence[Scored]) -> dict[str, float]:
    tried: dict[str, list[bool]] = {}
    for row in rows:
        tried.setdefault(row.task_id, []).append(row.passed)
    return {task: sum(passed) / len(passed) for task, passed in tried.items()}
