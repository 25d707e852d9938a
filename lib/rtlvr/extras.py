"""The package's extras: what each is for, what it lacks here, and how to get it.

`pip install rtlvr` alone is the verifier and its commands. Which packages an extra brings is written in pyproject.toml and
nowhere else; here it is read from the installed package's own metadata.
"""

from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from rtlvr.errors import ExtraError
from rtlvr.paths import INSTALLED

EXTRAS = {
    "train": "policies: SFT, RL, a model's own samples, and the data they are made from",
    "notebooks": "the notebooks and their figures: JupyterLab, papermill, matplotlib",
    "gpu": "one GPU and more: vLLM for sampling, DeepSpeed for training",
    "ray": "verification spread over machines",
    "serve": "verdicts over HTTP: FastAPI, uvicorn, Prometheus",
    "docs": "the documentation's pages",
    "test": "the test suite",
    "types": "mypy and the types of other packages",
}
_ROOT = "rtlvr"


def required(extra: str = "") -> list[Requirement]:
    """What an extra adds to the package, the extras that it includes taken apart; without a name, what the package needs."""
    found = []
    for line in metadata.requires(_ROOT) or []:
        requirement = Requirement(line)
        marker = requirement.marker
        alone = marker is None or marker.evaluate({"extra": ""})
        if alone if not extra else (not alone and marker is not None and marker.evaluate({"extra": extra})):
            found.append(requirement)
    own = [one for one in found if canonicalize_name(one.name) != _ROOT]
    return own + [more for one in found if one not in own for name in sorted(one.extras) for more in required(name)]


def version_of(name: str) -> str | None:
    """The installed version of a package; None where it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def versions(names: tuple[str, ...]) -> dict[str, str]:
    """The versions of those of the packages that are installed."""
    return {name: found for name in names if (found := version_of(name)) is not None}


def install_line(extra: str) -> str:
    """The command that installs an extra."""
    return f"pip install 'rtlvr[{extra}]'" if INSTALLED else f"pip install -e '.[{extra}]'"


def need(*extras: str) -> None:
    """Refuse to go on without these extras.

    Raises:
        ExtraError: one lacks a package; says which, and how to install the extra.
    """
    for extra in extras:
        lacking = [one.name for one in required(extra) if version_of(one.name) is None]
        if lacking:
            raise ExtraError(
                f"got no {', '.join(lacking)}; the extra [{extra}] has what is needed: {install_line(extra)}"
            )


def explained(error: ModuleNotFoundError) -> ExtraError | None:
    """The same in terms of the extra that brings the missing module; None where no extra does."""
    name = canonicalize_name((error.name or "").partition(".")[0])
    for extra in EXTRAS:
        if any(canonicalize_name(one.name) == name for one in required(extra)):
            return ExtraError(f"got no {name}; the extra [{extra}] brings it: {install_line(extra)}")
    return None
