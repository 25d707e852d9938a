"""The outputs of the whole chain, which the tests of this folder fill and use."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One outputs folder for the whole chain."""
    return tmp_path_factory.mktemp("outputs")
