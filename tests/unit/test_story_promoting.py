"""From a single image to a story's step: what the story asks for, and that nobody pays for the image again."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import StoryError
from core.models.asset import Asset, EngineName, GenerationSettings, Kind, Recipe, Result, Role
from core.models.catalog import load_catalog
from core.models.story import Story
from core.settings import load_settings
from core.store.workspace import Workspace
from core.studio.boards import CardState, read_board
from core.studio.context import Studio
from core.studio.lab import LabOrder, advance, reference_to
from core.studio.planning import RunOptions
from core.studio.project_stories import open_story
from core.studio.story_promoting import promote
from core.studio.story_writing import write_story
from tests.samples import png, scene

CATALOG = load_catalog()
DRAFT = RunOptions(engine=EngineName.DRAFT)
PRO = "gemini-3-pro-image"
GEMINI = RunOptions(engine=EngineName.GEMINI, default_model="gemini-nano-banana-2.1")


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(load_settings(THROUGHLINE_HOME=str(tmp_path / "home"), GEMINI_API_KEY="k" * 40))


@pytest.fixture
def project(studio: Studio, tmp_path: Path) -> Workspace:
    return studio.workspace(tmp_path / "p", "Trials")


def picture(project: Workspace, name: str, seed: int) -> Asset:
    return project.save(Recipe(kind=Kind.CHARACTER_SHEET, name=name), Result(), png(seed), name)


def trial(studio: Studio, project: Workspace, order: LabOrder, seed: int = 9) -> Asset:
    """Return an image of the lab, as if it had been made."""
    (recipe,) = advance(studio, project, order, is_only_priced=True).recipes
    return project.save(recipe, Result(), png(seed), recipe.name)


def card(project: Workspace, slug: str, step: str, options: RunOptions):  # type: ignore[no-untyped-def]
    found = read_board(project, open_story(project, slug).story, slug, options, CATALOG).card(step)
    assert found is not None
    return found


def test_a_new_story_begins_with_the_image(studio: Studio, project: Workspace) -> None:
    """Prompt, roles, model and settings are the step's, the references its starting images, and it is up to date."""
    hero, ink = picture(project, "Hero", 1), picture(project, "Ink", 2)
    sources = (reference_to(hero, Role.CHARACTER), reference_to(ink, Role.STYLE))
    settings = GenerationSettings(aspect_ratio="16:9", temperature=0.5)
    made = trial(studio, project, LabOrder("Hero at night", sources, EngineName.GEMINI, PRO, settings))
    slug, name = promote(project, made, GEMINI, CATALOG, title="A night")
    story = open_story(project, slug).story
    (step,) = story.steps
    assert (slug, story.title, step.prompt, step.model, step.settings) == (
        "A night",
        "A night",
        "Hero at night",
        PRO,
        settings,
    )
    assert [(source.id, source.role) for source in step.sources] == [("Hero", Role.CHARACTER), ("Ink", Role.STYLE)]
    found = card(project, slug, name, GEMINI)
    assert (found.state, found.asset, found.is_to_make) == (CardState.CURRENT, made, False)


def test_a_reference_of_the_story_is_linked(studio: Studio, project: Workspace) -> None:
    """In a story that starts from the same picture, and has the other as a step, no picture is added twice."""
    hero = picture(project, "Hero", 1)
    first = trial(studio, project, LabOrder("Hero walks", (reference_to(hero, Role.CHARACTER),)))
    slug, one = promote(project, first, DRAFT, CATALOG)
    order = LabOrder("Hero sits", (reference_to(hero, Role.CHARACTER), reference_to(first, Role.SCENE)))
    second = trial(studio, project, order, 10)
    assert promote(project, second, DRAFT, CATALOG, slug)[0] == slug
    story = open_story(project, slug).story
    assert [source.id for source in story.sources] == ["Hero"]
    assert [source.id for source in story.steps[1].sources] == ["Hero", one]
    assert card(project, slug, story.steps[1].id, DRAFT).state is CardState.CURRENT


def test_the_same_image_twice_has_two_names(studio: Studio, project: Workspace) -> None:
    """Ids stay apart, also from those of the pictures it starts from."""
    made = trial(studio, project, LabOrder("A lamp"))
    slug, first = promote(project, made, DRAFT, CATALOG)
    _slug, second = promote(project, made, DRAFT, CATALOG, slug)
    assert (first, second) == ("A lamp", "A lamp-2")


def test_a_story_that_would_make_it_anew_gets_it_locked(studio: Studio, project: Workspace) -> None:
    """Where the story's defaults ask for a size the image was not asked for, a lock keeps the picture."""
    walk = Story(title="Walk", settings=GenerationSettings(image_size="2K"), steps=(scene("a"),))
    project.save_story("walk", write_story(walk))
    made = trial(studio, project, LabOrder("A lamp"))
    _slug, name = promote(project, made, DRAFT, CATALOG, "walk")
    assert card(project, "walk", name, DRAFT).state is CardState.LOCKED
    assert card(project, "walk", name, DRAFT).asset == made


def test_a_reference_that_is_gone_is_named(studio: Studio, project: Workspace) -> None:
    """Nothing is written when a picture it was made from was put into the trash."""
    hero = picture(project, "Hero", 1)
    made = trial(studio, project, LabOrder("Hero walks", (reference_to(hero, Role.CHARACTER),)))
    project.trash(hero.id)
    with pytest.raises(StoryError, match="Hero"):
        promote(project, made, DRAFT, CATALOG)
    assert not list((project.folder / "stories").glob("*.yaml"))
