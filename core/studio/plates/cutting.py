"""Cutting objects out of a page, at the page's own resolution. The same cut is never stored twice."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence

from pydantic import Field

from core.images import crops
from core.images.crops import Rectangle
from core.models.asset import Asset, Kind, Recipe, Result, Role, Source
from core.models.region import Region
from core.models.value import Value
from core.store.workspace import Workspace

DEFAULT_MARGIN = 10
MOST_MARGIN = 400
# told from the name of a story that a person tells by the two signs
_PREFIX, _WHOLE = "plates--", "--whole"
_PLACE = re.compile(r"Crop x (\d{1,6})-(\d{1,6}), y (\d{1,6})-(\d{1,6}) px")


class Cut(Value):
    """How objects are cut out: `margin` in pixels of the page around the box, or along the mask where there is one."""

    margin: int = Field(default=DEFAULT_MARGIN, ge=0, le=MOST_MARGIN)
    is_by_mask: bool = False


def plates_slug(page: Asset) -> str:
    """Return the name of the story that a page's plates belong to."""
    return f"{_PREFIX}{page.id}"


def whole_slug(picture: Asset) -> str:
    """Return the name of the story of a picture that is a plate as it is."""
    return f"{_PREFIX}{picture.id}{_WHOLE}"


def is_plates_slug(slug: str) -> bool:
    """Tell whether a story is one of a page's plates, and not one that somebody tells."""
    return slug.startswith(_PREFIX)


def page_of_slug(slug: str) -> str:
    """Return the id of the page whose plates a story makes; "" for any other story."""
    is_page = is_plates_slug(slug) and not slug.endswith(_WHOLE)
    return slug.removeprefix(_PREFIX) if is_page else ""


def cut_recipe(page: Asset, region: Region, cut: Cut) -> Recipe:
    """Return the recipe of an object's cut-out: the page, the box in its pixels, margin and mask."""
    left, top, right, bottom = _rectangle(page, region, cut)
    mask = f", along the mask {region.mask[:16]}" if _is_masked(region, cut) else ""
    return Recipe(
        kind=Kind.CROP,
        composed=f"Crop x {left}-{right}, y {top}-{bottom} px{mask}.",
        sources=(Source(asset_id=page.id, role=Role.PAGE, digest=page.digest, name=page.recipe.name or page.id),),
        story=plates_slug(page),
        step=region.id,
    )


def place_on_page(crop: Asset) -> Rectangle | None:
    """Return where a cut-out lies on the page it is made from, in pixels as its recipe says; None for all others."""
    found = _PLACE.match(crop.recipe.composed) if crop.recipe.kind is Kind.CROP else None
    if found is None or len(crop.recipe.sources) != 1:
        return None
    left, right, top, bottom = (int(number) for number in found.groups())
    return left, top, right, bottom


def stem_of(page: Asset) -> str:
    """Return how the names of everything cut from a page begin; short enough to leave room for the rest."""
    return page.id[:48].rstrip("-. ")


def region_name(region: Region) -> str:
    """Return what people call an object: its label, else the first line of its caption, else its id."""
    caption = region.caption.strip().splitlines()
    return region.label or (caption[0][:60] if caption else "") or region.id


def cut_out_of(workspace: Workspace, page: Asset, region: Region) -> Asset | None:
    """Return an object's cut-out that is chosen now, or None; its box may have changed since."""
    slug = plates_slug(page)
    chosen = workspace.find(workspace.choices.read().asset_id(slug, region.id) or "")
    return chosen or next(iter(reversed(workspace.versions(slug, region.id))), None)


def cut_out(
    workspace: Workspace, page: Asset, regions: Sequence[Region], cut: Cut, masks: Mapping[str, bytes] | None = None
) -> dict[str, Asset]:
    """Cut objects out and return region id -> asset; those cut before in the same way are used again.

    `masks` maps the digest of a mask to its PNG; an object without one is cut along its box.

    Raises:
        InvalidImageError: the page is damaged.
        WorkspaceError: a cut-out cannot be stored.
    """
    recipes = {region.id: cut_recipe(page, region, cut) for region in regions}
    found = {name: made[-1] for name, recipe in recipes.items() if (made := _made(workspace, recipe))}
    missing = [region for region in regions if region.id not in found]
    found |= _cut(workspace, page, missing, cut, recipes, masks or {}) if missing else {}
    for name, asset in found.items():
        workspace.choices.choose(plates_slug(page), name, asset.id)
    return found


def _made(workspace: Workspace, recipe: Recipe) -> list[Asset]:
    # two objects with one box stay two objects
    return [asset for asset in workspace.with_fingerprint(recipe.fingerprint) if asset.recipe.step == recipe.step]


def _cut(
    workspace: Workspace,
    page: Asset,
    regions: Sequence[Region],
    cut: Cut,
    recipes: Mapping[str, Recipe],
    masks: Mapping[str, bytes],
) -> dict[str, Asset]:
    started = time.monotonic()
    width, height = page.result.width, page.result.height
    cuts: list[tuple[Rectangle, Rectangle, bytes]] = [
        (
            _rectangle(page, region, cut),
            region.box.pixels(width, height),
            masks.get(region.mask, b"") if _is_masked(region, cut) else b"",
        )
        for region in regions
    ]
    pieces = crops(workspace.read(page), cuts)
    seconds = round((time.monotonic() - started) / len(regions), 3)
    return {
        region.id: workspace.save(recipes[region.id], Result(seconds=seconds), piece, f"{stem_of(page)}-{region.id}")
        for region, piece in zip(regions, pieces, strict=True)
    }


def _rectangle(page: Asset, region: Region, cut: Cut) -> Rectangle:
    return region.box.pixels(page.result.width, page.result.height, cut.margin)


def _is_masked(region: Region, cut: Cut) -> bool:
    return cut.is_by_mask and bool(region.mask)
