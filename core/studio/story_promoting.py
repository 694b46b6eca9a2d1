"""From a single image to a step of a story: the same prompt, references and settings, and the image as its version."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import StoryError
from core.models.asset import Asset, EngineName, GenerationSettings, Role
from core.models.catalog import Catalog
from core.models.story import Step, StepSource, Story, StorySource
from core.store.ids import clean_id, first_free, folded
from core.store.workspace import Workspace
from core.studio.boards import Board, read_board
from core.studio.planning import RunOptions
from core.studio.project_stories import change_story, open_story
from core.studio.step_versions import lock_if_replaced
from core.studio.story_editing import add_last
from core.studio.story_packs import free_slug
from core.studio.story_writing import write_story


@dataclass(frozen=True)
class Link:
    """A picture that a step is made from, and what it is for."""

    picture: Asset
    role: Role


def promote(
    workspace: Workspace, asset: Asset, options: RunOptions, catalog: Catalog, slug: str = "", title: str = ""
) -> tuple[str, str]:
    """Make an image the last step of a story, of a new one when no `slug` is given; return the story and the step.

    The step asks for what the image was made with and has it as its chosen version, so that a run does not make it
    again; where the story's own defaults ask for something else it is locked. A reference that is a picture of the
    story already is linked to it; others become starting images.

    Raises:
        StoryError: the story cannot be read, or a reference is gone.
    """
    if slug:
        board = read_board(workspace, open_story(workspace, slug).story, slug, options, catalog)
    else:
        slug = free_slug(workspace, title)
        board = Board(Story(title=title.strip() or asset.recipe.name or asset.id, steps=()), slug, (), {}, {})
    links = _links(workspace, board, asset)
    step = _step(board, asset, links)
    added = {name: link.picture for name, link in links.items() if board.picture(name) is None}
    story = _write(workspace, board, step, added)
    for name, picture in {**added, step.id: asset}.items():
        workspace.choices.choose(slug, name, picture.id)
    lock_if_replaced(workspace, story, slug, step.id, options, catalog)
    return slug, step.id


def _links(workspace: Workspace, board: Board, asset: Asset) -> dict[str, Link]:
    """Return what an image was made from, by the names these pictures have, or get, in a story."""
    names = _names(board)
    known = {picture.id: name for name in names if (picture := board.picture(name)) is not None}
    links: dict[str, Link] = {}
    for source in asset.recipe.sources:
        picture = workspace.find(source.asset_id)
        if picture is None:
            raise StoryError(
                f"The picture {source.asset_id!r}, which this image was made from, is not in the project any more. "
                "Bring it back from the trash first."
            )
        name = known.setdefault(picture.id, _free(picture.recipe.name or picture.id, [*names, *links]))
        links.setdefault(name, Link(picture, source.role))
    return links


def _step(board: Board, asset: Asset, links: dict[str, Link]) -> Step:
    recipe, story = asset.recipe, board.story
    inherited = story.settings.set_values()
    own = {name: value for name, value in recipe.settings.set_values().items() if inherited.get(name) != value}
    is_draft = recipe.engine is EngineName.DRAFT
    return Step(
        id=_free(recipe.name or "scene", [*_names(board), *links]),
        kind=recipe.kind,
        name=recipe.name,
        prompt=recipe.prompt,
        sources=tuple(StepSource(id=name, role=link.role) for name, link in links.items()),
        model="" if is_draft or recipe.model == story.model else recipe.model,
        settings=GenerationSettings(**own),
    )


def _write(workspace: Workspace, board: Board, step: Step, added: dict[str, Asset]) -> Story:
    sources = [StorySource(id=name, path=f"../assets/{picture.file_name}") for name, picture in added.items()]
    if board.story.steps:
        return change_story(workspace, board.slug, lambda story: add_last(story, step, sources)).after.story
    story = add_last(board.story, step, sources)
    workspace.save_story(board.slug, write_story(story))
    return story


def _names(board: Board) -> list[str]:
    return [*board.starting, *(step.id for step in board.story.steps)]


def _free(name: str, taken: list[str]) -> str:
    return first_free(clean_id(name), {folded(known) for known in taken}, "-")
