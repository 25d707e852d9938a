"""Pickles of plain values, read without running them: `pickle.loads` does whatever a pickle says.

A pickle is taken apart into its instructions, and only those that build plain values are carried out. A subclass of
`pickle.Unpickler` can refuse every name, but ten bytes make it allocate gigabytes for its memo, and sixty nested pairs in
a set keep it hashing for ever: both before it returns anything that could be checked.

Guaranteed: nothing that a pickle names is imported or called; bytes, instructions and values are limited, and with them
the time and memory that it takes. Not guaranteed: pickles of Python 2, and bytes in protocols below 3, are refused.
"""

import pickletools
from collections.abc import Collection, Iterable
from itertools import chain
from typing import Any, cast

from rtlvr.errors import StageError

MAX_BYTES = 16 << 20
MAX_VALUES = 50_000  # instructions of a pickle, and values in what it builds, shared ones counted wherever they appear
MAX_DEPTH = 16  # containers inside each other; the published rows need 4
_MAX_KEY, _MAX_NAME = 16, 1024  # values in a tuple, and characters in a text, that is a key or in a set

_ATOMS = (str, bytes, int, float, bool, type(None))
_CONTAINERS = (dict, list, tuple, set, frozenset)
_PLAIN = "plain containers (dict, list, tuple, set, str, bytes, int, float, bool, None)"


def loads_plain(data: bytes) -> object:
    """What a pickle of plain values holds; no other pickle is carried out.

    Keys of dicts and elements of sets must be short atoms or short tuples of such, and integers have at most 64 bits.

    Raises:
        StageError: the pickle names a class or function, is broken, or exceeds a limit; the message says which.
    """
    if len(data) > MAX_BYTES:
        raise StageError(f"got a pickle of {len(data)} bytes; allowed: at most {MAX_BYTES}")
    machine, at = _Machine(), 0
    try:
        for instruction, argument, place in pickletools.genops(data):
            at = place or 0
            machine.step(instruction.name, argument)
        return _checked(machine.take(1)[0])
    except (ValueError, LookupError, TypeError) as error:
        what = error if isinstance(error, _Refused) else f"a broken pickle ({shown(error)})"
    raise StageError(f"got {what} at byte {at} of a pickle; allowed: {_PLAIN}")


class _Refused(ValueError):
    """A pickle holds what is not allowed; the message goes on after `got`."""


_NUMBERS = frozenset(("INT", "LONG", "LONG1", "LONG4", "BININT", "BININT1", "BININT2", "FLOAT", "BINFLOAT"))
_TEXTS = frozenset(("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"))
_PUSHES = _NUMBERS | _TEXTS | {"BINBYTES", "SHORT_BINBYTES", "BINBYTES8"}
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
# Instructions that use up values: how many (None: all since the last mark), and what they build or add to.
_BUILDS: dict[str, tuple[int | None, type]]
_BUILDS = {"EMPTY_LIST": (0, list), "EMPTY_DICT": (0, dict), "EMPTY_SET": (0, set), "EMPTY_TUPLE": (0, tuple)}
_BUILDS |= {"TUPLE1": (1, tuple), "TUPLE2": (2, tuple), "TUPLE3": (3, tuple), "TUPLE": (None, tuple)}
_BUILDS |= {"LIST": (None, list), "DICT": (None, dict), "FROZENSET": (None, frozenset)}
_ADDS: dict[str, tuple[int | None, type]] = {"APPENDS": (None, list), "SETITEMS": (None, dict), "ADDITEMS": (None, set)}
_ADDS |= {"APPEND": (1, list), "SETITEM": (2, dict)}
_SETS = {f"{module} {kind.__name__}": kind for module in ("builtins", "__builtin__") for kind in (set, frozenset)}


