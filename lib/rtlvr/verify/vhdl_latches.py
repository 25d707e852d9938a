"""Latches in GHDL's Verilog: it shows them as loops of assignments (`q = en ? d : q`), which are no latch to synthesis."""

import re
from collections.abc import Iterator, Mapping, Sequence

ASSIGN = re.compile(r"  assign (\w+) = (.*);$")
_MUX = re.compile(r"(\w+) \? (\S+) : (\S+)")
_NAME = re.compile(r"(?<!')\b[A-Za-z_]\w*")
_DEEPEST, _MOST_CHOICES = 60, 400


def latches(statements: Sequence[str], values: Mapping[str, str]) -> dict[str, str]:
    """The latches among assigned nets, and the statement that each should be.

    `values` is what is assigned, by net. A choice that holds its own value is a latch; of the nets in a loop of
    assignments it is the one that is used outside of it.
    """
    found: dict[str, str] = {}
    left = dict(values)
    while True:
        loops = _loops(left)
        made = next(_made(statements, left, loops), None) if loops else None
        if made is None:
            return found
        found[made[0]] = made[1]
        left.pop(made[0])


def _made(statements: Sequence[str], values: Mapping[str, str], loops: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    outside = set()
    for one in statements:
        assigned = ASSIGN.match(one)
        if re.match(r"  (?:wire|reg) ", one):
            continue
        used = _NAME.findall(assigned[2] if assigned else one)
        outside |= {name for name in used if not assigned or loops.get(assigned[1]) != loops.get(name)}
    for name in loops:
        if name in outside and (lines := _Latch(values, loops, name).lines(name, 0)) and "if (" in lines:
            yield name, "  always @*\n" + lines


class _Latch:
    """The statement of one latch, as far as it can be told with little work."""

    def __init__(self, values: Mapping[str, str], loops: Mapping[str, int], name: str) -> None:
        self._values, self._loops, self._name, self._left = values, loops, name, _MOST_CHOICES

    def lines(self, net: str, depth: int) -> str | None:
        """What gives the latch the value of `net`; None where it is no choice between holding and loading."""
        indent = "    " + "  " * depth
        self._left -= 1
        if depth and net == self._name:
            return f"{indent};"
        if not self._looped(net):
            return f"{indent}{self._name} = {net};"
        value = self._values[net]
        mux = _MUX.fullmatch(value)
        if self._left < 0 or depth > _DEEPEST or mux is None or self._looped(mux[1]):
            follows = self._left >= 0 and depth <= _DEEPEST and re.fullmatch(r"\w+", value)
            return self.lines(value, depth + 1) if follows else None
        then, other = (self.lines(mux[side], depth + 1) for side in (2, 3))
        if then is None or other is None:
            return None
        return f"{indent}if ({mux[1]})\n{then}\n{indent}else\n{other}"

    def _looped(self, net: str) -> bool:
        return self._loops.get(net) == self._loops[self._name]


def _loops(values: Mapping[str, str]) -> dict[str, int]:
    """The nets that depend on themselves, each with the number of its loop (Tarjan, without recursion)."""
    uses = {net: [name for name in _NAME.findall(value) if name in values] for net, value in values.items()}
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    waiting: set[str] = set()
    loops: dict[str, int] = {}
    for root in values:
        work = [(root, iter(uses[root]))] if root not in order else []
        while work:
            net, rest = work[-1]
            if net not in order:
                order[net] = low[net] = len(order)
                stack.append(net)
                waiting.add(net)
            following = next((name for name in rest if name not in order), None)
            if following is not None:
                work.append((following, iter(uses[following])))
                continue
            work.pop()
            low[net] = min([low[net], *(low[name] for name in uses[net] if name in waiting)])
            if low[net] == order[net]:
                _close(net, stack, waiting, uses, loops)
    return loops


def _close(net: str, stack: list[str], waiting: set[str], uses: Mapping[str, list[str]], loops: dict[str, int]) -> None:
    members = stack[stack.index(net) :] if stack[-1] != net else [net]
    del stack[len(stack) - len(members) :]
    waiting.difference_update(members)
    if len(members) > 1 or net in uses[net]:
        number = len(loops)
        loops.update(dict.fromkeys(members, number))
