"""A person's own `catalog.toml` in the home holds wherever a story is read, changed, taken in or run."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import StoryError
from core.models.catalog import load_catalog
from core.settings import EngineChoice, load_settings
from core.studio.context import Studio
from core.studio.demo import find_sample
from core.studio.orders import Order, prepare
from core.studio.project_stories import change_story, open_story, restore_text
from core.studio.story_editing import edit
from tests.standin.pictures import draw_picture

OWN = """
[ratios]
odd = ["7:5"]
[pixels.odd]
"7:5" = [1400, 1000]
[[models]]
id = "gemini-own-image"
engine = "gemini"
ratios = "odd"
pixels = "odd"
sizes = ["1K"]
prices = { "1K" = 0.01 }
references = { total = 1 }
"""
STORY = """title: T
# written by hand
defaults: {model: gemini-own-image, aspect_ratio: "7:5", image_size: 1K}
sources: {archive: a.png}
steps:
  - {id: x, kind: scene, from: [archive], prompt: hill}
"""
SECOND = "  - {id: y, kind: scene, from: [archive, x], prompt: another hill}\n"


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    """A studio whose home has a list of models of its own, and a story beside it that asks for what is only there."""
    studio = Studio(load_settings(GEMINI_API_KEY="k" * 40))
    studio.home.mkdir(parents=True, exist_ok=True)
    (studio.home / "catalog.toml").write_text(OWN)
    (tmp_path / "a.png").write_bytes(draw_picture("1" * 64, (64, 48)))
    (tmp_path / "s.yaml").write_text(STORY)
    return studio


def test_a_story_of_an_own_ratio_is_run_and_found_again(studio: Studio, tmp_path: Path) -> None:
    """It is taken in to the letter, under one name however often, and asks its own model for its own ratio."""
    order = Order(tmp_path / "s.yaml", tmp_path / "p", EngineChoice.GEMINI)
    first, again = prepare(studio, order), prepare(studio, order)
    assert (first.slug, again.slug) == ("s", "s")
    text = (tmp_path / "p" / "stories" / "s.yaml").read_text()
    assert "# written by hand" in text
    assert first.story.settings.aspect_ratio == "7:5"


def test_an_own_limit_of_references_is_kept(studio: Studio, tmp_path: Path) -> None:
    """A step with more pictures than the own entry allows is refused before anything is run."""
    (tmp_path / "s.yaml").write_text(STORY + SECOND)
    with pytest.raises(StoryError, match="takes at most 1 reference images, and 2 were given"):
        prepare(studio, Order(tmp_path / "s.yaml", tmp_path / "p", EngineChoice.GEMINI))


def test_a_story_of_an_own_ratio_is_opened_and_changed(studio: Studio, tmp_path: Path) -> None:
    """In the project it is opened, changed and brought back with the studio's list; the built-in one refuses it."""
    prepare(studio, Order(tmp_path / "s.yaml", tmp_path / "p", EngineChoice.GEMINI))
    workspace = studio.workspace(tmp_path / "p")
    before = open_story(workspace, "s", studio.catalog)
    changed = change_story(workspace, "s", lambda story: edit(story, "x", prompt="moon"), studio.catalog)
    assert changed.after.story.step("x").prompt == "moon"
    assert restore_text(workspace, "s", before.text, studio.catalog).after.text == before.text
    assert open_story(workspace, "s").story == before.story
    with pytest.raises(StoryError, match="cannot be '7:5'"):
        open_story(workspace, "s", load_catalog())


def test_such_a_story_is_not_the_sample(studio: Studio, tmp_path: Path) -> None:
    """A project with it is passed over when the sample story is looked for, and is no error."""
    prepare(studio, Order(tmp_path / "s.yaml", tmp_path / "p", EngineChoice.GEMINI))
    assert find_sample([studio.workspace(tmp_path / "p")]) is None


def test_equal_lists_are_remembered_as_one(studio: Studio) -> None:
    """A list and its copy have one hash; the own list is another than the built-in one."""
    copied = studio.catalog.model_copy()
    assert (copied, hash(copied)) == (studio.catalog, hash(studio.catalog))
    assert studio.catalog != load_catalog()
