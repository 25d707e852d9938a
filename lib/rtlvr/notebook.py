"""What every notebook's first code cell calls: `start` checks the parameters and opens the stage."""

import ast
import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.core.interactiveshell import InteractiveShell

from rtlvr.progress import headless

if headless():  # bars of datasets and transformers, which read it when they are loaded: nobody sees them move
    os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")

from rtlvr.errors import ParameterError, RtlvrError
from rtlvr.failures import explained_refusal
from rtlvr.identity import VERSION
from rtlvr.params import assignments, load
from rtlvr.report.frames import show_whole_tables
from rtlvr.stage import commit
from rtlvr.stages.context import Context, open_context


def start(
    name: str, namespace: dict[str, Any], own: Mapping[str, str] | None = None, **keys: str | tuple[str, ...]
) -> Context:
    """Open the stage of notebook `name` from the notebook's own variables; predecessors that are not done run first.

    Args:
        name: the notebook, e.g. `05_rl`.
        namespace: the notebook's `globals()`.
        own: like `keys`, of parameters that hold for this notebook alone: its predecessors are those of the profile.
        keys: the notebook's parameters and the profile keys that they override, e.g. `steps="rl.steps"`, or several
            keys that take the same value. Always there are `profile`, `run` (a name for the results' folder), `set` (any
            parameters, as `rl.steps=300 rl.seed=1`) and `upstream` (`check`: stop where a predecessor is not done).

    Raises:
        ParameterError: a parameter is unknown (papermill itself would only warn), mistyped or out of range.
        StageError: a predecessor is not done, and `upstream` is `check` or running it failed.
    """
    _prepare_shell()
    local = dict(own or {})
    allowed = {"profile", "run", "set", "upstream", *keys, *local}
    unknown = _assigned_before_start(namespace) - allowed
    if unknown:
        raise ParameterError(f"got parameter {', '.join(sorted(unknown))}; allowed: {', '.join(sorted(allowed))}")
    overrides = {
        key: namespace[parameter]
        for parameter, named in keys.items()
        for key in ([named] if isinstance(named, str) else named)
    }
    words = assignments(namespace.get("set", "") if isinstance(namespace.get("set"), str) else "")
    general = {key: namespace[key] for key in ("run", "upstream") if namespace.get(key)}
    named = overrides | words | general
    alone = {key: namespace[mine] for mine, key in local.items() if namespace[mine] is not None}
    stage = open_context(name, load(namespace["profile"], named), load(namespace["profile"], named | alone))
    state = "finished before; its results are shown, not computed again" if stage.done else "to be computed"
    print(f"rtlvr {VERSION} ({commit()}) · {name} · profile {stage.params.profile} · {state}\nresults: {stage.folder}")
    return stage


def _prepare_shell() -> None:
    """From now on tables are shown whole, and a cell that fails for a known reason says it, and what to do (`%tb`: all of it)."""
    shell = get_ipython()
    if shell is not None:
        shell.set_custom_exc((RtlvrError, OSError), _tell)
        show_whole_tables(shell)


def _tell(
    shell: InteractiveShell, kind: type[Exception], error: Exception, where: TracebackType, tb_offset: int | None = None
) -> None:
    told = explained_refusal(error) if isinstance(error, OSError) else error
    if told is None:
        shell.showtraceback((kind, error, where), tb_offset=tb_offset)
    else:
        shell.showtraceback((type(told), told, where), exception_only=True)


def _assigned_before_start(namespace: dict[str, Any]) -> set[str]:
    """Names assigned in the cells before the one that calls `start` first: the parameters and papermill's injections."""
    names: set[str] = set()
    for source in namespace.get("In", [])[1:]:
        if "start(" in source:
            break
        try:
            tree = ast.parse(source)
        except SyntaxError:  # a cell magic
            continue
        for node in tree.body:
            targets = (
                node.targets
                if isinstance(node, ast.Assign)
                else [node.target]
                if isinstance(node, ast.AnnAssign)
                else []
            )
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names
