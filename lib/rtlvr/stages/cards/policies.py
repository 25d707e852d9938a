"""Cards of trained policies: data, training, curve, scores with their intervals, licence and limits."""

import re
from collections.abc import Iterable, Mapping, Sequence
from math import isnan
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from rtlvr.data.admitted import counts_of
from rtlvr.data.published import OURS
from rtlvr.evaluate.heldout import solved
from rtlvr.paths import model_path
from rtlvr.policy.answer import system_prompt
from rtlvr.records import Measurement, Sample, Triple, read_jsonl, write_text
from rtlvr.stages.cards.text import (
    KIT_LICENCE,
    card,
    hub_licences,
    judged_by,
    licence_of,
    origin,
    parameters,
    private,
    sources,
    table,
    with_interval,
)
from rtlvr.stages.context import Context
from rtlvr.stages.kept_apart import ROWS
from rtlvr.stages.suites import HELDOUT
from rtlvr.train.rl import rewarding_mode

_MOST = 10  # rows of a training curve
_HUB = re.compile(r"[\w.-]+/[\w.-]+")
_TAGS = ["verilog", "rtl", "hardware", "code", "rtlvr", "trl"]
_METRICS = {"heldout_pass@1": "pass@1", "heldout_greedy": "greedy", "pass@1": "pass@1", "greedy": "greedy"}
_LIMITS = """## Limits

What is right was judged by a verifier, against golden designs; an answer that scores says nothing of area, speed or style. Held-out
designs are small modules, drawn from the families of the training set with other parameters and wordings; they say little of
designs of another kind. Verify what the policy writes before it is used."""


def after_sft(context: Context, measured: Sequence[Measurement]) -> list[Path]:
    """Write the cards of the policy that stage 04 has trained, and of its adapter where there is one."""
    sft = context.params.sft
    start, own = sft.model, context.params.data.sft == OURS
    parts = (
        f"# {context.params.run}: after supervised fine-tuning",
        f"{_named(start)}, fine-tuned to think first and then to answer with Verilog.",
        origin(context),
        f"## Data\n\n{_sft_data(context) if own else _published(context, context.params.data.sft)}",
        f"## Training\n\nTRL's SFTTrainer, the loss on answers alone: {sft.epochs:g} epochs, rate {sft.learning_rate:g} "
        f"({sft.scheduler}), {sft.batch_size * sft.accumulation} rows per step and process, at most {sft.max_length} tokens, "
        f"{_weights(sft.lora_rank)}.\n\n{sft_curve(context.path('sft.jsonl'))}",
    )
    return _written(context, "sft", start, context.params.data.sft, parts, measured)


def after_rl(context: Context, measured: Sequence[Measurement]) -> list[Path]:
    """Write the cards of the policy that stage 05 has trained, and of its adapter where there is one."""
    rl = context.params.rl
    start, own = context.all_params.sft.model if rl.model == "sft" else rl.model, context.params.data.rl == OURS
    before = " after supervised fine-tuning (stage 04)" if rl.model == "sft" else ""
    parts = (
        f"# {context.params.run}: after reinforcement learning",
        f"{_named(start)}{before}, trained by adaptive DAPO with a verifiable reward: 1 where the code is equivalent to a golden.",
        origin(context),
        f"## Data\n\n{_rl_data(context) if own else _published(context, context.params.data.rl)}\n\n{_asked(context)}",
        f"## Training\n\n{rl.steps} steps of {rl.prompts_per_step} groups of {rl.group_size} answers, drawn by rule "
        f"`{rl.draw_rule}`; rate {rl.learning_rate:g}, temperature {rl.temperature:g}, answers of at most {rl.max_response} "
        f"tokens, {_weights(rl.lora_rank)}.\n\n{rl_curve(context.path('steps.jsonl'))}",
        f"## Reward\n\n{_reward(context)}",
    )
    return _written(context, "rl", start, context.params.data.rl, parts, measured)


def _written(
    context: Context,
    variant: str,
    start: str,
    data: str,
    parts: Sequence[str],
    measured: Sequence[Measurement],
) -> list[Path]:
    name, licence = f"{context.params.run}-{variant}", licence_of_model(start)
    matter: dict[str, Any] = {
        "license": hub_licences([licence]),
        "language": ["en"],
        "base_model": start if on_hub(start) else None,
        "base_model_relation": "finetune" if on_hub(start) else None,
        "datasets": _hub_sets(context, data),
        "pipeline_tag": "text-generation",
        "tags": [*_TAGS, "reinforcement-learning" if variant == "rl" else "sft"],
        "model-index": [{"name": name, "results": _results(context, measured, variant)}],
    }
    ends = (
        f"## What it scores\n\n{_scores(measured)}\n\n{_judged_on(context)}",
        f"## Use\n\n{_use(context, variant)}",
        _LIMITS,
        f"## Licence\n\nThat of the model it was trained from: {licence}. The licences of its data are listed with the data.",
        parameters(context),
    )
    folders = {"policy": "transformers", "adapter": "peft"}
    written = []
    for folder, library in folders.items():
        if context.path(folder).is_dir():
            written.append(context.path(folder) / "README.md")
            write_text(written[-1], card({"library_name": library, **matter}, *parts, *ends))
    return written


