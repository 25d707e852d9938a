"""A short soak; the long one is `python tests/verify/soak.py`."""

import pytest
from soak import soak


@pytest.mark.tools
@pytest.mark.alone
@pytest.mark.timeout(300)
def test_a_short_soak_leaves_nothing() -> None:
    report = soak(200)
    assert report.processes_left == 0
    assert report.files_left == 0
    assert report.workers_growth < 100
    assert report.parent_growth < 100
