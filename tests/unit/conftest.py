"""What tests of a project on disk begin with."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from core.settings import load_settings
from core.store.workspace import Workspace
from core.studio.context import Studio
from core.studio.runner import Runner
from tests.samples import open_project
from tests.standin import StandIn

settings.register_profile("any machine", deadline=None)  # how long an example takes says nothing about it
settings.load_profile("any machine")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty project."""
    return open_project(tmp_path / "p")


@pytest.fixture
def studio(server: StandIn, tmp_path: Path) -> Iterator[Studio]:
    """A studio whose account is the stand-in's; what it runs ends with the test."""
    yield keyed(server, tmp_path)
    if Runner.current is not None:
        Runner.current.close()


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A folder for files to import."""
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def keyed(server: StandIn, tmp_path: Path, **more: Any) -> Studio:
    """Return a studio whose account is the stand-in's."""
    home, key, url = str(tmp_path / "home"), server.key, server.url
    return Studio(load_settings(THROUGHLINE_HOME=home, GEMINI_API_KEY=key, GOOGLE_GEMINI_BASE_URL=url, **more))
