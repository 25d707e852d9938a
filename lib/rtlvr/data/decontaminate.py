"""Keeping benchmarks out of training data: is a design a benchmark's reference, whatever its names and layout?

Three looks, cheapest first: the same text once names are numbered (*exact*); much the same tokens, with names or
without, behind ports of the same widths (*near*); and the same function under some pairing of ports (*function*).
Descriptions are compared with the benchmarks' prompts by their words.
"""

import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from rtlvr.data.near_duplicates import Index, digest, index_of, signature, skeleton, tokens
from rtlvr.errors import DesignError
from rtlvr.hdl.circuit import Circuit
from rtlvr.progress import progress
from rtlvr.records import Record
from rtlvr.verify import Pool, Stimuli
from rtlvr.verify.register_matching import Design, Shape, same_function


class Reference(Record):
    """A problem to keep out: its reference solution and its prompt; the names are unique. `top` None: the only one."""

    name: str
    code: str
    top: str | None
    prompt: str = ""


class BenchmarkIndex:
    """The references to keep out, indexed for the three looks.

    Args:
        threshold: estimated Jaccard similarity from which texts are near.
    """

    def __init__(self, references: Sequence[Reference], pool: Pool, stimuli: Stimuli, threshold: float = 0.7) -> None:
        self._pool, self._stimuli = pool, stimuli
        words = {r.name: tokens(r.code) for r in references}
        by_digest = {digest(words[r.name]): r for r in reversed(references)}
        unique = list(by_digest.values())[::-1]
        self._exact = {found: r.name for found, r in by_digest.items()}
        self._near = index_of(((r.name, signature(words[r.name])) for r in unique), threshold)
        self._skeletons = index_of(((r.name, signature(skeleton(words[r.name]))) for r in unique), threshold)
        self._prompts = _prompt_index(references, threshold)
        designs = pool.map(self._design, [(r.name, r.code, r.top) for r in unique])
        known = zip(unique, progress(designs, "references", len(unique), unit="design"), strict=True)
        self._designs = {r.name: design for r, design in known if design is not None}
        self._by_shape: dict[Shape, list[Design]] = defaultdict(list)
        for design in self._designs.values():
            self._by_shape[design.shape].append(design)

    def text(self, identity: str, values: np.ndarray, description: str | None = None) -> str | None:
        """Which reference or prompt a text copies outright, or None; needs no tool.

        Args:
            identity, values: digest and signature of the text's tokens (`near_duplicates.py`), `values` of shape `(PERMUTATIONS,)`.
        """
        if found := self._exact.get(identity):
            return f"it is the reference of {found} but for names and layout"
        if hit := self._near.nearest(values):
            return f"it is near the reference of {hit[0]} (similarity {hit[1]:.2f})"
        if description and (hit := self._prompts.nearest(signature(_words(description)))):
            return f"its description is near the prompt of {hit[0]} (similarity {hit[1]:.2f})"
        return None

    def design(self, code: str, circuit: Circuit) -> str | None:
        """Which reference a design is or behaves as, or None."""
        candidate = Design("", code, circuit, self._pool.read(code, circuit.top).text)
        hit = self._skeletons.nearest(signature(skeleton(tokens(code))))
        if hit and hit[0] in self._designs and self._designs[hit[0]].shape == candidate.shape:
            return f"it is near the reference of {hit[0]} but for names (similarity {hit[1]:.2f})"
        for reference in self._by_shape[candidate.shape]:
            if same_function(reference, candidate, self._pool, self._stimuli):
                return f"it behaves as the reference of {reference.name}"
        return None

    def _design(self, row: tuple[str, str, str | None]) -> Design | None:
        name, code, top = row
        try:
            return Design(name, code, self._pool.inspect(code, self._stimuli, top), self._pool.read(code, top).text)
        except DesignError:  # only one or two references cannot be analysed; their text still counts
            return None


def _prompt_index(references: Sequence[Reference], threshold: float) -> Index:
    prompts = {r.name: _words(r.prompt) for r in references if r.prompt}
    return index_of(((name, signature(words)) for name, words in prompts.items()), threshold)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
