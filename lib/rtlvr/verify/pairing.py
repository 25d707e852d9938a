"""Which state of one design is which of the other's: by name, or by what both load.

Cells of one class get the same random value, and are told apart where what they load differs, until nothing changes: the
fixed point of register correspondence, by simulation in place of proof. What comes out is a suggestion. Only a
proof (`rtlvr.verify.cutpoints`) can tell whether it is right.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rtlvr.verify.opened import Opened, Pairing, Pairs, Side, Words, random_values, stays, wrong

Label = tuple[object, ...]  # what cells that may be pairs have alike
_Labels = Sequence[Sequence[Label]]  # by side and cell
_Place = tuple[int, Label, str, int]  # minus the parts of an end of a name, a label, the end, a bit
_ROUNDS, _MOST_WORK = 100, 3_000_000  # rounds of refinement, and gates evaluated in all of them


def by_name(opened: Opened) -> Pairing:
    """Pairs of one kind and name; what has no name that both sides know, by what it loads."""
    kinds = [[("", cell.kind) for cell in side.cells] for side in opened.sides]
    everywhere = [list(range(len(its))) for its in kinds]
    return Pairing(_paired(opened, _refined(opened, _named(opened, kinds, everywhere))), [], [])


def by_behaviour(opened: Opened) -> Pairing:
    """Pairs that load alike, of those by name; cells that load like none are then paired by name and order."""
    return Pairing(_paired(opened, _refined(opened, [])), [], [])


def completed(opened: Opened, pairing: Pairing) -> Iterator[Pairing]:
    """A pairing, and what can be said of cells without a partner: they may matter, or else be anything.

    What loads 1 only seldom looks constant, and what is constant may look like the twin of such a one, so that there are
    two suggestions.
    """
    yield _with_constants(opened, _with_twins(opened, pairing))
    yield _with_twins(opened, _with_constants(opened, pairing))


def _with_twins(opened: Opened, pairing: Pairing) -> Pairing:
    """Cells without a partner that load and begin as a paired one on their side does.

    Twins of the candidate must begin defined: else they are unknown values of their own, and may differ. In the golden
    unknown values that differ are don't-cares.
    """
    twins, labels = [], _refined(opened, [])
    for number, side in enumerate(opened.sides):
        paired, taken = {pair[number] for pair in pairing.pairs}, pairing.held(number)
        known = {(labels[number][index], side.cells[index].begins): index for index in sorted(paired)}
        for index, cell in enumerate(side.cells):
            twin = known.get((labels[number][index], cell.begins))
            fits = not cell.memory and (number == 0 or cell.begins != "x")
            if twin is not None and fits and index not in taken:
                twins.append((number, index, twin))
    return replace(pairing, twins=twins)


def _with_constants(opened: Opened, pairing: Pairing) -> Pairing:
    """Registers of the golden without a partner that load nothing but one value, which their unknown start may be."""
    for value in (0, 1):
        cells, taken = enumerate(opened.golden.cells), pairing.held(0)
        assumed = [(0, index, value) for index, cell in cells if index not in taken and cell.may_stay(value)]
        while assumed:
            tried = replace(pairing, constants=[*pairing.constants, *assumed])
            values = random_values(opened, tried)
            kept = [one for one in assumed if not any(wrong(claim, values) for claim in stays(opened, *one))]
            if len(kept) == len(assumed):
                pairing = tried
                break
            assumed = kept
    return pairing


def _paired(opened: Opened, labels: _Labels) -> Pairs:
    """Pairs of cells with the same label, then of the others by kind; ports only where their memories are pairs."""
    sides = (opened.golden.cells, opened.candidate.cells)
    pairs = _in_two_goes(opened, labels, [[i for i, cell in enumerate(cells) if not cell.memory] for cells in sides])
    memory_of = [{sides[n][pair[n]].cell: number for number, pair in enumerate(pairs)} for n in (0, 1)]
    ports = [
        [i for i, c in enumerate(cells) if c.memory in known] for cells, known in zip(sides, memory_of, strict=True)
    ]
    if not all(ports):
        return pairs
    marked = [
        [(label, known.get(cell.memory)) for label, cell in zip(its, cells, strict=True)]
        for its, cells, known in zip(_refined(opened, pairs), sides, memory_of, strict=True)
    ]
    return pairs + _in_two_goes(opened, marked, ports)


def _in_two_goes(opened: Opened, labels: _Labels, places: list[list[int]]) -> Pairs:
    pairs = _matched(opened, labels, places)
    done = [{pair[side] for pair in pairs} for side in (0, 1)]
    left = [[index for index in its if index not in used] for its, used in zip(places, done, strict=True)]
    kinds = [
        [(cell.kind, label[1] if cell.memory else None) for cell, label in zip(side.cells, its, strict=True)]
        for side, its in zip(opened.sides, labels, strict=True)
    ]
    return pairs + _matched(opened, kinds, left)


def _matched(opened: Opened, labels: _Labels, places: list[list[int]]) -> Pairs:
    """Pairs of one label that may begin alike: by name first, then those that begin the same, then the others."""
    pairs = _named(opened, labels, places)
    used = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    waiting: dict[Label, list[int]] = defaultdict(list)
    for index in reversed(places[0]):
        if index not in used[0]:
            waiting[labels[0][index], opened.golden.cells[index].begins].append(index)
    for index in places[1]:
        begins = opened.candidate.cells[index].begins
        fitting = waiting[labels[1][index], begins] or waiting[labels[1][index], "x"]
        if index not in used[1] and fitting:
            pairs.append((fitting.pop(), index))
    return pairs


def _named(opened: Opened, labels: _Labels, places: list[list[int]]) -> Pairs:
    """Pairs of one label and name. A design in a wrapper has its names behind that of an instance, so ends count too."""
    pairs: Pairs = []
    used: tuple[set[int], set[int]] = (set(), set())
    for ends in (False, True):
        found = [
            _owners(side, its, [index for index in here if index not in taken], ends)
            for side, its, here, taken in zip(opened.sides, labels, places, used, strict=True)
        ]
        for name, ours in found[0].items():
            theirs = found[1].get(name)
            if ours < 0 or theirs is None or theirs < 0 or ours in used[0] or theirs in used[1]:
                continue
            if opened.golden.cells[ours].begins in ("x", opened.candidate.cells[theirs].begins):
                pairs.append((ours, theirs))
                used[0].add(ours)
                used[1].add(theirs)
    return pairs


def _owners(side: Side, labels: Sequence[Label], places: list[int], ends: bool) -> dict[_Place, int]:
    """The cell of each label and name, or -1 where several have it; of each end of a name, longer ends first."""
    owners: dict[_Place, int] = {}
    for index in places:
        for name, bit in side.cells[index].names:
            parts = name.split(".")
            for first in range(len(parts)) if ends else (0,):
                key = (first - len(parts) if ends else 0, labels[index], ".".join(parts[first:]), bit)
                owners[key] = index if owners.get(key, index) == index else -1
    return dict(sorted(owners.items(), key=lambda item: item[0][0]))


def _refined(opened: Opened, known: Pairs) -> list[list[Label]]:
    """The class of each cell, of both sides; those of `known` pairs are not told apart any further."""
    sides = opened.sides
    labels: list[list[Label]] = [[("", cell.kind, cell.begins) for cell in side.cells] for side in sides]
    for number, pair in enumerate(known):
        labels[0][pair[0]] = labels[1][pair[1]] = ("pair", number)
    open_cells = [[i for i, label in enumerate(its) if label[0] != "pair"] for its in labels]
    words, size = Words(opened), 0
    for _ in range(min(_ROUNDS, 1 + _MOST_WORK // max(1, len(opened.aig.ands)))):
        count = len({labels[n][index] for n in (0, 1) for index in open_cells[n]})
        if count == size:
            break
        size = count
        _assign(words, sides, labels)
        _split_classes(sides, labels, open_cells, words.evaluate())
    return labels


def _split_classes(
    sides: Sequence[Side], labels: list[list[Label]], open_cells: list[list[int]], value: Callable[[int], int]
) -> None:
    """Tell cells apart by what they load, and ports by their memory."""
    names: dict[Label, int] = {}
    for side, mine, places in zip(sides, labels, open_cells, strict=True):
        of_memory = {cell.cell: label for cell, label in zip(side.cells, mine, strict=True) if not cell.memory}
        for index in places:
            cell, taken = side.cells[index], tuple(value(literal) for literal in side.loads[index])
            key = (mine[index], of_memory.get(cell.memory), _unordered(taken) if cell.swaps else taken)
            mine[index] = ("class", names.setdefault(key, len(names)))


def _assign(words: Words, sides: Sequence[Side], labels: list[list[Label]]) -> None:
    """A new random word for each bit of each class, the same on both sides."""
    given: dict[Label, list[int]] = {}
    for side, mine in zip(sides, labels, strict=True):
        for index, inputs in enumerate(side.held):
            if mine[index] not in given:
                given[mine[index]] = [words.word() for _ in inputs]
            for place, word in zip(inputs, given[mine[index]], strict=True):
                words.inputs[place] = word


def _unordered(taken: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    half = len(taken) // 2
    return tuple(sorted((taken[:half], taken[half:])))
