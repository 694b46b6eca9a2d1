"""One recipe in, one saved asset out. Every attempt is in the ledger before its call; what was paid for is saved."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from core.engines.base import Clip, Generation, GenerationRequest, Observer, Origin, Reference
from core.errors import StudioError, WorkspaceError
from core.models.asset import Asset, EngineName, Kind, Recipe, Result, Source
from core.models.video import is_address, mime_of
from core.store.rescue import keep_rescued
from core.store.workspace import Workspace
from core.studio.answers import keep_answer
from core.studio.attempts import Errand, LedgerObserver, Subject
from core.studio.context import Studio
from core.studio.plates.cutting import place_on_page
from core.studio.talk_context import find_context, keep_reply


class Maker(Protocol):
    """Who makes an image: an engine, or processes that do its work."""

    async def generate(self, request: GenerationRequest, observer: Observer) -> Generation:
        """Make one image."""
        ...


async def generate_asset(
    studio: Studio, workspace: Workspace, recipe: Recipe, errand: Errand, maker: Maker | None = None
) -> Asset:
    """Make a recipe's image and store it, with the errand's notes among its warnings.

    `maker` is the recipe's engine unless another is given.

    A cancelled task stops the call; once the image has arrived it is saved all the same.

    Raises:
        EngineError: there is no image, and why.
        BudgetExceededError: the call was not made.
        WorkspaceError: a source or the result cannot be read or written.
    """
    engine = maker or studio.engine(recipe.engine)  # type: ignore[arg-type]  # a recipe to be made names its engine
    request = await asyncio.to_thread(request_for, workspace, recipe)
    started = time.monotonic()
    observer = LedgerObserver(studio, subject_of(workspace, recipe), errand)
    generation = await engine.generate(request, observer)
    result = result_of(generation, time.monotonic() - started, errand.notes)
    keep = partial(keep_generation, studio, workspace, recipe, result, generation, observer.confirm)
    saving = asyncio.ensure_future(asyncio.to_thread(keep))
    try:
        return await asyncio.shield(saving)
    except asyncio.CancelledError:
        return await saving


def keep_generation(
    studio: Studio,
    workspace: Workspace,
    recipe: Recipe,
    result: Result,
    generation: Generation,
    confirm: Callable[[str], None],
) -> Asset:
    """Store what was paid for; when the project cannot take it, keep it in the home and say where.

    `confirm` completes the ledger's row, with the code of the error that kept the project from taking it, or "".

    Raises:
        WorkspaceError: the project cannot take it.
    """
    stem = recipe.step or "-".join(recipe.name.lower().split())
    # first: a picture without its reply could not be gone on from
    result = result.model_copy(update={"warnings": (*result.warnings, *keep_reply(workspace, recipe, generation))})
    try:
        asset = workspace.save(recipe, result, generation.data, stem)
    except WorkspaceError as error:
        kept = keep_rescued(studio.home, f"{stem}-{recipe.fingerprint[:8]}", generation.data)
        confirm(error.code)
        if kept is None:
            raise
        raise WorkspaceError(f"{error.message} The picture was kept as {kept}; import it once there is room.") from None
    with contextlib.suppress(WorkspaceError):  # the image is saved: it is not lost to what came beside it
        keep_answer(workspace, asset, generation)
    with contextlib.suppress(Exception):  # the image is saved: a ledger that cannot be written leaves "unknown"
        confirm("")
    return asset


def subject_of(workspace: Workspace, recipe: Recipe) -> Subject:
    """Return what the ledger says of an attempt at a recipe."""
    return Subject(
        project=workspace.uuid,
        project_title=workspace.title,
        fingerprint=recipe.fingerprint,
        engine=str(recipe.engine),
        model=recipe.model,
        story=recipe.story,
    )


def request_for(workspace: Workspace, recipe: Recipe) -> GenerationRequest:
    """Return a recipe as an engine is asked for it, its sources read from the project.

    Raises:
        WorkspaceError: a source, or the conversation a turn goes on from, cannot be read.
    """
    going_on = find_context(workspace, recipe)
    return GenerationRequest(
        kind=recipe.kind,
        name=recipe.name,
        prompt=recipe.composed,
        typed=recipe.prompt,
        references=tuple(_references(workspace, recipe, going_on.sources)),
        model=recipe.model,
        settings=recipe.settings,
        seed=recipe.fingerprint,
        conversation=going_on.conversation,
        clip=_clip(workspace, recipe.settings.video),
    )


def _clip(workspace: Workspace, video: str | None) -> Clip | None:
    """Return the video that settings name, when it is kept with the project."""
    if video is None or is_address(video):
        return None
    return Clip("the video", workspace.videos.read(video), mime_of(video), video)


def _references(workspace: Workspace, recipe: Recipe, sources: Sequence[Source]) -> list[Reference]:
    is_straightened = recipe.engine is EngineName.DRAFT and recipe.kind is Kind.RESTORATION
    found = []
    for source in sources:
        asset = workspace.get(source.asset_id)
        data = workspace.read(asset)
        origin = _origin(workspace, asset) if is_straightened else None
        found.append(
            Reference(source.name, source.role, asset.recipe.kind, data, asset.result.mime, asset.digest, origin)
        )
    return found


def _origin(workspace: Workspace, crop: Asset) -> Origin | None:
    """Return the page a crop was cut from; one that is gone or damaged is missed, not needed."""
    place = place_on_page(crop)
    page = workspace.find(crop.recipe.sources[0].asset_id) if place else None
    if place is None or page is None:
        return None
    with contextlib.suppress(StudioError):
        return Origin(workspace.read(page), place)
    return None


def result_of(generation: Generation, seconds: float, notes: tuple[str, ...] = ()) -> Result:
    """Return what came back, as an asset records it; it took so many seconds."""
    return Result(
        input_tokens=generation.input_tokens,
        output_tokens=generation.output_tokens,
        cost_usd=generation.cost_usd,
        seconds=round(seconds, 3),
        finish_reason=generation.finish_reason,
        text=generation.text,
        warnings=(*notes, *generation.warnings),
    )
