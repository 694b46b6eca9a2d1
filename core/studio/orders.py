"""What a person asks for when they run a story, checked and made ready: story, options, project, starting images."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from pathlib import Path

from core.errors import StoryError
from core.models.asset import Asset, EngineName
from core.models.story import CHARACTERS, Story
from core.settings import EngineChoice
from core.store.ids import clean_id, folded
from core.store.importing import as_imported, import_file
from core.store.projects import is_project
from core.store.workspace import Workspace
from core.studio.account_models import default_model
from core.studio.context import Studio
from core.studio.planning import (
    PlannedStep,
    Planner,
    RunOptions,
    check_draft_model,
    check_settings,
    model_of,
    planned,
)
from core.studio.specs import RunSpec
from core.studio.story_files import parse_story, read_story, source_path
from core.studio.story_moving import with_source_paths

_MOST_NAMED = 5


@dataclass(frozen=True)
class Order:
    """What a person asked for: a story file, a project folder, and flags."""

    story_path: Path
    project: Path
    engine: EngineChoice | None = None
    model: str = ""
    concurrency: int | None = None
    again: tuple[str, ...] = ()


@dataclass(frozen=True)
class Priced:
    """What a run would do, and for which story, options and project.

    `slug` and `uuid`, the project's, are "" where there is no project yet.
    """

    story: Story
    options: RunOptions
    steps: tuple[PlannedStep, ...]
    project: str
    slug: str = ""
    uuid: str = ""


def dry_run(studio: Studio, order: Order) -> Priced:
    """Return what `run_story` would do; nothing is made, sent or written.

    Raises:
        StudioError: bad input or configuration.
    """
    story, name = _story_and_engine(studio, order, is_only_priced=True)
    options = _options(studio, order, story, name)
    if not is_project(order.project):
        steps = [planned(story, step, None, options, studio.catalog) for step in story.ordered()]
        return Priced(story, options, tuple(steps), str(order.project))
    workspace = studio.workspace(order.project)
    starting = {source.id: _as_imported(workspace, order, source.id, story) for source in story.sources}
    slug = story_slug(workspace, order.story_path, story)
    planner = Planner(workspace, story, slug, options, studio.catalog)
    return Priced(story, options, tuple(planner.plan(starting)), str(workspace.folder), slug, workspace.uuid)


def warnings_of(studio: Studio, story: Story, options: RunOptions) -> list[str]:
    """Return what to know before a run: models that are past their date, and settings that a model leaves out."""
    models = dict.fromkeys(model_of(story, step, options, "") for step in story.steps)
    past = [facts for facts in map(studio.catalog.model, models) if facts.is_past(studio.today())]
    shutdowns = [
        f"{facts.title} ({facts.id}) {'is reported as' if facts.is_shutdown_unsure else 'was'} shut down "
        f"on {facts.shutdown}; it is tried all the same." + (f" Use {facts.replacement}." if facts.replacement else "")
        for facts in past
    ]
    return shutdowns + _unheeded_warnings(studio, story, options)


def _unheeded_warnings(studio: Studio, story: Story, options: RunOptions) -> list[str]:
    """Return one sentence a setting that a model leaves out, with the steps that ask for it."""
    steps: dict[str, list[str]] = {}
    for step in story.steps:
        facts = studio.catalog.model(model_of(story, step, options, ""))
        for name, value in facts.unheeded(step.settings.over(story.settings)).items():
            steps.setdefault(f"{facts.title} does not heed {name} {value}: it is left out", []).append(step.id)
    return [f"{what} of {_listed(names, len(story.steps))}." for what, names in steps.items()]


def _listed(names: list[str], of: int) -> str:
    if len(names) == of:
        return "every step"
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def _story_and_engine(studio: Studio, order: Order, is_only_priced: bool = False) -> tuple[Story, EngineName]:
    story = read_story(order.story_path, studio.catalog)
    unknown = [step for step in order.again if step not in {known.id for known in story.steps}]
    if unknown:
        raise StoryError(f"The story has no step {unknown[0]!r} to make again.", str(order.story_path))
    name = studio.engine_name(order.engine, is_only_priced=is_only_priced)
    check_draft_model(name, order.model, "this story")
    return story, name


def _options(studio: Studio, order: Order, story: Story, name: EngineName) -> RunOptions:
    options = RunOptions(engine=name, model=order.model, default_model=studio.settings.model or "", again=order.again)
    if any(not model_of(story, step, options, "") for step in story.steps):
        options = options.model_copy(update={"default_model": _default_model(studio, name)})
    check_settings(story, options, studio.catalog, str(order.story_path))
    return options


def _default_model(studio: Studio, engine: EngineName) -> str:
    """Return the account's default; without an account the catalog's first recommendation is what is priced."""
    if studio.settings.has_account:
        return asyncio.run(studio.engine(engine).default_model())
    return default_model(studio).id


def prepare(studio: Studio, order: Order, meanwhile: contextlib.AbstractContextManager[None] | None = None) -> RunSpec:
    """Check an order, open its project and take the story and its starting images in.

    `meanwhile` is entered once the story is read: what goes on beside the rest of it.

    Raises:
        StudioError: bad input or configuration; nothing was run.
    """
    story, name = _story_and_engine(studio, order)
    with meanwhile or contextlib.nullcontext():
        options = _options(studio, order, story, name)
        workspace = studio.workspace(order.project, story.title)
        slug, starting = take_in(workspace, order.story_path, story)
    return RunSpec(
        project=str(workspace.folder),
        slug=slug,
        story=story,
        starting=starting,
        options=options,
        concurrency=order.concurrency or studio.settings.concurrency,
        user=studio.user,
    )


def take_in(workspace: Workspace, story_path: Path, story: Story) -> tuple[str, dict[str, str]]:
    """Take a story file and its starting images into a project; return its name there and source id -> asset id.

    Raises:
        StudioError: an image or the story cannot be stored.
    """
    slug = story_slug(workspace, story_path, story)
    starting = {}
    for source in story.sources:
        starting[source.id] = import_file(workspace, source_path(story_path, source)).id
        workspace.choices.choose(slug, source.id, starting[source.id])
    paths = {source.id: f"../assets/{workspace.get(starting[source.id]).file_name}" for source in story.sources}
    text = story_path.read_text(encoding="utf-8-sig")
    workspace.save_story(slug, with_source_paths(story, text, str(story_path), paths))
    return slug, starting


def _is_free_for(workspace: Workspace, slug: str, story: Story) -> bool:
    """Tell whether a name is free, or taken by this very story: same title, or half of its steps and more."""
    if folded(slug) == CHARACTERS:
        return False
    path = workspace.folder / "stories" / f"{slug}.yaml"
    if not path.is_file():
        return True
    try:
        there = parse_story(path.read_text(encoding="utf-8"), str(path))
    except (StoryError, OSError, UnicodeDecodeError):
        return False
    known = {step.id for step in there.steps}
    shared = sum(step.id in known for step in story.steps)
    return there.title == story.title or 2 * shared >= max(len(known), len(story.steps))


def _as_imported(workspace: Workspace, order: Order, source_id: str, story: Story) -> Asset:
    source = next(source for source in story.sources if source.id == source_id)
    return as_imported(workspace, source_path(order.story_path, source))


def story_slug(workspace: Workspace, story_path: Path, story: Story) -> str:
    """Return a story's name in a project: its file's stem, numbered when another story has that already."""
    stem = clean_id(story_path.stem)
    number = 1
    slug = stem
    while not _is_free_for(workspace, slug, story):
        number += 1
        slug = f"{stem}-{number}"
    return slug
