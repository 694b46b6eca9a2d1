"""The versions of a scene: one brought back, a person's own file put in its place, one kept whatever changes."""

from __future__ import annotations

from core.images import prepare, sniff
from core.models.asset import Asset, EngineName, GenerationSettings, Recipe, Result
from core.models.catalog import Catalog
from core.models.story import Step, Story
from core.store.workspace import Workspace
from core.studio.boards import Board, Card, CardState, read_board
from core.studio.planning import Planner, RunOptions, named_sources
from core.studio.project_stories import change_story
from core.studio.story_editing import edit


def bring_back(
    workspace: Workspace, board: Board, card: Card, asset: Asset, options: RunOptions, catalog: Catalog
) -> bool:
    """Choose an earlier version with the prompt and settings it was made from; tell whether it had to be locked.

    It is locked when it was made from other pictures than the story has now: else the next run would replace it.

    Raises:
        StoryError: the step is gone.
    """
    step_id = card.step.id
    story = board.story
    if asset.recipe.engine is not None and asset.recipe.prompt:
        changed = change_story(workspace, board.slug, lambda now: _as_made(now, step_id, asset.recipe), catalog)
        story = changed.after.story
    workspace.choices.choose(board.slug, step_id, asset.id)
    return lock_if_replaced(workspace, story, board.slug, step_id, options, catalog)


def lock_if_replaced(
    workspace: Workspace, story: Story, slug: str, step_id: str, options: RunOptions, catalog: Catalog
) -> bool:
    """Lock a step whose chosen version the next run would replace, and tell whether it would have."""
    now = read_board(workspace, story, slug, options, catalog).card(step_id)
    is_kept = now is None or now.state in (CardState.CURRENT, CardState.LOCKED, CardState.DRAFTED)
    if not is_kept:
        workspace.choices.lock(slug, step_id, True)
    return not is_kept


def wanted_recipe(
    workspace: Workspace, board: Board, card: Card, options: RunOptions, catalog: Catalog
) -> Recipe | None:
    """Return what a scene's image would be made from now; None while one of its pictures is missing."""
    pictures = [board.picture(source.id) for source in card.step.sources]
    there = [asset for asset in pictures if asset is not None]
    if len(there) < len(pictures):
        return None
    return Planner(workspace, board.story, board.slug, options, catalog).recipe(card.step, there)


def replace_with_file(workspace: Workspace, board: Board, card: Card, data: bytes) -> Asset:
    """Store a person's edited file as a scene's new version and lock it; what is made from the scene becomes stale.

    Raises:
        InvalidImageError: it is no image we can take.
        WorkspaceError: it cannot be stored.
    """
    incoming = prepare(data)
    step = card.step
    pictures = [(source, board.picture(source.id)) for source in step.sources]
    there = [(source, asset) for source, asset in pictures if asset is not None]
    known = step.model_copy(update={"sources": tuple(source for source, _ in there)})
    recipe = Recipe(
        kind=step.kind,
        name=step.label,
        prompt=step.prompt,
        sources=named_sources(known, [asset for _, asset in there]),
        story=board.slug,
        step=step.id,
    )
    asset = workspace.save(recipe, Result(), incoming.data, step.id)
    if incoming.is_changed:
        workspace.keep_original(asset, data, "." + str(sniff(data)).removeprefix("image/"))
    workspace.choices.choose(board.slug, step.id, asset.id)
    workspace.choices.lock(board.slug, step.id, True)
    return asset


def _as_made(story: Story, step_id: str, recipe: Recipe) -> Story:
    """Return the story with a step asking for what a recipe was made with."""
    step: Step = story.step(step_id)
    made = recipe.settings.set_values()
    inherited = story.settings.set_values()
    kept = step.settings.set_values()
    own = {name: value for name, value in made.items() if inherited.get(name) != value}
    model = step.model
    if recipe.engine is EngineName.GEMINI:
        model = "" if recipe.model == story.model else recipe.model
    # what the model of that version did not honour was not stored with it, and stays
    settings = GenerationSettings(**{**{name: value for name, value in kept.items() if name not in made}, **own})
    return edit(story, step_id, prompt=recipe.prompt, settings=settings, model=model)
