"""Where profiles, notebooks, tables and results are: the one place that knows whether the kit is a checkout or a wheel.

A checkout has its profiles, notebooks and reference tables in folders at its root. A wheel has copies of these folders in
`rtlvr/kit`, where `setup.py` puts them, so that both look the same from `ROOT`.

Relative paths: one on the command line starts at the current folder (`rtlvr.command`), one in a profile at `home()`.
"""

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
_SHIPPED = PACKAGE / "kit"
INSTALLED = _SHIPPED.is_dir()  # from a wheel; False in a checkout, an editable installation included
ROOT = _SHIPPED if INSTALLED else PACKAGE.parent.parent
NOTEBOOKS = ROOT / "notebooks"
PROFILES = ROOT / "params"
REFERENCE = ROOT / "outputs" / "reference"
TINY_POLICY = PACKAGE / "train" / "tiny"
CORPUS = PACKAGE / "data" / "corpus"
TRANSCRIPTS = PACKAGE / "data" / "transcripts"


def home() -> Path:
    """Where a profile's relative paths start: at the checkout's root, or for a wheel at the current folder."""
    return Path.cwd() if INSTALLED else ROOT


def from_profile(path: str) -> Path:
    """The absolute path of what a profile names.

    A wheel finds there as well what it ships, such as `params/deepspeed/zero3.json`, unless the current folder has it.
    """
    named = Path(path).expanduser()
    found, shipped = home() / named, ROOT / named
    return shipped if shipped.exists() and not found.exists() else found


def model_path(name: str) -> str:
    """A model's file or folder, looked up in the current folder and then as `from_profile` does; else `name` (a hub's)."""
    if not name or Path(name).exists():
        return name
    found = from_profile(name)
    return str(found) if found.exists() else name


def outputs() -> Path:
    """The folder of results: `$RTLVR_OUTPUTS` where set (relative to the current folder), else `outputs/` in `home()`."""
    given = os.environ.get("RTLVR_OUTPUTS")
    return Path(given).absolute() if given else home() / "outputs"
