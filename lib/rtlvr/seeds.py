"""The random numbers of a run, by name. All else that is random is drawn from a profile's `seed` itself.

Sets of held-out problems are the same in every run, so that runs can be compared. What is sampled from a model follows the
profile's seed.
"""

from enum import IntEnum


class HeldOut(IntEnum):
    """Sets of held-out problems that do not overlap by more than chance: the number that each is drawn from."""

    FINAL = 0  # before and after training
    MONITOR = 1  # looks while training
    SCALING = 2  # test-time scaling


class Draw(IntEnum):
    """What a stage samples: the distance of its seed from the profile's."""

    ATTEMPTS = 0  # difficulty filters, and accuracy before and after training
    PASS_AT_K = 1
    SCALING = 2
    BENCHMARKS = 3
    VOTES = 4
    KNOWN_TRUTH = 1000  # designs whose truth is known


def seed_of(draw: Draw, seed: int) -> int:
    """The seed of what is sampled, in a run of seed `seed`."""
    return seed + draw
