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
from core.studio.runner import Runner
from core.ui import desk
from tests.app.walk import STORY, save
from tests.standin import StandIn
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
def account(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """The stand-in as the studio's account; what the studio runs ends with the test."""
    monkeypatch.setenv("GEMINI_API_KEY", server.key)
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
    yield server
    if Runner.current is not None:
        Runner.current.close()


@pytest.fixture
def trials(tmp_path: Path) -> Workspace:
    """An empty project."""
    return Studio(load_settings()).workspace(tmp_path / "home" / "projects" / "trials", "Trials")


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
