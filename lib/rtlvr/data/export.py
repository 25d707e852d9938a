"""The two training sets as a folder that `datasets.load_dataset` reads, with a card; and on the Hub, where asked for."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from datasets import Dataset, load_dataset

from rtlvr.hdl.declarations import header
from rtlvr.policy.answer import SYSTEM_PROMPT
from rtlvr.records import Triple, write_text
from rtlvr.schema import Profile

_CARD = """---
configs:
- config_name: sft
  data_files: sft/train.parquet
- config_name: rl
  data_files: rl/train.parquet
tags: [verilog, code, reinforcement-learning]
---
# Round-trip synthesised Verilog

Made with rtlvr (run `{run}`, profile `{profile}`, seed {seed}): golden designs were described, the descriptions solved, and
the answers held against the goldens.

- `sft`: {sft} rows: system, prompt, response (thought and code in their tags), and where each came from.
- `rl`: {rl} rows: prompt, golden, interface (the module header). Every golden came back equivalent in its round trip.

Teacher: {teacher}. Difficulty filter: rows that {base} solved in any of {attempts} attempts were dropped from `sft`.

| source | licence | sft | rl |
|---|---|---|---|
{sources}
"""


def export(sft: Sequence[Triple], rl: Sequence[Triple], folder: Path, params: Profile) -> Path:
    """Write both sets and the card; returns the folder. `load_dataset(str(folder), "sft")` reads it."""
    _write([_sft_row(row) for row in sft], folder / "sft" / "train.parquet")
    _write([_rl_row(row) for row in rl], folder / "rl" / "train.parquet")
    write_text(folder / "README.md", _card(sft, rl, params))
    return folder


def push(folder: Path, name: str) -> None:
    """Push an exported folder to the Hub as `name` (OWNER/NAME), one configuration per set; asks the Hub's own login."""
    for config in ("sft", "rl"):
        load_dataset(str(folder), config, split="train").push_to_hub(name, config_name=config)


def _sft_row(row: Triple) -> dict[str, str]:
    about = {"id": row.id, "category": row.category, "source": row.source, "licence": row.licence, "status": row.status}
    return {"system": SYSTEM_PROMPT, "prompt": row.prompt, "response": row.response, **about}


def _rl_row(row: Triple) -> dict[str, str]:
    about = {"id": row.id, "category": row.category, "source": row.source, "licence": row.licence}
    return {
        "prompt": row.prompt,
        "golden": row.golden,
        "top": row.top,
        "interface": header(row.golden, row.top),
        **about,
    }


def _write(rows: list[dict[str, str]], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    Dataset.from_list(rows).to_parquet(str(partial))
    partial.replace(path)


def _card(sft: Sequence[Triple], rl: Sequence[Triple], params: Profile) -> str:
    counts = [Counter((row.source, row.licence or "not stated") for row in rows) for rows in (sft, rl)]
    lines = [f"| {s} | {li} | {counts[0][s, li]} | {counts[1][s, li]} |" for s, li in sorted(counts[0] | counts[1])]
    own = params.roundtrip.teacher == "procedural"
    return _CARD.format(
        run=params.run,
        profile=params.profile,
        seed=params.seed,
        sft=len(sft),
        rl=len(rl),
        teacher="procedural (knows the designs and errs on purpose)" if own else params.roundtrip.solve_model,
        base=params.filtering.base_model,
        attempts=params.filtering.sft_attempts,
        sources="\n".join(lines),
    )
