"""The two training sets as files that `datasets.load_dataset` reads; and with their card on the Hub, where asked for."""

from collections.abc import Sequence
from pathlib import Path

from datasets import Dataset
from huggingface_hub import HfApi

from rtlvr.hdl.declarations import header
from rtlvr.policy.answer import SYSTEM_PROMPT
from rtlvr.records import Triple


def export(sft: Sequence[Triple], rl: Sequence[Triple], folder: Path) -> Path:
    """Write both sets; returns the folder. With its card beside them, `load_dataset(str(folder), "sft")` reads it."""
    _write([_sft_row(row) for row in sft], folder / "sft" / "train.parquet")
    _write([_rl_row(row) for row in rl], folder / "rl" / "train.parquet")
    return folder


def push(folder: Path, name: str) -> None:
    """Push an exported folder, its card included, to the Hub as dataset `name` (OWNER/NAME); asks the Hub's own login."""
    hub = HfApi()
    hub.create_repo(name, repo_type="dataset", exist_ok=True)
    hub.upload_folder(repo_id=name, repo_type="dataset", folder_path=folder)


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
