"""What all cards share: front matter, tables, licences in the hub's words, parameters, and how answers were judged."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, get_args, get_origin

import yaml

from rtlvr.identity import VERSION
from rtlvr.records import Measurement, Record, Triple
from rtlvr.stages.context import Context
from rtlvr.verify.verdict import Mode

KIT_LICENCE = "MIT"
NOT_STATED = "not stated"
_PATH = re.compile(r"(?<![\w.~/<])(?:~|\.\.)?/(?:[^/\s:#\"',]+/)*([^/\s:#\"',]+)")
# The licences for which the hub has a word of its own; SPDX names, in lower case.
_KNOWN = {
    *("mit", "apache-2.0", "bsd-2-clause", "bsd-3-clause", "isc", "unlicense", "zlib", "bsl-1.0"),
    *("cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0"),
    *("mpl-2.0", "epl-2.0", "gpl-2.0", "gpl-3.0", "lgpl-2.1", "lgpl-3.0", "agpl-3.0"),
}
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_DTYPES = {int: "int64", float: "float64", bool: "bool"}
_MODES = {
    "hybrid": "Mode `hybrid`: a short simulation refutes, ABC proves or refutes, and what stays open goes to the generated "
    "testbench ({size}) and one long run. Accepted is what is proved, or what no step told apart: the latter may still be wrong.",
    "testbench": "Mode `testbench`, the paper's own: the generated testbench ({size}) and no proof. Wrong code that its random "
    "inputs never meet is accepted.",
}


def card(data: dict[str, Any], *parts: str) -> str:
    """A card's text: front matter from `data` without what is empty, then the parts, an empty line between them."""
    kept = {key: value for key, value in data.items() if value not in (None, "", [], {})}
    matter = yaml.safe_dump(kept, sort_keys=False, allow_unicode=True, width=100)
    return f"---\n{matter}---\n" + "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; a line of its own says so where there is no row."""
    lines = [[_cell(value) for value in row] for row in rows]
    head = [list(columns), ["---"] * len(columns)]
    return "\n".join(f"| {' | '.join(line)} |" for line in (*head, *lines)) if lines else "Nothing was recorded."


def _cell(value: object) -> str:
    text = "–" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")


def hub_licences(named: Iterable[str]) -> str | list[str]:
    """Licences as the hub spells them: one name, or several in order; `other` for what it has no word for."""
    found = sorted({_hub_licence(name) for name in named}) or ["unknown"]
    return found[0] if len(found) == 1 else found


def _hub_licence(name: str) -> str:
    plain = re.sub(r"-(only|or-later)$|\+$", "", name.strip().lower())
    return "unknown" if plain in ("", NOT_STATED, "unknown") else plain if plain in _KNOWN else "other"


def licence_of(row: Triple) -> str:
    """A row's licence; designs that the kit draws or ships have the kit's own."""
    return row.licence or (KIT_LICENCE if row.source in ("families", "seed") else NOT_STATED)


def sources(rows: Sequence[Triple]) -> str:
    """A table of where rows come from: source, licence, number, and how many came back equivalent."""
    all_rows = Counter((row.source, licence_of(row)) for row in rows)
    right = Counter((row.source, licence_of(row)) for row in rows if row.status == "equivalent")
    counted = [(*key, count, right[key]) for key, count in sorted(all_rows.items())]
    return table(("source", "licence", "rows", "equivalent"), counted)


def features(kind: type[Record]) -> list[dict[str, Any]]:
    """The columns of a record's file as the hub's cards name them.

    Without them `datasets` guesses a column's type from the first rows, and fails where what was empty there is text later on.
    """
    return [{"name": name, **_feature(field.annotation)} for name, field in kind.model_fields.items()]


def _feature(annotation: Any) -> dict[str, Any]:
    inside = get_args(annotation)[0] if get_origin(annotation) is tuple else None
    if isinstance(inside, type) and issubclass(inside, Record):
        return {"list": features(inside)}
    return {"list": "string"} if inside is str else {"dtype": _DTYPES.get(annotation, "string")}


def size_category(count: int) -> str:
    """The hub's word for a number of rows."""
    return next((word for limit, word in _SIZES if count < limit), "n>1M")


def funnel(rows: Iterable[Measurement]) -> str:
    """The steps of a stage's funnel with what each left."""
    return table(("step", "left"), [(row.variant, int(row.value)) for row in rows if row.metric == "funnel"])


def with_interval(row: Measurement) -> str:
    """A measurement as text: value and unit, its 95 % interval, and the number of observations."""
    bounds = "" if row.low is None or row.high is None else f" ({row.low:.1f} to {row.high:.1f})"
    return f"{row.value:.1f} {row.unit}{bounds}, n = {row.n}"


def judged_by(context: Context, mode: Mode | None = None) -> str:
    """How answers were judged: the verifier's mode (None: the profile's), and the size of its testbench."""
    bench = context.params.testbench
    return _MODES[mode or context.params.verifier.mode].format(
        size=f"{bench.sequences} sequences of {bench.cycles} cycles"
    )


def origin(context: Context) -> str:
    """Which run of the kit made it; the key stands for all that determines it."""
    params = context.params
    return (
        f"Made by rtlvr {VERSION}, stage `{context.name}`, run `{params.run}`, profile `{params.profile}`, seed {params.seed}, "
        f"key `{context.key}`. rtlvr reproduces QiMeng-CodeV-R1 ([arXiv 2505.24183](https://arxiv.org/abs/2505.24183))."
    )


def parameters(context: Context) -> str:
    """All parameters that determine the stage's results, folded away; of paths only the last part."""
    rows = [(f"`{key}`", f"`{private(json.dumps(value))}`") for key, value in context.facts.items() if "." in key]
    shown = table(("parameter", "value"), [row for row in rows if not row[0].startswith(("`input ", "`stage "))])
    return f"## Parameters\n\n<details><summary>all that determine the results</summary>\n\n{shown}\n\n</details>"


def private(text: str) -> str:
    """`text` in which a path keeps its last part alone: the rest says nothing to others, and perhaps too much."""
    return _PATH.sub(r"…/\1", text)
