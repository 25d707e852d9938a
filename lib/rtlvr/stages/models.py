"""The models that stages 06 and 07 measure: policies of this run by the name of their stage, or others by their own."""

from dataclasses import dataclass

from rtlvr.errors import ParameterError
from rtlvr.llm.endpoint import models_at
from rtlvr.policy.model import size_of
from rtlvr.schema import Generation
from rtlvr.stages.context import Context

STAGES = {"sft": "04_sft", "rl": "05_rl"}
_SMALL = 0.05  # billions of parameters, below which a policy is called small in figures


@dataclass(frozen=True)
class MeasuredModel:
    """A model: its name among the parameters, what figures call it, where it is, and its size in billions (None: unknown)."""

    name: str
    label: str
    where: str
    billions: float | None

    @property
    def own(self) -> bool:
        """Whether this run has trained it."""
        return self.name in STAGES


def measured(context: Context, name: str) -> MeasuredModel:
    """The model of that name.

    Raises:
        StageError: it is one of this run that has not been trained.
        ParameterError: it cannot be had.
    """
    generation = context.params.generation
    if generation.backend == "endpoint":
        _refuse_own(name, generation)
        return MeasuredModel(name, name, name, None)
    where = str(context.upstream(STAGES[name]) / "policy") if name in STAGES else name
    billions = size_of(where)
    kind = "small policy" if billions < _SMALL else "our policy"
    label = f"{kind} ({name.upper()})" if name in STAGES else name
    return MeasuredModel(name, label, where, billions)


def _refuse_own(name: str, generation: Generation) -> None:
    """Raise ParameterError for a policy of this run: an endpoint has models of its own."""
    if name in STAGES:
        known = ", ".join(models_at(generation.base_url, generation.api_key_env)) or "it does not say which"
        raise ParameterError(f"got an endpoint without the name of a model; give -p model NAME; it has: {known}")
