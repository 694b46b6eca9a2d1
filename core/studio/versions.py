"""Which pictures of a project count: each step's chosen version, what stands alone, and all they were made from."""

from __future__ import annotations

from core.models.asset import Asset
from core.store.workspace import Workspace


def chosen_assets(workspace: Workspace) -> list[Asset]:
    """Return the chosen versions, oldest first, with every version that one of them was made from."""
    assets = {asset.id: asset for asset in workspace.assets()}
    wanted = _chosen_ids(workspace, assets)
    frontier = list(wanted)
    while frontier:
        sources = {source for asset_id in frontier for source in assets[asset_id].source_ids if source in assets}
        frontier = list(sources - wanted)
        wanted |= sources
    return [asset for asset in assets.values() if asset.id in wanted]


def _chosen_ids(workspace: Workspace, assets: dict[str, Asset]) -> set[str]:
    alone = {asset.id for asset in assets.values() if not asset.recipe.step}
    newest = {(asset.recipe.story, asset.recipe.step): asset.id for asset in assets.values() if asset.recipe.step}
    recorded = {
        (story, step): asset_id
        for story, steps in workspace.choices.read().chosen.items()
        for step, asset_id in steps.items()
        if asset_id in assets
    }
    return alone | set({**newest, **recorded}.values())
