"""Where things are, from the installed package and never from the current directory."""

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parent.parent
NOTEBOOKS = ROOT / "notebooks"
PROFILES = ROOT / "params"
TINY_POLICY = PACKAGE / "train" / "tiny"
REFERENCE = ROOT / "outputs" / "reference"
CORPUS = PACKAGE / "data" / "corpus"
TRANSCRIPTS = PACKAGE / "data" / "transcripts"


def outputs() -> Path:
    """The outputs folder: `$RTLVR_OUTPUTS` where set (tests do), else `outputs/` of the kit."""
    return Path(os.environ.get("RTLVR_OUTPUTS", ROOT / "outputs"))
