"""The stories inside a project: which there are, opened, changed and run. A change is read, made, written at once."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.errors import StoryError
from core.models.asset import EngineName
from core.models.catalog import Catalog
from core.models.story import Story
from core.settings import EngineChoice
from core.store.files import locked
from core.store.workspace import Workspace
from core.studio.account_models import default_model
from core.studio.boards import Board
from core.studio.context import Studio
from core.studio.planning import RunOptions, check_settings, model_of
from core.studio.specs import RunSpec
from core.studio.story_files import parse_story
from core.studio.story_writing import write_story


@dataclass(frozen=True)
class OpenStory:
    """A story of a project as its file says now; `digest` changes with the file."""

    slug: str
    path: Path
    text: str
    story: Story

    @property
    def digest(self) -> str:
        """sha256 (hex) of the file's text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True)
class Changed:
    """A change that was written; `before` is the story as the file was right before it."""

    before: OpenStory
    after: OpenStory


def story_slugs(workspace: Workspace) -> list[str]:
    """Return the names of a project's stories, last changed first."""
    files = [path for path in (workspace.folder / "stories").glob("*.yaml") if path.is_file()]
    return [path.stem for path in sorted(files, key=lambda path: (-path.stat().st_mtime, path.stem))]


def open_story(workspace: Workspace, slug: str, catalog: Catalog | None = None) -> OpenStory:
    """Open a story of a project; `catalog` says which ratios and sizes there are, unchecked without one.

    Raises:
        StoryError: there is none of this name, or its file is wrong.
    """
    path = workspace.folder / "stories" / f"{slug}.yaml"
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        raise StoryError(f"The story {slug!r} cannot be read. Choose another one, or open its file again.") from None
    return OpenStory(slug, path, text, _parsed(text, path.name, catalog))


def change_story(
    workspace: Workspace, slug: str, change: Callable[[Story], Story], catalog: Catalog | None = None
) -> Changed:
    """Change a story: what the file says at this moment is what is changed, so that no other tab's work is lost.

    Raises:
        StoryError: the change cannot be made; the file is as it was.
    """
    with locked(workspace.folder):
        before = open_story(workspace, slug, catalog)
        return Changed(before, _write(workspace, slug, write_story(change(before.story)), catalog))


def restore_text(workspace: Workspace, slug: str, text: str, catalog: Catalog | None = None) -> Changed:
    """Bring a story's earlier text back.

    Raises:
        StoryError: the text is no story.
    """
    with locked(workspace.folder):
        return Changed(open_story(workspace, slug, catalog), _write(workspace, slug, text, catalog))


def story_options(studio: Studio, engine: EngineChoice) -> RunOptions:
    """Return what a story would be run with now; nothing is asked over the network."""
    name = EngineName(studio.settings.resolved_engine(engine))
    default = ""
    if name is EngineName.GEMINI:
        default = studio.settings.model or default_model(studio).id
    return RunOptions(engine=name, default_model=default)


def run_spec(
    studio: Studio,
    workspace: Workspace,
    board: Board,
    options: RunOptions,
    only: tuple[str, ...] = (),
    again: bool = False,
    key: str = "",
) -> RunSpec:
    """Return the run that brings a story up to date, or makes only some steps with what is not up to date before them.

    Raises:
        StoryError: a starting image is gone, or a model cannot do what a step asks for.
        MissingApiKeyError: the engine needs an account.
    """
    studio.engine_name(EngineChoice(options.engine))
    options = _with_default_model(studio, board.story, options)
    check_settings(board.story, options, studio.catalog, board.story.title)
    wanted = tuple(card.step.id for card in board.needed(only))
    return RunSpec(
        project=str(workspace.folder),
        slug=board.slug,
        story=board.story,
        starting=_starting(board, wanted),
        options=options.model_copy(update={"again": only if again else ()}),
        concurrency=studio.settings.concurrency,
        user=studio.user,
        key=key,
        only=wanted,
    )


@lru_cache(maxsize=32)
def _parsed(text: str, name: str, catalog: Catalog | None) -> Story:
    # a page reads its story at every click, and YAML takes longer than all the rest of the board
    return parse_story(text, name, catalog)


def _write(workspace: Workspace, slug: str, text: str, catalog: Catalog | None) -> OpenStory:
    # read back before it is written: no file of ours is one that we refuse
    story = _parsed(text, f"{slug}.yaml", catalog)
    return OpenStory(slug, workspace.save_story(slug, text), text, story)


def _with_default_model(studio: Studio, story: Story, options: RunOptions) -> RunOptions:
    bare = options.model_copy(update={"default_model": studio.settings.model or ""})
    if options.engine is EngineName.DRAFT or all(model_of(story, step, bare, "") for step in story.steps):
        return bare
    # the account decides: the model that was priced may not be in it
    default = asyncio.run(studio.engine(options.engine).default_model())
    return bare.model_copy(update={"default_model": default})


def _starting(board: Board, wanted: tuple[str, ...]) -> dict[str, str]:
    steps = [step for step in board.story.steps if not wanted or step.id in wanted]
    used = {source.id for step in steps for source in step.sources}
    pictures = {name: asset for name, asset in board.starting.items() if name in used}
    if wanted:
        cards = [card for card in board.cards if card.step.id in used and card.step.id not in wanted]
        pictures |= {card.step.id: card.asset for card in cards}
    gone = [name for name, asset in pictures.items() if asset is None]
    if gone:
        raise StoryError(
            f"The picture {gone[0]!r}, which this story starts from, is not in the project. Bring it back."
        )
    return {name: asset.id for name, asset in pictures.items() if asset is not None}
