"""Profiles: loading them, setting single parameters, and saying what a parameter is.

A profile is a YAML file in `params/`, or one of the user's own: a delta over `base.yaml`. Unknown keys, wrong types, values
out of range and parameters that exclude each other are errors that say what was got and what is allowed. Numbers such as
1.0e-5 need the point: YAML 1.1 reads 1e-5 as text.
"""

import json
import re
import shlex
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, cast, get_args, get_origin

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from rtlvr.errors import ParameterError
from rtlvr.paths import PROFILES
from rtlvr.schema import ASIDE, Profile, Section

PROFILE_NAMES = ("smoke", "cpu", "gpu", "paper")
_WORDS: dict[object, str] = {int: "integer", float: "number", str: "text", bool: "true or false", type(None): "null"}


def load(profile: str = "cpu", overrides: dict[str, Any] | None = None) -> Profile:
    """Load a profile and apply `overrides` (dotted keys such as `rl.steps`; a value of None keeps the profile's).

    Args:
        profile: one of ours by name, or a YAML file of the user's (relative to the current folder), whose name without
            its ending then is the run's.
        overrides: text values are converted where the parameter's type allows it ('300', 'false', 'a,b' for a list),
            because papermill's `-p` passes some values as text.

    Raises:
        ParameterError: unknown profile or key, wrong type, value out of range, or parameters that exclude each other.
    """
    tree = _merge(_read(PROFILES / "base.yaml"), _read(_file(profile)))
    tree = {"profile": profile, "run": Path(profile).stem, **tree}
    for key, value in (overrides or {}).items():
        if value is not None:
            _set(tree, key, value)
    try:
        return Profile.model_validate(tree)
    except ValidationError as error:
        raise ParameterError(_explain(error)) from error


def assignments(text: str) -> dict[str, str]:
    """The overrides in `rl.steps=300 corpus.licences="MIT,ISC"`: words with blanks need quotes.

    Raises:
        ParameterError: a word is no KEY=VALUE.
    """
    try:
        words = shlex.split(text or "")
    except ValueError as error:
        raise ParameterError(
            f"got set={text!r}: {error}; allowed: KEY=VALUE words, quoted where they hold blanks"
        ) from error
    if wrong := [word for word in words if "=" not in word]:
        raise ParameterError(f"got {wrong[0]!r}; allowed: KEY=VALUE, such as rl.steps=300")
    return dict(word.split("=", 1) for word in words)


def settings_of(params: Profile) -> str:
    """The words that make `params` of their profile: what `assignments` reads."""
    plain = load(params.profile)
    changed = [key for key in allowed_keys() if key != "profile" and value_of(params, key) != value_of(plain, key)]
    return " ".join(shlex.quote(f"{key}={_text(value_of(params, key))}") for key in changed)


def _text(value: object) -> str:
    if isinstance(value, list):
        return json.dumps(value)
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def fields() -> Iterator[tuple[str, FieldInfo]]:
    """Every parameter by its dotted name, in the order of the schema."""
    for name, field in Profile.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, Section):
            yield from ((f"{name}.{inner}", its) for inner, its in section.model_fields.items())
        else:
            yield name, field


def changes_results(key: str) -> bool:
    """Whether a parameter can change a result. Those that cannot are no part of a stage's identity."""
    return ASIDE not in dict(fields())[key].metadata


def explain(key: str) -> str:
    """What a parameter is, what it may be, its value in each of our profiles, and whether it changes results.

    Raises:
        ParameterError: there is no such parameter.
    """
    field = dict(fields()).get(key)
    if field is None:
        raise ParameterError(f"got parameter {key!r}; allowed: {', '.join(allowed_keys())}")
    values = {name: value_of(_ours(name), key) for name in PROFILE_NAMES}
    effect = "a new value makes the stages that read it stale" if changes_results(key) else "changes no result"
    given = "; ".join(f"{name}: {value!r}" for name, value in values.items())
    return f"{key}: {field.description}\n  allowed: {allowed(field)}\n  {given}\n  {effect}"


def document() -> str:
    """All parameters as a page in Markdown: docs/parameters.md."""
    lines = ["# Parameters", "", "Made by `rtlvr params --page > docs/parameters.md` from `lib/rtlvr/schema/`.", ""]
    lines += [
        'Set one with `-p set "rl.steps=300"` in papermill, or `--set "rl.steps=300"` in the shell. A new value makes'
    ]
    lines += ["the stages that read the parameter stale, unless the last column says that it changes no result.", ""]
    section = None
    for key, field in fields():
        if key.partition(".")[0] != section and "." in key:
            section = key.partition(".")[0]
            lines += ["", f"## {section}", "", (Profile.model_fields[section].annotation.__doc__ or "").strip(), ""]
        if lines[-1] == "":
            lines += ["| parameter | what it is | allowed | smoke | cpu | gpu | paper | effect |", "|" + "---|" * 8]
        lines.append(_row(key, field))
    return "\n".join(lines) + "\n"


