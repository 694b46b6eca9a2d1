"""A page with nothing but its objects, on white; the same one is never stored twice."""

from __future__ import annotations

import hashlib

from core.images import on_white
from core.models.asset import Asset, Kind, Recipe, Result, Role, Source
from core.store.workspace import Workspace
from core.studio.plates.cutting import Cut, plates_slug, stem_of
from core.studio.plates.runs import Plate


def known_composite(workspace: Workspace, plate: Plate, cut: Cut) -> Asset | None:
    """Return the composite of a page's objects as they are now, or None when it was not made yet."""
    found = workspace.with_fingerprint(_recipe(plate, cut).fingerprint)
    return found[-1] if found else None


def make_composite(workspace: Workspace, plate: Plate, cut: Cut) -> Asset:
    """Make and store the composite, or return the one that is there.

    Raises:
        InvalidImageError: the page is damaged.
        WorkspaceError: it cannot be stored.
    """
    known = known_composite(workspace, plate, cut)
    if known is not None:
        return known
    width, height = plate.page.result.width, plate.page.result.height
    boxes = [
        (region.box.pixels(width, height), plate.masks.get(region.mask, b"") if cut.is_by_mask else b"")
        for region in plate.regions
    ]
    data = on_white(workspace.read(plate.page), boxes)
    return workspace.save(_recipe(plate, cut), Result(), data, f"{stem_of(plate.page)}-objects")


def _recipe(plate: Plate, cut: Cut) -> Recipe:
    page = plate.page
    boxes = [[*region.box.model_dump().values(), region.mask if cut.is_by_mask else ""] for region in plate.regions]
    digest = hashlib.sha256(repr(boxes).encode()).hexdigest()[:16]
    return Recipe(
        kind=Kind.IMAGE,
        composed=f"{len(boxes)} objects of the page on white ({digest}).",
        sources=(Source(asset_id=page.id, role=Role.PAGE, digest=page.digest, name=page.recipe.name or page.id),),
        story=plates_slug(page),
        step="objects",
    )
