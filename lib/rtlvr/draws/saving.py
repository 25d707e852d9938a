"""The state of a sampler as JSON, and back: in the middle of a step too, for every policy, without a word of its own.

What a policy remembers are its attributes. Numbers, texts, lists, sets, mappings and the kinds below are written; anything
else is refused, so that a rule whose state would be lost fails at its first checkpoint and not at its first restart. What a
trainer keeps of answers (`Growing.content`, tensors) is not JSON: it is handed out beside it, by group.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from .prompt_sampler import History, PromptStream
from .rules import Acceptance
from .sampling import Ask, Draft, Filler, Growing, StepUnderWay

Contents = dict[int, list[Any]]  # of groups, by number
_KINDS: dict[str, Any] = {kind.__name__: kind for kind in (Acceptance, Ask, Draft, History, PromptStream, StepUnderWay)}
_GIVEN = {"size", "seed", "parts"}  # what a policy is made with


def saved(filler: Filler) -> tuple[dict[str, Any], Contents]:
    """All that a sampler knows, as JSON, and the contents of its groups.

    Raises:
        TypeError: a policy remembers something of another kind than can be written.
    """
    groups: dict[int, Growing] = {}
    policy = {name: value for name, value in vars(filler.policy).items() if name not in _GIVEN}
    parts = {
        "policy": policy,
        "surplus": filler.surplus,
        "opened": filler.opened,
        "step": filler.step,
        "answerer": {name: getattr(filler.answerer, name) for name in _kept(filler)},
    }
    state = {name: _written(part, groups) for name, part in parts.items()}
    state["rule"] = type(filler.policy).__name__
    state["groups"] = [_group(group) for group in groups.values()]
    return state, {number: group.content for number, group in groups.items()}


def restore(filler: Filler, state: Mapping[str, Any], contents: Contents) -> None:
    """Go on where `saved` was asked; `filler` is made as that one was.

    Raises:
        ValueError: the state is of another rule.
    """
    if state["rule"] != (rule := type(filler.policy).__name__):
        raise ValueError(f"got the state of rule {state['rule']}; allowed: that of {rule}; give another folder or rule")
    groups: dict[int, Growing] = {}
    for given in state["groups"]:
        values = {name: _read(value, groups) for name, value in given.items()}
        groups[given["number"]] = Growing(**values, content=contents[given["number"]])
    found = {name: _read(state[name], groups) for name in ("policy", "surplus", "opened", "step", "answerer")}
    vars(filler.policy).update(found["policy"])
    filler.surplus, filler.opened, filler.step = found["surplus"], found["opened"], found["step"]
    vars(filler.answerer).update(found["answerer"])


def _kept(filler: Filler) -> tuple[str, ...]:
    return getattr(filler.answerer, "saved", ())


def _group(group: Growing) -> dict[str, Any]:
    return {f.name: _written(getattr(group, f.name), {}) for f in fields(group) if f.name != "content"}


def _written(value: Any, groups: dict[int, Growing]) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Growing):
        groups[value.number] = value
        return {"group": value.number}
    if isinstance(value, list):
        return [_written(v, groups) for v in value]
    if isinstance(value, tuple | set):
        inner = sorted(value) if isinstance(value, set) else value
        return {type(value).__name__: [_written(v, groups) for v in inner]}
    if isinstance(value, dict):
        return {"dict": [[_written(k, groups), _written(v, groups)] for k, v in value.items()]}
    if is_dataclass(value) and type(value).__name__ in _KINDS:
        known = [f.name for f in fields(value) if not f.name.startswith("_")]
        return {"kind": type(value).__name__, "of": {name: _written(getattr(value, name), groups) for name in known}}
    raise TypeError(
        f"got {type(value).__name__} among what a policy remembers; allowed: numbers, texts, lists, tuples, sets, "
        f"mappings, groups, {', '.join(_KINDS)}; add the kind to rtlvr.draws.saving"
    )


def _read(value: Any, groups: Mapping[int, Growing]) -> Any:
    if isinstance(value, list):
        return [_read(v, groups) for v in value]
    if not isinstance(value, dict):
        return value
    if "group" in value:
        return groups[value["group"]]
    if "dict" in value:
        return {_read(k, groups): _read(v, groups) for k, v in value["dict"]}
    if "kind" in value:
        return _KINDS[value["kind"]](**{name: _read(v, groups) for name, v in value["of"].items()})
    (name, inner), = value.items()  # fmt: skip
    found = [_read(v, groups) for v in inner]
    return tuple(found) if name == "tuple" else set(found)
