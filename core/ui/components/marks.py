"""The states of a picture and what is said of it in one line; colours and shapes are in `front/shared/marks.css`."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import TypedDict

from core.models.asset import Asset
from core.store.workspace import Workspace
from core.studio.states import State, state_of
from core.ui.pictures import ORIGINAL, PREVIEW, THUMBNAIL, picture_url
from core.ui.session import language
from core.ui.texts import _
from core.ui.widgets import kind_name, price


class Mark(StrEnum):
    """What a picture's ring and mark say: how it came to be, or what is more pressing."""

    ARCHIVE = "archive"
    GENERATED = "generated"
    DRAFT = "draft"
    MISSING = "missing"
    STALE = "stale"
    RUNNING = "running"
    FAILED = "failed"
    LOCKED = "locked"


class PictureData(TypedDict):
    """A picture as a component's front gets it; lengths in pixels of the original."""

    id: str
    name: str
    line: str
    alt: str
    mark: str
    mark_name: str
    width: int
    height: int
    thumbnail: str
    preview: str
    original: str


def mark_of(asset: Asset | None, is_stale: bool = False, is_locked: bool = False) -> Mark:
    """Return a picture's mark; a lock is told before staleness, and both before how it came to be."""
    if is_locked:
        return Mark.LOCKED
    if is_stale:
        return Mark.STALE
    return Mark(state_of(asset))


def mark_name(mark: Mark) -> str:
    """Return a mark in the visitor's language."""
    return _mark_names(language())[mark]


@cache
def _mark_names(_language: str) -> dict[Mark, str]:
    return {
        Mark.ARCHIVE: _("archive"),
        Mark.GENERATED: _("generated"),
        Mark.DRAFT: _("draft"),
        Mark.MISSING: _("not in this project"),
        Mark.STALE: _("stale"),
        Mark.RUNNING: _("being made"),
        Mark.FAILED: _("failed"),
        Mark.LOCKED: _("locked"),
    }


def name_of(asset: Asset) -> str:
    """Return what people call a picture, on one line; its id when it has no name."""
    return " ".join(asset.recipe.name.split()) or asset.id


def line_of(asset: Asset, mark: Mark) -> str:
    """Return what is said of a picture at a glance: kind, state, model, price."""
    kind, recipe = kind_name(asset.recipe.kind), asset.recipe
    facts = [kind, mark_name(mark)]
    if state_of(asset) is State.GENERATED and recipe.model:
        facts.append(recipe.model)
    if recipe.engine is not None:
        facts.append(price(asset.result.cost_usd, is_actual=True))
    return " · ".join(facts)


def picture_data(workspace: Workspace, asset: Asset, mark: Mark | None = None) -> PictureData:
    """Return a picture for a component: its URLs, its size and its words, no pixels."""
    mark = mark or mark_of(asset)
    name = name_of(asset)
    return {
        "id": asset.id,
        "name": name,
        "line": line_of(asset, mark),
        "alt": _("{kind}: {name}").format(kind=kind_name(asset.recipe.kind), name=name),
        "mark": mark.value,
        "mark_name": mark_name(mark),
        "width": max(1, asset.result.width),
        "height": max(1, asset.result.height),
        "thumbnail": picture_url(workspace, asset, THUMBNAIL),
        "preview": picture_url(workspace, asset, PREVIEW),
        "original": picture_url(workspace, asset, ORIGINAL),
    }
