"""What tests of a project on disk begin with."""

from pathlib import Path

import pytest
from hypothesis import settings

from core.store.workspace import Workspace
from tests.samples import open_project

settings.register_profile("any machine", deadline=None)  # how long an example takes says nothing about it
settings.load_profile("any machine")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty project."""
    return open_project(tmp_path / "p")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A folder for files to import."""
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"