def on_hub(name: str) -> bool:
    """Whether a policy's name is one of the hub's, and neither the kit's base nor a folder or file here."""
    return bool(_HUB.fullmatch(name)) and not Path(model_path(name)).exists()


def licence_of_model(name: str) -> str:
    """The licence of a policy to start from: the kit's for its own base, what the folder's card says, or `unknown`."""
    if name == "tiny":
        return KIT_LICENCE
    path = Path(model_path(name.removeprefix("gguf:"))) / "README.md"
    return str(_matter(path).get("license", "unknown")) if path.is_file() else "unknown"


def _matter(path: Path) -> Mapping[str, Any]:
    """A card's front matter; empty where it has none that can be read."""
    found = re.match(r"---\n(.*?)\n---\n", path.read_text(encoding="utf-8", errors="replace"), re.DOTALL)
    try:
        read = yaml.safe_load(found[1]) if found else {}
    except yaml.YAMLError:
        return {}
    return read if isinstance(read, dict) else {}


def _hub_sets(context: Context, data: str) -> list[str]:
    """The sets on the hub that it was trained on: published ones, or this run's own where it is pushed."""
    own = context.all_params.roundtrip.push_to_hub
    name = own if data == OURS else data.removeprefix("hub:").partition("#")[0] if data.startswith("hub:") else ""
    return [name] if _HUB.fullmatch(name) else []


def _named(start: str) -> str:
    return "The kit's small base (1.72 million parameters)" if start == "tiny" else f"`{private(start)}`"


def _weights(rank: int) -> str:
    return f"an adapter of rank {rank} that is merged into the weights" if rank else "all weights trained"


def _sft_data(context: Context) -> str:
    folder = context.upstream("03_filtering")
    rows = read_jsonl(folder / "sft.jsonl", Triple)
    wrong = sum(row.status != "equivalent" for row in rows)
    left = [row for row in read_jsonl(folder / "measurements.jsonl", Measurement) if row.metric == "funnel"]
    steps = [(row.variant, int(row.value)) for row in left if "(RL)" not in row.variant]
    return (
        f"{len(rows):,} round trips of this run, {wrong:,} of them not equivalent to their golden: the paper's SFT set is not "
        f"filtered for equivalence either. One row in twenty is kept back, to watch its loss.\n\n{sources(rows)}\n\n"
        f"What was filtered:\n\n{table(('step', 'left'), steps)}{_fallen(context)}"
    )


def _rl_data(context: Context) -> str:
    rows = read_jsonl(context.upstream("03_filtering") / "rl.jsonl", Triple)
    licences = ", ".join(sorted({licence_of(row) for row in rows})) or "none"
    return (
        f"{len(rows):,} round trips of this run that came back equivalent (licences: {licences}).\n\n{sources(rows)}\n\n"
        f"Of these, prompts of at most {context.params.rl.max_prompt} tokens.{_fallen(context)}"
    )


def _fallen(context: Context) -> str:
    """Which of this run's round trips were not trained on; empty where all were."""
    counts = counts_of(context.path(ROWS))
    fell = table(("fell for", "rows"), sorted(counts.fallen.items()))
    return f"\n\nNot trained on, because a stage measures on the like:\n\n{fell}" if counts.fallen else ""


def _published(context: Context, spec: str) -> str:
    """What was read of a published set, and what fell."""
    counts = counts_of(context.path(ROWS))
    fell = table(("fell for", "rows"), sorted(counts.fallen.items())) if counts.fallen else "None fell."
    return f"`{private(spec)}`: {counts.seen:,} rows read, {counts.kept:,} kept.\n\n{fell}"


def _reward(context: Context) -> str:
    """Who judged the answers that were learnt from, and what changes the reward of 0 or 1."""
    rl = context.params.rl
    told = [judged_by(context, rewarding_mode(rl, context.params.verifier.mode))]
    told += [] if rl.accept_unproved else ["Rewarded was only what was proved."]
    told += ["A wrong answer earned the share of outputs that are right."] if rl.reward == "signals" else []
    told += (
        [f"A right answer earned more where its area is small (weight {rl.area_weight:g})."] if rl.area_weight else []
    )
    return " ".join(told)