class _Machine:
    """Carries out the instructions that build plain values; it has none that could call or import."""

    def __init__(self) -> None:
        self._stack: list[Any] = []  # plain values, set and frozenset among them
        self._marks: list[int] = []  # heights of the stack
        self._memo: dict[object, object] = {}  # not a list: its size must not depend on an index in the file
        self._left = MAX_VALUES

    def step(self, name: str, argument: object) -> None:
        """Carry out one instruction."""
        self._spend(1)
        if name in _PUSHES:
            if type(argument) is int and argument.bit_length() > 64:
                raise _Refused("an integer of more than 64 bits")
            self._stack.append(argument)
        elif name in _CONSTANTS:
            self._stack.append(_CONSTANTS[name])
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            self._stack.append(self._memo[argument])
        elif name in ("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"):
            self._memo[len(self._memo) if argument is None else argument] = self._stack[-1]
        elif name == "MARK":
            self._marks.append(len(self._stack))
        elif name in _BUILDS:
            count, kind = _BUILDS[name]
            self._stack.append(_built(kind, self.take(count)))
        elif name in _ADDS:
            self._add(*_ADDS[name])
        elif name not in ("PROTO", "FRAME", "STOP"):
            self._stack.append(self._other(name, argument))

    def take(self, count: int | None) -> list[Any]:
        """The last `count` values, or all since the last mark; they leave the stack."""
        floor = self._marks[-1] if self._marks else 0
        start = self._marks.pop() if count is None else len(self._stack) - count
        if start < floor:
            raise IndexError("too few values for an instruction")
        items, self._stack[start:] = self._stack[start:], []
        return items

    def _add(self, count: int | None, kind: type) -> None:
        items = self.take(count)
        target = self._stack[-1]
        if type(target) is not kind:
            raise TypeError(f"values are added to no {kind.__name__}")
        if isinstance(target, list):
            target.extend(items)
        else:
            cast("dict[object, object] | set[object]", target).update(_built(kind, items))

    def _spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise _Refused(f"more than {MAX_VALUES} instructions and values")

    def _other(self, name: str, argument: object) -> object:
        """What the remaining instructions give, which name or call something: sets are built, all else is refused."""
        if name in ("GLOBAL", "STACK_GLOBAL"):
            wanted = str(argument) if name == "GLOBAL" else " ".join(self.take(2))
            if wanted not in _SETS:
                raise _Refused(shown(wanted.replace(" ", ".", 1)))
            return _SETS[wanted]
        if name != "REDUCE":
            of = f" of {shown(argument.replace(' ', '.', 1))}" if isinstance(argument, str) else ""
            raise _Refused(f"the instruction {name}{of}")
        kind, arguments = self.take(2)
        if kind not in (set, frozenset) or type(arguments) is not tuple or [type(a) for a in arguments] != [list]:
            raise _Refused("a call that builds no set from a list")
        self._spend(len(arguments[0]))  # one short instruction copies a long list, and may be repeated
        return _built(kind, arguments[0])


def _built(kind: type, items: list[Any]) -> Any:
    """A container of that kind; of a dict, `items` are keys and values in turn."""
    if kind is dict:
        return dict(zip(map(_key, items[::2]), items[1::2], strict=True))
    return kind(map(_key, items)) if kind in (set, frozenset) else kind(items)


def _key(value: object) -> object:
    """A value that is about to be hashed and compared, which for nested tuples and long texts can be made to take for ever."""
    parts: tuple[object, ...] = value if type(value) is tuple else (value,)
    texts = [part for part in parts[:_MAX_KEY] if isinstance(part, str | bytes)]
    if len(parts) > _MAX_KEY or any(len(t) > _MAX_NAME for t in texts) or any(type(p) not in _ATOMS for p in parts):
        raise _Refused("a key or element of a set that is neither a short atom nor a short tuple of such")
    return value


def _checked(value: object) -> object:
    """The value, if it is plain, and small even where shared parts are counted each time: all later work is bounded."""
    todo, count = [(value, 0)], 1
    while todo:
        node, depth = todo.pop()
        if type(node) in _ATOMS:
            continue
        if type(node) not in _CONTAINERS:
            raise _Refused("a class as a value")
        inside = cast("Collection[object]", node)
        count += len(inside) * (2 if type(node) is dict else 1)
        if count > MAX_VALUES or depth == MAX_DEPTH:
            raise _Refused(f"more than {MAX_VALUES} values or {MAX_DEPTH} levels when written out in full")
        parts: Iterable[object] = chain.from_iterable(node.items()) if type(node) is dict else inside
        todo.extend((part, depth + 1) for part in parts)
    return value


def shown(what: object) -> str:
    """Text from a file, fit for a message: short and printable."""
    text = str(what)
    return "".join(c if c.isprintable() else "?" for c in text[:100]) + "…" * (len(text) > 100)
