"""Pages as scripts, each test with a server's studio of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.models.asset import Kind, Recipe, Result
from core.settings import load_settings
from core.store.workspace import Workspace
from core.studio.characters import CHARACTERS
from core.studio.context import Studio
from core.ui import desk
from tests.app.walk import STORY, save
from tests.standin.pictures import draw_picture


@pytest.fixture(autouse=True)
def _own_desk() -> Iterator[None]:
    """Give each test a server's studio of its own."""
    desk.desk.cache_clear()
    yield
    desk.desk.cache_clear()


@pytest.fixture(autouse=True)
def _same_main_program() -> Iterator[None]:
    """Put the main program back: a page takes its place, and processes that later tests start would run that page."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture
def empty(tmp_path: Path) -> Workspace:
    """A project with a kept character and no story."""
    project = Studio(load_settings()).workspace(tmp_path / "home" / "projects" / "walk", "A walk")
    recipe = Recipe(kind=Kind.CHARACTER_SHEET, name="Hare", story=CHARACTERS, step="hare")
    asset = project.save(recipe, Result(), draw_picture("0" * 64, (64, 48)), "hare")
    project.choices.choose(CHARACTERS, "hare", asset.id)
    return project


@pytest.fixture
def project(empty: Workspace) -> Workspace:
    """A project whose story has all its pictures, made with draft."""
    save(empty, STORY)
    return empty
