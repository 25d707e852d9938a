"""What a stage builds on: run first where it is missing or stale, each in a process of its own.

A predecessor runs as its notebook does under papermill, and the executed notebook is kept with the run. Where notebooks or
papermill are not installed, it runs as `rtlvr run`.
"""

from collections.abc import Sequence
from importlib.util import find_spec

from rtlvr.errors import StageError
from rtlvr.paths import NOTEBOOKS, REFERENCE, outputs
from rtlvr.pipeline import PLANS
from rtlvr.records import read_json
from rtlvr.reproduce import run_notebook, run_without_notebook
from rtlvr.schema import Profile
from rtlvr.stage import Stage


def make_ready(names: Sequence[str], params: Profile) -> None:
    """Run those of the stages that are not done, in order.

    Raises:
        StageError: one failed; its log is named.
    """
    for name in names:
        stage = Stage(name, params)
        if stage.done:
            continue
        why = "has changed" if stage.why_stale() else "has not run"
        print(f"{name} {why}; it is run first, {_about(name, params.profile)}", flush=True)
        run = run_notebook if _notebooks() else run_without_notebook
        if not run(PLANS[name].notebook if _notebooks() else name, params):
            raise StageError(f"stage {name} failed, see above; run it alone with `rtlvr run {name}`")


def _notebooks() -> bool:
    return NOTEBOOKS.is_dir() and find_spec("papermill") is not None


def _about(name: str, profile: str) -> str:
    """How long a stage takes, by the last run of that profile here, or else by the kit's table (docs/seconds_table.py)."""
    known = {path.stat().st_mtime: path for path in outputs().glob(f"*/{name}/manifest.json")}
    for when in sorted(known, reverse=True):
        manifest = read_json(known[when])
        if manifest.get("profile") == profile and "seconds" in manifest:
            return f"about {_spoken(manifest['seconds'])} by its last run here"
    seconds = read_json(REFERENCE / "seconds.json").get(profile, {}).get(name)
    return f"about {_spoken(seconds)} on two cores" if seconds else "its time was never measured"


def _spoken(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
