"""How alike two designs are as texts: MinHash over shingles of tokens, and an index of those kept so far.

Two readings of a text: *verbatim*, for copies with small changes; and its *skeleton*, in which every name is the same
token, for copies with other names. Comments and white space count in neither.

datasketch brings much of scipy, and is loaded where a sketch is made: most commands that know of this module compare no texts.
"""

import hashlib
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from rtlvr.hdl.source import strip_comments

if TYPE_CHECKING:
    from datasketch import MinHash

PERMUTATIONS = 128
_SHINGLE, _SCHEME = 5, "affine32"
_TOKEN = re.compile(r"[A-Za-z_$`][\w$]*|\d*\s*'[sS]?[bodhBODH]\s*[\da-fA-FxXzZ?_]+|\d[\w.]*|[^\s\w]")
_KEYWORDS = frozenset(
    re.findall(
        r"\w+",
        "module endmodule input output inout wire reg logic signed integer parameter localparam assign always always_comb "
        "always_ff always_latch initial begin end if else case casex casez endcase default for while repeat posedge negedge "
        "or and not nand nor xor xnor buf function endfunction task endtask generate endgenerate genvar int byte shortint "
        "longint bit real time typedef enum struct union packed unsigned unique unique0 priority return break continue inside "
        "automatic static void const var tri wand wor supply0 supply1 forever wait fork join edge",
    )
)


def tokens(code: str) -> list[str]:
    """The tokens of Verilog text."""
    return _TOKEN.findall(strip_comments(code))


def skeleton(words: list[str]) -> list[str]:
    """Tokens with one token for every name that is no keyword."""
    return [word if word in _KEYWORDS or not re.match(r"[A-Za-z_]", word) else "name" for word in words]


def digest(words: list[str]) -> str:
    """A digest of tokens in which names are replaced by their order of appearance: equal for copies with other names."""
    order: dict[str, str] = {}
    numbered = " ".join(
        word if shown != "name" else order.setdefault(word, f"n{len(order)}")
        for word, shown in zip(words, skeleton(words), strict=True)
    )
    return hashlib.sha256(numbered.encode("utf-8", "replace")).hexdigest()[:16]


def signature(words: list[str]) -> np.ndarray:
    """MinHash signature of a token list's shingles, shape `(PERMUTATIONS,)`; its likeness estimates Jaccard's."""
    from datasketch import MinHash

    last = max(1, len(words) - _SHINGLE + 1)
    shingles = {" ".join(words[i : i + _SHINGLE]) for i in range(last)}
    sketch = MinHash(PERMUTATIONS, scheme=_SCHEME)
    sketch.update_batch([shingle.encode("utf-8", "replace") for shingle in sorted(shingles)])
    return np.asarray(sketch.hashvalues)


class Index:
    """Signatures by name, asked for the most alike.

    Args:
        threshold: estimated Jaccard similarity from which two texts are near-duplicates.
    """

    def __init__(self, threshold: float) -> None:
        from datasketch import MinHashLSH

        self._threshold = threshold
        # Buckets only propose; above 0.98 there are no longer two of them, and what they propose is measured all the same.
        self._buckets = MinHashLSH(threshold=min(threshold, 0.98), num_perm=PERMUTATIONS, weights=(0.2, 0.8))
        self._signatures: dict[str, np.ndarray] = {}

    def __len__(self) -> int:
        return len(self._signatures)

    def __contains__(self, name: str) -> bool:
        return name in self._signatures

    def add(self, name: str, values: np.ndarray) -> None:
        """Add a signature; names are unique."""
        self._signatures[name] = values
        self._buckets.insert(name, _sketch(values))

    def nearest(self, values: np.ndarray) -> tuple[str, float] | None:
        """The most alike of those at or above the threshold, with its similarity; None where there is none."""
        found = [(self._likeness(name, values), name) for name in self._buckets.query(_sketch(values))]
        best = max((pair for pair in found if pair[0] >= self._threshold), default=None, key=lambda p: (p[0], p[1]))
        return None if best is None else (best[1], best[0])

    def _likeness(self, name: str, values: np.ndarray) -> float:
        return float(np.mean(self._signatures[name] == values))


def index_of(signatures: Iterable[tuple[str, np.ndarray]], threshold: float) -> Index:
    """An index of (name, signature) pairs."""
    index = Index(threshold)
    for name, values in signatures:
        index.add(name, values)
    return index


def _sketch(values: np.ndarray) -> "MinHash":
    from datasketch import MinHash

    return MinHash(PERMUTATIONS, hashvalues=values, scheme=_SCHEME)
