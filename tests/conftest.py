"""Shared fixtures: a verification pool, a private outputs folder, and the public benchmarks where they are."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtlvr.paths import ROOT
from rtlvr.verify import Pool, Stimuli

os.environ.setdefault("TQDM_DISABLE", "1")


# The files whose slow tests take longest, longest first: a process that begins one last leaves the other idle.
_LONGEST = (
    "plan/test_memory",
    "train/test_dapo",
    "data/test_clean",
    "train/test_training",
    "verify/test_world",
    "evaluate/test_pairs",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files come first; all else stays in its order."""

    def place(item: pytest.Item) -> int:
        return next((place for place, name in enumerate(_LONGEST) if name in item.nodeid), len(_LONGEST))

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """What imports have made stays: the garbage collector need not look through it again and again, a tenth of the time."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """At the end everything goes, as without us: libraries complain of what is left."""
    gc.unfreeze()


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """Two warm workers for the whole session, or one where two processes run tests side by side."""
    made = Pool(1 if "PYTEST_XDIST_WORKER" in os.environ else 2)
    yield made
    made.close()


@pytest.fixture(scope="session")
def stimuli() -> Stimuli:
    """A small but real testbench."""
    return Stimuli(sequences=4, cycles=32)


@pytest.fixture
def outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A private outputs folder."""
    monkeypatch.setenv("RTLVR_OUTPUTS", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="session")
def benchmarks() -> Path:
    """The public benchmarks; tests that need them are skipped, with the reason, where nobody fetched them."""
    candidates = (os.environ.get("RTLVR_BENCHMARKS"), ROOT / "benchmarks", ROOT.parent / "shared" / "benchmarks")
    for folder in candidates:
        if folder and Path(folder).is_dir():
            return Path(folder)
    pytest.skip("the public benchmarks are not here: run `make benchmarks`, or set RTLVR_BENCHMARKS")
