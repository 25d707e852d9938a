"""Cards of the data sets: the round trips of stage 02, the training sets of stage 03, and their export for others."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from rtlvr.data.clean import Dropped
from rtlvr.records import Measurement, Triple, write_text
from rtlvr.stages.cards.text import (
    card,
    features,
    funnel,
    hub_licences,
    judged_by,
    licence_of,
    origin,
    parameters,
    private,
    size_category,
    sources,
    table,
    with_interval,
)
from rtlvr.stages.context import Context

Funnel = Sequence[tuple[str, int]]
_TAGS = ["verilog", "rtl", "hardware", "code", "synthetic", "rtlvr"]
_PROCEDURE = (
    "Designs of source `families`: no language model, but a procedure that knows them, and errs on purpose at chosen rates. Its "
    "descriptions are wordings of fixed families."
)
_TEACHERS = {
    "procedural": "Other designs: the same procedure.",
    "recorded": "Other designs: a language model whose replies were recorded, and are replayed ({model}).",
    "endpoint": "Other designs: a language model behind a service; {describe} described, {model} solved.",
}
_EXPORT_COLUMNS = """`sft` has `system`, `prompt`, `response` (thought and code in their tags), `id`, `category`, `source`,
`licence`, and `status`, the verdict on the code. `rl` has `prompt`, `golden`, `top`, `interface` (the module header), `id`,
`category`, `source` and `licence`."""
_TRIPLE_COLUMNS = """A row is a round trip: `golden` (the design), `top`, `prompt` (its description and module header), and
`attempts`, each with `thought`, `code`, the verdict (`status`, `reason`, `cause`) and the `turns` before it, if any. `source`,
`licence`, `category` and `digest` say where the golden is from. `description_error` and an attempt's `error` are known of the
procedural teacher alone."""
_LIMITS = """## Limits