def _row(key: str, field: FieldInfo) -> str:
    values = [f"`{_text(value_of(_ours(name), key)) or ' '}`" for name in PROFILE_NAMES]
    effect = "changes results" if changes_results(key) else "changes no result"
    cells = [f"`{key}`", field.description or "", allowed(field), *values, effect]
    return "| " + " | ".join(cell.replace("|", "or") for cell in cells) + " |"


@cache
def _ours(name: str) -> Profile:
    return load(name)


def allowed(field: FieldInfo) -> str:
    """The values that a parameter may have, in words."""
    return " ".join([_type_name(field.annotation), *_limits(field.metadata)])


def _limits(metadata: Iterable[object]) -> list[str]:
    """The bounds of a number, in words."""
    bounds = {"Gt": ("gt", "above"), "Ge": ("ge", "of at least"), "Le": ("le", "and at most")}
    kinds = [(one, type(one).__name__) for one in metadata]
    return [f"{bounds[kind][1]} {getattr(one, bounds[kind][0])}" for one, kind in kinds if kind in bounds]


def value_of(profile: Profile, key: str) -> object:
    """The value of a parameter by its dotted name."""
    value: object = profile
    for part in key.split("."):
        value = getattr(value, part)
    return value


def _file(profile: str) -> Path:
    if profile in PROFILE_NAMES:
        return PROFILES / f"{profile}.yaml"
    own = Path(profile)
    if own.suffix in (".yaml", ".yml") and own.is_file():
        return own
    missing = f" (there is no file {own.absolute()})" if own.suffix in (".yaml", ".yml") else ""
    raise ParameterError(
        f"got profile={profile!r}{missing}; allowed: {', '.join(PROFILE_NAMES)}, or a file of your own, *.yaml"
    )


def allowed_keys() -> list[str]:
    """All dotted parameter names."""
    return [key for key, _ in fields()]


class _Yaml(yaml.SafeLoader):
    """YAML as of 1.2 in one respect: `true` and `false` alone are booleans, so that `on` and `off` are words."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:bool"]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_Yaml.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"true|True|TRUE|false|False|FALSE"), list("tTfF"))


def _read(path: Path) -> dict[str, Any]:
    try:
        tree = yaml.load(path.read_text(encoding="utf-8"), _Yaml) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ParameterError(f"{path} is no YAML file: {error}") from error
    if not isinstance(tree, dict):
        raise ParameterError(f"got {type(tree).__name__} in {path}; allowed: sections such as `rl:` with `steps: 300`")
    return tree


def _merge(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged


def _set(tree: dict[str, Any], key: str, value: object) -> None:
    if key not in allowed_keys():
        raise ParameterError(f"got parameter {key!r}; allowed: {', '.join(allowed_keys())}")
    *sections, leaf = key.split(".")
    model: type[BaseModel] = Profile
    for name in sections:
        tree = tree[name]
        model = cast(type[BaseModel], model.model_fields[name].annotation)
    field = model.model_fields[leaf]
    if value == "null" and "None" in str(field.annotation):
        tree[leaf] = None
        return
    kind: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    if isinstance(value, bool) and field.annotation is not bool:
        raise ParameterError(f"got {key}={value!r}; allowed: {_type_name(field.annotation)}")
    if isinstance(value, str) and str(field.annotation).startswith("list["):
        value = _items(value)
    try:
        tree[leaf] = TypeAdapter(kind).validate_python(value, strict=not isinstance(value, str | list))
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        raise ParameterError(f"got {key}={value!r}; allowed: {_type_name(field.annotation)} ({reason})") from error


def _items(text: str) -> object:
    """A list from `a,b`, or as YAML writes it."""
    if text.strip().startswith("["):
        return yaml.safe_load(text)
    return [item.strip() for item in text.split(",") if item.strip()]


def _type_name(kind: object, plural: str = "") -> str:
    """A type in words: `list[list[int]]` is a list of lists of integers."""
    inner = get_args(kind)
    if hasattr(kind, "__metadata__"):
        return " ".join([_type_name(inner[0], plural), *_limits(_inside(inner[1:]))])
    if get_origin(kind) is list:
        return f"list{plural} of {_type_name(inner[0], 's')}"
    if get_origin(kind) is Literal:
        return " or ".join(map(str, inner))
    if inner:
        return " or ".join(_type_name(one, plural) for one in inner)
    return f"{_WORDS[kind]}{plural}" if kind in _WORDS else str(kind)


def _inside(found: Iterable[object]) -> Iterator[object]:
    """What `Field` says of a type inside a list."""
    for one in found:
        yield from one.metadata if isinstance(one, FieldInfo) else (one,)


def _explain(error: ValidationError) -> str:
    lines = []
    for item in error.errors():
        key = ".".join(str(part) for part in item["loc"])
        if isinstance(item["input"], dict) and item["type"] == "value_error":
            lines.append(f"{key}: {item['msg'].removeprefix('Value error, ')}".removeprefix(": "))
            continue
        section = item["loc"][0] if item["loc"] else ""
        near = [k for k in allowed_keys() if k.startswith(f"{section}.")] or allowed_keys()
        hint = f"; allowed: {', '.join(near)}" if item["type"] == "extra_forbidden" else ""
        lines.append(f"{key}: got {item['input']!r}: {item['msg']}{hint}")
    return "\n".join(lines)
