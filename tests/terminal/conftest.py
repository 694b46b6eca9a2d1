"""A terminal with the draft engine, and one with the gemini engine and a stand-in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.standin import StandIn
from tests.terminal.harness import Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


@pytest.fixture
def gemini(tmp_path: Path, server: StandIn) -> Terminal:
    return Terminal(tmp_path, server)
