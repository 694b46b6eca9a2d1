"""A project with a small story, and its page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from core.models.asset import EngineName, Result
from core.models.catalog import load_catalog
from core.models.story import Story, StorySource
from core.store.workspace import Workspace
from core.studio.planning import Planner, RunOptions
from core.studio.project_stories import open_story
from core.studio.story_writing import write_story
from tests.samples import scene
from tests.standin.pictures import draw_picture

APP = Path(__file__).parents[2] / "core" / "ui" / "app.py"
CATALOG = load_catalog()


STORY = Story(
    title="A walk",
    sources=(StorySource(id="hare", path="../assets/hare.png"),),
    steps=(scene("a", "hare"), scene("b", "hare", "a"), scene("c", "hare", "b")),
)


def save(workspace: Workspace, story: Story, is_made: bool = True) -> None:
    workspace.save_story("walk", write_story(story))
    workspace.choices.choose("walk", "hare", "hare")
    planner = Planner(workspace, story, "walk", RunOptions(engine=EngineName.DRAFT), CATALOG)
    made = {"hare": workspace.get("hare")}
    for step in story.ordered() if is_made else ():
        recipe = planner.recipe(step, [made[source.id] for source in step.sources])
        made[step.id] = workspace.save(recipe, Result(), draw_picture(recipe.fingerprint, (64, 48)), step.id)
        workspace.choices.choose("walk", step.id, made[step.id].id)


def opened(workspace: Workspace | None, name: str, language: str = "", **place: str) -> AppTest:
    """Return one of the pages, run once; a project and a language are in the address from the start page on."""
    app = AppTest.from_file(str(APP), default_timeout=30)
    address = {"project": workspace.uuid if workspace else "", "lang": language}
    address = {field: value for field, value in address.items() if value}
    app.query_params.update(address)
    app.run()
    app.switch_page(f"../../pages/{name}.py")
    app.query_params.update({**address, **place})
    app.run()
    assert not app.exception
    return app


def page(workspace: Workspace | None = None, step: str = "") -> AppTest:
    """Return the page, run once, with a scene selected."""
    return opened(workspace, "scene_sequencer", **({"step": step} if step else {}))


def prompt_area(app: AppTest) -> Any:
    return next(area for area in app.text_area if area.label == "Prompt")


def story_of(workspace: Workspace) -> Story:
    return open_story(workspace, "walk").story


def named(widgets: Any, label: str) -> Any:
    """Return the widget whose label begins so."""
    return next(widget for widget in widgets if widget.label.startswith(label))


def button(app: AppTest, label: str) -> Any:
    """Return a button by how its label begins; None when there is none."""
    return next((found for found in app.button if found.label.startswith(label)), None)
