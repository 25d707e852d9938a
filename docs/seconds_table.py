"""Writes what a run's stages took into outputs/reference/seconds.json: `python docs/seconds_table.py outputs/cpu`.

The message that a predecessor is run first takes its "about …" from there (`rtlvr.stages.upstream`). Give it a run that
was made on a quiet machine in one go: a stage that went on after a kill tells only its last part.
"""

import json
import sys
from pathlib import Path

TABLE = Path(__file__).resolve().parent.parent / "outputs" / "reference" / "seconds.json"


def taken(run: Path) -> dict[str, dict[str, int]]:
    """Seconds by profile and stage, as the manifests of a run's folder tell them."""
    found: dict[str, dict[str, int]] = {}
    for path in sorted(run.glob("*/manifest.json")):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        found.setdefault(manifest["profile"], {})[manifest["stage"]] = round(manifest["seconds"])
    return found


def merged(old: dict[str, dict[str, int]], new: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """Both tables; what is in both is the new one's."""
    return {
        profile: dict(sorted({**old.get(profile, {}), **new.get(profile, {})}.items())) for profile in {**old, **new}
    }


if __name__ == "__main__":
    known = json.loads(TABLE.read_text(encoding="utf-8")) if TABLE.exists() else {}
    TABLE.write_text(json.dumps(merged(known, taken(Path(sys.argv[1]))), indent=1) + "\n", encoding="utf-8")
