"""What the studio's server does before the first visitor works in it."""

from __future__ import annotations

from pathlib import Path

from tests.processes import together
from tests.workers import frozen_when_warm


def test_libraries_are_no_garbage(tmp_path: Path) -> None:
    """Streamlit collects garbage after every run of a page: the libraries' many objects are not looked at each time."""
    (frozen,) = together(frozen_when_warm, [(tmp_path,)])
    assert frozen > 100_000