A description is a teacher's and not the author's. A row that came back equivalent is probably sound: a wrong description
survives where the solver errs in just the way that undoes it. Goldens are small modules that stand alone."""


def round_trips(
    context: Context,
    rows: Sequence[Triple],
    cleaned: Funnel,
    dropped: Sequence[Dropped],
    real: Sequence[Triple],
    measured: Sequence[Measurement],
) -> Path:
    """Write the card of stage 02: what entered, what fell and why, and what became of every round trip.

    Args:
        cleaned: the steps of the cleaning, and what each left.
        dropped: what fell in it.
        real: round trips of the recorded real model; none where there were none.
    """
    sets = {"triples": ("triples.jsonl", rows)} | ({"real_model": ("real.jsonl", real)} if real else {})
    body = (
        f"# Round trips of Verilog, run {context.params.run}",
        "Designs were described in English, the descriptions solved, and the answers held against the designs.",
        origin(context),
        _sets(sets, "triples"),
        f"## Columns\n\n{_TRIPLE_COLUMNS}",
        f"## Where the designs are from\n\n{sources([*rows, *real])}",
        f"## Who described and solved them\n\n{_teacher(context, rows)}{_real_model(context) if real else ''}",
        f"## What was cleaned\n\n{_cleaned(cleaned, dropped)}",
        f"## What became of them\n\n{funnel(measured)}\n\n{_verdicts(sets)}",
        f"## How answers were judged\n\n{judged_by(context)}",
    )
    return _written(context, context.folder, sets, "triples", body)


def training_sets(
    context: Context, sets: Mapping[str, Sequence[Triple]], tried: Sequence[Triple], measured: Sequence[Measurement]
) -> Path:
    """Write the card of stage 03: the sets as files of whole round trips, and how well the filters tell right from wrong.

    Args:
        sets: rows by the name of their file.
        tried: all rows that the filters saw.
    """
    files = {name: (f"{name}.jsonl", rows) for name, rows in sets.items()}
    quality = [(row.metric, row.variant, with_interval(row)) for row in measured if row.metric != "funnel"]
    body = (
        f"# Training sets of run {context.params.run}",
        "Round trips that are hard enough (`sft`), and sound as well (`rl`). `unfiltered` holds all that can be trained on.",
        origin(context),
        _sets(files, "sft"),
        f"## Columns\n\n{_TRIPLE_COLUMNS}",
        f"## Where the rows are from\n\nBefore the filters:\n\n{sources(tried)}\n\nIn `sft` and `rl` together:\n\n"
        f"{sources(list({row.id: row for name in ('sft', 'rl') for row in sets[name]}.values()))}",
        f"## What was filtered, and why\n\n{funnel(measured)}\n\n{_filters(context)}",
        f"## How well the equivalence filter works\n\nWhere the truth is known, in percent with 95 % intervals:\n\n"
        f"{table(('metric', 'errors', 'value'), quality)}",
        f"## How answers were judged\n\n{judged_by(context)}",
    )
    return _written(context, context.folder, files, "sft", body)


def exported(
    context: Context,
    folder: Path,
    sets: Mapping[str, Sequence[Triple]],
    funnels: Mapping[str, Funnel],
) -> Path:
    """Write the card of the sets that others load, beside their files.

    Args:
        sets: rows by the name of their configuration.
        funnels: the filters of each, and what they left.
    """
    files = {name: (f"{name}/train.parquet", rows) for name, rows in sets.items()}
    shown = "\n\n".join(f"`{name}`:\n\n{table(('filter', 'left'), steps)}" for name, steps in funnels.items())
    body = (
        "# Round-trip synthesised Verilog",
        "Golden designs were described, the descriptions solved, and the answers held against the goldens. `sft` is for "
        "supervised fine-tuning, `rl` for reinforcement learning with the equivalence to the golden as reward.",
        origin(context),
        _sets(files, "sft"),
        f"## Columns\n\n{_EXPORT_COLUMNS}",
        *(f"## Where the rows of `{name}` are from\n\n{sources(rows)}" for name, (_, rows) in files.items()),
        f"## Who described and solved them\n\n{_teacher(context, [row for rows in sets.values() for row in rows])}",
        f"## What was filtered, and why\n\n{shown}\n\n{_filters(context)}",
        f"## How answers were judged\n\n{judged_by(context)}",
    )
    return _written(context, folder, files, "sft", body)


Sets = Mapping[str, tuple[str, Sequence[Triple]]]  # file and rows by name


def _written(context: Context, folder: Path, sets: Sets, first: str, body: Sequence[str]) -> Path:
    """Write the card with its front matter; the set `first` is loaded where none is named."""
    rows = [row for _, some in sets.values() for row in some]
    named = [licence_of(row) for row in rows]
    configs = [
        {"config_name": name, "data_files": file} | ({"default": True} if name == first else {})
        for name, (file, some) in sets.items()
        if some
    ]
    data = {
        "license": hub_licences(named),
        "language": ["en"],
        "pretty_name": body[0].removeprefix("# "),
        "task_categories": ["text-generation"],
        "size_categories": [size_category(len(rows))],
        "tags": _TAGS,
        "configs": configs,
        "dataset_info": [
            {"config_name": name, "features": features(Triple)}
            for name, (file, some) in sets.items()
            if some and file.endswith(".jsonl")
        ],
    }
    licences = f"## Licence\n\nEach row names that of its design: {', '.join(sorted(set(named))) or 'there is no row'}."
    path = folder / "README.md"
    write_text(path, card(data, *body, _LIMITS, licences, parameters(context)))
    return path


def _sets(sets: Sets, first: str) -> str:
    listed = table(
        ("set", "file", "rows"), [(f"`{name}`", f"`{file}`", len(rows)) for name, (file, rows) in sets.items()]
    )
    load = f'from datasets import load_dataset\n\nrows = load_dataset("FOLDER", "{first}", split="train")'
    return f"{listed}\n\n```python\n{load}\n```"


def _cleaned(steps: Funnel, dropped: Sequence[Dropped]) -> str:
    """What the cleaning left after each step, and what fell at which."""
    if not steps or not steps[0][1]:
        return "No source was read: all designs were drawn by the kit."
    why = Counter(row.step for row in dropped)
    fell = (
        f"What fell, by the step it fell at:\n\n{table(('fell at', 'designs'), why.most_common())}"
        if why
        else "None fell."
    )
    return f"{table(('step', 'left'), steps)}\n\n{fell}"


def _verdicts(sets: Sets) -> str:
    """How many rows of each set ended with which verdict."""
    counts = {name: Counter(row.status for row in rows) for name, (_, rows) in sets.items()}
    statuses = sorted({status for count in counts.values() for status in count})
    return table(("verdict", *counts), [(status, *(count[status] for count in counts.values())) for status in statuses])


def _teacher(context: Context, rows: Sequence[Triple]) -> str:
    """Who described and solved: the procedure for drawn designs, the profile's teacher for all others."""
    settings, drawn = context.params.roundtrip, any(row.source == "families" for row in rows)
    described, solved = private(settings.describe_model), private(settings.solve_model)
    others = _TEACHERS[settings.teacher].format(describe=described, model=solved)
    return " ".join([_PROCEDURE] * drawn + [others] * any(row.source != "families" for row in rows))


def _real_model(context: Context) -> str:
    """Who answered in the set that is replayed beside the others."""
    name = private(context.params.roundtrip.describe_model)
    return f" `real_model`: a language model whose replies were recorded once and are replayed ({name})."


def _filters(context: Context) -> str:
    """What the filters of stage 03 ask for."""
    settings = context.params.filtering
    return (
        f"Difficulty: what {private(settings.base_model)} solved in any of {settings.sft_attempts} attempts is left out of `sft`. "
        "Equivalence: `rl` keeps what came back equivalent to its golden, in at least "
        f"{settings.agree} answer(s) of those to its description. `rl` is chosen from "
        + ("what the difficulty filter left." if settings.rl_source == "hard" else "all rows, easy ones included.")
    )
