"""How an image came to be: the one word its colour and its mark say everywhere."""

from __future__ import annotations

from enum import StrEnum

from core.models.asset import Asset, EngineName, Kind


class State(StrEnum):
    """How an image came to be, told by its colour and its mark everywhere."""

    ARCHIVE = "archive"
    GENERATED = "generated"
    DRAFT = "draft"
    MISSING = "missing"


def state_of(asset: Asset | None) -> State:
    """Return how an image came to be; one that was imported with a prompt of its own counts as generated."""
    if asset is None:
        return State.MISSING
    recipe = asset.recipe
    if recipe.engine == EngineName.DRAFT:
        return State.DRAFT
    imported = recipe.engine is None and not recipe.prompt
    return State.ARCHIVE if recipe.kind == Kind.ARCHIVE or imported else State.GENERATED
