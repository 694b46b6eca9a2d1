"""A page made straight: a new page beside the old one, made from it by the draft engine's image processing."""

from __future__ import annotations

import time

from core.errors import InvalidImageError
from core.models.asset import Asset, EngineName, Kind, Recipe, Result, Role, Source
from core.store.workspace import Workspace
from core.studio.planning import DRAFT_MODEL


def straightened_page(workspace: Workspace, page: Asset) -> Asset | None:
    """Return the straight page that was made from this one, or None."""
    found = workspace.with_fingerprint(_recipe(page).fingerprint)
    return found[-1] if found else None


def straighten_page(workspace: Workspace, page: Asset) -> Asset:
    """Make a page straight by its lines of text and store it as a page of its own; the same one is not made twice.

    Raises:
        InvalidImageError: the page has no lines of text to go by, or cannot be read.
        WorkspaceError: it cannot be stored.
    """
    known = straightened_page(workspace, page)
    if known is not None:
        return known
    # Imported here: OpenCV takes longer to load than a page.
    from core.engines.drawing.picture import decode, encode, on_white
    from core.engines.vision.restoration.curl import straightened

    started = time.monotonic()
    image = on_white(decode(workspace.read(page), page.id))
    straight = straightened(image)
    if straight is None:
        raise InvalidImageError("This page is straight already, or has too few lines of text to straighten it by.")
    result = Result(seconds=round(time.monotonic() - started, 3))
    return workspace.save(_recipe(page), result, encode(straight), f"{page.id[:60]}-straight")


def _recipe(page: Asset) -> Recipe:
    return Recipe(
        kind=Kind.PAGE,
        name=f"{page.recipe.name or page.id}, straightened",
        composed="Straighten the page by its lines of text: turn it, then take its bend out.",
        sources=(Source(asset_id=page.id, role=Role.PAGE, digest=page.digest, name=page.recipe.name or page.id),),
        engine=EngineName.DRAFT,
        model=DRAFT_MODEL,
    )
