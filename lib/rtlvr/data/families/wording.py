"""Wordings: how a design is said in English.

A `Phraser` is a seeded chooser that remembers which alternatives it took. The tuple of choices is the *wording*
of a description; wordings are split into training and held-out ones by digest, like designs.
"""

import random


class Phraser:
    """Picks among phrasings and records the picks, so that a wording has an identity."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.choices: list[int] = []

    def __call__(self, *options: str) -> str:
        """Return one of `options`; the index taken is appended to `choices`."""
        index = self._rng.randrange(len(options))
        self.choices.append(index)
        return options[index]

    def opening(self, thing: str) -> str:
        """A sentence opening such as "Design a counter"."""
        return (
            self("Design", "Write", "Implement", "Create", "Build", "Give me", "I need", "Describe in Verilog")
            + " "
            + thing
        )

    def listing(self, items: list[str]) -> str:
        """Join items as "a, b and c" or "a, b, c"."""
        if len(items) == 1:
            return items[0]
        return ", ".join(items[:-1]) + self(" and ", ", ", " or ") + items[-1]
