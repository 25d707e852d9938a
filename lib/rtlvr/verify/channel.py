"""What goes between the pool and its workers, as JSON: any text passes, whatever is wrong with its Unicode."""

from typing import Any, Literal, NotRequired, TypedDict

from rtlvr.errors import Cause
from rtlvr.verify.verdict import Mode

WorkerTask = Literal["verify", "inspect", "read", "unknown", "resynthesise", "apply"]


class WorkerRequest(TypedDict):
    """A question about a golden; `verify` also has a candidate, `resynthesise` a recipe, `apply` a function of the kit
    (`module:name`) and what it is given besides. Records are told by their fields."""

    task: WorkerTask
    golden: str
    golden_top: str | None
    stimuli: dict[str, Any]
    limits: dict[str, Any]
    candidate: NotRequired[str]
    candidate_top: NotRequired[str | None]
    mode: NotRequired[Mode]
    recipe: NotRequired[str]
    work: NotRequired[str]
    arguments: NotRequired[list[Any]]


class WorkerAnswer(TypedDict, total=False):
    """The one field that was asked for, or an error: a design that cannot be judged with its cause, or tools that failed."""

    verdict: dict[str, Any]
    circuit: dict[str, Any]
    reading: dict[str, Any]
    outputs: list[str]
    code: str
    result: dict[str, Any]
    design_error: str
    cause: Cause
    infrastructure_error: str
