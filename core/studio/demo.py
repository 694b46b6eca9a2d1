"""The built-in sample story, made in one go: its images, lineage and contact sheet in one folder."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from core.errors import StoryError
from core.models.story import Story
from core.settings import EngineChoice
from core.store.workspace import Workspace
from core.studio.context import Studio
from core.studio.lineage_files import write_lineage, write_sheet
from core.studio.orders import Order, prepare
from core.studio.project_stories import open_story, story_slugs
from core.studio.runs import RunReport, Watcher, run_story
from core.studio.sample import sample_text, write_sample
from core.studio.specs import RunSpec
from core.studio.story_files import parse_story


def make_demo(
    studio: Studio, out: Path, engine: EngineChoice, watcher: Watcher | None = None
) -> tuple[RunReport, dict[str, Path]]:
    """Make the sample story in the project folder `out` and return the report and where everything is.

    Raises:
        WorkspaceError: the folder holds something else, or cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix="throughline-") as folder:
        order = Order(story_path=write_sample(Path(folder)), project=out, engine=engine)
        report = run_story(studio, order, watcher)
    workspace = studio.workspace(out)
    files = {
        "images": workspace.assets_folder,
        "lineage": workspace.folder / "lineage.html",
        "picture": workspace.folder / "lineage.png",
        "contact_sheet": workspace.folder / "contact_sheet.png",
    }
    write_lineage(workspace, "html", files["lineage"])
    write_lineage(workspace, "png", files["picture"])
    write_sheet(workspace, files["contact_sheet"])
    return report, files


def find_sample(projects: Iterable[Workspace], language: str = "en") -> Workspace | None:
    """Return the first project that is the sample story and nothing else, unchanged; None when there is none."""
    wanted = _told(parse_story(sample_text(language), "story.yaml"))
    return next((project for project in projects if _stories(project) == [wanted]), None)


def sample_spec(studio: Studio, out: Path, language: str = "en") -> RunSpec:
    """Take the sample story into the project folder `out` and return the run that makes it with the draft engine.

    Raises:
        WorkspaceError: the folder holds something else, or cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix="throughline-") as folder:
        story = write_sample(Path(folder), language)
        return prepare(studio, Order(story_path=story, project=out, engine=EngineChoice.DRAFT))


def _stories(project: Workspace) -> list[Story]:
    slugs = story_slugs(project)
    try:
        return [_told(open_story(project, slug).story) for slug in slugs]
    except StoryError:
        return []


def _told(story: Story) -> Story:
    """Return a story without what differs from file to file: where its lines and its pictures are."""
    steps = tuple(step.model_copy(update={"line": 0}) for step in story.steps)
    return story.model_copy(update={"sources": (), "steps": steps})