def _asked(context: Context) -> str:
    """What filter 2 left."""
    tries, path = context.params.filtering.rl_attempts, context.path("sft_attempts.jsonl")
    if not tries or not path.exists():
        return "No problem was left out for being solved already."
    counts = solved(read_jsonl(path, Sample))
    hard = sum(not count for count in counts.values())
    return f"Trained on: {hard:,} of {len(counts):,} problems, those that the policy solved in none of {tries} attempts before."


def sft_curve(path: Path) -> str:
    """The training curve of an SFT run as a table: loss, held-out loss and held-out pass@1, at most ten steps of it."""
    if not path.exists():
        return "The curve was not recorded."
    rows = pd.read_json(path, lines=True).groupby("step").max(numeric_only=True)
    columns = {"loss": "loss", "eval_loss": "held-out loss", "heldout_pass@1": "held-out pass@1"}
    shown = rows.reindex(columns=list(columns)).dropna(how="all")
    lines = shown.iloc[spread(len(shown))].itertuples(name=None)
    return table(("step", *columns.values()), [(step, *map(_short, values)) for step, *values in lines])


def rl_curve(path: Path) -> str:
    """The training curve of an RL run as a table: means over at most ten stretches of steps of equal length."""
    if not path.exists():
        return "The curve was not recorded."
    rows = pd.read_json(path, lines=True)
    stretch = (rows.index * min(_MOST, len(rows))) // max(1, len(rows))
    means = rows.groupby(stretch)
    columns = {"reward": "reward", "acceptance": "acceptance", "completion_tokens": "tokens per answer", "loss": "loss"}
    lines = []
    for _, part in means:
        steps, tried = part["step"], part["heldout_pass@1"].dropna()
        values = (_short(part[name].astype(float).mean()) for name in columns)
        first, last = int(steps.min()), int(steps.max())
        lines.append(
            (f"{first} to {last}" if last > first else first, *values, _short(tried.iloc[-1] if len(tried) else None))
        )
    spent = (
        f"{int(rows['prompts_drawn'].sum()):,} prompts drawn, {int(rows['tokens_generated'].sum()):,} tokens generated."
    )
    return f"{table(('steps', *columns.values(), 'held-out pass@1'), lines)}\n\n{spent}"


def spread(count: int) -> list[int]:
    """At most ten of `count` places, the first and the last among them, evenly apart."""
    most = min(_MOST, count)
    return sorted({round(place * (count - 1) / max(1, most - 1)) for place in range(most)})


def _short(value: object) -> str | None:
    number = float("nan") if value is None else float(str(value))
    return None if isnan(number) else f"{number:.3g}"


def _scores(measured: Iterable[Measurement]) -> str:
    rows = [(row.variant, _METRICS[row.metric], with_interval(row)) for row in measured if row.metric in _METRICS]
    told = "`base`: before SFT; `sft`: after it; `rl`: after RL. In brackets the 95 % interval over problems."
    return f"{table(('policy', 'metric', 'value'), rows)}\n\n{told}"


def _judged_on(context: Context) -> str:
    evaluation = context.params.evaluation
    asked = ", ".join(f"`{private(name)}`" for name in evaluation.on)
    return (
        f"Asked: {asked}, {evaluation.samples} answer(s) to a problem at temperature {evaluation.temperature:g} (pass@1) and one "
        f"greedily, of at most {evaluation.max_tokens} tokens. `heldout` are designs and wordings that no training stage sees.\n\n"
        + judged_by(context)
    )


def _results(context: Context, measured: Iterable[Measurement], variant: str) -> list[dict[str, Any]]:
    """The scores of the policy itself, in the form that the hub reads."""
    asked = "held-out designs" if list(context.params.evaluation.on) == HELDOUT else "all that was asked"
    own = [row for row in measured if row.metric in _METRICS and row.variant.rpartition(":")[2] == variant]
    return [
        {
            "task": {"type": "text-generation"},
            "dataset": {"type": "rtlvr", "name": row.variant.rpartition(":")[0] or asked},
            "metrics": [
                {"type": _METRICS[row.metric], "name": f"{_METRICS[row.metric]}, %", "value": round(row.value, 2)}
            ],
        }
        for row in own
    ]


def _use(context: Context, variant: str) -> str:
    answer = context.params.rl.answer if variant == "rl" else "tags"
    system = system_prompt(answer)
    return (
        "A specification and the module's header are the user's message. The system prompt it was trained with:\n\n"
        f"> {system}\n\n"
        "```python\nfrom transformers import pipeline\n\n"
        'write = pipeline("text-generation", "FOLDER")\n'
        'write([{"role": "system", "content": SYSTEM}, {"role": "user", "content": SPECIFICATION}], max_new_tokens='
        f"{context.params.evaluation.max_tokens})\n```"
    )
