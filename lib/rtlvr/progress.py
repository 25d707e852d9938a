"""Progress bars where somebody looks: in a terminal, and in a notebook that a front end shows."""

import os
import sys
from collections.abc import Iterable
from typing import Any, TypeVar

from tqdm.auto import tqdm

Item = TypeVar("Item")
# What JupyterLab's server, Colab and VS Code tell the kernels that they start.
_FRONT_ENDS = ("JPY_SESSION_NAME", "COLAB_RELEASE_TAG", "VSCODE_PID")


def watched() -> bool:
    """Whether a front end shows what this process displays."""
    return any(name in os.environ for name in _FRONT_ENDS)


def headless() -> bool:
    """Whether this is the kernel of a notebook that nobody watches, as under papermill."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return hasattr(shell, "kernel") and not watched()


def progress(items: Iterable[Item], what: str, total: int, unit: str = "it") -> "tqdm[Item]":
    """`items` with a bar that moves as they are taken, of `total`; see `counter` for where there is none."""
    return tqdm(items, desc=what, total=total, unit=unit, **_options(total == 0))


def counter(what: str, total: int | None = None, initial: int = 0, unit: str = "it") -> "tqdm[None]":
    """A bar to update by hand; use it in a `with` statement.

    There is none where nothing is left to do, for it would look like one that failed, nor in a notebook that nobody watches:
    there every new state of a bar would be another line of red text.

    Args:
        total: how many there are; None: unknown.
        initial: how many are done already.
    """
    return tqdm(desc=what, total=total, initial=initial, unit=unit, **_options(total is not None and initial >= total))


def _options(nothing: bool) -> dict[str, Any]:
    """What tqdm is told besides; TQDM_DISABLE holds where nothing is said of `disable`."""
    often = {"mininterval": 1.0 if watched() else 5.0}
    return often | {"disable": True} if nothing or headless() else often
