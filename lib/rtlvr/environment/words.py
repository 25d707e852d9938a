"""The answer of a check in words, for a model that is asked again. They say what the answer holds, and so no more of a golden."""

from rtlvr.environment.answers import CheckAnswer, Shown

_MOST_PROBLEM, _MOST_VALUE = (
    500,
    80,
)  # characters of a compiler's complaint, and of a value: a name may be of any length


def in_words(answer: CheckAnswer) -> str:
    """What is wrong with a design, and the steps that show it; empty where it is right."""
    if answer.ok:
        return ""
    lines = [f"The design is not right: {(answer.problem or 'nothing more is known')[:_MOST_PROBLEM]}."]
    if answer.counterexample:
        lines.append("The last steps of the check, up to the first difference, values in binary:")
        lines += [_step(shown) for shown in answer.counterexample]
    return "\n".join(lines)


def _step(shown: Shown) -> str:
    return f"inputs {_values(shown.inputs)}; expected {_values(shown.expected)}; got {_values(shown.got)}"


def _values(values: dict[str, str]) -> str:
    return " ".join(f"{name}={value[:_MOST_VALUE]}" for name, value in values.items()) or "none"
